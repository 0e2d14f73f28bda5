"""Builds the search index from entries: only those that changed are analysed anew, and the result is that of a whole build."""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from migrator.pages.compounds import LANGUAGES, SHORTEST_PART, parts
from migrator.pages.search_entry import Entry
from migrator.pages.search_folding import plain
from migrator.pages.search_words import is_unspaced, terms_of, words
from migrator.store.search_file import remade
from migrator.store.values import storable

_LONGEST_KEPT = 40  # letters of a word that may be meant by another
_LANGUAGE = "\ue000"  # begins the term that tells a page's language; no word has it
_TOLD_EVERY = 500  # entries
_ENTER = "INSERT INTO found (rowid, title, headings, former, body, facets) VALUES (?, ?, ?, ?, ?, ?)"
_FORGET = "INSERT INTO found (found, rowid, title, headings, former, body, facets) VALUES ('delete', ?, ?, ?, ?, ?, ?)"


@dataclass(slots=True)
class Built:
    """How many pages the index has, and what this build did."""

    pages: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0


def language_term(language: str) -> str:
    """The term that every page in that language has."""
    return f"{_LANGUAGE}{language or 'none'}"


def build_index(path: Path, entries: Iterable[Entry], *, whole: bool = False, told: Callable[[int], None] | None = None) -> Built:
    """Bring the index at `path` up to `entries`, of which the first of two with one address counts; all or nothing.

    With `whole`, what is there is not looked at. `told` is called now and then with the number of entries that are done.
    Raises SearchIndexError.
    """
    with remade(path, whole=whole) as connection:
        return _Build(connection).run(entries, told or (lambda done: None))


class _Build:
    """One build, in the transaction of a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._words: dict[str, Counter[str]] = {}
        self._facets: dict[tuple[str, ...], int] = {}
        self._built = Built()
        rows = connection.execute("SELECT id, site, origin, language, section FROM facets")
        for number, *facet in rows:
            self._facets[tuple(facet)] = number

    def run(self, entries: Iterable[Entry], told: Callable[[int], None]) -> Built:
        rows = self._connection.execute("SELECT site, address, id, digest FROM entries")
        before = {(site, address): (number, digest) for site, address, number, digest in rows}
        done: set[tuple[str, str]] = set()
        for entry in entries:
            name = entry.site, storable(entry.address)
            if name in done:
                continue
            done.add(name)
            self._enter(entry, name, before.pop(name, None))
            if len(done) % _TOLD_EVERY == 0:
                told(len(done))
        for number, _ in before.values():
            self._remove(number)
        built = self._built
        built.pages, built.removed = len(done), len(before)
        if built.added or built.changed or built.removed:
            self._finish()
        return built

    def _enter(self, entry: Entry, name: tuple[str, str], before: tuple[int, bytes] | None) -> None:
        digest = entry.digest
        if before is not None:
            if before[1] == digest:
                return
            self._remove(before[0])
        self._built.changed += before is not None
        self._built.added += before is None
        facet = self._facet((entry.site, entry.origin, entry.language, entry.section))
        execute = self._connection.execute
        number = execute(
            "INSERT INTO entries (site, address, digest, facet) VALUES (?, ?, ?, ?)", (*name, digest, facet)
        ).lastrowid
        fields = (entry.title, "\n".join(entry.headings), "\n".join(entry.former), entry.text)
        shown = [storable(field) for field in fields]
        execute("INSERT INTO shown VALUES (?, ?, ?, ?, ?)", (number, *shown[:3], zlib.compress(shown[3].encode(), 1)))
        execute(_ENTER, (number, *self._analysed(shown, entry.language, is_entered=True)))

    def _remove(self, number: int) -> None:
        """A table without contents has to be told what it was given; the same analysis gives it."""
        execute = self._connection.execute
        (language,) = execute(
            "SELECT language FROM facets JOIN entries ON facet = facets.id WHERE entries.id = ?", (number,)
        ).fetchone()
        *fields, body = execute("SELECT title, headings, former, body FROM shown WHERE id = ?", (number,)).fetchone()
        shown = [*fields, zlib.decompress(body).decode()]
        execute(_FORGET, (number, *self._analysed(shown, language, is_entered=False)))
        execute("DELETE FROM shown WHERE id = ?", (number,))
        execute("DELETE FROM entries WHERE id = ?", (number,))

    def _analysed(self, shown: list[str], language: str, *, is_entered: bool) -> list[str]:
        """The terms of each field; its words are counted, or no longer."""
        terms, fields = terms_of(language), list(map(words, shown))
        pages = self._words.setdefault(language, Counter())
        (pages.update if is_entered else pages.subtract)(set().union(*fields))
        return [*(" ".join(terms.of_words(found)) for found in fields), language_term(language)]

    def _facet(self, facet: tuple[str, ...]) -> int:
        if facet not in self._facets:
            added = self._connection.execute("INSERT INTO facets (site, origin, language, section) VALUES (?, ?, ?, ?)", facet)
            self._facets[facet] = added.lastrowid or 0
        return self._facets[facet]

    def _finish(self) -> None:
        """What is told of all pages together: how many have each word, and which words are made of others."""
        run = self._connection
        counted = (
            (word, language, plain(word), pages)
            for language, counts in self._words.items()
            for word, pages in sorted(counts.items())
            if pages and _is_kept(word)
        )
        run.executemany(
            "INSERT INTO words VALUES (?, ?, ?, ?) ON CONFLICT (word, language) DO UPDATE SET pages = pages + excluded.pages",
            counted,
        )
        run.execute("DELETE FROM words WHERE pages <= 0")
        letters = {
            letter for (word,) in run.execute("SELECT plain FROM words WHERE pages > 1") for letter in word if letter.isalpha()
        }
        run.execute("INSERT OR REPLACE INTO about VALUES ('alphabet', ?)", ("".join(sorted(letters)),))
        run.execute("DELETE FROM facets WHERE id NOT IN (SELECT facet FROM entries)")
        run.execute("INSERT INTO found (found) VALUES ('optimize')")
        run.execute("DELETE FROM terms")
        run.execute("INSERT INTO terms SELECT term, doc FROM vocabulary")
        run.execute("DELETE FROM compounds")
        for language in LANGUAGES:
            rows = run.execute("SELECT word, pages FROM words WHERE language = ?", (language,)).fetchall()
            run.executemany("INSERT OR IGNORE INTO compounds VALUES (?, ?, ?, ?)", _compounds(dict(rows), language))


def _is_kept(word: str) -> bool:
    """Whether others may have meant it."""
    return len(word) <= _LONGEST_KEPT and not is_unspaced(word)


def _compounds(pages: dict[str, int], language: str) -> Iterable[tuple[str, int, str, str]]:
    """Rows of part, pages (negative, so that the commonest come first), whole, language."""
    terms = terms_of(language)
    known = {word for word in pages if len(word) >= SHORTEST_PART and word.isalpha()}
    for word in known:
        for part in parts(word, known):
            if terms[part] != terms[word]:
                yield terms[part], -pages[word], terms[word], language
