"""What one request brought, as a value, and the shape of whatever makes requests. No network here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Protocol

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_MAX_HEADER = 1_000
_MAX_FIELDS = 20
NONE: Mapping[str, str] = MappingProxyType({})  # no conditions


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, redirects not followed. `size` is the whole body's where known; `fault` is what is wrong with the body."""

    status: int
    content_type: str = ""
    charset: str | None = None
    location: str = ""
    retry_after: str = ""
    body: bytes = b""
    size: int = 0
    fault: str = ""
    etag: str = ""
    last_modified: str = ""
    robots: str = ""  # its X-Robots-Tag fields, one a line

    @property
    def is_redirect(self) -> bool:
        """Whether the answer sends the client to another address."""
        return self.status in (301, 302, 303, 307, 308) and self.location != ""


class Fetch(Protocol):
    """Anything that answers for an address on a territory's base. Raises UpstreamError where no answer came."""

    async def __call__(self, url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
        """Ask for `url`, with the header fields of `conditions`; of the body, `max_body` bytes are kept at most."""
        ...


def media_type(header: str) -> tuple[str, str | None]:
    """The type and the charset that a Content-Type header names; "" and None where it does not."""
    header = header[:_MAX_HEADER]
    kind = _TYPE.match(header.strip().lower())
    charset = _CHARSET.search(header)
    return kind[0] if kind else "", charset[1] if charset else None


def robots_tag(headers: Iterable[str]) -> str:
    """Some X-Robots-Tag fields, one a line, as far as anybody would write them."""
    return "\n".join(header[:_MAX_HEADER] for header in islice(headers, _MAX_FIELDS))


def validator(header: str) -> str:
    """An ETag or Last-Modified field as it can be sent back; "" where it is too long, or has more than visible ASCII."""
    return header if len(header) <= _MAX_HEADER and header.isascii() and header.isprintable() else ""
