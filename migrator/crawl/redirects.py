"""Follows redirects hop by hop, as far as they stay on the site. Never goes anywhere that `may_visit` has a reason against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from migrator.crawl.answer import NONE, Answer, Fetch
from migrator.crawl.territory import Territory
from migrator.pages.page import Hop
from migrator.urls import normal_url


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a request led: the redirects on the way, the address they end at, and the last answer.

    `stopped` says why the last answer is a redirect that was not followed, then `final_url` is where it leads.
    """

    final_url: str
    answer: Answer
    hops: tuple[Hop, ...] = ()
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows redirects on one territory. `against` gives the reason why an address may not be visited, or ""."""

    fetch: Fetch
    territory: Territory
    max_hops: int
    against: Callable[[str], str]

    async def follow(self, url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Trail:
        """Ask for `url`, and for what it redirects to, until something else answers. Raises as `fetch` does.

        The conditions are for `url` alone.
        """
        hops: list[Hop] = []
        while True:
            answer = await self.fetch(url, max_body, NONE if hops else conditions)
            if not answer.is_redirect:
                return Trail(url, answer, tuple(hops))
            hops.append(Hop(url, answer.status))
            leads_to = normal_url(answer.location, url) or answer.location
            here = self.territory.on_base(leads_to)
            stopped = self._stopped(here, hops)
            if here is None or stopped:
                return Trail(here or leads_to, answer, tuple(hops), stopped)
            url = here

    def _stopped(self, here: str | None, hops: list[Hop]) -> str:
        if here is None:
            return "redirects to another site"
        if any(hop.url == here for hop in hops):
            return "redirects in a loop"
        if len(hops) > self.max_hops:
            return f"redirects more than {self.max_hops} times"
        return self.against(here)
