"""From addresses as files write them (URLs, paths, hosts without a scheme) to those of one side of a site. No network here."""

from __future__ import annotations

import re

from migrator.crawl.territory import Territory
from migrator.pages.harvest import Locate, Located
from migrator.urls import normal_url, split_url

LONGEST = 8_192  # characters
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
TOO_LONG = Located(reason=f"an address of more than {LONGEST} characters")
NO_ADDRESS = Located(reason="neither a URL nor a path that begins with /")
NO_WEB_ADDRESS = Located(reason="not http or https")
NOT_HERE = Located(reason="an address of another site")


def locator(territory: Territory, *, as_written: bool = False) -> Locate:
    """Tells what an address in a file comes to on that side of a site, or why to nothing.

    `as_written` keeps what only tracks visitors, and takes every spelling for an address of its own.
    """
    on_side = territory.on_base if as_written else territory.recorded

    def locate(text: str) -> Located:
        if len(text) > LONGEST:
            return TOO_LONG
        absolute = _absolute(text, territory)
        if isinstance(absolute, Located):
            return absolute
        normal = normal_url(absolute)
        if normal is None:
            return NO_ADDRESS
        url = on_side(normal) or on_side(_without_port(normal))
        if url is None:
            return NOT_HERE
        return Located(url, url if as_written else territory.key(url))

    return locate


def _absolute(text: str, territory: Territory) -> str | Located:
    """The text as an absolute URL, or why it is none."""
    if text.startswith("//"):
        return f"http:{text}"
    if text.startswith("/"):
        return f"{territory.base}{text}"
    if re.split(r"[/?#]", text, maxsplit=1)[0].lower() in territory.aliases:
        return f"http://{text}"
    scheme = _SCHEME.match(text)
    if scheme is None:
        return NO_ADDRESS
    return text if scheme[1].lower() in ("http", "https") else NO_WEB_ADDRESS


def _without_port(url: str) -> str:
    """The URL without its port: logs of virtual hosts tell the one that the server listens on, whatever its public name is."""
    host = split_url(url)[0]
    name, colon, port = host.rpartition(":")
    return url.replace(host, name, 1) if colon and port.isdigit() else url
