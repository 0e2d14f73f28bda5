"""A suggestion: an old page, the new pages it may have become, and why. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible new page. `confidence` is 0 to 1; `evidence` is short sentences a person can read, strongest first."""

    url: str
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The candidates for one old page, best first, at most five; none says that no page matches."""

    old_url: str
    candidates: tuple[Candidate, ...] = ()
    remark: str = ""

    @property
    def best(self) -> Candidate | None:
        """The first candidate, or None where no page matches."""
        return self.candidates[0] if self.candidates else None
