"""The feeds of the status page: right by their rules whatever stands in the updates, and the same entries each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from migrator.pages.progress import Progress
from migrator.pages.updates import Kind, Update, read_update
from migrator.rules.rule import Site
from migrator.serve.language import load_catalogue
from migrator.serve.status_board import Board, FileNames, Names, board_of
from migrator.serve.status_feeds import atom_feed, json_feed
from migrator.serve.status_files import StatusContent
from tests.serve.feed_rules import ATOM, check_atom, check_json_feed
from tests.serve.status_site import DAY, progress

SITE = Site("main", ("www.old.example:8443", "old.example"), "http://10.0.0.5", "https://www.new.example")
CATALOGUE = load_catalogue(None)
UPDATES = (
    Update(name="slow", title="Search is slow", date=dt.date(2026, 11, 20), kind=Kind.PROBLEM, language="", text="[more](/x)"),
    Update(name="slow", title="Recherche lente", date=dt.date(2026, 11, 20), kind=Kind.PROBLEM, language="fr", text="Lente."),
    Update(name="soon", title="Soon", date=DAY, kind=Kind.NEXT, language="ar", text="x"),
)


def board(
    updates: Iterable[Update] = UPDATES, account: Progress | None = None, tag: str = "en", names: Names | None = None
) -> Board:
    content = StatusContent(progress={"main": account} if account else {}, updates=tuple(updates), changed=1_700_000_000.0)
    return board_of(
        content,
        SITE,
        CATALOGUE.choose(tag),
        names=names or Names(),
        address="https://www.old.example:8443/_transition/",
        default="en",
        site_name="Children First",
        today=DAY,
    )


@pytest.mark.parametrize("tag", CATALOGUE.tags)
@pytest.mark.parametrize("updates", [UPDATES, ()])
@pytest.mark.parametrize("account", [progress(), None])
def test_both_keep_their_rules_and_have_the_same_entries(tag: str, updates: tuple[Update, ...], account: Progress | None) -> None:
    shown = board(updates, account, tag)
    atom, feed = check_atom(atom_feed(shown)), check_json_feed(json_feed(shown))

    entries = atom.findall(f"{{{ATOM}}}entry")
    assert [one.findtext(f"{{{ATOM}}}id") for one in entries] == [item["id"] for item in feed["items"]]
    assert [one.findtext(f"{{{ATOM}}}content") for one in entries] == [item["content_html"] for item in feed["items"]]
    assert len(entries) == len({one.name for one in updates}) + (3 if account else 0)
    dates = [one.findtext(f"{{{ATOM}}}updated") for one in entries]
    assert dates == sorted(dates, reverse=True)
    if entries:
        assert atom.findtext(f"{{{ATOM}}}updated") == dates[0]


def test_an_entry_keeps_its_identifier_when_it_changes_and_translations_have_their_own() -> None:
    def identifiers(tag: str, *updates: Update) -> list[str]:
        return [item["id"] for item in check_json_feed(json_feed(board(updates, tag=tag)))["items"]]

    before = UPDATES[0]
    after = Update(
        name="slow", title="Fast", date=DAY, kind=Kind.PROBLEM, language="", text="Other", resolved=DAY, is_pinned=True
    )
    assert identifiers("en", before) == identifiers("en", after) == ["tag:www.old.example,2026:transition/updates/slow/en"]
    assert identifiers("fr", *UPDATES[:2]) == ["tag:www.old.example,2026:transition/updates/slow/fr"]


def test_a_resolved_problem_is_told_anew() -> None:
    resolved = Update(
        name="slow",
        title="Slow",
        date=dt.date(2026, 11, 20),
        kind=Kind.PROBLEM,
        language="",
        text="x",
        resolved=dt.date(2026, 11, 23),
    )
    (item,) = check_json_feed(json_feed(board([resolved])))["items"]

    assert (item["date_published"], item["date_modified"]) == ("2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z")
    assert item["title"] == "Slow (Resolved on 23 November 2026)"


def test_weeks_that_are_over_are_entries_and_the_present_one_is_not() -> None:
    items = check_json_feed(json_feed(board((), progress())))["items"]

    assert [item["id"].partition("transition/")[2] for item in items] == [f"weeks/2026-W{week}/en" for week in (47, 46, 45)]
    assert items[0]["title"] == "Week to 22 November 2026: 40% of pages moved"
    assert items[0]["date_published"] == "2026-11-23T00:00:00Z"
    assert "<li>Moved: 1,232</li>" in items[0]["content_html"]


def test_links_are_absolute_in_feeds_and_the_language_of_foreign_entries_is_told() -> None:
    items = {item["title"]: item for item in check_json_feed(json_feed(board()))["items"]}

    content = html.fragment_fromstring(items["Search is slow"]["content_html"])
    assert content.xpath("//@href") == ["https://www.old.example:8443/x"]
    assert items["Soon"]["language"] == "ar"
    assert "language" not in items["Search is slow"]


def test_files_are_named_by_language_but_for_the_default() -> None:
    shown = board(names=FileNames("en"), tag="fr")
    feed = check_json_feed(json_feed(shown))

    assert feed["feed_url"] == "https://www.old.example:8443/_transition/feed.fr.json"
    assert feed["home_page_url"] == "https://www.old.example:8443/_transition/index.fr.html"
    assert FileNames("en").page("en") == "index.html"


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=60), st.text(max_size=300))
def test_no_text_spoils_them(title: str, text: str) -> None:
    escaped = "".join(f"\\U{ord(character):08x}" for character in title)
    update, problems = read_update(f'---\ntitle: "{escaped}"\ndate: 2026-11-20\n---\n{text}', "a.md", "a")
    assert update is not None, problems
    shown = board([update])

    assert check_atom(atom_feed(shown)).find(f"{{{ATOM}}}entry") is not None
    check_json_feed(json_feed(shown))
