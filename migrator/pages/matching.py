"""Old pages and new pages to suggestions: from profiles over pairs to confidence and evidence. No signal is made here.

Needs the optional part `match`; importing this file without it raises MissingExtraError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from migrator.errors import MissingExtraError
from migrator.pages.language import languages
from migrator.pages.page import Page
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.urls import origin_of

try:
    import numpy as np

    from migrator.pages.candidates import Pairs
    from migrator.pages.confidence import (
        CONTENT,
        LEANT_MOST,
        LEARNT,
        Learnt,
        against_rivals,
        calibrated,
        leant,
        probabilities,
        with_neighbours,
    )
    from migrator.pages.embeddings import Embeddings, Nearness, leanings
    from migrator.pages.evidence import sentences
    from migrator.pages.neighbours import SIGNALS as VOTES
    from migrator.pages.neighbours import Neighbourhood
    from migrator.pages.profile import Profile, profiles
    from migrator.pages.remarks import remarked
    from migrator.pages.similarity import compare
    from migrator.pages.vectors import Floats
except ModuleNotFoundError as missing:
    if missing.name and missing.name.startswith("migrator"):
        raise
    raise MissingExtraError("matching", "match") from missing

MOST_CANDIDATES = 5
FLOOR = 0.08  # a best candidate below this confidence is none
LEAST = 0.005  # other candidates below this confidence are noise
LOOKS = 2  # the neighbours are asked again with what they said themselves

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How confident each pair is, and every signal by name, in the order of the pairs."""

    confidence: Floats
    signals: dict[str, Floats]


def match(
    legacy: Sequence[Page],
    new: Sequence[Page],
    progress: Progress | None = None,
    *,
    across_languages: bool = False,
    embeddings: Embeddings | None = None,
) -> list[Suggestion]:
    """A suggestion for every readable old page, in their order: up to five new pages, best first, or none.

    Pages in different languages are matched only `across_languages`; the evidence says so. `embeddings` offer candidates and tell
    those apart that are tied; they make no match sure. Where `progress` is given it is told
    (stage, done, total). Deterministic.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("reading the pages", 0, len(legacy) + len(new))
    left, right = profiled(legacy, new)
    tell("comparing", 0, len(left))
    nearness = Nearness(embeddings, left, right) if embeddings else None
    further = nearness.offers(across=across_languages) if nearness else None
    pairs, content = compare(left, right, across=across_languages, further=further)
    tell("asking the neighbours", 0, len(left))
    judgement = judge(pairs, content, Neighbourhood(left, right, pairs), LEARNT, nearness.of(pairs) if nearness else None)
    found, same = [], []
    for old, places in enumerate(ranked(pairs, judgement.confidence)):
        if old % 50 == 0:
            tell("gathering evidence", old, len(left))
        found.append((left[old], _candidates(left[old], right, places, pairs, judgement)))
        same.append(bool(places) and left[old].path == right[pairs.new[places[0]]].path)
    return remarked(found, same)


def profiled(legacy: Sequence[Page], new: Sequence[Page]) -> tuple[list[Profile], list[Profile]]:
    """The profiles of the old pages that need an answer, and of the new pages that may be one, each once."""
    old_pages = _staying(legacy)
    by_answer = {page.final_url: replace(page, url=page.final_url) for page in _staying(new)}
    new_pages = list(by_answer.values())
    spoken = languages(old_pages, new_pages)
    return profiles(old_pages, spoken[0]), profiles(new_pages, spoken[1])


def _staying(pages: Sequence[Page]) -> list[Page]:
    """The readable pages whose address does not lead to another site."""
    hosts = {origin.netloc for page in pages if (origin := origin_of(page.url))}
    return [page for page in pages if page.is_readable and (origin := origin_of(page.final_url)) and origin.netloc in hosts]


def judge(
    pairs: Pairs, content: Floats, neighbourhood: Neighbourhood, learnt: Learnt, cosines: Floats | None = None
) -> Judgement:
    """Judge the pairs, first each page alone, then together with what probably became of its neighbours.

    Where the pages have vectors, their `cosines` (NaN where unknown) have a word between tied candidates.
    """
    alone = probability = probabilities(content, pairs, learnt.alone)
    for _ in range(LOOKS):
        votes = neighbourhood.votes(probability, alone)
        probability = probabilities(with_neighbours(content, votes), pairs, learnt.together)
    named = dict(zip((*CONTENT, *VOTES), np.column_stack((content, votes)).T, strict=True))
    confidence = _confidence(probability, pairs, learnt)
    if cosines is not None:
        named["vector"], named["leaning"] = cosines, leanings(cosines, pairs)
        nearer = _confidence(leant(probability, pairs, named["leaning"]), pairs, learnt)
        confidence = np.minimum(nearer, np.maximum(confidence, LEANT_MOST))
    return Judgement(confidence, named)


def _confidence(probability: Floats, pairs: Pairs, learnt: Learnt) -> Floats:
    return np.minimum(calibrated(probability, learnt.calibration), against_rivals(probability, pairs))


def ranked(pairs: Pairs, confidence: Floats, *, floor: float = FLOOR) -> Iterator[list[int]]:
    """For each old page the places of its best pairs, best first (of two as confident the earlier new page), or none."""
    order = np.lexsort((pairs.new, -confidence, pairs.old))
    bounds = np.searchsorted(pairs.old[order], np.arange(pairs.old_count + 1))
    for start, end in pairwise(bounds):
        places = [int(place) for place in order[start : min(end, start + MOST_CANDIDATES)]]
        if not places or confidence[places[0]] < floor:
            yield []
        else:
            yield [places[0], *(place for place in places[1:] if confidence[place] >= LEAST)]


def _candidates(
    old: Profile, new: Sequence[Profile], places: Sequence[int], pairs: Pairs, judgement: Judgement
) -> tuple[Candidate, ...]:
    candidates = []
    for place in places:
        target = new[pairs.new[place]]
        signals = {name: float(column[place]) for name, column in judgement.signals.items()}
        confidence = round(float(judgement.confidence[place]), 6)
        candidates.append(Candidate(target.page.final_url, confidence, sentences(old, target, signals)))
    return tuple(candidates)
