"""A site with the pages that tell how far it has moved, from files as the commands and the operator leave them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
from lxml import html

from migrator.app import TransitionSite
from migrator.pages.progress import Counts, Group, Move, Point, Progress, Snapshot, Week
from migrator.settings import load_settings
from tests.serve.live import serve

DAY = dt.date(2026, 11, 24)
CONFIG = """version: 1
sites: {main: {hosts: [www.old.example], legacy: "http://127.0.0.1:9", new: "https://www.new.example"}}
banner: {site_name: "Children <b>First", links: {feedback: "https://www.new.example/feedback"}}
transition: {%s}
redirects: {/_transition/: /elsewhere}
"""


def counts(moved: int, not_yet: int = 0, gone: int = 0, kept: int = 0) -> Counts:
    return Counts(moved=moved, gone=gone, kept=kept, not_yet=not_yet)


def group(name: str, moved: int, not_yet: int) -> Group:
    return Group(name=name, pages=counts(moved, not_yet), visits=counts(moved * 10, not_yet))


def moves(number: int) -> list[Move]:
    return [Move(title=f"Page {one}", old=f"/{one}", new=f"https://www.new.example/{one}", date=DAY) for one in range(number)]


def progress(
    sections: Iterable[Group] = (group("/news/", 1000, 0), group("/shop/", 234, 1766)),
    languages: Iterable[Group] = (group("en", 1000, 1000), group("fr", 234, 766)),
    moved: Iterable[Move] = tuple(moves(3)),
    days: int = 21,
) -> Progress:
    """An account with 1,234 of 3,050 pages moved."""
    pages, visits = counts(1234, 1766, 30, 20), counts(900, 50, 50)
    points = [
        Point(date=DAY - dt.timedelta(days=ago), pages=counts(1234 - ago, 1816 + ago), visits=visits) for ago in range(days)
    ]
    named = list(moved)
    return Progress(
        generated=dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC),
        pages=pages,
        visits=visits,
        sections=list(sections),
        languages=list(languages),
        week=Week(since=DAY - dt.timedelta(days=6), until=DAY, count=len(named), moves=named),
        history=points[::-1],
    )


def keep(folder: Path, account: Progress, site: str = "main") -> None:
    """Leave an account as `migrator status` does."""
    path = folder / ".migrator" / "progress.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.encode(Snapshot(sites={site: account})))


def write_update(folder: Path, name: str, text: str = "Text", **head: object) -> None:
    """An update as an operator writes it."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": name, "date": "2024-11-20", **head}.items())
    path = folder / "updates" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"---\n{lines}---\n{text}\n", encoding="utf-8")


def status_site(folder: Path, section: str = "") -> TransitionSite:
    """The whole site, as it is served, with these keys in its section `transition:`."""
    config = folder / "redirects.yaml"
    config.write_text(CONFIG % section, encoding="utf-8")
    return TransitionSite(load_settings(config))


@contextmanager
def client_of(folder: Path, section: str = "") -> Iterator[httpx.Client]:
    with (
        serve(status_site(folder, section)) as base,
        httpx.Client(base_url=f"{base}/_transition/", headers={"Host": "www.old.example"}, trust_env=False) as client,
    ):
        yield client


def texts(page: httpx.Response) -> str:
    """What a reader is told, with blanks between the cells of tables."""
    return " ".join(" ".join(html.fromstring(page.text).xpath("//body//text()")).split())
