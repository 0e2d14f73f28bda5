"""Export for HAProxy: map files, and the lines that ask them for the frontend of the old hosts. Values to text, no files.

Every answer is one line of a map file: status, query mode and target, parted by blanks, which none of the three can hold.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from migrator.rules.formats.export import Export
from migrator.rules.formats.server_plan import DOTS, INDEX_FILES, SESSION, SPELLED, STATUSES, Answer, Plan, Stage, plan_of
from migrator.rules.rule import METHOD_KEEPING
from migrator.rules.table import SiteTable

FOLDER = "/etc/haproxy/migrator"
_SUBJECTS = {
    "path": "var(txn.migrator_key)",
    "query": "var(txn.migrator_key),concat(?,txn.migrator_params)",
    "whole": "var(txn.migrator_key),concat(??,txn.migrator_query)",
}
_UNANSWERED = "!{ var(txn.migrator_answer) -m found }"


def write(table: SiteTable, today: dt.date) -> Export:
    """The map files and the lines that ask them, and what they do not say."""
    export = Export()
    plan = plan_of(table, today, export)
    lines = [
        "# Redirects made by `migrator export haproxy`: lines for the frontend of the old hosts.",
        *_request(plan),
        *(line for number, stage in enumerate(plan.stages) for line in _stage(number, stage, plan, export)),
        *_answers(plan),
    ]
    export.files["migrator.cfg"] = "".join(f"    {line}\n" for line in lines)
    export.include = (
        f"Put the folder at {FOLDER} and the lines of migrator.cfg into the frontend of the old hosts, before use_backend.\n"
        "HAProxy includes no files, and each file begins a section of its own; where haproxy.cfg ends in this frontend:\n"
        f"    cat haproxy.cfg {FOLDER}/migrator.cfg > whole.cfg"
    )
    export.notes = [
        f"The files are looked for in {FOLDER}; elsewhere, change that path in migrator.cfg.",
        "Exact addresses are looked up decoded, so `%21` and `!` are one address to it.",
        "Patterns are asked one after another: with many thousands, each request that no exact rule answers takes longer.",
        "A capture is taken from the address as it was sent. One that holds `..`, a backslash or a byte that should have been "
        "escaped is answered by no pattern.",
    ]
    return export


def _request(plan: Plan) -> Iterator[str]:
    folding, index, session = plan.folding, INDEX_FILES, SESSION
    dots = _argument(DOTS)
    fit = f"{{ path -m reg ^{_argument(SPELLED)}$ }} !{{ path -m reg -i {dots} }}"
    yield f"http-request set-var(txn.migrator_spelled) path if {fit}"
    yield f"http-request set-var(txn.migrator_spelled) var(txn.migrator_spelled),{_sub(session, '', 'i')}"
    yield "http-request set-var(txn.migrator_key) path,url_dec(0) if !{ path -m reg -i " + _argument("%2f|%5c|%25|//") + " }"
    yield f"http-request set-var(txn.migrator_key) var(txn.migrator_key),lower,{_sub(' ', '%20', 'g')},{_sub(session, '', 'i')}"
    if index and folding.index_files:
        yield f"http-request set-var(txn.migrator_spelled) var(txn.migrator_spelled),{_sub(f'/{index}$', '/', 'i')}"
    ends = f"(?:/(?:{index})?)+$" if folding.index_files and folding.trailing_slash else "/+$" if folding.trailing_slash else ""
    if ends:
        yield f"http-request set-var(txn.migrator_key) var(txn.migrator_key),{_sub(ends, '')}"
        yield "http-request set-var(txn.migrator_key) str(/) if { var(txn.migrator_key) -m len 0 } " + "{ path -m beg / }"
    elif folding.index_files:
        yield f"http-request set-var(txn.migrator_key) var(txn.migrator_key),{_sub(f'/{index}$', '/')}"
    yield "http-request set-var(txn.migrator_query) query,lower"
    yield "http-request set-var(txn.migrator_params) str()"
    for name in plan.params:
        there = f"{{ var(txn.migrator_query) -m reg (^|&){_argument(re.escape(name))}= }}"
        value = _sub(f"^(?:.*&)?{re.escape(name)}=([^&]*).*$", r"\1")
        yield f"http-request set-var(txn.migrator_param) var(txn.migrator_query),{value} if {there}"
        yield (
            f"http-request set-var(txn.migrator_params) var(txn.migrator_params),concat(&{name}=,txn.migrator_param) if {there}"
        )


def _stage(number: int, stage: Stage, plan: Plan, export: Export) -> Iterator[str]:
    if stage.keys:
        file = f"{number}-{stage.by}.map"
        export.files[file] = "".join(f"{_key(key)} {_value(answer)}\n" for key, answer in _sayable(stage.keys.items(), export))
        asked = f"{_SUBJECTS[stage.by]},map_str({FOLDER}/{file})"
        yield f"http-request set-var(txn.migrator_answer) {asked} if {_UNANSWERED}"
    if stage.expressions:
        file = f"{number}-patterns.map"
        rows = ((text.replace(" ", r"\x20"), answer) for text, answer in stage.expressions)
        export.files[file] = "".join(f"{text} {_value(answer, groups=True)}\n" for text, answer in rows)
        asked = f"var(txn.migrator_spelled),map_regm({FOLDER}/{file})"
        yield f"http-request set-var(txn.migrator_answer) {asked} if {_UNANSWERED}"


def _sayable(keys: object, export: Export) -> Iterator[tuple[str, Answer]]:
    for key, answer in keys:  # type: ignore[attr-defined]
        if any(ord(letter) < 32 for letter in key):
            export.leave_out(answer.rule, "an address with a control character cannot be written in a map file")
            export.said -= 1
        else:
            yield key, answer


def _key(key: str) -> str:
    path, mark, query = key.partition("?")
    folded = path.encode("utf-8", "surrogateescape").lower().decode("utf-8", "surrogateescape").replace(" ", "%20")
    return folded + mark + query.lower()


def _value(answer: Answer, groups: bool = False) -> str:
    def text(part: str | int) -> str:
        return f"\\{part}" if isinstance(part, int) else part.replace("\\", "\\\\") if groups else part

    return f"{answer.status} {answer.mode} {''.join(map(text, answer.parts)) or '-'} {answer.fragment}".rstrip()


def _answers(plan: Plan) -> Iterator[str]:
    for place, name in enumerate(("status", "mode", "to", "fragment"), 1):
        yield f"http-request set-var(txn.migrator_{name}) var(txn.migrator_answer),word({place},' ')"
    for number, names in enumerate(plan.strips):
        letters = ("q", "a")
        query = "query"
        for name in names:
            word = re.escape(name)
            query += f",{_sub(f'(^|&){word}(=[^&]*)?(?=&|$)', '', 'i')},{_sub('^&', '')}"
        for letter in letters:
            mode = f"{{ var(txn.migrator_mode) -m str {letter}{number} }}"
            yield f"http-request set-var(txn.migrator_left) {query} if {mode}"
            joint = "?" if letter == "q" else "&"
            some = "{ var(txn.migrator_left) -m len gt 0 }"
            yield f"http-request set-var(txn.migrator_carried) str({joint}),concat(,txn.migrator_left) if {mode} {some}"
    location = "%[var(txn.migrator_to)]%[var(txn.migrator_carried)]%[var(txn.migrator_fragment)]"
    for status in STATUSES:
        for code, method in ((status, "{ method GET HEAD }"), (METHOD_KEEPING.get(status, status), "!{ method GET HEAD }")):
            yield (
                f'http-request return status {code} hdr Location "{location}" hdr Cache-Control "public, max-age={plan.max_age}"'
                f" if {{ var(txn.migrator_status) -m str {status} }} {method}"
            )
    yield "http-request return status 410 content-type text/plain string Gone if { var(txn.migrator_status) -m str 410 }"


def _argument(text: str) -> str:
    """A word of the configuration that is taken as it is."""
    return "'" + text.replace("'", "'\\''") + "'"


def _sub(expression: str, by: str, flags: str = "") -> str:
    """HAProxy's regsub; its arguments are quoted twice, for the line and for the converter."""
    quoted = f"\"'{expression}'\",\"'{by}'\"".replace("\\", "\\\\").replace("$", "\\$")
    return f"regsub({quoted}{',' + flags if flags else ''})"
