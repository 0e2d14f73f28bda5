"""Why a new page may answer for an old one, in short sentences for the person who reviews it. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rapidfuzz import fuzz

from migrator.pages.profile import Profile
from migrator.pages.words import plain

QUOTED = 80  # characters of a title in a sentence
CLOSE_TITLES = 75  # of 100 (rapidfuzz's token sort ratio)
FOUND_AGAIN = 0.05  # the least share of passages worth a sentence
MUCH_ALIKE = 0.4  # the least cosine of words worth a sentence where no passage was kept
LEANS = 0.5  # spreads from the mean of the candidates; the least nearness of vectors worth a sentence
NEIGHBOURLY = 0.5  # the least share of neighbours worth a sentence

# The neighbours' signals and how they read, strongest first.
_NEIGHBOURS: tuple[tuple[str, Callable[[Profile, Profile], str]], ...] = (
    ("landing", lambda _, new: f"the pages below it moved below {new.path or '/'}"),
    ("merge", lambda old, _: f"other pages of {old.folder or '/'} lead there too"),
    ("folder", lambda old, new: f"other pages of {old.folder or '/'} are now in {new.folder or '/'}"),
    ("links", lambda _, __: "it links to the same pages"),
)


def sentences(old: Profile, new: Profile, signals: Mapping[str, float]) -> tuple[str, ...]:
    """What speaks for the new page, strongest first; never empty."""
    found = [*_address(old, new), *_title(old, new), *_text(signals)]
    found += _vector(signals)
    found += [say(old, new) for signal, say in _NEIGHBOURS if signals[signal] >= NEIGHBOURLY]
    found = found or ["only weak likeness of address, title and words"]
    return (*found, *_language(old, new))


def _address(old: Profile, new: Profile) -> Iterator[str]:
    if old.path == new.path:
        yield "same address"
    elif old.slug and old.slug == new.slug:
        yield f"same last part of the address: {old.slug}"
    elif new.slug and old.folder.rpartition("/")[2] == new.slug:
        yield f"bears the name of its old folder: {new.slug}"


def _title(old: Profile, new: Profile) -> Iterator[str]:
    one, other = plain(old.title), plain(new.title)
    if one and one == other:
        yield f"same title: {_quoted(new.title)}"
    elif one and other and fuzz.token_sort_ratio(one, other) >= CLOSE_TITLES:
        yield f"similar title: {_quoted(new.title)}"
    elif one and one in map(plain, new.page.content.headings):
        yield f"its title is a heading there: {_quoted(old.title)}"


def _text(signals: Mapping[str, float]) -> Iterator[str]:
    if signals["passages"] >= FOUND_AGAIN:
        yield f"{signals['passages'] * 100:.0f} % of its passages found again"
    elif signals["words"] >= MUCH_ALIKE:
        yield f"much the same words ({signals['words']:.2f} of 1)"


def _vector(signals: Mapping[str, float]) -> Iterator[str]:
    if signals.get("leaning", 0.0) >= LEANS:
        yield f"nearer by its vector than other candidates ({signals['vector']:.2f} of 1)"


def _language(old: Profile, new: Profile) -> Iterator[str]:
    if old.language and new.language and old.language != new.language:
        yield f"in another language ({new.language})"


def _quoted(title: str) -> str:
    return title if len(title) <= QUOTED else f"{title[: QUOTED - 1].rstrip()}…"
