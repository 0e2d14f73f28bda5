"""The options that many commands share, and how they become settings and an open store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from migrator.errors import RefusalError
from migrator.rules.rule import Site
from migrator.settings import Settings, load_settings

Command = TypeVar("Command", bound=Callable[..., Any])

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("redirects.yaml"),
    envvar="MIGRATOR_CONFIG",
    show_default=True,
    show_envvar=True,
    help="The file that says what moves where.",
)
store_option = click.option(
    "--store",
    default=None,
    envvar="MIGRATOR_STORE",
    show_envvar=True,
    help="Where crawls and suggestions are kept: a file or a database URL. [default: .migrator/store.db beside the config]",
)
site_option = click.option("--site", default=None, help="Which site of the config; needed only where it has several.")


def settings_and_site(config: Path, store: str | None, site: str | None) -> tuple[Settings, Site]:
    """Settings of that config, and the one site that the command works on; a usage error where that is not one."""
    settings = load_settings(config, store)
    sites = settings.sites
    if site is None and len(sites) == 1:
        return settings, next(iter(sites.values()))
    if site is None:
        raise click.UsageError(f"{config} has several sites; choose one with --site: {', '.join(sites)}")
    if site not in sites:
        raise RefusalError(f"{config} has no site {site!r}; it has: {', '.join(sites)}")
    return settings, sites[site]
