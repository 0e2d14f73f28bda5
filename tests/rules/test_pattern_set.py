"""A set of patterns finds the same as its patterns asked one by one, whatever their number."""

from __future__ import annotations

import time

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.rules.pattern import Pattern, compile_pattern
from migrator.rules.pattern_set import PatternSet
from migrator.rules.rule import Kind
from migrator.urls import Folding, Key, look_up_key

SOURCES = [
    "/*",
    "/a*",
    "/a/*",
    "/A/b/*",
    "/a/b*",
    "/:x",
    "/:x/*",
    "/:x/b",
    "/a/:x",
    "/a/:x.html",
    "/a/:x/c",
    "/é/*",
    "^/a/",
    "^/a/b$",
    "^/A/[a-z]/$",
    r"^/(\w+)/b",
    "b/",
    "$",
    "",
    "^/a/b|c",
    "/$",
    "^/$",
    "index",
]
PIECES = ["/", "a", "A", "b", "c", ".html", "%C3%A9", "%c3%89", "index.html", ".", "//"]
foldings = st.builds(Folding, case=st.booleans(), trailing_slash=st.booleans(), index_files=st.booleans())


def compiled(source: str, folding: Folding) -> Pattern:
    return compile_pattern(source, Kind.PATTERN if source.startswith("/") and "$" not in source else Kind.REGEX, folding)


def one_by_one(patterns: list[Pattern], key: Key) -> list[int]:
    texts = (key.path.encode(), key.shown.encode())  # the expressions fold case themselves
    return [n for n, pattern in enumerate(patterns) if any(pattern.program.search(text) for text in texts)]


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(SOURCES), unique=True),
    st.lists(st.sampled_from(PIECES), max_size=7).map(lambda parts: "/" + "".join(parts)),
    foldings,
)
def test_a_set_finds_what_its_patterns_find_one_by_one(sources: list[str], path: str, folding: Folding) -> None:
    patterns = [compiled(source, folding) for source in sources]
    key = look_up_key(path, "", folding)

    assert PatternSet(patterns, case=folding.case).matches(key) == one_by_one(patterns, key)


def made(count: int) -> list[Pattern]:
    kinds = (
        lambda n: f"/tree-{n}/*",
        lambda n: f"/list-{n}/:year/:slug.html",
        lambda n: f"/shop/item-{n}*",
        lambda n: f"/:lang/topic-{n}/*",
        lambda n: rf"^/n/{n}-(\d+)$",
        lambda n: rf"/.*/page-{n}\.asp$",
    )
    sources = [kinds[n % len(kinds)](n) for n in range(count)]
    return [compiled(source, Folding()) for source in sources]


PROBES = ["/tree-0/a/b", "/list-1/2019/x.html", "/shop/item-2x", "/fr/topic-3/a", "/n/4-77", "/x/y/page-5.asp", "/none/at/all"]


def test_ten_thousand_patterns_are_decided_in_well_under_a_millisecond_the_first_time_too() -> None:
    patterns = PatternSet(made(10_002))
    keys = [look_up_key(path, "", Folding()) for path in PROBES]
    times = []
    for key in keys:
        started = time.process_time()
        found = patterns.matches(key)
        times.append(time.process_time() - started)
        assert len(found) == (0 if key.path.startswith("/none") else 1)
    assert sorted(times)[len(times) // 2] < 0.001


def test_a_filter_too_large_for_re2_is_divided_and_misses_nothing() -> None:
    sources = [f"/:a/{n:04}{'abcdefghij-klmnopqrst' * 2}{n * 7919 % 10007:05}{'zyxwvuts-' * 3}/*" for n in range(1500)]
    patterns = PatternSet([compiled(source, Folding()) for source in sources])

    for n in (0, 749, 750, 1499):
        path = sources[n].replace(":a", "x").replace("*", "y")
        assert patterns.matches(look_up_key(path, "", Folding())) == [n]


def test_where_the_filter_gives_up_patterns_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = made(60)
    known = PatternSet(patterns)
    monkeypatch.setattr(re2.Filter, "Match", lambda filter, text, potential=False: None)
    for path in PROBES:
        key = look_up_key(path, "", Folding())
        assert known.matches(key) == one_by_one(patterns, key)


def test_an_empty_set_matches_nothing() -> None:
    assert PatternSet([]).matches(look_up_key("/a", "", Folding())) == []
