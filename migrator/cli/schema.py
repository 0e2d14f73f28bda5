"""`migrator schema`: what an editor needs to complete and check redirects.yaml."""

from __future__ import annotations

import json

import click

from migrator.rules.schema import json_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of redirects.yaml (draft 7).

    Keep it beside the file and name it in the first line of redirects.yaml, as `migrator init` does.
    """
    click.echo(json.dumps(json_schema(), indent=2))
