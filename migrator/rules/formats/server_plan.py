"""A map as any web server can follow it: stages of keys and expressions, each with its answer. No server's syntax here.

A server that decides like the map works on two forms of a request's path. The *key* is decoded, without case, index file and
final slash, and is looked up whole. The *spelled* path is as it was sent, with only a session id and a final index file taken
off; expressions are matched against it, and their groups go into targets. A path that holds anything but visible ASCII that
may stand in a URL, or a dot segment, has no spelled form, so that no group can carry a line break or climb out of its folder.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations, product
from urllib.parse import quote, unquote, unquote_to_bytes

import re2

from migrator.rules.formats.export import Export, Outgoing, outgoing
from migrator.rules.rule import Home, Kind, QueryMode, Rule
from migrator.rules.table import SiteTable
from migrator.urls import Folding, fold_case, query_names

INDEX_FILES = r"(?:index\.(?:html?|shtml|xhtml|php[0-9]?|aspx?|jsp|cfm)|default\.(?:html?|aspx?))"
SESSION = r";jsessionid=[^/;]*"
SPELLED = r"/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*"  # what a spelled path may consist of
DOTS = r"/(?:\.|%2e){1,2}(?:/|$)|%2f(?:\.|%2e){1,2}|%5c"  # in any case
MOST_PAIRS = 4  # of a whole query: more have too many orders
STATUSES = (301, 302, 303, 307, 308)
_ESCAPES = re.compile(r"(?:\\?%[0-9A-F]{2})+")
_END = re.compile(r"(?<!\\)(?:\\\\)*\$$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server does for one rule: status 0 leaves the request alone. `parts` are text and numbers of groups.

    `mode` is "-" where no query is carried, else "q" or "a" (behind a query of its own) and the number of the names taken off it.
    """

    rule: Rule
    status: int
    parts: tuple[str | int, ...] = ()
    fragment: str = ""
    mode: str = "-"


@dataclass(slots=True)
class Stage:
    """Rules that are asked together. Of `keys`, one is looked up; `expressions` are asked in order, on the spelled path.

    `by` says what is looked up: the path alone, with its significant parameters (`?&id=7&page=2`, names in order), or with the
    whole query.
    """

    by: str  # "path", "query", "whole"
    keys: dict[str, Answer] = field(default_factory=dict)
    expressions: list[tuple[str, Answer]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """All of a site. `strips` are the sets of names that a carried query loses, by number; the first loses none."""

    folding: Folding
    max_age: int
    stages: list[Stage]
    strips: list[tuple[str, ...]]
    params: tuple[str, ...]


def plan_of(table: SiteTable, today: dt.date, export: Export) -> Plan:
    """The plan for a site. What it cannot hold is noted in `export`; so is how many rules it does hold."""
    plan = Plan(table.site.folding, table.site.cache, [], [()], tuple(sorted(table.site.folding.significant_params)))
    for rank, rules in _ranks(outgoing(table, today, export)):
        stage = Stage(("whole", "query", "path", "path", "path")[rank % 5])
        for rule in rules:
            if rule.rule.kind is Kind.REGEX and not rule.rule.source.isprintable():
                export.leave_out(rule.rule, "an expression with a control character cannot be written safely")
                continue
            if rule.rule.serve is Home.NEW:
                export.remark(rule.rule, "the server leaves it alone; serve: new must be set up there")
            answer = _answer(rule, plan)
            if rule.found.pattern is None:
                _add_keys(stage, rule, answer, plan.folding, export)
            else:
                stage.expressions.append((expression_of(rule, plan.folding), answer))
            export.said += 1
        plan.stages.append(stage)
    return plan


def _ranks(rules: Iterable[Outgoing]) -> Iterator[tuple[int, list[Outgoing]]]:
    gathered: list[list[Outgoing]] = [[] for _ in range(10)]
    for rule in rules:
        found = rule.found
        rank = 0 if rule.rule.serve is not None else 5
        if rule.rule.kind is Kind.REGEX:
            rank += 4
        elif found.pattern is not None:
            rank += 3
        elif rule.rule.query is not QueryMode.EXACT:
            rank += 1 if found.key is not None and found.key.query else 2
        gathered[rank].append(rule)
    return ((rank, rules) for rank, rules in enumerate(gathered) if rules)


def _answer(rule: Outgoing, plan: Plan) -> Answer:
    target = rule.found.target
    if rule.status in (0, 410) or target is None:
        return Answer(rule.rule, rule.status)
    names = rule.found.pattern.names if rule.found.pattern else ()
    text = [part if place % 2 == 0 else names.index(part) + 1 for place, part in enumerate(rule.parts)]
    last = text[-1] if isinstance(text[-1], str) else ""
    address, mark, fragment = last.partition("#")
    parts = (*text[:-1], address)
    return Answer(rule.rule, rule.status, parts, mark + fragment, _mode(rule, parts, plan))


def _mode(rule: Outgoing, parts: tuple[str | int, ...], plan: Plan) -> str:
    if not rule.carries:
        return "-"
    own = "".join(map(str, parts)).partition("?")
    names = tuple(sorted(rule.found.consumed | query_names(own[2], plan.folding)))
    if names not in plan.strips:
        plan.strips.append(names)
    return f"{'a' if own[1] else 'q'}{plan.strips.index(names)}"


def _add_keys(stage: Stage, rule: Outgoing, answer: Answer, folding: Folding, export: Export) -> None:
    key = rule.found.key
    assert key is not None  # noqa: S101 - a rule without a pattern has a key
    if not folding.case or is_awkward(key.path):
        if stage.by == "path":
            stage.expressions.append((exact_expression(key.path, folding), answer))
        else:
            export.leave_out(rule.rule, "a query with an address that has %2F, %25 or // in it, or whose case counts")
            export.said -= 1
        return
    for path in _spellings(key.path):
        for query in _queries(rule, stage.by, export):
            stage.keys.setdefault(decoded(path) + query, answer)


def is_awkward(path: str) -> bool:
    """Whether servers change such a path before anything can be looked up: they decode, and merge slashes."""
    return "//" in path or any(code in path for code in ("%2F", "%5C", "%25", "%00", "%0A", "%0D"))


def decoded(path: str) -> str:
    """The path as servers decode it; bytes that are no UTF-8 are kept as surrogates."""
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")


def _spellings(path: str) -> list[str]:
    """A folded path, and as it is when letters beyond ASCII, which servers do not fold, are great or at a word's beginning."""
    if "%" not in path:
        return [path]
    text = decoded(path)
    great = "".join(letter.upper() if ord(letter) > 127 and len(letter.upper()) == 1 else letter for letter in text)
    first = re.sub(r"(?<![^\W_])\w", lambda match: match[0].upper() if len(match[0].upper()) == 1 else match[0], text)
    first = "".join(new if ord(old) > 127 else old for new, old in zip(first, text, strict=True))
    return list(
        dict.fromkeys([path, *(quote(one.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=:@~") for one in (great, first))])
    )


def _queries(rule: Outgoing, by: str, export: Export) -> list[str]:
    if by == "path":
        return [""]
    key = rule.found.key
    if by == "query" and key is not None:
        pairs = key.query.split("&")
        return ["?" + "".join(f"&{pair}" for pair in spelled) for spelled in product(*map(_pair_spellings, pairs))]
    pairs = [pair for pair in rule.found.whole_query.split("&") if pair]
    if len(pairs) > MOST_PAIRS:
        export.remark(rule.rule, "only this order of the query's parameters is answered")
        return ["??" + "&".join(pairs)]
    spelled = (order for one in product(*map(_pair_spellings, pairs)) for order in permutations(one))
    return ["??" + "&".join(order) for order in spelled]


def _pair_spellings(pair: str) -> list[str]:
    if "%" not in pair:
        return [pair]
    plain = quote(unquote(pair), safe="=/:@!$'()*,;~?-._")
    return list(dict.fromkeys([pair, pair.lower(), plain, plain.lower(), pair.replace("%20", "+"), plain.replace("%20", "+")]))


def exact_expression(path: str, folding: Folding) -> str:
    """The expression of one address on the spelled path."""
    literal = path.rstrip("/") if folding.trailing_slash else path
    return _case(folding) + "^" + with_variants(re2.escape(literal), folding) + ("/*$" if folding.trailing_slash else "$")


def expression_of(rule: Outgoing, folding: Folding) -> str:
    """The expression of a pattern or regex on the spelled path; its groups are those of the rule."""
    pattern = rule.found.pattern
    assert pattern is not None  # noqa: S101 - asked of patterns only
    text = pattern.expression.removeprefix("(?i)")
    if rule.rule.kind is Kind.REGEX:
        if folding.trailing_slash and _END.search(text) and not text.endswith("/*$"):
            text = text[:-1] + "/*$"
    else:
        text = text.replace("(?:/(.*))?$", "(?:/+(.*))?$").removesuffix("/?$") + ("/*$" if text.endswith("/?$") else "")
    return _case(folding) + with_variants(text, folding)


def _case(folding: Folding) -> str:
    return "(?i)" if folding.case else ""


def with_variants(expression: str, folding: Folding) -> str:
    """`expression` with each escaped letter beyond ASCII in both its cases."""
    return _ESCAPES.sub(_variants, expression) if folding.case else expression


def _variants(match: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(match[0].replace("\\", "")).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    letters = []
    for letter in text:
        both = [
            letter,
            *(one for one in (letter.upper(), letter.title()) if len(one) == 1 and fold_case(quote(one)) == quote(letter)),
        ]
        spelled = list(dict.fromkeys(quote(one, safe="") for one in both))
        letters.append(spelled[0] if len(spelled) == 1 else f"(?:{'|'.join(spelled)})")
    return "".join(letters)
