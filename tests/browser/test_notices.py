"""The notices as a visitor meets them: in every language, on a telephone, in large print, in the dark, by keyboard, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Response

from tests.browser.legacy import boxes
from tests.browser.public_site import PATHS, TAGS, path, public_site

STATUS = {"gone": 410, "not found": 404, "not found and nothing like it": 404, "unavailable": 502}
LONGEST_WORDS = ("de", "ar", "hi")  # long words, the other direction, tall letters
SHIFTS = """window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifts += entry.value))
  .observe({type: "layout-shift", buffered: true});"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with public_site() as running:
        yield running


def opened(tab: Page, site: str, kind: str, tag: str) -> Response:
    answer = tab.goto(site + path(kind, tag))
    assert isinstance(answer, Response)
    return answer


def broken_rules(tab: Page) -> list[tuple[str, Any]]:
    found: list[dict[str, Any]] = Axe().run(tab).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("tag", TAGS)
def test_no_rule_of_accessibility_is_broken_in_any_language(site: str, tab: Page, kind: str, tag: str) -> None:
    answer = opened(tab, site, kind, tag)

    assert answer.status == STATUS[kind]
    assert tab.get_attribute("html", "lang") == tag
    assert not broken_rules(tab)


@pytest.mark.parametrize("kind", PATHS)
def test_nor_in_the_dark(site: str, tab: Page, kind: str) -> None:
    tab.emulate_media(color_scheme="dark")
    opened(tab, site, kind, "en")

    assert not broken_rules(tab)


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("tag", LONGEST_WORDS)
@pytest.mark.parametrize("text", [100, 200])
def test_nothing_is_cut_off_on_a_telephone_nor_in_large_print(site: str, tab: Page, kind: str, tag: str, text: int) -> None:
    tab.set_viewport_size({"width": 320, "height": 640})
    opened(tab, site, kind, tag)
    tab.evaluate("size => document.documentElement.style.fontSize = size + '%'", text)

    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    assert all(box["left"] >= 0 and box["right"] <= 320 for box in boxes(tab, "main *, header"))


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("tag", LONGEST_WORDS)
def test_wider_spacing_of_text_cuts_nothing_off(site: str, tab: Page, kind: str, tag: str) -> None:
    """WCAG 2.2, 1.4.12."""
    tab.set_viewport_size({"width": 320, "height": 640})
    opened(tab, site, kind, tag)
    # Set by script, as the pages' policy lets no style in.
    tab.evaluate("""document.querySelectorAll("*").forEach(one => { one.style.lineHeight = 1.5;
      one.style.letterSpacing = ".12em"; one.style.wordSpacing = ".16em"; })""")

    assert tab.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("kind", PATHS)
def test_targets_are_large_enough_for_fingers(site: str, tab: Page, kind: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 640})
    opened(tab, site, kind, "en")
    links, controls = boxes(tab, "main a"), boxes(tab, "main button, main input")

    assert links
    assert all(min(box["width"], box["height"]) >= 24 for box in links)
    assert len(controls) == 2
    assert all(min(box["width"], box["height"]) >= 44 for box in controls)


def test_the_keyboard_goes_from_the_skip_link_through_the_page_in_its_order(site: str, tab: Page) -> None:
    opened(tab, site, "not found", "en")
    order = []
    for _ in range(20):
        tab.keyboard.press("Tab")
        found = tab.evaluate("""() => { const one = document.activeElement, box = one.getBoundingClientRect();
          return [one.localName, one.innerText || one.value, box.width > 20 && box.top >= 0 && box.bottom <= innerHeight,
            getComputedStyle(one).outlineStyle]; }""")
        if found[0] == "body":
            break
        order.append(found)

    assert [name for name, *_ in order] == ["a", "a", "a", "input", "button", "a", "a", "a", "a"]
    assert order[0][1] == "Skip to main content"
    assert all(is_seen for _, _, is_seen, _ in order)
    assert all(outline == "solid" for *_, outline in order)


def test_the_skip_link_leads_past_what_comes_before(site: str, tab: Page) -> None:
    opened(tab, site, "gone", "en")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")

    assert tab.evaluate("document.activeElement.id") == "main"


def test_the_search_is_sent_by_enter_alone_and_holds_the_words_of_the_address(site: str, tab: Page) -> None:
    opened(tab, site, "not found", "en")
    assert tab.input_value("input[type=search]") == "summer fete"
    tab.focus("input[type=search]")
    with tab.expect_navigation():
        tab.keyboard.press("Enter")

    assert tab.url.endswith("/_transition/search?q=summer+fete")


@pytest.mark.parametrize("kind", PATHS)
@pytest.mark.parametrize("tag", ["ar", "en"])
def test_a_page_is_one_request_and_small_and_nothing_in_it_moves(site: str, browser: Browser, kind: str, tag: str) -> None:
    context = browser.new_context(java_script_enabled=True)
    page = context.new_page()
    page.add_init_script(SHIFTS)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    answer = opened(page, site, kind, tag)

    assert [request.url for request in asked if not request.url.endswith("/favicon.ico")] == [answer.url]
    assert len(answer.body()) < 30_000
    assert page.evaluate("window.shifts") == 0
    context.close()


def test_without_scripts_it_is_the_same_page(site: str, browser: Browser) -> None:
    texts = []
    for enabled in (True, False):
        context = browser.new_context(java_script_enabled=enabled)
        page = context.new_page()
        opened(page, site, "not found", "en")
        texts.append(page.inner_text("body"))
        context.close()

    assert texts[0] == texts[1]


@pytest.mark.parametrize("tag", TAGS)
def test_text_begins_where_its_language_begins(site: str, tab: Page, tag: str) -> None:
    opened(tab, site, "not found", tag)
    main, heading = boxes(tab, "main")[0], boxes(tab, "h1")[0]
    text = tab.evaluate("""() => { const range = document.createRange(); range.selectNodeContents(document.querySelector("h1"));
      const box = range.getBoundingClientRect(); return {left: box.left, right: box.right}; }""")

    assert heading["left"] >= main["left"]
    assert (abs(text["right"] - heading["right"]) < 2) if tag == "ar" else (abs(text["left"] - heading["left"]) < 2)


def test_on_paper_it_is_dark_on_white_without_the_skip_link(site: str, tab: Page) -> None:
    opened(tab, site, "not found", "en")
    tab.emulate_media(media="print")

    assert not tab.is_visible(".skip")
    assert tab.is_visible("h1")


def test_forced_colours_are_the_system_s_and_edges_of_the_field_remain(site: str, tab: Page) -> None:
    tab.emulate_media(forced_colors="active")
    opened(tab, site, "not found", "en")
    read = (
        """one => [getComputedStyle(one).borderTopStyle, getComputedStyle(one).color !== getComputedStyle(one).backgroundColor]"""
    )

    assert tab.eval_on_selector("input", read) == tab.eval_on_selector("button", read) == ["solid", True]
