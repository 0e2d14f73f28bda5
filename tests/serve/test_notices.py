"""The notices as answers: status, fields, language, and what they offer."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser
from starlette.types import Message, Scope

from migrator.errors import ConfigError, Place
from migrator.rules.decision import Gone
from migrator.rules.rule import Kind, Rule, Site
from migrator.serve.answer import Answer, send_answer
from migrator.serve.language import load_catalogue
from migrator.serve.notices import Notices
from migrator.templating import environment
from tests.shared import shared_folder

SITE = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example")
RULE = Rule("main", "/old", Kind.EXACT, Place("redirects.yaml"), gone=True)
LINKS = {"search": "https://www.new.example/search", "progress": "javascript:alert(1)", "other": "https://x.example"}


def notices(folder: Path | None = None, name: str = "Children First") -> Notices:
    return Notices(environment(folder), load_catalogue(folder), site_name=name, links=LINKS)


NOTICES = notices()


def visit(path: str = "/old", *accepted: bytes, method: str = "GET") -> Scope:
    return {"path": path, "method": method, "headers": [(b"accept-language", value) for value in accepted]}


def field(answer: Answer, name: bytes) -> bytes | None:
    found = [value for known, value in answer.headers if known == name]
    assert len(found) <= 1
    return found[0] if found else None


def links(answer: Answer) -> list[str]:
    return [str(link["href"]) for link in BeautifulSoup(answer.body, "lxml").select("main a")]


def every_answer(scope: Scope) -> list[Answer]:
    gone = Gone("", RULE, SITE, suggest="https://www.new.example/help", archive="https://archive.example/x?a=1&b=2")
    return [NOTICES.gone(scope, gone), NOTICES.not_found(scope, SITE), NOTICES.unavailable(scope, 503, SITE)]


def test_a_page_that_is_gone_says_where_to_go_instead() -> None:
    gone = Gone("", RULE, SITE, suggest="https://www.new.example/help", archive="https://archive.example/x?a=1&b=2")
    answer = NOTICES.gone(visit(), gone)

    assert answer.status == 410
    assert links(answer) == [gone.suggest, gone.archive, SITE.new, LINKS["search"]]


def test_what_there_is_none_of_is_not_offered() -> None:
    assert links(NOTICES.gone(visit(), Gone("", RULE, SITE))) == [SITE.new, LINKS["search"]]
    assert links(NOTICES.not_found(visit())) == [LINKS["search"]]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/x", "https://u@evil.example"])
def test_a_link_that_is_not_http_is_not_offered(url: str) -> None:
    assert url not in links(NOTICES.gone(visit(), Gone("", RULE, SITE, suggest=url, archive=url)))


def test_what_a_url_says_is_text() -> None:
    url = 'https://archive.example/"><script>alert(1)</script>'
    answer = NOTICES.gone(visit(), Gone("", RULE, SITE, archive=url))

    assert url in links(answer)
    assert b"<script" not in answer.body


def test_naughty_strings_are_text_wherever_an_operator_or_a_visitor_writes_them() -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    templates, catalogue = environment(None), load_catalogue(None)
    elements = {node.tag for answer in every_answer(visit()) for node in LexborHTMLParser(answer.body).css("*")}
    for text in (text for text in strings if set(text) & set("<>&\"':{")):
        made = Notices(templates, catalogue, site_name=text, links=dict.fromkeys(LINKS, text))
        answers = [made.gone(visit(text), Gone(text, RULE, SITE, suggest=text, archive=text))]
        answers += [made.not_found(visit(text), SITE), made.unavailable(visit(text), 503, SITE)]
        for answer in answers:
            nodes = LexborHTMLParser(answer.body).css("*")
            assert {node.tag for node in nodes} <= elements, text
            assert not [name for node in nodes for name in node.attributes if name.startswith("on")], text
            links = [node.attributes["href"] or "" for node in nodes if node.tag == "a"]
            assert all(link.startswith(("https://", "http://", "#")) for link in links), text


def test_decisions_may_be_kept_for_an_hour_and_mishaps_not_at_all() -> None:
    gone, missing, away = every_answer(visit())

    assert [field(answer, b"cache-control") for answer in (gone, missing)] == [b"public, max-age=3600"] * 2
    assert field(away, b"cache-control") == b"no-store"
    assert field(away, b"retry-after") == b"30"
    assert [NOTICES.unavailable(visit(), status).status for status in (502, 503, 504)] == [502, 503, 504]


def test_no_notice_is_indexed_or_sniffed_or_runs_anything() -> None:
    for answer in every_answer(visit()):
        policy = (field(answer, b"content-security-policy") or b"").decode()
        style = re.search(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}';" in policy
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert field(answer, b"x-robots-tag") == b"noindex"
        assert field(answer, b"x-content-type-options") == b"nosniff"
        assert field(answer, b"content-type") == b"text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "accepted", "language", "varies"),
    [
        ("/fr/x", [b"es"], "fr", False),
        ("/zh-hans/x", [], "zh", False),
        ("/x", [b"es-MX, en;q=0.5"], "es", True),
        ("/x", [b"it", b"ru;q=0.1"], "ru", True),
        ("/it/x", [b"ar"], "ar", True),
        ("/x", [], "en", True),
        ("/x", [b"\xff;;;,q=,=" * 400], "en", True),
    ],
)
def test_the_language_is_the_paths_else_the_visitors(path: str, accepted: list[bytes], language: str, varies: bool) -> None:
    for answer in every_answer(visit(path, *accepted)):
        html = BeautifulSoup(answer.body, "lxml").html
        assert html
        assert html["lang"] == language
        assert field(answer, b"content-language") == language.encode()
        assert field(answer, b"vary") == (b"Accept-Language" if varies else None)


@pytest.mark.anyio
async def test_head_gets_the_length_and_no_body() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    answer = NOTICES.not_found(visit())
    await send_answer(answer, visit(method="HEAD"), send)
    await send_answer(answer, visit(), send)

    assert sent[0] == sent[2]
    assert (b"content-length", str(len(answer.body)).encode()) in sent[0]["headers"]
    assert [sent[1]["body"], sent[3]["body"]] == [b"", answer.body]


def test_an_operators_template_at_fault_is_found_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "gone.html").write_text('{% extends "notice.html" %}\n{% block content %}{{ sitename }}{% endblock %}')

    with pytest.raises(ConfigError, match=r"gone\.html:2"):
        notices(tmp_path)


def test_an_operators_template_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "not_found.html").write_text("<title>x</title>{{ site_name }}<style>a{}</style><style>b{}</style>")
    answer = notices(tmp_path, name="A & B").not_found(visit(), SITE)

    assert b"A &amp; B" in answer.body
    assert (field(answer, b"content-security-policy") or b"").count(b"sha256-") == 2


def test_the_same_page_is_made_once() -> None:
    assert NOTICES.not_found(visit(), SITE).body is NOTICES.not_found(visit("/other"), SITE).body
