"""The transition site's own pages: which requests are theirs, and that they win over the map."""

from __future__ import annotations

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from migrator.rules.table import RuleTable
from migrator.serve.answer import Answer
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.plain_head import plain_head
from migrator.serve.public import PublicPages, PublicRequest
from migrator.templating import environment
from tests.rules.making import table

RULES = "redirects: {/_transition/: /elsewhere, /about: /who}\n"


async def front(request: PublicRequest) -> Answer:
    return Answer(200, [(b"content-type", b"text/plain")], b"front of " + request.site.name.encode() + b" " + request.query)


async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("the old site was asked")


def door(rules: RuleTable) -> Transition:
    notices = Notices(environment(None), load_catalogue(None))
    public = PublicPages("/_transition/", {"": front})
    return Transition(table=rules, notices=notices, homes={}, fallback=wrapped, public=public)


@pytest.fixture
def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(door(table(RULES))), base_url="http://www.old.example")


@pytest.mark.anyio
async def test_a_page_wins_over_every_rule_and_is_given_its_site_and_query(client: httpx.AsyncClient) -> None:
    answer = await client.get("/_transition/?a=1")
    assert (answer.status_code, answer.text) == (200, "front of main a=1")


@pytest.mark.anyio
async def test_head_gets_no_body_but_its_length(client: httpx.AsyncClient) -> None:
    answer = await client.head("/_transition/")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "14")


@pytest.mark.anyio
async def test_the_prefix_without_its_slash_leads_to_the_front_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/_transition?a=1")
    assert (answer.status_code, answer.headers["location"]) == (308, "/_transition/?a=1")


@pytest.mark.anyio
async def test_an_unknown_page_is_not_found_and_the_old_site_not_asked(client: httpx.AsyncClient) -> None:
    assert (await client.get("/_transition/nothing")).status_code == 404


@pytest.mark.anyio
async def test_pages_are_only_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/_transition/", content=b"x")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.anyio
async def test_a_stranger_host_has_no_pages(client: httpx.AsyncClient) -> None:
    assert (await client.get("/_transition/", headers={"Host": "stranger.example"})).status_code == 404


def test_no_page_is_answered_on_the_early_road() -> None:
    data = b"GET /_transition/ HTTP/1.1\r\nHost: www.old.example\r\n\r\n"
    head = plain_head(data, 0, len(data))
    assert head is not None
    assert door(table(RULES)).early_answer(head) is None
