"""From the store and the map to the account of a move, and its snapshot file: shared by `status` and `publish`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from migrator.cli.old_addresses import known_address, request_for
from migrator.crawl.territory import territory_of
from migrator.pages.coverage import Address, left_out, section_of
from migrator.pages.page import Side
from migrator.pages.progress import Account, Progress, Snapshot, Standing, standing_of
from migrator.pages.verdict import Answer, Verdict
from migrator.rules.decision import Decision, Redirect
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.serve.options import TransitionOptions
from migrator.serve.status_files import read_snapshot
from migrator.settings import Settings, snapshot_path
from migrator.store.inventory import Known
from migrator.store.open import open_store
from migrator.store.whole_files import write_whole
from migrator.urls import normal_url

_DECIDED = (Answer.ACCEPTED, Answer.CHANGED)


def take_account(settings: Settings, table: RuleTable, site: Site, now: dt.datetime) -> Progress | None:
    """The account of one site at `now` (aware, UTC), with the history of earlier ones; None where nothing is known of it.

    `table` is the compiled map of these settings.
    """
    earlier = earlier_accounts(settings).get(site.name)
    today = now.date()
    account = Account(today)
    legacy = territory_of(site, Side.LEGACY)
    is_known = False
    with open_store(settings.store_url) as store:
        verdicts = {legacy.key(url): one for url, one in store.verdicts(site.name).items()}
        for known in store.inventory(site.name, Side.LEGACY):
            address = known_address(known)
            if left_out(address):
                continue
            is_known = True
            verdict = verdicts.get(legacy.key(address.url)) if verdicts else None
            decision = table.decide(request_for(address.url, site, today))
            standing = standing_of(decision, verdict is not None and verdict.verdict is Answer.KEPT)
            account.count(address, standing, section_of(address.url, site.folding.case))
            if standing is Standing.MOVED:
                account.moved(address, _new(decision, site, address), _since(decision, verdict), is_public=_is_public(known))
    return account.progress(now, earlier.history if earlier else ()) if is_known else None


def write_accounts(settings: Settings, accounts: Mapping[str, Progress]) -> Path:
    """Put these accounts, by site, into the snapshot, beside those of the config's other sites; its path."""
    path = snapshot_path(settings.config)
    sites = {name: one for name, one in earlier_accounts(settings).items() if name in settings.sites} | dict(accounts)
    write_whole(path, msgspec.json.encode(Snapshot(sites=sites)))
    return path


def refresh_account(settings: Settings, site: Site) -> None:
    """Bring the snapshot of one site up to date, where its config has pages that show it. A failure is told and stops nothing."""
    if settings.transition is None:
        return
    try:
        table = RuleTable(settings.sites.values(), settings.rules)
        if account := take_account(settings, table, site, utc_now()):
            write_accounts(settings, {site.name: account})
    except OSError as error:
        click.echo(f"warning: the figures of the status page were not written: {error.strerror}", err=True)


def earlier_accounts(settings: Settings) -> dict[str, Progress]:
    """What the snapshot holds; nothing where it cannot be read, which the next one then replaces."""
    return read_snapshot(snapshot_path(settings.config))[0]


def options_of(settings: Settings) -> TransitionOptions:
    """The section `transition:`, or what it would be without a word in it."""
    if settings.transition is not None:
        return settings.transition
    folder = settings.config.parent
    return TransitionOptions(updates=folder / "updates", snapshot=snapshot_path(settings.config))


def utc_now() -> dt.datetime:
    """The present moment, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _new(decision: Decision, site: Site, address: Address) -> str:
    """Where the page is now: what a redirect leads to, or its own old address where the new site serves it there."""
    if isinstance(decision, Redirect):
        return decision.location
    _, _, rest = address.url.partition("://")
    return normal_url(f"/{rest.partition('/')[2]}", f"https://{site.hosts[0]}/") or site.new


def _since(decision: Decision, verdict: Verdict | None) -> dt.date | None:
    """The day by which it moved: of its rule where that tells one, else of the decision about it."""
    rule = decision.rule
    if rule is not None and (days := [day for day in (rule.starts, rule.added) if day]):
        return max(days)
    return verdict.when.date() if verdict and verdict.verdict in _DECIDED else None


def _is_public(known: Known) -> bool:
    """Whether anybody can find the page: it answered the crawl, and search engines may list it."""
    return known.status == 200 and not known.noindex and known.content_type.startswith(("text/html", "application/xhtml"))
