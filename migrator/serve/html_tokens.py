"""Bytes of an HTML document in, its tokens out, cut where the HTML Standard's tokenizer (section 13.2.5) cuts them.

Knows nothing of the tree that the tokens make, and never changes a byte.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

# What stands between a tag's name and its ">". Every item is matched only once its end is certain, so that more bytes never
# change it, and every repetition is possessive, so that hostile bytes cost linear time.
ATTRIBUTES = (
    rb"(?:[\t\n\f\r /]++"
    rb"|[^\t\n\f\r />][^\t\n\f\r />=]*+"
    rb"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+(?=[\t\n\f\r >])|(?=>))"
    rb"|(?=[\t\n\f\r ]*+[^\t\n\f\r =])))*+"
)
BOUNDARY = rb"(?=[\t\n\f\r />])"  # after a tag's name
_ATTRIBUTES = re.compile(ATTRIBUTES)
_WHOLE_TAG = re.compile(rb"[\t\n\f\r ]*+(<)(/?+)([A-Za-z][^\t\n\f\r />]*+)" + ATTRIBUTES + rb">")
_OPEN_QUOTE = re.compile(rb"[^\t\n\f\r />][^\t\n\f\r />=]*+[\t\n\f\r ]*+=[\t\n\f\r ]*+([\"'])")
_ATTRIBUTE = re.compile(
    rb"""([^\t\n\f\r />][^\t\n\f\r />=]*+)
    (?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"([^"]*+)"|'([^']*+)'|([^\t\n\f\r >]*+)))?+""",
    re.VERBOSE,
)
_TAG_NAME = re.compile(rb"</?[A-Za-z][^\t\n\f\r />]*+")

_MARKUP = re.compile(rb"<(?:(/?[A-Za-z][^\t\n\f\r />]*+)|(!--)|(!(?i:doctype))|(!|\?|/[^>A-Za-z])|(/>))")
_UNSURE_MARKUP = re.compile(rb"<(?:/|!(?:-|(?i:d(?:o(?:c(?:t(?:yp?)?)?)?)?))?)?\Z")
_UNSURE_MARKUP_SIZE = len(b"<!doctyp")

# White space may be written as a character reference; longer ones than any page has are taken for text.
_SPACE = rb"[\t\n\f\r ]++|&(?:Tab;|NewLine;|#0{0,20}(?:9|10|12|13|32)(?:;|%b)|#[xX]0{0,20}(?:9|[aAcCdD]|20)(?:;|%b))"
_SPACES = re.compile(rb"(?:%b)*+" % (_SPACE % (rb"(?=[^0-9;])", rb"(?=[^0-9A-Fa-f;])")))
_LAST_SPACES = re.compile(rb"(?:%b)*+" % (_SPACE % (rb"(?![0-9;])", rb"(?![0-9A-Fa-f;])")))
_UNSURE_REFERENCE = re.compile(rb"&[#0-9A-Za-z]{0,31}\Z")
_TEXT = re.compile(rb"&[#0-9A-Za-z]{0,31}+;?+|<?+[^<&]{0,64}+")  # short, as the first bytes tell all

_COMMENT_END = re.compile(rb"--!?>")
_EMPTY_COMMENT = re.compile(rb"<!---?>")
_BOGUS_COMMENT_END = re.compile(rb">")
_NEVER = re.compile(rb"(?!)")


def any_case(name: bytes) -> bytes:
    """A pattern for a lower-case name in any case. Unlike re.IGNORECASE it lets a search begin at the first fixed byte."""
    return b"".join(b"[%c%c]" % (letter, letter - 32) for letter in name)


_RAW_ENDS = {
    name: re.compile(rb"</" + any_case(name) + BOUNDARY)
    for name in (b"title", b"textarea", b"style", b"xmp", b"iframe", b"noembed", b"noframes")
} | {b"plaintext": _NEVER}

# Script data, escaped, double escaped (sections 13.2.5.15 to 13.2.5.31): what can change the state, seen from each.
_SCRIPT = any_case(b"script") + BOUNDARY
_SCRIPT_EVENTS = (
    re.compile(rb"<(?:(!--)|/" + _SCRIPT + rb")"),
    re.compile(rb"-->|<(/?)" + _SCRIPT),
    re.compile(rb"-->|</" + _SCRIPT),
)
_RAW_TEXT = frozenset(_RAW_ENDS) | {b"script"}
_SCRIPT_TAIL = len(b"</script")
_PLAIN, _ESCAPED, _TWICE_ESCAPED = range(3)


class Kind(Enum):
    """What a token is. White space, comments and the content of raw text elements are passed over, not told."""

    TEXT = auto()
    DOCTYPE = auto()
    START = auto()
    END = auto()


class Token(NamedTuple):
    """A token and its place in the document, counted in bytes from the document's first. Names are lower-case."""

    kind: Kind
    start: int
    end: int
    name: bytes = b""


class Tokenizer:
    """Cuts a stream into tokens; holds what it was given until `take` takes it out.

    Raw text elements are entered by their start tag's name, as the tree builder would for an HTML element. `<noscript>`
    is not: its content comes as tokens.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte in the document
        self._position = 0  # in the buffer, as all below
        self._spaces = _SPACES
        self._ended = False
        self._content: re.Pattern[bytes] | None = None  # what ends the comment or raw text we are in
        self._content_tail = 0
        self._script: int | None = None
        self._resume = 0  # in an unfinished tag, the end of its last certain attribute
        self._awaited = b""  # without this byte the unfinished tag stays unfinished
        self._searched = 0

    @property
    def position(self) -> int:
        """How far the document is understood; a token that is not yet whole starts here."""
        return self._offset + self._position

    @property
    def size(self) -> int:
        """How much of the document has come."""
        return self._offset + len(self._buffer)

    @property
    def unfinished(self) -> bool:
        """Whether the bytes so far stop inside a tag, a comment, a doctype or raw text."""
        return self._content is not None or self._script is not None or self._position < len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Add the document's next bytes."""
        self._buffer += data

    def end(self) -> None:
        """Say that no more bytes will come; what could have become markup is text from now on."""
        self._ended = True
        self._awaited = b""
        self._spaces = _LAST_SPACES

    def skip(self, count: int) -> None:
        """Pass over `count` bytes untold, such as a byte order mark."""
        self._position += count

    def text(self, start: int, end: int) -> bytes:
        """The document's bytes between two places that were not yet taken out."""
        return bytes(memoryview(self._buffer)[start - self._offset : end - self._offset])

    def take(self, end: int) -> bytes:
        """Remove and return what is held before `end`."""
        count = end - self._offset
        taken = self.text(self._offset, end)
        del self._buffer[:count]
        self._offset = end
        self._position = max(0, self._position - count)
        self._resume = max(0, self._resume - count)
        self._searched = max(0, self._searched - count)
        return taken

    def next(self) -> Token | None:
        """The next whole token, or None until more bytes come."""
        buffer = self._buffer
        while self._leave_content() and not self._is_awaiting():
            if not self._awaited and (tag := _WHOLE_TAG.match(buffer, self._position)):
                return self._tag_token(tag.start(1), tag.end(), tag[3].lower(), closing=tag[2] != b"")
            start = self._position = self._spaces.match(buffer, self._position).end()  # type: ignore[union-attr]
            if not self._ended and self._is_unsure(start):
                return None
            found = _MARKUP.match(buffer, start)
            if found is None:
                return self._text_token(start)
            if found.lastindex == 1:
                return self._tag(start, found.end())
            if found.lastindex == 3:
                return self._doctype(start)
            if not self._enter_comment(start, found.lastindex):
                return None
        return None

    def pass_over(self, dull: re.Pattern[bytes], longest: int, end: int) -> None:
        """Pass over what `dull` matches at the position: whole tokens only, `longest` bytes at most, none beyond `end`."""
        if self._content is None and self._script is None and not self._awaited:
            end = min(self._position + longest, end - self._offset)
            found = dull.match(self._buffer, self._position, end)
            if found is not None:
                self._position = found.end()

    def _is_unsure(self, start: int) -> bool:
        buffer = self._buffer
        if len(buffer) - start <= _UNSURE_MARKUP_SIZE and _UNSURE_MARKUP.match(buffer, start):
            return True
        return buffer[start : start + 1] == b"&" and _UNSURE_REFERENCE.match(buffer, start) is not None

    def _await(self, byte: bytes) -> None:
        self._awaited = byte
        self._searched = len(self._buffer)

    def _is_awaiting(self) -> bool:
        if self._awaited and self._buffer.find(self._awaited, self._searched) < 0:
            self._searched = len(self._buffer)
            return True
        return False

    def _text_token(self, start: int) -> Token | None:
        end = _TEXT.match(self._buffer, start).end()  # type: ignore[union-attr]
        if start == end:
            return None
        self._position = end
        return Token(Kind.TEXT, self._offset + start, self._offset + end)

    def _doctype(self, start: int) -> Token | None:
        end = self._buffer.find(b">", start) + 1
        if not end:
            self._await(b">")
            return None
        self._awaited = b""
        self._position = end
        return Token(Kind.DOCTYPE, self._offset + start, self._offset + end)

    def _tag(self, start: int, name_end: int) -> Token | None:
        buffer = self._buffer
        end = _ATTRIBUTES.match(buffer, max(self._resume, name_end)).end()  # type: ignore[union-attr]
        if buffer[end : end + 1] != b">":
            # A name that touches the buffer's end may go on, so it is read again.
            self._resume = end if end > name_end else 0
            quote = _OPEN_QUOTE.match(buffer, end)
            self._await(quote[1] if quote else b">")
            return None
        self._resume, self._awaited = 0, b""
        closing = buffer[start + 1] == 0x2F
        name = bytes(buffer[start + 1 + closing : name_end]).lower()
        return self._tag_token(start, end + 1, name, closing=closing)

    def _tag_token(self, start: int, end: int, name: bytes, *, closing: bool) -> Token:
        self._position = end
        if closing:
            return Token(Kind.END, self._offset + start, self._offset + end, name)
        if name in _RAW_TEXT:
            self._enter_raw_text(name)
        return Token(Kind.START, self._offset + start, self._offset + end, name)

    def _enter_raw_text(self, name: bytes) -> None:
        if name == b"script":
            self._script = _PLAIN
        else:
            self._content, self._content_tail = _RAW_ENDS[name], len(name) + 2

    def _enter_comment(self, start: int, form: int | None) -> bool:
        """Whether the comment at `start` could be entered (it is left by `_leave_content`) or passed over at once."""
        buffer = self._buffer
        if form == 5:  # </>, which is nothing at all
            self._position = start + 3
        elif form == 4:
            self._position = start + 2
            self._content, self._content_tail = _BOGUS_COMMENT_END, 0
        elif empty := _EMPTY_COMMENT.match(buffer, start):
            self._position = empty.end()
        elif len(buffer) - start < len(b"<!--->"):
            return False
        else:
            self._position = start + 4
            self._content, self._content_tail = _COMMENT_END, 3
        return True

    def _leave_content(self) -> bool:
        """Whether the position is in the data state, after leaving any comment or raw text that ends here."""
        if self._script is not None:
            return self._leave_script()
        content = self._content
        if content is None:
            return True
        found = content.search(self._buffer, self._position)
        if found is None:
            self._position = max(self._position, len(self._buffer) - self._content_tail)
            return False
        self._content = None
        comment = content is _COMMENT_END or content is _BOGUS_COMMENT_END
        self._position = found.end() if comment else found.start()
        return True

    def _leave_script(self) -> bool:
        while self._script is not None:
            found = _SCRIPT_EVENTS[self._script].search(self._buffer, self._position)
            if found is None:
                self._position = max(self._position, len(self._buffer) - _SCRIPT_TAIL)
                return False
            self._position = found.end()
            self._script_event(found)
        return True

    def _script_event(self, found: re.Match[bytes]) -> None:
        if found[0] == b"-->":
            self._script = _PLAIN
        elif found[0] == b"<!--":
            self._script = _ESCAPED
            self._position -= 2  # its dashes may be those of a closing -->
        elif self._script == _TWICE_ESCAPED:
            self._script = _ESCAPED
        elif self._script == _ESCAPED and not found[1]:
            self._script = _TWICE_ESCAPED
        else:
            self._script = None
            self._position = found.start()


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a whole start tag, names in lower case; of a repeated name the first counts, as in the standard."""
    found: dict[bytes, bytes] = {}
    name = _TAG_NAME.match(tag)
    for match in _ATTRIBUTE.finditer(tag, name.end() if name else 0, len(tag) - 1):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or b"")
    return found
