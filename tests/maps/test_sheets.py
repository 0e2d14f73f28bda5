"""Big sheets: the file that they are compiled into says what the same rows say in memory, and its faults are found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import Level, Place, StoreError
from migrator.maps.compiling import compile_map, examine, folder_beside
from migrator.maps.opening import is_whole, load_version
from migrator.rules.checks import check_map
from migrator.rules.decision import Gone, Redirect, Serve
from migrator.rules.formats.neutral_csv import Row
from migrator.rules.rows import RowCompiler, rule_of
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.rules.target import checked_location, is_plain
from migrator.settings import load_settings
from migrator.store import exact_build
from migrator.urls import Folding, Origin
from tests.maps.folders import all_sheets_are_big, asked, location, made, refused, table_of, written

HOSTS = ("old.example", "www.old.example")
SITE = Site("main", HOSTS, "http://127.0.0.1:9", "https://new.example", folding=Folding(significant_params=frozenset({"id"})))
ROWS = "old,new,status\n/a,/b\n/Page.asp?id=7,https://new.example/seven,302\n/away,http://old.example/b,\n/c,,410\n"

sources = st.one_of(
    st.text("/abAB.%2eFé;:*?=id#\\ ", min_size=1, max_size=12).map(lambda text: f"/{text}"),
    st.sampled_from(["/a/../b", "/x/index.html", "/p?id=3", "/p?other=3", "http://old.example/q", "http://stranger.example/"]),
)
targets = st.one_of(
    st.text("/abAB.%2eFé;:*?=#\\1 '<", min_size=1, max_size=12).map(lambda text: f"/{text}"),
    st.sampled_from(["https://new.example/x", "http://new.example/x", "https://evil.example/", "//evil.example", "javascript:x",
                     "https://new.example", "https://user@new.example/", "http://old.example/back", "HTTPS://NEW.example/é"]),
)  # fmt: skip


@settings(max_examples=400)
@given(sources, targets, st.sampled_from([301, 302, 308]), st.booleans())
def test_a_row_is_judged_as_the_same_rule_in_memory_is(old: str, new: str, status: int, gone: bool) -> None:
    row = Row(old.strip(), "" if gone else new.strip(), 410 if gone else status, gone, Place("m.csv", 2, 1))
    problems: list[object] = []
    record = RowCompiler([SITE], problems).record(row, 0)  # type: ignore[arg-type]
    table = RuleTable([SITE], [rule_of(row, "main")] if not row.old.startswith("http://str") else [])
    whole = [problem for problem in check_map(table) if problem.code not in ("loop", "chain", "failing-example")]

    assert (record is None) == (not any(table.tables["main"]) or any(one.level is Level.ERROR for one in whole))
    if record is not None:
        (rule,) = table.tables["main"]
        assert record.key == str(rule.key)
        assert record.leads_back == (rule.target is not None and rule.target.origin.netloc in HOSTS)


@given(st.text("/aA.?=&%2eé;:@!'<>\\#\"{}|^`", max_size=20).map(lambda text: f"/{text}"))
def test_a_plain_target_is_what_a_browser_makes_of_it(path: str) -> None:
    if is_plain(path) and not path.startswith("//"):
        assert checked_location(f"https://new.example{path}", Origin("https", "new.example")) == f"https://new.example{path}"


def test_the_file_answers_as_the_sheet_in_memory_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = written(tmp_path, "redirects: {/short: /long}\n", one=ROWS)
    in_memory = load_settings(config).table()
    all_sheets_are_big(monkeypatch)
    version = made(config)
    stored = table_of(config, version)

    assert (version.rules, len(stored), version.apart) == (5, 5, ("one.csv",))
    for address in ("/a", "/A/", "/a?x=1", "/page.asp?id=7&utm=1", "/page.asp", "/away", "/c", "/short", "/none", "/c?x=1"):
        for method in ("GET", "HEAD", "POST"):
            ours, theirs = asked(stored, address, method), asked(in_memory, address, method)
            assert type(ours) is type(theirs)
            for name in ("location", "status", "max_age", "reason", "suggest", "home"):
                assert getattr(ours, name, None) == getattr(theirs, name, None), (address, name)
    gone = asked(stored, "/c")
    assert isinstance(gone, Gone)
    assert (gone.rule.source, str(gone.rule.place)) == ("/c", f"{tmp_path / 'one.csv'}:5:1")


def test_every_record_is_found_whatever_the_number_of_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    monkeypatch.setattr(exact_build, "_RUN", 70)
    long = "/" + "x" * 700
    rows = [f"/page-{number},/new-{number}" for number in range(1000)] + [f"{long}1,/long-1", f"{long}2,/long-2"]
    random.Random(3).shuffle(rows)
    config = written(tmp_path, "", many="old,new\n" + "\n".join(rows))
    table = table_of(config, made(config))

    assert all(location(table, f"/page-{number}") == f"https://new.example/new-{number}" for number in range(1000))
    assert location(table, f"{long}2") == "https://new.example/long-2"
    assert isinstance(asked(table, f"{long}3"), Serve)


@pytest.mark.parametrize(
    ("rows", "text", "problems"),
    [
        ("/a,/b\n/A/,/c\n", "", [("one.csv", 3, "conflicting-rules")]),
        ("/a,https://evil.example/\n", "", [("one.csv", 2, "bad-target")]),
        ("/a,javascript:x\n/b,\n", "", [("one.csv", 2, "bad-target"), ("one.csv", 3, "csv-row")]),
        ("/p?x=1,/b\n", "", [("one.csv", 2, "ignored-query")]),
        ("/a,http://shop.example/\n", "", [("one.csv", 2, "insecure-target")]),
        ("/a,http://old.example/b\n/b,http://old.example/a\n", "", [("one.csv", 2, "loop"), ("one.csv", 3, "loop")]),
        ("/a,http://old.example/A/\n", "", [("one.csv", 2, "loop")]),
        ("/a,/b\n", "redirects: {/A: /other}\n", [("one.csv", 2, "conflicting-rules")]),
        ("/a,/b\n", "rules: [{from: /a, serve: legacy}]\n", [("one.csv", 2, "conflicting-rules")]),
        ("/a,http://old.example/b\n", "redirects: {/b: 'http://old.example/a'}\n",
         [("one.csv", 2, "loop"), ("redirects.yaml", 10, "loop")]),
        ("/" + "x" * 70_000 + ",/b\n", "", [("one.csv", 2, "csv-row")]),
        ("/a,/" + "x" * 140_000 + "\n", "", [("one.csv", 2, "csv-row")]),
    ],
)  # fmt: skip
def test_faults_of_a_big_sheet_are_found_with_their_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, text: str, problems: list[tuple[str, int, str]]
) -> None:
    all_sheets_are_big(monkeypatch)

    assert refused(written(tmp_path, text, one="old,new\n" + rows)) == problems


def test_a_duplicate_is_a_warning_and_the_first_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    config = written(tmp_path, "", one="old,new\n/a,/b\n/A,/b\n")
    version = made(config)

    assert [(one.code, one.place.line) for one in examine(config).problems] == [("duplicate-rule", 3)]
    assert (version.rules, str(asked(table_of(config, version), "/a").rule.place).rpartition("/")[2]) == (1, "one.csv:2:1")  # type: ignore[union-attr]


def test_a_byte_that_is_no_text_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    config = written(tmp_path, "", one="")
    (tmp_path / "one.csv").write_bytes(b"/a,/b\n/c\xff,/d\n")

    assert ("one.csv", 2, "not-utf-8") in refused(config)


def test_faults_without_end_are_counted_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    config = written(tmp_path, "", one="/a,javascript:x\n" * 1_500)
    problems = compile_map(config, folder_beside(config)).problems

    assert len(problems) == 1_001
    assert sum("500 more" in problem.message for problem in problems) == 1


def test_a_file_that_anybody_wrote_to_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    config = written(tmp_path, "", one="/a,/b\n")
    version = made(config)
    folder = folder_beside(config)
    (file,) = folder.path.glob("*.lmdb")
    whole = file.read_bytes()
    file.chmod(0o644)
    for position in range(0, len(whole), 97):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        assert not is_whole(folder, version)
        with pytest.raises(StoreError):
            load_version(config, folder, version)
    file.write_bytes(whole)
    assert location(load_version(config, folder, version).table, "/a") == "https://new.example/b"


def test_a_damaged_file_is_made_again_from_the_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    config = written(tmp_path, "", one="/a,/b\n")
    made(config)
    for file in folder_beside(config).path.glob("*.lmdb"):
        file.unlink()

    assert location(table_of(config, made(config)), "/a") == "https://new.example/b"


def test_a_record_that_was_altered_is_no_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    all_sheets_are_big(monkeypatch)
    config = written(tmp_path, "", one="/a,/b\n")
    stored = table_of(config, made(config)).tables["main"].stored
    assert stored is not None
    record = stored._read("/a")
    assert record is not None
    for position in range(len(record)):
        assert stored.unpacked(record[:position] + bytes([record[position] ^ 4]) + record[position + 1 :]) is None
    assert stored.damaged == len(record)
    assert isinstance(asked(table_of(config, folder_beside(config).versions()[0]), "/a"), Redirect)
