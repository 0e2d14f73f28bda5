"""The tree offers candidates that no text and no address would."""

from __future__ import annotations

import numpy as np

from migrator.pages.candidates import candidates, vectors, with_offers
from migrator.pages.matching import profiled
from migrator.pages.neighbours import doors
from migrator.pages.offers import offers
from migrator.pages.page import Page
from migrator.pages.profile import profiles
from migrator.pages.similarity import compare
from tests.pages.making import SENTENCES, new_page, page

OLD = [page(f"/references/{n}", SENTENCES[n], title=SENTENCES[n][:9]) for n in range(5)]
NEW = [new_page(f"/docs/api/{n}", SENTENCES[n], title=SENTENCES[n][:9]) for n in range(5)]


def offered(old: list[Page], new: list[Page]) -> set[tuple[str, str]]:
    """The pairs of paths that only the tree offers."""
    left, right = profiled(old, new)
    sides = vectors(left, right)
    plain = candidates(left, right, *sides, across=False)
    codes = offers(left, right, plain, np.ones(len(plain.old)), across=False)
    more = with_offers(plain, codes)
    pairs = {(left[one].path, right[other].path) for one, other in zip(more.old, more.new, strict=True)}
    return pairs - {(left[one].path, right[other].path) for one, other in zip(plain.old, plain.new, strict=True)}


def test_the_root_of_a_section_is_offered_the_page_that_leads_into_the_new_one() -> None:
    root = page("/references/", "Zzz.", title="Qqq")

    assert ("/references", "/docs/api/0") in offered([*OLD, root], NEW)
    assert ("/references", "/docs/api/overview") in offered([*OLD, root], [*NEW, new_page("/docs/api/overview", "Vvv.")])


def test_a_page_is_offered_where_its_folder_went() -> None:
    stray = page("/references/zzz", "Zzz.", title="Qqq")
    merged = [new_page("/all", "\n".join(SENTENCES[:5]), title="All"), *(new_page(f"/news/{n}", SENTENCES[n]) for n in (7, 8, 9))]

    assert ("/references/zzz", "/all") in offered([*OLD, stray], merged)


def test_a_page_is_offered_the_door_of_the_sections_where_what_is_like_it_stands() -> None:
    topics = [new_page(f"/help/{kind}/{n}", SENTENCES[n], title=SENTENCES[n][:9]) for n, kind in enumerate("abcde")]
    overview = new_page("/help/c/overview", "Www.", title="Vvv")
    found = offered([page(f"/faq/{n}", SENTENCES[n], title=SENTENCES[n][:9]) for n in range(5)], [*topics, overview])

    assert ("/faq/2", "/help/c/overview") in found


def test_a_page_in_another_language_is_not_offered() -> None:
    stray = page("/references/zzz", "Zzz.", title="Qqq", language="fr")
    new = [*NEW, new_page("/fr/x", "Www.", language="fr")]
    pairs, _ = compare(*profiled([*OLD, stray], new))

    assert 5 not in {old for old, place in zip(pairs.old.tolist(), pairs.new.tolist(), strict=True) if place < 5}


def test_the_door_of_a_folder_is_at_its_address_or_its_overview_or_its_first_page() -> None:
    paths = ["/a", "/a/x", "/b/y", "/b/overview", "/c/z", "/c/k", "/"]
    found = doors(profiles([page(path) for path in paths], ["en"] * len(paths)))

    assert [paths[place] for place in found["/a"]] == ["/a"]
    assert [paths[place] for place in found["/b"]] == ["/b/overview"]
    assert [paths[place] for place in found["/c"]] == ["/c/k"]
    assert [paths[place] for place in found[""]] == ["/"]
