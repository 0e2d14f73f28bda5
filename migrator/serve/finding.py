"""What is to be known of a document before a banner goes into it: whether it can, where, and in which language. Pure values."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

_log = logging.getLogger(__name__)

# Asked with a document's language (a BCP 47 tag as the page has it, or "") and the Content Security Policies of its own <meta>
# elements; gives the markup, or b"" for none.
Markup = Callable[[str, Sequence[bytes]], bytes]


class Outcome(StrEnum):
    """What became of one document."""

    PENDING = "pending"
    EXPLICIT = "explicit"  # inserted after <body>
    IMPLIED = "implied"  # inserted before what implies a body
    NO_BANNER = "no-banner"  # there was nothing to insert
    MARKED = "marked"  # a banner stands there already
    FRAMESET = "frameset"
    AMP = "amp"
    NOT_A_DOCUMENT = "not-a-document"
    UNFINISHED = "unfinished"  # ends inside a tag, a comment or raw text
    ENCODING = "encoding"  # not ASCII-compatible, or the banner would hide the page's own declaration
    UNREADABLE = "unreadable"  # browsers could read it in two ways
    TOO_LONG = "too-long"  # the body does not begin within the bounds
    FAILED = "failed"  # a fault of ours; it is in the log


_WITH_A_PLACE = (Outcome.EXPLICIT, Outcome.IMPLIED)


class Finding(NamedTuple):
    """What was found in one document. All but `outcome` speaks of the place, where there is one."""

    outcome: Outcome  # EXPLICIT, IMPLIED, or why there is no place
    place: int = 0  # bytes before it
    language: str = ""
    policies: tuple[bytes, ...] = ()
    room: int = sys.maxsize  # bytes; more would hide from browsers what the page says of its encoding

    def filled(self, banner: Markup) -> tuple[bytes, Outcome]:
        """What goes to the place, b"" for nothing, and what becomes of the document. Never raises."""
        if self.outcome not in _WITH_A_PLACE:
            return b"", self.outcome
        try:
            markup = banner(self.language, self.policies)
        except Exception:
            _log.exception("the banner was left out of a page")
            return b"", Outcome.FAILED
        if not markup:
            return b"", Outcome.NO_BANNER
        return (markup, self.outcome) if len(markup) <= self.room else (b"", Outcome.ENCODING)
