"""How values become columns that both engines take, and come back. No table and no statement here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

LONGEST_KEY = 600  # characters, of up to four bytes


class Moment(TypeDecorator[dt.datetime]):
    """An aware time, kept as UTC text of one length, so that it sorts as text and both engines agree on it."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else value.astimezone(dt.UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> dt.datetime | None:
        """From text."""
        return None if value is None else dt.datetime.fromisoformat(value)


def now() -> dt.datetime:
    """The time at which something is written down."""
    return dt.datetime.now(dt.UTC)


def storable(text: str) -> str:
    """`text` without what an engine refuses: NUL (PostgreSQL) and lone surrogates (both)."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def short_key(key: str) -> str:
    """`key` as it stands in indexed columns: PostgreSQL's entries are at most 2704 bytes, so a long one is cut and hashed."""
    key = storable(key)
    return key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}#{hashlib.sha256(key.encode()).hexdigest()}"


def short_keys(keys: Collection[str]) -> set[str]:
    """The `short_key` of each, at once where all are short and plain, as nearly always."""
    together = "".join(keys)
    if together.isascii() and "\0" not in together and max(map(len, keys), default=0) <= LONGEST_KEY:
        return set(keys)
    return set(map(short_key, keys))


def lot(text: str) -> int:
    """A number of 63 bits drawn from `text`: as good as random, and always the same."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def packed(items: Iterable[str | Sequence[str | int]]) -> str:
    """A list of texts, or of rows of texts and numbers, as JSON; each text as it is `storable`."""
    items = list(items)
    try:
        text = msgspec.json.encode(items).decode()
    except UnicodeEncodeError:  # a lone surrogate
        text = ""
    if text and "\\u0000" not in text:
        return text
    return msgspec.json.encode(list(map(_storable, items))).decode()


def _storable(item: str | int | Sequence[str | int]) -> Any:
    if isinstance(item, str):
        return storable(item)
    return item if isinstance(item, int) else list(map(_storable, item))


def unpacked(text: str) -> list[Any]:
    """What `packed` made."""
    items: list[Any] = msgspec.json.decode(text)
    return items
