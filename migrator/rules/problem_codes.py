"""Every code that a problem can have: the one registry behind `explain-code` and docs/problems.md. Finds no problem itself."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from migrator.rules.codes_of_form import OF_FORM
from migrator.rules.codes_of_rules import OF_RULES
from migrator.rules.problem_code import Code, Section

SECTIONS: tuple[Section, ...] = (*OF_FORM[:3], *OF_RULES, *OF_FORM[3:])
CODES: dict[str, Code] = {one.code: one for section in SECTIONS for one in section.codes}
_INDEX = {one.code: section.title for section in SECTIONS for one in section.codes}
PAGE = "docs/problems.md"


def nearest(code: str) -> str:
    """The code that is spelled most like this one, or ""."""
    return next(iter(difflib.get_close_matches(code, CODES, 1)), "")


def section_of(code: str) -> str:
    """The title of the section of PAGE that a known code stands in."""
    return _INDEX[code]


def markdown() -> str:
    """All codes as the sections of PAGE."""
    return "\n".join(line for section in SECTIONS for line in _lines(section)).rstrip() + "\n"


def _lines(section: Section) -> Iterator[str]:
    yield from (
        f"## {section.title}",
        "",
        *((section.intro, "") if section.intro else ()),
        "| code | level | what it means and how to mend it |",
        "| --- | --- | --- |",
    )
    yield from (f"| `{one.code}` | {one.level} | {one.text} |" for one in section.codes)
    yield ""
