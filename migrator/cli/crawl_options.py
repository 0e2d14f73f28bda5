"""What `migrator crawl` can be told of how to crawl: its options, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from migrator.crawl.options import POLITE_DELAY, CrawlOptions

Command = TypeVar("Command", bound=Callable[..., object])
_DEFAULT = CrawlOptions()

_OPTIONS = (
    click.option("--own-site", is_flag=True, help="The site is yours: many requests at a time, without a pause."),
    click.option("--ignore-robots", is_flag=True, help="Visit what robots.txt forbids, too. Only with --own-site."),
    click.option("--limit", type=click.IntRange(min=1), help="Stop after so many addresses; the same command goes on."),
    click.option(
        "--delay",
        type=click.FloatRange(min=0),
        help=f"Seconds to pause after each answer. [default: {POLITE_DELAY}, or what robots.txt asks for; none with --own-site]",
    ),
    click.option("--contact", default="", metavar="URL", help="Where the site's owner can reach you; sent in the User-Agent."),
    click.option(
        "--include",
        multiple=True,
        metavar="PATTERN",
        help="Visit only paths that begin so, or are of that form where * stands for anything, and the first page.",
    ),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave such paths out. Both may be given several times."),
    click.option(
        "--max-depth",
        type=click.IntRange(min=0),
        default=_DEFAULT.max_depth,
        show_default=True,
        help="How many links away from where the crawl starts.",
    ),
    click.option(
        "--max-variants",
        type=click.IntRange(min=0),
        default=_DEFAULT.max_variants,
        show_default=True,
        help="How many queries on one path.",
    ),
)


def crawl_options(command: Command) -> Command:
    """Give a command these options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def options_of(
    own_site: bool,
    ignore_robots: bool,
    limit: int | None,
    delay: float | None,
    contact: str,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    max_depth: int,
    max_variants: int,
    no_links: bool,
) -> CrawlOptions:
    """What the crawler is told. In list mode (`no_links`) nothing is further than what it starts from, and that is the list."""
    if ignore_robots and not own_site:
        raise click.UsageError("--ignore-robots is for your own site: say so with --own-site")
    return CrawlOptions(
        own_site=own_site,
        ignore_robots=ignore_robots,
        max_pages=limit,
        delay=delay,
        contact=contact,
        include=include,
        exclude=exclude,
        max_depth=0 if no_links else max_depth,
        max_variants=max_variants,
        only_listed=no_links,
    )
