"""robots.txt (RFC 9309): what it says, and what its absence says. Sitemaps are only named here."""

from __future__ import annotations

import codecs
import re

from protego import Protego

from migrator.crawl.fetch import AGENT
from migrator.crawl.redirects import Follower
from migrator.errors import CrawlError, UpstreamError

MAX_BODY = 1_000_000  # RFC 9309 section 2.5 asks for 500 KiB at least
_AGENT_LINE = re.compile(r"[ \t]*user[- ]?agent[ \t]*:?[ \t]*([^#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z_-]+|\*")


class Robots:
    """What one robots.txt says to one crawler."""

    def __init__(self, text: str, agent: str = AGENT) -> None:
        self._rules = Protego.parse(_for_one_agent(text, agent))
        self._agent = agent

    def allows(self, url: str) -> bool:
        """Whether the crawler may visit `url`."""
        return self._rules.can_fetch(url, self._agent)

    @property
    def crawl_delay(self) -> float | None:
        """The pause it asks for between two visits, in seconds."""
        return self._rules.crawl_delay(self._agent)

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps it names, as it writes them, each once."""
        return list(dict.fromkeys(self._rules.sitemaps))


async def read_robots(follower: Follower, ignored: bool) -> Robots:
    """Ask for a site's robots.txt. RFC 9309 section 2.3.1: one that does not exist allows all, one that cannot be had nothing.

    Raises CrawlError in the second case, unless it is to be ignored.
    """
    try:
        trail = await follower.follow(f"{follower.territory.base}/robots.txt", MAX_BODY)
    except UpstreamError as error:
        if ignored:
            return Robots("")
        raise CrawlError(f"{follower.territory.upstream} could not be crawled: {error}\n{_LATER}") from error
    status = trail.answer.status
    if 200 <= status < 300:
        return Robots(decoded(trail.answer.body))
    if ignored or (status < 500 and status != 429):
        return Robots("")
    raise CrawlError(
        f"{follower.territory.upstream} could not be crawled: its robots.txt answers {status}, and then nothing may be visited\n"
        f"{_LATER}; if the site is your own, --ignore-robots crawls it all the same"
    )


def decoded(body: bytes) -> str:
    """The text of a robots.txt: UTF-8, whatever else is in it, or what its byte order mark says."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    return body.decode("utf-8", "replace")


_LATER = "    check the address in the config, or run the same command later"


def _for_one_agent(text: str, agent: str) -> str:
    """`text` with all other crawlers under one name.

    A product token is compared whole (section 2.2.1), and a hostile file costs no more than its size.
    """
    return "\n".join(_agent_line(line, agent) for line in text.splitlines())


def _agent_line(line: str, agent: str) -> str:
    match = _AGENT_LINE.match(line)
    if match is None:
        return line
    token = _TOKEN.match(match[1])
    if token is not None and token[0] == "*":
        return "User-agent: *"
    return f"User-agent: {agent if token is not None and token[0].lower() == agent.lower() else '-'}"
