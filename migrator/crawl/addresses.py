"""Which addresses a connection may be made to (SSRF). Names are resolved here; nothing is ever sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from migrator.errors import CrawlError, UpstreamUnreachable

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

KNOWN_FOR = 60.0  # seconds until a name is resolved and checked again

# Where Python's is_global says yes, and a packet may still end on the inside.
_DENIED = tuple(
    ip_network(net)
    for net in (
        *("100.64.0.0/10", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10", "ff00::/8"),
    )
)
# What a name of the operator's own may stand for: the machine itself and private networks, never a cloud's metadata.
_INSIDE = tuple(
    ip_network(net)
    for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
)
_METADATA = tuple(ip_network(net) for net in ("fd00:ec2::/32", "100.100.100.200/32"))


def is_public(address: Address) -> bool:
    """Whether an address is on the open internet, and cannot be a detour to an inner one."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not _within(address, _DENIED)


def is_inside(address: Address) -> bool:
    """Whether an address is this machine's own or in a private network."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return _within(address, _INSIDE) and not _within(address, _METADATA)


async def resolve(host: str, port: int) -> Sequence[Address]:
    """All addresses of a name, in the system's order. Raises UpstreamUnreachable where it has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UpstreamUnreachable(f"the name {host} cannot be resolved: {error}") from error
    return [ip_address(str(info[4][0]).partition("%")[0]) for info in found]


class Guard:
    """Knows the few (host, port) pairs that the operator wrote down, and lets connections be made to those alone.

    An address written as such is allowed whatever it is. A name may stand for public addresses or for ones inside, but one
    that was public once may not turn inwards later (DNS rebinding).
    """

    def __init__(self, allowed: Iterable[tuple[str, int]], resolve: Resolve = resolve) -> None:
        self._allowed = frozenset(allowed)
        self._resolve = resolve
        self._public: set[str] = set()
        self._known: dict[tuple[str, int], tuple[float, list[str]]] = {}

    async def addresses(self, host: str, port: int) -> list[str]:
        """The checked addresses to connect to for that host and port, best first.

        Raises CrawlError where none may be used, UpstreamUnreachable where the name has none.
        """
        if (host, port) not in self._allowed:
            raise CrawlError(f"refused to connect to {host}:{port}: it is not an address of the site")
        if (literal := _literal(host)) is not None:
            return [str(literal)]
        now = asyncio.get_running_loop().time()
        until, known = self._known.get((host, port), (0.0, []))
        if now >= until:
            known = self._checked(host, await self._resolve(host, port))
            self._known[host, port] = (now + KNOWN_FOR, known)
        return known

    def _checked(self, host: str, found: Sequence[Address]) -> list[str]:
        public = [str(address) for address in found if is_public(address)]
        if public:
            self._public.add(host)
            return public
        inside = [str(address) for address in found if is_inside(address)]
        if inside and host not in self._public:
            return inside
        shown = ", ".join(sorted({str(address) for address in found})) or "nothing"
        raise CrawlError(
            f"refused to connect to {host}: the name now stands for {shown}, which is not on the open internet\n"
            "    if the site is there, write that address itself as `legacy` or `new_upstream`"
        )


class PublicGuard(Guard):
    """Lets connections be made to addresses on the open internet alone: for hosts that no upstream of the file names."""

    async def addresses(self, host: str, port: int) -> list[str]:
        """As a Guard does; but an address of this machine or of a private network is refused, however it was written."""
        found = [address for address in await super().addresses(host, port) if is_public(ip_address(address))]
        if not found:
            raise CrawlError(f"refused to connect to {host}:{port}: it is not on the open internet")
        return found


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _within(address: Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address in network for network in networks)
