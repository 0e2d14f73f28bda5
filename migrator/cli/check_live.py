"""For `check --live`: does each new address answer, and did each old one ever exist? Goes on where a run was cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import urlsplit

import click

from migrator.cli.verify_state import VerifyState
from migrator.crawl.doors import open_doors
from migrator.crawl.options import CrawlOptions
from migrator.crawl.verify import Verifier
from migrator.errors import CrawlError, Level, Problem, UpstreamError
from migrator.pages.expectation import ANY_PAGE, Expected, Seen
from migrator.rules.compiled import CompiledRule
from migrator.rules.known_checks import KnownPage, target_state
from migrator.rules.rule import Kind, Rule
from migrator.rules.table import RuleTable, SiteTable
from migrator.settings import state_folder
from migrator.urls import DEFAULT_PORTS, Origin, normal_url, origin_of, split_url

STATE = "check-live.jsonl"
_ABSENT = (404, 410)


def live_problems(table: RuleTable, config: Path, options: CrawlOptions, *, fresh: bool) -> list[Problem]:
    """Findings from asking the sites themselves. Raises CrawlError where one asks for a long rest; what was seen is kept."""
    with VerifyState(state_folder(config) / STATE, "live") as state:
        state.begin(fresh)
        problems: list[Problem] = []
        for site_table in table.tables.values():
            try:
                problems += asyncio.run(_of_site(site_table, options, state))
            except CrawlError as error:
                raise CrawlError(f"{error}\n    what was seen so far is kept; the same command goes on") from error
            except UpstreamError as error:
                click.echo(f"the old site {site_table.site.legacy} was not asked: {error}", err=True)
        state.forget()
    return problems


async def _of_site(site_table: SiteTable, options: CrawlOptions, state: VerifyState) -> list[Problem]:
    site = site_table.site
    legacy = urlsplit(site.legacy)
    base = Origin(legacy.scheme, site.hosts[0])
    connect = (legacy.hostname or "", legacy.port or int(DEFAULT_PORTS[legacy.scheme]))
    targets = {normal_url(found.target.parts[0]) or "" for found in site_table if found.target and found.target.is_literal}
    sources = {_old_url(found, base): found.rule for found in site_table if found.rule.kind is Kind.EXACT}
    async with open_doors(site, base, connect, options) as doors:
        verifier = Verifier(doors)
        # An address of the old hosts is one that the map answers, once it is served; the old site does not know it.
        ends = await _ends(verifier, sorted(url for url in targets if not _is_old(url, site.hosts)), state)
        answers = await _answers(verifier, sources, state)
    found = [problem for rule in site_table if rule.target for problem in _target_problems(rule, ends)]
    return [*found, *_source_problems(sources, answers)]


async def _ends(verifier: Verifier, urls: Iterable[str], state: VerifyState) -> dict[str, Seen]:
    known = {url: seen for url in urls if (seen := state.of(_target(url)))}
    async with aclosing(verifier.ends(url for url in urls if url not in known)) as ends:
        async for url, seen in ends:
            state.keep(_target(url), seen)
            known[url] = seen
    return known


async def _answers(verifier: Verifier, urls: Iterable[str], state: VerifyState) -> dict[str, Seen]:
    known = {url: seen for url in urls if (seen := state.of(Expected(url, ANY_PAGE)))}
    async with aclosing(verifier.looks(Expected(url, ANY_PAGE) for url in urls if url not in known)) as looks:
        async for expected, seen in looks:
            state.keep(expected, seen)
            known[expected.url] = seen
    return known


def _target(url: str) -> Expected:
    """What tells a new address from an old one in the state."""
    return Expected(url, ANY_PAGE, "target")


def _target_problems(found: CompiledRule, ends: dict[str, Seen]) -> Iterator[Problem]:
    url = normal_url(found.target.parts[0]) if found.target and found.target.is_literal else None
    seen = ends.get(url or "")
    if url is None or seen is None:
        return
    if seen.error:
        message = f"`{found.rule.source}` leads to {url}, which could not be asked: {seen.error}"
        yield Problem(found.rule.place, "unchecked-target", message, "Try again later, or look at it yourself.", Level.NOTE)
    else:
        yield from target_state(found, url, KnownPage(seen.final_status, seen.final_url))


def _source_problems(sources: dict[str, Rule], answers: dict[str, Seen]) -> Iterator[Problem]:
    for url, rule in sources.items():
        if url in answers and answers[url].status in _ABSENT:
            message = f"the old site answers {answers[url].status} to `{rule.source}`"
            yield Problem(rule.place, "unknown-source", message, "Is it spelled right?", Level.NOTE)


def _old_url(found: CompiledRule, base: Origin) -> str:
    _, path, query = split_url(found.rule.source)
    return f"{base}{path or '/'}{'?' * bool(query)}{query}"


def _is_old(url: str, hosts: tuple[str, ...]) -> bool:
    origin = origin_of(url)
    return origin is None or origin.netloc in hosts
