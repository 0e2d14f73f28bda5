"""`migrator verify`: does a running site answer every old address as the map decides?"""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from migrator.cli.check import counted
from migrator.cli.findings import format_option, output_option
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.sheets import write_report, write_sheet
from migrator.cli.verify_addresses import Addresses
from migrator.cli.verify_report import Result, failures_sheet, in_form, summary, tally
from migrator.cli.verify_state import VerifyState
from migrator.crawl.doors import open_doors
from migrator.crawl.options import POLITE_DELAY, CrawlOptions
from migrator.crawl.verify import MAX_BODY, Verifier
from migrator.errors import CrawlError
from migrator.pages.expectation import Outcome
from migrator.rules.checks import errors_only
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.settings import Settings
from migrator.urls import Origin, origin_of

STATE = "verify.jsonl"
UNFINISHED = 3
INTERRUPTED = 130
SHOWN_EVERY = 1_000  # addresses


@click.command()
@config_option
@store_option
@site_option
@click.option("--base", metavar="URL", help="Scheme and host to ask. [default: the site's first host, with the scheme of `new`]")
@click.option("--connect", metavar="HOST:PORT", help="Connect there instead, Host and TLS name kept: before DNS changes.")
@click.option("--list", "listed", metavar="FILE", help="Ask for the addresses of this file (- is stdin), and no others.")
@click.option("--only", type=click.Choice(("map", "inventory")), help="Ask only for what the map names, or crawls and files.")
@click.option("--own-site", is_flag=True, help="The site is yours: many requests at a time, without a pause.")
@click.option("--delay", type=click.FloatRange(min=0), help=f"Seconds to pause after each answer. [default: {POLITE_DELAY}]")
@click.option("--contact", default="", metavar="URL", help="Where you can be reached; sent in the User-Agent.")
@click.option("--fresh", is_flag=True, help="Ask for everything, even where a run was cut short.")
@format_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--all", "whole", is_flag=True, help="Report what passed too.")
@output_option
@click.option("--failures", type=click.Path(path_type=Path, dir_okay=False), help="Write a CSV of all that did not pass.")
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    config: Path,
    store: str | None,
    site: str | None,
    base: str | None,
    connect: str | None,
    form: str,
    as_json: bool,
    whole: bool,
    output: Path,
    failures: Path | None,
    **told: Any,
) -> None:
    """Ask a running site for every old address, and compare with what the map decides.

    Compared are status, target, number of hops, and of the page at the end: status, canonical address, noindex. One request at
    a time to each host, unless the site is your own. A run that is cut short goes on where it stopped.

    Exit code 0: all as expected. 1: something is not. 3: nothing is wrong, but something could not be checked.
    """
    settings, chosen = settings_and_site(config, store, site)
    origin = _origin(base, chosen)
    addresses = _addresses(settings, chosen, origin, told)
    results = _results(ctx, settings, chosen, addresses, origin, _host_and_port(connect), told)
    write_sheet(output, in_form(results, "json" if as_json else form, whole))
    if failures:
        write_report(failures, failures_sheet(results))
    click.echo(summary(results, str(origin)), err=True)
    counts = tally(results)
    ctx.exit(1 if counts[Outcome.FAILED] else UNFINISHED if counts[Outcome.UNCHECKED] else 0)


def _addresses(settings: Settings, site: Site, base: Origin, told: dict[str, Any]) -> Addresses:
    table = RuleTable(settings.sites.values(), settings.rules)
    for problem in errors_only(table.problems):
        click.echo(f"not used: {problem}", err=True)
    addresses = Addresses(table, site, base, dt.datetime.now(dt.UTC).date())
    if told["listed"]:
        addresses.add_file(Path(told["listed"]))
    else:
        if told["only"] != "map":
            addresses.add_inventory(settings)  # first, since it knows what old pages answer
        if told["only"] != "inventory":
            addresses.add_map()
    addresses.refuse_none()
    return addresses


def _results(
    ctx: click.Context,
    settings: Settings,
    site: Site,
    addresses: Addresses,
    base: Origin,
    connect: tuple[str, int] | None,
    told: dict[str, Any],
) -> list[Result]:
    """Ask, and remember; an interrupt or a site that wants a rest leaves what was seen for the next run."""
    own, delay, contact = told["own_site"], told["delay"], told["contact"]
    options = CrawlOptions(own_site=own, delay=delay, contact=contact, max_body=MAX_BODY)
    whose = f"{base} {connect or ''}"
    with VerifyState(settings.state / STATE, whose) as state:
        state.begin(told["fresh"])
        try:
            results = asyncio.run(_looked(site, addresses, base, connect, options, state))
        except CrawlError as error:
            raise CrawlError(f"{error}\n    what was seen so far is kept; the same command goes on") from error
        except KeyboardInterrupt:
            click.echo("interrupted; the same command goes on where it stopped", err=True)
            ctx.exit(INTERRUPTED)
        state.forget()
    return results


async def _looked(
    site: Site,
    addresses: Addresses,
    base: Origin,
    connect: tuple[str, int] | None,
    options: CrawlOptions,
    state: VerifyState,
) -> list[Result]:
    results = [Result(expected, seen) for expected in addresses if (seen := state.of(expected))]
    known = {result.expected.url for result in results}
    if known:
        click.echo(
            f"{counted(len(known), 'address', 'addresses')} were seen by a run that was cut short; --fresh asks for them again",
            err=True,
        )
    wanted = [expected for expected in addresses if expected.url not in known]
    async with open_doors(site, base, connect, options) as doors, aclosing(Verifier(doors).looks(wanted)) as looks:
        async for expected, seen in looks:
            state.keep(expected, seen)
            results.append(Result(expected, seen))
            if len(results) % SHOWN_EVERY == 0:
                click.echo(f"{len(results):,} of {len(addresses.found):,} addresses", err=True)
    order = {url: number for number, url in enumerate(addresses.found)}
    return sorted(results, key=lambda result: order[result.expected.url])


def _origin(base: str | None, site: Site) -> Origin:
    new = origin_of(site.new)
    origin = origin_of(base or f"{new.scheme if new else 'https'}://{site.hosts[0]}")
    if origin is None:
        raise click.UsageError(f"--base: `{base}` is no address; write scheme and host, such as https://www.old.example")
    return origin


def _host_and_port(connect: str | None) -> tuple[str, int] | None:
    if connect is None:
        return None
    host, _, port = connect.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port[:6]) < 65_536:
        raise click.UsageError(f"--connect: `{connect}` is not HOST:PORT, such as 10.0.0.7:443")
    return host.strip("[]"), int(port)
