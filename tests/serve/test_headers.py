"""What may cross the proxy, field by field."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.headers import (
    Address,
    Headers,
    passes_through,
    public_address,
    request_headers,
    response_headers,
    without_handshake,
)

UPSTREAM = Address(b"http", b"10.0.0.5:8080")
PUBLIC = Address(b"https", b"www.old.example")


def asked(*headers: tuple[bytes, bytes], client: tuple[str, int] | None = ("192.0.2.7", 5), version: str = "1.1") -> Headers:
    scope = {"headers": list(headers), "client": client, "scheme": "https", "http_version": version}
    return request_headers(scope, PUBLIC, b"migrator-x")


def answered(*headers: tuple[bytes, bytes], status: int = 200, upstream: Address = UPSTREAM) -> Headers:
    return [field for field in response_headers(headers, status, upstream, PUBLIC) if field[0] != b"date"]


def values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for known, value in headers if known == name]


@pytest.mark.parametrize(
    "name",
    [
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authorization",
        b"proxy",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"http2-settings",
        b"expect",
        b"content-length",
        b"x-original-url",
        b"x-rewrite-url",
        b"x-http-method-override",
        b"x_forwarded_for",
        b"content_length",
    ],
)
def test_these_fields_of_a_request_stay_behind(name: bytes) -> None:
    assert not values(asked((name, b"x")), name)


def test_what_connection_names_stays_behind_but_for_what_a_client_may_not_take_away() -> None:
    guarded = [b"cookie", b"authorization", b"content-type", b"host"]
    named = (b"connection", b"close, X-Secret , Cookie, Authorization, Content-Type, Host, X-Forwarded-For")
    headers = asked((b"x-secret", b"1"), (b"x-open", b"1"), named, *((name, b"1") for name in guarded))

    assert not values(headers, b"x-secret")
    assert values(headers, b"x-open")
    assert values(headers, b"host") == [b"www.old.example"]
    assert values(headers, b"x-forwarded-for") == [b"192.0.2.7"]
    assert all(len(values(headers, name)) == 1 for name in guarded)


def test_order_and_repetition_are_kept() -> None:
    fields = [(b"x-a", b"1"), (b"cookie", b"a=1"), (b"x-a", b"2"), (b"x-a", b""), (b"x-b", b"caf\xe9")]

    assert [field for field in asked(*fields) if field in fields] == fields


def test_forwarding_fields_are_made_anew() -> None:
    spoofed = [b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port", b"forwarded", b"x-real-ip"]
    headers = asked(*((name, b"evil") for name in spoofed))

    assert b"evil" not in {value for _, value in headers}
    assert values(headers, b"x-forwarded-for") == values(headers, b"x-real-ip") == [b"192.0.2.7"]
    assert values(headers, b"x-forwarded-proto") == [b"https"]
    assert values(headers, b"forwarded") == [b'for=192.0.2.7;host="www.old.example";proto=https']


@pytest.mark.parametrize(
    ("client", "node"),
    [
        (("2001:db8::1", 5), b'for="[2001:db8::1]"'),
        (None, b"for=unknown"),
        (("", 0), b"for=unknown"),
        (('1.2.3.4", for=evil', 0), b"for=unknown"),
        (("a\r\nb", 0), b"for=unknown"),
    ],
)
def test_a_peer_is_named_as_rfc_7239_has_it(client: tuple[str, int] | None, node: bytes) -> None:
    headers = asked(client=client)

    assert values(headers, b"forwarded")[0].split(b";")[0] == node
    assert bool(values(headers, b"x-forwarded-for")) == (b"unknown" not in node)


def test_via_is_one_field_with_our_entry_last() -> None:
    headers = asked((b"via", b"1.1 edge"), (b"via", b"1.0 inner"), version="1.0")

    assert values(headers, b"via") == [b"1.1 edge, 1.0 inner, 1.0 migrator-x"]
    assert passes_through(headers, b"migrator-x") == 1
    assert passes_through(headers, b"migrator-y") == 0


@pytest.mark.parametrize(
    ("hosts", "public"),
    [
        ([b"www.old.example"], b"www.old.example"),
        ([b"www.old.example:8080"], b"www.old.example:8080"),
        ([b"[2001:db8::1]:80"], b"[2001:db8::1]:80"),
        ([], b"10.0.0.5:8080"),
        ([b""], None),
        ([b"a", b"a"], None),
        ([b"a@b"], None),
        ([b"a/b"], None),
        ([b"a b"], None),
        ([b"a,b"], None),
        ([b"a:b"], None),
    ],
)
def test_a_host_is_one_host(hosts: list[bytes], public: bytes | None) -> None:
    scope = {"headers": [(b"host", host) for host in hosts], "scheme": "https"}
    address = public_address(scope, UPSTREAM.authority)

    assert (address and address.authority) == public


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (b"http://10.0.0.5:8080/a?b#c", b"https://www.old.example/a?b#c"),
        (b"HTTP://10.0.0.5:8080", b"https://www.old.example"),
        (b"//10.0.0.5:8080/a", b"//www.old.example/a"),
        (b"https://10.0.0.5:8080/a", b"https://www.old.example/a"),
        (b"http://10.0.0.5/a", b"http://10.0.0.5/a"),
        (b"http://10.0.0.5:80801/a", b"http://10.0.0.5:80801/a"),
        (b"http://10.0.0.5:8080.evil.example/", b"http://10.0.0.5:8080.evil.example/"),
        (b"http://user@10.0.0.5:8080/", b"http://user@10.0.0.5:8080/"),
        (b"http://10.0.0.5:8080\\@evil.example/", b"https://www.old.example\\@evil.example/"),
        (b"https://elsewhere.example/?u=http://10.0.0.5:8080/", b"https://elsewhere.example/?u=http://10.0.0.5:8080/"),
        (b"/a", b"/a"),
        (b"a?b", b"a?b"),
        (b"mailto:x@10.0.0.5:8080", b"mailto:x@10.0.0.5:8080"),
        (b"", b""),
    ],
)
def test_a_location_changes_only_where_it_is_the_upstreams_own(location: bytes, expected: bytes) -> None:
    assert answered((b"Location", location)) == [(b"location", expected)]
    assert answered((b"content-location", location)) == [(b"content-location", expected)]


def test_a_redirect_to_another_scheme_keeps_it() -> None:
    upstream = Address(b"http", b"legacy.internal")

    headers = answered(
        (b"location", b"https://legacy.internal:443/a"), (b"location", b"http://legacy.internal:80/"), upstream=upstream
    )

    assert values(headers, b"location") == [b"https://www.old.example/a", b"https://www.old.example/"]


def test_refresh_and_link_are_rewritten_in_their_urls_alone() -> None:
    headers = answered(
        (b"refresh", b"5; url=http://10.0.0.5:8080/a"),
        (b"refresh", b"5;URL='http://10.0.0.5:8080/a'"),
        (b"refresh", b"5"),
        (b"link", b'<http://10.0.0.5:8080/s.css>; rel=preload, </a>; rel="x"'),
    )

    assert [value for _, value in headers] == [
        b"5; url=https://www.old.example/a",
        b"5;URL='https://www.old.example/a'",
        b"5",
        b'<https://www.old.example/s.css>; rel=preload, </a>; rel="x"',
    ]


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        (b"a=1; Domain=10.0.0.5; Path=/", b"a=1; Path=/"),
        (b"a=1;domain=.10.0.0.5", b"a=1"),
        (b"a=1; Domain=old.example; Secure", b"a=1; Domain=old.example; Secure"),
        (b"domain=10.0.0.5; Path=/", b"domain=10.0.0.5; Path=/"),
        (b"a=1; odd ; ; HttpOnly;SameSite=Lax", b"a=1; odd ; ; HttpOnly;SameSite=Lax"),
        (b"", b""),
    ],
)
def test_a_cookie_loses_only_a_domain_that_is_the_upstreams(cookie: bytes, expected: bytes) -> None:
    assert answered((b"set-cookie", cookie)) == [(b"set-cookie", expected)]


ATTRIBUTES = st.sampled_from(
    [b"Path=/", b" path=/a", b"Secure", b"HttpOnly ", b"SameSite=Lax", b"Expires=Tue, 24 Nov 2026 07:00:00 GMT", b"Max-Age=0",
     b"Domain=old.example", b"domain = .OLD.example", b"Partitioned", b"", b" ", b"=", b"odd=a=b", b'Comment="a', b"Domain="]
)  # fmt: skip


@given(st.binary(max_size=12).map(lambda pair: pair.replace(b";", b"")), st.lists(ATTRIBUTES), st.integers(0, 9))
def test_of_a_cookie_everything_stays_but_a_domain_of_the_upstream(pair: bytes, attributes: list[bytes], place: int) -> None:
    cookie = b";".join([pair, *attributes])
    own = b";".join([pair, *attributes[:place], b" Domain=.10.0.0.5", *attributes[place:]])
    kept = [] if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", cookie) else [(b"set-cookie", cookie)]

    assert answered((b"set-cookie", cookie)) == answered((b"set-cookie", own)) == kept


def test_a_websocket_is_asked_for_in_the_scheme_of_its_handshake_and_each_leg_makes_its_own() -> None:
    scope = {"headers": [(b"host", b"old.example"), (b"sec-websocket-key", b"x"), (b"cookie", b"a")], "scheme": "wss"}
    address = public_address(scope)

    assert address == Address(b"https", b"old.example")
    assert without_handshake([(b"sec-websocket-key", b"x"), (b"cookie", b"a")]) == [(b"cookie", b"a")]


def test_hop_by_hop_fields_of_an_answer_stay_behind() -> None:
    left = [b"Connection", b"Keep-Alive", b"Transfer-Encoding", b"Upgrade", b"Trailer", b"Proxy-Authenticate", b"X-Hop"]
    headers = answered(*((name, b"x-hop, set-cookie") for name in left), (b"Set-Cookie", b"a=1"), (b"X-End", b"1"))

    assert headers == [(b"set-cookie", b"a=1"), (b"x-end", b"1")]


@pytest.mark.parametrize(("status", "kept"), [(200, True), (206, True), (204, False), (304, False)])
def test_only_answers_that_have_a_body_tell_its_length(status: int, kept: bool) -> None:
    assert bool(answered((b"content-length", b"5"), status=status)) == kept


def test_an_answer_has_one_date_and_at_most_one_server() -> None:
    twice = [(b"date", b"Tue, 24 Nov 2026 06:00:00 GMT"), (b"date", b"later"), (b"server", b"a"), (b"server", b"b")]
    kept = response_headers(twice, 200, UPSTREAM, PUBLIC)
    made = response_headers([], 200, UPSTREAM, PUBLIC)

    assert kept == [twice[0], twice[2]]
    assert [name for name, _ in made] == [b"date"]
    assert parsedate_to_datetime(made[0][1].decode())


@pytest.mark.parametrize("value", [b"a\rb", b"a\nb", b"a\x00b", b"\x01", b"a\x7f", b"a\r\nset-cookie: b=1"])
def test_a_value_with_control_bytes_is_left_out_both_ways(value: bytes) -> None:
    assert not values(asked((b"x-a", value)), b"x-a")
    assert not answered((b"x-a", value))


NAMES = st.sampled_from(
    [b"connection", b"x-a", b"x-b", b"te", b"set-cookie", b"via", b"location", b"upgrade", b"link", b"refresh", b"x y", b""]
)
VALUES = st.one_of(
    st.binary(max_size=40), st.sampled_from([b"x-a", b"close, x-b, te", b"//10.0.0.5:8080/x", b"0;url=//10.0.0.5:8080"])
)


@settings(max_examples=300)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_whatever_comes_what_goes_on_is_well_formed(fields: list[tuple[bytes, bytes]]) -> None:
    for headers in (asked(*[field for field in fields if b" " not in field[0] and field[0]]), answered(*fields)):
        for name, value in headers:
            assert re.fullmatch(rb"[a-z-]+", name)
            assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", value)
            assert name not in (b"connection", b"te", b"upgrade")
