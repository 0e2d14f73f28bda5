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

    from migrator.pages.confidence import CONTENT, LEARNT, Learnt, calibrated, probabilities, with_neighbours
    from migrator.pages.evidence import Witness
    from migrator.pages.neighbours import SIGNALS as VOTES
    from migrator.pages.neighbours import Neighbourhood
    from migrator.pages.profile import Profile, profiles
    from migrator.pages.similarity import Pairs, compare
    from migrator.pages.vectors import Floats
    from migrator.pages.words import passages
except ModuleNotFoundError as missing:
    if missing.name and missing.name.startswith("migrator"):
        raise
    raise MissingExtraError("matching", "match") from missing

MOST_CANDIDATES = 5
FLOOR = 0.08  # a best candidate below this confidence is none
LEAST = 0.005  # other candidates below this confidence are noise
LOOKS = 2  # the neighbours are asked again with what they said themselves
AMBIGUOUS = 0.5  # the second candidate's confidence as a share of the first's, from which on the remark says so
LITTLE_TEXT = 30  # words

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How confident each pair is, and every signal by name, in the order of the pairs."""

    confidence: Floats
    signals: dict[str, Floats]


def match(legacy: Sequence[Page], new: Sequence[Page], progress: Progress | None = None) -> list[Suggestion]:
    """A suggestion for every readable old page, in their order: up to five new pages, best first, or none.

    Pages in different languages are never matched. Where `progress` is given it is told (stage, done, total). Deterministic.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("reading the pages", 0, len(legacy) + len(new))
    left, right = profiled(legacy, new)
    tell("comparing", 0, len(left))
    pairs, content = compare(left, right)
    tell("asking the neighbours", 0, len(left))
    judgement = judge(pairs, content, Neighbourhood(left, right, pairs), LEARNT)
    witness, suggestions = Witness(), []
    for old, places in enumerate(ranked(pairs, judgement.confidence)):
        if old % 50 == 0:
            tell("gathering evidence", old, len(left))
        suggestions.append(_suggestion(left[old], right, places, pairs, judgement, witness))
    return suggestions


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


def judge(pairs: Pairs, content: Floats, neighbourhood: Neighbourhood, learnt: Learnt) -> Judgement:
    """Judge the pairs, first each page alone, then together with what probably became of its neighbours."""
    probability = probabilities(content, pairs, learnt.alone)
    for _ in range(LOOKS):
        votes = neighbourhood.votes(probability)
        probability = probabilities(with_neighbours(content, votes), pairs, learnt.together)
    named = dict(zip((*CONTENT, *VOTES), np.column_stack((content, votes)).T, strict=True))
    return Judgement(calibrated(probability, learnt.calibration), named)


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


def _suggestion(
    old: Profile, new: Sequence[Profile], places: Sequence[int], pairs: Pairs, judgement: Judgement, witness: Witness
) -> Suggestion:
    candidates, wanted = [], passages(old.text)
    for place in places:
        target = new[pairs.new[place]]
        signals = {name: float(column[place]) for name, column in judgement.signals.items()}
        evidence = witness.sentences(old, wanted, target, signals)
        candidates.append(Candidate(target.page.final_url, round(float(judgement.confidence[place]), 6), evidence))
    return Suggestion(old.page.url, tuple(candidates), _remark(old, candidates))


def _remark(old: Profile, candidates: Sequence[Candidate]) -> str:
    """What the reviewer should know of the suggestion as a whole."""
    remarks = []
    if not candidates:
        remarks.append("no new page is like it")
    elif len(candidates) > 1 and candidates[1].confidence >= AMBIGUOUS * candidates[0].confidence:
        remarks.append("the second candidate is nearly as likely")
    if old.length < LITTLE_TEXT:
        remarks.append(f"it has little text ({old.length} words)")
    if old.page.hops:
        remarks.append(f"the old site itself leads to {old.page.final_url}")
    return "; ".join(remarks)
