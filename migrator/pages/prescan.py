"""What a page's first bytes declare its charset to be, by the algorithm of HTML section 13.2.3.2. Decoding is done elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TAG = re.compile(rb"</?[A-Za-z][^\t\n\f\r >]*")
_META = re.compile(rb"<meta(?=[\t\n\f\r /])", re.IGNORECASE)
_BEFORE_ATTRIBUTE = re.compile(rb"[\t\n\f\r /]*")
_NAME = re.compile(rb"[^\t\n\f\r />][^\t\n\f\r />=]*")
_EQUALS = re.compile(rb"[\t\n\f\r ]*=[\t\n\f\r ]*")
_QUOTED = re.compile(rb"\"([^\"]*)\"|'([^']*)'")
_UNQUOTED = re.compile(rb"[^\t\n\f\r >]*(?=[\t\n\f\r >])")
# The charset within a `content` attribute (section 2.5.4, "extracting a character encoding from a meta element").
_IN_CONTENT = re.compile(
    rb"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\t\n\f\r ;][^\t\n\f\r ;]*))", re.IGNORECASE
)
_XML = re.compile(rb"<\?xml[^>]*\sencoding\s*=\s*(?:\"([\w.:-]+)\"|'([\w.:-]+)')")


def declared_labels(start: bytes) -> Iterator[str]:
    """The labels that `<meta>` tags (or an XML declaration) in these bytes give, in order, as written."""
    if xml := _XML.match(start):
        yield _label(xml)
    place = 0
    while (place := start.find(b"<", place)) >= 0:
        if start.startswith(b"<!--", place):
            end = start.find(b"-->", place + 2)
            place = end + 3 if end >= 0 else len(start)
        elif meta := _META.match(start, place):
            attributes, place = _attributes(start, meta.end())
            yield from _of_meta(attributes)
        elif tag := _TAG.match(start, place):
            _, place = _attributes(start, tag.end())
        elif start[place + 1 : place + 2] in (b"!", b"/", b"?"):
            end = start.find(b">", place)
            place = end + 1 if end >= 0 else len(start)
        else:
            place += 1


def _attributes(start: bytes, place: int) -> tuple[dict[bytes, bytes], int]:
    """The attributes of a tag and where it ends; none, and the end of the bytes, where they break off inside the tag."""
    found: dict[bytes, bytes] = {}
    cut_off: tuple[dict[bytes, bytes], int] = ({}, len(start))
    while True:
        place = _end(_BEFORE_ATTRIBUTE, start, place)
        if start[place : place + 1] == b">":
            return found, place + 1
        name = _NAME.match(start, place)
        if name is None:
            return cut_off
        place, value = name.end(), b""
        if equals := _EQUALS.match(start, place):
            place = equals.end()
            match = _QUOTED.match(start, place)
            if match is None and (start[place : place + 1] in (b'"', b"'") or (match := _UNQUOTED.match(start, place)) is None):
                return cut_off
            value, place = _value(match), match.end()
        found.setdefault(name[0].lower(), value)


def _of_meta(attributes: dict[bytes, bytes]) -> Iterator[str]:
    if b"charset" in attributes:
        yield attributes[b"charset"].decode("ascii", "replace")
    elif attributes.get(b"http-equiv", b"").lower() == b"content-type" and (
        match := _IN_CONTENT.search(attributes.get(b"content", b""))
    ):
        yield _label(match)


def _end(pattern: re.Pattern[bytes], start: bytes, place: int) -> int:
    match = pattern.match(start, place)
    return match.end() if match else place


def _value(match: re.Match[bytes]) -> bytes:
    return next((group for group in match.groups() if group is not None), match[0])


def _label(match: re.Match[bytes]) -> str:
    return _value(match).decode("ascii", "replace")
