"""Ready vectors offer candidates and tell ties apart; they make nothing sure, and without them nothing changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from migrator.pages.candidates import Pairs
from migrator.pages.confidence import LEANT_MOST, leant
from migrator.pages.embedding_file import Vector
from migrator.pages.embeddings import MOST, Embeddings, Nearness, leanings
from migrator.pages.matching import match, profiled
from migrator.pages.page import Page
from tests.pages.making import NEW, OLD, SENTENCES, new_page, page, prose

LIKELY = arrays(np.float64, 6, elements=st.floats(0, 0.3))
PAIRS = Pairs(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 0, 2, 1]), 3, 3)


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


def embedded(old: list[Page], new: list[Page], vectors: dict[str, Vector]) -> Embeddings:
    """The vectors of these pages by path, `new:/…` for one of the new site."""
    return Embeddings(
        {one.url: vectors[path] for one in old if (path := one.url.removeprefix(OLD)) in vectors},
        {one.url: vectors[path] for one in new if (path := f"new:{one.url.removeprefix(NEW)}") in vectors},
    )


def test_a_page_that_only_its_vector_finds_is_a_candidate() -> None:
    old = [page("/qqq.html", "Zzz yyy.", title="Xxx"), *(page(f"/o/{n}", SENTENCES[n], title=f"O {n}") for n in range(4))]
    new = [new_page(f"/n/{n}", SENTENCES[n], title=f"N {n}") for n in range(12)]
    left, right = profiled(old, new)
    vectors = {"/qqq.html": vector(0, 3)} | {f"new:/n/{n}": vector(12 - n, n) for n in range(12)}
    codes = Nearness(embedded(old, new, vectors), left, right).offers(across=False)

    assert set(codes.tolist()) == {7, 8, 9, 10, 11}


def test_nothing_in_another_language_is_offered_unless_asked_for() -> None:
    old, new = [page("/a", "A")], [new_page("/fr/b", "B", language="fr"), new_page("/c", "C")]
    near = Nearness(embedded(old, new, {"/a": vector(1, 0), "new:/fr/b": vector(1, 0)}), *profiled(old, new))

    assert near.offers(across=False).tolist() == []
    assert near.offers(across=True).tolist() == [0]


def test_a_page_without_a_vector_is_near_to_nobody() -> None:
    old, new = [page("/a", "A"), page("/b", "B")], [new_page("/a", "A"), new_page("/c", "C")]
    near = Nearness(embedded(old, new, {"/a": vector(3, 4), "new:/a": vector(30, 40)}), *profiled(old, new))
    cosines = near.of(Pairs(np.array([0, 0, 1]), np.array([0, 1, 0]), 2, 2))

    assert cosines[0] == pytest.approx(1)
    assert np.isnan(cosines[1:]).all()


def test_twins_are_told_apart_by_their_vectors_but_not_for_sure() -> None:
    old = [page("/apps/checklist.html", prose(3, 6), title="Checklist"), page("/x", SENTENCES[1], title="X")]
    twins = [new_page(f"/{name}/checklist", prose(3, 6), title="Checklist") for name in ("deploy", "manage")]
    new = [*twins, *(new_page(f"/n/{n}", SENTENCES[n], title=f"N {n}") for n in (0, 1, 2, 9, 10))]
    vectors = {
        "/apps/checklist.html": vector(1, 0.1),
        "new:/manage/checklist": vector(1, 0),
        "new:/deploy/checklist": vector(0, 1),
    }
    without, within = match(old, new)[0], match(old, new, embeddings=embedded(old, new, vectors))[0]

    assert without.best
    assert within.best
    assert without.best.confidence < 0.6
    assert within.best.url == f"{NEW}/manage/checklist"
    assert 0.6 < within.best.confidence <= LEANT_MOST
    assert any(sentence.startswith("nearer by its vector") for sentence in within.best.evidence)


def test_vectors_of_no_page_change_nothing() -> None:
    old, new = [page(f"/o/{n}", prose(n), title=f"O {n}") for n in range(6)], [new_page(f"/n/{n}", prose(n)) for n in range(6)]

    assert match(old, new, embeddings=Embeddings({}, {})) == match(old, new)


@given(st.lists(st.lists(st.floats(-1, 1, width=16), min_size=3, max_size=3), min_size=12, max_size=12))
@settings(max_examples=15, deadline=None)
def test_no_vector_makes_a_match_sure(numbers: list[list[float]]) -> None:
    old = [page(f"/o/{n}", prose(n), title=f"Topic {n}") for n in range(6)]
    new = [new_page(f"/n/{n}", prose(n + 1), title=f"Topic {n}") for n in range(6)]
    vectors = {f"/o/{n}": vector(*numbers[n]) for n in range(6)} | {f"new:/n/{n}": vector(*numbers[6 + n]) for n in range(6)}
    before = {(one.old_url, c.url): c.confidence for one in match(old, new) for c in one.candidates}
    for one in match(old, new, embeddings=embedded(old, new, vectors)):
        for candidate in one.candidates:
            assert candidate.confidence <= max(LEANT_MOST, before.get((one.old_url, candidate.url), 0.0) + 0.02)


@given(LIKELY, arrays(np.float64, 6, elements=st.floats(-MOST, MOST)))
@settings(max_examples=100, deadline=None)
def test_leaning_shares_out_anew_and_adds_nothing(probability: np.ndarray, leaning: np.ndarray) -> None:
    after = leant(probability, PAIRS, leaning)

    assert after.min() >= 0
    assert np.bincount(PAIRS.old, after) == pytest.approx(np.bincount(PAIRS.old, probability))
    assert after[5] == pytest.approx(probability[5])


def test_what_is_less_than_half_as_probable_is_not_leant_to() -> None:
    after = leant(np.array([0.5, 0.3, 0.1, 0.6, 0.2, 0.1]), PAIRS, np.array([-1.0, 1, 3, 0, 3, 3]))

    assert after[1] > after[0]
    assert after[[2, 3, 4, 5]].tolist() == pytest.approx([0.1, 0.6, 0.2, 0.1])


@given(arrays(np.float64, 6, elements=st.floats(-1, 1) | st.just(float("nan"))), st.floats(0.1, 1), st.floats(-0.5, 0.5))
@settings(max_examples=100, deadline=None)
def test_only_differences_between_the_candidates_of_a_page_count(cosines: np.ndarray, scale: float, shift: float) -> None:
    found = leanings(cosines, PAIRS)

    assert not np.isnan(found).any()
    assert np.abs(found).max() <= MOST
    assert found[5] == 0
    if np.nanmax(np.append(np.abs(found), 0)) > 0.01:
        assert leanings(cosines * scale + shift, PAIRS) == pytest.approx(found, abs=1e-4)
