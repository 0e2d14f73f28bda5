"""Why a new page may answer for an old one, in short sentences for the person who reviews it. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rapidfuzz import fuzz

from migrator.pages.profile import Profile
from migrator.pages.words import Passages, passages, plain, share_found

QUOTED = 80  # characters of a title in a sentence
CLOSE_TITLES = 75  # of 100 (rapidfuzz's token sort ratio)
FOUND_AGAIN = 0.05  # the least share of passages worth a sentence
MUCH_ALIKE = 0.4  # the least cosine of words worth a sentence where no passage was kept
NEIGHBOURLY = 0.5  # the least share of neighbours worth a sentence

# The neighbours' signals and how they read, strongest first.
_NEIGHBOURS: tuple[tuple[str, Callable[[Profile, Profile], str]], ...] = (
    ("landing", lambda _, new: f"the pages below it moved below {new.path or '/'}"),
    ("merge", lambda old, _: f"other pages of {old.folder or '/'} lead there too"),
    ("folder", lambda old, new: f"other pages of {old.folder or '/'} are now in {new.folder or '/'}"),
    ("links", lambda _, __: "it links to the same pages"),
)


class Witness:
    """Tells why old and new pages belong together; remembers the passages of the new pages it was asked about."""

    def __init__(self) -> None:
        self._read: dict[str, Passages] = {}

    def sentences(self, old: Profile, wanted: Passages, new: Profile, signals: Mapping[str, float]) -> tuple[str, ...]:
        """What speaks for the new page, strongest first; never empty. `wanted` are the passages of the old page."""
        found = [*_address(old, new), *_title(old, new), *self._text(wanted, new, signals["words"])]
        found += [say(old, new) for signal, say in _NEIGHBOURS if signals[signal] >= NEIGHBOURLY]
        return tuple(found) or ("only weak likeness of address, title and words",)

    def _text(self, wanted: Passages, new: Profile, alike: float) -> Iterator[str]:
        url = new.page.final_url
        if url not in self._read:
            self._read[url] = passages(new.text)
        share = share_found(wanted, self._read[url])
        if share >= FOUND_AGAIN:
            yield f"{share * 100:.0f} % of its passages found again"
        elif alike >= MUCH_ALIKE:
            yield f"much the same words ({alike:.2f} of 1)"


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


def _quoted(title: str) -> str:
    return title if len(title) <= QUOTED else f"{title[: QUOTED - 1].rstrip()}…"
