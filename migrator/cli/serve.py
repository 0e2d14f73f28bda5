"""`migrator serve`: the transition site on a port."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrator.cli.options import config_option, store_option
from migrator.maps.loading import Start
from migrator.maps.opening import settings_of_version
from migrator.rules.rule import Home
from migrator.settings import Settings

if TYPE_CHECKING:
    from migrator.app import TransitionSite
    from migrator.serve.options import ServerOptions
    from migrator.serve.slabs import Slab

MOST_WORKERS = 256


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on; 0 takes a free one."
)
@click.option(
    "--workers", type=click.IntRange(1, MOST_WORKERS), default=1, show_default=True, help="Processes that share the work."
)
@click.option("--access-log", is_flag=True, help="Write a line for each request to stderr.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the log is written; json gives each request an id and says nothing of who made it.",
)
@click.option(
    "--admin-port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Answer /livez, /readyz, /startupz, /metrics and /map there; 0 takes a free port. [default: server.admin, or none]",
)
@click.option("--admin-host", default=None, help="The address of that port. [default: of server.admin, or 127.0.0.1]")
@click.option(
    "--drain",
    type=click.FloatRange(0, 600),
    default=0,
    show_default=True,
    help="Seconds to go on taking requests, no longer ready, once told to stop.",
)
@click.option(
    "--counts/--no-counts", default=True, show_default=True, help="Keep hits of rules and missing addresses in the store."
)
@store_option
@click.option(
    "--strict", is_flag=True, help="Do not start with the last good map where the files cannot be used; exit with 2 instead."
)
@click.option("--name-rules", is_flag=True, help="Name the rule behind each answer in an X-Redirect-By header.")
def serve(
    config: Path,
    host: str,
    port: int,
    workers: int,
    access_log: bool,
    log_format: str,
    admin_port: int | None,
    admin_host: str | None,
    drain: float,
    counts: bool,
    store: str | None,
    strict: bool,
    name_rules: bool,
) -> None:
    """Serve the transition site: redirects, helpful dead ends, and the old site with a banner.

    Put it behind your web server or load balancer for TLS. It serves only maps that pass `migrator check`: when the files
    change, the new map is checked beside the old one and swapped whole, or refused and the old one kept (see `migrator map`).
    SIGHUP has it look at once.
    The first Ctrl-C or SIGTERM lets requests under way finish, for 30 seconds at most; the second ends it at once.
    """
    from migrator.maps.loading import start_map
    from migrator.serve.options import ServerOptions
    from migrator.serve.server import listen

    start = start_map(config, strict=strict)
    settings = settings_of_version(start.config, start.folder, start.version)
    if workers > 1:
        settings.upstreams(*Home)  # an error in a file of a certificate is told here, once, and not by each worker
    sockets = listen(host, port)
    _announce(settings, start.version.rules, host, sockets[0].getsockname()[1])
    admin = _admin(settings, admin_host, admin_port)
    _warn(start)
    limits = settings.gate.limits
    options = ServerOptions(workers=workers, access_log=access_log, limits=limits, log_format=log_format, drain=drain)
    store_url = (store or settings.store_url) if counts else ""
    _run(start, settings, (sockets, admin), options, store_url, name_rules)


def _run(
    start: Start,
    settings: Settings,
    sockets: tuple[list[socket.socket], list[socket.socket]],
    options: ServerOptions,
    store_url: str,
    name_rules: bool,
) -> None:
    """Serve until told to stop; `sockets` are the visitors' and the operator's."""
    from migrator.app import live_site
    from migrator.serve.server import serve as run

    watch = replace(settings.watch, identify=options.log_format == "json", log_requests=options.access_log)

    def site(slab: Slab) -> TransitionSite:
        return live_site(start, name_rules=name_rules, slab=slab, watch=watch, store_url=store_url)

    run(site, sockets[0], options, sockets[1])


def _admin(settings: Settings, host: str | None, port: int | None) -> list[socket.socket]:
    """The sockets of the operator's port, which is told of; none where nobody asked for it."""
    from migrator.serve.server import listen

    named = settings.watch.admin
    if port is None and named is None:
        if host is not None:
            raise click.UsageError("--admin-host needs --admin-port, or server.admin in the file")
        return []
    default_host, default_port = named or ("127.0.0.1", 0)
    address = host or default_host, default_port if port is None else port
    sockets = listen(*address)
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    click.echo(f"Probes and metrics: http://{shown}:{sockets[0].getsockname()[1]}/readyz and /metrics", err=True)
    return sockets


def _warn(start: Start) -> None:
    """Say loudly that what is served is not what the files say."""
    if start.warning:
        click.echo(start.warning, err=True)
    if not start.problems:
        return
    version = start.version
    click.echo(f"NOT THE FILES ARE SERVED but the last good map: version {version.number} of {version.made}. Why:", err=True)
    for problem in start.problems:
        click.echo(problem, err=True)


def _announce(settings: Settings, rules: int, host: str, port: int) -> None:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    for one in settings.sites.values():
        names = ", ".join(one.hosts)
        click.echo(f"{one.name}: {names} → http://{address} ({rules} rules, old site {one.legacy})", err=True)
    first = next(iter(settings.sites.values())).hosts[0]
    near = f"127.0.0.1:{port}" if host in ("0.0.0.0", "::") else address  # noqa: S104 - compared, not bound
    click.echo(f"Only these hosts are answered. To try it: curl -i -H 'Host: {first}' http://{near}/", err=True)
    click.echo("Ctrl-C stops.", err=True)
