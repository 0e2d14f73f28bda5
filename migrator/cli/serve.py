"""`migrator serve`: the transition site on a port."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.cli.options import config_option
from migrator.maps.loading import Start
from migrator.maps.opening import settings_of_version
from migrator.rules.rule import Home
from migrator.settings import Settings

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
    "--strict", is_flag=True, help="Do not start with the last good map where the files cannot be used; exit with 2 instead."
)
@click.option("--name-rules", is_flag=True, help="Name the rule behind each answer in an X-Redirect-By header.")
def serve(config: Path, host: str, port: int, workers: int, access_log: bool, strict: bool, name_rules: bool) -> None:
    """Serve the transition site: redirects, helpful dead ends, and the old site with a banner.

    Put it behind your web server or load balancer for TLS. It serves only maps that pass `migrator check`: when the files
    change, the new map is checked beside the old one and swapped whole, or refused and the old one kept (see `migrator map`).
    SIGHUP has it look at once.
    The first Ctrl-C or SIGTERM lets requests under way finish, for 30 seconds at most; the second ends it at once.
    """
    from migrator.app import live_site
    from migrator.maps.loading import start_map
    from migrator.serve.options import ServerOptions
    from migrator.serve.server import listen
    from migrator.serve.server import serve as run

    start = start_map(config, strict=strict)
    settings = settings_of_version(start.config, start.folder, start.version)
    if workers > 1:
        settings.upstreams(*Home)  # an error in a file of a certificate is told here, once, and not by each worker
    sockets = listen(host, port)
    _announce(settings, start.version.rules, host, sockets[0].getsockname()[1])
    _warn(start)
    options = ServerOptions(workers=workers, access_log=access_log, limits=settings.gate.limits)
    run(lambda: live_site(start, name_rules=name_rules), sockets, options)


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
