"""`migrator serve`: the transition site on a port."""

from __future__ import annotations

from pathlib import Path

import click

from migrator.cli.options import config_option
from migrator.rules.rule import Home
from migrator.settings import Settings, load_settings

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
@click.option("--name-rules", is_flag=True, help="Name the rule behind each answer in an X-Redirect-By header.")
def serve(config: Path, host: str, port: int, workers: int, access_log: bool, name_rules: bool) -> None:
    """Serve the transition site: redirects, helpful dead ends, and the old site with a banner.

    Put it behind your web server or load balancer for TLS. It starts only with a map that passes `migrator check`.
    The first Ctrl-C or SIGTERM lets requests under way finish, for 30 seconds at most; the second ends it at once.
    """
    from migrator.app import TransitionSite
    from migrator.serve.options import ServerOptions
    from migrator.serve.server import listen
    from migrator.serve.server import serve as run

    settings = load_settings(config)
    if workers > 1:
        # An error in the map, or in a file of a certificate, is told here, once, and not by each worker.
        settings.table()
        settings.upstreams(*Home)
    sockets = listen(host, port)
    _announce(settings, host, sockets[0].getsockname()[1])
    options = ServerOptions(workers=workers, access_log=access_log, limits=settings.gate.limits)
    run(lambda: TransitionSite(settings, name_rules=name_rules), sockets, options)


def _announce(settings: Settings, host: str, port: int) -> None:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    for one in settings.sites.values():
        names = ", ".join(one.hosts)
        click.echo(f"{one.name}: {names} → http://{address} ({len(settings.rules)} rules, old site {one.legacy})", err=True)
    first = next(iter(settings.sites.values())).hosts[0]
    near = f"127.0.0.1:{port}" if host in ("0.0.0.0", "::") else address  # noqa: S104 - compared, not bound
    click.echo(f"Only these hosts are answered. To try it: curl -i -H 'Host: {first}' http://{near}/", err=True)
    click.echo("Ctrl-C stops.", err=True)
