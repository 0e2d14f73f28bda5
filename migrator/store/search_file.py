"""The search index as a file of its own: its tables, how it is opened, made beside the old one and put in its place.

SQLite with FTS5, and nothing of the store's own tables. What is in it, and how it is asked, is said elsewhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from migrator.errors import SearchIndexError
from migrator.pages.search_words import ANALYSIS
from migrator.store.whole_files import put_in_place

FORMAT = f"1/{ANALYSIS}"
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facets (id INTEGER PRIMARY KEY, site TEXT NOT NULL, origin TEXT NOT NULL, language TEXT NOT NULL,
  section TEXT NOT NULL, UNIQUE (site, origin, language, section));
CREATE TABLE entries (id INTEGER PRIMARY KEY, site TEXT NOT NULL, address TEXT NOT NULL, digest BLOB NOT NULL,
  facet INTEGER NOT NULL, UNIQUE (site, address));
CREATE TABLE shown (id INTEGER PRIMARY KEY, title TEXT NOT NULL, headings TEXT NOT NULL, former TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE TABLE words (word TEXT NOT NULL, language TEXT NOT NULL, plain TEXT NOT NULL, pages INTEGER NOT NULL,
  PRIMARY KEY (word, language)) WITHOUT ROWID;
CREATE INDEX words_plain ON words (plain);
CREATE TABLE terms (term TEXT PRIMARY KEY, pages INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE compounds (part TEXT NOT NULL, pages INTEGER NOT NULL, whole TEXT NOT NULL, language TEXT NOT NULL,
  PRIMARY KEY (part, pages, whole, language)) WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5 (title, headings, former, body, facets, content = '', tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (found, row);
"""  # a term has no ASCII letter but small ones and digits, so that the tokenizer only parts them at spaces
_MEND = "make it anew with `migrator search build --whole`"


def opened_to_read(path: Path) -> sqlite3.Connection:
    """The index as it is now; nothing that happens to the path later changes what this connection sees.

    Raises SearchIndexError where there is none, or another version made it.
    """
    if not path.is_file():
        raise SearchIndexError(f"there is no search index at {path}\n    make one with `migrator search build`")
    with mended(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        try:
            if _format(connection) != FORMAT:
                raise SearchIndexError(f"the search index {path} was made by another version of migrator\n    {_MEND}")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA mmap_size = 2147418112")  # all workers share the pages of the file
        except BaseException:
            connection.close()
            raise
    return connection


@contextlib.contextmanager
def remade(path: Path, *, whole: bool) -> Iterator[sqlite3.Connection]:
    """A copy of the index to be changed, or a new one; it takes the old one's place when the block ends well, else is dropped.

    Two at a time are refused. Whoever reads the old one goes on with it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.building")
    with _alone(path.with_name(f".{path.name}.lock")), mended(path):
        try:
            temporary.unlink(missing_ok=True)
            is_new = whole or not _is_current(path)
            if not is_new:
                shutil.copyfile(path, temporary)
            with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute("PRAGMA cache_size = -64000")
                if is_new:
                    connection.executescript(_TABLES)
                    connection.execute("INSERT INTO about VALUES ('format', ?)", (FORMAT,))
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
            put_in_place(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def mended(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk raise into a SearchIndexError that says how to mend it."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SearchIndexError(
            f"the search index {path} failed: {error}\n    free some space if the disk is full, or {_MEND}"
        ) from error


def _is_current(path: Path) -> bool:
    try:
        opened_to_read(path).close()
    except SearchIndexError:
        return False
    return True


def _format(connection: sqlite3.Connection) -> str:
    try:
        row = connection.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(row[0]) if row else ""


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SearchIndexError("the search index is being built right now; run the command again when that is done") from None
        yield
