"""HTML's syntax as the standard's tokenizer (section 13.2.5) reads it, in patterns over bytes. No state, no tree.

Matching costs linear time on hostile bytes too: a repeated class is possessive or stops at a fixed byte, and the first byte
tells a repeated group's alternatives, and what follows it, apart. Groups are never possessive: Python before 3.11.5 matches
those wrongly (python/cpython#106052).
"""

from __future__ import annotations

import re

# What stands between a tag's name and its ">". Every item is matched only once its end is certain, so that more bytes never
# change it.
ATTRIBUTES = (
    rb"(?:[\t\n\f\r /]++"
    rb"|[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+(?=[\t\n\f\r >])|(?=>))"
    rb"|(?=[\t\n\f\r ]*+[^\t\n\f\r =])))*"
)
BOUNDARY = rb"(?=[\t\n\f\r />])"  # after a tag's name
CERTAIN_ATTRIBUTES = re.compile(ATTRIBUTES)
WHOLE_TAG = re.compile(rb"[\t\n\f\r ]*+(<)(/?+)([A-Za-z][^\t\n\f\r />]*+)" + ATTRIBUTES + rb">")
OPEN_QUOTE = re.compile(rb"[^\t\n\f\r />][^\t\n\f\r />=]*+[\t\n\f\r ]*+=[\t\n\f\r ]*+([\"'])")
_ATTRIBUTE = re.compile(
    rb"""([^\t\n\f\r />][^\t\n\f\r />=]*+)
    (?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >]*+)))?""",
    re.VERBOSE,
)
_TAG_NAME = re.compile(rb"</?[A-Za-z][^\t\n\f\r />]*+")

MARKUP = re.compile(rb"<(?:(/?[A-Za-z][^\t\n\f\r />]*+)|(!--)|(!(?i:doctype))|(!|\?|/[^>A-Za-z])|(/>))")
UNSURE_MARKUP = re.compile(rb"<(?:/|!(?:-|(?i:d(?:o(?:c(?:t(?:yp?)?)?)?)?))?)?\Z")
UNSURE_MARKUP_SIZE = len(b"<!doctyp")

# White space may be written as a character reference; longer ones than any page has are taken for text.
_SPACE = rb"[\t\n\f\r ]++|&(?:Tab;|NewLine;|#0{0,20}(?:9|10|12|13|32)(?:;|%b)|#[xX]0{0,20}(?:9|[aAcCdD]|20)(?:;|%b))"
SPACES = re.compile(rb"(?:%b)*" % (_SPACE % (rb"(?=[^0-9;])", rb"(?=[^0-9A-Fa-f;])")))
LAST_SPACES = re.compile(rb"(?:%b)*" % (_SPACE % (rb"(?![0-9;])", rb"(?![0-9A-Fa-f;])")))
UNSURE_REFERENCE = re.compile(rb"&[#0-9A-Za-z]{0,31}\Z")
TEXT = re.compile(rb"&[#0-9A-Za-z]{0,31}+;?+|<?+[^<&]{0,64}+")  # short, as the first bytes tell all

COMMENT_END = re.compile(rb"--!?>")
EMPTY_COMMENT = re.compile(rb"<!---?>")
BOGUS_COMMENT_END = re.compile(rb">")
_NEVER = re.compile(rb"(?!)")


def any_case(name: bytes) -> bytes:
    """A pattern for a lower-case name in any case. Unlike re.IGNORECASE it lets a search begin at the first fixed byte."""
    return b"".join(b"[%c%c]" % (letter, letter - 32) for letter in name)


RAW_TEXT_ENDS = {
    name: re.compile(rb"</" + any_case(name) + BOUNDARY)
    for name in (b"title", b"textarea", b"style", b"xmp", b"iframe", b"noembed", b"noframes")
} | {b"plaintext": _NEVER}

# Script data, escaped, double escaped (sections 13.2.5.15 to 13.2.5.31): what can change the state, seen from each.
_SCRIPT = any_case(b"script") + BOUNDARY
SCRIPT_EVENTS = (
    re.compile(rb"<(?:(!--)|/" + _SCRIPT + rb")"),
    re.compile(rb"-->|<(/?)" + _SCRIPT),
    re.compile(rb"-->|</" + _SCRIPT),
)


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a whole start tag, names in lower case; of a repeated name the first counts, as in the standard."""
    found: dict[bytes, bytes] = {}
    name = _TAG_NAME.match(tag)
    for match in _ATTRIBUTE.finditer(tag, name.end() if name else 0, len(tag) - 1):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or b"")
    return found
