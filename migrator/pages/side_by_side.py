"""An old page beside a candidate: what they have in common and what speaks against it, measured anew and said for people.

The confidence is the matcher's and is not made here; these signals are those that a reader can check by eye.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from migrator.pages.coverage import primary
from migrator.pages.page import Page
from migrator.pages.parity import Runs, sentences
from migrator.pages.plain_words import words
from migrator.urls import split_url

FIRST_WORDS = 25
MOST_QUOTED = 3
QUOTED = 120  # characters
LONGEST_PATH = 300  # characters compared; the comparison is quadratic
HARDLY = 0.1  # share of the text found again below which that speaks against a candidate
LITTLE_TEXT = 30  # words; below it a share says nothing
MUCH_LONGER = 4.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one page looks like at a glance."""

    url: str
    path: str
    title: str
    h1: str
    language: str
    words: int
    begins: str


@dataclass(frozen=True, slots=True)
class Signal:
    """How much two pages are alike in one respect, 0 to 1; None where there is nothing to compare."""

    name: str
    strength: float | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A candidate beside the old page: how it looks, the signals, sentences of the old page in it, and what speaks against it."""

    look: Look
    signals: tuple[Signal, ...]
    found_again: tuple[str, ...]
    against: tuple[str, ...]


def look_of(page: Page, text: str) -> Look:
    """The page at a glance; `text` is its own text, without what its site repeats."""
    content = page.content
    begins = " ".join(text.split()[:FIRST_WORDS])
    return Look(
        url=page.url,
        path=_path(page.final_url),
        title=content.title,
        h1=content.h1,
        language=content.language,
        words=len(words(text)),
        begins=_quoted(begins),
    )


def beside(old: Page, old_text: str, new: Page, new_text: str) -> Beside:
    """`new` beside `old`, each with its own text."""
    there = new.content
    whole = "\n".join((there.title, there.h1, *there.headings, there.text))
    runs, back = Runs(words(whole)), Runs(words("\n".join((old.content.title, *old.content.headings, old.content.text))))
    found, again = _share(old_text, runs), _share(new_text, back)
    headings = [words(heading) for heading in old.content.headings if words(heading)]
    signals = (
        Signal("address", _like(_path(old.final_url), _path(new.final_url))),
        Signal("title", _in_common(words(old.content.title), words(there.title))),
        Signal("h1", _in_common(words(old.content.h1), words(there.h1))),
        Signal("old text found in the new page", found),
        Signal("new text found in the old page", again),
        Signal("words in common", _in_common(words(old_text), words(new_text))),
        Signal("headings kept", sum(runs.share_of(said) == 1 for said in headings) / len(headings) if headings else None),
    )
    looks = look_of(old, old_text), look_of(new, new_text)
    return Beside(looks[1], signals, tuple(_found_again(old_text, runs)), tuple(_against(old, new, looks, signals)))


def _against(old: Page, new: Page, looks: tuple[Look, Look], signals: Sequence[Signal]) -> Iterator[str]:
    here, there = looks
    strength = {signal.name: signal.strength for signal in signals}
    languages = primary(here.language), primary(there.language)
    if all(languages) and languages[0] != languages[1]:
        yield f"the old page is in {languages[0]}, this one in {languages[1]}"
    yield from _dead(new)
    found = strength["old text found in the new page"]
    if here.words >= LITTLE_TEXT and found is not None and found < HARDLY:
        yield f"hardly any of the old text is found again ({found * 100:.0f} %)"
    if here.words < LITTLE_TEXT:
        yield f"the old page has little text to go by ({_counted(here.words)})"
    if strength["title"] == 0 and strength["h1"] in (0, None):
        yield "the titles have no word in common"
    longer, shorter = max(here.words, there.words), min(here.words, there.words)
    if longer >= LITTLE_TEXT and longer > MUCH_LONGER * max(1, shorter):
        yield f"the old page has {_counted(here.words)}, this one {there.words}"
    if old.near_duplicate_of:
        yield f"the old page nearly repeats {old.near_duplicate_of}"


def _dead(new: Page) -> Iterator[str]:
    if new.status != 200:
        yield f"the new site answers {new.status} there" if new.status else "the new site does not answer there"
    if new.soft_404:
        yield f"it is no page: {new.soft_404}"
    if new.near_duplicate_of:
        yield f"it nearly repeats {new.near_duplicate_of}"
    own = {_path(url).rstrip("/") for url in (new.url, new.final_url)}
    if new.content.canonical and _path(new.content.canonical).rstrip("/") not in own:  # a site not launched yet has another host
        yield f"it names another address as its own: {new.content.canonical}"


def _share(text: str, runs: Runs) -> float | None:
    said = [each for sentence in sentences(text) if (each := words(sentence))]
    total = sum(map(len, said))
    return sum(runs.share_of(each) * len(each) for each in said) / total if total else None


def _found_again(text: str, runs: Runs) -> list[str]:
    """The longest sentences that stand in the other page to the letter, longest first."""
    found = [sentence for sentence in sentences(text) if (said := words(sentence)) and runs.share_of(said) == 1]
    longest = sorted(dict.fromkeys(found), key=lambda sentence: -len(sentence))[:MOST_QUOTED]
    return [_quoted(sentence) for sentence in longest]


def _in_common(one: Sequence[str], other: Sequence[str]) -> float | None:
    """Dice's coefficient over different words."""
    here, there = set(one), set(other)
    return 2 * len(here & there) / (len(here) + len(there)) if here and there else None


def _like(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one[:LONGEST_PATH], other[:LONGEST_PATH], autojunk=False).ratio()


def _path(url: str) -> str:
    _, path, query = split_url(url)
    return unquote(f"{path}?{query}" if query else path)


def _quoted(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1].rstrip()}…"


def _counted(number: int) -> str:
    return f"{number} word{'' if number == 1 else 's'}"
