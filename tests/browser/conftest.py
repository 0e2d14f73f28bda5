"""One headless Chromium for all tests of this folder, and a page of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")  # Debian's
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --no-proxy-server"
)
# Old sites of the tests are reached by http and by name, as real ones are; browsers then send no Sec-Fetch fields.
RESOLVED = "--host-resolver-rules=MAP *.example 127.0.0.1"


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed when this folder's tests are done, as its event loop would be in the way of those that follow."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent (scripts/setup dev installs it as root on Debian)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS.split(), RESOLVED])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in a browser that remembers nothing of other tests."""
    context = browser.new_context()
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def shared_tab(browser: Browser) -> Iterator[Page]:
    """A tab for all tests of a module, as a new one takes longer than most of them."""
    context = browser.new_context()
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(shared_tab: Page) -> Page:
    """The module's tab at its usual size, showing pages on a screen in their own colours."""
    shared_tab.set_viewport_size({"width": 1280, "height": 720})
    shared_tab.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    return shared_tab
