"""`migrator match --explain`: one old page beside its candidates, from what the store has. Matches nothing anew."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

import click

from migrator.cli.check import counted
from migrator.cli.old_addresses import request_for, table_with_warning
from migrator.cli.tables import plain
from migrator.crawl.territory import Territory, territory_of
from migrator.errors import RefusalError
from migrator.pages.boilerplate import own_texts
from migrator.pages.coverage import primary, reply_of
from migrator.pages.near import nearness
from migrator.pages.page import Page, Side
from migrator.pages.side_by_side import Beside, Look, beside, look_of
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.verdict import Verdict
from migrator.rules.rule import Site
from migrator.settings import Settings
from migrator.store.inventory import Known
from migrator.store.open import open_store
from migrator.store.store import Store
from migrator.urls import normal_url

NEAR = 5  # addresses offered for one that is not known
SAMPLE = 300  # pages of a side from which its frame is learned
BAR = 20  # characters


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate as matched, and beside the old page; `page` is None where the last crawl of the new site has it no more."""

    candidate: Candidate
    beside: Beside | None
    rivals: tuple[str, ...]  # other old pages of which it is the best candidate


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is said of one old page."""

    look: Look
    answer: str
    verdict: Verdict | None
    suggestion: Suggestion | None
    unmatched: str  # why there is no suggestion, or ""
    ranked: tuple[Ranked, ...]


def explain(settings: Settings, site: Site, url: str, whole: bool, as_json: bool) -> int:
    """Tell about the old page at `url`, in whatever spelling; the exit code. Raises RefusalError where no such page is known."""
    if not url.strip():
        raise click.UsageError("--explain wants the address of an old page, such as /about.html")
    legacy = territory_of(site, Side.LEGACY)
    own = legacy.on_base(normal_url(url, f"{legacy.base}/") or "")
    if own is None:
        raise click.UsageError(f"`{url}` is no address of the old site of `{site.name}`: begin it with / or one of its hosts")
    with open_store(settings.store_url) as store:
        found = store.pages_named(site.name, Side.LEGACY, [legacy.key(own)])
        if not found:
            raise RefusalError(_unknown(store, site, legacy, own))
        explanation = _explanation(settings, site, store, found[0])
    if as_json:
        click.echo(json.dumps(_as_data(explanation), ensure_ascii=False, indent=2))
    else:
        _tell(explanation, whole)
    return 0


def _explanation(settings: Settings, site: Site, store: Store, page: Page) -> Explanation:
    legacy, new = (territory_of(site, side) for side in (Side.LEGACY, Side.NEW))
    key = legacy.key(page.url)
    suggestions = store.suggestions(site.name)
    suggestion = next((one for one in suggestions if legacy.key(one.old_url) == key), None)
    verdict = next((one for url, one in store.verdicts(site.name).items() if _key_of(legacy, url) == key), None)
    candidates = suggestion.candidates if suggestion else ()
    by_key = {new.key(one.url): one for one in store.pages_named(site.name, Side.NEW, [new.key(one.url) for one in candidates])}
    pages = [by_key.get(new.key(one.url)) for one in candidates]
    (text,) = _own(store, site, Side.LEGACY, [page])
    texts = iter(_own(store, site, Side.NEW, [one for one in pages if one]))
    ranked = tuple(
        Ranked(one, beside(page, text, there, next(texts)) if there else None, tuple(_rivals(suggestions, page.url, one.url)))
        for one, there in zip(candidates, pages, strict=True)
    )
    decision = table_with_warning(settings).decide(request_for(page.url, site, None))
    answer = str(reply_of(decision)) + (f" to {decision.location}" if hasattr(decision, "location") else "")
    placed = f"{answer}, by {decision.rule.place}" if decision.rule else answer
    return Explanation(look_of(page, text), placed, verdict, suggestion, "" if suggestion else _unmatched(legacy, page), ranked)


def _unmatched(legacy: Territory, page: Page) -> str:
    """Why the last `migrator match` may have made no suggestion for that page."""
    if not page.status:
        return f"the crawl could not read it: {page.error or 'no answer'}"
    if page.status != HTTPStatus.OK:
        return f"the old site answers {page.status} there: there is no page to match"
    if not page.is_readable:
        kind = page.content_type or "a file of no type"
        return f"it is no page but {kind}: a file is matched only where the new site has the very same one"
    if legacy.on_base(page.final_url) is None:
        return f"it leads to another site: {page.final_url}"
    return "no suggestion yet; `migrator match` makes them"


def _key_of(territory: Territory, url: str) -> str | None:
    own = territory.on_base(url)
    return territory.key(own) if own else None


def _own(store: Store, site: Site, side: Side, pages: Sequence[Page]) -> list[str]:
    """The text of each page without the frame of its site, learned from a sample."""
    sample = list(islice((one for one in store.pages(site.name, side) if one.is_readable), SAMPLE))
    contents = [*(one.content for one in sample), *(one.content for one in pages)]
    texts = own_texts(contents, [primary(content.language) for content in contents])
    return texts[len(sample) :]


def _rivals(suggestions: Sequence[Suggestion], old_url: str, new_url: str) -> Iterator[str]:
    for one in suggestions:
        if one.old_url != old_url and one.best and one.best.url == new_url:
            yield f"{one.old_url} ({one.best.confidence:.2f})"


def _unknown(store: Store, site: Site, legacy: Territory, url: str) -> str:
    """Why there is nothing to explain, and what is near."""
    key = legacy.key(url)

    def ranked() -> Iterator[tuple[float, str, Known]]:
        for known in store.inventory(site.name, Side.LEGACY):
            if legacy.key(known.url) == key:
                yield 2.0, known.url, known
            elif known.status:
                yield nearness(key, legacy.key(known.url)), known.url, known

    best = heapq.nlargest(NEAR, ranked(), key=lambda entry: entry[:2])
    if not best:
        return "no old page is known; run `migrator crawl legacy` first"
    if best[0][0] > 1:
        known = best[0][2]
        return f"{known.url} is known, but was not visited ({known.reason or known.state}), so there is no page to explain"
    near = "".join(f"\n    {url}" for _, url, _ in best)
    return f"the crawl of the old site has no {url}. Near it are:{near}"


def _tell(one: Explanation, whole: bool) -> None:
    _tell_look(one.look)
    _say(f"  answered now: {one.answer}")
    if one.verdict:
        verdict = one.verdict
        towards = f" → {verdict.new_url}" if verdict.new_url else ""
        _say(f"  decided: {verdict.verdict}{towards} by {verdict.who} on {verdict.when:%Y-%m-%d}: {verdict.why}")
    if one.suggestion is None:
        _say(f"  {one.unmatched}")
    elif one.suggestion.remark:
        _say(f"  note: {one.suggestion.remark}")
    for rank, ranked in enumerate(one.ranked, start=1):
        if whole:
            _say("")
        _say(f"{rank}. confidence {ranked.candidate.confidence:.4f}: {ranked.candidate.url}")
        if whole:
            _tell_wholly(ranked)
        else:
            _tell_shortly(ranked)
    if one.ranked and not whole:
        _say("--whole shows the pages side by side: what they are like, every signal, and what was found again")


def _tell_shortly(ranked: Ranked) -> None:
    if ranked.beside:
        _say(f"     {_named(ranked.beside.look)} · {counted(ranked.beside.look.words, 'word')}")
    _say(f"     for: {'; '.join(ranked.candidate.evidence) or 'nothing'}")
    if against := _against(ranked):
        _say(f"     against: {'; '.join(against)}")


def _tell_wholly(ranked: Ranked) -> None:
    if ranked.beside:
        _tell_look(ranked.beside.look, indent="   ")
    for sentence in ranked.candidate.evidence:
        _say(f"     for: {sentence}")
    _tell_beside(ranked)
    for sentence in _against(ranked):
        _say(f"     against: {sentence}")


def _named(look: Look) -> str:
    return f"{look.title or '(no title)'}" + (f" / {look.h1}" if look.h1 and look.h1 != look.title else "")


def _tell_look(look: Look, indent: str = "") -> None:
    if not indent:
        _say(look.url)
    _say(f"{indent}  {_named(look)}")
    _say(f"{indent}  {look.path} · {look.language or 'language unknown'} · {counted(look.words, 'word')}")
    if look.begins:
        _say(f"{indent}  “{look.begins}”")


def _tell_beside(ranked: Ranked) -> None:
    if ranked.beside is None:
        return
    for signal in ranked.beside.signals:
        if signal.strength is not None:
            _say(f"     {'█' * round(signal.strength * BAR):·<{BAR}} {signal.strength:.2f} {signal.name}")
    for sentence in ranked.beside.found_again:
        _say(f"     found again: “{sentence}”")


def _against(ranked: Ranked) -> list[str]:
    """What speaks against a candidate, on the page and around it."""
    said = list(ranked.beside.against) if ranked.beside else ["the last crawl of the new site does not have it"]
    if ranked.rivals:
        first, more = ranked.rivals[0], len(ranked.rivals) - 1
        said.append(f"it is the best candidate of {first}{f' and {more} other old pages' if more else ''} too")
    return said


def _say(text: str) -> None:
    click.echo(plain(text))


def _as_data(one: Explanation) -> dict[str, Any]:
    verdict = one.verdict
    return {
        "old": asdict(one.look),
        "answer": one.answer,
        "verdict": {**asdict(verdict), "when": verdict.when.isoformat()} if verdict else None,
        "remark": one.suggestion.remark if one.suggestion else None,
        "unmatched": one.unmatched or None,
        "candidates": [
            {
                "url": ranked.candidate.url,
                "confidence": ranked.candidate.confidence,
                "for": list(ranked.candidate.evidence),
                "against": _against(ranked),
                "page": asdict(ranked.beside.look) if ranked.beside else None,
                "signals": {signal.name: signal.strength for signal in ranked.beside.signals} if ranked.beside else {},
                "found_again": list(ranked.beside.found_again) if ranked.beside else [],
            }
            for ranked in one.ranked
        ],
    }
