"""Markdown that an operator wrote into HTML that is safe on a page: no markup, no image, no link but http(s) or relative."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.token import Token

HEADING = "h4"  # of every level: where it stands, the title above is h3
_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")  # what XML 1.0 has no place for, and DEL


def markdown_html(text: str, base: str = "") -> str:
    """`text` (CommonMark) as HTML. With `base`, relative links become absolute ones, for readers far from the page."""
    tokens = _READER.parse(printable(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = HEADING
        if base:
            _make_absolute(token.children or (), base)
    rendered: str = _READER.renderer.render(tokens, _READER.options, {})
    return rendered


def printable(text: str) -> str:
    """`text` without the characters that neither XML nor a reader can do anything with."""
    return _UNPRINTABLE.sub("", text)


def is_safe_link(address: str) -> bool:
    """Whether a link may lead there: by http(s), or to the same site."""
    return not _SCHEME.match(address) or address.lower().startswith(("http://", "https://"))


def _make_absolute(tokens: Sequence[Token], base: str) -> None:
    for token in tokens:
        if token.type == "link_open":
            try:
                token.attrSet("href", urljoin(base, str(token.attrGet("href") or "")))
            except ValueError:  # such as http://[
                token.attrSet("href", base)


def _alternative(_: Any, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """An image's words in its place: a page of one request fetches nothing."""
    return html.escape(tokens[index].content)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    reader.validateLink = is_safe_link  # type: ignore[method-assign, assignment]
    reader.add_render_rule("image", _alternative)
    return reader


_READER = _reader()
