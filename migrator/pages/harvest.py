"""What a file of addresses gave: each address once, its visits a day, and every row that gave none, with the reason. Bounded."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from migrator.pages.visit import Listed

MOST = 1_000_000  # addresses of one file, and days of visits beside; about 1 GB of memory when all that is there
REMEMBERED = 100_000  # addresses as they are written; a log has each again every day
REFUSED_KEPT = 20  # rows that are told in full
SHOWN = 120  # characters of a row that is told

TOO_MANY = "beyond a million addresses in one file"


@dataclass(frozen=True, slots=True)
class Located:
    """What an address as it is written comes to: the URL by which the site records it and its key, or why it is none of its."""

    url: str = ""
    key: str = ""
    reason: str = ""


Locate = Callable[[str], Located]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that names no address of the site: its line, why, and what it says."""

    line: int
    reason: str
    text: str


class Harvest:
    """Takes the rows of one file. What was named, refused and left out is always as many rows as there were."""

    def __init__(self, locate: Locate, most: int = MOST) -> None:
        self.locate = lru_cache(maxsize=REMEMBERED)(locate)
        self._most = most
        self._addresses: dict[str, str] = {}
        self._counts: dict[tuple[str, dt.date | None], int] = {}
        self._by_line = False
        self.rows = self.named = 0
        self.refused: list[Refused] = []
        self.refusals: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._addresses)

    @property
    def visits(self) -> int:
        """All visits that were counted."""
        return sum(self._counts.values())

    @property
    def repeated(self) -> int:
        """How many rows of a list or sheet named an address that another row had named; visits of a log are no repetition."""
        return self.named - len(self) if self._by_line else 0

    def name(self, address: str, line: int = 0, day: dt.date | None = None, count: int = 0, rows: int = 1) -> None:
        """Take an address as it is written, from that line (0 where it is of many), with `count` visits on that day."""
        place = self.locate(address)
        if place.reason:
            self._turn_away(address, line, place.reason, rows)
            return
        if place.key not in self._addresses and len(self._addresses) >= self._most:
            self.leave_out(TOO_MANY, rows)
            return
        if (place.key, day) not in self._counts and len(self._counts) >= self._most:
            day = None  # rather than the visits, the days are forgotten
        self._by_line = self._by_line or line > 0
        self.rows += rows
        self.named += rows
        known = self._addresses.setdefault(place.key, place.url)
        if "?" in known and "?" not in place.url:  # what the key leaves out of a query, such as where a visitor came from
            self._addresses[place.key] = place.url
        if count:
            self._counts[place.key, day] = self._counts.get((place.key, day), 0) + count

    def refuse(self, text: str, line: int, reason: str) -> None:
        """Take note of a row that names no address."""
        self.rows += 1
        self.refusals[reason] += 1
        if len(self.refused) < REFUSED_KEPT:
            self.refused.append(Refused(line, reason, visible(text)))

    def leave_out(self, reason: str, rows: int = 1) -> None:
        """Take note of rows that are not wanted."""
        self.rows += rows
        self.left_out[reason] += rows

    def urls(self) -> list[str]:
        """Every address, as the site records it."""
        return list(self._addresses.values())

    def listed(self) -> Iterator[Listed]:
        """Every address, and its visits on each day."""
        for key, url in self._addresses.items():
            yield Listed(url, key)
        for (key, day), count in self._counts.items():
            yield Listed(self._addresses[key], key, day, count)

    def _turn_away(self, address: str, line: int, reason: str, rows: int) -> None:
        if line:
            self.refuse(address, line, reason)
        else:
            self.leave_out(reason, rows)


def visible(text: str) -> str:
    """The beginning of a text as one line of visible characters, whatever it holds."""
    cut = text[: SHOWN + 1]
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in cut[:SHOWN])
    return shown + "…" * (len(cut) > SHOWN)
