"""One request, one bounded answer. Pauses, retries and redirects are wrappers of their own."""

from __future__ import annotations

import asyncio
import http.cookiejar
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from urllib.parse import urlsplit

import httpx

from migrator.crawl.addresses import Guard, Resolve, resolve
from migrator.crawl.answer import NONE, Answer, media_type, robots_tag, validator
from migrator.crawl.decoding import Decoder, DecodingError, accepted
from migrator.crawl.name import PublicName
from migrator.crawl.options import CrawlOptions
from migrator.crawl.territory import Territory
from migrator.crawl.transport import CheckedTransport
from migrator.errors import UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.urls import DEFAULT_PORTS

AGENT = "migrator"  # the name that robots.txt may use
_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_MAX_REDIRECT_BODY = 65_536


class Fetcher:
    """Asks the upstream of one territory, under the site's public name, for one address after the other.

    With `learns`, an upstream that asks for another name or scheme of the site is asked so; without, that is its answer.
    """

    def __init__(self, client: httpx.AsyncClient, territory: Territory, options: CrawlOptions, *, learns: bool = True) -> None:
        self._client = client
        self._territory = territory
        self._options = options
        self._name = PublicName(territory)
        self._learns = learns

    async def __call__(self, url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
        """Ask for `url`. Raises UpstreamUnreachable, UpstreamTimeout or UpstreamError where no whole answer came."""
        try:
            async with asyncio.timeout(self._options.total_timeout):
                asked_for = self._name.origin
                answer = await self._answer(url, max_body, conditions)
                if self._learns and self._name.is_wanted_otherwise(url, answer, asked_for):
                    answer = await self._answer(url, max_body, conditions)
                return answer
        except (TimeoutError, httpx.TimeoutException) as error:
            kind = UpstreamUnreachable if isinstance(error, httpx.ConnectTimeout) else UpstreamTimeout
            raise kind("no answer in time") from error
        except httpx.ConnectError as error:
            raise UpstreamUnreachable(f"no connection to {self._territory.upstream}: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise UpstreamError(f"no valid answer: {error or type(error).__name__}") from error

    async def _answer(self, url: str, max_body: int, conditions: Mapping[str, str]) -> Answer:
        target = {"target": self._territory.target(url)}  # httpx would resolve dot segments and re-encode
        root = f"{self._territory.upstream}/"
        headers = {**self._name.headers(), **conditions}
        async with self._client.stream("GET", root, headers=headers, extensions=target) as response:
            kind, charset = media_type(response.headers.get("content-type", ""))
            head = Answer(
                status=response.status_code,
                content_type=kind,
                charset=charset,
                location=response.headers.get("location", ""),
                retry_after=response.headers.get("retry-after", ""),
                etag=validator(response.headers.get("etag", "")),
                last_modified=validator(response.headers.get("last-modified", "")),
                robots=robots_tag(response.headers.get_list("x-robots-tag")),
            )
            return await _with_body(head, response, _MAX_REDIRECT_BODY if head.is_redirect else max_body)


@asynccontextmanager
async def open_fetcher(
    territory: Territory,
    options: CrawlOptions,
    resolve: Resolve = resolve,
    *,
    learns: bool = True,
    guards: type[Guard] = Guard,
) -> AsyncIterator[Fetcher]:
    """A Fetcher with connections of its own: no cookies, no proxies of the environment, no redirects followed."""
    upstream = _host_and_port(territory.upstream.netloc, territory.upstream.scheme)
    public_name, _ = _host_and_port(territory.host, territory.upstream.scheme)
    transport = CheckedTransport(guards([upstream], resolve), public_name, options.concurrency)
    timeout = httpx.Timeout(options.gap_timeout, connect=options.connect_timeout, pool=None)
    cookies = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    headers = {
        "User-Agent": user_agent(options.contact),
        "Accept": _ACCEPT,
        "Accept-Encoding": accepted(),
    }
    async with httpx.AsyncClient(
        transport=transport, timeout=timeout, cookies=cookies, headers=headers, trust_env=False, follow_redirects=False
    ) as client:
        yield Fetcher(client, territory, options, learns=learns)


def user_agent(contact: str) -> str:
    """What the crawler calls itself, with the address where its owner is reached."""
    return f"{AGENT}/{version('migrator')}" + (f" (+{contact})" if contact else "")


async def _with_body(head: Answer, response: httpx.Response, limit: int) -> Answer:
    """`head` with as much of the body as the limit lets in; what is over is never read."""
    declared = response.headers.get("content-length", "")
    coding = response.headers.get("content-encoding", "")
    fault = ""
    body = bytearray()
    try:
        decoder = Decoder(coding, limit)
        body = decoder.body
        async for data in response.aiter_raw():
            decoder.feed(data)
            if decoder.over:
                fault = f"the body is longer than {limit} bytes; the rest was left out"
                break
    except DecodingError as error:
        fault = str(error)
    whole = fault and not coding and declared.isascii() and declared.isdigit()
    return replace(head, body=bytes(body), size=int(declared[:15]) if whole else len(body), fault=fault)


def _host_and_port(netloc: str, scheme: str) -> tuple[str, int]:
    parts = urlsplit(f"{scheme}://{netloc}")
    return parts.hostname or "", parts.port or int(DEFAULT_PORTS[scheme])
