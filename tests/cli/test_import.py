"""`migrator import`: rows of other systems into redirects.yaml, each accounted for, comments kept, all or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.running import run
from tests.rules.making import SITE

STANDING = """\
redirects:
  /kept: /by-hand   # keep this
  /same: /same-new
rules:
  - from: /long
    to: /there
    status: 302
    note: agreed with Ana
"""
ROWS = """\
/kept /other
/same /same-new
/long /else 302
/new /n
/moved/* /m/:splat 302
/moved/inner /late
/twice /one
/twice /two
/far https://www.elsewhere.example/
/here /x Language=en
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + STANDING, encoding="utf-8")
    (tmp_path / "_redirects").write_text(ROWS, encoding="utf-8")
    return path


def imported(config: Path, *words: object, dialect: str = "netlify", file: str = "_redirects") -> tuple[int, str, str]:
    result = run("import", dialect, config.parent / file, "--config", config, *words)
    return result.exit_code, result.stdout, result.stderr


def test_each_row_is_added_known_kept_or_skipped_with_its_line_and_the_reason(config: Path) -> None:
    code, _, told = imported(config)

    assert code == 1
    assert "10 rows read, 9 rules in them: 3 added, 1 same already, 2 kept as it was, 0 overwritten, 4 skipped" in told
    assert "_redirects:1:1: `/kept` kept as it was:" in told
    assert "_redirects:6:1: `/moved/inner` skipped: line 5 of the file answers it first" in told
    assert "_redirects:8:1: `/twice` skipped: line 7 comes first" in told
    assert "_redirects:9:1: `/far` skipped: the host www.elsewhere.example is not allowed" in told
    assert "_redirects:10:1: " in told
    text = config.read_text("utf-8")
    assert "  /kept: /by-hand   # keep this\n" in text
    assert "  /new: /n\n  /twice: /one\n" in text
    assert '  - from: "/moved/*"\n    to: /m/:splat\n    status: 302\n' in text
    assert run("check", "--config", config).exit_code == 0


def test_a_second_import_changes_nothing(config: Path) -> None:
    imported(config)
    before = config.read_bytes()

    _, _, told = imported(config)

    assert config.read_bytes() == before
    assert "0 added, 4 same already" in told


def test_overwriting_keeps_comments_and_leaves_words_of_people_alone(config: Path) -> None:
    _, _, told = imported(config, "--overwrite")

    text = config.read_text("utf-8")
    assert "  /kept: /other   # keep this\n" in text
    assert "    note: agreed with Ana\n" in text
    assert "1 overwritten" in told
    assert "with words of its own or in another file; change it by hand" in told


def test_a_dry_run_shows_the_diff_and_writes_nothing(config: Path) -> None:
    before = config.read_bytes()

    _, shown, told = imported(config, "--dry-run")

    assert config.read_bytes() == before
    assert "+  /new: /n\n" in shown
    assert "3 rules would come into" in told


def test_new_rules_go_into_a_file_of_their_own_which_is_to_be_included(config: Path) -> None:
    out = config.parent / "maps" / "netlify.yaml"

    _, _, told = imported(config, "--out", out)

    assert config.read_text("utf-8") == SITE + STANDING
    assert "  /new: /n\n" in out.read_text("utf-8")
    assert "add `include: [maps/netlify.yaml]`" in told
    config.write_text(SITE + STANDING + "include: [maps/*.yaml]\n")
    assert "302 to https://www.new.example/m/x" in run("explain", "/moved/x", "--config", config).stdout


def test_a_file_of_new_rules_that_is_not_included_yet_gets_none_twice(config: Path) -> None:
    out = config.parent / "netlify.yaml"
    imported(config, "--out", out)
    before = out.read_bytes()

    _, _, told = imported(config, "--out", out)

    assert out.read_bytes() == before
    assert "0 added, 4 same already" in told


def test_fates_as_json(config: Path) -> None:
    _, shown, _ = imported(config, "--json")

    fates = {(row["line"], row["outcome"]) for row in json.loads(shown)}
    assert {(1, "kept as it was"), (2, "same already"), (4, "added"), (8, "skipped"), (10, "skipped")} <= fates


def test_a_loop_is_not_taken_in(config: Path) -> None:
    (config.parent / "loop.csv").write_text("old,new\n/a,http://www.old.example/b\n/b,http://www.old.example/a\n/c,/d\n")

    code, _, told = imported(config, dialect="csv", file="loop.csv")

    assert code == 1
    assert "1 added" in told
    assert "loop.csv:2:1: `/a` skipped" in told
    assert run("check", "--config", config).exit_code == 0


def test_a_status_for_rows_that_say_none(config: Path) -> None:
    (config.parent / "r.map").write_text("/a /b\n")

    assert imported(config, "--status", "308", dialect="haproxy", file="r.map")[0] == 0
    assert "    status: 308\n" in config.read_text("utf-8")


def test_a_workbook_is_read_and_what_is_none_is_refused(config: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet(index=0)
    for row in (("Target", "Legacy URL", "Status"), ("/b", "/wb", 302), ("/c", "/wc", None)):
        sheet.append(row)
    book.save(config.parent / "map.xlsx")
    (config.parent / "no.xlsx").write_bytes(b"PK\x03\x04 nothing")

    assert imported(config, dialect="xlsx", file="map.xlsx")[0] == 0
    assert "  /wc: /c\n" in config.read_text("utf-8")
    code, _, told = imported(config, dialect="xlsx", file="no.xlsx")
    assert code == 2
    assert "no workbook that can be read" in told


@pytest.mark.parametrize(
    ("dialect", "content", "told"),
    [
        ("vercel", b'{"redirects": [\n{]}', "file:2:2: error: this is not JSON"),
        ("csv", b"/a,/b\n/\xe9,/c\n", "file:2:2: error: the byte 0xe9 is not UTF-8"),
        ("netlify-toml", b"[[redirects]]\nfrom = /a\n", "file:2:8: error: this is not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_2_and_its_line(config: Path, dialect: str, content: bytes, told: str) -> None:
    before = config.read_bytes()
    (config.parent / "file").write_bytes(content)

    code, _, error = imported(config, dialect=dialect, file="file")

    assert code == 2
    assert told in error
    assert config.read_bytes() == before
