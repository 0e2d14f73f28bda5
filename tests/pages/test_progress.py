"""How far a move is: what counts as moved, what is shown of whom, and a history that stays small."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.coverage import Address
from migrator.pages.progress import (
    MOST_POINTS,
    MOST_SHOWN,
    Account,
    Counts,
    Point,
    Progress,
    Snapshot,
    Standing,
    history_with,
    standing_of,
)
from migrator.rules.table import Request
from tests.pages.making import OLD
from tests.rules.making import SITE, table

TODAY = dt.date(2026, 11, 24)
NOW = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)
RULES = """\
redirects:
  /moved: /there
  /within: http://www.old.example/elsewhere
rules:
  - {from: /gone, gone: true}
  - {from: /kept, serve: legacy}
  - {from: /swapped, serve: new}
  - {from: /later, to: /there, starts: 2026-12-01}
"""


def account(*entries: tuple[Address, Standing, str]) -> Progress:
    counted = Account(TODAY)
    for address, standing, section in entries:
        counted.count(address, standing, section)
    return counted.progress(NOW)


def known(path: str, visits: int = 0, status: int = 200, language: str = "en") -> Address:
    return Address(url=OLD + path, visits=visits, status=status, language=language)


@pytest.mark.parametrize(
    ("path", "standing"),
    [
        ("/moved", Standing.MOVED),
        ("/swapped", Standing.MOVED),
        ("/gone", Standing.GONE),
        ("/kept", Standing.KEPT),
        ("/within", Standing.NOT_YET),
        ("/later", Standing.NOT_YET),
        ("/other", Standing.NOT_YET),
    ],
)
def test_moved_is_only_what_leads_away_from_the_old_site(path: str, standing: Standing) -> None:
    decision = table(RULES, SITE + "    new_upstream: http://10.0.0.6:8080\n").decide(
        Request(path.encode(), b"", "www.old.example", today=TODAY)
    )

    assert standing_of(decision) is standing


def test_what_a_person_kept_stays_and_no_decision_moves_what_no_rule_does() -> None:
    decision = table(RULES, SITE + "    new_upstream: http://10.0.0.6:8080\n").decide(
        Request(b"/other", b"", "www.old.example", today=TODAY)
    )

    assert standing_of(decision, is_kept=True) is Standing.KEPT


def test_pages_and_visits_are_counted_whole_and_by_section_and_language() -> None:
    found = account(
        (known("/news/a", 10), Standing.MOVED, "/news/"),
        (known("/news/b", 5, language="fr-CA"), Standing.NOT_YET, "/news/"),
        (known("/x", 1), Standing.GONE, "/"),
    )

    assert (found.pages, found.visits) == (Counts(moved=1, gone=1, not_yet=1), Counts(moved=10, gone=1, not_yet=5))
    assert [(one.name, one.pages.total, one.visits.moved) for one in found.sections] == [("/news/", 2, 10), ("/", 1, 0)]
    assert {one.name: one.pages.total for one in found.languages} == {"en": 2, "fr": 1}


def test_a_section_that_only_a_log_names_is_not_shown_to_everybody() -> None:
    found = account(
        (known("/news/a"), Standing.MOVED, "/news/"),
        (known("/buy-pills/x", 9, status=0), Standing.NOT_YET, "/buy-pills/"),
        (known("/nasty", language="<b>"), Standing.NOT_YET, "/news/"),
    )

    assert [(one.name, one.pages.total) for one in found.sections] == [("/news/", 2), ("", 1)]
    assert {one.name for one in found.languages} == {"en", ""}


def test_groups_beyond_the_largest_are_one() -> None:
    entries = [(known(f"/{number}/a"), Standing.MOVED, f"/{number}/") for number in range(MOST_SHOWN + 10)]
    found = account(*entries)

    assert len(found.sections) == MOST_SHOWN + 1
    assert (found.sections[-1].name, found.sections[-1].pages.moved) == ("", 10)


def test_moved_this_week_are_seven_days_the_most_visited_first() -> None:
    counted = Account(TODAY)
    for name, days, visits in (("old", 7, 99), ("six", 6, 1), ("today", 0, 5), ("tomorrow", -1, 9), ("undated", None, 9)):
        date = None if days is None else TODAY - dt.timedelta(days=days)
        counted.moved(known(f"/{name}", visits), f"https://www.new.example/{name}", date, is_public=True)
    counted.moved(known("/reset?token=1", 50), "https://www.new.example/reset", TODAY, is_public=False)
    week = counted.progress(NOW).week

    assert (str(week.since), str(week.until), week.count) == ("2026-11-18", "2026-11-24", 3)
    assert [move.old for move in week.moves] == ["/today", "/six"]


def test_a_move_does_not_name_the_host_that_only_the_proxy_knows() -> None:
    counted = Account(TODAY)
    counted.moved(Address("http://10.0.0.5:8080/a?b=1", title="x" * 500), "https://new.example/a", TODAY, is_public=True)
    (move,) = counted.progress(NOW).week.moves

    assert (move.old, len(move.title)) == ("/a?b=1", 120)


def point(day: dt.date, moved: int = 1) -> Point:
    return Point(date=day, pages=Counts(moved=moved), visits=Counts())


def test_a_second_count_of_a_day_takes_the_place_of_the_first() -> None:
    history = history_with(history_with([], point(TODAY, 1)), point(TODAY, 2))

    assert [one.pages.moved for one in history] == [2]


@given(st.lists(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), max_size=60))
def test_history_is_in_order_and_ends_with_the_new_point(days: list[dt.date]) -> None:
    history = history_with([point(day) for day in days], point(TODAY, 7))

    dates = [one.date for one in history]
    assert dates == sorted(set(dates))
    assert history[-1] == point(TODAY, 7)
    assert {day for day in days if 0 < (TODAY - day).days <= 60} <= set(dates)


def test_a_history_of_years_stays_small_and_keeps_a_point_of_each_week() -> None:
    history: list[Point] = []
    for number in range(1000):
        history = history_with(history, point(TODAY + dt.timedelta(days=number)))

    assert len(history) <= MOST_POINTS
    weeks = {one.date.isocalendar()[:2] for one in history}
    assert len(weeks) in (143, 144)
    assert all(one.date.isoweekday() == 7 for one in history[1:50])


def test_a_snapshot_comes_back_as_it_was_and_no_other_version_does() -> None:
    whole = Snapshot(sites={"main": account((known("/a"), Standing.MOVED, "/"))})
    data = msgspec.json.encode(whole)

    assert msgspec.json.decode(data, type=Snapshot) == whole
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(data.replace(b'"version":1', b'"version":2'), type=Snapshot)
