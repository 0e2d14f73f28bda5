"""Laws of the account of coverage, whatever is counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.coverage import MOST_GROUPS, OTHERS, Address, Coverage, Reply, answered, percent, section_of

ENTRIES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(Reply)), max_size=40)


@given(ENTRIES, st.integers(0, 10))
def test_the_missing_are_the_most_visited_and_reach_all_visits_in_the_end(entries: list[tuple[int, Reply]], most: int) -> None:
    account = Coverage(most)
    for number, (visits, reply) in enumerate(entries):
        account.count(Address(f"http://h/{number:03}", visits), reply, "/")

    listed = list(account.missing())
    is_done = [reply.is_answer or reply is Reply.KEPT for _, reply in entries]
    unanswered = [(-visits, number) for number, (visits, _) in enumerate(entries) if not is_done[number]]
    assert [one.address.url for one in listed] == [f"http://h/{number:03}" for _, number in sorted(unanswered)[:most]]
    reached = [one.reaches for one in listed if one.reaches is not None]
    assert reached == sorted(reached)
    if any(visits for visits, _ in entries):
        assert len(reached) == len(listed)
        kept = any(reply is Reply.KEPT and visits for visits, reply in entries)
        assert not reached or len(listed) < len(unanswered) or (reached[-1] == 1) is not kept
    tallies = account.sections.values()
    assert sum(answered(tally.visits) for tally in tallies) == sum(visits for visits, reply in entries if reply.is_answer)


def test_a_site_of_one_folder_a_page_does_not_fill_the_memory() -> None:
    account = Coverage(0)
    for number in range(MOST_GROUPS + 50):
        account.count(Address(f"http://h/{number}/x"), Reply.OLD, f"/{number}/")

    assert len(account.sections) == MOST_GROUPS + 1
    assert account.sections[OTHERS].addresses.total() == 50


def test_sections_are_first_folders() -> None:
    wanted = {"http://h/": "/", "http://h/a.html": "/", "http://h/News/b?c=/d": "/news/", "http://h//x": "/", "http://h": "/"}

    assert {url: section_of(url, case=True) for url in wanted} == wanted
    assert section_of("http://h/News/b", case=False) == "/News/"


def test_nearly_all_is_not_shown_as_all() -> None:
    assert [percent(part) for part in (0.99999, 1.0, 0.29, None)] == ["99.9 %", "100.0 %", "29.0 %", "-"]
