"""How addresses enter the frontier of a crawl: each once, and as a page spells it rather than a file. What is claimed stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, or_, select, update

from migrator.pages.visit import FILES, Found, Skipped
from migrator.store.database import Database
from migrator.store.prepared import Prepared
from migrator.store.tables import frontier
from migrator.store.values import short_key, storable

DUE, LISTED, CLAIMED = "due", "listed", "claimed"  # states; listed is due, and named by files alone so far
OPEN = (DUE, LISTED, CLAIMED)


def named_by_file(source: ColumnElement[str] = frontier.c.source) -> ColumnElement[bool]:
    """Whether an address is known from a file alone, as an expression."""
    return or_(*(source == kind for kind in sorted(FILES)))  # no IN: it cannot be run for many rows at once


def state_when_given_back() -> ColumnElement[str]:
    """The state of what was claimed and not finished, as an expression."""
    return case((named_by_file(), LISTED), else_=DUE)


class Entrance:
    """Enters addresses into one crawl, in the transaction of whoever found them."""

    def __init__(self, database: Database, crawl: int) -> None:
        self._is_shared = database.is_shared
        self._crawl = crawl
        entered = database.insert(frontier)
        better = _better(entered.excluded.url, entered.excluded.source, entered.excluded.depth)
        can_be = _can_be_better() & ~named_by_file(entered.excluded.source) & (entered.excluded.state == DUE)
        new_or_better = entered.on_conflict_do_update(index_elements=["crawl_id", "key"], set_=better, where=can_be)
        entering = entered.on_conflict_do_nothing() if database.is_shared else new_or_better
        self._entering = Prepared(database, entering, ("crawl_id", "key", "url", "depth", "source", "state", "reason"))

    def enter(self, connection: Connection, found: Iterable[Found], skipped: Iterable[Skipped] = ()) -> None:
        """Enter what is new; what was listed and is still due is spelled as a link, redirect or sitemap that leads to it."""
        rows = [self._row(one, LISTED if one.source in FILES else DUE, "") for one in found]
        rows += [self._row(one.found, "skipped", one.reason) for one in skipped]
        if self._is_shared:
            rows = self._unknown(connection, rows)
        self._entering.run(connection, rows)

    def _unknown(self, connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that are not there yet, in the order of their keys, so that no two workers wait for each other.

        To enter one that is there would be to wait for whoever is finishing it, and that one's page may link to ours.
        """
        there = frontier.c.key.in_([row["key"] for row in rows])
        chosen = select(frontier.c.key, frontier.c.id, _can_be_better()).where(frontier.c.crawl_id == self._crawl, there)
        known = {key: (number, can) for key, number, can in connection.execute(chosen)}
        better = {known[row["key"]][0]: row for row in rows if row["state"] == DUE and known.get(row["key"], (0, False))[1]}
        if better:
            self._overtake(connection, better)
        return sorted((row for row in rows if row["key"] not in known), key=lambda row: str(row["key"]))

    def _overtake(self, connection: Connection, better: dict[int, dict[str, Any]]) -> None:
        """Spell entries anew, but for those that somebody else is at this moment claiming or spelling: nobody is waited for."""
        free = select(frontier.c.id).where(frontier.c.id.in_(sorted(better)), _can_be_better())
        mine = connection.scalars(free.order_by(frontier.c.id).with_for_update(skip_locked=True)).all()
        if mine:
            values = [{"of": one, **{f"new_{name}": better[one][name] for name in ("url", "source", "depth")}} for one in mine]
            spelled = _better(*map(bindparam, ("new_url", "new_source", "new_depth")))
            connection.execute(update(frontier).where(frontier.c.id == bindparam("of")).values(spelled), values)

    def _row(self, found: Found, state: str, reason: str) -> dict[str, Any]:
        return {
            "crawl_id": self._crawl,
            "key": short_key(found.key),
            "url": storable(found.url),
            "depth": found.depth,
            "source": found.source,
            "state": state,
            "reason": reason,
        }


def _can_be_better() -> ColumnElement[bool]:
    return ((frontier.c.state == DUE) | (frontier.c.state == LISTED)) & named_by_file()


def _better(url: ColumnElement[str], source: ColumnElement[str], depth: ColumnElement[int]) -> dict[str, Any]:
    nearer = case((frontier.c.depth < depth, frontier.c.depth), else_=depth)
    return {"url": url, "source": source, "depth": nearer, "state": DUE}
