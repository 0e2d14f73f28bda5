"""What is to be told of one site's move, at one moment and in one language, before anybody draws it. No HTML, no answer."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator.pages.progress import Progress
from migrator.pages.updates import Update, choose_updates
from migrator.rules.rule import Site
from migrator.serve.language import Words, fallbacks
from migrator.serve.status_files import StatusContent

_PORT = re.compile(r":\d+$")
MINTED = "2026"  # when these tag URIs were first made (RFC 4151); it may never change, or readers take old entries for new


class Names:
    """How the pages are called from one another: here as they are served, by a query for the language."""

    def page(self, tag: str) -> str:
        """The status page in a language."""
        return f"./?lang={tag}"

    def of(self, name: str, tag: str) -> str:
        """A feed or a badge in a language."""
        return f"{name}?lang={tag}"


class FileNames(Names):
    """How they are called where each language has files of its own; `default` is the language of those without a tag."""

    def __init__(self, default: str) -> None:
        self._default = default

    def page(self, tag: str) -> str:
        """The file of the status page in a language."""
        return self.of("index.html", tag)

    def of(self, name: str, tag: str) -> str:
        """`feed.atom` in the default language, else such as `feed.fr.atom`."""
        stem, _, suffix = name.partition(".")
        return name if tag == self._default else f"{stem}.{tag}.{suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One site's figures (None: there are none yet) and updates, newest first, for readers of `words`.

    `address` is the absolute one of the front page, `site_name` "" where it has none, `changed` seconds since 1970.
    """

    site: Site
    words: Words
    progress: Progress | None
    updates: tuple[Update, ...]
    why: str
    site_name: str
    address: str
    names: Names
    default: str
    changed: float

    @property
    def page_address(self) -> str:
        """The absolute address of the page in this language."""
        return self.address + self.names.page(self.words.tag).removeprefix("./")

    def tag_uri(self, name: str) -> str:
        """A name that stays the same wherever these pages lie (RFC 4151)."""
        host = _PORT.sub("", self.site.hosts[0])
        return f"tag:{host},{MINTED}:transition/{name}"

    def share(self, part: int, whole: int) -> str:
        """A percentage, rounded down, so that all is said of nothing less; a dash of nothing."""
        if not whole:
            return "–"
        percent = math.floor(part * 100 / whole)
        words = self.words
        if not percent and part:
            return words.text("status_under", percent=words.text("status_percent", number="1"))
        return words.text("status_percent", number=str(percent))

    def number(self, number: int) -> str:
        """A number with its digits grouped as this language writes a thousand."""
        return f"{number:,}".replace(",", self.words.text("status_thousand")[1:-3])


def board_of(
    content: StatusContent,
    site: Site,
    words: Words,
    *,
    names: Names,
    address: str,
    default: str,
    site_name: str = "",
    messages: Mapping[str, str] | None = None,
    today: dt.date,
) -> Board:
    """The board of one site: updates dated later than `today` (UTC) wait for their day."""
    shown = [one for one in content.updates if one.date <= today]
    updates = tuple(choose_updates(shown, words.tag, default))
    midnight = max((dt.datetime.combine(one.date, dt.time(), dt.UTC).timestamp() for one in updates), default=0.0)
    own = {tag.lower(): text for tag, text in (messages or {}).items()}
    return Board(
        site=site,
        words=words,
        progress=content.progress.get(site.name),
        updates=updates,
        why=next((own[tag] for tag in fallbacks(words.tag) if tag in own), words.text("status_why")),
        site_name=site_name,
        address=address,
        names=names,
        default=default,
        changed=max(content.changed, midnight),
    )
