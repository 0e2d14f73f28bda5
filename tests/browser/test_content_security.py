"""Under every kind of Content Security Policy: the banner works, and the page's own content may do what it could before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page

from migrator.serve.content_security import hash_source
from tests.browser.legacy import BANNER, Document, LegacySite, document, legacy_site, styled

STYLE, SCRIPT = "h1 { color: rgb(1, 2, 3) }", "window.own = true"
HASHES = [hash_source(text.encode()).decode() for text in (STYLE, SCRIPT)]
CONTENT = f"""<style nonce="Zm9v">{STYLE}</style><script nonce="Zm9v">{SCRIPT}</script>
<h1 style="margin-top: 7px">Old</h1><p onclick="1">Text</p><script>window.stranger = true</script>
<style>p {{ color: red }}</style>"""
WATCH = """window.violations = []; document.addEventListener("securitypolicyviolation", event =>
  violations.push([event.effectiveDirective, event.blockedURI, event.disposition, event.sample]))"""
CSP, REPORT_ONLY = "Content-Security-Policy", "Content-Security-Policy-Report-Only"

HEADERS: dict[str, tuple[tuple[str, str], ...]] = {
    "no policy": (),
    "nonces": ((CSP, "style-src 'nonce-Zm9v'; script-src 'nonce-Zm9v'"),),
    "a nonce for scripts alone": ((CSP, "style-src 'self'; script-src 'nonce-Zm9v'"),),
    "a nonce as the default": ((CSP, "default-src 'nonce-Zm9v'"),),
    "anything inline": ((CSP, "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src *"),),
    "anything inline as the default": ((CSP, "default-src 'self' 'unsafe-inline'"),),
    "inline styles alone": ((CSP, "default-src 'self'; style-src 'unsafe-inline'"),),
    "anything inline, but for a nonce": ((CSP, "default-src 'unsafe-inline' 'nonce-Zm9v'"),),
    "a default": ((CSP, "default-src 'self' https://cdn.example; img-src *"),),
    "nothing": ((CSP, "default-src 'none'"),),
    "no styles and no scripts": ((CSP, "style-src 'none'; script-src 'NONE'"),),
    "lists that are empty": ((CSP, "style-src; script-src;"),),
    "hashes": ((CSP, f"style-src {HASHES[0]}; script-src {HASHES[1]}"),),
    "strict-dynamic by nonce": ((CSP, "script-src 'strict-dynamic' 'nonce-Zm9v' 'unsafe-inline' https:; base-uri 'none'"),),
    "strict-dynamic by hash": ((CSP, f"default-src 'unsafe-inline' 'strict-dynamic'; style-src {HASHES[0]}"),),
    "directives for elements": ((CSP, "style-src 'unsafe-inline'; style-src-elem 'self'; script-src-elem 'nonce-Zm9v'"),),
    "a directive twice": ((CSP, "style-src 'self'; style-src 'unsafe-inline'; script-src 'self'"),),
    "two fields": ((CSP, "style-src 'unsafe-inline'"), (CSP, "default-src 'self'")),
    "two nonces": ((CSP, "default-src 'nonce-Zm9v'"), (CSP, "default-src 'nonce-YmFy'")),
    "two policies in a field": ((CSP, "style-src 'self', script-src 'self'"),),
    "a policy that only reports": ((REPORT_ONLY, "default-src 'self'"),),
    "one that reports and one that does not": ((CSP, "default-src 'nonce-Zm9v'"), (REPORT_ONLY, "default-src 'none'")),
    "trusted types": ((CSP, "require-trusted-types-for 'script'; trusted-types 'none'; default-src 'self'"),),
}
IN_PAGE = {
    "anything inline": ("style-src 'unsafe-inline'; script-src 'unsafe-inline'", True, True),
    "a nonce": ("default-src 'nonce-Zm9v'", True, True),
    "a nonce, written with references": ("default-src &#39;nonce-Zm9v&#x27;", True, True),
    "scripts of its own": ("style-src 'unsafe-inline'; script-src 'self'", True, False),
    "styles of its own": ("style-src 'self'; script-src 'unsafe-inline'", False, True),
    "nothing": ("default-src 'none'", False, False),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a browser let a page do."""

    violations: list[Any]
    colour: str
    margin: str
    paragraph: str
    own: bool
    stranger: bool


def seen(watched: Page, address: str) -> Seen:
    watched.goto(address)
    made: dict[str, Any] = watched.evaluate(
        """() => { const style = of => getComputedStyle(document.querySelector(of));
        return {violations, colour: style("h1").color, margin: style("h1").marginTop, paragraph: style("body > p").color,
                own: !!window.own, stranger: !!window.stranger}; }"""
    )
    return Seen(**made)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    documents: dict[str, Document] = {}
    for name, headers in HEADERS.items():
        documents[f"/{name}"] = documents[f"/without/{name}"] = Document(document(CONTENT).body, headers)
    for name, (policy, _, _) in IN_PAGE.items():
        meta = f'<meta content="{policy}" http-equiv="content-security-policy">'
        documents[f"/meta/{name}"] = documents[f"/without/meta/{name}"] = document(CONTENT, meta)
    nonce = '<meta http-equiv=Content-Security-Policy content="default-src &#39;nonce-YmFy&#39;">'
    documents["/both"] = documents["/without/both"] = Document(document(CONTENT, nonce).body, HEADERS["nonces"])
    with legacy_site(documents, tmp_path_factory.mktemp("site"), extra="skip: [/without/*]") as running:
        yield running


@pytest.fixture(scope="module")
def watched(shared_tab: Page) -> Page:
    """A tab in which pages keep account of what policies forbid."""
    shared_tab.add_init_script(WATCH)
    return shared_tab


@pytest.mark.parametrize("name", HEADERS)
def test_the_banner_works_under_a_policy_and_the_policy_on_everything_else(site: LegacySite, watched: Page, name: str) -> None:
    without = seen(watched, f"{site.base}/without/{name}")

    assert seen(watched, f"{site.base}/{name}") == without
    assert styled(watched)
    watched.eval_on_selector(f"{BANNER} button", "button => button.click()")
    assert not watched.is_visible(BANNER)
    watched.evaluate("localStorage.clear()")


@pytest.mark.parametrize("name", IN_PAGE)
def test_a_policy_within_the_page_decides_what_the_banner_does_without(site: LegacySite, watched: Page, name: str) -> None:
    without = seen(watched, f"{site.base}/without/meta/{name}")
    _, has_style, has_button = IN_PAGE[name]

    assert seen(watched, f"{site.base}/meta/{name}") == without
    assert styled(watched) is has_style
    assert watched.is_visible(f"{BANNER} button") is has_button


def test_policies_in_header_and_page_with_nonces_of_their_own_leave_the_banner_plain(site: LegacySite, watched: Page) -> None:

    assert seen(watched, f"{site.base}/both") == seen(watched, f"{site.base}/without/both")
    watched.goto(f"{site.base}/both")
    assert not styled(watched)


def test_a_banner_without_style_is_readable_in_colours_of_its_own(site: LegacySite, watched: Page) -> None:
    watched.goto(f"{site.base}/meta/nothing")
    colours = watched.eval_on_selector_all(
        f"{BANNER} td, {BANNER} p font, {BANNER} a font",
        "all => all.map(one => getComputedStyle(one))"
        ".map(style => style.backgroundColor === 'rgba(0, 0, 0, 0)' ? style.color : style.backgroundColor)",
    )

    assert colours == ["rgb(238, 243, 250)", *["rgb(11, 12, 12)"] * 2, *["rgb(26, 79, 156)"] * 3]
    assert watched.locator(BANNER).get_by_role("link").count() == 3
    assert watched.get_by_role("region", name="About this website").is_visible()
