"""`migrator explain URL`: how the map decides, step by step, without a server, and what the door would send."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from migrator.cli.options import config_option
from migrator.errors import ConfigError
from migrator.maps.compiling import examine
from migrator.rules.checks import described, errors_only
from migrator.rules.considered import Considered, considered
from migrator.rules.decision import Decision, Gone, Redirect, Serve, Step
from migrator.rules.table import Request, RuleTable
from migrator.serve.public import PublicPages
from migrator.settings import Settings, settings_of
from migrator.urls import encoded_path, split_url

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One request and all that there is to tell of it. `status` and `fields` are the door's; None where a site answers."""

    request: Request
    steps: list[Step]
    decision: Decision
    others: list[Considered]
    status: int | None
    fields: list[tuple[str, str]]
    is_own_page: bool  # of the transition site, which no rule of the map is asked for


@click.command()
@click.argument("url")
@config_option
@click.option("--method", default="GET", show_default=True, help="The request's method.")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header of the request; several times.")
@click.option("--host", default=None, help="The Host it is asked of, where URL is only a path. [default: the first host]")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="The day it is asked on, in UTC. [default: today]")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@click.pass_context
def explain(
    ctx: click.Context,
    url: str,
    config: Path,
    method: str,
    headers: tuple[str, ...],
    host: str | None,
    at: dt.datetime | None,
    as_json: bool,
) -> None:
    """Show what the map answers for URL (an old address or only its path): each step, the rule, the others, the answer.

    Rules that cannot be used are named first, and end it with exit code 1.
    """
    examined = examine(config, checks=False)
    if examined.found.problems:
        raise ConfigError(examined.found.problems)
    settings, table = settings_of(examined.found, config), examined.table
    fields = [_header(header) for header in headers]
    request = _request(settings, url, method, host or dict(fields).get(b"host", b"").decode("latin-1"), at)
    unused = errors_only([*table.problems, *examined.sheets.problems])
    for problem in unused:
        click.echo(f"not used: {problem}", err=True)
    explanation = _explained(settings, table, request, fields)
    if as_json:
        click.echo(json.dumps(_as_data(explanation), indent=2, ensure_ascii=False))
    else:
        _tell(explanation)
    ctx.exit(1 if unused else 0)


def _request(settings: Settings, url: str, method: str, host: str, at: dt.datetime | None) -> Request:
    named, path, query = split_url(url)
    if not named and not url.startswith("/"):
        raise click.UsageError(f"`{url}` is no address: begin it with / or with http:// and the host")
    return Request(
        (path or "/").encode("utf-8", "surrogatepass"),
        query.encode("utf-8", "surrogatepass"),
        host or named or next(iter(settings.sites.values())).hosts[0],
        method.upper(),
        at.date() if at else dt.datetime.now(dt.UTC).date(),
    )


def _header(text: str) -> Header:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or not text.isprintable():
        raise click.UsageError(f"--header: `{text}` is not NAME: VALUE")
    return name.strip().lower().encode("latin-1", "replace"), value.strip().encode("utf-8")


def _explained(settings: Settings, table: RuleTable, request: Request, fields: list[Header]) -> Explanation:
    from migrator.wiring import rehearsed  # the whole server, which takes longest to load

    steps: list[Step] = []
    decision = table.decide(request, steps)
    assert request.today is not None  # noqa: S101 - set by _request
    answer = asyncio.run(rehearsed(settings, table, _scope(request, fields), request.today))
    others = considered(table, request, decision.rule)
    sent = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers] if answer else []
    own = settings.transition
    is_own_page = own is not None and PublicPages(own.path, {}).covers(request.path)
    return Explanation(request, steps, decision, others, answer.status if answer else None, sent, is_own_page)


def _scope(request: Request, fields: list[Header]) -> dict[str, Any]:
    """The request as an ASGI server hands it to the door."""
    kept = [field for field in fields if field[0] != b"host"]
    path = encoded_path(request.path)
    return {
        "type": "http",
        "method": request.method,
        "path": path,
        "raw_path": request.path,
        "query_string": request.query,
        "headers": [(b"host", request.host.encode("utf-8")), *kept],
        "scheme": "https",
        "http_version": "1.1",
    }


def _tell(explanation: Explanation) -> None:
    for number, step in enumerate(explanation.steps, 1):
        click.echo(f"{number}. {step.question}: {step.answer}")
    for other in explanation.others:
        click.echo(f"   not {other.rule.source} at {other.rule.place}: {other.why}")
    if explanation.is_own_page:
        click.echo("→ a page of the transition site's own, whatever the map says (see `transition:`)")
    else:
        click.echo(f"→ {_answer(explanation.decision)}")
        click.echo(f"  because {explanation.decision.reason}")
    if explanation.status is not None:
        click.echo(f"sent: HTTP {explanation.status}")
        for name, value in explanation.fields:
            click.echo(f"  {name}: {value}")


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
    if word == "not_found":
        return "404 not found"
    upstream = decision.site.upstream(decision.home) if isinstance(decision, Serve) else ""
    return f"served by the {word} site" + (f" at {upstream}" if upstream else "")


def _as_data(explanation: Explanation) -> dict[str, Any]:
    request, decision = explanation.request, explanation.decision
    rule = decision.rule
    return {
        "request": {
            "method": request.method,
            "host": request.host,
            "path": request.path.decode("utf-8", "replace"),
            "query": request.query.decode("utf-8", "replace"),
            "day": str(request.today),
        },
        "steps": [{"question": step.question, "answer": step.answer} for step in explanation.steps],
        "considered": [{"source": one.rule.source, "place": str(one.rule.place), "why": one.why} for one in explanation.others],
        "decision": type(decision).__name__.lower(),
        "answer": described(decision),
        "status": getattr(decision, "status", None),
        "rule": None if rule is None else {"source": rule.source, "place": str(rule.place)},
        "reason": decision.reason,
        "is_own_page": explanation.is_own_page,
        "sent": None if explanation.status is None else {"status": explanation.status, "headers": explanation.fields},
    }
