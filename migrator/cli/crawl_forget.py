"""`migrator crawl forget`: lets go of one crawl, after asking. What files gave, suggestions and verdicts are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from migrator.cli.crawl_history import line, side_argument
from migrator.cli.crawl_progress import plural
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.errors import RefusalError
from migrator.pages.page import Side
from migrator.store.crawls import Crawl
from migrator.store.open import open_store


@click.command()
@side_argument
@click.argument("number", type=int, metavar="N")
@config_option
@store_option
@site_option
@click.option("--dry-run", is_flag=True, help="Say what would be forgotten, and forget nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(side: str, number: int, config: Path, store: str | None, site: str | None, dry_run: bool, yes: bool) -> None:
    """Let go of crawl N of the LEGACY or the NEW site, and of all pages it kept.

    `migrator crawl history` lists the crawls. What files named, suggestions and what people decided stay. The crawl under way
    can be forgotten too, as after a --fresh that was a mistake, unless a command is at work on it.
    """
    settings, chosen = settings_and_site(config, store, site)
    with open_store(settings.store_url) as opened:
        kept = opened.crawls(chosen.name, Side(side))
        crawl = next((crawl for crawl in kept if crawl.number == number), None)
        if crawl is None:
            known = "; ".join(map(line, kept)) or "none"
            raise RefusalError(f"there is no crawl {number} of the {side} site. Kept: {known}")
        click.echo(f"{'would forget' if dry_run else 'to forget'} crawl {line(crawl)}. {_then(crawl, kept, side)}", err=True)
        if dry_run:
            return
        if not yes:
            _ask(crawl)
        opened.forget_crawl(chosen.name, Side(side), number)
    click.echo(f"forgot crawl {number} of the {side} site", err=True)


def _ask(crawl: Crawl) -> None:
    """Go on only where somebody says yes."""
    try:
        agreed = click.confirm(f"forget it and its {plural(crawl.pages, 'page')}?", err=True)
    except click.Abort:  # nobody is there to answer
        raise RefusalError("nothing was forgotten\n    --yes forgets without asking") from None
    if not agreed:
        raise RefusalError("nothing was forgotten")


def _then(crawl: Crawl, kept: Sequence[Crawl], side: str) -> str:
    """What other commands will use."""

    def used(crawls: Sequence[Crawl]) -> Crawl | None:
        return next((one for one in crawls if one.finished), crawls[0] if crawls else None)

    rest = [one for one in kept if one is not crawl]
    other = used(rest)
    if other is None:
        return f"No crawl of the {side} site will be left."
    if used(kept) is crawl:
        return f"Other commands will use crawl {other.number} then."
    return f"Other commands use crawl {other.number}."
