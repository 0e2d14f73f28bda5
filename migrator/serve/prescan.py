"""What a document's first bytes tell a browser of its encoding (HTML Standard, 13.2.3.2), as far as a banner is concerned."""

from __future__ import annotations

import re
import sys

from migrator.serve.html_syntax import any_case

PRESCAN = 1024  # bytes; only in these is a <meta charset> looked for

UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xfe\xff", b"\xff\xfe")
_FIRST_OF_MARKS = (b"\xef", b"\xfe", b"\xff")

# Both only ever read 1,024 bytes, so that what they cost is bounded too.
_META = rb"<" + any_case(b"meta") + rb"[\t\n\f\r /]"
_DECLARATION = re.compile(_META + rb".*?" + any_case(b"charset") + rb"[^>]*+>?", re.DOTALL)
_STATEFUL = re.compile(_META + rb"[^>]*?(?i:iso-2022-|hz-gb-2312)")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)


def mark_may_follow(first: bytes) -> bool:
    """Whether these bytes are too few to tell if a byte order mark stands first."""
    return len(first) < len(UTF_8_MARK) and (not first or first.startswith(_FIRST_OF_MARKS))


def room_at(place: int, opening: bytes, *, encoding_known: bool) -> int:
    """How many bytes may stand at `place` so that browsers still read the page as it says. `opening` is the prescan."""
    if encoding_known:
        return sys.maxsize
    if _STATEFUL.search(opening):  # text is written with bytes that look like markup
        return 0
    if place >= PRESCAN or _DECLARATION.search(_COMMENT.sub(b"", opening[:place])):
        return sys.maxsize
    found = _DECLARATION.search(opening, place)
    return PRESCAN - found.end() if found else sys.maxsize
