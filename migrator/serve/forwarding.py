"""Whom a request comes from where it comes through proxies: believed only from those that the operator trusts.

The forwarding fields of all others are dropped here, so that nothing behind can fall for them.
"""

from __future__ import annotations

from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from migrator.serve.headers import Headers
from migrator.serve.options import Network

_SECURE = {"http": "https", "ws": "wss"}
_FORWARDING = (b"x-forwarded-", b"x-real-ip", b"forwarded")  # how the names of such fields begin
_PLAIN = {"https": "http", "wss": "ws"}
# What fronts tell applications of a visitor's address or scheme by names of their own: theirs is passed on, nobody else's.
_TOLD_BY_FRONTS = frozenset(
    b"ali-cdn-real-ip cdn-src-ip cf-connecting-ip cf-connecting-ipv6 cf-visitor client-ip cloudfront-forwarded-proto"
    b" cloudfront-viewer-address do-connecting-ip fastly-client-ip fly-client-ip front-end-https incap-client-ip true-client-ip"
    b" wl-proxy-client-ip x-appengine-user-ip x-arr-ssl x-azure-clientip x-azure-socketip x-client-ip x-cluster-client-ip"
    b" x-custom-ip-authorization x-envoy-external-address x-nf-client-connection-ip x-original-forwarded-for"
    b" x-original-remote-addr x-originating-ip x-proxyuser-ip x-remote-addr x-remote-ip x-scheme x-sucuri-clientip x-url-scheme"
    b" x-vercel-forwarded-for".split()
)


class Forwarding:
    """Sets a scope's client and scheme to the visitor's own, by X-Forwarded-For and -Proto of `trusted` peers."""

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one `http` or `websocket` scope on."""
        headers: Headers = scope["headers"]
        told = [field for field in headers if field[0].startswith(_FORWARDING) or field[0] in _TOLD_BY_FRONTS]
        if told:
            client = scope.get("client")
            if self._trusted and client and is_within(client[0], self._trusted):
                scope = {**scope, **visitor(told, scope, self._trusted)}
                told = [field for field in told if field[0] not in _TOLD_BY_FRONTS]
            dropped = {name for name, _ in told}
            scope = {**scope, "headers": [field for field in headers if field[0] not in dropped]}
        await self._app(scope, receive, send)


def visitor(told: Headers, scope: Scope, trusted: tuple[Network, ...]) -> Scope:
    """The client and the scheme that a trusted peer's forwarding fields tell of.

    From the right, the first address that is no trusted proxy is the client; what is left of it anybody may have written.
    """
    address: str = scope["client"][0]
    for hop in reversed(_list(told, b"x-forwarded-for")):
        found = _address(hop)
        if found is None:
            break
        address = found
        if not is_within(address, trusted):
            break
    found_client = scope["client"] if address == scope["client"][0] else (address, 0)
    return {"client": found_client, "scheme": _scheme(scope["scheme"], _list(told, b"x-forwarded-proto"))}


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address belongs to one of the networks; an IPv4 address written as IPv6 does where its own would."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in networks)


def _list(fields: Headers, wanted: bytes) -> list[str]:
    values = b",".join(value for name, value in fields if name == wanted).decode("latin-1")
    return [entry.strip() for entry in values.split(",")] if values else []


def _address(hop: str) -> str | None:
    """The address in an entry of X-Forwarded-For, which may have a port."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ip_address(hop))
    except ValueError:
        return None


def _scheme(scheme: str, told: list[str]) -> str:
    last = told[-1].lower() if told else ""
    if last == "https":
        return _SECURE.get(scheme, scheme)
    return _PLAIN.get(scheme, scheme) if last == "http" else scheme
