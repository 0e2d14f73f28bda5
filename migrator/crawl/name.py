"""Under which name and scheme an upstream wants to be asked, learnt from its own redirects. No network here."""

from __future__ import annotations

from migrator.crawl.answer import Answer
from migrator.crawl.territory import Territory
from migrator.urls import Origin, normal_url, origin_of


class PublicName:
    """The public origin that requests are made for.

    An upstream behind the site's old front sends visitors from http to https, or from one of its hosts to another. Asked
    directly it would do so for ever, since all of these are one address here; so it is asked as if by that front.
    """

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self.origin = Origin(territory.upstream.scheme, territory.host)
        self._tried = {self.origin}

    def headers(self) -> dict[str, str]:
        """What tells the upstream under which name it is asked."""
        headers = {"Host": self.origin.netloc}
        if self.origin.scheme != self._territory.upstream.scheme:
            headers["X-Forwarded-Proto"] = self.origin.scheme
        return headers

    def is_wanted_otherwise(self, url: str, answer: Answer, asked_for: Origin) -> bool:
        """Whether the answer to `url` only asks for another name than `asked_for`; if so it is used from now on."""
        leads_to = normal_url(answer.location, f"{asked_for}/") if answer.is_redirect else None
        wanted = origin_of(leads_to) if leads_to else None
        if leads_to is None or wanted is None or wanted == asked_for or self._territory.on_base(leads_to) != url:
            return False
        if wanted not in self._tried:
            self._tried.add(wanted)
            self.origin = wanted
        return wanted == self.origin  # learnt just now, or meanwhile by another request
