"""The sections `upstream_tls:` and `new_upstream_tls:` of a site: what is wrong with them beyond their form. Opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv6Address

from migrator.errors import Problem
from migrator.rules.rule import Home
from migrator.rules.schema import SiteShape, TlsShape
from migrator.urls import canonical_host, origin_of

_SECTIONS = (("upstream_tls", Home.LEGACY, "legacy"), ("new_upstream_tls", Home.NEW, "new_upstream"))


def tls_sections(shape: SiteShape) -> Iterator[tuple[Home, TlsShape]]:
    """The sections that a site has, each with the home whose upstream it is about."""
    for key, home, _ in _SECTIONS:
        section = getattr(shape, key)
        if section is not None:
            yield home, section


def server_name(section: TlsShape) -> str:
    """The name or address in numbers that a certificate must be for, as TLS takes it: A-labels, lower case, no brackets.

    "" where the section has none. Raises ValueError where it has one that no certificate is for.
    """
    if not section.server_name:
        return ""
    if ":" in section.server_name:  # IPv6; the brackets belong to URLs
        return str(IPv6Address(re.sub(r"^\[(.*)\]$", r"\1", section.server_name)))
    name = canonical_host(section.server_name)
    if "*" in name:
        raise ValueError(f"not a server's name: {section.server_name!r}")
    return name


def tls_problems(shape: SiteShape) -> Iterator[Problem]:
    """What is wrong with the sections of one site, but for the files that they name."""
    for key, _, upstream in _SECTIONS:
        section = getattr(shape, key)
        if section is not None:
            yield from _upstream_problems(key, section, upstream, getattr(shape, upstream))
            yield from _section_problems(section)


def _upstream_problems(key: str, section: TlsShape, upstream: str, url: str | None) -> Iterator[Problem]:
    origin = origin_of(url) if url else None
    if origin is None or origin.scheme != "https":
        message = f"`{key}` is for a `{upstream}` with https"
        yield Problem(section.place, "no-https", message, f"Write `{upstream}: https://…`, or delete the section.")


def _section_problems(section: TlsShape) -> Iterator[Problem]:
    try:
        server_name(section)
    except ValueError:
        place = section.places.get("server_name", section.place)
        message = f"`{section.server_name}` is no server's name"
        yield Problem(place, "bad-server-name", message, "Write one name of its certificate, without port and wildcard.")
    if section.client_key and not section.client_certificate:
        place = section.places.get("client_key", section.place)
        yield Problem(
            place, "lone-key", "`client_key` goes with a `client_certificate`", "Name that too; one file may hold both."
        )
