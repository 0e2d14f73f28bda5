"""The updates of a move, and a line for each week that is over, as an Atom feed (RFC 4287) and a JSON Feed (version 1.1)."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from migrator.pages.markdown import markdown_html, printable
from migrator.pages.progress import Point, Standing
from migrator.pages.updates import Update
from migrator.serve.status_board import Board

MOST_UPDATES = 100
MOST_WEEKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry: `identifier` is a URI that stays the same, `content` is HTML, `language` "" where it is the feed's."""

    identifier: str
    address: str
    title: str
    content: str
    published: dt.datetime
    updated: dt.datetime
    category: str
    language: str = ""


def feed_entries(board: Board) -> list[FeedEntry]:
    """The entries, newest first; an update keeps its identifier through every change of it."""
    entries = [_entry(board, update) for update in board.updates[:MOST_UPDATES]]
    entries += [_week(board, week, point) for week, point in _weeks(board)]
    return sorted(entries, key=lambda one: one.updated, reverse=True)


def atom_feed(board: Board) -> bytes:
    """The feed in the language of the board."""
    tag, entries = board.words.tag, feed_entries(board)
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": tag})
    _text(feed, "id", board.tag_uri(f"feed/{tag}"))
    _text(feed, "title", feed_title(board))
    _text(feed, "updated", _moment(_last_change(board, entries)))
    _text(SubElement(feed, "author"), "name", board.site_name or board.site.hosts[0])
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=board.address + board.names.of("feed.atom", tag))
    SubElement(feed, "link", rel="alternate", type="text/html", hreflang=tag, href=board.page_address)
    for one in entries:
        entry = SubElement(feed, "entry", {"xml:lang": one.language} if one.language else {})
        _text(entry, "id", one.identifier)
        _text(entry, "title", one.title)
        _text(entry, "updated", _moment(one.updated))
        _text(entry, "published", _moment(one.published))
        SubElement(entry, "link", rel="alternate", type="text/html", href=one.address)
        SubElement(entry, "category", term=one.category)
        _text(entry, "content", one.content, type="html")
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(board: Board) -> bytes:
    """The same entries as JSON."""
    tag = board.words.tag
    items = []
    for one in feed_entries(board):
        language = {"language": one.language} if one.language else {}
        items.append(
            {
                "id": one.identifier,
                "url": one.address,
                "title": one.title,
                "content_html": one.content,
                "date_published": _moment(one.published),
                "date_modified": _moment(one.updated),
                "tags": [one.category],
                **language,
            }
        )
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed_title(board),
        "home_page_url": board.page_address,
        "feed_url": board.address + board.names.of("feed.json", tag),
        "description": board.why,
        "language": tag,
        "authors": [{"name": board.site_name or board.site.hosts[0]}],
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False).encode()


def feed_title(board: Board) -> str:
    """What a reader calls the feed."""
    title = board.words.text("status_title")
    return f"{title} – {board.site_name}" if board.site_name else title


def _entry(board: Board, update: Update) -> FeedEntry:
    language = update.language or board.default
    title = update.title
    if update.resolved:
        title = f"{title} ({board.words.text('status_resolved', date=board.words.date(update.resolved))})"
    return FeedEntry(
        identifier=board.tag_uri(f"updates/{update.name}/{language}"),
        address=f"{board.page_address}#update-{update.name}",
        title=title,
        content=markdown_html(update.text, base=board.page_address),
        published=_midnight(update.date),
        updated=_midnight(update.changed),
        category=str(update.kind),
        language="" if language == board.words.tag else language,
    )


def _week(board: Board, week: str, point: Point) -> FeedEntry:
    words, pages = board.words, point.pages
    over = point.date + dt.timedelta(days=8 - point.date.isoweekday())  # the Monday after
    share = board.share(pages.moved, pages.total)
    numbers = (f"{words.text(f'status_{one}')}: {board.number(pages.of(one))}" for one in Standing)
    return FeedEntry(
        identifier=board.tag_uri(f"weeks/{week}/{words.tag}"),
        address=board.page_address,
        title=words.text("status_week_title", date=words.date(over - dt.timedelta(days=1)), percent=share),
        content="<ul>" + "".join(f"<li>{html.escape(number)}</li>" for number in numbers) + "</ul>",
        published=_midnight(over),
        updated=_midnight(over),
        category="figures",
    )


def _weeks(board: Board) -> Iterator[tuple[str, Point]]:
    """The last count of every week that is over, newest first; weeks are those of ISO 8601."""
    if board.progress is None:
        return
    now = board.progress.generated.astimezone(dt.UTC).date().isocalendar()[:2]
    last = {point.date.isocalendar()[:2]: point for point in board.progress.history if point.pages.total}
    for year, week in sorted((one for one in last if one < now), reverse=True)[:MOST_WEEKS]:
        yield f"{year}-W{week:02}", last[year, week]


def _last_change(board: Board, entries: list[FeedEntry]) -> dt.datetime:
    if entries:
        return entries[0].updated
    return board.progress.generated if board.progress else dt.datetime.fromtimestamp(int(board.changed), dt.UTC)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _moment(time: dt.datetime) -> str:
    """A date of RFC 3339."""
    return f"{time.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _text(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = printable(text)
