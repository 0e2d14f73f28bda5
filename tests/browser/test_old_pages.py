"""The banner in old pages of fifteen makes: it breaks no rule, moves nothing, is never too small; pages keep their layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.legacy import BANNER, LegacySite, boxes, legacy_site
from tests.browser.old_pages import OLD_PAGES
from tests.browser.test_notices import SHIFTS

WITHOUT = "/without/"
CONFIG = f'pages: [{{paths: ["/moving*"], moving: true, to: /new-version}}]\n  skip: ["{WITHOUT}*"]'
# Where everything of the page's own is, measured from the first of it.
LAID_OUT = """() => { const all = [...document.body.querySelectorAll("*:not(.migrator-banner, .migrator-banner *)")]
  .map(one => one.getBoundingClientRect()).filter(box => box.height);
  return all.map(box => [box.left, box.width, box.height].map(Math.round)); }"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    documents = {f"{place}{name}": old for name, old in OLD_PAGES.items() for place in ("/", WITHOUT)}
    with legacy_site(documents, tmp_path_factory.mktemp("site"), extra=CONFIG) as running:
        yield running


def violations(tab: Page, address: str) -> Counter[str]:
    tab.goto(address)
    return Counter({rule["id"]: len(rule["nodes"]) for rule in Axe().run(tab).response["violations"]})


@pytest.mark.parametrize("name", OLD_PAGES)
def test_it_breaks_no_rule_that_the_page_keeps(site: LegacySite, tab: Page, name: str) -> None:
    having = violations(tab, f"{site.base}/{name}")

    assert tab.locator(BANNER).count() == 1
    assert not having or having <= violations(tab, f"{site.base}{WITHOUT}{name}")


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("name", [name for name in OLD_PAGES if name != "no-style-allowed"])
def test_its_targets_are_large_and_it_makes_no_page_wider(site: LegacySite, tab: Page, name: str, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 640})
    tab.goto(f"{site.base}{WITHOUT}{name}")
    before = tab.evaluate("document.documentElement.scrollWidth")
    tab.goto(f"{site.base}/{name}")

    assert tab.evaluate("document.documentElement.scrollWidth") <= before
    assert all(min(box["width"], box["height"]) >= 24 for box in boxes(tab, f"{BANNER} a"))
    assert all(min(box["width"], box["height"]) >= 44 for box in boxes(tab, f"{BANNER} button"))
    assert len(boxes(tab, f"{BANNER} a")) == (4 if name.startswith("moving") else 3)


@pytest.mark.parametrize("name", OLD_PAGES)
def test_the_page_keeps_its_own_layout(site: LegacySite, tab: Page, name: str) -> None:
    tab.goto(f"{site.base}{WITHOUT}{name}")
    before = tab.evaluate(LAID_OUT)
    tab.goto(f"{site.base}/{name}")

    after = tab.evaluate(LAID_OUT)
    # A grid that is as high as the window at the least has the banner's height less for its last row; its first stays.
    assert (after[0] == before[0]) if name == "grid" else (after == before)


@pytest.mark.parametrize("name", OLD_PAGES)
def test_nothing_moves_while_it_loads(site: LegacySite, browser: Browser, name: str) -> None:
    page = browser.new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{site.base}/{name}")

    assert page.evaluate("window.shifts") == 0
    page.close()


def test_the_skip_link_stays_the_first_thing_to_reach_and_the_banner_follows(site: LegacySite, tab: Page) -> None:
    tab.goto(f"{site.base}/skip-link")
    reached = []
    for _ in range(5):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.textContent"))

    assert reached[0] == "Skip to content"
    assert reached[-1] == "Hide this message"


@pytest.mark.parametrize("name", ["moving", "Arabic", "reset"])
def test_text_twice_as_large_is_twice_as_large_and_whole(site: LegacySite, tab: Page, name: str) -> None:
    tab.set_viewport_size({"width": 640, "height": 640})
    tab.goto(f"{site.base}/{name}")
    tab.evaluate("document.documentElement.style.fontSize = '200%'")

    assert tab.eval_on_selector(f"{BANNER} p", "one => getComputedStyle(one).fontSize") == "32px"
    assert tab.evaluate("document.documentElement.scrollWidth") == 640
    assert all(box["left"] >= 0 and box["right"] <= 640 for box in boxes(tab, f"{BANNER} *:not(style, script)"))


def test_a_page_that_moves_says_so_and_leads_to_its_new_version(site: LegacySite, tab: Page) -> None:
    tab.goto(f"{site.base}/moving")
    link = tab.get_by_role("link", name="See the new version of this page")

    assert tab.inner_text(f"{BANNER} p").startswith("This page is moving to our new website.")
    assert link.get_attribute("href") == "https://www.new.example/new-version"


def test_one_that_was_hidden_stays_hidden_while_another_is_shown_until_it_is_hidden_too(site: LegacySite, page: Page) -> None:
    for name in ("plain", "moving"):
        page.goto(f"{site.base}/{name}")
        assert page.is_visible(BANNER), name
        page.click(f"{BANNER} button")
    for name in ("plain", "moving", "tables"):
        page.goto(f"{site.base}/{name}")
        assert not page.is_visible(BANNER), name
