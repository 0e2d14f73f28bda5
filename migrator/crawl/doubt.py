"""Tells a page that fails from a site that is down: failures are held back until it is known which. No network here."""

from __future__ import annotations

from migrator.crawl.retry import BUSY
from migrator.pages.visit import Visit

ENOUGH = 8  # failures in a row that call for asking whether the site is still there


class Doubt:
    """Holds back visits that brought no answer, so that a site's bad hour is not recorded as the fate of its pages."""

    def __init__(self) -> None:
        self._held: list[Visit] = []

    def take(self, visit: Visit) -> list[Visit]:
        """The visits that are beyond doubt now that this one is in."""
        if visit.page is None:
            return [visit]
        self._held.append(visit)
        return [] if visit.page.status in (0, *BUSY) else self.release()

    def release(self) -> list[Visit]:
        """All that is held: the site is there, so the pages failed."""
        held, self._held = self._held, []
        return held

    @property
    def is_grave(self) -> bool:
        """Whether so many failed in a row that the site itself should be asked."""
        return len(self._held) >= ENOUGH

    @property
    def last_error(self) -> str:
        """What went wrong last, or ""."""
        page = self._held[-1].page if self._held else None
        return "" if page is None else page.error or f"it answers {page.status}"
