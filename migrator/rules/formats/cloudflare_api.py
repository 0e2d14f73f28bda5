"""Cloudflare's Bulk Redirects as its API takes them. Unlike in CSV, the path's suffix is preserved where nothing is said."""

from __future__ import annotations

import datetime as dt

from migrator.rules.formats import cloudflare_bulk
from migrator.rules.formats.export import Export
from migrator.rules.formats.json_items import dumped_list, items, word
from migrator.rules.formats.reading import Reading
from migrator.rules.table import SiteTable


def read(text: str, reading: Reading) -> None:
    """Read the items of a list: `{"redirect": {...}}`."""
    for line, item in items(text, reading, "result"):
        redirect = item.get("redirect", item)
        if not isinstance(redirect, dict):
            reading.skip(line, "an item without `redirect`")
            continue
        cloudflare_bulk.take(
            reading,
            line,
            word(redirect.get("source_url")),
            word(redirect.get("target_url")),
            word(redirect.get("status_code")),
            keeps=redirect.get("preserve_query_string") is True,
            subdomains=redirect.get("include_subdomains") is True,
            subpaths=redirect.get("subpath_matching") is True,
            suffix=redirect.get("preserve_path_suffix") is not False,
        )


def write(table: SiteTable, today: dt.date) -> Export:
    """One JSON list, for the API's call that puts the items of a list."""
    export = Export()
    found = []
    for rule, source, to, status, is_below in cloudflare_bulk.said(table, today, export):
        redirect = {
            "source_url": source,
            "target_url": to,
            "status_code": status,
            "preserve_query_string": rule.carries,
            "include_subdomains": False,
            "subpath_matching": is_below,
            "preserve_path_suffix": is_below and not rule.literal,
        }
        found.append({"redirect": redirect})
    export.files["bulk-redirects.json"] = dumped_list(found)
    export.include = "PUT /accounts/ACCOUNT/rules/lists/LIST/items with this file as its body."
    export.notes = [
        "Each host of the site has items of its own.",
        "Cloudflare compares case, final slashes and index files here.",
        cloudflare_bulk.QUOTA,
    ]
    return export
