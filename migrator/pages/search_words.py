"""Text to the terms that search compares: words by language, stems (Snowball), pairs of letters where no spaces are set.

Pure. Nothing is known here of pages, of queries or of how terms are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache

import snowballstemmer

from migrator.pages.search_folding import even, mark_ranges, plain

ANALYSIS = f"1-{getattr(snowballstemmer, '__version__', '')}"  # another one makes other terms: an index is then built anew
MAX_WORDS = 20_000  # of one text
LONGEST_WORD = 64  # letters; the rest is cut
_LONGEST_STEMMED = 32
_REMEMBERED = 300_000  # words of one language

# Han, kana, Hangul, Thai, Lao, Burmese and Khmer.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff"
_FIRST_UNSPACED = "\u0e00"
_MARKS = mark_ranges()
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_PLAIN = re.compile(r"[A-Za-z0-9]+")
_SPACED = re.compile(rf"[\w{_MARKS}]+")
_RUN = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[\w{_MARKS}])+")
_BETWEEN = bytes(code if chr(code).isalnum() else 32 for code in range(128)) + bytes(range(128, 256))

_ALGORITHMS = """
ar arabic ca catalan da danish de german el greek en english es spanish eu basque fi finnish fr french ga irish hi hindi
hu hungarian hy armenian id indonesian it italian lt lithuanian nb norwegian ne nepali nl dutch nn norwegian no norwegian
pt portuguese ro romanian ru russian sr serbian sv swedish ta tamil tr turkish yi yiddish
"""
STEMMERS = {pair[1]: pair[2] for pair in re.finditer(r"(\w+) (\w+)", _ALGORITHMS)}
_TAKE_BEGINNINGS = ("ar", "ga", "hy", "id", "nl", "ta")  # stemmers that change how a word begins
_BEGINNING = 2  # letters
_SHORTEST_ARABIC = 3  # letters that a prefix must leave
_ARTICLE = re.compile(r"[وفبكل]?[وفبكل]?ال(?=..)|[وف]?لل(?=..)")


def words(text: str) -> list[str]:
    """The words of a text in their order, even, at most MAX_WORDS; runs of letters without spaces are one word each."""
    evened = even(text)
    if evened.isascii():
        return evened.encode().translate(_BETWEEN).decode().split()[:MAX_WORDS]
    found: list[str] = _pattern(evened).findall(evened.replace("_", " "))
    return found[:MAX_WORDS]


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where words stand in a text as it was written: start and end of each."""
    for match in _pattern(text).finditer(text.replace("_", " ")):
        yield match.span()


def _pattern(text: str) -> re.Pattern[str]:
    """What finds the words of a text, quickly where it is a simple one."""
    return _PLAIN if text.isascii() else _RUN if _IS_UNSPACED.search(text) else _SPACED


def is_unspaced(word: str) -> bool:
    """Whether a word is a run of letters of a script that sets no spaces."""
    return word[0] >= _FIRST_UNSPACED and bool(_IS_UNSPACED.match(word))


def pairs(run: str) -> list[str]:
    """The pairs of letters in a run; a single letter is its own."""
    return [run[start : start + 2] for start in range(len(run) - 1)] or [run]


class Terms(dict[str, str]):
    """The term of every word of one language that was met. "" is for a language that is not known: words stay as they are."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self._stem = _stemmer(language)

    def __missing__(self, word: str) -> str:
        """The term of a word that is new here."""
        if len(self) >= _REMEMBERED:
            self.clear()
        cut = word[:LONGEST_WORD]
        stemmed = cut if len(cut) > _LONGEST_STEMMED or any(map(str.isdigit, cut)) else self._stem(cut)
        term = self[word] = plain(stemmed) or plain(cut) or cut
        return term

    def of(self, text: str) -> list[str]:
        """The terms of a text in their order."""
        return self.of_words(words(text))

    def of_words(self, found: list[str]) -> list[str]:
        """The terms of words in their order. The last letter of a run without spaces stands for itself, too."""
        if not any(map(is_unspaced, found)):
            return list(map(self.__getitem__, found))
        return [term for word in found for term in self._each(word)][:MAX_WORDS]

    def _each(self, word: str) -> list[str]:
        if not is_unspaced(word):
            return [self[word]]
        return [*pairs(word), word[-1]] if len(word) > 1 else [word]


class Wanted:
    """Tells which words of one language have a term that is looked for. Most are told by how they begin, and never stemmed."""

    def __init__(self, terms: Terms, wanted: Collection[str]) -> None:
        self._terms = terms
        self.terms = wanted
        self._starts = None if terms.language in _TAKE_BEGINNINGS else {term[:_BEGINNING] for term in wanted}

    def term(self, word: str) -> str:
        """The term of an even word if it is looked for, else ""."""
        if self._starts is not None:
            start = plain(word[:_BEGINNING])[:_BEGINNING]
            if len(start) == _BEGINNING and start not in self._starts and start[:1] not in self._starts:
                return ""
        term = self._terms[word]
        return term if term in self.terms else ""


@cache
def terms_of(language: str) -> Terms:
    """The terms of a language, remembered for as long as the process runs."""
    return Terms(language if language in STEMMERS else "")


def primary(language: str) -> str:
    """The primary language of a tag, lower-case."""
    return language.partition("-")[0].lower()


def _stemmer(language: str) -> Callable[[str], str]:
    if language not in STEMMERS:
        return str
    stem: Callable[[str], str] = snowballstemmer.stemmer(STEMMERS[language]).stemWord
    return (lambda word: _arabic(word, stem)) if language == "ar" else stem


def _arabic(word: str, stem: Callable[[str], str]) -> str:
    """Snowball leaves "and" on a word, and takes its letter from some that begin with it: one-letter words go first here."""
    article = _ARTICLE.match(word)
    bare = word[article.end() :] if article else word
    if bare.startswith("و") and len(bare) > _SHORTEST_ARABIC:
        bare = bare[1:]
    return stem(bare)
