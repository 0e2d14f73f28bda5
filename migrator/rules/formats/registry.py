"""Every dialect by its name: how its files are read and written, and what they mean where they say nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from migrator.errors import Place
from migrator.rules.formats import (
    apache,
    apache_config,
    azure,
    caddy,
    caddyfile,
    cloudflare,
    cloudflare_api,
    cloudflare_bulk,
    cloudfront,
    django,
    drupal,
    fastly,
    govuk,
    haproxy,
    iis,
    netlify,
    netlify_toml,
    nginx,
    nginx_config,
    pair_lines,
    redirection,
    redirection_csv,
    s3,
    safe_redirect_manager,
    typo3,
    varnish,
    vercel,
    wagtail,
)
from migrator.rules.formats.export import Export
from migrator.rules.formats.neutral_sheet import CSV, TSV
from migrator.rules.formats.reading import DEFAULT, Reading
from migrator.rules.rule import Rule
from migrator.rules.table import SiteTable
from migrator.urls import Key

Read = Callable[[str, Reading], None]
Write = Callable[[SiteTable, dt.date], Export]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One dialect. `status` is that of rows that say none; `is_ordered` where the first rule that matches answers."""

    about: str
    read: Read | None = None
    write: Write | None = None
    status: int = DEFAULT
    is_ordered: bool = False
    is_workbook: bool = False


DIALECTS: dict[str, Dialect] = {
    "apache": Dialect(
        "Apache: Redirect, RedirectMatch, RewriteRule", apache_config.read, apache.write, apache_config.STATUS, True
    ),
    "apache-map": Dialect("Apache: text file of a RewriteMap", pair_lines.read),
    "azure": Dialect("Azure Static Web Apps: routes", azure.read, azure.write, azure.STATUS, True),
    "caddy": Dialect("Caddy: redir and map", caddyfile.read, caddy.write, caddyfile.STATUS, True),
    "cloudflare": Dialect("Cloudflare: _redirects", cloudflare.read, cloudflare.write, cloudflare.STATUS),
    "cloudflare-api": Dialect("Cloudflare: bulk redirects, JSON", cloudflare_api.read, cloudflare_api.write),
    "cloudflare-bulk": Dialect("Cloudflare: bulk redirects, CSV", cloudflare_bulk.read, cloudflare_bulk.write),
    "cloudfront": Dialect("Amazon CloudFront: KeyValueStore", cloudfront.read, cloudfront.write),
    "csv": Dialect("any sheet with an old and a new address", CSV.read, CSV.write),
    "django": Dialect("Django: fixture of the redirects app", django.read, django.write),
    "drupal": Dialect("Drupal: path_redirect_import CSV", drupal.read, drupal.write),
    "fastly": Dialect("Fastly: VCL table, dictionary items", fastly.read, fastly.write),
    "govuk": Dialect("GOV.UK Transition: CSV or TSV", govuk.read, govuk.write),
    "govuk-codes": Dialect("GOV.UK redirector: old,new,status", govuk.SHEET_OF_CODES.read, govuk.SHEET_OF_CODES.write),
    "haproxy": Dialect("HAProxy: map file", pair_lines.read, haproxy.write),
    "iis": Dialect("IIS: rewriteMap", iis.read, iis.write),
    "netlify": Dialect("Netlify, GitLab: _redirects", netlify.read, netlify.write, is_ordered=True),
    "netlify-toml": Dialect("Netlify: netlify.toml", netlify_toml.read, netlify_toml.write, is_ordered=True),
    "next": Dialect("Next.js: redirects() as JSON", vercel.read, vercel.write_next, 307, True),
    "nginx": Dialect("nginx: map, rewrite, location", nginx_config.read, nginx.write),
    "redirection": Dialect("WordPress Redirection: JSON", redirection.read, redirection.write, is_ordered=True),
    "redirection-csv": Dialect("WordPress Redirection: CSV", redirection_csv.read, redirection_csv.write, is_ordered=True),
    "s3": Dialect("Amazon S3: routing rules, JSON", s3.read, s3.write, is_ordered=True),
    "safe-redirect-manager": Dialect(
        "WordPress Safe Redirect Manager: CSV",
        safe_redirect_manager.read,
        safe_redirect_manager.write,
        safe_redirect_manager.STATUS,
    ),
    "tsv": Dialect("any sheet, separated by tabs", TSV.read, TSV.write),
    "typo3": Dialect("TYPO3: sys_redirect, JSON or CSV", typo3.read, typo3.write, typo3.STATUS),
    "varnish": Dialect("Varnish: VCL", None, varnish.write),
    "vercel": Dialect("Vercel: vercel.json, bulk JSON", vercel.read, vercel.write, 307, True),
    "wagtail": Dialect("Wagtail: CSV", wagtail.read, wagtail.write),
    "xlsx": Dialect("a workbook with an old and a new address", CSV.read, is_workbook=True),
}


def write(name: str, table: SiteTable, today: dt.date) -> Export:
    """The map of a site in a dialect that is written; a left-out rule tells which wider one answers there."""
    dialect = DIALECTS[name]
    if dialect.write is None:
        raise ValueError(f"{name} is not written")
    made = dialect.write(table, today)
    out = {remark.rule.place for remark in made.remarks if remark.is_left_out}
    keys = {one.rule.place: one.key for one in table if one.key}
    told = []
    for remark in made.remarks:
        key = keys.get(remark.rule.place)
        first = _wider(key, table, out) if key and remark.is_left_out else None
        told.append(replace(remark, text=f"{remark.text}; there, `{first.source}` answers for it") if first else remark)
    made.remarks = told
    return made


def _wider(key: Key, table: SiteTable, left_out: set[Place]) -> Rule | None:
    found = (tier.ordered[index].rule for tier in (table.main, table.regexes) for index in tier.patterns.matches(key))
    return next((rule for rule in found if rule.place not in left_out), None)


def read(name: str, text: str, file: str, status: int | None = None) -> Reading:
    """What a file of that dialect says. `status` is for rows that say none, in the place of the dialect's own."""
    dialect = DIALECTS[name]
    reading = Reading(file, status or dialect.status)
    if dialect.read is not None:
        dialect.read(text, reading)
    return reading
