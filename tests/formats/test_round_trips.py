"""What a dialect can hold comes back from it as it was; what it cannot is named, and nothing else is lost."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.review.imports import ImportOptions, Outcome, plan_import
from migrator.rules.formats.export import Export
from migrator.rules.formats.export_report import report
from migrator.rules.formats.registry import DIALECTS, read, write
from migrator.rules.table import Request, RuleTable
from migrator.rules.yaml_edit import add_rules
from migrator.rules.yaml_text import read_map
from tests.formats.asking import HOST, expected
from tests.formats.generated import SITE, asked, generated, map_text
from tests.shared import shared_folder

TODAY = dt.date(2026, 11, 24)
SERVERS = ("apache", "caddy", "haproxy", "nginx", "varnish")  # what they are given is proved on the servers themselves
BACK = [name for name, one in DIALECTS.items() if one.read and one.write and name not in (*SERVERS, "iis")]

SEGMENT = st.text(st.sampled_from("abz019-_.~éßñ中 !'()+,;=@&%\"<|"), min_size=1, max_size=8).filter(
    lambda text: text.strip(". ") == text
)
PATH = st.lists(SEGMENT, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts).replace("%", "%25"))
RULE = st.one_of(
    st.tuples(PATH, PATH, st.sampled_from([301, 302, 303, 307, 308]), st.sampled_from(["keep", "drop"])).map(
        lambda one: {"from": one[0], "to": one[1], "status": one[2], "query": one[3]}
    ),
    PATH.map(lambda path: {"from": path, "gone": True}),
    st.tuples(PATH, PATH).map(lambda one: {"from": f"{one[0]}/*", "to": f"{one[1]}/:splat"}),
    st.tuples(PATH, PATH).map(lambda one: {"from": f"{one[0]}?id=7&page=x", "to": one[1]}),
    st.tuples(PATH, PATH).map(lambda one: {"from": f"{one[0]}?b=2&a=1", "to": one[1], "query": "exact"}),
)


def table_of(text: str) -> RuleTable:
    found = read_map(text, "redirects.yaml")
    assert not found.problems, found.problems
    return RuleTable(found.sites, found.rules)


def exported(name: str, table: RuleTable) -> Export:
    return write(name, table.tables["main"], TODAY)


@pytest.mark.parametrize("name", BACK)
@settings(max_examples=15, deadline=None)
@given(rules=st.lists(RULE, min_size=1, max_size=8))
def test_what_a_dialect_holds_comes_back_as_it_was(name: str, rules: list[dict[str, str | int | bool]]) -> None:
    table = table_of(add_rules(SITE, rules, "redirects.yaml"))
    made = exported(name, table)
    text = made.files[sorted(made.files, key=lambda file: file.endswith(".js"))[0]]
    if name == "next":
        text = text.partition("export default ")[2].rstrip(";\n")
    reading = read(name, text, "file")
    options = ImportOptions(site=table.sites["main"], is_ordered=DIALECTS[name].is_ordered, today=TODAY)
    empty = RuleTable(table.sites.values(), ())
    plan = plan_import(SITE, None, reading.rules, empty, (), options)
    back = table_of(plan.text)

    differ = {remark.rule.place for remark in made.remarks}
    for one in table.tables["main"]:
        path, query = asked(one.rule, random.Random(1))
        target = f"{path}?{query}" if query else path if made.drops else f"{path}?utm_source=x"
        meant = table.decide(Request(path.encode(), target.partition("?")[2].encode(), HOST)).rule
        if one.rule.place not in differ and meant in (one.rule, None):
            assert expected(back, "GET", target) == expected(table, "GET", target), (target, plan.fates, text)
    assert not reading.skipped
    assert made.said == len(table) - sum(remark.is_left_out for remark in made.remarks)


@pytest.mark.parametrize("name", [name for name, one in DIALECTS.items() if one.write])
def test_every_rule_is_in_the_files_or_named_and_two_runs_write_the_same(name: str) -> None:
    table = generated()
    made = exported(name, table)

    left_out = {remark.rule.place for remark in made.remarks if remark.is_left_out}
    assert made.said + len(left_out) == len(table)
    assert made.files == exported(name, table).files
    text = report(name, DIALECTS[name].about, table.sites["main"], made)
    assert f"{made.said} rules" in text
    assert all(str(place) in text for place in left_out)


@pytest.mark.parametrize(
    "name", ["csv", "tsv", "drupal", "redirection-csv", "wagtail", "cloudflare-bulk", "safe-redirect-manager"]
)
def test_no_cell_of_a_sheet_is_a_formula(name: str) -> None:
    payloads = (shared_folder("corpora/csv-injection") / "payloadbox-csv-payload.txt").read_text("utf-8").splitlines()
    rules = [
        {"from": f"/p{number}", "to": "/x", "note": text} for number, text in enumerate(payloads) if text.strip().isprintable()
    ]
    rules = [rule for rule in rules if rule["note"].strip()]
    made = exported(name, table_of(add_rules(SITE, rules, "redirects.yaml")))

    for text in made.files.values():
        for row in csv.reader(io.StringIO(text), delimiter="\t" if name == "tsv" else ","):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row), row
    assert made.said == len(rules) > 3


def test_what_is_over_a_limit_is_left_out_by_name_and_statics_come_first() -> None:
    rules = "rules:\n" + "".join(
        f"  - {{from: /s/{n}, to: /t/{n}}}\n  - {{from: /d{n}/*, to: /e{n}/:splat}}\n" for n in range(2500)
    )
    table = table_of(SITE + rules)

    made = exported("cloudflare", table)
    lines = made.files["_redirects"].splitlines()
    assert len(lines) == made.said == 2100
    assert ["*" in line for line in lines] == [False] * 2000 + [True] * 100
    assert len(made.remarks) == 2900
    assert len(json.loads(exported("s3", table).files["routing-rules.json"])) == 50
    assert len(exported("azure", table).files["staticwebapp.config.json"].encode()) <= 20_000
    assert all(len(part.splitlines()) <= 1002 for part in exported("fastly", table).files["migrator.vcl"].split("table ")[1:-1])


def test_a_rule_left_out_tells_which_wider_one_answers_there() -> None:
    made = exported("netlify", table_of(SITE + "rules:\n  - {from: /a/*, to: /b/:splat}\n  - {from: /a/gone, gone: true}\n"))

    assert [remark.text for remark in made.remarks] == ["410 (gone) cannot be said; there, `/a/*` answers for it"]


def test_soaking_dated_and_own_addresses_are_told() -> None:
    site = SITE.replace("    cache: 2h\n", "    soak: 14d\n")
    rules = """\
rules:
  - {from: /young, to: /y, added: 2026-11-20}
  - {from: /later, to: /l, starts: 2027-01-01}
  - {from: /now, to: /n, ends: 2027-01-01}
  - {from: /self, to: "https://www.old.example/self/"}
"""
    made = exported("nginx", table_of(site + rules))

    told = {remark.rule.source: (remark.is_left_out, remark.text) for remark in made.remarks}
    assert told["/young"] == (False, "it soaks until 2026-12-04, with 302 for now; export again then")
    assert told["/later"][0] is True
    assert told["/now"][0] is False
    assert told["/self"][0] is False
    assert '"/young" "302 ' in made.files["migrator-maps.conf"]
    assert '"/self" "0 -"' in made.files["migrator-maps.conf"]


def test_a_map_of_two_thousand_goes_through_the_plain_sheet_and_back() -> None:
    table = generated()
    reading = read("csv", exported("csv", table).files["redirects.csv"], "redirects.csv")
    options = ImportOptions(site=table.sites["main"], today=TODAY)
    plan = plan_import(map_text(), None, reading.rules, table, [one.rule for one in table.tables["main"]], options)

    assert plan.count(Outcome.ADDED) == 0
    assert plan.count(Outcome.SAME) > 1000
    assert plan.text == map_text()
