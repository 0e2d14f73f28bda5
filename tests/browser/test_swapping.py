"""Libraries that swap the body instead of loading a page keep the banner; what they put into a part of a page carries none.

htmx and Turbo come from npm into a temporary folder, and are nowhere in this repository. Where npm cannot get them, what they
send and do is emulated.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Page, Response

from tests.browser.legacy import BANNER, Document, LegacySite, document, legacy_site

PACKAGES = {
    "htmx": ("htmx.org@2.0.4", "htmx.org/dist/htmx.min.js"),
    "turbo": ("@hotwired/turbo@8.0.13", "@hotwired/turbo/dist/turbo.es2017-umd.js"),
}
HEADERS = {
    "htmx": ("{'HX-Request': 'true', 'HX-Boosted': 'true'}", "{'HX-Request': 'true', 'HX-Target': 'part'}"),
    "turbo": ("{'X-Turbo-Request-Id': '1b4e28ba'}", "{'Turbo-Frame': 'part', 'X-Turbo-Request-Id': '1b4e28bb'}"),
}
EMULATION = """
const get = (address, headers) => fetch(address, {headers: {Accept: "text/html, application/xhtml+xml", ...headers}})
  .then(answer => answer.text()).then(text => new DOMParser().parseFromString(text, "text/html"));
const run = old => { const script = document.createElement("script"); script.text = old.text; old.replaceWith(script); };
document.addEventListener("click", async event => {
  const link = event.target.closest("a:not([target])"), part = event.target.closest("#part");
  if (!link) return;
  event.preventDefault();
  const answer = await get(link.href, part ? %s : %s);
  if (part) return part.replaceChildren(...answer.querySelector("#part").childNodes);
  document.body.replaceChildren(...answer.body.childNodes);
  document.body.querySelectorAll("script").forEach(run);
});"""
LINKS = {
    "htmx": '<a href="two" hx-boost="true">Two</a><div id="part"><a href="part" hx-get="part" hx-target="#part">More</a></div>',
    "turbo": '<a href="two">Two</a><turbo-frame id="part"><a href="part">More</a></turbo-frame>',
}
PART = {"htmx": "<p id=done>Done</p>", "turbo": "<turbo-frame id=part><p id=done>Done</p></turbo-frame>"}
EMULATED_PART = "<div id=part><p id=done>Done</p></div>"


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The real libraries' text, or nothing where npm does not give it."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("npm")
    if npm is None:
        return {}
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
    try:
        names = [name for name, _ in PACKAGES.values()]
        subprocess.run([npm, "install", *options, *names], check=True, capture_output=True, timeout=20)
    except (subprocess.SubprocessError, OSError):
        return {}
    return {name: (folder / "node_modules" / path).read_text("utf-8") for name, (_, path) in PACKAGES.items()}


@pytest.fixture(scope="module")
def site(libraries: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    """An old site with a part for each library, and for its emulation."""
    documents: dict[str, Document] = {}
    for name, (whole, part) in HEADERS.items():
        parts = {name: (libraries.get(name, ""), PART[name]), f"{name}-emulated": (EMULATION % (part, whole), EMULATED_PART)}
        for place, (script, inner) in parts.items():
            head = f'<script src="/{place}/library.js" defer></script>'
            documents |= {
                f"/{place}/one": document(f"<h1>One</h1>{LINKS[name]}", head),
                f"/{place}/two": document("<h1>Two</h1>", head),
                f"/{place}/part": document(inner, head),
                f"/{place}/library.js": Document(script, media_type="text/javascript"),
            }
    with legacy_site(documents, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(params=["htmx", "turbo", "htmx-emulated", "turbo-emulated"])
def place(request: pytest.FixtureRequest, libraries: Mapping[str, str]) -> str:
    """The part of the site that uses one of them."""
    found: str = request.param
    if found in PACKAGES and found not in libraries:
        pytest.skip(f"npm does not give {PACKAGES[found][0]}; only its emulation is tested")
    return found


def follow(page: Page, link: str, wanted: str) -> Response:
    """Click a link and wait for what it brings, in the same document."""
    page.evaluate("window.same = true")
    with page.expect_response(lambda answer: answer.url.endswith(("/two", "/part"))) as answer:
        page.get_by_role("link", name=link, exact=True).click()
    page.wait_for_selector(wanted)
    assert page.evaluate("window.same"), "the page was loaded anew"
    return answer.value


@pytest.mark.parametrize("trusted", [False, True], ids=["http", "as https"])
def test_a_swapped_body_has_a_banner_and_a_swapped_part_has_none(site: LegacySite, place: str, tab: Page, trusted: bool) -> None:
    tab.goto(f"{site.secure_base if trusted else site.base}/{place}/one")
    part = follow(tab, "More", "#done")
    assert "migrator-banner" not in part.text()
    assert tab.locator(BANNER).count() == 1

    follow(tab, "Two", "h1:text('Two')")
    assert tab.locator(BANNER).count() == 1
    assert tab.is_visible(f"{BANNER} button")


def test_a_banner_stays_hidden_in_a_swapped_body(site: LegacySite, place: str, tab: Page) -> None:
    tab.goto(f"{site.base}/{place}/one")
    tab.eval_on_selector(f"{BANNER} button", "button => button.click()")
    follow(tab, "Two", "h1:text('Two')")

    assert tab.locator(BANNER).count() == 1
    assert not tab.is_visible(BANNER)
    tab.evaluate("localStorage.clear()")
