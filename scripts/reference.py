"""Writes the pages of docs/reference/ from the code: every command with its options, and every key of redirects.yaml.

With --check it writes nothing and exits with 1 where a page is not what the code says.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from migrator.cli.main import COMMANDS, main
from migrator.rules.schema import json_schema

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE = "<!-- Made by scripts/reference from the code. Change the code and make it again. -->\n"


def commands_page() -> str:
    """Every command: what it does, how it is called, and each option with its default."""
    parts = [
        MADE,
        "# Commands\n",
        "Exit codes: 0 fine, 1 findings, 2 usage or configuration, 3 could not finish, 130 interrupted.\n",
    ]
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        if command is not None:
            parts += _command(name, command)
    return "\n".join(parts)


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"migrator {name}")
    yield f"## migrator {name}\n"
    yield inspect.cleandoc(command.help or "").replace("\b", "") + "\n"
    yield f"```console\n{' '.join(['migrator', name, *command.collect_usage_pieces(context)])}\n```\n"
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    records = [record for one in options if (record := one.get_help_record(context))]
    if records:
        yield "| option | meaning |\n| --- | --- |"
        for option, meaning in records:
            yield f"| `{_cell(option)}` | {_cell(meaning)} |"
        yield ""


def keys_page() -> str:
    """Every key of redirects.yaml: its type, its default and its meaning, section by section."""
    schema = json_schema()
    shapes = schema["definitions"]
    parts = [MADE, "# Keys of redirects.yaml\n", "The guide to the file is [redirects.yaml](../redirects-yaml.md).\n"]
    for name, shape in sorted(shapes.items(), key=lambda item: item[0] != "FileShape"):
        title = "The file" if name == "FileShape" else name.removesuffix("Shape")
        parts += [
            f"## {title}\n",
            shape.get("description", "") + "\n",
            "| key | type | default | meaning |\n| --- | --- | --- | --- |",
        ]
        required = shape.get("required", [])
        for key, told in shape.get("properties", {}).items():
            default = (
                "required" if key in required else f"`{told['default']}`" if told.get("default") not in (None, "", [], {}) else ""
            )
            parts.append(f"| `{key}` | {_cell(_type(told))} | {_cell(default)} | {_cell(_meaning(told, shapes))} |")
        parts.append("")
    return "\n".join(parts)


def _type(told: dict[str, Any]) -> str:
    if "$ref" in told:
        name = told["$ref"].rpartition("/")[2].removesuffix("Shape")
        return f"[{name}](#{name.lower()})"
    if "anyOf" in told:
        return " or ".join(_type(one) for one in told["anyOf"] if one.get("type") != "null")
    if "enum" in told:
        return ", ".join(f"`{value}`" for value in told["enum"] if value is not None)
    kind = {"array": "list", "object": "mapping", "string": "text", "integer": "number"}.get(
        str(told.get("type")), str(told.get("type"))
    )
    inner = told.get("items") or told.get("additionalProperties")
    return f"{kind} of {_type(inner)}" if isinstance(inner, dict) and inner else str(told.get("format", kind))


def _meaning(told: dict[str, Any], shapes: dict[str, Any]) -> str:
    if told.get("description"):
        return str(told["description"])
    references = [one["$ref"].rpartition("/")[2] for one in [told, *told.get("anyOf", [])] if "$ref" in one]
    found = [one["description"] for one in told.get("anyOf", []) if one.get("description")]
    return found[0] if found else shapes[references[0]].get("description", "") if references else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES = {"commands.md": commands_page, "keys.md": keys_page}


def run() -> int:
    """Write the pages, or compare them; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page is out of date")
    only_check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        path, text = FOLDER / name, make()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if not only_check:
                FOLDER.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name}: {'out of date; run scripts/reference' if only_check else 'written'}")
    return 1 if stale and only_check else 0


if __name__ == "__main__":
    sys.exit(run())
