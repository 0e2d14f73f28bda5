"""What a visitor typed, read as words and phrases; bounded, whatever it is. Which pages have them is not said here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.pages.search_words import LONGEST_WORD, is_unspaced, pairs, words

LONGEST_QUERY = 200  # characters
MAX_ASKED = 12  # words and phrases
_QUOTED = re.compile(r'"([^"]*)"?|([^"]+)')
_QUOTES = dict.fromkeys(map(ord, "“”„«»＂"), '"')


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to look for: a word, or the words of a phrase in their order. `begins` asks for words that begin so."""

    words: tuple[str, ...]
    begins: bool = False

    def __str__(self) -> str:
        return " ".join(self.words)


def read_query(text: str) -> tuple[Asked, ...]:
    """The words and phrases of a query in their order, each once."""
    found: dict[Asked, None] = {}
    for match in _QUOTED.finditer(text[:LONGEST_QUERY].translate(_QUOTES)):
        quoted, loose = match.groups()
        if quoted is None:
            found.update(dict.fromkeys(one for word in words(loose or "") for one in _loose(word)))
        elif phrase := tuple(part for word in words(quoted) for part in _unspaced_parts(word)):
            found[Asked(phrase[:MAX_ASKED], begins=len(phrase) == 1 and _is_one_letter(phrase[0]))] = None
    return tuple(found)[:MAX_ASKED]


def tidy(text: str) -> str:
    """A query as it is shown and repeated in links: one line, white space folded, bounded."""
    visible = "".join(letter if letter.isprintable() else " " for letter in text[:LONGEST_QUERY])
    return " ".join(visible.split())


def _loose(word: str) -> list[Asked]:
    if not is_unspaced(word):
        return [Asked((word[:LONGEST_WORD],))]
    return [Asked((pair,), begins=len(pair) == 1) for pair in pairs(word)]


def _unspaced_parts(word: str) -> list[str]:
    return pairs(word) if is_unspaced(word) else [word[:LONGEST_WORD]]


def _is_one_letter(word: str) -> bool:
    return len(word) == 1 and is_unspaced(word)
