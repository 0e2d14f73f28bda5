"""Where a page's neighbours went says where it went."""

from __future__ import annotations

import numpy as np
import pytest

from migrator.pages.candidates import Pairs
from migrator.pages.matching import profiled
from migrator.pages.neighbours import SIGNALS, Neighbourhood
from tests.pages.making import new_page, page

OLD = ["/fieldwork/", "/fieldwork/water", "/fieldwork/schools", "/fieldwork/health", "/about"]
NEW = ["/projects/", "/projects/water", "/projects/schools", "/projects/health", "/news/health", "/"]


def vote(certain: dict[str, str], asked: tuple[str, str]) -> dict[str, float]:
    """What the neighbours say of the pair `asked`, where these old pages certainly became these new ones."""
    old = [page(path, links=["/fieldwork/water", "/fieldwork/schools"] if path == "/about" else []) for path in OLD]
    new = [new_page(path, links=["/projects/water", "/projects/schools"] if path == "/" else []) for path in NEW]
    keys = sorted(
        {*((OLD.index(one), NEW.index(other)) for one, other in certain.items()), (OLD.index(asked[0]), NEW.index(asked[1]))}
    )
    pairs = Pairs(np.array([key[0] for key in keys]), np.array([key[1] for key in keys]), len(old), len(new))
    chance = np.array([float(certain.get(OLD[key[0]]) == NEW[key[1]]) for key in keys])
    votes = Neighbourhood(*profiled(old, new), pairs).votes(chance, chance)
    row = votes[keys.index((OLD.index(asked[0]), NEW.index(asked[1])))]
    return dict(zip(SIGNALS, map(float, row), strict=True))


MOVED = {"/fieldwork/water": "/projects/water", "/fieldwork/schools": "/projects/schools"}


def test_a_folder_that_moved_takes_its_other_pages_along() -> None:
    assert vote(MOVED, ("/fieldwork/health", "/projects/health"))["folder"] == pytest.approx(2 / 3)
    assert vote(MOVED, ("/fieldwork/health", "/news/health"))["folder"] == 0


def test_a_page_is_no_witness_for_itself() -> None:
    assert vote({"/fieldwork/health": "/news/health"}, ("/fieldwork/health", "/news/health"))["folder"] == 0


def test_the_root_of_a_section_went_where_its_pages_went() -> None:
    assert vote(MOVED, ("/fieldwork/", "/projects/"))["landing"] == pytest.approx(2 / 3 * (1 - 4 / 6))
    assert vote(MOVED, ("/fieldwork/", "/news/health"))["landing"] == 0
    assert vote(MOVED, ("/fieldwork/", "/"))["landing"] == pytest.approx(0)
    assert vote(MOVED, ("/about", "/projects/"))["landing"] == 0


def test_the_pages_of_a_folder_that_lead_to_one_page_draw_the_others_there() -> None:
    merged = {"/fieldwork/water": "/news/health", "/fieldwork/schools": "/news/health"}

    assert vote(merged, ("/fieldwork/health", "/news/health"))["merge"] == pytest.approx(2 / 3)
    assert vote(MOVED, ("/fieldwork/health", "/news/health"))["merge"] == 0


def test_pages_that_link_to_the_same_pages_belong_together() -> None:
    assert vote(MOVED, ("/about", "/"))["links"] == pytest.approx(2 / 3)
    assert vote(MOVED, ("/about", "/projects/"))["links"] == 0


def test_a_new_page_that_another_old_one_claims_is_less_free() -> None:
    assert vote(MOVED, ("/fieldwork/health", "/projects/water"))["rival"] == 1
    assert vote(MOVED, ("/fieldwork/health", "/projects/health"))["rival"] == 0


def test_where_nothing_is_known_nobody_votes() -> None:
    assert set(vote({}, ("/fieldwork/health", "/projects/health")).values()) == {0}


def test_no_pairs_have_no_votes() -> None:
    nothing = np.empty(0, dtype=np.int64)

    assert Neighbourhood([], [], Pairs(nothing, nothing, 0, 0)).votes(np.empty(0), np.empty(0)).shape == (0, len(SIGNALS))
