"""What a new page lacks of an old one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.page import Content, Image, Link
from migrator.pages.parity import Comparer, Frame, Parity
from tests.pages.making import NEW, OLD, SENTENCES, new_page, page, prose

BECAME = {"/wells": f"{NEW}/projects/wells", "/files/plan.pdf": f"{NEW}/downloads/2026.pdf"}


def key(url: str) -> str:
    return url.removeprefix(OLD) if url.startswith(OLD) else ""


def compared(old: Content, new: Content, frame: Frame | None = None) -> Parity:
    comparer = Comparer(frame or Frame(), key, BECAME)
    here, there = (replace(made, content=content) for made, content in ((page("/old"), old), (new_page("/new"), new)))
    return comparer.compare(here, old.text, there)


def test_a_page_that_has_all_lacks_nothing() -> None:
    content = Content("Wells", "Wells", ("Wells", "Digging"), text=f"{prose(0)}\nDigging\n{prose(4)}")
    found = compared(content, replace(content, title="Other", text=f"{prose(4)}\nDigging\n{prose(0)}\nMore and more."))

    assert (found.found, found.words_missing, found.passages, found.headings, found.loss) == (1.0, 0, (), (), 0)


def test_sentences_that_are_missing_are_quoted_in_order() -> None:
    found = compared(Content(text=prose(0, 4)), Content(text=f"{SENTENCES[1]} {SENTENCES[3]}"))

    assert found.passages == (SENTENCES[0].rstrip("."), SENTENCES[2].rstrip("."))
    assert found.found == pytest.approx(0.5, abs=0.1)
    assert found.words_missing > 20


def test_a_sentence_that_was_reworded_a_little_is_there() -> None:
    reworded = SENTENCES[0].replace("on foot", "by foot")
    found = compared(Content(text=SENTENCES[0]), Content(text=reworded))

    assert found.passages == ()
    assert found.found is not None
    assert 0.5 <= found.found < 1


def test_short_sentences_must_be_there_as_they_are() -> None:
    found = compared(Content(text="Open daily.\nCall us now."), Content(text="We are open daily from nine."))

    assert found.passages == ("Call us now.",)


@pytest.mark.parametrize(
    "language", ["井戸は乾季に掘られます。募金箱は郵便局にあります。", "تحفر الآبار في موسم الجفاف عندما يجف النهر."]
)
def test_every_script_is_compared(language: str) -> None:
    assert compared(Content(text=language), Content(text=f"…{language}…")).found == 1
    assert compared(Content(text=language), Content(text=SENTENCES[0])).found == 0


def test_a_page_without_text_has_no_share() -> None:
    assert compared(Content(), Content(text=prose(0))).found is None


def test_headings_may_have_become_text() -> None:
    old = Content(headings=("Who pays", "Who digs"), text="Nothing")
    found = compared(old, Content(text="Nothing of who pays is said"))

    assert found.headings == ("Who digs",)


def test_files_are_found_by_name_or_where_they_are_known_to_be() -> None:
    old = Content(assets=(f"{OLD}/files/plan.pdf", f"{OLD}/files/Report%201.pdf", f"{OLD}/files/lost.doc"))
    new = Content(links=(Link(f"{NEW}/downloads/2026.pdf"),), assets=(f"{NEW}/media/report 1.pdf",))

    assert compared(old, new).files == (f"{OLD}/files/lost.doc",)


def test_links_are_followed_to_where_their_pages_went() -> None:
    old = Content(
        links=tuple(
            map(Link, (f"{OLD}/wells", f"{OLD}/no-successor", f"{OLD}/old", "https://who.example/a", "https://b.example"))
        )
    )

    assert compared(old, Content()).links == (f"{OLD}/wells", "https://who.example/a", "https://b.example")
    assert compared(old, Content(links=(Link(f"{NEW}/projects/wells/"), Link("https://b.example/")))).links == (
        "https://who.example/a",
    )


def test_images_are_found_by_name_without_size_and_type_or_by_their_words() -> None:
    images = (Image(f"{OLD}/i/well-300x200.jpg"), Image(f"{OLD}/i/1.gif", "A dug well"), Image(f"{OLD}/i/2.gif", "Lost"))
    new = Content(images=(Image(f"{NEW}/m/Well.webp"), Image(f"{NEW}/m/x.webp", caption="a dug  WELL")))

    assert compared(Content(images=images), new).images == (f"{OLD}/i/2.gif",)


def test_what_every_page_of_the_old_site_has_is_not_missed() -> None:
    common = Content(headings=("Donate",), links=(Link("https://bank.example/"),), images=(Image(f"{OLD}/logo.gif", "Logo"),))
    own = replace(common, headings=("Donate", "Own"))
    frame = Frame.learned([common] * 5)

    found = compared(own, Content(), frame)
    assert (found.headings, found.links, found.images) == (("Own",), (), ())
    assert Frame.learned([common] * 3) == Frame()


TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=6).map("\n".join)


@given(TEXTS, TEXTS)
def test_more_on_the_new_page_is_never_a_loss(old: str, more: str) -> None:
    alone = compared(Content(text=old), Content())
    richer = compared(Content(text=old), Content(text=more))
    whole = compared(Content(text=old), Content(text=f"{more}\n{old}"))

    assert richer.loss <= alone.loss
    assert whole.loss == 0


def test_a_page_of_measure_is_compared_in_bounded_steps() -> None:
    """Many short lines against a long text: each is one look-up, not a search through the text."""
    text = "\n".join(f"Row {number}" for number in range(10_000))

    assert compared(Content(text=text), Content(text=text)).found == 1
