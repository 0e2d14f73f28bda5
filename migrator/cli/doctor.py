"""`migrator doctor`: what a report of a fault should tell: versions, parts, the file, the store, limits. Changes nothing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import click

from migrator.cli.options import config_option, store_option
from migrator.errors import Level, MigratorError
from migrator.pages.page import Side
from migrator.settings import Settings, load_settings, read_config
from migrator.store.open import open_store

FINDINGS = 1
_FEW_FILES = 4096  # open at a time: a busy site has a connection for every visitor and one to the old site
_LITTLE_SPACE = 1 << 30  # bytes
_PACKAGE = "migrator"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `mend` says what to do where it is not as it should be, else it is empty."""

    topic: str
    found: str
    mend: str = ""


@click.command()
@config_option
@store_option
@click.option("--json", "as_json", is_flag=True, help="Write the report to stdout as JSON.")
@click.pass_context
def doctor(ctx: click.Context, config: Path, store: str | None, as_json: bool) -> None:
    """Say how this installation stands: for a report of a fault, and before going live.

    It names no address of a page, no password and nothing of a visitor. It exits with 1 where something is to be mended.
    """
    report = [*_program(), *_parts(), *_machine(config), *_file(config), *_store(config, store)]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in report], indent=2))
    else:
        for finding in report:
            click.echo(f"{finding.topic:<22} {finding.found}")
            if finding.mend:
                click.echo(f"{'':<22} to mend: {finding.mend}")
    ctx.exit(FINDINGS if any(finding.mend for finding in report) else 0)


def _program() -> Iterator[Finding]:
    yield Finding("migrator", version(_PACKAGE))
    yield Finding("python", f"{platform.python_implementation()} {platform.python_version()}")
    yield Finding("system", f"{platform.system()} {platform.release()} {platform.machine()}")
    for name in ("starlette", "uvicorn", "httpx", "beautifulsoup4", "lxml", "sqlalchemy"):
        yield Finding(name, version(name))


def _parts() -> Iterator[Finding]:
    """Every optional part: there, there in part, or not there. Not to have one is no fault."""
    parts: dict[str, list[str]] = {}
    for line in requires(_PACKAGE) or ():
        requirement, _, condition = line.partition(";")
        if "extra ==" in condition:
            name = requirement.split("[")[0].split(">")[0].split("=")[0].split("<")[0].strip()
            parts.setdefault(condition.split("extra ==")[1].strip(" '\""), []).append(name)
    for part, packages in parts.items():
        if part == "all":
            continue
        missing = [name for name in packages if not _is_there(name)]
        how = f"pip install 'migrator[{part}]'"
        if not missing:
            yield Finding(f"part {part}", "installed")
        elif len(missing) == len(packages):
            yield Finding(f"part {part}", f"not installed; {how}")
        else:
            yield Finding(f"part {part}", f"in pieces: without {', '.join(missing)}", how)


def _is_there(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _machine(config: Path) -> Iterator[Finding]:
    yield Finding("processors", str(os.cpu_count() or 1))
    free = shutil.disk_usage(config.parent if config.parent.is_dir() else Path.cwd()).free
    little = "make room; the store and the map are written whole beside the old ones" if free < _LITTLE_SPACE else ""
    yield Finding("free disk space", f"{free / (1 << 30):.1f} GiB", little)
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        unbounded = most == resource.RLIM_INFINITY
        few = "" if unbounded or most >= _FEW_FILES else f"raise it to {_FEW_FILES} or more (ulimit -Hn; LimitNOFILE= in systemd)"
        yield Finding("open files, at most", "no bound" if unbounded else str(most), few)


def _file(config: Path) -> Iterator[Finding]:
    found = read_config(config)
    errors = [problem for problem in found.problems if problem.level is Level.ERROR]
    if errors:
        yield Finding(
            "redirects.yaml", f"{len(errors)} errors; the first: {errors[0].message}", "`migrator check` tells them all"
        )
        return
    hosts = sum(len(site.hosts) for site in found.sites)
    yield Finding("redirects.yaml", f"{len(found.rules)} rules, {len(found.sites)} sites, {hosts} hosts")


def _store(config: Path, store: str | None) -> Iterator[Finding]:
    try:
        settings = load_settings(config, store)
    except MigratorError:
        return  # said already
    if "://" not in settings.store_url and not Path(settings.store_url).exists():
        yield Finding("store", "none yet; `migrator crawl legacy` makes it")
        return
    try:
        yield from _crawls(settings)
    except MigratorError as error:
        yield Finding("store", "cannot be used", str(error).replace("\n", " "))


def _crawls(settings: Settings) -> Iterator[Finding]:
    with open_store(settings.store_url) as opened:
        yield Finding("store", settings.store_url.partition("://")[0] if "://" in settings.store_url else "SQLite")
        for site in settings.sites:
            for side in Side:
                kept = opened.crawls(site, side)
                done = next((crawl for crawl in kept if crawl.finished), None)
                said = f"{done.pages} pages, {done.finished:%Y-%m-%d}" if done and done.finished else "none has reached its end"
                yield Finding(f"last crawl, {side}", f"{said} (site {site})")
            yield Finding("verdicts", f"{len(opened.verdicts(site))} (site {site})")
