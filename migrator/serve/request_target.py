"""The request target (RFC 9112 section 3.2): its one form that is served, as bytes. It looks up nothing."""

from __future__ import annotations

import re

_ORIGIN_FORM = re.compile(rb"/[^\x00-\x20\x7f#]*")
_ABSOLUTE_FORM = re.compile(rb"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_DEFAULT_PORTS = {b"http": b":80", b"https": b":443"}


def asks_the_server(method: str, target: bytes) -> bool:
    """Whether a request is for the server as a whole, not for anything on it (RFC 9110 section 9.3.7)."""
    return target == b"*" and method == "OPTIONS"


def is_origin_form(target: bytes) -> bool:
    """Whether a target is a path, perhaps with a query, and nothing else."""
    return _ORIGIN_FORM.fullmatch(target) is not None


def origin_form(target: bytes, host: bytes) -> bytes | None:
    """The path and query of a target, untouched; None where it is no target, or names another host than the Host field.

    A proxy's absolute form is taken where it says what the request says anyway.
    """
    absolute = _ABSOLUTE_FORM.fullmatch(target)
    if absolute:
        scheme, authority, rest = absolute.groups()
        default = _DEFAULT_PORTS[scheme.lower()]
        if authority.lower().removesuffix(default) != host.lower().removesuffix(default):
            return None
        target = rest if rest.startswith(b"/") else b"/" + rest
    return target if is_origin_form(target) else None
