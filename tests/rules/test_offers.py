"""A pattern is offered where it changes no known answer, and never else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.review.patterns import PatternOptions, with_patterns
from migrator.rules.checks import check_map, errors_only
from migrator.rules.offers import Known, Offer, answer_alike, request_of
from migrator.rules.table import RuleTable
from migrator.rules.yaml_edit import set_redirects
from migrator.rules.yaml_text import read_map
from tests.rules.making import SITE

TODAY = dt.date(2026, 11, 24)
FILE = "redirects.yaml"
NAMES = ("one", "two", "three", "four", "five", "six")


def parsed(text: str) -> RuleTable | None:
    found = read_map(text, FILE)
    table = RuleTable(found.sites, found.rules)
    return None if found.problems or errors_only(check_map(table)) else table


def offered(text: str, known: Iterable[str] = (), least: int = 5) -> tuple[str, list[Offer]]:
    table = parsed(text)
    assert table is not None
    site = table.sites["main"]
    sources = [rule.source for rule in read_map(text, FILE).rules if "*" not in rule.source]
    return with_patterns(text, parsed, Known([*known, *sources], site), site, PatternOptions(today=TODAY, least=least, file=FILE))


def redirects(moves: dict[str, str], more: str = "", site: str = SITE) -> str:
    return set_redirects(f"{site}{more}", moves, FILE)


def folder(old: str, new: str, names: Iterable[str] = NAMES) -> dict[str, str]:
    return {old.format(name): new.format(name) for name in names}


def test_a_folder_that_moved_becomes_one_rule() -> None:
    text, (offer,) = offered(redirects(folder("/news/{}.html", "/stories/{}/")))

    assert (offer.source, offer.to, len(offer.covers)) == ("/news/:page.html", "/stories/:page/", 6)
    assert text == f"{SITE}\nredirects:\n\nrules:\n  - from: {offer.source}\n    to: {offer.to}\n"
    assert "/news/one.html" not in text


def test_a_tree_that_moved_becomes_a_subtree() -> None:
    moves = {**folder("/docs/a/{}", "/guide/a/{}", NAMES[:3]), **folder("/docs/b/c/{}", "/guide/b/c/{}", NAMES[:3])}
    _, (offer,) = offered(redirects(moves))

    assert (offer.source, offer.to, len(offer.covers)) == ("/docs/*", "/guide/:splat", 6)


def test_pages_that_went_elsewhere_keep_their_rules() -> None:
    moves = {**folder("/news/{}", "/stories/{}"), "/news/seven": "/about"}
    text, (offer,) = offered(redirects(moves))

    assert offer.stays == ("/news/seven",)
    assert "/news/seven: /about" in text


def test_known_pages_without_a_rule_become_exceptions_that_are_listed() -> None:
    text, (offer,) = offered(redirects(folder("/news/{}", "/stories/{}")), ["http://www.old.example/news/open", "/other"])

    assert offer.exceptions == ("/news/open",)
    assert "from: /news/open\n    serve: legacy" in text


@pytest.mark.parametrize(
    ("moves", "known", "more", "site"),
    [
        pytest.param(folder("/news/{}", "/stories/{}", NAMES[:4]), (), "", SITE, id="too few"),
        pytest.param(folder("/{}", "/stories/{}"), (), "", SITE, id="no folder"),
        pytest.param(folder("/n/{}", "/s/{}"), [f"/n/x{number}" for number in range(9)], "", SITE, id="too many exceptions"),
        pytest.param({**folder("/n/{}", "/s/{}"), **{f"/n/{n}": f"/z{n}" for n in range(9)}}, (), "", SITE, id="no one move"),
        pytest.param(folder("/n/{}", "/s/{}"), ["/n/x"], "", f"{SITE}    unmapped: not_found\n", id="nothing to except"),
        pytest.param(folder("/n/{}", "/s/{}"), ["/n/x"], "rules: [{regex: ^/n/x$, to: /y}]\n", SITE, id="a regex below it"),
        pytest.param(
            folder("/n/{}", "/s/{}"), (), "rules: [{from: /n/:p, to: /s}]\n", SITE, id="a pattern that would come first"
        ),
        pytest.param(folder("/N/{}", "/s/{}"), ["/n/ONE", "/n/TWO"], "", SITE, id="another case is carried along"),
    ],
)
def test_nothing_is_offered(moves: dict[str, str], known: list[str], more: str, site: str) -> None:
    text = redirects(moves, more, site)

    assert offered(text, known) == (text, [])


def test_an_offer_that_fails_its_proof_does_not_spoil_another() -> None:
    """Without their exact rules, /n/one and the like would be caught by a narrower pattern that stands in the file."""
    narrower = "rules: [{from: /n/o*, to: /o}, {from: /n/t*, to: /t}]\n"
    text, (offer,) = offered(redirects({**folder("/n/{}", "/s/{}"), **folder("/m/{}", "/r/{}")}, narrower))

    assert offer.source == "/m/:page"
    assert "/n/one: /s/one" in text


def test_a_page_known_in_another_case_keeps_its_rule() -> None:
    _, (offer,) = offered(redirects(folder("/n/{}", "/s/{}")), ["/N/ONE"])

    assert offer.stays == ("/n/one",)
    assert len(offer.covers) == 5


def test_rules_of_different_dates_are_not_mixed_and_comments_stay() -> None:
    dated = "".join(
        f"  - {{from: /n/{name}, to: /s/{name}, added: 2026-11-2{number % 2}}}\n" for number, name in enumerate(NAMES)
    )
    soaking = f"{SITE}    soak: 14d\nrules:\n"
    assert offered(soaking + dated)[1] == []

    text, (offer,) = offered(soaking + dated.replace("2026-11-21", "2026-11-20") + "  # the end\n")
    assert (offer.added, "added: 2026-11-20" in text, "# the end" in text) == ("2026-11-20", True, True)


SEGMENTS = st.sampled_from(["a", "b", "c", "News", "x.html", "y.html", "z", "index.html", "2019", "é"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map(lambda segments: "/" + "/".join(segments))
FOLDERS = st.sampled_from(["/a", "/a/b", "/News", "/c", "/2019"])
TARGETS = st.sampled_from(["", "/s", "/s/t", "/a", "/b"])


@st.composite
def maps(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A map as publishing leaves it, of trees that moved with exceptions, and other known addresses."""
    moves: dict[str, str] = {}
    for old, new in draw(st.lists(st.tuples(FOLDERS, TARGETS), min_size=1, max_size=3)):
        for tail in draw(st.lists(PATHS, min_size=2, max_size=9)):
            ending = draw(st.sampled_from([tail, tail, tail.removesuffix(".html"), f"{tail}/"]))
            moves[old + tail] = f"/new{new}{ending}"
    for path in draw(st.lists(PATHS, max_size=3)):
        moves[path] = "/new/elsewhere"
    more = draw(
        st.sampled_from(["", "rules:\n  - {from: /a/b/*, to: /new/q/:splat}\n", "rules:\n  - {from: /c/*, serve: legacy}\n"])
    )
    case = draw(st.sampled_from(["", "    ignore: []\n", "    unmapped: not_found\n"]))
    known = [
        *draw(st.lists(PATHS, max_size=12)),
        *(path.upper() for path in draw(st.lists(st.sampled_from(sorted(moves)), max_size=2))),
    ]
    return set_redirects(f"{SITE}{case}{more}", moves, FILE), known


@given(maps(), st.integers(2, 4))
def test_no_known_address_is_ever_answered_otherwise(made: tuple[str, list[str]], least: int) -> None:
    text, known = made
    before = parsed(text)
    if before is None:
        return
    site = before.sites["main"]
    folded, offers = offered(text, known, least)
    after = parsed(folded)

    assert after is not None
    everything = [*known, *(rule.source for rule in read_map(text, FILE).rules if "*" not in rule.source)]
    for url in everything:
        request = request_of(url, site, TODAY)
        assert answer_alike(before.decide(request), after.decide(request)), url
    assert all(len(offer.covers) >= least for offer in offers)
    if offers:
        assert len(after) < len(before) + sum(len(offer.exceptions) for offer in offers)
