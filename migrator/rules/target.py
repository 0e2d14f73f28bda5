"""Where a rule leads: a target with its scheme, host and port written out in the file, and captures that cannot leave it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import ada_url

from migrator.rules.rule import Site
from migrator.urls import Origin, canonical_host, host_allowed, merge_query, origin_of

_REFERENCE = re.compile(r":([A-Za-z_][A-Za-z0-9_]*)|\\(\d)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_AUTHORITY = re.compile(r"https?://[^/?#\\]+/", re.IGNORECASE)
_OTHER_HOST = re.compile(r"//|/?\\(?!\d)")  # `/\1` is a slash and a capture
_CONTROL = re.compile(r"[\x00-\x1f\x7f]|^ | $")
# A single-dot or double-dot URL path segment of the URL Standard, with what may stand before and after it.
_DOT_SEGMENT = re.compile(r"[/\\](?:\.|%2e){1,2}(?=[/\\?#]|$)", re.IGNORECASE)
# A path that a WHATWG parser leaves as it is: nothing to escape, no dot segment. The parser costs ten times as much.
_CERTAIN = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?|/")
_PLAIN = re.compile(r"/[A-Za-z0-9\-._~!$&()*+,;=:@/]*(?:\?[A-Za-z0-9\-._~!$&()*+,;=:@/]*)?")
_END_OF_PATH = re.compile(r"[?#]")


class TargetError(ValueError):
    """A target that may not be used; `mend` says what to write instead."""

    def __init__(self, message: str, mend: str = "") -> None:
        self.mend = mend
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Target:
    """A compiled target. `parts` alternates literal text and capture names; a single part needs no filling in."""

    parts: tuple[str, ...]
    origin: Origin

    @property
    def is_literal(self) -> bool:
        """Whether no capture goes into it."""
        return len(self.parts) == 1

    def location(
        self, captures: Mapping[str, str], query: bytes = b"", consumed: frozenset[str] = frozenset(), case: bool = False
    ) -> str | None:
        """The absolute URL with the captures filled in, in one pass, and `query` merged into it as merge_query says.

        None where a browser would land on another origin, or where a capture became `..` or `.` and led out of its folder.
        """
        text = self.parts[0]
        if self.is_literal:
            if not query:
                return text
            merged = merge_query(text, query, consumed, case)
            return text if merged == text else checked_location(merged, self.origin)  # it was checked when it was compiled
        for name, literal in zip(self.parts[1::2], self.parts[2::2], strict=True):
            text += _fitted(captures.get(name, ""), text) + literal
        if _DOT_SEGMENT.search(text) and _dot_segments(text) > _dot_segments("-".join(self.parts[::2])):
            return None
        return checked_location(merge_query(text, query, consumed, case), self.origin)


def checked_location(text: str, origin: Origin) -> str | None:
    """`text` as a WHATWG parser writes it, or None where its scheme, host or port is not `origin`'s, or it has credentials."""
    root = str(origin)
    if text.startswith(root) and _CERTAIN.fullmatch(text, len(root)):
        return text
    try:
        href = str(ada_url.URL(text).href)
    except ValueError:
        return None
    return href if href.startswith(root) and href.startswith(("/", "./"), len(root)) else None


def is_plain(path: str) -> bool:
    """Whether a path, with its query, is one that a WHATWG parser writes as it stands, so that none need be asked."""
    return _PLAIN.fullmatch(path) is not None and "/." not in path


def _dot_segments(text: str) -> int:
    """How many segments of a URL's path a browser resolves; not even an escape keeps it from that."""
    return len(_DOT_SEGMENT.findall(_END_OF_PATH.split(text, maxsplit=1)[0]))


def _fitted(value: str, before: str) -> str:
    """A capture made fit for its place. It comes from a canonical path, so it is ASCII and percent-encoded already."""
    if "?" in before or "#" in before:
        return quote(value, safe="%/:@!$'()*,-._~")
    return value.lstrip("/") if before.endswith("/") else value


def absolute_target(text: str, site: Site) -> str:
    """`text` with the new site's origin before it where it begins with "/". Raises TargetError where it is no safe address."""
    if _CONTROL.search(text):
        raise TargetError("a target may not contain control characters, nor begin or end with a space", "Take them out.")
    if _OTHER_HOST.match(text):
        raise TargetError(f"`{text}` begins like another host", "Write one / for a path, or the scheme and host in full.")
    if text.startswith("/"):
        return f"{_new_origin(site.new)}{text}"
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise TargetError(f"`{text}` is neither a path nor a URL", "Begin it with / or with https://.")
    if scheme[0].lower() not in ("http:", "https:"):
        raise TargetError(f"a target may only be http or https, not `{scheme[0]}`", "Lead visitors to a web page.")
    return text


def compile_target(text: str, site: Site, names: tuple[str, ...] = (), own_hosts: tuple[str, ...] = ()) -> Target:
    """Compile the `to` of a rule whose captures are `names`. Raises TargetError.

    Scheme, host and port must be literal and be those of the new site, of a host of this file, or on `allowed_targets`.
    """
    parts = _parts(absolute_target(text, site), names)
    literal = parts[0]
    if len(parts) > 1 and not _AUTHORITY.match(literal):
        raise TargetError("a capture may not be part of the host", "Write a / between the host and the first capture.")
    origin = _new_origin(site.new) if text.startswith("/") else origin_of(literal)
    if origin is None:
        raise TargetError(f"`{text}` is not a URL that a browser accepts", "Check its host, port and characters.")
    if not is_allowed(origin, site, own_hosts):
        raise TargetError(
            f"the host {origin.netloc} is not allowed as a target",
            f"Add it to allowed_targets of site `{site.name}` if visitors may be sent there.",
        )
    if len(parts) == 1:
        location = checked_location(literal, origin)
        if location is None:
            raise TargetError(f"`{text}` is not a URL that a browser accepts", "Check its host, port and characters.")
        parts = (location,)
    return Target(parts, origin)


def is_allowed(origin: Origin, site: Site, own_hosts: tuple[str, ...] = ()) -> bool:
    """Whether a rule of `site` may lead to `origin`."""
    new = _new_origin(site.new)
    if new is not None and origin.netloc == new.netloc:
        return True
    return host_allowed(origin.netloc, (*own_hosts, *_allowed_hosts(site.allowed_targets)))


def is_downgrade(origin: Origin, site: Site) -> bool:
    """Whether `origin` is plain http while the new site has https, and `allowed_targets` does not ask for it by scheme."""
    new = _new_origin(site.new)
    if origin.scheme != "http" or new is None or new.scheme != "https":
        return False
    wished = tuple(entry for entry in site.allowed_targets if entry.lower().startswith("http://"))
    return not host_allowed(origin.netloc, _allowed_hosts(wished))


# The same for every rule of a site, and a map has a million of them.
@lru_cache(maxsize=64)
def _new_origin(url: str) -> Origin | None:
    return origin_of(url)


@lru_cache(maxsize=64)
def _allowed_hosts(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_allowed_host, entries))


def _allowed_host(entry: str) -> str:
    name = re.sub(r"^https?://|/$", "", entry, flags=re.IGNORECASE)
    wildcard = "*." if name.startswith("*.") else ""
    try:
        return wildcard + canonical_host(name.removeprefix("*."))
    except ValueError:
        return entry


def _parts(text: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Split into literal, name, literal, ...; what only looks like a capture stays literal in a rule that has none."""
    parts = [""]
    position = 0
    for match in _REFERENCE.finditer(text):
        name = match[1] or match[2]
        if name not in names:
            if match[2] or (names and text[match.start() - 1] == "/"):
                known = ", ".join(f"\\{n}" if n.isdigit() else f":{n}" for n in names) or "none"
                raise TargetError(f"`{match[0]}` in the target is no capture of `from`", f"Captures of this rule: {known}.")
            continue
        parts[-1] += text[position : match.start()]
        parts += [name, ""]
        position = match.end()
    parts[-1] += text[position:]
    return tuple(parts)
