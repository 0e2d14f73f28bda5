"""A banner that was hidden stays hidden, is never painted, and comes back with a new text; everyone gets the same bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migrator.app import TransitionMiddleware
from tests.browser.legacy import BANNER, LegacySite, configured, document, legacy_site
from tests.ports import free_port
from tests.serve.live import serve

# Looks at every frame, from before the document is read, and takes down how high the banner is in it.
WATCH = """window.frames_seen = []; window.shifts = 0; window.painted = [];
const look = () => { const banner = document.querySelector(".migrator-banner");
  if (banner) window.frames_seen.push(banner.getBoundingClientRect().height); requestAnimationFrame(look); };
requestAnimationFrame(look);
new PerformanceObserver(list => list.getEntries().forEach(entry => window.shifts += entry.value))
  .observe({type: "layout-shift", buffered: true});
const section = entry => entry.element?.closest("section")?.className;
new PerformanceObserver(list => window.painted.push(...list.getEntries().map(section)))
  .observe({type: "largest-contentful-paint", buffered: true});"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LegacySite]:
    with legacy_site({"/": document("<h1>Old</h1><p>Text</p>"), "/other": document("<h1>Other</h1>")}, tmp_path) as running:
        yield running


def test_it_is_hidden_by_its_button_on_every_page_from_then_on(site: LegacySite, page: Page) -> None:
    page.goto(site.base)
    page.get_by_role("button", name="Hide this message").click()
    assert not page.is_visible(BANNER)

    for again in (page.goto(site.base), page.reload(), page.goto(f"{site.base}/other")):
        assert again
        assert not page.is_visible(BANNER)
        assert page.is_visible("h1")


def test_it_can_be_hidden_from_the_keyboard(site: LegacySite, page: Page) -> None:
    page.goto(site.base)
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hide this message"
    page.keyboard.press("Enter")

    assert not page.is_visible(BANNER)


def test_whoever_has_hidden_it_gets_the_same_bytes(site: LegacySite, page: Page) -> None:
    def asked() -> tuple[bytes, dict[str, str]]:
        answer = page.goto(site.base)
        assert isinstance(answer, Response)
        headers = answer.all_headers()
        return answer.body(), {name: headers[name] for name in headers if name in ("vary", "etag", "cache-control")}

    before = asked()
    page.click(f"{BANNER} button")

    assert asked() == before
    assert "ookie" not in before[1]["vary"]
    assert not page.context.cookies()


def test_one_that_is_hidden_is_in_no_frame_even_where_the_page_trickles_in(tmp_path: Path, browser: Browser) -> None:
    """The page stops for a while within the banner, at every one of its tags, so that browsers paint what they have."""
    app = TransitionMiddleware(_page, configured(tmp_path))
    context = browser.new_context()
    with serve(_trickling(app)) as base:
        page = context.new_page()
        page.goto(base.replace("127.0.0.1", "localhost"))
        page.click(f"{BANNER} button")
        page.add_init_script(WATCH)
        page.reload()
        page.wait_for_function("window.frames_seen.length > 5")

        assert set(page.evaluate("window.frames_seen")) == {0}
        assert page.evaluate("window.shifts") == 0
        assert "migrator-banner" not in page.evaluate("window.painted")
    context.close()


def test_it_comes_back_when_its_text_changes(tmp_path: Path, page: Page) -> None:
    port = free_port()
    for message in ("We move.", "We have moved."):
        config = configured(tmp_path, f"messages: {{en: {message}}}")
        with serve(TransitionMiddleware(_page, config), port=port):
            page.goto(f"http://localhost:{port}")
            assert page.inner_text(f"{BANNER} p").startswith(message)
            page.click(f"{BANNER} button")
            page.reload()
            assert not page.is_visible(BANNER)


def test_where_nothing_can_be_stored_there_is_no_button_and_the_banner_stays(site: LegacySite, page: Page) -> None:
    page.add_init_script('Object.defineProperty(window, "localStorage", {get() { throw new Error("denied") }})')
    faults: list[object] = []
    page.on("pageerror", lambda error: faults.append(error))
    page.goto(site.base)

    assert page.is_visible(BANNER)
    assert not page.is_visible(f"{BANNER} button")
    assert not faults


def test_without_scripts_there_is_no_button(site: LegacySite, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base)

    assert page.is_visible(BANNER)
    assert not page.is_visible(f"{BANNER} button")
    context.close()


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": document("<h1>Old</h1><p>Text</p>").body.encode()})


def _trickling(app: ASGIApp) -> ASGIApp:
    async def trickle(scope: Scope, receive: Receive, send: Send) -> None:
        async def slowly(message: Message) -> None:
            if message["type"] != "http.response.body":
                message["headers"] = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                return await send(message)
            pieces = message["body"].split(b"\n<")
            for index, piece in enumerate(pieces):
                await send({"type": "http.response.body", "body": b"\n<" * (index > 0) + piece, "more_body": True})
                await asyncio.sleep(0.03)
            return await send({"type": "http.response.body", "body": b""})

        await app(scope, receive, slowly if scope["type"] == "http" else send)

    return trickle
