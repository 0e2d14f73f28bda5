"""The section `server:` of the file: sizes made bytes, networks made values, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from migrator.errors import Problem
from migrator.rules.schema import ServerShape

NO_BOUND = "unlimited"
_UNITS = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def size_in_bytes(size: str) -> int | None:
    """`100MB`, `1GB` or a bare number of bytes (a KB is 1024 of them); None for `unlimited`."""
    if size == NO_BOUND:
        return None
    unit = _UNITS.get(size[-2:])
    return int(size[:-2][:12]) * unit if unit else int(size[:18])


def networks(shape: ServerShape) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks of `trusted_proxies`; those that are none are left out."""
    found = (_network(text) for text in shape.trusted_proxies)
    return tuple(network for network in found if network is not None)


def server_problems(shape: ServerShape) -> Iterator[Problem]:
    """What is wrong with the section beyond its form."""
    port = shape.admin.rpartition(":")[2]
    if port and not 0 < int(port) < 1 << 16:
        place = shape.places.get("admin", shape.place)
        yield Problem(place, "bad-port", f"admin: {port} is no port", "Write a port from 1 to 65535, as in 127.0.0.1:9100.")
    for text in shape.trusted_proxies:
        if _network(text) is None:
            yield Problem(
                shape.places.get("trusted_proxies", shape.place),
                "bad-network",
                f"`{text}` is no address and no network",
                "Write an address such as 10.0.0.5, or a network such as 10.0.0.0/8 or fd00::/8.",
            )


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None
