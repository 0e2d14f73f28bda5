"""A map of two thousand rules of every kind, made by chance but always the same, and requests that ask for each of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

from migrator.rules.rule import Kind, Rule
from migrator.rules.table import RuleTable
from migrator.rules.yaml_text import read_map
from migrator.urls import encoded_path, split_url

SITE = """\
version: 1
sites:
  main:
    hosts: [www.old.example, old.example]
    legacy: http://10.0.0.5:8080
    new: https://www.new.example
    allowed_targets: ["*.partner.example"]
    significant_params: [id, page]
    cache: 2h
"""
WORDS = (
    "about",
    "news",
    "Press",
    "team",
    "café",
    "Übersicht",
    "new site",
    "données",
    "help",
    "jobs",
    "o'neil",
    "a+b",
    "100",
    "x_y",
    "v1.2",
)
STATUSES = (301, 301, 301, 302, 303, 307, 308)


def map_text(size: int = 2000, seed: int = 7) -> str:
    """The text of a redirects.yaml with that many rules."""
    chance = random.Random(seed)
    return SITE + "rules:\n" + "".join(_rule(chance, number) for number in range(size))


@lru_cache
def generated(size: int = 2000, ignore: str = "") -> RuleTable:
    """The compiled map of that text, without a problem; `ignore` is what its site folds, instead of all three."""
    text = map_text(size).replace("    cache: 2h\n", f"    cache: 2h\n{f'    ignore: {ignore}' if ignore else ''}\n")
    found = read_map(text, "redirects.yaml")
    assert not found.problems, found.problems[:3]
    table = RuleTable(found.sites, found.rules)
    assert not table.problems, table.problems[:3]
    return table


def requests(table: RuleTable, seed: int = 11) -> Iterator[tuple[Rule, str, str]]:
    """For each rule some (rule, method, request target): as written, in other spellings, with a query, and what it is not."""
    chance = random.Random(seed)
    for found in table.tables["main"]:
        rule = found.rule
        path, query = asked(rule, chance)
        mark = f"?{query}" if query else ""
        yield rule, "GET", path + mark
        yield rule, chance.choice(("HEAD", "POST")), path + mark
        yield rule, "GET", chance.choice((path.upper() if "%" not in path else path, path.rstrip("/") + "/", path)) + mark
        if query and "exact" not in rule.query:
            yield rule, "GET", f"{path}?utm_source=x&{query}&y=2"
        elif not query:
            yield rule, "GET", path + chance.choice(("?utm_source=x&y=%20z", "?a=9", "?lang=de&lang=fr", "/index.html"))
        yield rule, "GET", path + "-not"


def asked(rule: Rule, chance: random.Random) -> tuple[str, str]:
    """A path and a query that the rule is asked for by."""
    if rule.kind is Kind.REGEX:
        return rule.examples[0].url, ""
    _, path, query = split_url(rule.source)
    segments = []
    for segment in path.split("/"):
        if segment.startswith(":"):
            segment = chance.choice(("Some", "x-1", "caf%C3%A9", "a,b", "%24x"))
        segments.append(segment.replace("*", chance.choice(("deep/Er/file.pdf", "one", "", "q%20r/s"))))
    return encoded_path("/".join(segments).encode()), query


def _rule(chance: random.Random, number: int) -> str:
    folder = "/".join(chance.choice(WORDS) for _ in range(chance.randint(1, 3)))
    path = f"/{folder}/p{number}"
    to = chance.choice(
        (
            f"/new/{number}",
            f"/neu/{quote(chance.choice(WORDS))}/{number}?tab=1",
            f"https://www.partner.example/{number}#top",
            f"/n/{number}?a=1&b=2#c",
        )
    )
    status = chance.choice(STATUSES)
    kind = chance.randrange(20)
    extra = f"    status: {status}\n" if status != 301 else ""
    extra += chance.choice(("", "", "    query: drop\n"))
    if kind == 0:
        return f'  - from: "{path}"\n    gone: true\n'
    if kind == 1:
        return f'  - from: "{path}/*"\n    to: "/sub/{number}/:splat"\n{extra}'
    if kind == 2:
        return f'  - from: "{path}/:year/:slug.html"\n    to: "/blog/:slug/:year?from={number}"\n{extra}'
    if kind == 3:
        url = f"/r{number}/{chance.randint(1, 99)}/Tail"
        _, _, one, two = url.split("/")
        example = f"    examples: [{{url: {url}, to: /rx/{two}/{one}}}]\n"
        return f'  - regex: "^/r{number}/(\\\\d+)/([a-z]+)$"\n    to: "/rx/\\\\2/\\\\1"\n{example}{extra}'
    if kind in (4, 5):
        return f'  - from: "{path}?id={number}"\n    to: "{to}"\n{extra}'
    if kind == 6:
        return f'  - from: "{path}?page=2&id=x{number}"\n    to: "{to}"\n{extra}'
    if kind == 7:
        return f'  - from: "{path}?b=2&a=1"\n    to: "{to}"\n    query: exact\n'
    if kind == 8:
        return f'  - from: "{path}/{"long-" * chance.randint(20, 160)}end"\n    to: "{to}"\n{extra}'
    if kind == 9:
        return f'  - from: "{path}/*"\n    to: "/wide/{number}/:splat"\n  - from: "{path}/kept/page"\n    serve: legacy\n'
    return f'  - from: "{path}"\n    to: "{to}"\n{extra}'
