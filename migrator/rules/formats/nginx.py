"""Export for nginx: maps for its http section, and what to include in the server of the old hosts. Values to text, no files.

nginx compares literal keys of a map without case, and asks expressions in order afterwards. Every value is made in one map and
taken apart in others, because the numbered groups of one expression do not outlive the next.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from migrator.rules.formats.export import Export
from migrator.rules.formats.server_plan import (
    DOTS,
    INDEX_FILES,
    SESSION,
    SPELLED,
    STATUSES,
    Answer,
    Plan,
    Stage,
    plan_of,
)
from migrator.rules.table import SiteTable

LONGEST = 4000  # bytes of one word: nginx reads its configuration through a buffer of 4096
_SUBJECTS = {"path": "$migrator_key", "query": "$migrator_key?$migrator_params", "whole": "$migrator_key??$args"}


def write(table: SiteTable, today: dt.date) -> Export:
    """The two files, and what they do not say."""
    export = Export()
    plan = plan_of(table, today, export)
    answers = [block for number, stage in reversed(list(enumerate(plan.stages))) for block in _stage(number, stage, plan, export)]
    longest = max((len(key.encode("utf-8", "surrogateescape")) for stage in plan.stages for key in stage.keys), default=0)
    head = [
        "# Redirects made by `migrator export nginx`. Include this file in the http section.",
        f"map_hash_bucket_size {_power_of_two(longest + 64)};",
        f"map_hash_max_size {_power_of_two(2 * max((len(stage.keys) for stage in plan.stages), default=0) + 2048)};",
        'geo $migrator_dollar { default "$"; }',
    ]
    first = "$migrator_answer0" if plan.stages else '""'
    maps = [*head, *_request(plan), *answers, f"map {first} $migrator_answer {{ default {first}; }}", *_parts(plan)]
    export.files = {"migrator-maps.conf": "\n".join(maps) + "\n", "migrator.conf": "\n".join(_server(plan)) + "\n"}
    export.include = (
        "http {\n    include migrator/migrator-maps.conf;   # before any other map\n    server {\n"
        "        include migrator/migrator.conf;    # in the server of the old hosts\n    }\n}"
    )
    export.notes = [
        "nginx allows map_hash_bucket_size once. If your configuration has it, delete it here and set the larger one there.",
        "Exact addresses are looked up as nginx decodes them, so `%21` and `!` are one address to it.",
        "A capture is taken from the address as it was sent. One that holds `..`, a backslash or a byte that should have been "
        "escaped is answered by no pattern.",
    ]
    return export


def _power_of_two(number: int) -> int:
    return max(64, 1 << (number - 1).bit_length())


def _request(plan: Plan) -> Iterator[str]:
    """The forms of the request: spelled path, key, significant parameters, and its query without what rules take off it."""
    yield _map("$request_uri", "$migrator_raw", [(f"~*^[^?]*(?:{DOTS})", ""), (rf"~^({SPELLED})(?:\?|$)", "$1")])
    folding = plan.folding
    yield _map("$migrator_raw", "$migrator_sent", [(f"~*^(.*?){SESSION}(.*)$", "$1$2")], "$migrator_raw")
    index = [(f"~*^(.*/){INDEX_FILES}$", "$1")] if folding.index_files else []
    yield _map("$migrator_sent", "$migrator_spelled", index, "$migrator_sent")
    yield _map("$request_uri", "$migrator_plain", [(r"~*^[^?]*(?:%2f|%5c|%25|//)", "-")], "$uri")
    yield _map("$migrator_plain", "$migrator_bare", [(f"~*^(.*?){SESSION}(.*)$", "$1$2")], "$migrator_plain")
    ends = "/*" if folding.trailing_slash else ""
    if folding.index_files:
        ends = f"(?:/(?:{INDEX_FILES})?)*" if folding.trailing_slash else f"(?<=/){INDEX_FILES}"
    folds = [(f"~*^(?:{ends})$", "/"), (f"~*^(/.*?)(?:{ends})$", "$1")] if ends else []
    yield _map("$migrator_bare", "$migrator_key", folds, "$migrator_bare")
    for number, name in enumerate(plan.params):
        yield _map(f"$arg_{name}", f"$migrator_p{number}", [("", "")], f"&{name}=$arg_{name}")
    params = "".join(f"$migrator_p{number}" for number in range(len(plan.params)))
    yield f'map "" $migrator_params {{ default {_quoted(params)}; }}'
    yield from _queries(plan)


def _queries(plan: Plan) -> Iterator[str]:
    for number, names in enumerate(plan.strips):
        before = "$args"
        for place, name in enumerate(names):
            after = f"$migrator_s{number}_{place}"
            word = re.escape(name)
            yield _map(
                before, after, [(f"~*^{word}(?:=[^&]*)?(?:&(.*))?$", "$1"), (f"~*^(.*)&{word}(?:=[^&]*)?(&.*)?$", "$1$2")], before
            )
            before = after
        yield _map(before, f"$migrator_q{number}", [("", "")], f"?{before}")
        yield _map(before, f"$migrator_a{number}", [("", "")], f"&{before}")


def _stage(number: int, stage: Stage, plan: Plan, export: Export) -> Iterator[str]:
    """One map of keys and one of expressions, each asking the next stage where it has no answer."""
    later = f"$migrator_answer{number + 1}" if number + 1 < len(plan.stages) else ""
    default = later
    if stage.expressions:
        case = "~*" if plan.folding.case else "~"
        lines = [(case + text.removeprefix("(?i)"), _value(answer)) for text, answer in stage.expressions]
        kept = list(_fitting(lines, stage.expressions, export))
        name = f"$migrator_expression{number}" if stage.keys else f"$migrator_answer{number}"
        yield _map("$migrator_spelled", name, kept, later)
        default = name
    if stage.keys:
        keys = [(key, _value(answer)) for key, answer in stage.keys.items()]
        kept = list(_fitting(keys, list(stage.keys.items()), export))
        yield _map(f'"{_SUBJECTS[stage.by]}"', f"$migrator_answer{number}", kept, default)
    elif not stage.expressions:
        yield _map('""', f"$migrator_answer{number}", [], default)


def _fitting(lines: list[tuple[str, str]], said: list[tuple[str, Answer]], export: Export) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for (key, value), (_, answer) in zip(lines, said, strict=True):
        if max(len(key.encode("utf-8", "replace")), len(value)) > LONGEST:
            export.leave_out(answer.rule, f"nginx reads no word of more than {LONGEST} bytes")
            export.said -= 1
        elif any(ord(letter) < 32 for letter in key):
            export.leave_out(answer.rule, "an address with a control character cannot be written in nginx's configuration")
            export.said -= 1
        elif (folded := key if key.startswith("~") else _without_case(key)) not in seen:
            seen.add(folded)
            yield key, value


def _without_case(key: str) -> str:
    return key.encode("utf-8", "surrogateescape").lower().decode("utf-8", "surrogateescape")


def _value(answer: Answer) -> str:
    text = "".join(f"${part}" if isinstance(part, int) else part.replace("$", "${migrator_dollar}") for part in answer.parts)
    return f"{answer.status} {answer.mode} {text}{answer.fragment.replace('$', '${migrator_dollar}')}".strip()


def _parts(plan: Plan) -> Iterator[str]:
    """The answer taken apart, and the status that its method asks for."""
    yield _map("$migrator_answer", "$migrator_status", [(r"~^(\d+)", "$1")])
    yield _map("$migrator_answer", "$migrator_mode", [(r"~^\d+ (\S+)", "$1")])
    yield _map("$migrator_answer", "$migrator_to", [(r"~^\d+ \S+ ([^#]*)", "$1")])
    yield _map("$migrator_answer", "$migrator_fragment", [("~(#.*)$", "$1")])
    modes = [(f"{letter}{number}", f"$migrator_{letter}{number}") for number in range(len(plan.strips)) for letter in "qa"]
    yield _map("$migrator_mode", "$migrator_carried", modes)
    methods = [(r"~^(?!GET:|HEAD:).*:301$", "308"), (r"~^(?!GET:|HEAD:).*:30[23]$", "307")]
    yield _map('"$request_method:$migrator_status"', "$migrator_code", methods, "$migrator_status")
    yield _map("$migrator_status", "$migrator_cache", [("~^3", f"public, max-age={plan.max_age}")])


def _server(plan: Plan) -> Iterator[str]:
    yield "# Redirects made by `migrator export nginx`. Include this file in the server of the old hosts."
    yield "add_header Cache-Control $migrator_cache always;"
    for status in STATUSES:
        yield f"if ($migrator_code = {status}) {{ return {status} $migrator_to$migrator_carried$migrator_fragment; }}"
    yield "if ($migrator_code = 410) { return 410; }"


def _map(subject: str, name: str, lines: list[tuple[str, str]], default: str = "") -> str:
    body = "".join(f"    {_quoted(key)} {_quoted(value)};\n" for key, value in lines)
    return f"map {subject} {name} {{\n    default {_quoted(default)};\n{body}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
