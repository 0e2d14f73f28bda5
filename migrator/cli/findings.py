"""What `check` found, in the form that was asked for. Which findings there are is not decided here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from migrator.cli.reports import Case, annotation, junit
from migrator.cli.sheets import write_sheet
from migrator.errors import Level, Problem

FORMATS = ("text", "json", "junit", "github")
NO_REPORTS = (".yaml", ".yml", ".csv", ".tsv", ".xlsx", ".db")  # maps, sheets and stores: somebody's work


def _no_report_is_there(ctx: click.Context, parameter: click.Parameter, value: Path) -> Path:
    if value.is_file() and value.suffix.lower() in NO_REPORTS:
        raise click.BadParameter(f"{value} is no report and would be lost; name another file")
    return value


format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form of the report."
)
output_option = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("-"),
    callback=_no_report_is_there,
    help="Write the findings to this file, whole or not at all. [default: stdout]",
)


def write_findings(problems: Sequence[Problem], form: str, output: Path, config: Path, strict: bool) -> None:
    """Write them as text, JSON, JUnit or annotations; with `strict`, warnings fail in JUnit too."""
    write_sheet(output, FORMS[form](problems, config, strict))


def as_data(problem: Problem) -> dict[str, object]:
    """One finding as JSON has it."""
    place = {"file": problem.place.file, "line": problem.place.line, "column": problem.place.column}
    return {"place": place, "code": problem.code, "message": problem.message, "mend": problem.mend, "level": problem.level}


def _as_text(problems: Sequence[Problem], config: Path, strict: bool) -> str:
    return "".join(f"{problem}\n" for problem in problems)


def _as_json(problems: Sequence[Problem], config: Path, strict: bool) -> str:
    return json.dumps([as_data(problem) for problem in problems], indent=2, ensure_ascii=False) + "\n"


def _as_junit(problems: Sequence[Problem], config: Path, strict: bool) -> str:
    fit = [] if any(_fails(problem, strict) for problem in problems) else [Case(str(config), "the map is fit to be served")]
    return junit("migrator check", [*fit, *_cases(problems, strict)])


def _cases(problems: Sequence[Problem], strict: bool) -> Iterator[Case]:
    for problem in problems:
        name = f"{problem.place}: {problem.code}"
        told = f"{problem.message}\n{problem.mend}".strip()
        if _fails(problem, strict):
            yield Case(problem.place.file, name, failure=told, kind=problem.code)
        else:
            yield Case(problem.place.file, name, remark=f"{problem.level}: {told}")


def _fails(problem: Problem, strict: bool) -> bool:
    return problem.level is Level.ERROR or (strict and problem.level is Level.WARNING)


def _as_github(problems: Sequence[Problem], config: Path, strict: bool) -> str:
    lines = (annotation(one.level, f"{one.message}. {one.mend}".strip(), one.code, one.place) for one in problems)
    return "".join(f"{line}\n" for line in lines)


FORMS = {"text": _as_text, "json": _as_json, "junit": _as_junit, "github": _as_github}
