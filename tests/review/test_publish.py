"""Proposals become rules in the text; what is left out is named with its reason."""

from __future__ import annotations

import datetime as dt

import pytest

from migrator.pages.verdict import Answer
from migrator.review.publish import Plan, Proposal, PublishOptions, plan_publication
from migrator.rules.table import RuleTable
from migrator.rules.yaml_text import read_map
from tests.rules.making import SITE

OPTIONS = PublishOptions(today=dt.date(2026, 11, 24))
OLD, NEW = "http://10.0.0.5:8080", "https://www.new.example"


def plan(*proposals: Proposal, text: str = SITE) -> Plan:
    found = read_map(text, "redirects.yaml")
    assert not found.problems
    return plan_publication(text, proposals, found.sites[0], RuleTable(found.sites, found.rules), OPTIONS)


def test_what_is_sure_enough_is_added_as_paths() -> None:
    made = plan(Proposal(f"{OLD}/about.html", f"{NEW}/who/", 0.99), Proposal(f"{OLD}/item.asp?id=7", "/seven", 0.98))

    assert made.text == SITE + "\nredirects:\n  /about.html: /who/\n  /item.asp?id=7: /seven\n"


@pytest.mark.parametrize(
    ("proposal", "reason"),
    [
        (Proposal(f"{OLD}/a", f"{NEW}/b", 0.97), "below 0.98"),
        (Proposal(f"{OLD}/a", "", 0.0), "no page matches"),
        (Proposal(f"{OLD}/a", "", 1.0, Answer.KEPT), "kept on the old site by decision"),
        (Proposal(f"{OLD}/a", "https://www.old.example/A/", 1.0), "it would lead to its own address"),
        (Proposal(f"{OLD}/a", "https://evil.example/", 1.0), "the host evil.example is not allowed as a target"),
        (Proposal(f"{OLD}/a?x=1", f"{NEW}/b", 1.0), "look-up ignores its query. Add x to significant_params"),
        (Proposal("a.html", f"{NEW}/b", 1.0), "an old address begins with /"),
    ],
)
def test_what_is_left_out_is_named_with_its_reason(proposal: Proposal, reason: str) -> None:
    made = plan(proposal)

    assert made.text == SITE
    assert [found.startswith(reason) for found in made.left_out] == [True]


def test_what_only_tracks_visitors_is_no_part_of_a_rule() -> None:
    made = plan(Proposal(f"{OLD}/a?utm_source=mail", f"{NEW}/b", 1.0), Proposal(f"{OLD}/item.asp?id=7&gclid=x", "/seven", 1.0))

    assert made.text == SITE + "\nredirects:\n  /a: /b\n  /item.asp?id=7: /seven\n"


def test_a_persons_verdict_needs_no_confidence() -> None:
    made = plan(Proposal(f"{OLD}/a", f"{NEW}/b", 0.1, Answer.ACCEPTED), Proposal(f"{OLD}/c", "", 0.0, Answer.GONE))

    assert "  /a: /b\n" in made.text
    assert "  - from: /c\n    gone: true\n" in made.text


def test_the_map_that_stands_is_never_overwritten() -> None:
    text = SITE + "redirects:\n  /a: /b # by hand\nrules: [{from: /shop/*, serve: legacy}]\n"
    made = plan(
        Proposal(f"{OLD}/A/", f"{NEW}/other", 1.0),
        Proposal(f"{OLD}/a", f"{NEW}/b", 1.0),
        Proposal(f"{OLD}/shop/x", f"{NEW}/x", 1.0),
        text=text,
    )

    assert made.text == text
    stays = "the map already has another rule for it, which stays; change or delete that one by hand"
    assert set(made.left_out) == {stays, "the map says so already"}


def test_a_page_to_be_kept_that_the_map_takes_away_is_told_of() -> None:
    text = SITE + "redirects:\n  /a: /b\nrules: [{from: /old/*, gone: true}, {from: /old/x, serve: legacy}]\n"
    made = plan(*(Proposal(f"{OLD}{path}", "", 0.0, Answer.KEPT) for path in ("/a", "/old/x", "/old/y")), text=text)

    taken, kept = sorted(made.left_out, key=len, reverse=True)
    assert ([one.old_url for one in made.left_out[taken]], "delete that one" in taken) == ([f"{OLD}/a", f"{OLD}/old/y"], True)
    assert [one.old_url for one in made.left_out[kept]] == [f"{OLD}/old/x"]


def test_an_exact_rule_may_refine_a_pattern_but_not_repeat_it() -> None:
    text = SITE + "rules: [{from: /press/*, to: '/news/:splat'}]\n"
    made = plan(Proposal(f"{OLD}/press/1", f"{NEW}/news/1", 1.0), Proposal(f"{OLD}/press/2", f"{NEW}/two", 1.0), text=text)

    assert [one.old_url for one in made.added] == [f"{OLD}/press/2"]
    assert set(made.left_out) == {"the map says so already"}


def test_of_two_proposals_for_one_address_the_surer_is_published() -> None:
    made = plan(Proposal(f"{OLD}/A", f"{NEW}/weak", 0.98), Proposal(f"{OLD}/a/", f"{NEW}/strong", 0.99))

    assert "/a/: /strong" in made.text
    assert "weak" not in made.text


def test_a_site_that_soaks_its_rules_gets_them_dated() -> None:
    made = plan(Proposal(f"{OLD}/a", f"{NEW}/b", 1.0), text=SITE + "    soak: 14d\n")

    assert "  - from: /a\n    to: /b\n    added: 2026-11-24\n" in made.text


def test_with_several_sites_an_address_is_written_with_its_host() -> None:
    text = SITE + "  other: {hosts: [x.example], legacy: http://10.0.0.9, new: https://y.example}\n"

    assert "  http://www.old.example/a: /b\n" in plan(Proposal(f"{OLD}/a", f"{NEW}/b", 1.0), text=text).text
