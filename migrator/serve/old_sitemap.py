"""The sitemap of old addresses that redirect, and the robots.txt that names it: so that search engines come back for them.

Only where the operator asks for it, since both take the place of the old site's own. A file is made when it is first asked for.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import islice
from threading import Lock

from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import Kind, Site
from migrator.rules.table import RuleTable
from migrator.serve.answer import Answer, plain_answer
from migrator.serve.eligibility import members
from migrator.serve.headers import Headers
from migrator.serve.public import PublicRequest
from migrator.urls import encoded_path, merge_query, split_url

MOST_IN_A_FILE = 50_000  # addresses; sitemaps.org's bound, as are 50 MB
_LONGEST_ADDRESS = 800  # characters of a path and query; so that a file stays below those
_KEPT = 64  # files, of some hundred kilobytes each as they are kept
_NAMES = re.compile(r"/sitemap(?:-([1-9]\d{0,3}))?\.xml")
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ROBOTS = """\
# The old site is moving. Please come for its old addresses, which lead to the new ones.
User-agent: *
Allow: /

Sitemap: {sitemap}
"""


class OldSitemap:
    """The files of one map, at the root of every host of its sites. All speak of the site's first host."""

    def __init__(self, table: RuleTable, in_a_file: int = MOST_IN_A_FILE) -> None:
        self._table = table
        self._in_a_file = in_a_file
        self._making = Lock()
        self._count = lru_cache(maxsize=_KEPT)(self._counted)
        self._file = lru_cache(maxsize=_KEPT)(self._made)

    def covers(self, path: bytes) -> bool:
        """Whether a path, as it came, is one of theirs."""
        return path == b"/robots.txt" or (path.startswith(b"/sitemap") and _NAMES.fullmatch(path.decode("latin-1")) is not None)

    async def answer(self, request: PublicRequest) -> Answer | None:
        """The file at `request.name`, a path that they cover; None where there is no such part."""
        site, root = request.site, f"{request.scope.get('scheme', 'http')}://{request.site.hosts[0]}"
        match = _NAMES.fullmatch(request.name)
        if match is None:
            answer = plain_answer(200, "")
            body = _ROBOTS.format(sitemap=f"{root}/sitemap.xml").encode("ascii")
            return answer._replace(headers=[*answer.headers[:1], (b"cache-control", b"public, max-age=3600")], body=body)
        compressed = await asyncio.to_thread(self._locked, site, root, int(match[1] or 0), _utc_today())
        return _xml(compressed, request.headers) if compressed else None

    def _locked(self, site: Site, root: str, number: int, today: dt.date) -> bytes:
        with self._making:  # two would only share one processor
            return self._file(site.name, root, number, today)

    def _made(self, name: str, root: str, number: int, today: dt.date) -> bytes:
        """A file as gzip has it; b"" where there is no such part. Number 0 is the whole, or the index of the parts."""
        parts = -(-self._count(name, today) // self._in_a_file)
        if number > parts or (number and parts < 2):
            return b""
        if parts > 1 and not number:
            return _compressed(
                "sitemapindex", (f"<sitemap><loc>{root}/sitemap-{n}.xml</loc></sitemap>" for n in range(1, parts + 1))
            )
        start = max(0, number - 1) * self._in_a_file
        rules = islice(_listed(self._table, name, today), start, start + self._in_a_file)
        return _compressed("urlset", (_entry(root, rule) for rule in rules))

    def _counted(self, name: str, today: dt.date) -> int:
        return sum(1 for _ in _listed(self._table, name, today))


def _listed(table: RuleTable, name: str, today: dt.date) -> Iterator[CompiledRule]:
    """The rules of a site that lead one old address somewhere on that day."""
    for rule in table.tables[name]:
        is_one = rule.rule.kind is Kind.EXACT and rule.target is not None
        if is_one and len(rule.rule.source) <= _LONGEST_ADDRESS and rule.rule.is_active(today):
            yield rule


def _entry(root: str, rule: CompiledRule) -> str:
    _, path, query = split_url(rule.rule.source)
    address = (
        f"{root}{encoded_path(path.encode('utf-8', 'surrogatepass'))}{merge_query('', query.encode('utf-8', 'surrogatepass'))}"
    )
    moved = f"<lastmod>{rule.rule.added}</lastmod>" if rule.rule.added else ""
    return f"<url><loc>{escape(address)}</loc>{moved}</url>"


def _compressed(element: str, entries: Iterator[str]) -> bytes:
    opening = f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} xmlns="{_NAMESPACE}">\n'
    return gzip.compress("".join([opening, *(f"{entry}\n" for entry in entries), f"</{element}>\n"]).encode("ascii"), 6, mtime=0)


def _xml(compressed: bytes, asked: Headers) -> Answer:
    headers = [
        (b"content-type", b"application/xml"),
        (b"cache-control", b"public, max-age=3600"),
        (b"vary", b"Accept-Encoding"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if _takes_gzip(asked):
        return Answer(200, [*headers, (b"content-encoding", b"gzip")], compressed)
    return Answer(200, headers, gzip.decompress(compressed))


def _takes_gzip(asked: Headers) -> bool:
    accepted = b",".join(value for name, value in asked if name == b"accept-encoding")
    for member in members(accepted[:1000].lower()):
        name, _, weight = member.partition(b";")
        if name.strip() in (b"gzip", b"x-gzip"):
            return not re.fullmatch(rb"\s*q\s*=\s*0(?:\.0*)?\s*", weight)
    return False


def _utc_today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
