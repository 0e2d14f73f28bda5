"""Laws of an old page beside a candidate, and how near a mistyped address is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.near import nearness
from migrator.pages.page import Page
from migrator.pages.side_by_side import Beside, beside
from tests.pages.making import NEW, SENTENCES, new_page, page, prose


def shown(old: Page, new: Page) -> Beside:
    return beside(old, old.content.text, new, new.content.text)


def test_a_page_beside_itself_is_as_like_as_can_be_and_nothing_speaks_against_it() -> None:
    found = shown(page("/a/b", prose(0), title="Wells", h1="Wells"), new_page("/a/b", prose(0), title="Wells", h1="Wells"))

    assert {signal.strength for signal in found.signals} == {1}
    assert found.against == ()
    assert len(found.found_again) == 3


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (new_page("/x", status=404), "the new site answers 404 there"),
        (new_page("/x", status=0), "the new site does not answer there"),
        (replace(new_page("/x"), soft_404="it says so"), "it is no page: it says so"),
        (replace(new_page("/x"), near_duplicate_of=f"{NEW}/y"), f"it nearly repeats {NEW}/y"),
        (new_page("/x", "Rien du tout.", language="fr-ca"), "the old page is in en, this one in fr"),
        (new_page("/x", "Nothing."), "hardly any of the old text is found again (0 %)"),
        (new_page("/x", title="Soup"), "the titles have no word in common"),
        (new_page("/x", " ".join(f"word{n}" for n in range(300))), "the old page has 51 words, this one 300"),
    ],
)
def test_against_it_speaks(new: Page, said: str) -> None:
    assert said in shown(page("/old", prose(0), title="Wells"), new).against


def test_a_canonical_address_on_the_site_to_be_is_its_own() -> None:
    new = new_page("/x", prose(0))
    own = replace(new, content=replace(new.content, canonical="https://launched.example/x/"))
    other = replace(new, content=replace(new.content, canonical=f"{NEW}/y"))

    assert not shown(page("/x", prose(0)), own).against
    assert shown(page("/x", prose(0)), other).against == (f"it names another address as its own: {NEW}/y",)


TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=5).map("\n".join)


@given(TEXTS, TEXTS)
def test_every_strength_is_a_share(old: str, new: str) -> None:
    for signal in shown(page("/a", old), new_page("/b", new)).signals:
        assert signal.strength is None or 0 <= signal.strength <= 1


@given(st.text(max_size=20), st.text(max_size=20))
def test_nothing_is_nearer_than_the_same(one: str, other: str) -> None:
    assert nearness(one, one) == 1
    assert 0 <= nearness(one, other) <= 1
    assert nearness(one, other) == pytest.approx(nearness(other, one))


def test_a_slip_of_the_pen_is_nearer_than_another_page_of_the_folder() -> None:
    assert nearness("/about/histroy.html", "/about/history.html") > nearness("/about/histroy.html", "/about/contact.html")
