"""How the banner lies in the page: at every width, in both directions, on paper, in forced colours, under hostile styles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.legacy import BANNER, Document, LegacySite, boxes, document, legacy_site

# What style sheets of old sites do to every element of theirs, and so to ours.
HOSTILE = """<style>
* { direction: ltr; float: left; letter-spacing: 1px; text-transform: uppercase; transition: all 1s }
html { font-size: 62.5% }
body { margin: 0; font: 9px/1 serif; text-align: center; color: #fff; background: #000 }
section, div, p, ul, li, a, button { display: block !important; position: absolute; width: 150px; padding: 30px !important;
  visibility: hidden; opacity: 0; font-size: 7px !important;
  color: #fff !important; background: #ff0 !important; margin: -9px !important }
li::before, a::after, section::before { content: "x"; display: block; height: 99px }
button, [data-nosnippet] { display: none !important }
a { color: #fff; text-decoration: none; pointer-events: none }
</style>"""
DOCUMENTS = {
    "/": document("<h1>Old</h1>"),
    "/ar": document("<h1>صفحة قديمة</h1>", lang="ar", dir="rtl"),
    "/hostile": document("<h1>Old</h1>", HOSTILE),
    "/hostile/ar": document("<h1>صفحة قديمة</h1>", HOSTILE, lang="ar"),
    "/grid": document("<h1>Old</h1>", "<style>body { display: grid; grid-template-columns: 1fr 1fr 1fr }</style>"),
    "/quirks": Document("<html><head><title>Old</title></head><body><center>Old</center></body></html>"),
    "/skip": document('<a href="#c">Skip to content</a><header>Old</header><h1 id="c">Old</h1>'),
    "/base": document("<h1>Old</h1>", '<base href="https://elsewhere.example/" target="_blank">'),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    with legacy_site(DOCUMENTS, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.mark.parametrize("path", ["/", "/ar", "/hostile", "/hostile/ar", "/quirks"])
def test_nothing_is_cut_off_at_320_pixels(site: LegacySite, tab: Page, path: str) -> None:
    tab.set_viewport_size({"width": 320, "height": 600})
    tab.goto(site.base + path)

    assert tab.evaluate("document.documentElement.scrollWidth") == 320
    assert all(box["left"] >= 0 and box["right"] <= 320 for box in boxes(tab, f"{BANNER}, {BANNER} *:not(style, script)"))


@pytest.mark.parametrize("path", ["/", "/ar", "/hostile", "/hostile/ar", "/quirks"])
def test_targets_are_large_enough_for_fingers(site: LegacySite, tab: Page, path: str) -> None:
    tab.goto(site.base + path)
    for width in (1280, 320):
        tab.set_viewport_size({"width": width, "height": 600})
        links, buttons = boxes(tab, f"{BANNER} a"), boxes(tab, f"{BANNER} button")
        assert len(links) == 3
        assert all(min(box["width"], box["height"]) >= 24 for box in links)
        assert [box["height"] >= 44 and box["width"] >= 44 for box in buttons] == [True]


@pytest.mark.parametrize("path", ["/", "/ar", "/grid", "/hostile"])
def test_it_is_low_on_wide_screens_with_its_button_at_the_end(site: LegacySite, tab: Page, path: str) -> None:
    tab.set_viewport_size({"width": 1280, "height": 600})
    tab.goto(site.base + path)
    banner, text, button = (boxes(tab, f"{BANNER}{part}")[0] for part in ("", " p", " button"))

    assert banner["height"] <= 80
    assert banner["width"] >= 1264
    if path == "/ar":
        assert button["right"] < text["left"]
        assert button["left"] - banner["left"] <= 20
    else:
        assert button["left"] > text["right"]
        assert banner["right"] - button["right"] <= 20


@pytest.mark.parametrize("path", ["/hostile", "/hostile/ar"])
def test_styles_of_the_page_do_not_change_it(site: LegacySite, tab: Page, path: str) -> None:
    read = (
        "all => all.map(one => getComputedStyle(one)).map(style => [style.fontSize, style.color, style.backgroundColor,"
        " style.direction, style.textTransform, style.visibility, style.opacity, style.position, style.float])"
    )

    tab.goto(site.base + path.removeprefix("/hostile"))
    expected = tab.eval_on_selector_all(f"{BANNER}, {BANNER} *:not(style, script)", read)
    tab.goto(site.base + path)

    assert tab.eval_on_selector_all(f"{BANNER}, {BANNER} *:not(style, script)", read) == expected
    assert tab.is_visible(f"{BANNER} button")


def test_it_is_not_printed(site: LegacySite, tab: Page) -> None:
    tab.goto(f"{site.base}/hostile")
    tab.emulate_media(media="print")

    assert not tab.is_visible(BANNER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_are_the_systems_own_and_edges_remain(site: LegacySite, tab: Page, scheme: str) -> None:
    tab.emulate_media(forced_colors="active", color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(site.base)
    read = """(banner) => { const probe = document.body.appendChild(document.createElement("i"));
    const system = name => { probe.style.color = name; return getComputedStyle(probe).color; };
    const of = selector => getComputedStyle(banner.querySelector(selector));
    return {page: [getComputedStyle(banner).backgroundColor, system("Canvas")], text: [of("p").color, system("CanvasText")],
      link: [of("a").color, system("LinkText")], button: [of("button").color, system("ButtonText")],
      edges: [getComputedStyle(banner).borderBlockEndStyle, of("button").borderTopStyle]}; }"""
    found = tab.eval_on_selector(BANNER, read)

    assert found.pop("edges") == ["solid", "solid"]
    assert all(is_now == system for is_now, system in found.values()), found


def test_whoever_prefers_dark_pages_gets_a_dark_one(site: LegacySite, tab: Page) -> None:
    tab.emulate_media(color_scheme="dark")
    tab.goto(site.base)

    assert tab.eval_on_selector(BANNER, "one => getComputedStyle(one).backgroundColor") == "rgb(22, 35, 58)"


def test_the_focus_can_be_seen(site: LegacySite, tab: Page) -> None:
    tab.goto(f"{site.base}/hostile")
    tab.keyboard.press("Tab")

    focused = "document.activeElement.closest('.migrator-banner') && getComputedStyle(document.activeElement).outline"
    assert tab.evaluate(focused) == "rgb(11, 12, 12) solid 3px"


def test_a_skip_link_of_the_page_stays_first_in_the_tab_order(site: LegacySite, tab: Page) -> None:
    tab.goto(f"{site.base}/skip")
    reached = []
    for _ in range(2):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.textContent"))

    assert reached == ["Skip to content", "See how the move is going"]
    assert tab.eval_on_selector(BANNER, "one => one.previousElementSibling.textContent") == "Skip to content"


def test_a_base_of_the_page_moves_no_link_and_opens_no_window(site: LegacySite, tab: Page) -> None:
    tab.route("https://www.new.example/**", lambda route: route.fulfill(body="the new site"))
    tab.goto(f"{site.base}/base")
    tab.click(f"{BANNER} a >> nth=1")

    tab.wait_for_url("https://www.new.example/search")
    assert len(tab.context.pages) == 1
