"""What the reviewer should know of a suggestion as a whole, and of those of a folder together. Nothing is matched here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from migrator.pages.profile import Profile
from migrator.pages.suggestion import Candidate, Kind, Suggestion

AMBIGUOUS = 0.5  # the second candidate's confidence as a share of the first's, from which on the remark says so
LITTLE_TEXT = 30  # words
SURE = 0.5  # from this confidence on a page counts as leading to its best candidate
FEWEST = 2  # pages of a folder without a match that are one decision

Found = tuple[Profile, tuple[Candidate, ...]]  # an old page and its candidates, best first


def remarked(found: Sequence[Found], same_address: Sequence[bool]) -> list[Suggestion]:
    """The suggestions with their remarks; `same_address` says of each whether its best candidate has its own address."""
    leading = Counter(candidates[0].url for _, candidates in found if candidates and candidates[0].confidence >= SURE)
    folders, empty = Counter(old.folder for old, _ in found), Counter(old.folder for old, each in found if not each)
    lost = {folder for folder, count in empty.items() if folder and count == folders[folder] >= FEWEST}
    suggestions = []
    for (old, candidates), same in zip(found, same_address, strict=True):
        remarks = [
            *_of_best(candidates, same, leading[candidates[0].url] - 1 if candidates else 0),
            *_of_none(old, candidates, empty[old.folder] if old.folder in lost else 0),
            *_of_page(old),
        ]
        suggestions.append(Suggestion(old.page.url, candidates, "; ".join(remarks)))
    return suggestions


def _of_best(candidates: Sequence[Candidate], same: bool, others: int) -> Iterator[str]:
    if same:
        yield Kind.SAME_ADDRESS
    if others > 0 and candidates[0].confidence >= SURE:
        yield f"{Kind.MERGED} ({others})"
    if len(candidates) > 1 and candidates[1].confidence >= AMBIGUOUS * candidates[0].confidence:
        yield Kind.AMBIGUOUS
    if candidates and any(reason.startswith("in another language") for reason in candidates[0].evidence):
        yield Kind.OTHER_LANGUAGE


def _of_none(old: Profile, candidates: Sequence[Candidate], together: int) -> Iterator[str]:
    if not candidates:
        yield Kind.NO_PAGE
        if together:
            yield f"{Kind.NO_PAGE_IN_FOLDER} {old.folder} ({together} pages)"


def _of_page(old: Profile) -> Iterator[str]:
    if old.length < LITTLE_TEXT:
        yield f"{Kind.LITTLE_TEXT} ({old.length} words)"
    if old.page.hops:
        yield f"the old site itself leads to {old.page.final_url}"
