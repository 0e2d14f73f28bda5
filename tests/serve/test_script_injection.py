"""Whatever an operator or a visitor writes is text on every page of ours. Judge: Lexbor, by the elements it finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from starlette.types import Message, Scope

from migrator.app import TransitionSite, transition_site
from migrator.errors import Place
from migrator.rules.decision import Gone
from migrator.rules.rule import Kind, Rule, Site
from migrator.serve.answer import Answer
from migrator.serve.banner import Banner
from migrator.serve.content_security import Grant
from migrator.serve.language import load_catalogue
from migrator.serve.notices import Notices
from migrator.serve.options import BannerOptions
from migrator.templating import environment
from tests.script_injections import ADDRESSES, CONTEXTS, ELEMENTS, POLYGLOTS, TEMPLATES, injections, together
from tests.shared import shared_folder

SITE = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example")
RULE = Rule("main", "/old", Kind.EXACT, Place("redirects.yaml"), gone=True)
LINKS = {name: f"https://www.new.example/{name}" for name in ("search", "progress", "feedback")}
TEMPLATE_FOLDER, CATALOGUE = environment(None), load_catalogue(None)
LOOKS = [Grant(style, script) for style, script in product((True, False), repeat=2)]
Judged = tuple[list[tuple[str, dict[str, str | None]]], list[str]]


def judged(markup: bytes) -> Judged:
    """Every element with its attributes but for where links lead, and every style and script, as a browser has them.

    Asserts that all links lead somewhere by http, or within the page.
    """
    nodes = LexborHTMLParser(markup).css("*")
    for node in nodes:
        if "href" in node.attributes:
            assert (node.attributes["href"] or "").lower().startswith(("https://", "http://", "#")), markup
    elements = [(node.tag or "", {**node.attributes, "href": ""}) for node in nodes]
    return elements, [node.text() for node in nodes if node.tag in ("style", "script")]


def banner(**options: object) -> Banner:
    values = {"site_name": "X", "messages": {"en": "plain"}, "links": LINKS, "dismissible": True, **options}
    return Banner(BannerOptions(**values), TEMPLATE_FOLDER, CATALOGUE)  # type: ignore[arg-type]


def on_a_page(shown: Banner, language: str = "en", granted: Grant = LOOKS[0]) -> bytes:
    """A page with the banner, as a visitor gets it; the version, which each text changes, is left out."""
    markup = shown.markup(language, granted).replace(shown.version.encode(), b"")
    return b"<!doctype html><html><head><title>Old</title></head><body>" + markup + b"<p>old</p></body></html>"


def message_of(markup: bytes) -> str:
    paragraph = LexborHTMLParser(markup).css_first(".migrator-banner p")
    assert paragraph
    return paragraph.text()


def is_message(text: str) -> None:
    """Asserts that a text is text as a banner's message and as the name of its site, under every policy of a page."""
    shown, named = banner(messages={"en": text}), banner(site_name=text, messages={"en": "{site_name}"})
    for look, one in product(LOOKS, (shown, named)):
        assert judged(on_a_page(one, granted=look)) == judged(on_a_page(PLAIN, granted=look)), text


PLAIN = banner()


def test_every_injection_is_text_as_a_message_of_the_banner() -> None:
    texts = [*together(12), *injections()[::40]]
    tags = ["".join(letters) for letters in product("qxyzwvutjk", repeat=3)][: len(texts)]
    shown = banner(messages=dict(zip(tags, texts, strict=True)))
    plain = banner(messages=dict.fromkeys(tags, "plain"))
    for tag, text in zip(tags, texts, strict=True):
        for look in LOOKS:
            assert judged(on_a_page(shown, tag, look)) == judged(on_a_page(plain, tag, look)), text
        if text.isprintable():
            assert message_of(on_a_page(shown, tag)) == text.replace("{site_name}", "X")
    assert len(injections()) > 6000


def test_every_injection_is_text_as_the_name_of_the_site() -> None:
    for text in (*together(120), *TEMPLATES[::3], *POLYGLOTS):
        is_message(text)


@settings(max_examples=40)
@given(st.lists(st.sampled_from((*CONTEXTS, *ELEMENTS, *TEMPLATES, *POLYGLOTS)), max_size=5).map("".join))
def test_so_is_any_mixture(text: str) -> None:
    is_message(text)


@pytest.mark.parametrize("text", TEMPLATES)
def test_no_template_language_is_spoken(text: str) -> None:
    expected = text.replace("{site_name}", "X")

    assert message_of(on_a_page(banner(messages={"en": text}))) == expected
    assert expected in shown_by(Notices(TEMPLATE_FOLDER, CATALOGUE, site_name=expected).not_found(visit(), SITE))


def shown_by(answer: Answer) -> str:
    header = LexborHTMLParser(answer.body).css_first("header")
    assert header
    return header.text()


def visit(path: str = "/old", language: str = "en") -> Scope:
    return {"path": path, "method": "GET", "headers": [(b"accept-language", language.encode("utf-8", "surrogatepass"))]}


def test_no_address_becomes_a_link_that_runs_anything_in_the_banner() -> None:
    for text in (*ADDRESSES, *together(150)):
        shown = on_a_page(banner(links={"search": text, "progress": LINKS["progress"]}))
        elements, code = judged(shown)
        extra = len(LexborHTMLParser(shown).css("a")) - 1
        assert extra == (text in FIT_FOR_A_LINK), text
        plain = banner(links={name: LINKS[name] for name in ("search", "progress")[1 - extra :]})
        assert (elements, code) == judged(on_a_page(plain)), text


# Absolute http(s) addresses to a parser of browsers; what is odd in them is part of the path.
FIT_FOR_A_LINK = {address for address in ADDRESSES if address.lower().startswith(("http://x.", "https://x."))}


def notices_of(made: Notices, text: str) -> list[Answer]:
    """Every notice, with a text wherever one can come from a file or from a request."""
    scope = visit(f"/{text}", text)
    gone = Gone(text, RULE, SITE, suggest=text, archive=text)
    return [
        made.gone(scope, gone),
        made.not_found(scope, SITE),
        *(made.unavailable(scope, status, SITE) for status in (502, 503)),
    ]


def test_every_injection_is_text_in_every_notice() -> None:
    plain = [judged(answer.body) for answer in notices_of(Notices(TEMPLATE_FOLDER, CATALOGUE, site_name="X"), "x")]
    for text in (*together(60), *ADDRESSES[::5], *POLYGLOTS):
        made = Notices(TEMPLATE_FOLDER, CATALOGUE, site_name=text, links=dict.fromkeys(LINKS, text))
        for answer, (elements, code) in zip(notices_of(made, text), plain, strict=True):
            found = judged(answer.body)
            assert [one for one in found[0] if one[0] not in ("a", "li")] == [
                one for one in elements if one[0] not in ("a", "li")
            ], text
            assert all(set(attributes) <= {"href", "class"} for tag, attributes in found[0] if tag in ("a", "li")), text
            assert found[1] == code, text
            assert not text.isprintable() or shown_by(answer) == text


CONFIG = """\
version: 1
sites:
  main:
    hosts: [www.old.example]
    legacy: http://127.0.0.1:9
    new: https://www.new.example
    unmapped: not_found
    archive: "https://archive.example/{{timestamp}}/{{url}}"
banner: {{site_name: {name}, links: {{search: "https://www.new.example/search"}}}}
rules:
  - {{from: /go/*, to: "/new/:splat?u=:splat#:splat"}}
  - {{from: /gone/*, gone: true}}
"""
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "as it is": lambda text: quote(text, safe=VISIBLE.replace("#", "").replace("?", "")).encode(),
    "escaped": lambda text: quote(text, safe="").encode(),
    "as it is, in the query": lambda text: b"?" + quote(text, safe=VISIBLE.replace("#", "")).encode(),
}
STATUSES = {"/go/": 301, "/gone/": 410, "/other/": 404}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> TransitionSite:
    """A site that decides everything by its map, so that its answers need no server."""
    config: Path = tmp_path_factory.mktemp("site") / "redirects.yaml"
    config.write_text(CONFIG.format(name=json.dumps(POLYGLOTS[0])), encoding="utf-8")
    return transition_site(config)


def asked(site: TransitionSite, target: bytes) -> Answer:
    path, _, query = target.partition(b"?")
    fields = [(b"host", b"www.old.example"), (b"accept-language", b"fr"), (b"referer", target), (b"user-agent", target)]
    scope = {"type": "http", "method": "GET", "http_version": "1.1", "headers": fields}
    place = {"path": unquote_to_bytes(path).decode("utf-8", "replace"), "raw_path": path, "query_string": query}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("no answer of the map waits for a body")

    with suppress(StopIteration):  # nor for anything else: no loop is needed
        site(scope | place, receive, send).send(None)
    return Answer(sent[0]["status"], sent[0]["headers"], sent[1]["body"])


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("position", STATUSES)
def test_no_request_becomes_anything_but_text_and_a_link(position: str, spelling: str, site: TransitionSite) -> None:
    plain, answered = asked(site, position.encode() + b"x"), 0
    assert plain.status == STATUSES[position]
    expected = judged(plain.body)
    some = injections()[::4]
    for text in some:
        answer = asked(site, position.encode() + SPELLINGS[spelling](text))
        if answer.status != STATUSES[position]:  # refused (%00), or it climbs out of the rule
            continue
        answered += 1
        assert judged(answer.body) == expected, text
        if answer.status == 301:
            link = LexborHTMLParser(answer.body).css_first("a")
            assert link
            assert (link.attributes["href"] or "").encode() == dict(answer.headers)[b"location"], text
    assert answered > 0.9 * len(some)


def test_every_naughty_string_is_asked_for_too(site: TransitionSite) -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    for position, text in product(STATUSES, strings):
        for spelling in SPELLINGS.values():
            answer = asked(site, position.encode() + spelling(text))
            plain = asked(site, position.encode() + b"x")
            if answer.status == plain.status:
                assert judged(answer.body) == judged(plain.body), text
