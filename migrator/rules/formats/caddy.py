"""Export for Caddy: a snippet to be imported into the site of the old hosts. Values to text, no files.

Caddy has no case-blind table, and asks the lines of a `map` one after another; every rule is an expression there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

import re2

from migrator.rules.formats.export import Export
from migrator.rules.formats.server_plan import DOTS, INDEX_FILES, SESSION, SPELLED, Answer, Plan, Stage, exact_expression, plan_of
from migrator.rules.table import SiteTable

SLOW = 5000  # rules, from which on asking them one by one is felt
_PARAMETERS = {"path": "", "query": "{migrator_params}", "whole": "??{query}"}


def write(table: SiteTable, today: dt.date) -> Export:
    """The snippet, and what it does not say."""
    export = Export()
    plan = plan_of(table, today, export)
    lines = [*_request(plan)]
    for number, stage in enumerate(plan.stages):
        lines += _stage(number, stage, plan, export)
    text = "".join(f"\t{line}\n" for line in [*lines, *_answers(plan)])
    comment = (
        "# Redirects made by `migrator export caddy`. Import this file, and say `import migrator` in the site of the old hosts.\n"
    )
    export.files["migrator.caddy"] = f"{comment}(migrator) {{\n{text}}}\n"
    export.include = "import migrator/migrator.caddy\n\nwww.old.example {\n    import migrator\n}"
    export.notes = [
        "Caddy asks the rules one after another: each request that none answers costs some microseconds for every ten of them.",
        "Addresses are compared as they were sent: one with needlessly escaped letters (%61 for a) is answered by no rule.",
        "One that holds `..`, a backslash or a byte that should have been escaped is answered by no rule.",
    ]
    if export.said > SLOW:
        export.notes.append(f"These are {export.said} rules. Prefer an export with tables (nginx, haproxy, apache) for as many.")
    return export


def _request(plan: Plan) -> Iterator[str]:
    yield from _map("{uri}", "migrator_sent", [(rf"(?i)^[^?]*(?:{DOTS})", "-"), (rf"^({SPELLED})(?:\?.*)?$", "${1}")], "-")
    yield from _map("{migrator_sent}", "migrator_cut", [(f"(?i)^(.*?){SESSION}(.*)$", "${1}${2}")], "{migrator_sent}")
    index = [(f"(?i)^(.*/){INDEX_FILES}$", "${1}")] if plan.folding.index_files else []
    yield from _map("{migrator_cut}", "migrator_spelled", index, "{migrator_cut}")
    params = ""
    for number, name in enumerate(plan.params):
        value = [(f"(?i)^(?:.*&)?{re.escape(name)}=([^&]*).*$", f"&{name}=${{1}}")]
        yield from _map("{query}", f"migrator_p{number}", value)
        params += f"{{migrator_p{number}}}"
    yield from _map("{migrator_spelled}", "migrator_params", [], f"?{params}")
    for number, names in enumerate(plan.strips):
        before = "{query}"
        for place, name in enumerate(names):
            after, word = f"migrator_s{number}_{place}", re.escape(name)
            taken = [(f"(?i)^{word}(?:=[^&]*)?(?:&(.*))?$", "${1}"), (f"(?i)^(.*)&{word}(?:=[^&]*)?(&.*)?$", "${1}${2}")]
            yield from _map(before, after, taken, before)
            before = f"{{{after}}}"
        yield from _map(before, f"migrator_q{number}", [("^(.+)$", "?${1}")])
        yield from _map(before, f"migrator_a{number}", [("^(.+)$", "&${1}")])


def _stage(number: int, stage: Stage, plan: Plan, export: Export) -> Iterator[str]:
    """One map whose subject is the path with what else the stage asks for; later stages fill in where it has no answer."""
    lines: list[tuple[str, Answer]] = []
    paths: dict[tuple[str, str], Answer] = {}
    for key, answer in stage.keys.items():
        path, mark, query = key.partition("?")
        paths.setdefault((answer.rule.source + str(answer.rule.place), mark + query), answer)
        if paths[(answer.rule.source + str(answer.rule.place), mark + query)] is answer and (mark + query, answer) not in lines:
            lines.append((_expression(path, mark + query, plan), answer))
    lines += stage.expressions
    kept = [(text, _value(answer)) for text, answer in _sayable(lines, export)]
    previous = f"{{migrator_answer{number - 1}}}" if number else "-"
    subject = f"{{migrator_spelled}}{_PARAMETERS[stage.by]}"
    yield from _map(f'"{subject}"' if "?" in subject else subject, f"migrator_found{number}", kept, "-")
    yield from _map(f"{previous}", f"migrator_answer{number}", [("=-", f"{{migrator_found{number}}}")], previous)


def _sayable(lines: Iterable[tuple[str, Answer]], export: Export) -> Iterator[tuple[str, Answer]]:
    for text, answer in lines:
        if any(letter in str(part) for part in (*answer.parts, answer.fragment) for letter in "{}"):
            export.leave_out(answer.rule, "Caddy would take the braces in its target for a placeholder")
            export.said -= 1
        else:
            yield text, answer


def _expression(path: str, query: str, plan: Plan) -> str:
    from urllib.parse import quote

    encoded = quote(path.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=:@~")
    text = exact_expression(encoded, plan.folding)
    return text if not query else text.removesuffix("$") + str(re2.escape(query)) + "$"


def _value(answer: Answer) -> str:
    text = "".join(f"${{{part}}}" if isinstance(part, int) else part.replace("$", "$$") for part in answer.parts)
    return f"{answer.status} {answer.mode} {text} {answer.fragment.replace('$', '$$')}".rstrip()


def _answers(plan: Plan) -> Iterator[str]:
    last = f"{{migrator_answer{len(plan.stages) - 1}}}" if plan.stages else "-"
    yield from _map(last, "migrator_status", [(r"^(\d+)", "${1}")])
    for name, expression in (("mode", r"^\d+ (\S+).*$"), ("to", r"^\d+ \S+ (\S+).*$"), ("fragment", r"^[^#]*(#.*)$")):
        yield from _map(last, f"migrator_{name}", [(expression, "${1}")])
    modes = [(f"={letter}{n}", f"{{migrator_{letter}{n}}}") for n in range(len(plan.strips)) for letter in "qa"]
    yield from _map("{migrator_mode}", "migrator_carried", modes)
    methods = [(r"^(?:GET|HEAD) (\d+)", "${1}"), (r"^\S+ 301", "308"), (r"^\S+ 30[23]", "307"), (r"^\S+ (\d+)", "${1}")]
    yield from _map('"{method} {migrator_status}"', "migrator_code", methods)
    yield '@migrator expression {migrator_status}.startsWith("3")'
    yield '@migrator_gone expression {migrator_status} == "410"'
    yield "handle @migrator {"
    yield "\theader Location {migrator_to}{migrator_carried}{migrator_fragment}"
    yield f'\theader Cache-Control "public, max-age={plan.max_age}"'
    yield '\trespond "" {migrator_code}'
    yield "}"
    yield "handle @migrator_gone {"
    yield '\trespond "Gone" 410'
    yield "}"


def _map(subject: str, name: str, lines: list[tuple[str, str]], default: str = "") -> Iterator[str]:
    """A map; where a line begins with "=" it is no expression, and only then Caddy fills in placeholders of its value."""
    yield f"map {subject} {{{name}}} {{"
    for expression, value in lines:
        yield f"\t{_quoted(expression[1:] if expression.startswith('=') else '~' + expression)} {_quoted(value)}"
    yield f"\tdefault {_quoted(default)}"
    yield "}"


def _quoted(text: str) -> str:
    return f"`{text}`" if "`" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
