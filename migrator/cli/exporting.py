"""`migrator export DIALECT --out DIR`: the map as another server or system reads it, with all that it cannot hold."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.cli.options import config_option, settings_and_site
from migrator.rules.formats.export import Export
from migrator.rules.formats.export_report import README, report
from migrator.rules.formats.registry import DIALECTS, write
from migrator.store.whole_files import write_whole

WRITABLE = [name for name, dialect in DIALECTS.items() if dialect.write]
SHOWN = 20  # rules that are named on the terminal; the README names all
_LISTED = re.compile(r"^- `([^`/]+)`$", re.MULTILINE)


@click.command()
@click.argument("dialect", type=click.Choice(WRITABLE), metavar="DIALECT")
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write.")
@config_option
@click.option("--site", default=None, help="Which site of the config; needed only where it has several.")
@click.option("--dry-run", is_flag=True, help="Tell what would be written and what cannot be said; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print files and remarks as JSON on stdout.")
@click.pass_context
def export(ctx: click.Context, dialect: str, folder: Path, config: Path, site: str | None, dry_run: bool, as_json: bool) -> None:
    """Write the map for another server or system into a folder, with a README: how to use it, and which rules it cannot hold.

    Redirects are written as they are today: rules that soak, begin or end change later, and the README names them.

    Exit code 0: every rule is in the files. 1: some are not. 2: the config cannot be read or served.
    """
    settings, chosen = settings_and_site(config, None, site)
    table = settings.table().tables[chosen.name]
    made = write(dialect, table, dt.datetime.now(dt.UTC).date())
    files = {**made.files, README: report(dialect, DIALECTS[dialect].about, chosen, made)}
    old = _earlier(folder, files)
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_whole(folder / name, text.encode("utf-8", "surrogateescape"))
        for name in old - set(files):
            (folder / name).unlink(missing_ok=True)
    if as_json:
        click.echo(json.dumps(_as_data(made, folder), indent=2, ensure_ascii=False))
    _tell(made, folder, dialect, dry_run)
    ctx.exit(1 if any(remark.is_left_out for remark in made.remarks) else 0)


def _earlier(folder: Path, files: dict[str, str]) -> set[str]:
    """The files of an earlier export there. Raises UsageError where others would be overwritten."""
    readme = folder / README
    text = readme.read_text("utf-8", "replace") if readme.is_file() else ""
    listed = text.partition("## Files")[2].partition("## ")[0]
    ours = set(_LISTED.findall(listed)) | {README} if "`migrator export" in text else set()
    strangers = sorted(name for name in files if (folder / name).exists() and name not in ours)
    if strangers:
        raise click.UsageError(f"{folder} holds files of somebody else ({', '.join(strangers)}); name a folder of its own")
    return ours


def _tell(made: Export, folder: Path, dialect: str, dry_run: bool) -> None:
    left_out = [remark for remark in made.remarks if remark.is_left_out]
    for remark in left_out[:SHOWN]:
        click.echo(f"{remark.rule.place}: left out: `{remark.rule.source[:200]}`: {remark.text}", err=True)
    if len(left_out) > SHOWN:
        click.echo(f"… and {len(left_out) - SHOWN:,} more, named in {README}", err=True)
    others = len(made.remarks) - len(left_out)
    verb = "would be written" if dry_run else "written"
    click.echo(
        f"{folder}: {counted(made.said, 'rule')} {verb} for {dialect}, {len(left_out):,} left out, "
        f"{others:,} with a remark; see {README}",
        err=True,
    )


def _as_data(made: Export, folder: Path) -> dict[str, object]:
    return {
        "folder": str(folder),
        "files": sorted(made.files),
        "rules": made.said,
        "remarks": [
            {"place": str(one.rule.place), "from": one.rule.source, "left_out": one.is_left_out, "text": one.text}
            for one in made.remarks
        ],
    }
