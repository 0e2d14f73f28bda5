"""Runs a command as a user would, and keeps what it printed."""

from __future__ import annotations

from click.testing import CliRunner, Result

from migrator.cli.main import main


def run(*words: object) -> Result:
    """Run `migrator` with these words. An exception that is no exit would reach a user as a traceback: it fails the test."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
