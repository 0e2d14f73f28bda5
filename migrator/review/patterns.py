"""Patterns are taken up into the text of redirects.yaml only where the map then answers all that is known as before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrator.rules.offers import Known, Offer, changed_answers, find_offers, fold
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.rules.yaml_fold import plain_rules

Parse = Callable[[str], RuleTable | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternOptions:
    """How patterns are looked for: each must spare `least` rules. `file` names the map in errors."""

    today: dt.date
    least: int
    file: str


def with_patterns(text: str, parse: Parse, known: Known, site: Site, options: PatternOptions) -> tuple[str, list[Offer]]:
    """`text` with patterns in the place of exact rules, and these patterns; the text as it is where none can be had.

    `parse` makes the whole map of a text, with all that it includes, or None where that has errors. Every known address is
    decided by the map before and by the map after; a pattern that changes one answer is not taken up.
    """
    before = parse(text)
    if before is None:
        return text, []
    offers = find_offers(plain_rules(text, options.file), known, site, before, options.today, options.least)

    def proven(chosen: Sequence[Offer]) -> str | None:
        folded = fold(text, chosen, site, options.file)
        after = parse(folded)
        if after is None or next(changed_answers(before, after, known, site, options.today), None) is not None:
            return None
        return folded

    if (folded := proven(offers)) is not None:
        return folded, offers
    chosen: list[Offer] = []
    for offer in offers:
        if proven([*chosen, offer]) is not None:
            chosen.append(offer)
    return fold(text, chosen, site, options.file), chosen
