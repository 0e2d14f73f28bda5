"""Pictures of every public page and of the banner in old pages of many makes, as visitors with different needs see them.

Needs what the tests need: Debian's Chromium, and the dependencies of `scripts/setup dev`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, RESOLVED
from tests.browser.legacy import legacy_site
from tests.browser.old_pages import CONFIG, OLD_PAGES
from tests.browser.public_site import PATHS, path, public_site

NO_STYLE = "document.querySelectorAll('style, link[rel=stylesheet]').forEach(one => one.remove());"
NO_STYLE += "document.querySelectorAll('[style]').forEach(one => one.removeAttribute('style'))"
LARGE = "document.documentElement.style.fontSize = '200%'"
# What a visitor has: the window, what the browser is told to prefer, and what is done to the page.
VIEWS: dict[str, tuple[int, dict[str, Any], str]] = {
    "desktop": (1280, {}, ""),
    "telephone": (320, {}, ""),
    "dark": (1280, {"color_scheme": "dark"}, ""),
    "forced-colours": (1280, {"forced_colors": "active", "color_scheme": "dark"}, ""),
    "print": (800, {"media": "print"}, ""),
    "large-text": (640, {}, LARGE),
    "no-css": (800, {}, NO_STYLE),
}
NOTICE_TAGS = ("en", "ar", "zh", "de")


@contextmanager
def pages() -> Iterator[dict[str, str]]:
    """Every page's name and address."""
    with tempfile.TemporaryDirectory() as folder, public_site() as notices:
        documents = {f"/{name}": old for name, old in OLD_PAGES.items()}
        with legacy_site(documents, Path(folder), extra=CONFIG) as legacy:
            found = {f"banner-{name}": f"{legacy.base}/{name}" for name in OLD_PAGES}
            for kind in PATHS:
                for tag in NOTICE_TAGS:
                    found[f"{kind.replace(' ', '-')}-{tag}"] = notices + path(kind, tag)
            yield found


def shoot(browser: Browser, address: str, view: str, file: Path) -> None:
    """One picture, of the page's whole length up to two screens."""
    width, preferences, change = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": 640})
    page: Page = context.new_page()
    page.emulate_media(**preferences)
    page.goto(address)
    if change:
        page.evaluate(change)
    height = min(1280, max(300, page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": width, "height": height})
    page.screenshot(path=file)
    context.close()


def main(folder: Path, wanted: str = "") -> None:
    """Make the pictures, and a page that shows them all."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    with sync_playwright() as playwright, pages() as addresses:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS.split(), RESOLVED])
        for name, address in addresses.items():
            for view in VIEWS:
                file = folder / f"{name}--{view}.png"
                if wanted in file.name:
                    shoot(browser, address, view, file)
                    shown.append(file.name)
                    print(file)
        browser.close()
    figures = "".join(f"<figure><figcaption>{escape(one)}</figcaption><img src='{escape(one)}' alt=''></figure>" for one in shown)
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8><title>Screenshots</title>{figures}", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: scripts/screenshots FOLDER [PART OF A NAME]")
    main(Path(sys.argv[1]), *sys.argv[2:])
