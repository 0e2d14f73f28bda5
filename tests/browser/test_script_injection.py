"""In a real browser, no script among hundreds of injected texts runs: not in the banner, nor in a notice or a redirect's page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page
from starlette.types import Scope

from migrator.errors import Place
from migrator.pages.likely import LikelyPage
from migrator.rules.decision import Gone
from migrator.rules.rule import Kind, Rule, Site
from migrator.rules.table import RuleTable
from migrator.serve.dead_ends import DeadEnds
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import redirect_answer
from migrator.serve.notices import Notices
from migrator.templating import environment
from tests.browser.legacy import BANNER, Document, LegacySite, document, legacy_site
from tests.script_injections import CONTEXTS, ELEMENTS, POLYGLOTS, RUN, injections

SITE = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example")
RULE = Rule("main", "/old", Kind.EXACT, Place("redirects.yaml"), gone=True)
TEMPLATES = environment(None)
LANGUAGES = ("en", "fr", "es", "ar", "zh", "ru")
EVERY = (*POLYGLOTS, *injections()[3::11])
TEXTS = {language: " ".join(EVERY[number :: len(LANGUAGES)]) for number, language in enumerate(LANGUAGES)}
# What a visitor does sooner or later, on every element there is.
TOUCH = """() => { for (const one of document.querySelectorAll("*"))
  for (const kind of ["click", "mouseover", "focus", "error", "load", "toggle", "begin", "animationstart", "scroll", "pageshow"])
    if (kind !== "click" || one.localName !== "a") one.dispatchEvent(new Event(kind)); }"""
LIVE = {
    "a script": f"<script>{RUN}</script>",
    "a handler": f"<img src=x onerror={RUN}>",
    "out of an attribute": f'<p title="{POLYGLOTS[0]}">x</p>',
    "out of a comment": f"<!-- {CONTEXTS[6]}{ELEMENTS[0]} -->",
}


class Index:
    """Finds a page whose title and address are that text, whatever it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    def likely(self, words: Sequence[str], language: str, site: str, limit: int) -> Sequence[LikelyPage]:
        return [LikelyPage(f"https://x.example/{self.text}", self.text)]


def notice(made: Notices, text: str) -> str:
    path = f"/{text.replace('/', '%2F')}"  # so that all of it is the name of one page
    scope: Scope = {"path": path, "raw_path": path.encode(), "query_string": b"", "method": "GET", "headers": []}
    return made.gone(scope, Gone(text, RULE, SITE, suggest=f"https://x.example/{text}", archive=text)).body.decode()


def pages() -> dict[str, Document]:
    """Pages to carry the banner; notices without the policy that would stop scripts anyway; and pages with live texts."""
    made = {f"/{part}/{language}": document("<p>Old</p>", lang=language) for language in LANGUAGES for part in ("banner", "part")}
    for language, text in TEXTS.items():
        links = {"progress": f"https://x.example/{text}", "feedback": f"/{text}"}
        ends = DeadEnds(RuleTable([SITE], []), Index(text))
        notices = Notices(TEMPLATES, load_catalogue(None), site_name=text, links=links, dead_ends=ends, search="/search")
        made[f"/embed/notice/{language}"] = Document(notice(notices, text))
        location = f"https://x.example/{text}".encode("ascii", "ignore").decode()
        moved = redirect_answer(location, 301, 0)
        made[f"/embed/moved/{language}"] = Document(moved.body.decode())
    return made | {f"/embed/live/{name}": document(live) for name, live in LIVE.items()}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    words = (
        f'messages: {json.dumps(TEXTS)}\n  skip: ["/embed/*"]\n  pages: [{{paths: ["/part/*"], messages: {json.dumps(TEXTS)}}}]'
    )
    with legacy_site(pages(), tmp_path_factory.mktemp("site"), extra=words) as made:
        yield made


def ran(tab: Page, address: str) -> bool:
    """Whether an injected script runs when a page is loaded and its elements are touched."""
    tab.goto(address)
    tab.evaluate(TOUCH)
    return bool(tab.evaluate("() => new Promise(done => setTimeout(() => done(!!top.ran), 50))"))


@pytest.mark.parametrize("name", LIVE)
def test_these_texts_do_run_where_a_page_shows_them_as_they_are(name: str, site: LegacySite, tab: Page) -> None:
    assert ran(tab, f"{site.base}/embed/live/{name}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["banner", "part", "embed/notice", "embed/moved"])
def test_no_script_of_hundreds_runs(kind: str, language: str, site: LegacySite, tab: Page) -> None:
    assert not ran(tab, f"{site.base}/{kind}/{language}")
    shown = tab.locator(f"{BANNER} p" if kind in ("banner", "part") else "header" if kind == "embed/notice" else "p").first
    expected = POLYGLOTS[LANGUAGES.index(language)] if language != "ru" else "top.ran=1"
    assert (expected if kind != "embed/moved" else "This page has moved") in (shown.text_content() or "")
    assert len(EVERY) > 600
