"""Harvests for the tests of files of addresses: every http address and every path is one of the site's."""

from __future__ import annotations

import datetime as dt

from migrator.pages.harvest import Harvest, Located

NO_ADDRESS = "no address"


def locate(text: str) -> Located:
    """Paths and http addresses, told apart by case alone."""
    if not text.startswith(("http://", "https://", "/")):
        return Located(reason=NO_ADDRESS)
    return Located(text, text.lower())


def new_harvest(most: int = 1000) -> Harvest:
    """An empty harvest."""
    return Harvest(locate, most)


def counted(harvest: Harvest) -> dict[tuple[str, dt.date | None], int]:
    """The visits of each address on each day."""
    return {(one.url, one.day): one.count for one in harvest.listed() if one.count}


def adds_up(harvest: Harvest) -> bool:
    """Whether every row is accounted for."""
    return harvest.rows == harvest.named + harvest.refusals.total() + harvest.left_out.total()
