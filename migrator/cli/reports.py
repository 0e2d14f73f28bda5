"""Findings as machines of others read them: JUnit for dashboards of CI, GitHub's annotations. Finds nothing itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from migrator.errors import Level, Place

# What XML 1.0 cannot hold even escaped (section 2.2).
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a JUnit report. `failure` says what is wrong, `skipped` why it was not done, `remark` what else to know."""

    suite: str
    name: str
    failure: str = ""
    skipped: str = ""
    remark: str = ""
    kind: str = ""  # of the failure


def junit(name: str, cases: Iterable[Case]) -> str:
    """A JUnit XML report, as Jenkins, GitLab and GitHub's actions read it."""
    cases = list(cases)
    failed, skipped = sum(bool(case.failure) for case in cases), sum(bool(case.skipped) for case in cases)
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="{skipped}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>", f"<testsuite name={_quoted(name)} {counts}>"]
    for case in cases:
        lines.append(f"<testcase classname={_quoted(case.suite)} name={_quoted(case.name)}>")
        if case.failure:
            lines.append(f"<failure type={_quoted(case.kind)} message={_quoted(case.failure)}>{_text(case.failure)}</failure>")
        if case.skipped:
            lines.append(f"<skipped message={_quoted(case.skipped)}/>")
        if case.remark:
            lines.append(f"<system-out>{_text(case.remark)}</system-out>")
        lines.append("</testcase>")
    return "\n".join([*lines, "</testsuite>", "</testsuites>"]) + "\n"


def annotation(level: Level, message: str, title: str, place: Place | None = None) -> str:
    """One line that GitHub's runner shows beside the line of the file (workflow commands of GitHub Actions)."""
    where = {"title": title}
    if place is not None and place.file:
        where = {"file": place.file, **({"line": str(place.line), "col": str(place.column)} if place.line else {}), **where}
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    return f"::{_COMMANDS[level]} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))
