"""Which pages of the new site may be what an address that leads nowhere meant: by the words of addresses in the map alone.

No page is fetched here, and nothing is learned from a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from math import log
from typing import NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from migrator.pages.plain_words import words
from migrator.urls import split_url

MOST_ADDRESSES = 50_000  # of one site that are known here; they and their words take some 20 MB
_LONGEST_PATH = 400  # bytes of a path that are looked at
_MOST_WORDS = 12  # of a path
_COMMON = 64  # addresses that share a word; a word of more tells nothing
_MOST_WITH_ONE_NAME = 8
_LONGEST_TITLE = 80  # characters
_LANGUAGE = re.compile(r"/([a-z]{2})(?:[-_][a-z]{2,4})?(?:/|$)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"\.\w{1,5}$")


class LikelyPage(NamedTuple):
    """A page to offer: its absolute address, and what to call it."""

    address: str
    title: str

    @property
    def shown(self) -> str:
        """The address as people read it: without scheme, and in letters rather than escapes."""
        bare = self.address.partition("://")[2]
        text = unquote(bare, errors="replace")
        return text if text.isprintable() and "\ufffd" not in text else bare


class WantedPage(NamedTuple):
    """What an address says of the page that it meant."""

    name: tuple[str, ...]  # the words of its last segment, without its extension
    words: tuple[str, ...]  # those before its name
    language: str  # as its first segment says, else what its visitor reads
    is_told: bool  # whether the address itself says the language
    text: str  # its name as people write it, else what stands before; "" where the address says nothing


def wanted_page(path: bytes, language: str) -> WantedPage:
    """What a path, as it came, says; `language` is what its visitor reads. An address that is no UTF-8 says nothing."""
    told = address_language(path[:16].decode("latin-1"))
    folders, name = _text_of(path[:_LONGEST_PATH])
    text = _spaced(name) or _spaced(folders)
    return WantedPage(_telling(name), _telling(folders), told or language.partition("-")[0], bool(told), text)


def address_language(path: str) -> str:
    """The primary language that the first segment of a path names, or ""."""
    match = _LANGUAGE.match(path)
    return match[1].lower() if match else ""


class LikelyTargets:
    """The targets of one site's map by their names and words; the first of 50,000."""

    def __init__(self, moves: Iterable[tuple[str, str]]) -> None:
        """`moves` are old paths and the new addresses that they lead to, which are absolute."""
        self._addresses: list[str] = []
        self._by_name: dict[int, tuple[int, ...]] = {}  # by the hash of a name, which takes a tenth of the memory
        self._by_word: dict[str, list[int]] = {}
        self._languages: set[str] = set()
        numbers: dict[str, int] = {}
        for source, target in islice(moves, MOST_ADDRESSES):
            number = numbers.get(target)
            if number is None:
                number = numbers[target] = len(self._addresses)
                self._addresses.append(target)
                self._learn(target, number)
            self._called(_words_of(source.encode("utf-8", "surrogatepass"))[1], number)

    def likely(self, wanted: WantedPage, limit: int) -> list[LikelyPage]:
        """Up to `limit` pages, best first: those of the same name, then those that share most of its name's rarer words."""
        same = [number for number in self._by_name.get(hash(wanted.name), ()) if self._is_readable(number, wanted)]
        found = dict.fromkeys(same)
        if len(found) < limit:
            found.update(dict.fromkeys(self._similar(wanted)))
        return [LikelyPage(address, title_of(address)) for address in (self._addresses[n] for n in islice(found, limit))]

    def _learn(self, target: str, number: int) -> None:
        path = split_url(target)[1]
        before, name = _words_of(path.encode("utf-8", "surrogatepass"))
        self._languages.add(address_language(path))
        self._called(name, number)
        for word in dict.fromkeys((*name, *before)):
            sharing = self._by_word.setdefault(word, [])
            if len(sharing) <= _COMMON:
                sharing.append(number)

    def _called(self, name: tuple[str, ...], number: int) -> None:
        if name:
            sharing = self._by_name.get(hash(name), ())
            if len(sharing) < _MOST_WITH_ONE_NAME and number not in sharing:
                self._by_name[hash(name)] = (*sharing, number)

    def _similar(self, wanted: WantedPage) -> list[int]:
        weights: dict[int, float] = {}
        shared: dict[int, int] = {}
        for index, word in enumerate((*wanted.name, *wanted.words)[:_MOST_WORDS]):
            sharing = self._by_word.get(word, ())
            if len(sharing) > _COMMON:
                continue
            weight = log(1 + len(self._addresses) / max(1, len(sharing)))
            for number in sharing:
                weights[number] = weights.get(number, 0.0) + weight
                shared[number] = shared.get(number, 0) + (index < len(wanted.name))
        enough = (len(wanted.name) + 1) // 2 if wanted.name else 0
        fit = [number for number in weights if shared[number] >= enough and self._is_readable(number, wanted)]
        return sorted(fit, key=lambda number: (-weights[number], number))

    def _is_readable(self, number: int, wanted: WantedPage) -> bool:
        """Whether that page is in the language wanted; a page that names none is in any, where the site has no other way."""
        language = address_language(split_url(self._addresses[number])[1])
        if language:
            return language == wanted.language
        return not (wanted.is_told and wanted.language in self._languages)


def title_of(address: str) -> str:
    """What to call a page of which only its address is known: the last segment of its path, in words."""
    host, path, _ = split_url(address)
    name = _spaced(_text_of(path.encode("utf-8", "surrogatepass"))[1])[:_LONGEST_TITLE]
    return name[:1].upper() + name[1:] or host


def _words_of(path: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a path's folders, and those of its last segment."""
    folders, name = _text_of(path)
    return _telling(folders), _telling(name)


def _text_of(path: bytes) -> tuple[str, str]:
    """A path's folders, and its last segment without its extension, both as text; empty where it is no UTF-8."""
    try:
        text = unquote_to_bytes(path.partition(b"?")[0]).decode("utf-8")
    except UnicodeDecodeError:
        return "", ""
    folders, _, name = text.rstrip("/").rpartition("/")
    return folders, _EXTENSION.sub("", name)


def _spaced(text: str) -> str:
    return " ".join(_BETWEEN.sub(" ", text).split())


def _telling(text: str) -> tuple[str, ...]:
    """The words of a text without single letters, digits and signs of ASCII, which are in too many addresses."""
    return tuple(word for word in words(text)[:_MOST_WORDS] if len(word) > 1 or not word.isascii())
