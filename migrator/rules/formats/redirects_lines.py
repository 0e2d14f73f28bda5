"""The lines of `_redirects` files, which Netlify, GitLab and Cloudflare have in common; what each means is in its file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from migrator.rules.formats.export import Export, Outgoing
from migrator.rules.formats.reading import LONGEST, Reading
from migrator.rules.formats.saying import Abilities, sayable
from migrator.rules.rule import Kind
from migrator.rules.table import SiteTable

_TARGET = re.compile(r"/|https?://", re.IGNORECASE)
_PARAMETER = re.compile(r"[^/=]+=")


def lines(text: str, reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Number and words of each line that says something; what follows a word that begins with # is a comment."""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if len(line) > 3 * LONGEST:
            reading.skip(number, f"a line of {len(line):,} characters", "Shorten it; no server takes such an address.")
            continue
        words = line.split()
        comment = next((place for place, word in enumerate(words) if word.startswith("#")), len(words))
        if words[:comment]:
            yield number, words[:comment]


def is_target(word: str) -> bool:
    """Whether a word is where a rule leads."""
    return bool(_TARGET.match(word))


def parameters(words: Sequence[str]) -> list[str]:
    """The `key=value` words at the beginning of these."""
    taken = []
    for word in words:
        if not _PARAMETER.match(word) or is_target(word):
            break
        taken.append(word)
    return taken


def template(rule: Outgoing) -> str:
    """The absolute target with its captures as `:name`."""
    return "".join(part if place % 2 == 0 else f":{part}" for place, part in enumerate(rule.parts))


def written(table: SiteTable, today: dt.date, export: Export, can: Abilities) -> Iterator[tuple[Outgoing, str]]:
    """The rules of a site as lines, most specific first."""
    for rule, status in sayable(table, today, export, can):
        source = rule.path
        if rule.rule.kind is Kind.EXACT:
            source = source.replace("*", "%2A").replace("/:", "/%3A")
        yield rule, f"{source} {template(rule)} {status}"
