"""Bytes of an HTML document in, its tokens out, cut where the HTML Standard's tokenizer (section 13.2.5) cuts them.

Knows nothing of the tree that the tokens make, and never changes a byte.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from migrator.serve.html_syntax import (
    BOGUS_COMMENT_END,
    CERTAIN_ATTRIBUTES,
    COMMENT_END,
    EMPTY_COMMENT,
    LAST_SPACES,
    MARKUP,
    OPEN_QUOTE,
    RAW_TEXT_ENDS,
    SCRIPT_EVENTS,
    SPACES,
    TEXT,
    UNSURE_MARKUP,
    UNSURE_MARKUP_SIZE,
    UNSURE_REFERENCE,
    WHOLE_TAG,
)

_RAW_TEXT = frozenset(RAW_TEXT_ENDS) | {b"script"}
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
        self._spaces = SPACES
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
        self._spaces = LAST_SPACES

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

    def finish(self, place: int, markup: bytes) -> bytes:
        """Remove and return all that is held, with `markup` put in at `place`; no more is told after that."""
        place -= self._offset
        held, self._buffer = memoryview(self._buffer), bytearray()
        return b"".join((held[:place], markup, held[place:]))

    def next(self) -> Token | None:
        """The next whole token, or None until more bytes come."""
        buffer = self._buffer
        while self._leave_content() and not self._is_awaiting():
            if not self._awaited and (tag := WHOLE_TAG.match(buffer, self._position)):
                return self._tag_token(tag.start(1), tag.end(), tag[3].lower(), closing=tag[2] != b"")
            start = self._position = self._spaces.match(buffer, self._position).end()  # type: ignore[union-attr]
            if not self._ended and self._is_unsure(start):
                return None
            found = MARKUP.match(buffer, start)
            if found is None:
                return self._text_token(start)
            if found.lastindex == 1:
                return self._tag(start, found.end())
            if found.lastindex == 3:
                return self._doctype(start)
            if not self._enter_comment(start, found.lastindex):
                return None
        return None

    def pass_over(self, dull: re.Pattern[bytes], longest: int, end: int) -> re.Match[bytes] | None:
        """Pass over what `dull` matches at the position: whole tokens only, `longest` bytes at most, none beyond `end`."""
        if self._content is not None or self._script is not None or self._awaited:
            return None
        end = min(self._position + longest, end - self._offset)
        found = dull.match(self._buffer, self._position, end)
        if found is not None:
            self._position = found.end()
        return found

    def _is_unsure(self, start: int) -> bool:
        buffer = self._buffer
        if len(buffer) - start <= UNSURE_MARKUP_SIZE and UNSURE_MARKUP.match(buffer, start):
            return True
        return buffer[start : start + 1] == b"&" and UNSURE_REFERENCE.match(buffer, start) is not None

    def _await(self, byte: bytes) -> None:
        self._awaited = byte
        self._searched = len(self._buffer)

    def _is_awaiting(self) -> bool:
        if self._awaited and self._buffer.find(self._awaited, self._searched) < 0:
            self._searched = len(self._buffer)
            return True
        return False

    def _text_token(self, start: int) -> Token | None:
        end = TEXT.match(self._buffer, start).end()  # type: ignore[union-attr]
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
        end = CERTAIN_ATTRIBUTES.match(buffer, max(self._resume, name_end)).end()  # type: ignore[union-attr]
        if buffer[end : end + 1] != b">":
            # A name that touches the buffer's end may go on, so it is read again.
            self._resume = end if end > name_end else 0
            quote = OPEN_QUOTE.match(buffer, end)
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
            self._content, self._content_tail = RAW_TEXT_ENDS[name], len(name) + 2

    def _enter_comment(self, start: int, form: int | None) -> bool:
        """Whether the comment at `start` could be entered (it is left by `_leave_content`) or passed over at once."""
        buffer = self._buffer
        if form == 5:  # </>, which is nothing at all
            self._position = start + 3
        elif form == 4:
            self._position = start + 2
            self._content, self._content_tail = BOGUS_COMMENT_END, 0
        elif empty := EMPTY_COMMENT.match(buffer, start):
            self._position = empty.end()
        elif len(buffer) - start < len(b"<!--->"):
            return False
        else:
            self._position = start + 4
            self._content, self._content_tail = COMMENT_END, 3
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
        comment = content is COMMENT_END or content is BOGUS_COMMENT_END
        self._position = found.end() if comment else found.start()
        return True

    def _leave_script(self) -> bool:
        while self._script is not None:
            found = SCRIPT_EVENTS[self._script].search(self._buffer, self._position)
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
