"""The two web sites of the demonstration, as ASGI apps over package files. They know nothing of Migrator and its rules."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from migrator.demo.rendering import PageTemplates
from migrator.urls import canonical_host

# robots.txt and sitemap.xml must name absolute addresses, and only the request knows where the site stands.
ORIGIN = b"{origin}"
TYPES = {
    ".html": "text/html",
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
Query = frozenset[tuple[str, str]]


def legacy_site() -> Starlette:
    """The old site: `.html` files, pages chosen by a query, charsets of their time, and gzip for those who accept it."""
    return _app(_Site("legacy", html_type="text/html", charset="iso-8859-1", compress=True))


def new_site() -> Starlette:
    """The new site: clean addresses and UTF-8."""
    return _app(_Site("new", html_type="text/html; charset=utf-8", charset="utf-8", compress=False))


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it is served; `compressed` is empty where gzip is not offered."""

    body: bytes
    compressed: bytes
    content_type: str
    etag: str
    modified: dt.datetime
    headers: tuple[tuple[str, str], ...]


class _Site:
    """Every address of one site, read into memory when it is made."""

    def __init__(self, name: str, *, html_type: str, charset: str, compress: bool) -> None:
        self.folder = files("migrator.demo") / name
        self.templates = PageTemplates(name, charset=charset)
        self.html_type = html_type
        self.compress = compress
        self.missing = self.templates.render("404.html", address="")
        self.pages = self._pages()

    def find(self, path: str, query: bytes) -> _File | None:
        """The file at an address. Only the parameters by which that path chooses its pages count."""
        choices = self._choices(path)
        names = {name for choice in choices for name, _ in choice}
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        return choices.get(frozenset(pair for pair in pairs if pair[0] in names))

    def has_folder(self, path: str) -> bool:
        """Whether the address exists with a slash after it."""
        return not path.endswith("/") and bool(self._choices(path + "/"))

    def _choices(self, path: str) -> Mapping[Query, _File]:
        return self.pages.get(path) or (self.pages.get(path + "index.html") if path.endswith("/") else None) or {}

    def _pages(self) -> dict[str, dict[Query, _File]]:
        headers: dict[str, list[tuple[str, str]]] = {}
        for row in self._table("headers.csv"):
            headers.setdefault(row["address"], []).append((row["name"], row["value"]))
        pages: dict[str, dict[Query, _File]] = {}
        for row in self._table("addresses.csv"):
            path, _, query = row["address"].partition("?")
            file = self._file(row, headers.get(row["address"], []))
            pages.setdefault(path, {})[frozenset(parse_qsl(query))] = file
        return pages

    def _file(self, row: Mapping[str, str], headers: list[tuple[str, str]]) -> _File:
        name, modified = row["file"], dt.date.fromisoformat(row["modified"])
        suffix = PurePosixPath(name).suffix
        if suffix == ".html":
            body = self.templates.render(name, address=row["address"], modified=modified)
        else:
            body = self._read(name).read_bytes()
        declared = [value for field, value in headers if field == "Content-Type"]
        return _File(
            body=body,
            compressed=gzip.compress(body, mtime=0) if self.compress and suffix == ".html" else b"",
            content_type=declared[0] if declared else self.html_type if suffix == ".html" else TYPES[suffix],
            etag=hashlib.sha256(body).hexdigest()[:16],
            modified=dt.datetime.combine(modified, dt.time(9), dt.UTC),
            headers=tuple(header for header in headers if header[0] != "Content-Type"),
        )

    def _table(self, name: str) -> Iterator[dict[str, str]]:
        return csv.DictReader(self._read(name).read_text(encoding="utf-8").splitlines())

    def _read(self, name: str) -> Traversable:
        return self.folder.joinpath(*name.split("/"))


def _app(site: _Site) -> Starlette:
    async def answer(request: Request) -> Response:
        path, query = request.scope["path"], request.scope["query_string"]
        if file := site.find(path, query):
            return _placed(request, file) if ORIGIN in file.body else _file_answer(request, file)
        if site.has_folder(path):
            target = path + "/" + ("?" + query.decode("latin-1") if query else "")
            return Response(status_code=301, headers={"Location": target})
        return Response(site.missing, 404, media_type="text/html")

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET"])])


def _placed(request: Request, file: _File) -> Response:
    try:
        host = canonical_host(request.headers.get("host", ""))
    except ValueError:
        return PlainTextResponse("Bad Request: Host", 400)
    origin = f"{request.scope['scheme']}://{host}"
    return Response(file.body.replace(ORIGIN, origin.encode("ascii")), headers={"Content-Type": file.content_type})


def _file_answer(request: Request, file: _File) -> Response:
    zipped = bool(file.compressed) and _accepts_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{file.etag}-gzip"' if zipped else f'"{file.etag}"'
    unchanged = _unchanged(request, etag, file.modified)
    response = Response(b"" if unchanged else file.compressed if zipped else file.body, 304 if unchanged else 200)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = format_datetime(file.modified, usegmt=True)
    if file.compressed:
        response.headers["Vary"] = "Accept-Encoding"
    if unchanged:
        del response.headers["Content-Length"]
        return response
    response.headers["Content-Type"] = file.content_type
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    for name, value in file.headers:
        response.headers.append(name, value)
    return response


def _unchanged(request: Request, etag: str, modified: dt.datetime) -> bool:
    """RFC 9110 section 13.2.2: If-None-Match decides where it is sent, else If-Modified-Since."""
    if known := request.headers.get("if-none-match"):
        return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
    try:
        since = parsedate_to_datetime(request.headers["if-modified-since"])
    except (KeyError, ValueError):
        return False
    return modified <= (since if since.tzinfo else since.replace(tzinfo=dt.UTC))


def _accepts_gzip(accepted: str) -> bool:
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "x-gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
