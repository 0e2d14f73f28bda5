"""Where at the start of a body the banner may stand: after its skip links, and not where a frameset could still come.

Looks a short way ahead, and knows nothing of what came before the body.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from migrator.serve.html_syntax import attributes
from migrator.serve.html_tokens import Kind, Token, Tokenizer
from migrator.serve.noscript import Noscript

MARK = b"data-migrator-banner"  # the attribute by which a banner's outermost element is known again

REACH = 4096  # bytes of the body that are looked at
_MOST_LINKS = 8  # more are a table of contents
_DEEPEST = 8
_MOST_SEPARATORS = 24  # bytes between the links

# What may stand before or between skip links without being seen.
_UNSEEN = frozenset((b"script", b"style", b"link", b"meta"))
_WRAPPERS = frozenset((b"div", b"nav", b"ul", b"ol", b"li", b"p", b"span"))
_IN_LINK = frozenset((b"span", b"b", b"strong", b"em", b"i", b"small", b"abbr"))
_FRAGMENT = re.compile(rb"[\t\n\f\r ]*/?#[^/!\t\n\f\r ]")  # the links that axe-core takes for skip links
_SEPARATOR = re.compile(rb"&[#0-9A-Za-z]++;?|[^0-9A-Za-z&]*+")
# A wrapper of the whole page, as WordPress themes have it; a skip link may come first inside it.
_PAGE = re.compile(rb"(?:[\w-]*[_-])?(?:page|site|wrap|wrapper|container|root|app)", re.IGNORECASE)
_HIDDEN = re.compile(rb"skip|jump|access|hid|off|screen|sr-", re.IGNORECASE)

# HTML Standard 13.2.6.4.7: start tags in body after which a frameset is ignored.
_FRAMESET_NOT_OK = frozenset(
    b"applet area body br button dd dt embed hr iframe image img input keygen li listing marquee object plaintext pre "
    b"select table textarea wbr xmp".split()
)
_FRAMESET = re.compile(rb"<frameset", re.IGNORECASE)
_INK = re.compile(rb"[^\x00\t\n\f\r ]")


class _Open(NamedTuple):
    """An open element: its name, the links seen before it, and whether a banner may stand in it."""

    name: bytes
    links: int
    roomy: bool


def _wraps_page(found: dict[bytes, bytes]) -> bool:
    words = found.get(b"id", b"") + b" " + found.get(b"class", b"")
    return not _HIDDEN.search(words) and any(map(_PAGE.fullmatch, words.split()))


class _SkipLinks:
    """Follows tokens as long as they can be the leading skip links; `place` is where the banner goes meanwhile."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.over = False
        self.marked = False  # a banner stands there already
        self._open: list[_Open] = []
        self._in_link = False
        self._links = 0
        self._separators = 0
        self._noscript: Noscript | None = None

    def take(self, token: Token, tokens: Tokenizer) -> None:
        """Follow one more token."""
        if self._noscript is not None:
            ended = self._noscript.take(token, tokens)
            self.over = ended is False
            self._noscript = None if ended else self._noscript
        elif token.kind is Kind.START:
            self.over = not self._start_tag(token, tokens)
        elif token.kind is Kind.END:
            self.over = not self._end_tag(token)
        elif token.kind is Kind.TEXT and not self._in_link:
            text = tokens.text(token.start, token.end)
            self._separators += len(text.translate(None, b"\t\n\f\r "))
            self.over = not _SEPARATOR.fullmatch(text) or self._separators > _MOST_SEPARATORS

    def _start_tag(self, token: Token, tokens: Tokenizer) -> bool:
        found = attributes(tokens.text(token.start, token.end))
        name = token.name
        if MARK in found:
            self.marked = True
            return False
        if self._in_link:
            return name in _IN_LINK and self._enter(token)
        if name in _UNSEEN:
            return name in (b"link", b"meta") or self._enter(token)
        if name == b"noscript":
            self._noscript = Noscript(token.end)
            return True
        if name == b"a":
            return self._link(token, found)
        return name in _WRAPPERS and self._enter(token, roomy=name == b"div" and _wraps_page(found))

    def _link(self, token: Token, found: dict[bytes, bytes]) -> bool:
        href = found.get(b"href")
        if href is None:  # <a name="top">
            return self._enter(token)
        self._in_link = _FRAGMENT.match(href) is not None and self._links < _MOST_LINKS
        return self._in_link and self._enter(token)

    def _enter(self, token: Token, *, roomy: bool = False) -> bool:
        self._open.append(_Open(token.name, self._links, roomy))
        return len(self._open) <= _DEEPEST

    def _end_tag(self, token: Token) -> bool:
        if not self._open or self._open[-1].name != token.name:
            return False
        closed = self._open.pop()
        if token.name == b"a" and self._in_link:
            self._in_link = False
            self._links += 1
        if self._links > closed.links and all(element.roomy for element in self._open):
            self.place = token.end
        return True


class _FramesetOk:
    """Follows tokens until the body that was implied cannot be replaced by a frameset any more."""

    def __init__(self) -> None:
        self.over = False
        self._unreadable = False
        self._noscript: Noscript | None = None

    @property
    def unsure(self) -> bool:
        """Whether the tokens could be read in two ways, so that only the bytes may be looked at."""
        return self._unreadable or self._noscript is not None

    def take(self, token: Token, tokens: Tokenizer) -> None:
        """Follow one more token."""
        if self._unreadable:
            return
        if self._noscript is not None:
            # A browser with scripting reads nothing of this, so nothing of it settles the matter.
            ended = self._noscript.take(token, tokens)
            self._unreadable = ended is False
            self._noscript = None if ended else self._noscript
        elif token.kind is Kind.TEXT:
            self.over = _INK.search(tokens.text(token.start, token.end)) is not None
        elif token.kind is Kind.START:
            self._start_tag(token, tokens)

    def _start_tag(self, token: Token, tokens: Tokenizer) -> None:
        if token.name == b"noscript":
            self._noscript = Noscript(token.end)
        elif token.name in (b"svg", b"math", b"frameset"):
            self._unreadable = True
        elif token.name == b"input":
            self.over = attributes(tokens.text(token.start, token.end)).get(b"type", b"").lower() != b"hidden"
        else:
            self.over = token.name in _FRAMESET_NOT_OK


class BodyStart:
    """Looks at the first tokens of a body that begins at `start`, up to `REACH` bytes of it."""

    def __init__(self, start: int, *, implied: bool) -> None:
        self.start = start
        self._skip_links = _SkipLinks(start)
        self._frameset_ok = _FramesetOk() if implied else None

    @property
    def place(self) -> int:
        """Where the banner goes, by what has been seen."""
        return self._skip_links.place

    @property
    def marked(self) -> bool:
        """Whether a banner stands here already."""
        return self._skip_links.marked

    def take(self, token: Token, tokens: Tokenizer) -> bool:
        """Whether enough has been seen, with this token."""
        reach = token.start + 1 if token.kind is Kind.TEXT else token.end
        if reach > self.start + REACH:
            return True
        if not self._skip_links.over:
            self._skip_links.take(token, tokens)
        frameset_ok = self._frameset_ok
        if frameset_ok is None:
            return self._skip_links.over
        if not frameset_ok.over:
            frameset_ok.take(token, tokens)
        return self._skip_links.over and frameset_ok.over

    def may_be_frameset(self, tokens: Tokenizer) -> bool:
        """Whether a frameset may still replace the body; a banner would be in its way."""
        if self._frameset_ok is None or not self._frameset_ok.unsure:
            return False
        seen = tokens.text(self.start, min(tokens.size, self.start + REACH))
        return _FRAMESET.search(seen) is not None
