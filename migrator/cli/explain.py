"""`migrator explain URL`: how the map decides, step by step, without a server."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import config_option
from migrator.rules.checks import described, errors_only
from migrator.rules.decision import Decision, Gone, Redirect, Step
from migrator.rules.table import Request, RuleTable
from migrator.settings import load_settings
from migrator.urls import split_url


@click.command()
@click.argument("url")
@config_option
@click.option("--method", default="GET", show_default=True, help="The request's method.")
@click.option("--host", default=None, help="The Host it is asked of, where URL is only a path. [default: the first host]")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@click.pass_context
def explain(ctx: click.Context, url: str, config: Path, method: str, host: str | None, as_json: bool) -> None:
    """Show what the map answers for URL (an old address or only its path): each step, the rule, and the answer.

    Rules that cannot be used are named first, and end it with exit code 1.
    """
    settings = load_settings(config)
    named, path, query = split_url(url)
    if not named and not url.startswith("/"):
        raise click.UsageError(f"`{url}` is no address: begin it with / or with http:// and the host")
    site = next(iter(settings.sites.values()))
    request = Request(
        (path or "/").encode("utf-8", "surrogatepass"),
        query.encode("utf-8", "surrogatepass"),
        host or named or site.hosts[0],
        method.upper(),
        dt.datetime.now(dt.UTC).date(),
    )
    steps: list[Step] = []
    table = RuleTable(settings.sites.values(), settings.rules)
    decision = table.decide(request, steps)
    unused = errors_only(table.problems)
    for problem in unused:
        click.echo(f"not used: {problem}", err=True)
    if as_json:
        click.echo(json.dumps(_as_data(steps, decision), indent=2, ensure_ascii=False))
    else:
        for number, step in enumerate(steps, 1):
            click.echo(f"{number}. {step.question}: {step.answer}")
        click.echo(f"→ {_answer(decision)}")
        click.echo(f"  because {decision.reason}")
    ctx.exit(1 if unused else 0)


def _answer(decision: Decision) -> str:
    if isinstance(decision, Redirect):
        return f"{decision.status} to {decision.location} (cached for {decision.max_age} s)"
    if isinstance(decision, Gone):
        offers = [
            f"suggests {decision.suggest}" if decision.suggest else "",
            f"archive {decision.archive}" if decision.archive else "",
        ]
        return " · ".join(filter(None, ["410 gone", *offers]))
    word = described(decision)
    return "404 not found" if word == "not_found" else f"served by the {word} site"


def _as_data(steps: list[Step], decision: Decision) -> dict[str, Any]:
    rule = decision.rule
    return {
        "steps": [{"question": step.question, "answer": step.answer} for step in steps],
        "decision": type(decision).__name__.lower(),
        "answer": described(decision),
        "status": getattr(decision, "status", None),
        "rule": None if rule is None else {"source": rule.source, "place": str(rule.place)},
        "reason": decision.reason,
    }
