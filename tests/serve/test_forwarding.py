"""Whose word is taken for where a visitor comes from."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from migrator.serve.forwarding import Forwarding
from tests.serve.hardened import Recorder, hardened
from tests.serve.live import talk

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
PROXY = ("10.0.0.1", 5000)


def seen(client: tuple[str, int] | None, *fields: tuple[bytes, bytes], scheme: str = "http") -> Scope:
    """The scope that an app behind gets."""
    found: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None: ...

    scope: dict[str, Any] = {"type": "http", "client": client, "scheme": scheme, "headers": [(b"host", b"a"), *fields]}
    asyncio.run(Forwarding(app, TRUSTED)(scope, receive, send))
    return found[0]


@pytest.mark.parametrize("client", [("203.0.113.9", 1), ("::1", 1), None])
def test_anybody_elses_forwarding_fields_are_dropped(client: tuple[str, int] | None) -> None:
    told = [b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"x-real-ip", b"x-forwarded-anything"]
    scope = seen(client, *[(name, b"198.51.100.1") for name in told])

    assert (scope["client"], scope["scheme"], scope["headers"]) == (client, "http", [(b"host", b"a")])


@pytest.mark.parametrize("name", [b"cf-connecting-ip", b"true-client-ip", b"front-end-https"])
def test_what_a_front_tells_by_a_name_of_its_own_is_passed_on_from_a_trusted_one_only(name: bytes) -> None:
    fields = [(name, b"203.0.113.9"), (b"x-forwarded-for", b"203.0.113.9")]

    assert (name, b"203.0.113.9") in seen(PROXY, *fields)["headers"]
    assert seen(("203.0.113.9", 1), *fields)["headers"] == [(b"host", b"a")]


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("203.0.113.9, fd00::7, 10.1.1.1", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("203.0.113.9, ::ffff:10.1.1.1", "203.0.113.9"),
        ("10.2.2.2", "10.2.2.2"),
        ("unknown", "10.0.0.1"),
        ("203.0.113.9, unknown, 10.1.1.1", "10.1.1.1"),
        ("", "10.0.0.1"),
    ],
)
def test_the_rightmost_address_that_is_no_trusted_proxy_is_the_visitor(told: str, client: str) -> None:
    scope = seen(PROXY, (b"x-forwarded-for", told.encode()))

    assert scope["client"][0] == client


def test_several_fields_are_one_list() -> None:
    fields = [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"10.1.1.1")]

    assert seen(PROXY, *fields)["client"][0] == "203.0.113.9"


@pytest.mark.parametrize(
    ("told", "scheme", "expected"),
    [
        (b"https", "http", "https"),
        (b"HTTPS", "ws", "wss"),
        (b"http, https", "http", "https"),
        (b"http", "https", "http"),
        (b"javascript", "http", "http"),
        (b"", "https", "https"),
    ],
)
def test_a_trusted_proxy_tells_the_scheme(told: bytes, scheme: str, expected: str) -> None:
    assert seen(PROXY, (b"x-forwarded-proto", told), scheme=scheme)["scheme"] == expected


def test_the_server_itself_believes_nobody() -> None:
    """uvicorn would take a peer on loopback at its word."""
    app = Recorder()
    with hardened(app) as base:
        talk(base, b"GET / HTTP/1.0\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n")

    assert (app.scopes[0]["client"][0], app.scopes[0]["scheme"]) == ("127.0.0.1", "http")
