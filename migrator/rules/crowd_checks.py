"""What is wrong with many rules together, told once: the home page as a dump, and files that a web server may answer first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from migrator.errors import Level, Problem
from migrator.rules.compiled import CompiledRule
from migrator.rules.rule import Kind
from migrator.rules.table import SiteTable
from migrator.urls import split_url, without_index_file

MANY = 10  # rules to the home page that are worth a warning, where they are
LARGE_SHARE = 0.05  # of all redirects of the site
_STATIC = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|csv|zip|gz|jpe?g|png|gif|svg|webp|ico|css|js|mjs|woff2?|ttf|mp[34]|webm|ogg|avi|swf)$",
    re.IGNORECASE,
)


def crowd_problems(site_table: SiteTable) -> Iterator[Problem]:
    """Findings about the rules of one site as a whole, each placed at the first rule that it is about."""
    home = f"{site_table.new_origin}/"
    to_home: list[CompiledRule] = []
    redirects = 0
    counts: Counter[str] = Counter()
    first: dict[str, CompiledRule] = {}
    for found in site_table:
        target = found.target
        redirects += target is not None
        if target is not None and target.is_literal and _is_home(target.parts[0], home) and _is_elsewhere(found):
            if found.rule.kind is Kind.EXACT:
                to_home.append(found)
            else:
                yield _folder_dumped(found)
        if found.rule.kind is Kind.EXACT and (extension := _STATIC.search(found.rule.source, len(found.rule.source) - 6)):
            counts[extension[0].lower()] += 1
            first.setdefault(extension[0].lower(), found)
    if len(to_home) >= MANY and len(to_home) >= LARGE_SHARE * redirects:
        yield _dumped(to_home)
    for name, number in counts.items():
        yield _static(first[name], name, number)


def _is_home(location: str, home: str) -> bool:
    """Whether a location is the home page, with whatever query, or its index file."""
    if not location.startswith(home) or "/" in location[len(home) :].partition("?")[0]:
        return False
    return without_index_file(split_url(location)[1]) == "/"


def _is_elsewhere(found: CompiledRule) -> bool:
    """Whether an old address is not itself a home page."""
    return found.key is None or found.key.path != "/"


def _folder_dumped(found: CompiledRule) -> Problem:
    return Problem(
        found.rule.place,
        "homepage-dumping",
        f"everything that `{found.rule.source}` matches leads to the home page",
        "Lead it to the nearest page that helps, or say `gone: true`.",
        Level.WARNING,
    )


def _dumped(rules: list[CompiledRule]) -> Problem:
    earliest = min(rules, key=lambda found: found.rule.place).rule
    return Problem(
        earliest.place,
        "homepage-dumping",
        f"{len(rules):,} old addresses lead to the home page; this is the first",
        "Lead each to the page that took its place, or say `gone: true`.",
        Level.WARNING,
    )


def _static(found: CompiledRule, extension: str, number: int) -> Problem:
    which = "a rule answers" if number == 1 else f"{number:,} rules answer"
    return Problem(
        found.rule.place,
        "file-extension",
        f"{which} for a {extension} file; where the map is exported to a web server, that may find the file first",
        "Delete the files there, or give redirects precedence.",
        Level.NOTE,
    )
