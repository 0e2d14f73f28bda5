"""Pages that say that they are not there are told in ten languages, and pages about that are not."""

from __future__ import annotations

import pytest

from migrator.pages.page import Content
from migrator.pages.soft_404 import MAX_ASKED, MAX_WORDS, Addresses, says_not_found


@pytest.mark.parametrize(
    "title",
    [
        *("Page not found | Lantern", "404", "Error 404 (Not Found)!!1", "Lantern - File not found", "Oops! Page doesn’t exist"),
        *("Page introuvable – Lanterne", "Página no encontrada", "الصفحة غير موجودة", "Страница не найдена", "页面不存在 - 灯笼"),
        *("Página não encontrada", "Seite nicht gefunden", "Ukurasa haupatikani", "पृष्ठ नहीं मिला"),
    ],
)
def test_a_title_says_that_nothing_is_there(title: str) -> None:
    assert says_not_found(Content(title=title, text="We are sorry."))
    assert says_not_found(Content(title="Lantern", h1=title))
    assert not says_not_found(Content(title=title, text="word " * (MAX_WORDS + 1)))


@pytest.mark.parametrize(
    "title", ["Lost and found", "How to write a good page for what was not found on your site", "Route 404", "Water", "", "4040"]
)
def test_other_titles_do_not(title: str) -> None:
    assert not says_not_found(Content(title=title))


def test_impossible_addresses_are_like_those_there_are() -> None:
    addresses = Addresses()
    for url in (
        "http://h/",
        "http://h/news/a.asp?id=1",
        "http://h/news/old/b.asp",
        "http://h/shop/",
        *(f"http://h/{n}/x" for n in range(20)),
    ):
        addresses.add(url)
    asked = addresses.impossible("http://h")

    assert len(asked) == MAX_ASKED
    assert asked[0].startswith("http://h/news/")
    assert asked[0].endswith(".asp")
    assert len(set(asked)) == len(asked)
    assert asked == addresses.impossible("http://h")
