"""Measures the main text that is learned from a site against the block that its templates are known to hold it in.

scripts/bench/main_text           a table, and a line that sums it up: the words of the learned text, beside those of peers
scripts/bench/main_text --bars    the same; exit 1 where a bar is missed
scripts/bench/main_text --worst N the pages of each side that lose or keep most, with the lines
scripts/bench/main_text --sites X only these sites

The block is `#content` on the old sites of shared/truth and `<main>` on the new. The code knows nothing of the first, and
is not let to see the second here: it is read as a `<div>`, so that the learning is measured and not the landmark. Lines that
half of a side's blocks have ("Was this page helpful?") are the template's own, and are not asked for.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from selectolax.lexbor import LexborHTMLParser
from shallow_text import shallow_text
from truth import SHARED, truth_names

from migrator.pages.boilerplate import own_texts
from migrator.pages.coverage import primary
from migrator.pages.extract import extract
from migrator.pages.frame import Frame
from migrator.pages.page import Content
from migrator.pages.plain_words import words

BLOCKS = {"old": "#content", "new": "main"}
LEARNED, ONE_BY_ONE, SHALLOW, WHOLE = "learned", "learned, a page at a time", "shallow text rule", "whole page"
BARS = {"precision": 0.97, "recall": 0.97, "f1": 0.97}  # of what is learned, mean of all pages
COMMON = 0.5  # a line on this share of the known blocks is the template's
WORST_BAR = 0.93  # F1 on the side of a site where it is lowest
_LANDMARK = re.compile(r"(</?)main\b|\brole=[\"']?main\b[\"']?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Score:
    """How the words of a text agree with those of the known block, each counted as often as it stands there; 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Row:
    """The means over the pages of one side of a site, by way, and the pages where the learned text is worst."""

    name: str
    pages: int
    scores: dict[str, Score]
    worst: tuple[str, ...]


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="show the N worst pages of each side")
    parser.add_argument("--sites", nargs="+", default=truth_names(), help="only these")
    options = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        sides = [(name, side) for name in options.sites for side in BLOCKS]
        rows = list(pool.map(partial(measured, shown=options.worst), sides))
    pooled = told_all(rows)
    missed, summary = judged(rows, pooled)
    print(f"\n{summary}: {'missed: ' + ', '.join(missed) if missed else 'all bars met'}")
    return int(options.bars and bool(missed))


def told_all(rows: Sequence[Row]) -> dict[str, Score]:
    """Print the table; its last row, the means over all pages."""
    ways = rows[0].scores
    print(f"{'':<26}{'pages':>6}" + "".join(f"{way:>27}" for way in ways))
    print(f"{'':<32}" + "".join(f"{'prec.':>13}{'recall':>7}{'F1':>7}" for _ in ways))
    for row in rows:
        print(line(row.name, row.pages, row.scores))
        for shown in row.worst:
            print(f"    {shown}")
    pooled = {way: weighted_mean([(row.pages, row.scores[way]) for row in rows]) for way in ways}
    print(line("all pages", sum(row.pages for row in rows), pooled))
    return pooled


def judged(rows: Sequence[Row], pooled: dict[str, Score]) -> tuple[list[str], str]:
    """The bars that were missed, and the figures in a line."""
    found, lowest = pooled[LEARNED], min(rows, key=lambda row: row.scores[LEARNED].f1)
    worst = lowest.scores[LEARNED].f1
    missed = [name for name, bar in BARS.items() if getattr(found, name) < bar] + ["worst side"] * (worst < WORST_BAR)
    pages = sum(row.pages for row in rows)
    said = ", ".join(f"{name} {getattr(found, name):.3f} (bar {bar:g})" for name, bar in BARS.items())
    return missed, (
        f"learned main text, {pages} pages: {said}; worst side {lowest.name} {worst:.3f} (bar {WORST_BAR:g}); "
        f"F1 of {SHALLOW} {pooled[SHALLOW].f1:.3f}, of {WHOLE} {pooled[WHOLE].f1:.3f}"
    )


def line(name: str, pages: int, scores: dict[str, Score]) -> str:
    """One row of the table."""
    figures = (f"{one.precision:>13.3f}{one.recall:>7.3f}{one.f1:>7.3f}" for one in scores.values())
    return f"{name:<26}{pages:>6}" + "".join(figures)


def measured(site_and_side: tuple[str, str], shown: int) -> Row:
    """All ways of finding the main text on one side of a site."""
    name, side = site_and_side
    pages = list(marked(name, side))
    contents = [extract(hidden.encode(), url, "utf-8") for url, hidden, _ in pages]
    known_texts = without_common([extract(block.encode(), url, "utf-8").text for url, _, block in pages])
    known = [words(text) for text in known_texts]
    learned = own_texts(contents, [primary(content.language) for content in contents])
    found = {
        LEARNED: [words(text) for text in learned],
        ONE_BY_ONE: [words(text) for text in one_by_one([url for url, _, _ in pages], contents)],
        SHALLOW: [shallow_text(hidden) for _, hidden, _ in pages],
        WHOLE: [words(content.text) for content in contents],
    }
    scores = {way: mean_score([agreement(*both) for both in zip(texts, known, strict=True)]) for way, texts in found.items()}
    order = sorted(range(len(pages)), key=lambda place: agreement(found[LEARNED][place], known[place]).f1)
    worst = tuple(told(pages[place][0], learned[place], known_texts[place]) for place in order[:shown])
    return Row(f"{name} {side}", len(pages), scores, worst)


def marked(name: str, side: str) -> Iterator[tuple[str, str, str]]:
    """The address of each page, its markup without the landmark, and the markup of its known main block."""
    with (SHARED / "truth" / name / f"{side}.jsonl").open(encoding="utf-8") as lines:
        for page in map(json.loads, lines):
            block = LexborHTMLParser(page["html"]).css_first(BLOCKS[side])
            if block is not None:
                hidden = _LANDMARK.sub(lambda tag: f"{tag[1]}div" if tag[1] else "", page["html"])
                yield f"http://{side}.example{page['url']}", hidden, _LANDMARK.sub(r"\1div", block.html or "")


def one_by_one(urls: Sequence[str], contents: Sequence[Content]) -> list[str]:
    """The texts as the crawl learns them, which looks at one page at a time."""
    frame = Frame(len(urls))
    for url, content in zip(urls, contents, strict=True):
        frame.learn(url, content)
    return [frame.without(content) for content in contents]


def agreement(found: Sequence[str], known: Sequence[str]) -> Score:
    """How the words agree; where neither has any, wholly."""
    here, there = Counter(found), Counter(known)
    common = (here & there).total()
    precision = common / here.total() if here else float(not there)
    recall = common / there.total() if there else float(not here)
    return Score(precision, recall, 2 * precision * recall / (precision + recall) if common else float(not here and not there))


def mean_score(scores: Sequence[Score]) -> Score:
    """The mean of each figure."""
    return weighted_mean([(1, score) for score in scores])


def weighted_mean(scores: Sequence[tuple[int, Score]]) -> Score:
    """The mean of each figure, each score counted so many times."""
    total = sum(weight for weight, _ in scores) or 1
    return Score(*(sum(weight * getattr(one, name) for weight, one in scores) / total for name in Score.__slots__))


def without_common(texts: Sequence[str]) -> list[str]:
    """The texts without the lines that COMMON of them have."""
    seen = Counter(line for text in texts for line in set(text.split("\n")))
    return ["\n".join(line for line in text.split("\n") if seen[line] < COMMON * len(texts)) for text in texts]


def told(url: str, learned: str, known: str) -> str:
    """What the learned text of a page lacks of the known one, and what it has beside it."""
    here, there = Counter(learned.split("\n")), Counter(known.split("\n"))
    lost, kept = (" / ".join(line[:40] for line in list(rest)[:5]) for rest in (there - here, here - there))
    return f"{url}: lost {lost!r}; kept {kept!r}"


if __name__ == "__main__":
    sys.exit(main())
