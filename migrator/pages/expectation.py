"""What an old address must answer, what it did answer, and whether that is the same. Who asked is not known here."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from migrator.errors import Place
from migrator.rules.decision import Decision, Gone, NotFound, Redirect
from migrator.urls import normal_url

ANY_PAGE = 0  # a status: whatever a living page answers


class Outcome(StrEnum):
    """What came of one address."""

    PASSED = "passed"
    FAILED = "failed"
    UNCHECKED = "unchecked"


class Expected(NamedTuple):
    """What the map decides for the absolute `url`. `location` is "" where it is no redirect; `place` is the rule's, if any."""

    url: str
    status: int
    location: str = ""
    place: Place | None = None


class Seen(NamedTuple):
    """What the site answered. What follows `hops` is about where a redirect ends; `error` says why that could not be seen."""

    status: int = 0
    location: str = ""
    hops: int = 0
    final_url: str = ""
    final_status: int = 0
    canonical: str = ""
    noindex: bool = False
    error: str = ""


class Fault(NamedTuple):
    """One difference: of which kind, and in words."""

    kind: str
    text: str


def expected_of(url: str, decision: Decision, known_status: int = ANY_PAGE) -> Expected:
    """What `url` must answer by that decision; `known_status` is what a crawl of the old site got, for pages that stay there."""
    place = decision.rule.place if decision.rule else None
    if isinstance(decision, Redirect):
        return Expected(url, decision.status, decision.location, place)
    if isinstance(decision, Gone):
        return Expected(url, 410, place=place)
    if isinstance(decision, NotFound):
        return Expected(url, 404, place=place)
    return Expected(url, known_status, place=place)


def faults_of(expected: Expected, seen: Seen) -> list[Fault]:
    """Every difference; none where they agree as far as was seen."""
    return [*_first_answer(expected, seen), *_end(expected, seen)] if seen.status else []


def outcome_of(expected: Expected, seen: Seen) -> Outcome:
    """Whether an address passed. One whose answer, or the end of its redirect, was not to be had is neither good nor bad."""
    if faults_of(expected, seen):
        return Outcome.FAILED
    return Outcome.UNCHECKED if seen.error else Outcome.PASSED


def with_fragment(location: str, url: str) -> str:
    """A Location as an absolute, normal URL with its fragment; as it stands where it is no address."""
    normal = normal_url(location, url)
    _, mark, fragment = location.partition("#")
    return f"{normal}{mark}{fragment}" if normal else location


def _first_answer(expected: Expected, seen: Seen) -> Iterator[Fault]:
    if expected.status == ANY_PAGE:
        if seen.status >= 400:
            yield Fault("status", f"answers {seen.status}, expected a page")
    elif seen.status != expected.status:
        yield Fault("status", f"answers {seen.status}, expected {expected.status}")
    if expected.location and seen.location != with_fragment(expected.location, expected.url):
        yield Fault("target", f"leads to {seen.location or 'nowhere'}, expected {expected.location}")


def _end(expected: Expected, seen: Seen) -> Iterator[Fault]:
    if not expected.location or not seen.hops:
        return
    if seen.hops > 1:
        yield Fault("hops", f"takes {seen.hops} hops to {seen.final_url}, expected 1")
    if seen.error:
        return
    if not 200 <= seen.final_status < 300:
        yield Fault("final-status", f"ends at {seen.final_url}, which answers {seen.final_status}")
    if seen.canonical and seen.canonical != seen.final_url:
        yield Fault("canonical", f"ends at {seen.final_url}, whose canonical address is {seen.canonical}")
    if seen.noindex:
        yield Fault("noindex", f"ends at {seen.final_url}, which asks search engines to leave it out")
