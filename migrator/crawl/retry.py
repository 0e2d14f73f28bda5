"""Asks again where asking again may help, after a while that grows or that the site names. One address at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from migrator.crawl.answer import NONE, Answer
from migrator.crawl.options import CrawlOptions
from migrator.crawl.throttle import Throttled
from migrator.errors import CrawlError, UpstreamError

BUSY = (429, 503)  # the site itself asks for a rest
TRANSIENT = (*BUSY, 502, 504)


class Retried:
    """Wraps a Throttled fetch: no answer, or one that says "later", is asked for again; meanwhile the whole host rests."""

    def __init__(self, fetch: Throttled, options: CrawlOptions) -> None:
        self._fetch = fetch
        self._options = options

    async def __call__(self, url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
        """The first good answer, or the last bad one. Raises UpstreamError; CrawlError where the site asks for a long rest."""
        for attempt in range(self._options.retries):
            wait = self._options.backoff * 2**attempt
            try:
                answer = await self._fetch(url, max_body, conditions)
            except UpstreamError:
                await self._fetch.rest(wait)
                continue
            if answer.status not in TRANSIENT:
                return answer
            await self._fetch.rest(self._asked_for(answer, wait))
        return await self._fetch(url, max_body, conditions)

    def _asked_for(self, answer: Answer, wait: float) -> float:
        asked = seconds_of(answer.retry_after, dt.datetime.now(dt.UTC)) or 0.0
        if asked > self._options.max_wait:
            raise CrawlError(
                f"the site answered {answer.status} and asks to be left alone for {asked:.0f} seconds\n"
                "    run the same command again after that: it goes on where it stopped"
            )
        return max(asked, wait)


def seconds_of(retry_after: str, now: dt.datetime) -> float | None:
    """What a Retry-After header asks for (RFC 9110 section 10.2.3): seconds, or a date; None where it is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text[:60])
    except (ValueError, IndexError, OverflowError):
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or dt.UTC) - now).total_seconds())
