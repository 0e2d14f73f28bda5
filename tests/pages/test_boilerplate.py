"""What repeats over a site is learned and dropped; what is a page's own stays, on small sites too."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.boilerplate import own_texts
from migrator.pages.page import Content, Link


def contents(texts: Sequence[str], h1: str = "", anchors: Sequence[str] = ()) -> list[Content]:
    links = tuple(Link(f"http://www.old.example/{anchor}", anchor) for anchor in anchors)
    return [Content(text=text, h1=h1, links=links) for text in texts]


def own(pages: Sequence[Content]) -> list[str]:
    return own_texts(pages, ["en"] * len(pages))


def test_header_menu_and_footer_go_and_the_page_stays() -> None:
    pages = contents([f"Lantern\nHome\nContact\nPage {number}\nIts own words {number}\nImprint" for number in range(30)])

    assert own(pages)[7] == "Page 7\nIts own words 7"


def test_what_stands_on_a_few_pages_is_their_own() -> None:
    texts = [
        f"Lantern\nPage {number}\n" + ("Read this first\n" if number < 4 else "") + f"Words {number}" for number in range(40)
    ]

    assert own(contents(texts))[2] == "Page 2\nRead this first\nWords 2"


def test_a_line_within_the_page_goes_only_where_much_of_the_site_has_it() -> None:
    texts = [f"First {number}\n{'Was this helpful?' if number % 2 else 'Example'}\nLast {number}" for number in range(12)]
    rare = [f"First {number}\n{'Example' if number < 3 else f'Other {number}'}\nLast {number}" for number in range(12)]

    assert own(contents(texts))[1] == "First 1\nLast 1"
    assert own(contents(rare))[1] == "First 1\nExample\nLast 1"


def test_a_sections_menu_goes_though_few_pages_have_it() -> None:
    menu = "Wells\nPumps\nTanks"
    texts = [f"{menu}\nWords {number}" if number < 3 else f"Other {number}\nWords {number}" for number in range(60)]

    assert own(contents(texts, anchors=["Wells", "Pumps", "Tanks"]))[1] == "Words 1"
    assert own(contents(texts))[1] == f"{menu}\nWords 1"


def test_a_menu_set_in_one_line_goes_though_no_page_has_the_same() -> None:
    words = ("Wells", "Pumps", "Tanks", "Pipes", "Pumps and tanks")
    menus = [" | ".join(words[number:] + words[:number]) for number in range(5)]
    texts = [f"Page {number}\nWords {number}\n{menus[number]}\n{''.join(words[number:] + words[:number])}" for number in range(5)]

    assert own(contents(texts, anchors=words))[1] == "Page 1\nWords 1"
    assert own(contents(texts))[1] == texts[1]


def test_a_sentence_that_has_links_is_no_menu() -> None:
    texts = [f"Page {number}\nWells and Pumps {number}\nWells" for number in range(3)]
    few = contents(["Page 1\nWells, Pumps"], anchors=["Wells", "Pumps"]) + contents(["Page 2", "Page 3"])

    assert own(contents(texts, anchors=["Wells", "Pumps"]))[1] == "Page 1\nWells and Pumps 1"
    assert own(few)[0] == "Page 1\nWells, Pumps"


def test_the_pages_own_heading_stays_though_menus_repeat_it() -> None:
    pages = [
        Content(text=f"Wells\nPumps\nWords {number}", h1="Wells", links=(Link("http://x.example/", "Wells"),))
        for number in range(9)
    ]

    assert own(pages)[0] == "Wells\nWords 0"


def test_each_language_is_learned_by_itself() -> None:
    english = [f"Lantern\nPage {number}" for number in range(40)]
    french = [f"La Lanterne\nLigne {number}" for number in range(4)]
    texts = own_texts(contents(english + french), ["en"] * 40 + ["fr"] * 4)

    assert texts[41] == "Ligne 1"


def test_on_a_site_of_three_pages_nothing_is_learned() -> None:
    assert own(contents(["Lantern\nA", "Lantern\nB", "Lantern\nC"])) == ["Lantern\nA", "Lantern\nB", "Lantern\nC"]


def test_a_page_without_words_has_none() -> None:
    assert own(contents([""] * 6)) == [""] * 6
    assert own([]) == []


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=6).map("\n".join), max_size=12))
@settings(max_examples=60, deadline=None)
def test_nothing_is_added_and_no_order_is_changed(texts: list[str]) -> None:
    for before, after in zip(texts, own(contents(texts)), strict=True):
        rest = iter(before.split("\n"))
        assert all(line in rest for line in after.split("\n") if after)
