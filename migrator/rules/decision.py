"""What the map says about one request. Values only; who acts on them is the visitor's door."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.rules.rule import Home, Rule, Site


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the visitor to `location`, an absolute URL in visible ASCII whose host the file allows."""

    location: str
    status: int
    max_age: int
    rule: Rule | None
    site: Site

    @property
    def reason(self) -> str:
        """Why, for people."""
        return f"{self.rule.place} ({self.rule.kind})" if self.rule else f"no rule; unmapped: {self.site.unmapped}"


@dataclass(frozen=True, slots=True)
class Gone:
    """The page is gone for good (410). `suggest` and `archive` are absolute URLs, or "" where there is none."""

    reason: str
    rule: Rule
    site: Site
    suggest: str = ""
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Serve:
    """Let the legacy or the new upstream answer; `home` is never NOT_FOUND."""

    home: Home
    reason: str
    rule: Rule | None
    site: Site


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing answers here (404): an unknown host (then `site` is None), or the file says so."""

    reason: str
    rule: Rule | None = None
    site: Site | None = None
    is_refusal: bool = False  # the rule, or `unmapped`, led somewhere, but not where it may lead


Decision = Redirect | Gone | Serve | NotFound


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: the question asked, and what came of it."""

    question: str
    answer: str
