"""Access logs: visits of each address a day, of people and of pages alone. Lines to counts; whoever asked is never looked at.

Common and combined format, with or without the virtual host before it (Apache, nginx and most others), and W3C extended (IIS).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

from migrator.pages.harvest import MOST, TOO_MANY, Harvest

# Answers that tell of a page: there, moved, unchanged, or missed. Errors of the server and refusals tell of none.
COUNTED = frozenset((b"200", b"301", b"302", b"303", b"304", b"307", b"308", b"404", b"410"))
METHODS = frozenset((b"GET", b"HEAD"))
MALFORMED, BOT, ASSET, PROBE = (
    "no line of a log",
    "of a robot",
    "of an image, a style, a script or a font",
    "a probe for weaknesses",
)
NO_DAY = b""
OTHER_METHOD, OTHER_ANSWER = "neither GET nor HEAD", "an answer that tells of no page"

_QUOTED = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
# https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples
_LINE = re.compile(
    rb"(.*?)\[(\d{1,2}/[A-Za-z]{3}/\d{4})[^\]]*\] "
    + _QUOTED
    + rb" (\d{3})(?: [^ \"]+(?: "
    + _QUOTED
    + rb"(?: "
    + _QUOTED
    + rb")?)?)?"
)
_ASSET = re.compile(
    rb"\.(?:css|js|mjs|map|png|jpe?g|gif|svgz?|webp|avif|ico|cur|bmp|tiff?|woff2?|ttf|otf|eot)$|^/(?:robots\.txt|\.well-known/)",
    re.IGNORECASE,
)
_ESCAPED = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_NOT_VISIBLE = re.compile(rb"[^\x21-\x7e]")
_MONTHS = {name: number for number, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_FIELDS = b"#Fields:"  # https://www.w3.org/TR/WD-logfile.html
_HOST = re.compile(rb"[A-Za-z0-9.\-]{1,253}(?::\d{1,5})?$|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$")
_Request = tuple[bytes, bytes, bytes, bytes, bytes | None, bytes]  # host, method, target, status, agent, day
_NOTHING_THERE = frozenset((b"404", b"410"))


class AccessLog:
    """Counts the lines of one log. `is_bot` judges a User-Agent, `is_probe` the path of an address that was not found."""

    def __init__(self, is_bot: Callable[[str], bool], is_probe: Callable[[str], bool], most: int = MOST) -> None:
        self._is_bot = lru_cache(maxsize=10_000)(lambda agent: agent in (b"", b"-") or is_bot(agent.decode("latin-1")))
        self._is_probe = is_probe
        self._most = most
        self._counts: Counter[tuple[bytes, bytes, bytes]] = Counter()
        self._answered: set[tuple[bytes, bytes]] = set()
        self._left_out: Counter[str] = Counter()
        self._fields: dict[bytes, int] = {}

    def read(self, lines: Iterable[bytes | None]) -> None:
        """Count lines; None is one that was too long."""
        left_out = self._left_out
        for line in lines:
            if not line:
                left_out[MALFORMED] += line is None
            elif line.startswith(b"#"):
                self._note_fields(line)
            elif (request := self._request(line)) is None:
                left_out[MALFORMED] += 1
            elif reason := self._against(request):
                left_out[reason] += 1
            else:
                self._count(request)

    def pour(self, harvest: Harvest) -> None:
        """Give all that was counted to `harvest`, and forget it.

        Of several spellings of one address the harvest keeps the first: here one that the site answered.
        """
        for place in sorted(self._counts, key=lambda place: place[:2] not in self._answered):
            host, target, day = place
            count, when = self._counts.pop(place), _day(day)
            if when or day == NO_DAY:
                harvest.name(_address(host, target), day=when, count=count, rows=count)
            else:
                harvest.leave_out(MALFORMED, count)
        self._answered.clear()
        for reason, count in self._left_out.items():
            if count:
                harvest.leave_out(reason, count)
        self._left_out.clear()

    def _count(self, request: _Request) -> None:
        """One visit more; where there is no more room for days, on no day, and then for no address that is new."""
        host, target, day = request[0], request[2], request[5]
        if (host, target, day) not in self._counts and len(self._counts) >= self._most:
            day = NO_DAY
            if (host, target, day) not in self._counts and len(self._counts) >= 2 * self._most:
                self._left_out[TOO_MANY] += 1
                return
        self._counts[host, target, day] += 1
        if request[3] not in _NOTHING_THERE:
            self._answered.add((host, target))

    def _against(self, request: _Request) -> str:
        """Why a request is no visit of a page, or ""."""
        _, method, target, status, agent, _ = request
        if method not in METHODS:
            return OTHER_METHOD
        if status not in COUNTED:
            return OTHER_ANSWER
        path = target.partition(b"?")[0]
        if _ASSET.search(path):
            return ASSET
        if agent is not None and self._is_bot(agent):
            return BOT
        return PROBE if status == b"404" and self._is_probe(path.decode("latin-1")) else ""

    def _request(self, line: bytes) -> _Request | None:
        """What a line tells, None where it is none. The agent is None where this kind of log does not tell it."""
        if self._fields:
            return self._w3c_request(line)
        match = _LINE.match(line)
        if match is None:
            return None
        head, day, asked, status, _, agent = match.groups()
        method, _, rest = asked.partition(b" ")
        before, protocol, _ = rest.rpartition(b" HTTP/")
        return _virtual_host(head), method, before if protocol else rest, status, agent, day

    def _note_fields(self, line: bytes) -> None:
        if line.startswith(_FIELDS):
            names = line[len(_FIELDS) :].lower().split()
            self._fields = {name: place for place, name in enumerate(names)}

    def _w3c_request(self, line: bytes) -> _Request | None:
        cells = line.split(b" ")

        def cell(name: bytes) -> bytes:
            place = self._fields.get(name)
            value = cells[place] if place is not None and place < len(cells) else b"-"
            return b"" if value == b"-" else value

        day, status, stem, query = map(cell, (b"date", b"sc-status", b"cs-uri-stem", b"cs-uri-query"))
        if len(cells) < len(self._fields) or not (day and status and stem):
            return None
        agent = cell(b"cs(user-agent)") if b"cs(user-agent)" in self._fields else None
        return cell(b"cs-host"), cell(b"cs-method") or b"GET", stem + b"?" * bool(query) + query, status, agent, day


def _virtual_host(head: bytes) -> bytes:
    """The host before the client's address. It is told by the third word, `-`: a user's name may be of several words."""
    if head.count(b" ") < 4:
        return b""
    words = head.split(b" ")
    return words[0] if words[1] != b"-" and words[2] == b"-" and _HOST.match(words[0]) else b""


def _address(host: bytes, target: bytes) -> str:
    """What was asked for, in visible ASCII; with its host where the log tells it."""
    if b"\\" in target:
        target = _ESCAPED.sub(_meant, target)
    text = _NOT_VISIBLE.sub(lambda match: b"%%%02X" % match[0][0], target)
    return (b"http://" + host + text if host and text.startswith(b"/") else text).decode("ascii")


def _meant(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else match[2]


@lru_cache(maxsize=10_000)
def _day(text: bytes) -> dt.date | None:
    """The day of 24/Nov/2026 and of 2026-11-24, as the log's own clock tells it."""
    try:
        if b"-" in text:
            return dt.date.fromisoformat(text.decode("ascii"))
        day, month, year = text.split(b"/")
        return dt.date(int(year), _MONTHS[month.lower()], int(day))
    except (ValueError, KeyError):
        return None
