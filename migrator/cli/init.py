"""`migrator init`: a first redirects.yaml, with a comment for every choice."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import click

from migrator.errors import ConfigError, Place, Problem
from migrator.rules.yaml_edit import scalar
from migrator.urls import canonical_host, origin_of


@click.command()
@click.option("--legacy", default="http://10.0.0.5:8080", show_default=True, help="Where the old site is reached.")
@click.option("--new", default="https://www.new.example", show_default=True, help="Public base of the new site.")
@click.option(
    "--host", "hosts", multiple=True, default=["www.old.example"], show_default=True, help="A public host of the old site."
)
@click.option("--name", default="Example", show_default=True, help="The site's name in the banner.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default="redirects.yaml")
def init(legacy: str, new: str, hosts: tuple[str, ...], name: str, file: Path) -> None:
    """Write a commented starter FILE (default redirects.yaml). An existing file is never touched."""
    for url in (legacy, new):
        if origin_of(url) is None:
            raise click.UsageError(f"`{url}` is not an absolute http or https URL")
    for host in hosts:
        try:
            canonical_host(host)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    template = importlib.resources.files("migrator.cli").joinpath("starter.yaml").read_text(encoding="utf-8")
    values = {
        "HOSTS": ", ".join(scalar(host) for host in hosts),
        "LEGACY": scalar(legacy),
        "NEW": scalar(new),
        "NAME": scalar(name),
    }
    for word, value in values.items():
        template = template.replace(f"<{word}>", value)
    try:
        with file.open("x", encoding="utf-8") as out:
            try:
                out.write(template)
                out.flush()
            except OSError:
                file.unlink()
                raise
    except FileExistsError:
        problem = Problem(Place(str(file)), "exists", "the file exists already", "Delete or rename it, or give another FILE.")
        raise ConfigError([problem]) from None
    click.echo(f"wrote {file}; next: edit its hosts and addresses, then `migrator check` and `migrator crawl legacy`", err=True)
