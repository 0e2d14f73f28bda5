"""What a person decided about one old page. Values only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

BY_CONFIDENCE = "confidence "  # begins the reason of a decision that no person took


class Answer(StrEnum):
    """The decisions a person can take; an old page without one is undecided."""

    ACCEPTED = "accepted"  # the suggested address
    CHANGED = "changed"  # another address
    GONE = "gone"  # nothing takes its place
    KEPT = "kept"  # it stays on the old site


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision: what, by whom, when (an aware time) and why. `new_url` is "" where the page is gone or kept."""

    old_url: str
    verdict: Answer
    new_url: str
    who: str
    when: dt.datetime
    why: str = ""

    @property
    def by_confidence(self) -> bool:
        """Whether nobody looked: a suggestion was published because it was sure enough."""
        return self.verdict is Answer.ACCEPTED and self.why.startswith(BY_CONFIDENCE)
