"""Old addresses that the old site itself already redirects to the new one: nothing is left to guess. Texts are not looked at."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.pages.page import Page
from migrator.pages.suggestion import Candidate, Kind, Suggestion
from migrator.urls import origin_of

CONFIDENCE = 0.999  # of a target that answers
UNSEEN = 0.9  # of a target that the crawl of the new site did not find


def match_redirected(legacy: Sequence[Page], new: Sequence[Page]) -> list[Suggestion]:
    """A suggestion for each old address whose redirects end on the new site, in the order of the old ones."""
    answering = {url for page in new if page.status == 200 for url in (page.url, page.final_url)}
    hosts = {origin.netloc for page in new if (origin := origin_of(page.url))}
    own = {origin.netloc for page in legacy if (origin := origin_of(page.url))}
    found = []
    for page in legacy:
        origin = origin_of(page.final_url)
        if page.hops and origin and origin.netloc in hosts - own:
            seen = page.final_url in answering
            reasons = ("the old site redirects there", *(() if seen else ("the crawl of the new site did not find it",)))
            candidate = Candidate(page.final_url, CONFIDENCE if seen else UNSEEN, reasons)
            found.append(Suggestion(page.url, (candidate,), Kind.REDIRECTED))
    return found
