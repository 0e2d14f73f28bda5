"""The visitor's door in front of a real app on a real server: each decision becomes the right answer."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from migrator.app import TransitionMiddleware
from migrator.errors import ConfigError, UpstreamError
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.plain_head import plain_head
from migrator.templating import environment
from tests.rules.making import SITE, leaving_table, table
from tests.serve.live import serve, talk

PAGE = b"<!doctype html><html lang=fr><head><title>Accueil</title></head><body class=x><p>Bonjour \xc3\xa9</p></body></html>"
RULES = """
banner: {site_name: Example}
redirects: {/about.html: /who-we-are, "/café": /cafe}
rules:
  - {from: /press/*, to: "/newsroom/:splat"}
  - {from: /old/*, gone: true, suggest: /campaigns}
  - {from: /form, to: /new-form, status: 302}
"""


async def page(request: Request) -> Response:
    body = PAGE
    headers = {"ETag": '"1"', "Content-Type": "text/html; charset=utf-8"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body)
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(body, headers=headers)


async def data(request: Request) -> Response:
    response = JSONResponse({"path": request.scope["raw_path"].decode("latin-1"), "query": request.url.query})
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


async def found(request: Request) -> Response:
    return HTMLResponse(f"<!doctype html><title>x</title><p>{request.method}", 404)


def legacy_app(folder: Path, rules: str = RULES, **options: bool) -> Starlette:
    """An app as its owner would write it, with the middleware as the documentation shows it."""
    config = folder / "redirects.yaml"
    config.write_text(SITE + rules, encoding="utf-8")
    routes = [
        Route("/", page),
        Route("/data/{rest:path}", data),
        Route("/{rest:path}", found, methods=["GET", "POST"]),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(TransitionMiddleware, config=config, **options)
    return app


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the live app; it speaks to one of the old site's hosts and follows nothing."""
    app = legacy_app(tmp_path_factory.mktemp("app"), name_rules=True)
    headers = {"Host": "www.old.example"}
    with serve(app) as base, httpx.Client(base_url=base, headers=headers, trust_env=False) as found_client:
        yield found_client


def test_a_mapped_address_is_redirected_for_an_hour_and_says_why(client: httpx.Client) -> None:
    answer = client.get("/About.html?utm_source=x")

    assert answer.status_code == 301
    assert answer.headers["location"] == "https://www.new.example/who-we-are?utm_source=x"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["x-redirect-by"].startswith("migrator; rule=")
    assert answer.headers["x-redirect-by"].endswith("redirects.yaml:11")


def test_head_is_answered_as_get_without_the_body(client: httpx.Client) -> None:
    got, head = client.get("/about.html"), client.head("/about.html")

    assert (head.status_code, head.headers["location"], head.content) == (301, got.headers["location"], b"")
    assert head.headers["content-length"] == got.headers["content-length"]


def test_a_form_keeps_its_method(client: httpx.Client) -> None:
    assert client.post("/form", data={"a": "1"}).status_code == 307
    assert client.post("/about.html").status_code == 308


def test_what_is_gone_says_so_and_helps(client: httpx.Client) -> None:
    answer = client.get("/old/x", headers={"Accept-Language": "fr"})

    assert answer.status_code == 410
    assert 'lang="fr"' in answer.text
    assert "https://www.new.example/campaigns" in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"


def test_a_stranger_among_the_hosts_is_not_found(client: httpx.Client) -> None:
    answer = client.get("/about.html", headers={"Host": "stranger.example"})

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_an_old_page_carries_the_banner_in_its_own_language_and_is_else_untouched(client: httpx.Client) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "identity"})
    before, after = answer.content.split(b"<section", 1)[0], answer.content.rsplit(b"</section>", 1)[1]

    assert before + after.removeprefix(b"\n") == PAGE
    assert b'lang="fr"' in answer.content.removeprefix(before)
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["etag"] != '"1"'


def test_a_compressed_page_carries_it_too(client: httpx.Client) -> None:
    answer = client.get("/", headers={"Accept-Encoding": "gzip, br"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.content.count(b"data-migrator-banner") == 1


def test_an_error_page_of_the_old_site_carries_it_too(client: httpx.Client) -> None:
    answer = client.post("/nothing")

    assert answer.status_code == 404
    assert b"data-migrator-banner" in answer.content
    assert answer.content.endswith(b"<p>POST")


def test_a_page_that_is_known_is_confirmed_with_its_banner(client: httpx.Client) -> None:
    etag = client.get("/").headers["etag"]
    answer = client.get("/", headers={"If-None-Match": '"1"'})

    assert answer.status_code == 200
    assert answer.headers["etag"] == etag


def test_what_is_no_page_passes_to_the_byte(client: httpx.Client) -> None:
    answer = client.get("/data/%2Fx%e9?b=%20&a=1")

    assert answer.json() == {"path": "/data/%2Fx%e9", "query": "b=%20&a=1"}
    assert answer.headers.get_list("set-cookie") == ["a=1; Path=/; SameSite=lax", "b=2; Path=/; SameSite=lax"]


@pytest.mark.parametrize(
    "line",
    [
        b"/press/%0d%0aSet-Cookie:%20x=1",
        b"/press///evil.example/%2e%2e",
        b"/press/\\evil.example",
        b"/press/%5c%5cevil.example",
        b"/press/?x=%0d%0aLocation:%20//evil.example",
        b"/caf%C3%A9",
    ],
)
def test_no_address_makes_the_answer_leave_its_host_or_its_header(client: httpx.Client, line: bytes) -> None:
    base = str(client.base_url).rstrip("/")
    answer = talk(base, b"GET " + line + b" HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n")
    head, _, _ = answer.partition(b"\r\n\r\n")
    names = [field.partition(b":")[0].lower() for field in head.split(b"\r\n")[1:]]

    assert answer.startswith(b"HTTP/1.1 301 ")
    assert b"\r\nlocation: https://www.new.example/" in head
    assert set(names) <= {
        b"date",
        b"location",
        b"cache-control",
        b"content-type",
        b"content-length",
        b"x-redirect-by",
        b"connection",
        b"server",
    }


def test_a_location_that_left_its_host_after_all_is_a_404_without_it() -> None:
    door = Transition(table=leaving_table(), notices=Notices(environment(None), load_catalogue(None)), homes={})
    with serve(door) as base, httpx.Client(headers={"Host": "www.old.example"}, trust_env=False) as asking:
        good, left = asking.get(f"{base}/go/"), asking.get(f"{base}/go/.evil.example")

    assert (good.status_code, good.headers["location"]) == (301, "https://www.new.example/")
    assert (left.status_code, left.headers.get("location")) == (404, None)
    assert b"evil" not in left.content


def test_an_address_that_nobody_decided_is_led_to_the_new_site_for_now(tmp_path: Path) -> None:
    config = tmp_path / "redirects.yaml"
    config.write_text(SITE + "    unmapped: new\n", encoding="utf-8")
    with serve(TransitionMiddleware(found_by_nobody, config)) as base:
        answer = talk(base, b"GET /a%20b?y=2&x=%0a&y=1 HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 302 ")
    assert b"\r\nlocation: https://www.new.example/a%20b?y=2&x=%0a&y=1\r\n" in answer
    assert b"\r\ncache-control: public, max-age=3600\r\n" in answer


def test_a_map_that_changes_between_the_two_roads_of_a_request_is_asked_again() -> None:
    """Whatever was decided early for it, and for hundreds that never came."""
    door = Transition(table=table(""), notices=Notices(environment(None), load_catalogue(None)), homes={})
    for number in [*range(600), 1]:
        asked = b"GET /%d HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n" % number
        head = plain_head(asked, 0, len(asked))
        assert head
        assert door.early_answer(head) is None
    assert head
    with serve(door) as base:
        before = talk(base, asked)
        door.early_answer(head)
        door.table = table("redirects: {/1: /new}")
        after = talk(base, asked)

    assert before.startswith(b"HTTP/1.1 404 ")
    assert after.startswith(b"HTTP/1.1 301 ")


async def found_by_nobody(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "lifespan"


def test_a_page_that_breaks_off_before_any_of_it_was_sent_is_a_502(tmp_path: Path) -> None:
    async def cut(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/html"), (b"content-length", b"999")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<!doctype html><title>x", "more_body": True})
        raise UpstreamError("the upstream is gone")

    config = tmp_path / "redirects.yaml"
    config.write_text(SITE + "banner: {site_name: Example}\n", encoding="utf-8")
    with serve(TransitionMiddleware(cut, config)) as base:
        answer = httpx.get(base, headers={"Host": "old.example"}, trust_env=False)
    assert (answer.status_code, answer.headers["cache-control"]) == (502, "no-store")


def test_the_banner_leaves_scopes_of_other_kinds_alone(tmp_path: Path) -> None:
    seen: list[object] = []

    async def legacy(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend((scope, send))

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        """What nobody reads."""

    config = tmp_path / "redirects.yaml"
    config.write_text(SITE + "banner: {site_name: Example}\n", encoding="utf-8")
    extensions: dict[str, object] = {"http.response.pathsend": {}}
    about: Scope = {"path": "/chat", "raw_path": b"/chat", "query_string": b"", "extensions": extensions, "http_version": "1.1"}
    headers = [(b"host", b"old.example"), (b"accept-encoding", b"dcb")]
    for kind, untouched in (("websocket", True), ("http", False)):
        scope = {**about, "type": kind, "scheme": "ws", "method": "GET", "headers": headers}
        asyncio.run(TransitionMiddleware(legacy, config)(scope, receive, send))
        assert (seen[0] == scope, seen[1] is send) == (untouched, untouched)
        seen.clear()


def test_a_broken_map_is_refused_at_the_start(tmp_path: Path) -> None:
    app = legacy_app(tmp_path, "redirects: {/a: 'javascript:x'}\n")

    with pytest.raises(ConfigError, match="only be http or https"):
        app.build_middleware_stack()
