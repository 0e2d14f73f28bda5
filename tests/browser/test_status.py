"""The status page as browsers show it: to axe, on narrow screens, from right to left, in forced colours, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request

from migrator.cli.status_export import site_files
from migrator.pages.progress import Group
from migrator.serve.language import load_catalogue
from migrator.serve.status_files import read_content
from migrator.settings import load_settings, snapshot_path
from migrator.wiring import status_press
from tests.browser.legacy import boxes
from tests.serve.live import serve
from tests.serve.status_site import group, keep, progress, status_site, write_update

TAGS = load_catalogue(None).tags
LONG = "https://www.example.org/" + "averylongword" * 9


def fill(folder: Path) -> None:
    sections = [group(f"/section-with-a-long-name-{number}/", number, 100) for number in range(20)]
    languages = [group(tag, 10, 5) for tag in ("en", "fr", "ar", "zh")]
    keep(
        folder,
        progress(sections=[*sections, Group(name="", pages=sections[0].pages, visits=sections[0].visits)], languages=languages),
    )
    write_update(
        folder,
        "slow",
        f"# A heading\n\nSearch is *slow*, see <{LONG}>.\n\n```\n{LONG}\n```\n\n> quoted\n\n![chart](/c.png)",
        kind="problem",
    )
    write_update(folder, "soon", "- one\n- two", kind="next")
    write_update(folder, "news", pinned="true")
    write_update(folder, "over", kind="problem", resolved="2024-11-24", language="ar")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("full")
    fill(folder)
    with serve(status_site(folder)) as running:
        yield running.replace("127.0.0.1", "www.old.example") + "/_transition/"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(status_site(tmp_path_factory.mktemp("empty"))) as running:
        yield running.replace("127.0.0.1", "www.old.example") + "/_transition/"


def width(tab: Page) -> int:
    found: int = tab.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tag", TAGS)
def test_axe_finds_nothing(base: str, tab: Page, tag: str, scheme: str) -> None:
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(f"{base}?lang={tag}")

    found = Axe().run(tab).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("size", [1280, 320])
def test_axe_finds_nothing_where_there_is_nothing_yet_nor_on_a_narrow_screen(empty: str, base: str, tab: Page, size: int) -> None:
    tab.set_viewport_size({"width": size, "height": 600})
    for address in (empty, base):
        tab.goto(address)
        assert [rule["id"] for rule in Axe().run(tab).response["violations"]] == []


@pytest.mark.parametrize("tag", TAGS)
def test_nothing_is_cut_off_at_320_pixels_nor_with_text_twice_as_large(base: str, tab: Page, tag: str) -> None:
    tab.set_viewport_size({"width": 320, "height": 600})
    tab.goto(f"{base}?lang={tag}")
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert width(tab) == 320
    assert all(box["left"] >= 0 and box["right"] <= 320 for box in boxes(tab, "main *:not(svg *), nav *"))

    tab.set_viewport_size({"width": 640, "height": 600})
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    assert width(tab) == 640


def test_a_table_stays_one_when_it_is_stacked(base: str, tab: Page) -> None:
    tab.set_viewport_size({"width": 320, "height": 600})
    tab.goto(base)

    table = tab.get_by_role("table", name="All pages")
    assert table.get_by_role("row").count() == 5
    assert table.get_by_role("columnheader").all_inner_texts() == ["State", "Pages", "Share of pages", "Share of visits"]
    assert table.get_by_role("rowheader", name="Not moved yet").count() == 1
    (first, *_), (cell, *_) = boxes(tab, "main table th:first-child"), boxes(tab, "main table td")
    assert first["width"] == 288
    assert cell["width"] == 96


@pytest.mark.parametrize("size", [1280, 320])
def test_targets_are_large_enough_for_fingers(base: str, tab: Page, size: int) -> None:
    tab.set_viewport_size({"width": size, "height": 600})
    tab.goto(base)

    found = boxes(tab, ".links a, summary")
    assert len(found) > 10
    assert all(min(box["width"], box["height"]) >= 24 for box in found)


def test_it_is_one_request_and_nothing_shifts(base: str, page: Page) -> None:
    asked: list[Request] = []
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # the old site's own, which is away here
    page.on("request", lambda request: asked.append(request))
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.goto(base, wait_until="networkidle")

    assert [request.url for request in asked if not request.url.endswith("/favicon.ico")] == [base]
    assert errors == []
    shift = """() => new Promise(done => new PerformanceObserver(list =>
      done(list.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: "layout-shift", buffered: true}) ||
      setTimeout(() => done(0), 300))"""
    assert page.evaluate(shift) == 0


def test_bars_begin_at_the_right_where_the_language_does(base: str, tab: Page) -> None:
    for tag, end in (("en", "left"), ("ar", "right")):
        tab.goto(f"{base}?lang={tag}")
        (whole,), (moved,) = boxes(tab, "svg[role=img] > rect.edge"), boxes(tab, "svg[role=img] > rect.moved")
        assert abs(moved[end] - whole[end]) <= 1
        assert moved["width"] / whole["width"] == pytest.approx(1234 / 3050, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_bars_are_the_systems_own_and_differ_by_pattern(base: str, tab: Page, scheme: str) -> None:
    tab.emulate_media(forced_colors="active", color_scheme="dark" if scheme == "dark" else "light")
    tab.goto(base)
    read = """() => { const probe = document.body.appendChild(document.createElement("i"));
    const system = name => { probe.style.color = name; return getComputedStyle(probe).color; };
    const of = name => getComputedStyle(document.querySelector(`svg[role=img] > rect.${name}`));
    return [[of("moved").fill, of("edge").stroke, system("CanvasText")],
      ["moved", "gone", "kept", "not_yet"].map(name => of(name).fill)]; }"""
    (moved, edge, system), fills = tab.evaluate(read)

    assert moved == edge == system
    assert len(set(fills)) == 4


def test_on_paper_there_are_figures_and_no_way_to_other_languages(base: str, tab: Page) -> None:
    tab.emulate_media(media="print", color_scheme="dark")
    tab.goto(base)

    assert tab.is_visible("svg[role=img]")
    assert not tab.is_visible("nav")
    assert not tab.is_visible(".skip")


def test_the_skip_link_comes_first_and_leads_to_the_text(base: str, tab: Page) -> None:
    tab.goto(base)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to main content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_without_styles_all_of_it_can_be_read(base: str, tab: Page) -> None:
    tab.goto(base)
    tab.evaluate("document.querySelectorAll('style').forEach(one => one.remove())")

    assert tab.get_by_role("rowheader", name="Moved", exact=True).is_visible()
    (whole,) = boxes(tab, "svg[role=img][height='32']")
    assert whole["height"] == 32


def test_files_lead_to_one_another_from_any_folder(tmp_path: Path, page: Page) -> None:
    fill(tmp_path)
    status_site(tmp_path)
    settings = load_settings(tmp_path / "redirects.yaml")
    content = read_content(snapshot_path(settings.config), tmp_path / "updates")
    for name, body in site_files(settings, settings.sites["main"], content, status_press(settings)).items():
        (tmp_path / name).write_bytes(body)
    page.goto((tmp_path / "index.html").as_uri())
    page.click("nav >> text=العربية")

    assert page.url.endswith("/index.ar.html")
    assert page.evaluate("document.dir") == "rtl"
    page.click("nav >> text=English")
    assert page.url.endswith("/index.html")
