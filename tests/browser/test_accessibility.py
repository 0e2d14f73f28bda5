"""axe finds nothing in a page with the banner that it does not find without: in old pages of many makes and languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.legacy import BANNER, Document, LegacySite, document, legacy_site

LANDMARKS = (
    '<a href="#main">Skip to content</a><header>Old site</header><nav aria-label="Main"><a href="/a">A</a></nav>'
    '<main id="main"><h1>Old</h1><section aria-label="News"><h2>News</h2><p>Text</p></section></main><footer>End</footer>'
)
TABLES = (
    '<html><head><title>Old</title></head><body bgcolor="#ffffcc" text="#333333" link="#999999"><center><table border=1>'
    '<tr><td><font size=1>Menu</font><td><a href="/x"><img src="/x.gif"></a></table><h3>Old</h3><marquee>New!</marquee></center>'
)
DOCUMENTS = {
    "landmarks": document(LANDMARKS),
    "tables": Document(TABLES),
    "divisions": document("<div class=head>Old</div><div class=main><h1>Old</h1><div onclick=''>Text</div></div>"),
    "dark": document("<main><h1>Old</h1></main>", "<style>body { background: #000; color: #fff } a { color: #ff0 }</style>"),
    "Arabic": document("<main><h1>صفحة قديمة</h1></main>", lang="ar", dir="rtl"),
    "Chinese": document("<main><h1>旧页面</h1></main>", lang="zh"),
    "a language without words": document("<main><h1>Alt</h1></main>", lang="it"),
    "no language": Document("<!doctype html><title>Old</title><h1>Old</h1><p>Text"),
    "no style allowed": Document(
        document("<main><h1>Old</h1></main>", '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">').body
    ),
    "application": document('<div role="application" aria-label="Map"></div><div role="banner">Old</div><h1>Old</h1>'),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    documents = {f"/{place}{name}": old for name, old in DOCUMENTS.items() for place in ("", "without/")}
    with legacy_site(documents, tmp_path_factory.mktemp("site"), extra="skip: [/without/*]") as running:
        yield running


def violations(tab: Page, address: str) -> Counter[str]:
    """Every rule that is broken, and by how many elements."""
    tab.goto(address)
    found = Axe().run(tab).response["violations"]
    return Counter({rule["id"]: len(rule["nodes"]) for rule in found})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_banner_breaks_no_rule(site: LegacySite, tab: Page, name: str) -> None:
    having = violations(tab, f"{site.base}/{name}")

    assert tab.locator(BANNER).count() == 1
    assert not having or having <= violations(tab, f"{site.base}/without/{name}")
