"""What may cross the proxy, and what it becomes on the way: raw header lists in, raw header lists out. No socket, no body.

Names are lower-case bytes, as ASGI has them; order and repeated fields are kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from starlette.types import Scope

Headers = list[tuple[bytes, bytes]]

MAX_PASSES = 3  # through one proxy, by its own Via entries; more is a loop

# RFC 9110 section 7.6.1, with the fields that only ever concern one connection.
_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"http2-settings", b"proxy")
)
# What a Connection field may never take away, whoever sends it.
_PROTECTED = frozenset(
    (b"host", b"cookie", b"set-cookie", b"authorization", b"forwarded", b"via", b"location", b"cache-control", b"date")
)
# By which some application or framework takes a request for another than it is: another host, address or method. Whoever may
# send them can have a cache keep the answer to the one for the other (PortSwigger, "Practical Web Cache Poisoning").
_MISLEADING = frozenset(
    b"base-url forwarded-host forwarded-server http-url proxy-url request-uri script-name x-backend-host x-base-url"
    b" x-envoy-original-host x-envoy-original-path x-forward-host x-forwarded x-gateway-host x-host x-host-override"
    b" x-http-destinationurl x-http-host-override x-http-method x-http-method-override x-method-override x-original-host"
    b" x-original-path x-original-uri x-original-url x-override-url x-path-info x-proxy-host x-proxy-url x-real-host"
    b" x-replaced-path x-request-uri x-rewrite-host x-rewrite-uri x-rewrite-url x-script-name x-server-name"
    b" x-waws-unencoded-url".split()
)
_NOT_FOR_UPSTREAM = _HOP_BY_HOP | _MISLEADING | {b"content-length", b"expect", b"forwarded", b"host", b"via", b"x-real-ip"}
_REWRITTEN = frozenset((b"location", b"content-location", b"refresh", b"link", b"set-cookie"))
_ONCE = frozenset((b"date", b"server"))
_WITHOUT_LENGTH = frozenset((204, 304))  # a length there makes ASGI servers break off or wait

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::[0-9]{1,5})?")
_IP = re.compile(rb"[0-9A-Fa-f:.]+")
_ABSOLUTE = re.compile(rb"(?:(https?):)?//([^/?#\\]*)", re.IGNORECASE)
_REFRESH = re.compile(rb"([^;,]*[;,]\s*(?:url\s*=\s*)?[\"']?)(.*)", re.IGNORECASE | re.DOTALL)
_LINK = re.compile(rb"<([^<>]*)>")
_SCHEMES_OF_WEBSOCKETS = {"ws": "http", "wss": "https"}  # what their handshake is made in, and what applications expect
_DEFAULT_PORTS = {b"http": b":80", b"https": b":443"}


class Address(NamedTuple):
    """A scheme and an authority as header fields write them."""

    scheme: bytes
    authority: bytes

    @property
    def host(self) -> bytes:
        """The authority without its port."""
        return re.sub(rb":\d*\Z", b"", self.authority)


def public_address(scope: Scope, otherwise: bytes = b"") -> Address | None:
    """Under which scheme and Host the client asked; None where the Host is repeated or no host at all.

    `otherwise` stands in for a Host that HTTP/1.0 may leave out.
    """
    hosts = [value for name, value in scope["headers"] if name == b"host"] or [otherwise]
    if len(hosts) != 1 or not is_host(hosts[0]):
        return None
    scheme: str = scope["scheme"]
    scheme = _SCHEMES_OF_WEBSOCKETS.get(scheme, scheme)
    return Address(scheme.encode("ascii"), hosts[0])


def is_host(value: bytes) -> bool:
    """Whether a Host field's value is a host, with or without a port."""
    return _HOST.fullmatch(value) is not None


def has_body(headers: Headers) -> bool:
    """Whether a request with these fields has a body of its own (RFC 9112 section 6.3)."""
    return any(name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0")) for name, value in headers)


def request_headers(scope: Scope, public: Address, pseudonym: bytes) -> Headers:
    """The client's fields as the upstream may see them, with Host, Via and the forwarding fields made anew.

    Framing is left to whoever sends the body. The scope's client and scheme are taken at their word: the ASGI server
    has already decided which peers may speak for others.
    """
    raw: Headers = scope["headers"]
    named = _named_by_connection(raw)
    kept = [(b"host", public.authority)]
    kept += [
        (name, value)
        for name, value in raw
        if not (name in _NOT_FOR_UPSTREAM or name in named or b"_" in name)
        and not name.startswith((b"x-forwarded-", b"proxy-"))
        and not _CONTROL.search(value)
    ]
    passed = [value for name, value in raw if name == b"via" and not _CONTROL.search(value)]
    version = b"1.0" if scope.get("http_version") == "1.0" else b"1.1"
    kept.append((b"via", b", ".join([*passed, version + b" " + pseudonym])))
    client = scope.get("client")
    return kept + _forwarding_headers(client[0] if client else "", public)


def without_handshake(headers: Headers) -> Headers:
    """`headers` without what makes a WebSocket handshake: each leg makes its own (RFC 6455 section 11.3)."""
    return [field for field in headers if not field[0].startswith(b"sec-websocket-")]


def passes_through(headers: Iterable[tuple[bytes, bytes]], pseudonym: bytes) -> int:
    """How often a request has come through the proxy that signs its Via entries with `pseudonym`."""
    told = [value for name, value in headers if name == b"via"]
    return sum(entry.split()[1:2] == [pseudonym] for value in told for entry in value.split(b",")) if told else 0


def response_headers(raw: Iterable[tuple[bytes, bytes]], status: int, upstream: Address, public: Address) -> Headers:
    """The upstream's fields as the client may see them; `upstream` in a Location or a cookie becomes `public`."""
    headers = [(name.lower(), value) for name, value in raw]
    named = _named_by_connection(headers)
    kept: Headers = []
    seen: set[bytes] = set()
    for name, value in headers:
        if name in named or name in seen or not _is_for_client(name) or _CONTROL.search(value):
            continue
        if name == b"content-length" and status in _WITHOUT_LENGTH:
            continue
        if name in _ONCE:
            seen.add(name)
        kept.append((name, _rewritten(name, value, upstream, public) if name in _REWRITTEN else value))
    if b"date" not in seen:
        kept.append((b"date", http_date()))  # RFC 9110 section 6.6.1: who forwards an undated answer dates it
    return kept


@lru_cache(maxsize=256)
def _is_for_client(name: bytes) -> bool:
    return not (name in _HOP_BY_HOP or name.startswith(b"proxy-")) and _TOKEN.fullmatch(name) is not None


def http_date() -> bytes:
    """The present moment as a Date field writes it."""
    return _date_of(int(time.time()))


@lru_cache(maxsize=2)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode("ascii")


def _named_by_connection(headers: Headers) -> frozenset[bytes]:
    options = [value for name, value in headers if name == b"connection"]
    if not options:
        return frozenset()
    names = {name.strip() for name in b",".join(options).lower().split(b",")} - _PROTECTED
    return frozenset(name for name in names if not name.startswith((b"content-", b"x-forwarded-")))


@lru_cache(maxsize=1024)
def _forwarding_headers(client: str, public: Address) -> Headers:
    """RFC 7239 and the fields that older applications read instead."""
    headers = [(b"x-forwarded-proto", public.scheme), (b"x-forwarded-host", public.authority)]
    peer = client.encode("utf-8", "replace")
    if _IP.fullmatch(peer):
        headers += [(b"x-forwarded-for", peer), (b"x-real-ip", peer)]
    else:
        peer = b""
    node = b'"[%b]"' % peer if b":" in peer else peer or b"unknown"
    headers.append((b"forwarded", b'for=%b;host="%b";proto=%b' % (node, public.authority, public.scheme)))
    return headers


def _rewritten(name: bytes, value: bytes, upstream: Address, public: Address) -> bytes:
    if name == b"set-cookie":
        return _without_domain(value, upstream.host)
    if name == b"refresh":
        if match := _REFRESH.match(value):
            return match[1] + _readdressed(match[2], upstream, public)
        return value
    if name == b"link":
        return _LINK.sub(lambda match: b"<" + _readdressed(match[1], upstream, public) + b">", value)
    return _readdressed(value, upstream, public)


def _readdressed(url: bytes, upstream: Address, public: Address) -> bytes:
    """An absolute URL of the upstream itself, under the public address; any other exactly as it is."""
    match = _ABSOLUTE.match(url)
    if not match or _authority(match[2], match[1] or upstream.scheme) != _authority(upstream.authority, upstream.scheme):
        return url
    # A change of scheme is the answer's very point, where there is one.
    scheme = match[1] if match[1] and match[1].lower() != upstream.scheme else public.scheme
    return (scheme + b":" if match[1] else b"") + b"//" + public.authority + url[match.end() :]


def _authority(authority: bytes, scheme: bytes) -> bytes:
    return authority.lower().removesuffix(_DEFAULT_PORTS.get(scheme.lower(), b":"))


def _without_domain(cookie: bytes, host: bytes) -> bytes:
    """A Set-Cookie value without a Domain that names the upstream's own host: the cookie then belongs to the public one."""
    pair, *attributes = cookie.split(b";")
    own = (host.lower(), b"." + host.lower())
    kept = [part for part in attributes if not _is_domain(part, own)]
    return b";".join([pair, *kept])


def _is_domain(attribute: bytes, hosts: tuple[bytes, ...]) -> bool:
    name, _, value = attribute.partition(b"=")
    return name.strip().lower() == b"domain" and value.strip().lower() in hosts
