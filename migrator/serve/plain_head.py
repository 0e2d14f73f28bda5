"""Request heads in their plainest form, read in one look: a subset of HTTP/1.x that no reader takes otherwise.

What is not in it goes to the parser; nothing is refused here. No head in it has a fault that the gate would find.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from starlette.types import Scope

from migrator.serve.options import RequestLimits

END_OF_HEAD = b"\r\n\r\n"

_LARGEST = 8192  # bytes
_MOST_FIELDS = 100

# RFC 9112 sections 3, 5 and 6.3, without what is optional, obsolete, repeated, or says more than which page is asked for.
# Possessive, so that a head that is no plain one costs no second look.
_FIELD = (
    rb"(?!(?:[Hh](?i:ost)|[Cc](?i:onnection|ontent-length)|[Pp](?i:roxy-connection)|[TtUuEe](?i:ransfer-encoding|pgrade|xpect)):)"
    rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++: ?(?! )[ -~\x80-\xff]++(?<! )\r\n"
)
_FIELDS = rb"(?:" + _FIELD + rb"|(?i:connection): ?(?:(?i:keep-alive)|((?i:close)))\r\n)*"
_HEAD = re.compile(
    rb"(GET|HEAD) (/[!\"$->@-~]*)(?:\?([!\"$-~]*))? HTTP/1\.([01])\r\n"
    rb"(" + _FIELDS + rb"[Hh](?i:ost): ?((?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::[0-9]{1,5})?)\r\n" + _FIELDS + rb")\r\n"
)


class PlainHead(NamedTuple):
    """A well-formed GET or HEAD that ends with its head: one Host, an ASCII target in origin form, and no wish of its own."""

    method: bytes
    path: bytes
    query: bytes  # b"" where there is none, or an empty one
    minor: bytes  # of the version: b"0" or b"1"
    fields: bytes  # as they came
    closes: bytes  # not empty where the connection is to end with the answer; said before Host
    host: bytes
    closes_too: bytes  # said after Host

    @property
    def is_last(self) -> bool:
        """Whether the answer is the last on its connection (RFC 9112 section 9.3)."""
        return self.minor == b"0" or bool(self.closes or self.closes_too)

    def scope(self, client: tuple[str, int] | None = None) -> Scope:
        """What of it an `http` scope would say."""
        lines = [line.partition(b":") for line in self.fields.split(b"\r\n")[:-1]]
        path = self.path.decode("ascii")
        return {
            "type": "http",
            "http_version": f"1.{self.minor.decode('ascii')}",
            "method": self.method.decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": self.path,
            "query_string": self.query,
            "headers": [(name.lower(), value.removeprefix(b" ")) for name, _, value in lines],
            "client": client,
        }


def plain_head(data: bytes, start: int, end: int) -> PlainHead | None:
    """The head that `data` has from `start` to `end`; None where that is none, or not so plain."""
    if end - start > _LARGEST or data.count(b"\n", start, end) > _MOST_FIELDS:
        return None
    match = _HEAD.fullmatch(data, start, end)
    if match is None:
        return None
    head = PlainHead._make(match.groups(b""))
    return None if b"%00" in head.path else head


def may_become_plain(rest: bytes) -> bool:
    """Whether these bytes may be the beginning of a plain head, which is not yet whole."""
    begins = b"GET /".startswith(rest[:5]) or b"HEAD /".startswith(rest[:6])
    return begins and len(rest) < _LARGEST and END_OF_HEAD not in rest


def allow_plain_heads(limits: RequestLimits) -> bool:
    """Whether no plain head is larger than the limits."""
    return min(limits.target, limits.field, limits.fields) >= _LARGEST and limits.field_count >= _MOST_FIELDS
