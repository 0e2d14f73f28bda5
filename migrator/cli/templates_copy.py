"""`migrator templates copy`: shipped templates into the operator's folder, to be changed there. What is there is not lost."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.cli.options import config_option
from migrator.cli.templates import templates
from migrator.errors import ConfigError, Place, Problem
from migrator.review.atomic import replace_text
from migrator.settings import templates_folder
from migrator.templating import template_folders


@click.command()
@config_option
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder. [default: templates beside the config, or $MIGRATOR_TEMPLATES]",
)
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
def copy(config: Path, names: tuple[str, ...], folder: Path | None, force: bool, dry_run: bool) -> None:
    """Copy shipped templates to where you can change them: NAME by name, such as gone.html or words/fr.yaml; else all pages.

    Copy only what you will change: a template of your own no longer changes with Migrator.
    """
    folder = folder or templates_folder(config)
    wanted = _wanted(names)
    there = [folder / name for name in wanted if (folder / name).exists()]
    if there and not force:
        raise ConfigError([_exists(path) for path in there])
    shipped = template_folders(None)[0]
    for name in wanted:
        if not dry_run:
            _write(folder / name, (shipped / name).read_bytes())
        click.echo(folder / name)
    verb = "would write" if dry_run else "wrote"
    click.echo(f"{verb} {len(wanted)} to {folder}; docs/templates.md says which values each one gets", err=True)


def _wanted(names: tuple[str, ...]) -> list[str]:
    known = [one.name for one in templates()]
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no template `{name}`; there are: {', '.join(known)}")
    return list(dict.fromkeys(names)) or [name for name in known if "/" not in name]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        replace_text(path, path.read_bytes(), content)
        return
    with path.open("xb") as file:
        try:
            file.write(content)
        except OSError:
            path.unlink()
            raise


def _exists(path: Path) -> Problem:
    return Problem(Place(str(path)), "exists", "the file exists already", "Rename it, or replace it with --force.")
