"""The status page, its feeds and badges, made of a board: every file of them by its name. Nothing is read or sent here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from jinja2 import Environment

from migrator.serve.language import Catalogue
from migrator.serve.language_names import language_name
from migrator.serve.status_badges import badge_json, badge_svg, progress_json
from migrator.serve.status_board import Board
from migrator.serve.status_feeds import atom_feed, feed_title, json_feed
from migrator.serve.status_view import View, moment, view_of
from migrator.serve.style_policy import style_policy
from migrator.templating import render
from migrator.urls import is_link

PAGE = "index.html"
_LINKS = ("search", "feedback")


class Made(NamedTuple):
    """One file: its type, what it holds, and for a page its Content-Security-Policy."""

    media_type: str
    body: bytes
    policy: bytes = b""


class StatusPress:
    """Makes the files. `links` are search and feedback, where the site has them.

    `indexed` says whether search engines may list the page.
    """

    def __init__(
        self,
        templates: Environment,
        catalogue: Catalogue,
        *,
        links: Mapping[str, str] | None = None,
        indexed: bool = True,
    ) -> None:
        self._templates = templates
        self._languages = [(tag, language_name(tag)) for tag in sorted(catalogue.tags)]
        self._links = [(name, (links or {}).get(name, "")) for name in _LINKS]
        self._indexed = indexed

    def made(self, name: str, board: Board) -> Made:
        """The file of that name, one of FILES. Raises ConfigError where the operator's own template is at fault."""
        if name == PAGE:
            page = self._page(view_of(board))
            return Made("text/html; charset=utf-8", page.encode(), style_policy(page))
        media_type, make = _MACHINES[name]
        return Made(media_type, make(board))

    def _page(self, view: View) -> str:
        board = view.board
        links = [("new_site", board.site.new), *self._links]
        return render(
            self._templates,
            "status.html",
            view=view,
            words=board.words,
            site_name=board.site_name,
            summary=_summary(board),
            history=_history(view),
            time=moment(board.progress.generated) if board.progress else "",
            feed_title=feed_title(board),
            languages=self._languages,
            links=[(name, address) for name, address in links if is_link(address)],
            indexed=self._indexed,
        )


_MACHINES: Mapping[str, tuple[str, Callable[[Board], bytes]]] = {
    "feed.atom": ("application/atom+xml; charset=utf-8", atom_feed),
    "feed.json": ("application/feed+json; charset=utf-8", json_feed),
    "progress.json": ("application/json; charset=utf-8", progress_json),
    "badge.json": ("application/json; charset=utf-8", badge_json),
    "badge.svg": ("image/svg+xml; charset=utf-8", badge_svg),
}
FILES = (PAGE, *_MACHINES)
IN_ONE_LANGUAGE = ("progress.json",)  # the same for readers of every language


def _summary(board: Board) -> str:
    if board.progress is None:
        return ""
    pages, visits, words = board.progress.pages, board.progress.visits, board.words
    said = words.text("status_summary", percent=board.share(pages.moved, pages.total))
    if not visits.total:
        return said
    return f"{said} {words.text('status_summary_visits', percent=board.share(visits.moved, visits.total))}"


def _history(view: View) -> str:
    """The chart in a sentence."""
    if view.chart is None:
        return ""
    board, first, last = view.board, view.chart.first, view.chart.last
    ends = {"first_date": board.words.date(first.date), "last_date": board.words.date(last.date)}
    shares = [board.share(point.pages.moved, point.pages.total) for point in (first, last)]
    return board.words.text("status_history_text", first=shares[0], last=shares[1], **ends)
