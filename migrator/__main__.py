"""`python -m migrator`, and the console script."""

from __future__ import annotations

INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C while it is still being loaded is no fault either."""
    try:
        from migrator.cli.main import main as command

        command()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


if __name__ == "__main__":
    main()
