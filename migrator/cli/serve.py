"""`migrator serve`: the transition site on a port."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from migrator.cli.options import config_option
from migrator.errors import MigratorError
from migrator.settings import load_settings


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="The port to listen on; 0 takes a free one."
)
@click.option("--name-rules", is_flag=True, help="Name the rule behind each answer in an X-Redirect-By header.")
def serve(config: Path, host: str, port: int, name_rules: bool) -> None:
    """Serve the transition site: redirects, helpful dead ends, and the old site with a banner.

    Put it behind your web server or load balancer for TLS. It starts only with a map that passes `migrator check`.
    """
    import uvicorn

    from migrator.app import TransitionSite

    settings = load_settings(config)
    site = TransitionSite(settings, name_rules=name_rules)
    options = uvicorn.Config(site, host=host, port=port, log_level="warning", date_header=False, server_header=False)
    server = uvicorn.Server(options)
    for one in settings.sites.values():
        click.echo(
            f"{one.name}: {', '.join(one.hosts)} → http://{host}:{port} ({len(settings.rules)} rules, old site {one.legacy})",
            err=True,
        )
    click.echo("Ctrl-C stops.", err=True)
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has stopped in order by then
        server.run()
    if not server.started:
        raise MigratorError(f"could not listen on {host}:{port}")
