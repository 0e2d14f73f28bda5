"""Where an archived copy of an old page is, by the template of its site. Whether there is one is not known here."""

from __future__ import annotations

import datetime as dt

from migrator.rules.rule import Site
from migrator.urls import merge_query, resolved_path


def archived_copy(site: Site, path: bytes, query: bytes, day: dt.date | None) -> str:
    """The address of the copy of that day, for a path and query as they came; "" where the site names no archive."""
    if not site.archive:
        return ""
    url = f"http://{site.hosts[0]}{resolved_path(path)}{merge_query('', query)}"
    return site.archive.replace("{timestamp}", day.strftime("%Y%m%d") if day else "").replace("{url}", url)
