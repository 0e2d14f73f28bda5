"""The banner that tells visitors of the move: its markup in every language, and whether a page carries it. Not where it goes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache, partial
from hashlib import sha256

from jinja2 import Environment

from migrator.errors import ConfigError, Place, Problem
from migrator.serve.content_security import EVERYTHING, Grant, Inline, hash_source
from migrator.serve.language import Catalogue, Words, direction_of, fallbacks, fill
from migrator.serve.options import BannerOptions
from migrator.serve.path_patterns import matches_any, path_patterns
from migrator.templating import render
from migrator.urls import is_link

LINKS = ("other_version", "progress", "search", "feedback")  # as they follow each other
_KINDS = ("style", "script")
_NOT_ASCII = Problem(
    Place("banner.html"), "template-not-ascii", "its <style> or <script> has characters beyond ASCII", "escape them, as in \\2192"
)
_NEVER_SHOWN = ("/.well-known/*",)  # RFC 8615: read by machines, whatever type they are sent with
# A numeric reference to a C1 control would be read as a windows-1252 character (HTML, numeric character reference end state).
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_INLINE = re.compile(r"<(style|script)(?:\s[^<>]*)?>(.*?)</\1", re.DOTALL)
_INLINE_TAG = re.compile(rb"<(?:style|(script))(?=[\s>])")


class Banner:
    """The banner of one configuration. All markup is made at the start; a template at fault raises ConfigError then."""

    def __init__(self, options: BannerOptions, templates: Environment, catalogue: Catalogue) -> None:
        self._options = options
        self._templates = templates
        self._catalogue = catalogue
        self._messages = {tag.lower().replace("_", "-"): message for tag, message in options.messages.items()}
        self._skip = path_patterns((*_NEVER_SHOWN, *options.skip))
        tags = dict.fromkeys((*catalogue.tags, *self._messages))
        looks = [(styled, script) for styled in (True, False) for script in sorted({options.dismissible, False})]
        unversioned = b"".join(self._made(tag, "", *look) for tag in tags for look in looks)
        self.version = sha256(unversioned).hexdigest()[:8]
        self._markup = {(tag, *look): self._made(tag, self.version, *look) for tag in tags for look in looks}
        self.inline = _inline(self._markup.values())
        self._chosen = lru_cache(maxsize=256)(self._choose)  # a language has 80 bytes at most

    def is_shown(self, path: str, today: dt.date) -> bool:
        """Whether a page at `path` carries the banner on that day (UTC)."""
        starts, ends = self._options.starts, self._options.ends
        if (starts and today < starts) or (ends and today >= ends):
            return False
        return not matches_any(self._skip, path)

    def markup(self, language: str, granted: Grant = EVERYTHING) -> bytes:
        """The banner for a page in `language`, a tag as the page wrote it or "", with what the page's policies let work.

        It is pure ASCII, so that no charset can spoil it.
        """
        markup = self._chosen(language, granted.style, granted.script and self._options.dismissible)
        if granted.style_nonce or granted.script_nonce:
            return _INLINE_TAG.sub(partial(_with_nonce, granted), markup)
        return markup

    def _choose(self, language: str, styled: bool, dismissible: bool) -> bytes:
        known = (tag for tag in fallbacks(language) if (tag, styled, dismissible) in self._markup)
        return self._markup[(next(known, self._catalogue.choose().tag), styled, dismissible)]

    def _made(self, tag: str, version: str, styled: bool, dismissible: bool) -> bytes:
        """The section in the words of `tag`; where only the message has that language, the rest is in English and says so."""
        own = self._catalogue.find(tag)
        words = own or self._catalogue.choose()
        starts = self._options.starts
        html = render(
            self._templates,
            "banner.html",
            tag=tag,
            direction=own.direction if own else direction_of(tag),
            words=words,
            message=_CONTROLS.sub(" ", self._message(tag, words)),
            starts=starts.isoformat() if starts else "",
            dated=words.text("banner_dated", date=words.date(starts)) if starts and own else "",
            links=[(name, self._options.links[name]) for name in LINKS if is_link(self._options.links.get(name, ""))],
            moving=self._options.moving,
            light=self._options.light,
            dark=self._options.dark,
            styled=styled,
            dismissible=dismissible,
            version=version,
        )
        if not all(match[2].isascii() for match in _INLINE.finditer(html)):
            raise ConfigError([_NOT_ASCII])  # a reference is not read as one there
        return html.strip().encode("ascii", "xmlcharrefreplace")

    def _message(self, tag: str, words: Words) -> str:
        name = self._options.site_name
        for known in fallbacks(tag):
            if known in self._messages:
                return fill(self._messages[known], {"site_name": name})
        if self._options.moving:
            return words.text("banner_moving")
        return words.text("banner_message", site_name=name) if name else words.text("banner_message_unnamed")


def _inline(markups: Iterable[bytes]) -> Inline:
    """The hashes of all that browsers ask a policy for."""
    found = dict.fromkeys(match.groups() for markup in markups for match in _INLINE.finditer(markup.decode("ascii")))
    hashes = {kind: tuple(hash_source(text.encode("ascii")) for name, text in found if name == kind) for kind in _KINDS}
    return Inline(hashes["style"], hashes["script"])


def _with_nonce(granted: Grant, tag: re.Match[bytes]) -> bytes:
    nonce = granted.script_nonce if tag[1] else granted.style_nonce
    return tag[0] + b' nonce="%b"' % nonce if nonce else tag[0]
