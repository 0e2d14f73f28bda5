"""Dates as pages and servers write them, to ISO 8601. Which of a page's dates is meant is not said here."""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from enum import StrEnum

from migrator.pages.page import Page

LONGEST = 60  # characters; longer ones are no dates
_FIRST_YEAR, _LAST_YEAR = 1970, 2100  # what lies outside is a slip or a history lesson
_PARTIAL = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")
# What fromisoformat takes, but for what people make of it: a space before the zone, a missing colon in it, one digit of fraction.
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?)?", re.I
)
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")


def iso_date(text: str) -> str:
    """The date or time in `text` as ISO 8601 in UTC, to the second; "" where it is none, or can be read in two ways.

    A year or a month alone stays what it is; a time that names no zone stays without one.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isascii():
        return ""
    if partial := _PARTIAL.fullmatch(text):
        return text if _FIRST_YEAR <= int(partial[1]) <= _LAST_YEAR else ""
    try:
        if match := _ISO.fullmatch(text):
            return _of_iso(match)
        if match := _SLASHED.fullmatch(text):
            return _within(dt.date(int(match[1]), int(match[2]), int(match[3])))
        return _of_time(parsedate_to_datetime(text)) if ":" in text else ""
    except (ValueError, OverflowError, IndexError, TypeError):
        return ""


class Teller(StrEnum):
    """Who tells when a page changed last."""

    PAGE = "page"
    SERVER = "server"


def last_change(page: Page) -> tuple[str, Teller | None]:
    """When a page changed last, as ISO 8601, and who says so: the page itself, else its server (Last-Modified); "" and None."""
    if page.content.modified:
        return page.content.modified, Teller.PAGE
    told = iso_date(page.last_modified)
    return told, Teller.SERVER if told else None


def _of_iso(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, zone = match.groups()
    date = dt.date(int(year), int(month), int(day))
    if hour is None:
        return _within(date)
    time = dt.datetime(date.year, date.month, date.day, int(hour), int(minute), min(59, int(second or 0)), tzinfo=_zone(zone))
    return _of_time(time)


def _zone(zone: str | None) -> dt.timezone | None:
    if zone is None:
        return None
    if zone in "Zz":
        return dt.UTC
    offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return dt.timezone(-offset if zone[0] == "-" else offset)


def _of_time(time: dt.datetime) -> str:
    if not _within(time.date()):
        return ""
    if time.tzinfo is None:
        return time.isoformat(timespec="seconds")
    return time.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _within(date: dt.date) -> str:
    return date.isoformat() if _FIRST_YEAR <= date.year <= _LAST_YEAR else ""
