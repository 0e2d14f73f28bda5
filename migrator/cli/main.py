"""The command `migrator`: which sub-commands there are, and how every error ends. Sub-commands load when they are called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from migrator.errors import MigratorError

# By the step of the journey that they belong to, as `migrator --help` shows them.
JOURNEY = {
    "Begin": {
        "init": "migrator.cli.init:init",
        "demo": "migrator.cli.demo:demo",
        "doctor": "migrator.cli.doctor:doctor",
        "schema": "migrator.cli.schema:schema",
    },
    "Learn what there is": {
        "crawl": "migrator.cli.crawl:crawl",
        "crawl history": "migrator.cli.crawl_history:history",
        "crawl diff": "migrator.cli.crawl_history:diff",
        "crawl forget": "migrator.cli.crawl_forget:forget",
        "sources": "migrator.cli.sources:sources",
        "pages": "migrator.cli.pages:pages",
    },
    "Say what moves where": {
        "match": "migrator.cli.match:match",
        "publish": "migrator.cli.publish:publish",
        "import": "migrator.cli.importing:import_",
        "export": "migrator.cli.exporting:export",
        "coverage": "migrator.cli.coverage:coverage",
    },
    "See that it is right": {
        "check": "migrator.cli.check:check",
        "explain": "migrator.cli.explain:explain",
        "explain-code": "migrator.cli.explain_code:explain_code",
        "verify": "migrator.cli.verify:verify",
    },
    "Serve it": {
        "serve": "migrator.cli.serve:serve",
        "map list": "migrator.cli.maps:list_versions",
        "map compile": "migrator.cli.maps:compile_now",
        "map accept": "migrator.cli.maps:accept",
        "map rollback": "migrator.cli.maps:rollback",
        "hits": "migrator.cli.hits:hits",
        "missing": "migrator.cli.missing:missing",
    },
    "Tell visitors": {
        "status": "migrator.cli.status:status",
        "search build": "migrator.cli.search_build:build",
        "search query": "migrator.cli.search:query",
        "search misses": "migrator.cli.search:misses",
        "templates": "migrator.cli.templates:listed",
        "templates list": "migrator.cli.templates:listed",
        "templates copy": "migrator.cli.templates_copy:copy",
    },
}
COMMANDS = {name: place for step in JOURNEY.values() for name, place in step.items()}
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported on use, so that `migrator --help` and `check` start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the journey."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, step by step."""
        widest = max(map(len, COMMANDS))
        for step, names in JOURNEY.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(step):
                room = formatter.width - 6 - widest
                formatter.write_dl([(name.ljust(widest), one.get_short_help_str(room)) for name, one in commands if one])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command by its name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name: two words of them where there is one of two words, such as `crawl diff`."""
        two = " ".join(args[:2])
        if two in COMMANDS:
            return two, self.get_command(ctx, two), args[2:]
        if args[0] not in COMMANDS and (seconds := [name for name in COMMANDS if name.startswith(f"{args[0]} ")]):
            ctx.fail(f"`{args[0]}` needs a second word: " + ", ".join(f"`migrator {name}`" for name in seconds))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error a user can meet becomes its message and its exit code, never a traceback."""
        try:
            return super().invoke(ctx)
        except MigratorError as error:
            click.echo(f"{error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"error: {where}{error.strerror or error}", err=True)
            ctx.exit(MigratorError.exit_code)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="migrator")
def main() -> None:
    """Carry a web site from its old home to its new one without breaking a link.

    The journey: init, crawl legacy, crawl new, match, publish, check, serve.
    """
