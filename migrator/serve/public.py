"""The transition site's own pages, below one path of every host: which of them a request means. What they say is theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol

from starlette.types import Scope

from migrator.rules.rule import Site
from migrator.serve.answer import Answer, plain_answer
from migrator.serve.headers import Headers

_READING = ("GET", "HEAD")


class PublicRequest(NamedTuple):
    """A request for one of the pages: `name` is what follows the path of all of them, "" for the front page."""

    name: str
    query: bytes
    headers: Headers
    site: Site
    scope: Scope


# Makes the answer to a GET; one to HEAD is cut by whoever sends it. Work that takes long belongs on another thread.
PublicPage = Callable[[PublicRequest], Awaitable[Answer]]


class Outside(Protocol):
    """Pages that cannot be below the path of all others, such as a robots.txt; `name` of their requests is the whole path."""

    def covers(self, path: bytes) -> bool:
        """Whether a path, as it came, is one of theirs."""
        ...

    async def answer(self, request: PublicRequest) -> Answer | None:
        """The answer to a GET; None where there is no such page."""
        ...


class PublicPages:
    """The pages by their names below `prefix`, which begins and ends with a slash, and others. They win over every rule."""

    def __init__(self, prefix: str, pages: Mapping[str, PublicPage], outside: Outside | None = None) -> None:
        self._prefix = prefix.encode("ascii")
        self._pages = pages
        self._outside = outside
        self.close: Callable[[], None] = lambda: None  # called once, when no more requests come

    def beside(self, outside: Outside | None) -> PublicPages:
        """The same pages beside other ones outside; they are closed together."""
        other = PublicPages(self._prefix.decode("ascii"), self._pages, outside)
        other.close = self.close
        return other

    def covers(self, path: bytes) -> bool:
        """Whether a path, as it came, belongs to them. True of the prefix without its slash as well."""
        if path.startswith(self._prefix) or path == self._prefix[:-1]:
            return True
        return self._outside is not None and self._outside.covers(path)

    def name_of(self, path: bytes) -> str:
        """The name of the page at a path that they cover; that of the front page where there is none."""
        name = path[len(self._prefix) :].decode("latin-1")
        return name if name in self._pages else ""

    async def answer(self, path: bytes, site: Site, scope: Scope) -> Answer | None:
        """The answer of the page at a path that they cover; None where there is no such page."""
        if scope["method"] not in _READING:
            return _only_reading()
        if self._outside is not None and self._outside.covers(path):
            request = PublicRequest(path.decode("latin-1"), scope["query_string"], scope["headers"], site, scope)
            return await self._outside.answer(request)
        if not path.startswith(self._prefix):
            return _with_slash(self._prefix, scope["query_string"])
        name = path[len(self._prefix) :].decode("latin-1")
        page = self._pages.get(name)
        return None if page is None else await page(PublicRequest(name, scope["query_string"], scope["headers"], site, scope))


def _only_reading() -> Answer:
    answer = plain_answer(405, "This page can only be read.")
    return answer._replace(headers=[*answer.headers, (b"allow", b"GET, HEAD")])


def _with_slash(prefix: bytes, query: bytes) -> Answer:
    location = prefix + (b"?" + query if query else b"")
    return Answer(308, [(b"location", location), (b"cache-control", b"public, max-age=3600")])
