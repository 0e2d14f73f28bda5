"""What is one site: which hosts are the same, where they are reached, and when two addresses are one. No network here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from migrator.pages.page import Side
from migrator.pages.tracking import without_tracking
from migrator.rules.rule import Site
from migrator.urls import Folding, Origin, look_up_key, normal_url, origin_of

_UNSENDABLE = re.compile("[^!-~]+")  # maps and lists hold addresses as people write them


@dataclass(frozen=True, slots=True)
class Territory:
    """One side of a site. Its pages are recorded on `base`, asked for at `upstream`, under the name `host`."""

    base: Origin
    upstream: Origin
    host: str
    aliases: frozenset[str]
    folding: Folding
    start: str

    def on_base(self, url: str) -> str | None:
        """`url` as this site records it: absolute, normal, on `base`; None where it leads to another site."""
        normal = normal_url(url)
        origin = origin_of(normal) if normal else None
        if normal is None or origin is None or origin.netloc not in self.aliases:
            return None
        return f"{self.base}{_after_origin(normal)}"

    def recorded(self, url: str) -> str | None:
        """`on_base`, without what only tracks visitors: of a page and that page as a newsletter links to it, one is enough."""
        here = self.on_base(url)
        return here and without_tracking(here, self.folding)

    def key(self, url: str) -> str:
        """What makes `url`, an address on `base`, one address with its other spellings."""
        path, _, query = _after_origin(url).partition("?")
        return str(look_up_key(path, query, self.folding))

    def target(self, url: str) -> bytes:
        """What is asked for in the request line, to the byte; what may not stand there is escaped, as browsers do."""
        return _UNSENDABLE.sub(_escaped, _after_origin(url)).encode("ascii")

    @property
    def folder(self) -> str:
        """The path below which all pages of the site lie."""
        path = _after_origin(self.start).partition("?")[0]
        return path[: path.rindex("/") + 1]


def territory_of(site: Site, side: Side) -> Territory:
    """The territory of the legacy or the new side of a site."""
    public, hosts = (site.legacy, site.hosts) if side is Side.LEGACY else (site.new, ())
    base = _origin(public)
    upstream = _origin(site.new_upstream) if side is Side.NEW and site.new_upstream else base
    named = [host for host in hosts if not host.startswith("*")]
    return Territory(
        base=base,
        upstream=upstream,
        host=base.netloc if base.netloc in named or not named else named[0],
        aliases=frozenset((base.netloc, upstream.netloc, *named)),
        folding=replace(site.folding, every_param=True) if side is Side.LEGACY else _EXACT,
        start=f"{base}{_after_origin(normal_url(public) or public)}",
    )


# Two spellings of a new address may be two pages, and redirects must lead to the right one.
_EXACT = Folding(case=False, trailing_slash=False, index_files=False, every_param=True)


def _origin(url: str) -> Origin:
    origin = origin_of(url)
    if origin is None:
        raise ValueError(f"not an absolute http or https address: {url!r}")
    return origin


def _escaped(match: re.Match[str]) -> str:
    return quote(match[0].encode("utf-8", "surrogatepass"))


def _after_origin(url: str) -> str:
    parts = urlsplit(url)
    start = len(parts.scheme) + 3 + len(parts.netloc)
    return url[start:] or "/"
