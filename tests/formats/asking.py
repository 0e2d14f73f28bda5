"""Asks a server of another make for every rule of a map, and compares with what the map decides."""

from __future__ import annotations

import http.client
from collections.abc import Iterable

from migrator.rules.decision import Gone, Redirect
from migrator.rules.rule import Rule
from migrator.rules.table import Request, RuleTable

HOST = "www.old.example"
LEGACY = 200  # what each server answers where the map leaves a request alone


def expected(table: RuleTable, method: str, target: str) -> tuple[int, str]:
    """Status and Location that the map's own decision comes to."""
    path, _, query = target.partition("?")
    decision = table.decide(Request(path.encode(), query.encode(), HOST, method))
    if isinstance(decision, Redirect):
        return decision.status, decision.location
    return (410 if isinstance(decision, Gone) else LEGACY), ""


def differences(port: int, table: RuleTable, wanted: Iterable[tuple[Rule, str, str]]) -> list[str]:
    """Every request that is answered otherwise, told in words; redirects must also carry the site's Cache-Control."""
    found = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for rule, method, target in wanted:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", HOST)
        if method == "POST":
            connection.putheader("Content-Length", "0")
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        got = answer.status, answer.headers.get("Location", "")
        right = expected(table, method, target)
        if got != right:
            found.append(f"{method} {target}: {got}, not {right} ({rule.source} at {rule.place})")
        elif right[1] and answer.headers.get_all("Cache-Control") != ["public, max-age=7200"]:
            found.append(f"{method} {target}: Cache-Control {answer.headers.get_all('Cache-Control')}")
    connection.close()
    return found
