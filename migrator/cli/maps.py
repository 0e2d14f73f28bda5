"""`migrator map list|compile|accept|rollback`: the versions of the map that are kept, and which one is served."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.cli.options import config_option
from migrator.errors import StoreError
from migrator.maps.compiling import Outcome, compile_map, folder_beside, roll_back


@click.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the versions as JSON.")
def list_versions(config: Path, as_json: bool) -> None:
    """List the map versions that are kept, the newest first; * is the one that is served."""
    folder = folder_beside(config)
    pointer = folder.pointer()
    served = pointer.version if pointer else 0
    versions = folder.versions()
    if as_json:
        known = ("number", "made", "by", "rules", "digest")
        found = [{**{key: asdict(one)[key] for key in known}, "served": one.number == served} for one in versions]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in versions:
        mark = "*" if one.number == served else " "
        click.echo(f"{mark} {one.number:>4}  {one.made}  {one.by:<12}  {one.rules:>11,} rules  {one.digest[:12]}")
    if pointer is not None and pointer.held:
        click.echo(f"Version {served} was rolled back to; it is served until the files change.", err=True)
    if not versions:
        click.echo(f"{folder.path}: no version is kept yet; `migrator map compile` makes one", err=True)


@click.command("compile")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@click.pass_context
def compile_now(ctx: click.Context, config: Path, as_json: bool) -> None:
    """Check the files and, where they changed, make them the version that is served.

    A running `migrator serve` takes it in at once. Exit code 1: refused, and the version that was served still is.
    """
    ctx.exit(_told(_compiled(config), config, as_json=as_json))


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@click.pass_context
def accept(ctx: click.Context, config: Path, as_json: bool) -> None:
    """Compile the files even where the map lost more than a fifth of its rules, or was rolled back. Errors stay errors."""
    ctx.exit(_told(_compiled(config, accept=True), config, as_json=as_json))


@click.command()
@click.argument("number", type=click.IntRange(min=1))
@config_option
def rollback(number: int, config: Path) -> None:
    """Serve version NUMBER again, at once. It stays until the files change; mend them before that.

    The files are not touched.
    """
    version = roll_back(config, folder_beside(config), number)
    click.echo(f"version {version.number} of {version.made} is served: {counted(version.rules, 'rule')}", err=True)
    click.echo("The files are as they were; when they change, they are served again.", err=True)


def _compiled(config: Path, *, accept: bool = False) -> tuple[Outcome, float]:
    started = time.monotonic()
    try:
        outcome = compile_map(config, folder_beside(config), accept=accept)
    except OSError as error:
        raise StoreError(f"{folder_beside(config).path}: no version can be kept: {error.strerror}") from error
    return outcome, time.monotonic() - started


def _told(done: tuple[Outcome, float], config: Path, *, as_json: bool) -> int:
    """Print an outcome; the exit code."""
    outcome, seconds = done
    version = outcome.version
    if as_json:
        problems = [asdict(problem) for problem in outcome.problems]
        said = {"outcome": outcome.word, "version": version.number if version else 0, "patterns": dict(outcome.patterns)}
        click.echo(json.dumps({**said, "problems": problems, "seconds": round(seconds, 2)}, ensure_ascii=True))
    else:
        for problem in outcome.problems:
            click.echo(problem)
    served = f"version {version.number}, {counted(version.rules, 'rule')}" if version else "none"
    words = {
        "new": f"{served}, made in {seconds:.1f} s and served from now on",
        "same": f"nothing changed: {served}",
        "held": f"nothing changed since the roll-back: {served}; `migrator map accept` takes the files as they are",
        "refused": f"refused; what is served stays: {served}",
    }
    click.echo(f"{config}: {words[outcome.word]}", err=True)
    return 1 if outcome.word == "refused" else 0
