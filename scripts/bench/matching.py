"""Scores the matcher on the sites of shared/truth, beside today's best, each site also with weights learnt without it.

scripts/bench/matching            the tables of score_matching.py
scripts/bench/matching --bars     the same; exit 1 where a bar is missed or the shipped weights are not those learnt
scripts/bench/matching --learn    print what migrator/pages/confidence.py should hold
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from logit import Lesson, calibrate, learn
from truth import LEGACY, NEW, SHARED, Truth, read_truth, truth_names

from migrator.pages.confidence import LEARNT, Calibration, Learnt, probabilities, with_neighbours
from migrator.pages.matching import FLOOR, LOOKS, judge, match, ranked
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.suggestion_csv import write_rows
from migrator.pages.vectors import Floats

RECALL_BAR = 0.78  # pooled recall@1, each site with weights learnt without it
TOLERANCE = 0.02  # between weights learnt on two machines
UNCALIBRATED = Calibration(0.0, 1.0, 1.0)

Suggestions = Mapping[str, Sequence[Suggestion]]


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--learn", action="store_true", help="print the weights learnt on all sites")
    options = parser.parse_args()
    started = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        sites = list(pool.map(read_truth, truth_names()))
    learnt, held_out = learn_all(sites)
    if options.learn:
        print(as_code(learnt))
        return 0
    figures(f"today's best: mean of char 3-grams and words, in {time.monotonic() - started:.0f} s", plain_mean(sites))
    figures("as shipped (learnt on these sites)", {site.name: match(site.legacy, site.new) for site in sites})
    recall = figures("each site with weights learnt without it", held_out)
    stale = not alike(learnt, LEARNT)
    if stale:
        print("\nmigrator/pages/confidence.py does not hold what these sites teach; see --learn")
    print(f"\nrecall@1 pooled, learnt without the site: {recall:.3f}, bar {RECALL_BAR}; {time.monotonic() - started:.0f} s")
    return int(options.bars and (recall < RECALL_BAR or stale))


def learn_all(sites: Sequence[Truth]) -> tuple[Learnt, Suggestions]:
    """What all sites teach, and the suggestions for each site under what the others teach."""
    uncalibrated = {site.name: learn_weights([other for other in sites if other is not site]) for site in sites}
    chances = {site.name: judged(site, uncalibrated[site.name]) for site in sites}
    held_out = {}
    for site in sites:
        calibration = learn_calibration([other for other in sites if other is not site], chances)
        weights = uncalibrated[site.name]
        held_out[site.name] = suggested(site, judged(site, Learnt(weights.alone, weights.together, calibration)))
    weights = learn_weights(sites)
    return Learnt(weights.alone, weights.together, learn_calibration(sites, chances)), held_out


def learn_weights(sites: Sequence[Truth]) -> Learnt:
    """First what a page says alone, then, on the votes that follow from it, what its neighbours add."""
    alone = learn([lesson(site, site.compared[1]) for site in sites])
    chances = [probabilities(site.compared[1], site.compared[0], alone) for site in sites]
    together = alone
    for _ in range(LOOKS):
        votes = [site.neighbourhood.votes(chance) for site, chance in zip(sites, chances, strict=True)]
        signals = [with_neighbours(site.compared[1], vote) for site, vote in zip(sites, votes, strict=True)]
        together = learn([lesson(site, signal) for site, signal in zip(sites, signals, strict=True)])
        chances = [probabilities(signal, site.compared[0], together) for site, signal in zip(sites, signals, strict=True)]
    return Learnt(alone, together, UNCALIBRATED)


def learn_calibration(sites: Sequence[Truth], chances: Mapping[str, Floats]) -> Calibration:
    """How often the first candidates of these sites, each judged without itself, were right."""
    chance, right, weight = [], [], []
    for site in sites:
        (pairs, _), (correct, _), weights = site.compared, site.answers, site.certainty
        first = [(old, places[0]) for old, places in enumerate(ranked(pairs, chances[site.name], floor=0.0)) if places]
        chance += [chances[site.name][place] for _, place in first]
        right += [correct[place] for _, place in first]
        weight += [weights[old] for old, _ in first]
    return calibrate(np.array(chance), np.array(right), np.array(weight))


def lesson(site: Truth, signals: Floats) -> Lesson:
    """One site as the learner takes it."""
    return Lesson(site.compared[0], signals, *site.answers)


def judged(site: Truth, learnt: Learnt) -> Floats:
    """The confidence of every pair of the site under these weights."""
    return judge(*site.compared, site.neighbourhood, learnt).confidence


def suggested(site: Truth, confidence: Floats, floor: float = FLOOR) -> list[Suggestion]:
    """The suggestions that follow from a confidence, without evidence."""
    (legacy, new), (pairs, _) = site.profiles, site.compared
    found = []
    for old, places in zip(legacy, ranked(pairs, confidence, floor=floor), strict=True):
        candidates = [Candidate(new[pairs.new[place]].page.final_url, float(confidence[place])) for place in places]
        found.append(Suggestion(old.page.url, tuple(candidates)))
    return found


def plain_mean(sites: Sequence[Truth]) -> Suggestions:
    """The best cheap mix of today: the mean of two cosines, confident by its height and its margin to the second."""
    found = {}
    for site in sites:
        pairs, content = site.compared
        score = (content[:, 0] + content[:, 1]) / 2
        order = np.lexsort((-score, pairs.old))
        second = np.zeros(pairs.old_count)
        firsts = np.unique(pairs.old[order], return_index=True)[1]
        following = firsts[firsts + 1 < len(order)] + 1
        following = following[pairs.old[order[following]] == pairs.old[order[following - 1]]]
        second[pairs.old[order[following]]] = score[order[following]]
        margin = np.maximum(0, score - second[pairs.old])
        found[site.name] = suggested(site, np.clip((score + margin) / 2, 0, 1), floor=0.0)
    return found


def figures(title: str, suggestions: Suggestions) -> float:
    """Print score_matching.py's table; the pooled recall@1."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for name, found in suggestions.items():
            sheet = Path(folder) / f"{name}.csv"
            sheet.write_text(write_rows(found, LEGACY, NEW), encoding="utf-8")
            arguments.append(f"{name}={sheet}")
        command = [sys.executable, str(SHARED / "tools" / "score_matching.py"), *arguments]
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(f"\n{title}\n{table}", end="", flush=True)
    return float(table.splitlines()[-1].split()[2])


def alike(one: Learnt, other: Learnt) -> bool:
    """Whether two lessons differ by no more than the arithmetic of two machines."""
    return np.allclose(numbers(one), numbers(other), atol=TOLERANCE)


def numbers(learnt: Learnt) -> list[float]:
    """Every number of a lesson, in order."""
    weights = [number for part in (learnt.alone, learnt.together) for number in (*part.values.values(), part.none)]
    return [*weights, learnt.calibration.start, learnt.calibration.low, learnt.calibration.high]


def as_code(learnt: Learnt) -> str:
    """What was learnt as Python, to be formatted."""
    return f"LEARNT = {learnt!r}"


if __name__ == "__main__":
    sys.exit(main())
