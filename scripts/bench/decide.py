"""Times the decision alone, key included, for maps of 10 to 1,000,000 exact rules beside 10 to 10,000 patterns.

scripts/bench/decide              the table; microseconds of CPU in the best round, since other work on the machine only ever adds
scripts/bench/decide --bars       the same; exit 1 where a bar is missed
scripts/bench/decide --quick      up to 10,000 exact rules, in a few seconds
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections.abc import Iterator, Sequence

from migrator.errors import Place
from migrator.rules.decision import Redirect, Serve
from migrator.rules.rule import Kind, Rule, Site
from migrator.rules.table import Request, RuleTable
from migrator.urls import Folding

BARS = {"exact hit": 10.0, "pattern hit": 30.0, "regex hit": 30.0, "miss": 8.0}  # microseconds
EXACT = (10, 1_000, 100_000, 1_000_000)
PATTERNS = (10, 10_000)
ROUNDS = 7
ASKED = 2_000  # different addresses a round
PLACE = Place("redirects.yaml", 1, 1)
SITE = Site(
    "main",
    ("www.old.example",),
    "http://127.0.0.1:9",
    "https://www.new.example",
    folding=Folding(significant_params=frozenset({"id"})),
)


def main() -> int:
    """Run what the arguments ask for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", action="store_true", help="exit 1 where a bar is missed")
    parser.add_argument("--quick", action="store_true", help="only maps of up to 10,000 exact rules")
    options = parser.parse_args()
    gc.disable()  # a million rules are no garbage
    worst = dict.fromkeys(BARS, 0.0)
    print(f"{'exact rules':>12} {'patterns':>9} {'built in':>9}", *(f"{name:>12}" for name in BARS))
    for patterns in PATTERNS:
        for exact in EXACT[: 2 if options.quick else None]:
            started = time.process_time()
            table = RuleTable([SITE], rules(exact, patterns))
            built = time.process_time() - started
            figures = measure(table, exact, patterns)
            print(f"{exact:>12,} {patterns:>9,} {built:>7.1f} s", *(f"{figures[name]:>9.1f} µs" for name in BARS), flush=True)
            worst = {name: max(worst[name], figures[name]) for name in BARS}
    missed = [name for name, bar in BARS.items() if worst[name] > bar]
    summary = ", ".join(f"{name} {worst[name]:.1f} (bar {bar:.0f})" for name, bar in BARS.items())
    print(f"\nworst, in µs: {summary}: {'missed: ' + ', '.join(missed) if missed else 'all bars met'}")
    return int(options.bars and bool(missed))


def rules(exact: int, patterns: int) -> Iterator[Rule]:
    """A map as an old site needs it: pages, pages by id, subtrees, placeholders here and there, and regexes."""
    for number in range(exact):
        yield Rule("main", exact_source(number), Kind.EXACT, PLACE, to=f"/new/{number % 997}/{number}")
    for number in range(patterns * 9 // 10):
        source, target = pattern_source(number)
        yield Rule("main", source, Kind.PATTERN, PLACE, to=target)
    for number in range(patterns // 10):
        yield Rule("main", rf"^/notes/{number}-(\d+)\.html$", Kind.REGEX, PLACE, to=rf"/n/{number}/\1")


def exact_source(number: int) -> str:
    """The old address of an exact rule; every fourth has a query."""
    if number % 4 == 3:
        return f"/articles/item.asp?id={number}"
    return f"/section-{number % 97}/Old_Page-{number}.html"


def pattern_source(number: int) -> tuple[str, str]:
    """A pattern and its target."""
    kinds = (
        (f"/department-{number}/*", f"/who/{number}/:splat"),
        (f"/reports/{number}/:year/:slug.html", f"/library/{number}/:year/:slug"),
        (f"/:lang/topic-{number}/*", f"/:lang/t/{number}/:splat"),
        (f"/shop/item-{number}-*", f"/store/{number}/:splat"),
    )
    return kinds[number % len(kinds)]


def filled(source: str) -> str:
    """An address that the pattern matches."""
    return source.replace(":year", "2019").replace(":slug", "Annual-Report").replace(":lang", "fr").replace("*", "a/B.html")


def addresses(exact: int, patterns: int) -> dict[str, list[str]]:
    """For each kind of answer, old addresses that get it."""
    chance = random.Random(7)  # noqa: S311 - the same addresses every time, no secret
    some = [chance.randrange(exact) for _ in range(ASKED)]
    few = [chance.randrange(patterns * 9 // 10) for _ in range(ASKED)]
    expressions = [chance.randrange(max(1, patterns // 10)) for _ in range(ASKED)]
    return {
        "exact hit": [exact_source(number) for number in some],
        "pattern hit": [filled(pattern_source(number)[0]) for number in few],
        "regex hit": [f"/notes/{number}-{chance.randrange(9999)}.html" for number in expressions],
        "miss": [f"/section-{chance.randrange(99)}/People/no-{chance.randrange(10**9)}.html" for _ in range(ASKED)],
    }


def measure(table: RuleTable, exact: int, patterns: int) -> dict[str, float]:
    """Microseconds of CPU a decision, for each kind of answer."""
    figures = {}
    for name, paths in addresses(exact, patterns).items():
        wanted = Serve if name == "miss" else Redirect
        requests = [request_for(path) for path in paths]
        if not all(isinstance(table.decide(request), wanted) for request in requests):
            raise SystemExit(f"{name}: an address got another answer")
        figures[name] = min(seconds(table, requests) for _ in range(ROUNDS)) / len(requests) * 1e6
    return figures


def request_for(address: str) -> Request:
    """A request as the visitor's door makes it."""
    path, _, query = address.partition("?")
    return Request(path.encode(), query.encode(), "www.old.example")


def seconds(table: RuleTable, requests: Sequence[Request]) -> float:
    """CPU time of one round."""
    started = time.process_time()
    for request in requests:
        table.decide(request)
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
