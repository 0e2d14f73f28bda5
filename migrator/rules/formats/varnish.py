"""Export for Varnish: a VCL file whose subroutines the operator calls from vcl_recv and vcl_synth. Values to text, no files.

Varnish has no tables of its own. Exact keys become comparisons, in one subroutine for each beginning of a path, so that a request
is compared with few of them; VCL compiles them to machine code.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import quote

from migrator.rules.formats.export import Export
from migrator.rules.formats.server_plan import DOTS, INDEX_FILES, SESSION, SPELLED, Answer, Plan, Stage, plan_of
from migrator.rules.rule import METHOD_KEEPING
from migrator.rules.table import SiteTable

FIELDS = ("spelled", "key", "params", "query", "answer", "status", "mode", "to", "carried", "fragment")
FEWEST = 40  # keys that are worth a subroutine
_SUBJECTS = {"path": "X-key", "query": "X-key + X-params", "whole": 'X-key + "??" + X-query'}
REDIRECT, GONE = 770, 771  # statuses of our own between vcl_recv and vcl_synth


def write(table: SiteTable, today: dt.date) -> Export:
    """The VCL file, and what it does not say."""
    export = Export()
    plan = plan_of(table, today, export)
    subroutines: list[str] = []
    calls = [line for number, stage in enumerate(plan.stages) for line in _stage(number, stage, plan, subroutines, export)]
    received = [*_request(plan), *calls, *_answers(plan)]
    lines = [
        "# Redirects made by `migrator export varnish`. Include this file; it acts in vcl_recv and vcl_synth by itself.",
        "import std;",
        *subroutines,
        "sub vcl_recv {",
        *(f"    {_named(line)}" for line in received),
        "}",
        *_synth(plan),
    ]
    export.files["migrator.vcl"] = "\n".join(lines) + "\n"
    export.include = 'vcl 4.1;\ninclude "migrator/migrator.vcl";   # before your own vcl_recv and vcl_synth'
    export.notes = [
        "Where Varnish serves other hosts too, put the vcl_recv of the file inside `if (req.http.host ~ ...) { }`.",
        "Exact addresses are compared as they were sent: one with needlessly escaped letters (%61 for a) is answered by no rule.",
        "One that holds `..`, a backslash or a byte that should have been escaped is answered by no rule.",
    ]
    return export


def _named(line: str) -> str:
    return re.sub(r"\bX-(?=[a-z])", "req.http.X-Migrator-", line)


def _long(text: str) -> str:
    return f'{{"{text}"}}'


def _request(plan: Plan) -> Iterator[str]:
    for field in FIELDS:
        yield f"unset X-{field};"
    dots, spelled = _long(f"^[^?]*(?i:{DOTS})"), _long(rf"^({SPELLED})(?:\?.*)?$")
    first, no_path = _long(r"\1"), _long(r"^[^?]*\??")
    yield f"if (req.url !~ {dots} && req.url ~ {spelled}) {{ set X-spelled = regsub(req.url, {spelled}, {first}); }}"
    yield f"set X-spelled = regsub(X-spelled, {_long('(?i)' + SESSION)}, {_long('')});"
    yield "set X-key = std.tolower(X-spelled);"
    index = INDEX_FILES
    if plan.folding.index_files:
        yield f"set X-spelled = regsub(X-spelled, {_long(f'(?i)/{index}$')}, {_long('/')});"
    ends = {
        (True, True): f"(?:/(?:{index})?)+$",
        (True, False): "/+$",
        (False, True): f"(?<=/){index}$",
    }.get((plan.folding.trailing_slash, plan.folding.index_files))
    if ends:
        yield f"set X-key = regsub(X-key, {_long(ends)}, {_long('')});"
        yield 'if (X-key == "" && X-spelled ~ "^/") { set X-key = "/"; }'
    yield f"set X-query = std.tolower(regsub(req.url, {no_path}, {_long('')}));"
    yield f"set X-params = {_long('?')};"
    for name in plan.params:
        expression = _long(f"^(?:.*&)?{re.escape(name)}=([^&]*).*$")
        value = f"{_long(f'&{name}=')} + regsub(X-query, {expression}, {first})"
        yield f"if (X-query ~ {expression}) {{ set X-params = X-params + {value}; }}"


def _stage(number: int, stage: Stage, plan: Plan, subroutines: list[str], export: Export) -> Iterator[str]:
    if stage.keys:
        groups: defaultdict[str, dict[str, Answer]] = defaultdict(dict)
        for key, answer in stage.keys.items():
            path, mark, query = key.partition("?")
            encoded = quote(path.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=:@~").lower()
            groups[encoded.split("/")[1][:3]].setdefault(encoded + mark + query.lower(), answer)
        yield f"if (!X-answer && X-key) {{ set X-to = {_SUBJECTS[stage.by]};"
        for place, (beginning, keys) in enumerate(groups.items()):
            name = f"migrator_{number}_{place}"
            subroutines += _comparisons(name, keys)
            yield f"    if (X-key ~ {_long('^/' + re.escape(beginning))}) {{ call {name}; }}"
        yield "    unset X-to; }"
    for place in range(0, len(stage.expressions), FEWEST):
        name = f"migrator_{number}_expressions_{place}"
        subroutines += _expressions(name, stage.expressions[place : place + FEWEST], export)
        yield f"if (!X-answer && X-spelled) {{ call {name}; }}"


def _comparisons(name: str, keys: dict[str, Answer]) -> Iterator[str]:
    yield f"sub {name} {{"
    joint = ""
    for key, answer in keys.items():
        yield _named(f"    {joint}if (X-to == {_long(key)}) {{ set X-answer = {_long(_value(answer))}; }}")
        joint = "else "
    yield "}"


def _expressions(name: str, expressions: list[tuple[str, Answer]], export: Export) -> Iterator[str]:
    yield f"sub {name} {{"
    joint = ""
    for text, answer in expressions:
        if any(isinstance(part, int) and part > 9 for part in answer.parts) or '"}' in text:
            export.leave_out(answer.rule, "VCL knows nine groups, and no way to write a quotation mark before a brace")
            export.said -= 1
            continue
        whole = _long(text)
        made = f"regsub(X-spelled, {_long(_whole(text))}, {_long(_value(answer, groups=True))})"
        yield _named(f"    {joint}if (X-spelled ~ {whole}) {{ set X-answer = {made}; }}")
        joint = "else "
    yield "}"


def _whole(expression: str) -> str:
    """The expression with all that stands before and behind what it matches, so that its place is taken by the answer alone."""
    flags = "(?i)" if expression.startswith("(?i)") else ""
    return (
        f"{flags}^.*?(?:{expression.removeprefix('(?i)')}).*$"
        if not expression.removeprefix("(?i)").startswith("^")
        else (expression if expression.endswith("$") else f"{expression}.*$")
    )


def _value(answer: Answer, groups: bool = False) -> str:
    def text(part: str | int) -> str:
        return f"\\{part}" if isinstance(part, int) else part.replace("\\", "\\\\") if groups else part

    return f"{answer.status} {answer.mode} {''.join(map(text, answer.parts))} {answer.fragment}".rstrip()


def _answers(plan: Plan) -> Iterator[str]:
    taken = {"status": r"^(\d+).*$", "mode": r"^\d+ (\S+).*$", "to": r"^\d+ \S+ (\S*).*$", "fragment": r"^[^#]*"}
    for field, expression in taken.items():
        by = "" if field == "fragment" else r"\1"
        yield f"set X-{field} = regsub(X-answer, {_long(expression)}, {_long(by)});"
    for number, names in enumerate(plan.strips):
        no_path = _long(r"^[^?]*\??")
        yield f"if (X-mode ~ {_long(f'^[qa]{number}$')}) {{ set X-carried = regsub(req.url, {no_path}, {_long('')});"
        for name in names:
            gone = _long(f"(?i)(^|&){re.escape(name)}(=[^&]*)?(?=&|$)")
            yield f"    set X-carried = regsub(regsub(X-carried, {gone}, {_long('')}), {_long('^&')}, {_long('')});"
        yield "}"
    for letter, joint in (("q", "?"), ("a", "&")):
        yield f"if (X-mode ~ {_long(f'^{letter}')} && X-carried != {_long('')}) {{ set X-carried = {_long(joint)} + X-carried; }}"
    for old, new in METHOD_KEEPING.items():
        yield f'if (X-status == "{old}" && req.method != "GET" && req.method != "HEAD") {{ set X-status = "{new}"; }}'
    yield f'if (X-status ~ "^3") {{ return (synth({REDIRECT})); }}'
    yield f'if (X-status == "410") {{ return (synth({GONE})); }}'
    for field in FIELDS:
        yield f"unset X-{field};"


def _synth(plan: Plan) -> Iterator[str]:
    yield "sub vcl_synth {"
    yield f"    if (resp.status == {REDIRECT}) {{"
    yield "        set resp.status = std.integer(req.http.X-Migrator-status, 302);"
    yield "        set resp.http.Location = req.http.X-Migrator-to + req.http.X-Migrator-carried + req.http.X-Migrator-fragment;"
    yield f'        set resp.http.Cache-Control = "public, max-age={plan.max_age}";'
    yield '        synthetic("");'
    yield "        return (deliver);"
    yield "    }"
    yield f"    if (resp.status == {GONE}) {{"
    yield "        set resp.status = 410;"
    yield '        synthetic("Gone");'
    yield "        return (deliver);"
    yield "    }"
    yield "}"
