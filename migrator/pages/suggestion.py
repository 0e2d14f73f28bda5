"""A suggestion: an old page, the new pages it may have become, and why. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a suggestion is, beside "this page became that one"; each reads as it stands in a remark."""

    SAME_ADDRESS = "it keeps its address"
    REDIRECTED = "the old site already redirects it"
    MERGED = "other old pages lead there too"
    NO_PAGE = "no new page is like it"
    NO_PAGE_IN_FOLDER = "nor like any other page of its folder"
    AMBIGUOUS = "the second candidate is nearly as likely"
    OTHER_LANGUAGE = "the candidate is in another language"
    LITTLE_TEXT = "it has little text"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible new page. `confidence` is 0 to 1; `evidence` is short sentences a person can read, strongest first."""

    url: str
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The candidates for one old page, best first, at most five; none says that no page matches.

    `remark` is what the reviewer should know of it as a whole: sentences with "; " between them.
    """

    old_url: str
    candidates: tuple[Candidate, ...] = ()
    remark: str = ""

    @property
    def best(self) -> Candidate | None:
        """The first candidate, or None where no page matches."""
        return self.candidates[0] if self.candidates else None

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it is, as its remark says."""
        said = self.remark.split("; ")
        return frozenset(kind for kind in Kind if any(sentence.startswith(kind) for sentence in said))
