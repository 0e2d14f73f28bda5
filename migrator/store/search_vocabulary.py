"""What the words of a query are in the index: every term that may stand for them, as expressions that FTS5 understands."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrator.pages.compounds import LANGUAGES as COMPOUNDING
from migrator.pages.compounds import parts
from migrator.pages.search_folding import plain
from migrator.pages.search_query import Asked
from migrator.pages.search_words import is_unspaced, terms_of, words
from migrator.pages.spelling import FARTHEST, LONGEST, TWO_FROM, distance, one_slip
from migrator.store.search_build import language_term

MOST_COMPOUNDS = 12  # long words that a short one is looked for in
_MOST_SPELLINGS = 20
_MOST_COMPARED = 1_000  # words whose distance from one is measured
_SHORTEST_MEANT = 4
_LONG_START = 8  # letters of a word whose first three, not two, are believed
_AT_ONCE = 400
_SAME_START = 3  # times as likely is a word with the same first letter


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to say a word: an expression, its terms, and how many pages have it at most."""

    expression: str
    terms: tuple[str, ...]
    pages: int


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase of a query with all ways to say it; none where no page has it."""

    asked: Asked
    choices: tuple[Choice, ...]

    @property
    def pages(self) -> int:
        """How many pages have it at most."""
        return sum(choice.pages for choice in self.choices)

    @property
    def expression(self) -> str:
        """Any of the ways."""
        return any_of(choice.expression for choice in self.choices)

    @property
    def terms(self) -> frozenset[str]:
        """The terms of all ways."""
        return frozenset(term for choice in self.choices for term in choice.terms)


def any_of(expressions: Iterable[str]) -> str:
    """An expression for pages that one of these finds."""
    return f"({' OR '.join(expressions)})"


def all_of(expressions: Iterable[str]) -> str:
    """An expression for pages that all of these find."""
    return f"({' AND '.join(expressions)})"


def _quoted(*terms: str) -> str:
    """An expression for the terms in this order. No term has a quotation mark."""
    return f'"{" ".join(terms)}"'


class Vocabulary:
    """The words and terms of one opened index. `languages` are those that its pages are in."""

    def __init__(self, connection: sqlite3.Connection, languages: Iterable[str], synonyms: Iterable[Sequence[str]]) -> None:
        self._connection = connection
        self._languages = tuple(sorted(languages))
        self._groups: dict[str, list[Sequence[str]]] = defaultdict(list)
        row = connection.execute("SELECT value FROM about WHERE name = 'alphabet'").fetchone()
        self._alphabet = str(row[0]) if row else ""
        for group in synonyms:
            for term in {term for one in group for term in self._single_terms(words(one))}:
                self._groups[term].append(group)

    def word(self, asked: Asked) -> Word:
        """The word with its spellings, its stems in every language, its synonyms and the compounds it is part of."""
        choices = {choice.expression: choice for choice in self._choices(asked)}
        if len(asked.words) == 1 and not asked.begins:
            groups = [group for term in self._single_terms(asked.words) for group in self._groups.get(term, ())]
            for other in {other for group in groups for other in group}:
                choices |= {choice.expression: choice for choice in self._choices(Asked(_split(other)))}
        return Word(asked, tuple(choices.values()))

    def meant(self, asked: Asked) -> str:
        """The word that may have been meant by one that no page has, or ""."""
        word = plain(asked.words[0])
        if len(asked.words) > 1 or not _SHORTEST_MEANT <= len(word) <= LONGEST or not word.isalpha() or is_unspaced(word):
            return ""
        block = ord(word[0]) >> 8
        alphabet = "".join(letter for letter in self._alphabet if ord(letter) >> 8 == block)
        near = list(self._known(sorted(set(one_slip(word, alphabet)))))
        if not near and len(word) >= TWO_FROM:
            letters, alike = set(word), self._beginning_alike(word)
            likely = [(other, pages) for other, pages in alike if len(letters.symmetric_difference(other)) <= 2 * FARTHEST]
            found = [(pages, other) for other, pages in likely if distance(word, other) <= FARTHEST]
        else:
            found = [(pages * (_SAME_START if other[0] == word[0] else 1), other) for other, pages in near]
        return self._spelled(max(found, key=lambda one: (one[0], one[1]))[1]) if found else ""

    def _choices(self, asked: Asked) -> Iterator[Choice]:
        if not asked.words:
            return
        if asked.begins:
            yield from self._beginning(asked.words[0])
            return
        sayings: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for language, said in self._sayings(asked.words):
            sayings[said].add(language)
        for said, languages in sayings.items():
            if pages := min(map(self._pages, said)):
                yield Choice(self._limited(_quoted(*said), languages), said, pages)
        if len(asked.words) == 1:
            yield from self._compounds(asked.words[0], sayings)

    def _sayings(self, asked: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """A language and the terms that the words are in it, for all spellings that differ in accents alone."""
        for language in self._languages:
            terms = terms_of(language)
            yield language, tuple(word if is_unspaced(word) else terms[word] for word in asked)
        if len(asked) == 1:
            alike = "SELECT word, language FROM words WHERE plain = ? ORDER BY pages DESC LIMIT ?"
            for word, language in self._connection.execute(alike, (plain(asked[0]), _MOST_SPELLINGS)):
                yield language, (terms_of(language)[word],)

    def _compounds(self, word: str, sayings: Iterable[tuple[str, ...]]) -> Iterator[Choice]:
        """The long words that this one is part of, and the parts that it is made of."""
        wholes = "SELECT whole, -pages FROM compounds WHERE part = ? AND language = ? ORDER BY pages, whole LIMIT ?"
        for language in COMPOUNDING:
            if language not in self._languages:
                continue
            for said in sayings:
                for whole, pages in self._connection.execute(wholes, (said[0], language, MOST_COMPOUNDS)):
                    yield Choice(self._limited(_quoted(whole), {language}), (whole,), pages)
            terms = terms_of(language)
            if (split := tuple(terms[part] for part in parts(word, _Known(self._connection, language)))) and len(split) > 1:
                expression = all_of(_quoted(part) for part in split)
                yield Choice(self._limited(expression, {language}), split, min(map(self._pages, split)))

    def _beginning(self, letter: str) -> Iterator[Choice]:
        in_range = "SELECT sum(pages) FROM terms WHERE term >= ? AND term < ?"
        (pages,) = self._connection.execute(in_range, (letter, letter + "\U0010ffff")).fetchone()
        if pages:
            yield Choice(f"{_quoted(letter)} *", (letter,), pages)

    def _limited(self, expression: str, languages: set[str]) -> str:
        """The expression for pages in these languages alone, as a stem of one language is another word in the next."""
        if languages >= set(self._languages):
            return expression
        return all_of((expression, any_of(_quoted(language_term(one)) for one in sorted(languages))))

    def _single_terms(self, asked: Sequence[str]) -> set[str]:
        return {said[0] for _, said in self._sayings(asked)} if len(asked) == 1 else set()

    def _pages(self, term: str) -> int:
        row = self._connection.execute("SELECT pages FROM terms WHERE term = ?", (term,)).fetchone()
        return int(row[0]) if row else 0

    def _known(self, spellings: Sequence[str]) -> Iterator[tuple[str, int]]:
        for start in range(0, len(spellings), _AT_ONCE):
            some = spellings[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = "SELECT plain, sum(pages) FROM words WHERE plain IN (" + marks + ") GROUP BY plain"  # noqa: S608 - marks alone
            yield from self._connection.execute(query, some)

    def _beginning_alike(self, word: str) -> Iterator[tuple[str, int]]:
        query = "SELECT plain, pages FROM words WHERE plain >= ? AND plain < ? AND abs(length(plain) - ?) <= ? LIMIT ?"
        start = word[: 2 if len(word) < _LONG_START else 3]
        yield from self._connection.execute(query, (start, start + "\U0010ffff", len(word), FARTHEST, _MOST_COMPARED))

    def _spelled(self, word: str) -> str:
        """The commonest spelling of a plain word."""
        query = "SELECT word FROM words WHERE plain = ? ORDER BY pages DESC, word LIMIT 1"
        return str(self._connection.execute(query, (word,)).fetchone()[0])


class _Known:
    """The words of one language, as `parts` asks for them."""

    def __init__(self, connection: sqlite3.Connection, language: str) -> None:
        self._connection = connection
        self._language = language

    def __contains__(self, word: object) -> bool:
        query = "SELECT 1 FROM words WHERE word = ? AND language = ?"
        return self._connection.execute(query, (word, self._language)).fetchone() is not None


def _split(text: str) -> tuple[str, ...]:
    return tuple(words(text)[:MOST_COMPOUNDS])
