"""The search page in a browser: no rule of axe is broken, it works by keyboard without scripts, and it fits a narrow window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.serve.live import serve
from tests.serve.searching import searchable

SEARCHES = ("", "q=village", "q=village&lang=ar", "q=unheardof", "q=children+measels+zyxw&lang=fr", "q=donate")
PIN = "version: 1\npins: [{words: [donate], url: 'https://www.new.example/give', title: Give now}]\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(searchable(tmp_path_factory.mktemp("site"), search=PIN)) as running:
        yield running.replace("127.0.0.1", "www.old.example")


@pytest.mark.parametrize("query", SEARCHES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(base: str, tab: Page, query: str, scheme: str) -> None:
    tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    tab.goto(f"{base}/_transition/search?{query}")
    found = Axe().run(tab).response["violations"]
    assert not [(rule["id"], rule["nodes"][0]["html"]) for rule in found]


@pytest.mark.parametrize("query", SEARCHES)
def test_nothing_is_wider_than_a_narrow_window(base: str, tab: Page, query: str) -> None:
    tab.set_viewport_size({"width": 320, "height": 600})
    tab.goto(f"{base}/_transition/search?{query}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_works_by_keyboard_and_without_scripts(base: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/_transition/search")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("measles")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=measles")
    assert page.get_by_role("status").inner_text() == "Results: 1"
    assert page.get_by_role("link", name="Measles week").count() == 1
    context.close()


def test_buttons_and_links_are_large_enough_to_be_hit(base: str, tab: Page) -> None:
    tab.goto(f"{base}/_transition/search?q=village")
    for name, least in (("form button", 44), ("form input[type=search]", 44), ("h3 a", 24), ("nav a", 24), ("footer a", 24)):
        for place in tab.locator(name).all():
            box = place.bounding_box()
            assert box
            assert box["height"] >= least, name
