"""No field of a request that an answer's Vary does not name changes it, so that nobody can spoil a cache in front for others."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migrator.app import TransitionMiddleware

CANARY = b"canary.evil.example"
BEFORE = (
    *("", "x-", "x-forwarded-", "x-original-", "x-rewrite-", "x-real-", "x-http-", "x-client-", "x-proxy-", "x-cluster-"),
    *(
        "x-envoy-",
        "cf-",
        "true-",
        "fastly-",
        "akamai-",
        "x-amz-",
        "x-azure-",
        "x-ms-",
        "x-custom-",
        "x-override-",
        "proxy-",
        "client-",
    ),
    "sec-",
)
STEMS = (
    *("host", "for", "by", "proto", "port", "scheme", "server", "prefix", "path", "uri", "url", "ssl", "ip", "client-ip", "user"),
    *("method", "method-override", "http-method-override", "query", "request-uri", "forwarded", "location", "referer", "origin"),
    *(
        "destination",
        "base-url",
        "scheme-override",
        "debug",
        "cache",
        "version",
        "language",
        "charset",
        "authority",
        "wap-profile",
    ),
    *("context", "content-type", "frame-options", "status", "code", "cookie", "authorization", "user-agent", "via", "pragma"),
)
FIELDS = sorted({f"{before}{stem}".encode() for before, stem in product(BEFORE, STEMS)} - {b"host"})
VALUES = (CANARY, b"https://" + CANARY + b"/", b"DELETE", b"/moved", b'"><script>canary()</script>', b"ur", b"0")
PAGE = b"<!doctype html><html lang=en><title>Old</title><body><p>old</p></body></html>"
CONFIG = """\
version: 1
sites: {main: {hosts: [www.old.example], legacy: "http://127.0.0.1:9", new: "https://www.new.example", significant_params: [id]}}
banner: {site_name: X, dismissible: true}
redirects: {/moved: /there}
rules: [{from: /gone, gone: true}]
"""
Answered = tuple[int, list[tuple[bytes, bytes]], bytes]


async def legacy(scope: Scope, receive: Receive, send: Send) -> None:
    """An old site that looks at no field."""
    head = [(b"content-type", b"text/html; charset=utf-8"), (b"etag", b'"1"'), (b"content-length", b"%d" % len(PAGE))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": PAGE})


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    config: Path = tmp_path_factory.mktemp("door") / "redirects.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return TransitionMiddleware(legacy, config)


async def answered(door: ASGIApp, path: bytes, *fields: tuple[bytes, bytes], host: bytes = b"www.old.example") -> Answered:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "client": ("192.0.2.1", 1)}
    target = {"path": path.decode(), "raw_path": path, "query_string": b"a=b"}
    await door({**scope, **target, "headers": [(b"host", host), *fields]}, receive, send)
    start, *bodies = sent
    return start["status"], start["headers"], b"".join(message.get("body", b"") for message in bodies)


@pytest.mark.anyio
@pytest.mark.parametrize("path", [b"/page", b"/moved", b"/gone", b"/moved/../moved"])
async def test_a_field_that_vary_does_not_name_changes_nothing(path: bytes, door: ASGIApp) -> None:
    plain = await answered(door, path)
    varies = b",".join(value for name, value in plain[1] if name == b"vary").lower()
    named = {name.strip() for name in varies.split(b",")}
    for field, value in product(FIELDS, VALUES[: 2 if path != b"/page" else 1]):
        answer = await answered(door, path, (field, value))
        assert CANARY not in answer[2] + b"".join(value for _, value in answer[1]), field
        assert answer == plain or field in named, field
    for value in VALUES:
        assert await answered(door, path, *((field, value) for field in FIELDS if field not in named)) == plain, value
    assert len(FIELDS) > 900


@pytest.mark.anyio
@pytest.mark.parametrize("host", [b"www.old.example:1234", b"WWW.OLD.EXAMPLE", b"www.old.example."])
@pytest.mark.parametrize("path", [b"/page", b"/moved", b"/gone"])
async def test_nor_does_the_way_a_known_host_is_written(path: bytes, host: bytes, door: ASGIApp) -> None:
    assert await answered(door, path, host=host) == await answered(door, path)


@pytest.mark.anyio
@pytest.mark.parametrize("path", [b"/page", b"/moved", b"/gone"])
async def test_a_host_that_is_not_known_gets_nothing_that_a_cache_may_keep(path: bytes, door: ASGIApp) -> None:
    status, headers, body = await answered(door, path, host=CANARY)

    assert status == 404
    assert dict(headers)[b"cache-control"] == b"no-store"
    assert CANARY not in body
