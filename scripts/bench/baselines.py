"""What migrators use today, on the same sites: each old page with all new ones, by one score. Nothing is learnt here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist
from truth import Truth

from migrator.pages.profile import Profile
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.vectors import Floats, counts, shape_counts, weighted

Score = Callable[[Sequence[Profile], Sequence[Profile]], Floats]  # a row for each old page, a column for each new one


def unique_slug(legacy: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """1 where the last part of the address is the same and no other page of either site has it."""
    seen = [Counter(profile.slug for profile in side) for side in (legacy, new)]
    places = {profile.slug: place for place, profile in enumerate(new)}
    found = np.zeros((len(legacy), len(new)))
    for row, profile in enumerate(legacy):
        if profile.slug and seen[0][profile.slug] == 1 == seen[1][profile.slug]:
            found[row, places[profile.slug]] = 1
    return found


def fuzzy_path(legacy: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """Levenshtein's ratio of the addresses."""
    return cdist([one.path for one in legacy], [one.path for one in new], scorer=fuzz.ratio) / 100


def fuzzy_title(legacy: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """The same of the titles, their words in order of the alphabet."""
    return cdist([one.title for one in legacy], [one.title for one in new], scorer=fuzz.token_sort_ratio) / 100


def letters(legacy: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """The cosine of the runs of three letters in address and title."""
    left, right = weighted(*(shape_counts([f"{one.path} {one.title}" for one in side]) for side in (legacy, new)))
    return np.asarray((left @ right.T).todense())


def text(legacy: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """The cosine of the words of the texts (TF-IDF)."""
    left, right = weighted(*(counts([one.words for one in side]) for side in (legacy, new)))
    return np.asarray((left @ right.T).todense())


def mean(legacy: Sequence[Profile], new: Sequence[Profile]) -> Floats:
    """The mean of the last two: the best of them."""
    return (letters(legacy, new) + text(legacy, new)) / 2


BASELINES: dict[str, Score] = {
    "unique slug": unique_slug,
    "fuzzy path": fuzzy_path,
    "fuzzy title": fuzzy_title,
    "char 3-grams of address and title": letters,
    "words of the text (TF-IDF)": text,
    "mean of 3-grams and words, today's best": mean,
}


def baseline(site: Truth, score: Score) -> Iterator[Suggestion]:
    """The five best new pages by that score, in the same language first, as confident as they are high and alone."""
    legacy, new = site.profiles
    scores = score(legacy, new)
    spoken = np.array([profile.language for profile in new])
    for profile, row in zip(legacy, scores, strict=True):
        order = np.argsort(-(row + (spoken == profile.language)), kind="stable")[:5]
        best = row[order]
        sure = np.clip((best + np.maximum(0, best - np.append(best, 0)[1])) / 2, 0, 1)
        found = (Candidate(new[place].page.final_url, float(one)) for place, one in zip(order, sure, strict=True) if one > 0)
        yield Suggestion(profile.page.url, tuple(found))
