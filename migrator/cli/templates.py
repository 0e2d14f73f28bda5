"""`migrator templates list`: what visitors see, file by file, and whether it is the shipped one or the operator's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import click

from migrator.cli.options import config_option
from migrator.cli.tables import show_table
from migrator.settings import templates_folder
from migrator.templating import template_folders

_COMMENT = re.compile(r"\{#(.*?)#\}", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.:])\s")


class Template(NamedTuple):
    """One file that can be replaced: its name, such as gone.html or words/fr.yaml, and what it is for."""

    name: str
    purpose: str


@click.command(name="list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON on stdout.")
def listed(config: Path, as_json: bool) -> None:
    """List the templates and words that visitors see, and which of them are your own.

    Your own are in templates/ beside the config (or $MIGRATOR_TEMPLATES), and win over the shipped ones file by file.
    """
    folder = templates_folder(config)
    rows = [(one, _is_own(folder / one.name, one)) for one in templates()]
    if as_json:
        found = [{"name": one.name, "own": own, "purpose": one.purpose} for one, own in rows]
        click.echo(json.dumps({"folder": str(folder), "templates": found}, indent=2, ensure_ascii=False))
        return
    cells = [(one.name, "own" if own else "shipped", one.purpose) for one, own in rows]
    show_table(("template", "whose", "what it is for"), cells, "what it is for")


def templates() -> list[Template]:
    """Every shipped template, the pages first, then the words of each language."""
    shipped = template_folders(None)[0]
    pages = [Template(path.name, _purpose(path)) for kind in ("html", "xml") for path in sorted(shipped.glob(f"*.{kind}"))]
    words = [f"words/{path.name}" for path in sorted((shipped / "words").glob("*.yaml"))]
    return [*pages, *(Template(name, f"The words in {Path(name).stem}; each may be replaced by itself.") for name in words)]


def _is_own(path: Path, template: Template) -> bool:
    """Whether there is such a file; in a clone, the folder beside the config may be the shipped one."""
    return path.is_file() and not path.samefile(template_folders(None)[0] / template.name)


def _purpose(path: Path) -> str:
    """What a template says of itself in its first comment."""
    comment = _COMMENT.search(path.read_text("utf-8"))
    text = " ".join(comment[1].split()) if comment else ""
    return _SENTENCE.split(text, maxsplit=1)[0] or "For machines."
