"""Every old page gets its likely candidates, each with how alike the two are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from migrator.pages.candidates import Pairs
from migrator.pages.matching import profiled
from migrator.pages.page import Page
from migrator.pages.similarity import SIGNALS, compare
from tests.pages.making import SENTENCES, new_page, page, prose


def signals(old: Sequence[Page], new: Sequence[Page]) -> dict[tuple[int, int], dict[str, float]]:
    """The named signals of every pair of candidates."""
    pairs, values = compare(*profiled(old, new))
    places = zip(pairs.old.tolist(), pairs.new.tolist(), strict=True)
    return {pair: dict(zip(SIGNALS, map(float, row), strict=True)) for pair, row in zip(places, values, strict=True)}


def test_the_same_page_is_alike_in_everything() -> None:
    found = signals(
        [page("/fieldwork/water.html", prose(0), title="Clean water")],
        [new_page("/fieldwork/water", prose(0), title="Clean water")],
    )

    assert {name: round(value, 3) for name, value in found[0, 0].items()} == {
        "shape": 1,
        "words": 1,
        "both": 1,
        "same_path": 1,
        "slug": 1,
        "folder_name": 0,
        "relative_shape": 1,
        "relative_slug": 1,
        "passages": 1,
    }


def test_every_signal_lies_between_nothing_and_one() -> None:
    old = [page(f"/a/{number}.html", prose(number), title=f"Page {number}") for number in range(9)]
    new = [new_page(f"/b/{number}", prose(number, 6), title=f"Part {number}") for number in range(12)]
    _, values = compare(*profiled(old, new))

    assert values.min() >= 0
    assert values.max() <= 1 + 1e-5


def test_a_text_is_found_though_address_and_title_are_new() -> None:
    found = signals(
        [page("/item.asp?id=7", SENTENCES[3], title="Untitled")],
        [new_page(f"/stories/{number}", SENTENCES[number], title=f"Story {number}") for number in range(8)],
    )

    assert max(found, key=lambda pair: found[pair]["words"]) == (0, 3)


def test_a_page_folded_into_a_long_one_is_a_candidate() -> None:
    new = [
        new_page("/long", prose(0, 12)),
        *(new_page(f"/n{number}", f"{prose(0, 1)} Other words {number}.") for number in range(30)),
    ]

    assert (0, 0) in signals([page("/old", prose(4, 1))], new)


def test_pages_in_different_languages_are_never_paired() -> None:
    old = [page("/a", prose(0), language="fr"), page("/b", prose(0), language="")]
    new = [
        new_page("/a", prose(0), language="en"),
        new_page("/x", prose(0), language="fr"),
        new_page("/y", prose(0), language=""),
    ]
    found = signals(old, new)

    assert {pair for pair in found if pair[0] == 0} == {(0, 1), (0, 2)}
    assert {pair for pair in found if pair[0] == 1} == {(1, 0), (1, 1), (1, 2)}


def test_a_page_that_bears_the_name_of_the_old_folder_is_marked_unless_the_old_page_is_the_folder() -> None:
    old = [page("/help/sam/reset.html", prose(1)), page("/help/sam/", prose(2))]
    found = signals(old, [new_page("/agencies/sam", prose(1, 8))])

    assert found[0, 0]["folder_name"] > 0.9
    assert found[1, 0]["folder_name"] == 0


def test_empty_sites_have_no_pairs() -> None:
    for old, new in (([], []), ([page("/a", "words")], []), ([], [new_page("/a", "words")]), ([page("/a")], [new_page("/b")])):
        pairs, values = compare(*profiled(old, new))
        assert len(pairs.old) == 0
        assert values.shape == (0, len(SIGNALS))


def test_most_is_the_highest_of_each_old_page() -> None:
    pairs = Pairs(np.array([0, 0, 2]), np.array([0, 1, 0]), 3, 2)

    assert pairs.most(np.array([0.2, 0.7, 0.4])).tolist() == [0.7, 0, 0.4]
