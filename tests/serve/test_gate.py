"""The gate as ASGI shows it requests: what it refuses and with what, what it passes on, and how bodies are bounded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from migrator.serve.gate import Gate, fault_of
from migrator.serve.options import RequestLimits

LIMITS = RequestLimits(body=1000)
HOST = (b"host", b"www.old.example")
NAMES = st.sampled_from([b"host", b"content-length", b"transfer-encoding", b"x"])


def scope_of(*fields: tuple[bytes, bytes], path: bytes = b"/", **more: Any) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "raw_path": path,
        "path": "/",
        "query_string": b"",
        "headers": list(fields) or [HOST],
        **more,
    }


FAULTS: dict[str, tuple[int, Scope]] = {
    "no Host": (400, scope_of((b"a", b"b"))),
    "two Hosts": (400, scope_of(HOST, HOST)),
    "empty Host": (400, scope_of((b"host", b""))),
    "user in Host": (400, scope_of((b"host", b"a@evil.example"))),
    "path in Host": (400, scope_of((b"host", b"old.example/x"))),
    "list in Host": (400, scope_of((b"host", b"old.example, evil.example"))),
    "space in Host": (400, scope_of((b"host", b"old example"))),
    "length and coding": (400, scope_of(HOST, (b"content-length", b"4"), (b"transfer-encoding", b"chunked"))),
    "list of lengths": (400, scope_of(HOST, (b"content-length", b"5, 5"))),
    "repeated length": (400, scope_of(HOST, (b"content-length", b"5"), (b"content-length", b"5"))),
    "signed length": (400, scope_of(HOST, (b"content-length", b"+5"))),
    "hexadecimal length": (400, scope_of(HOST, (b"content-length", b"0x5"))),
    "two codings": (400, scope_of(HOST, (b"transfer-encoding", b"gzip, chunked"))),
    "repeated coding": (400, scope_of(HOST, (b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"chunked"))),
    "identity": (400, scope_of(HOST, (b"transfer-encoding", b"identity"))),
    "coded with a form feed": (400, scope_of(HOST, (b"transfer-encoding", b"\x0cchunked"))),
    "coding in 1.0": (400, scope_of(HOST, (b"transfer-encoding", b"chunked"), http_version="1.0")),
    "folded field": (400, scope_of(HOST, (b"x-a", b"a\r\n b"))),
    "control byte": (400, scope_of(HOST, (b"x-a", b"a\x01b"))),
    "NUL": (400, scope_of(HOST, (b"x-a", b"a\0"))),
    "no slash": (400, scope_of(path=b"a")),
    "absolute": (400, scope_of(path=b"http://evil.example/")),
    "asterisk": (400, scope_of(path=b"*")),
    "asterisk for nobody": (400, scope_of(HOST, HOST, path=b"*", method="OPTIONS")),
    "fragment": (400, scope_of(path=b"/a#b")),
    "fragment in query": (400, scope_of(query_string=b"a#b")),
    "space": (400, scope_of(path=b"/a b")),
    "encoded NUL": (400, scope_of(path=b"/a%00b")),
    "CONNECT": (405, scope_of(method="CONNECT")),
    "TRACE": (405, scope_of(method="TRACE")),
    "body too large": (413, scope_of(HOST, (b"content-length", b"1001"))),
    "target too long": (414, scope_of(path=b"/" + b"a" * 8192)),
    "query too long": (414, scope_of(query_string=b"a" * 8192)),
    "field too large": (431, scope_of(HOST, (b"x-a", b"a" * 8190))),
    "fields too large": (431, scope_of(HOST, *[(b"x-a", b"a" * 8000)] * 5)),
    "too many fields": (431, scope_of(HOST, *[(b"a", b"b")] * 100)),
}
FORM_ONLY = {name for name, (status, _) in FAULTS.items() if status in (413, 414, 431)}

SOUND: dict[str, Scope] = {
    "plain": scope_of(),
    "port": scope_of((b"host", b"www.old.example:8080")),
    "IPv6": scope_of((b"host", b"[2001:db8::1]:80")),
    "1.0 without Host": scope_of((b"a", b"b"), http_version="1.0"),
    "chunked": scope_of(HOST, (b"transfer-encoding", b"Chunked")),
    "length at the limit": scope_of(HOST, (b"content-length", b"1000")),
    "target at the limit": scope_of(path=b"/" + b"a" * 8191),
    "field at the limit": scope_of(HOST, (b"x-a", b"a" * 8189)),
    "as many fields as may be": scope_of(HOST, *[(b"a", b"b")] * 99),
    "Latin-1 in a field": scope_of(HOST, (b"x-a", b"caf\xe9\tau lait")),
    "bytes that are no UTF-8": scope_of(path=b"/caf%E9"),
    "encoded percent": scope_of(path=b"/a%2500b"),
    "two slashes": scope_of(path=b"//evil.example/"),
    "odd method": scope_of(method="PROPFIND"),
}


async def passed(scope: Scope, limits: RequestLimits | None, body: list[bytes] | None = None) -> tuple[bool, list[Message], int]:
    """Whether an app got the request, what was sent, and how many bytes of the body the app was given."""
    parts = [{"type": "http.request", "body": part, "more_body": True} for part in body or []]
    parts.append({"type": "http.request", "body": b"", "more_body": False})
    reached, given = False, 0
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal reached, given
        reached = True
        while (message := await receive())["type"] == "http.request":
            given += len(message["body"])
            if not message["more_body"]:
                break
        else:
            raise ConnectionError("the client left")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await Gate(app, limits)(scope, receive, send)
    return reached, sent, given


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_request_is_refused_before_any_app_sees_it(name: str) -> None:
    status, scope = FAULTS[name]
    reached, sent, _ = asyncio.run(passed(scope, LIMITS))

    assert not reached
    assert sent[0]["status"] == status
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_request_is_passed_on(name: str) -> None:
    reached, sent, _ = asyncio.run(passed(SOUND[name], LIMITS))

    assert (reached, sent[0]["status"]) == (True, 200)


@pytest.mark.parametrize("name", FAULTS)
def test_without_limits_only_the_form_is_judged(name: str) -> None:
    status, scope = FAULTS[name]

    assert fault_of(scope, None) == (0 if name in FORM_ONLY else status)


def test_a_method_that_is_refused_comes_with_those_that_are_not() -> None:
    _, sent, _ = asyncio.run(passed(scope_of(method="TRACE"), LIMITS))

    assert dict(sent[0]["headers"])[b"allow"].startswith(b"GET, HEAD")


def test_a_question_to_the_server_as_a_whole_is_answered_here() -> None:
    reached, sent, _ = asyncio.run(passed(scope_of(path=b"*", method="OPTIONS"), LIMITS))

    assert (reached, sent[0]["status"]) == (False, 200)


@pytest.mark.parametrize(("size", "status"), [(999, 200), (1000, 200), (1001, 413), (5000, 413)])
def test_a_body_of_unknown_length_is_cut_off_at_the_limit(size: int, status: int) -> None:
    scope = scope_of(HOST, (b"transfer-encoding", b"chunked"), method="POST")
    _, sent, given = asyncio.run(passed(scope, LIMITS, [b"x" * 100] * (size // 100) + [b"x" * (size % 100)]))

    assert sent[0]["status"] == status
    assert given == (size if status == 200 else 1000)
    assert len(sent) == 2


def test_a_faulty_websocket_handshake_is_closed() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the app was reached")

    scope = scope_of(HOST, HOST, type="websocket")
    del scope["method"]
    asyncio.run(Gate(app, LIMITS)(scope, receive, send))

    assert sent == [{"type": "websocket.close", "code": 1002}]


@given(
    st.lists(st.tuples(NAMES, st.binary(max_size=12)), max_size=6),
    st.binary(max_size=20),
)
def test_what_passes_has_one_host_and_one_end(fields: list[tuple[bytes, bytes]], path: bytes) -> None:
    scope = scope_of((b"x", b""), *fields, path=path or b"/")
    if fault_of(scope, LIMITS) == 0:
        names = [name for name, _ in fields]
        assert names.count(b"host") == 1
        assert names.count(b"content-length") + names.count(b"transfer-encoding") <= 1
