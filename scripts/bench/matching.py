"""Scores the matcher on the sites of shared/truth, beside today's best, each site also with weights learnt without it.

scripts/bench/matching            the tables of score_matching.py, and a line that sums them up
scripts/bench/matching --bars     the same; exit 1 where a bar is missed or the shipped weights are not those learnt
scripts/bench/matching --check    only whether the shipped weights are those learnt; exit 1 where not
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
from baselines import BASELINES, baseline
from logit import Lesson, calibrate, learn
from truth import LEGACY, NEW, SHARED, Truth, read_truth, truth_names

from migrator.pages.confidence import LEARNT, Calibration, Learnt, probabilities, with_neighbours
from migrator.pages.matching import FLOOR, LOOKS, judge, match, ranked
from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.suggestion_csv import write_rows
from migrator.pages.vectors import Floats

# Pooled, each site with weights learnt without it; score_matching.py says what each means.
BARS = {"recall@1": 0.84, "recall@5": 0.92, "cov@p98": 0.74, "p@.98": 0.98, "cov@.98": 0.50, "calib.err": 0.04}
ERRORS = {"calib.err"}  # bars from above
WORST_BAR = 0.93
FEWEST = 10  # old pages that say 0.98; what fewer say is chance
POOLED = "pooled"
TOLERANCE = 0.02  # between weights learnt on two machines
UNCALIBRATED = Calibration(0.0, 1.0, 1.0)

Suggestions = Mapping[str, Sequence[Suggestion]]
Table = Mapping[str, Mapping[str, float]]


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--learn", action="store_true", help="print the weights learnt on all sites")
    parser.add_argument("--check", action="store_true", help="only compare the shipped weights with those learnt; exit 1")
    options = parser.parse_args()
    started = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        sites = list(pool.map(read_truth, truth_names()))
    learnt, held_out = learn_all(sites)
    if options.learn:
        print(as_code(learnt))
        return 0
    stale = not alike(learnt, LEARNT)
    if stale:
        print("migrator/pages/confidence.py does not hold what these sites teach; see --learn")
    if options.check:
        return int(stale)
    for name, score in BASELINES.items():
        figures(name, {site.name: list(baseline(site, score)) for site in sites})
    figures("as shipped (learnt on these sites)", {site.name: match(site.legacy, site.new) for site in sites})
    table = figures("each site with weights learnt without it", held_out)
    missed = below_bars(table)
    summary = ", ".join(f"{name} {table[POOLED][name]:.3f} (bar {bar:g})" for name, bar in BARS.items())
    print(
        f"\npooled, each site learnt without itself: {summary}; worst site {worst(table):.3f} (bar {WORST_BAR:g}): "
        f"{'missed: ' + ', '.join(missed) if missed else 'all bars met'}; {time.monotonic() - started:.0f} s"
    )
    return int(options.bars and bool(missed or stale))


def below_bars(table: Table) -> list[str]:
    """The names of the bars that were missed."""
    found = [name for name, bar in BARS.items() if (table[POOLED][name] - bar) * (-1 if name in ERRORS else 1) < 0]
    return [*found, "worst site"] if worst(table) < WORST_BAR else found


def worst(table: Table) -> float:
    """The precision of what says 0.98 on the site where it is lowest, among those where at least FEWEST pages say so."""
    sites = (row for name, row in table.items() if name not in (POOLED, "macro"))
    return min((row["p@.98"] for row in sites if row["cov@.98"] * row["moved"] >= FEWEST), default=0.0)


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
    together, first = alone, chances
    for _ in range(LOOKS):
        votes = [site.neighbourhood.votes(chance, own) for site, chance, own in zip(sites, chances, first, strict=True)]
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


def figures(title: str, suggestions: Suggestions) -> Table:
    """Print score_matching.py's table; its rows by site, `macro` and POOLED, each by the names of the columns."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for name, found in suggestions.items():
            sheet = Path(folder) / f"{name}.csv"
            sheet.write_text(write_rows(found, LEGACY, NEW), encoding="utf-8")
            arguments.append(f"{name}={sheet}")
        command = [sys.executable, str(SHARED / "tools" / "score_matching.py"), *arguments]
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(f"\n{title}\n{table}", end="", flush=True)
    (_, *names), *rows = (line.split() for line in table.splitlines())
    return {row[0]: dict(zip(reversed(names), map(float, reversed(row[1:])), strict=False)) for row in rows}


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
