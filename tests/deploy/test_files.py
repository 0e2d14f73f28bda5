"""What is shipped for deploying: every command line in it is one that the command takes, and each file is sound."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import jsonschema
import pytest
import yaml

from migrator.cli.main import main
from tests.shared import ROOT

DEPLOY = ROOT / "deploy"


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Every command line that starts Migrator, by its file."""
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    yield "Dockerfile", json.loads(re.findall(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)[-1])
    for name, service in yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"].items():
        yield f"compose.yaml {name}", service["command"]
    unit = (DEPLOY / "migrator.service").read_text("utf-8")
    yield "migrator.service", shlex.split(re.findall(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)[0])
    chart = (DEPLOY / "helm" / "templates" / "deployment.yaml").read_text("utf-8")
    filled = re.findall(r"^ +args: (.*)$", chart, re.MULTILINE)[0].replace('"{{ .Values.workers }}"', '"2"')
    yield "deployment.yaml", yaml.safe_load(filled)


LINES = dict(command_lines())


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_every_command_line_is_taken(line: list[str]) -> None:
    command = main.get_command(click.Context(main), line[0])

    assert command is not None
    assert command.make_context(line[0], line[1:]).params


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is absent")
    unit = tmp_path / "migrator.service"
    text = (DEPLOY / "migrator.service").read_text("utf-8").replace("/opt/migrator/bin/migrator", "/bin/true")
    unit.write_text(text, encoding="utf-8")

    verified = subprocess.run([program, "verify", str(unit)], capture_output=True, text=True, check=False)

    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_values_of_the_chart_fit_its_schema() -> None:
    values = yaml.safe_load((DEPLOY / "helm" / "values.yaml").read_text("utf-8"))
    schema = json.loads((DEPLOY / "helm" / "values.schema.json").read_text("utf-8"))

    jsonschema.validate(values, schema)


def test_every_value_that_the_chart_uses_is_there() -> None:
    values = yaml.safe_load((DEPLOY / "helm" / "values.yaml").read_text("utf-8"))
    for path in sorted((DEPLOY / "helm" / "templates").iterdir()):
        for name in re.findall(r"\.Values((?:\.\w+)+)", path.read_text("utf-8")):
            value = values
            for part in name.strip(".").split("."):
                assert part in value, f"{path.name}: .Values{name}"
                value = value[part]


def test_the_image_copies_only_what_its_context_has() -> None:
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.*)$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    sources = {source for line in copied for source in line.split()[:-1]}

    assert sources == kept
    assert all((ROOT / source).exists() for source in sources)
