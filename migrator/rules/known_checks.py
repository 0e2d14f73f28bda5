"""The map beside what a crawl found on the new site: rules that lead to dead pages, and rules that hide live ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.decision import Gone, Redirect
from migrator.rules.rule import Home, Rule, Site
from migrator.rules.table import Request, RuleTable, SiteTable
from migrator.urls import normal_url, origin_of, split_url

OF_CRAWLS = frozenset(("dead-target", "redirecting-target", "hides-page"))


class KnownPage(NamedTuple):
    """What is known of one address of the new site: its status (0: no answer), where it ends, and why it is no page, or ""."""

    status: int
    final_url: str = ""
    soft_404: str = ""


def known_problems(table: RuleTable, site_name: str, pages: Mapping[str, KnownPage]) -> Iterator[Problem]:
    """Findings about the rules of one site; `pages` is by absolute URL without fragment. Addresses not in it say nothing."""
    site_table = table.tables[site_name]
    for found in site_table:
        if found.target is not None and found.target.is_literal:
            url = normal_url(found.target.parts[0]) or ""
            if url in pages:
                yield from target_state(found, url, pages[url])
    if _is_under_old_hosts(site_table.site):
        yield from _hidden(site_table, table, pages)


def target_state(found: CompiledRule, url: str, page: KnownPage) -> Iterator[Problem]:
    """What is wrong with the page that a rule leads to."""
    rule = found.rule
    if page.status >= 400 or page.soft_404:
        what = f"says that it is no page ({page.soft_404})" if page.status < 400 else f"answers {page.status}"
        message = f"`{rule.source}` leads to {url}, which {what}"
        yield Problem(rule.place, "dead-target", message, "Lead it to a live page, or say `gone: true`.", Level.WARNING)
    elif page.status and page.final_url and page.final_url != url:
        message = f"`{rule.source}` leads to {url}, which leads on to {page.final_url}"
        yield Problem(rule.place, "redirecting-target", message, f"Lead it straight to {page.final_url}.", Level.WARNING)


def _is_under_old_hosts(site: Site) -> bool:
    """Whether pages of the new site have old addresses, where a rule may answer in their place."""
    origin = origin_of(site.new)
    return (origin is not None and origin.netloc in site.hosts) or (bool(site.new_upstream) and site.unmapped is Home.NEW)


def _hidden(site_table: SiteTable, table: RuleTable, pages: Mapping[str, KnownPage]) -> Iterator[Problem]:
    """One finding for each rule that answers where a live page would, however many it hides."""
    hidden: dict[int, tuple[Rule, list[str]]] = {}
    for url, page in pages.items():
        if page.status == 200 and not page.soft_404 and page.final_url in ("", url):
            _, path, query = split_url(url)
            decision = table.decide(Request((path or "/").encode(), query.encode(), site_table.site.hosts[0]))
            if isinstance(decision, Redirect | Gone) and decision.rule is not None:
                hidden.setdefault(id(decision.rule), (decision.rule, []))[1].append(url)
    for rule, urls in hidden.values():
        more = f" and {len(urls) - 1:,} more" if len(urls) > 1 else ""
        message = f"`{rule.source}` answers in the place of a live page of the new site, {min(urls)}{more}"
        yield Problem(rule.place, "hides-page", message, "Delete the rule, or say `serve: new`.", Level.WARNING)
