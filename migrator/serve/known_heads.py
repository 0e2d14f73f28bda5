"""What was found in the beginnings of documents, remembered: most pages are asked for again and again. No headers, no markup.

What is found depends on nothing but the bytes that were looked at, and those are compared to the last one. So what is remembered
is what would be found anew, whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrator.serve.finding import Finding
from migrator.serve.insertion import Insertion
from migrator.serve.prescan import PRESCAN

LONGEST = 16 * 1024  # bytes of a document that are looked at; what takes more is left to the stream
MEMORY = 8 * 1024 * 1024  # bytes that all entries take, roughly
_ENTRY = 400  # bytes of one beside those of its document
_AFTER_BODY = 320  # bytes behind the tag, in which the place is found but for long lists of skip links

_Key = tuple[bool, bytes]


class KnownHeads:
    """Finds the banner's place from a document's first bytes, and remembers.

    What was not asked for since `memory`/2 bytes were added is forgotten.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._limit = memory // 2
        self._recent: dict[_Key, Finding] = {}
        self._older: dict[_Key, Finding] = {}
        self._size = 0  # of the recent ones

    def find(self, data: bytes, encoding_known: bool) -> Finding | None:
        """What `Insertion` finds in a document that begins with `data`; None where a look at its first bytes does not tell."""
        end = _end_of_opening(data, encoding_known)
        if not end:
            return None
        key = (encoding_known, data[:end])
        finding = self._recent.get(key)
        if finding is None:
            finding = self._older.get(key) or _found_in(key[1], encoding_known)
            if finding is not None:
                self._remember(key, finding)
        return finding

    def _remember(self, key: _Key, finding: Finding) -> None:
        self._size += len(key[1]) + _ENTRY
        if self._size > self._limit:
            self._older, self._recent, self._size = self._recent, {}, len(key[1]) + _ENTRY
        self._recent[key] = finding


def _end_of_opening(data: bytes, encoding_known: bool) -> int:
    """How much of a document to look at, by a guess at where its body begins; 0 where there is none."""
    body = data.find(b"<body", 0, LONGEST)
    if body < 0:
        body = data.find(b"<BODY", 0, LONGEST)
    if body < 0:
        body = data.find(b"</head>", 0, LONGEST)  # and the body is implied
    if body < 0:
        return 0
    end = data.find(b">", body, LONGEST) + _AFTER_BODY
    return end if encoding_known else max(end, PRESCAN)


def _found_in(opening: bytes, encoding_known: bool) -> Finding | None:
    insertion = Insertion(_no_banner, encoding_known=encoding_known)
    insertion.feed(opening)
    return insertion.finding


def _no_banner(language: str, policies: Sequence[bytes]) -> bytes:
    return b""
