"""Export for Apache httpd: text maps for RewriteMap, and what to include in the virtual host of the old hosts. No files here.

Lines of a text map are cut after 1,024 bytes without a word, and neither key nor value may hold a blank: keys are therefore
escaped as Apache's own int:escape does, and targets of patterns come in pieces.
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
    exact_expression,
    plan_of,
)
from migrator.rules.rule import METHOD_KEEPING
from migrator.rules.table import SiteTable

FOLDER = "/etc/apache2/migrator"
LONGEST_LINE = 1000  # bytes; httpd reads lines of a text map into 1,024
MOST_GROUPS = 9
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789$-_.+!*'(),:;@&=/~")
_SUBJECTS = {
    "path": "%{ENV:migrator_key}",
    "query": "%{ENV:migrator_key}?%{ENV:migrator_params}",
    "whole": "%{ENV:migrator_key}??${migrator_lower:%{QUERY_STRING}}",
}
_UNANSWERED = "RewriteCond %{ENV:migrator_answer} ^$"


def write(table: SiteTable, today: dt.date) -> Export:
    """The maps and the lines that ask them, and what they do not say."""
    export = Export()
    plan = plan_of(table, today, export)
    pieces: dict[str, str] = {}
    stages = [line for number, stage in enumerate(plan.stages) for line in _stage(number, stage, plan, export, pieces)]
    export.files["pieces.txt"] = "".join(f"{key} {text}\n" for key, text in pieces.items())
    maps = [f'RewriteMap migrator_{file.removesuffix(".txt")} "txt:${{MIGRATOR_FOLDER}}/{file}"' for file in export.files]
    lines = [
        "# Redirects made by `migrator export apache`. Include this file in the virtual host of the old hosts.",
        "<IfDefine !MIGRATOR_FOLDER>",
        f'    Define MIGRATOR_FOLDER "{FOLDER}"',
        "</IfDefine>",
        "RewriteEngine On",
        "RewriteMap migrator_lower int:tolower",
        "RewriteMap migrator_escape int:escape",
        *maps,
        *_request(plan),
        *stages,
        *_answers(plan),
    ]
    export.files["migrator.conf"] = "\n".join(lines) + "\n"
    export.include = f"<VirtualHost *:80>\n    ServerName www.old.example\n    Include {FOLDER}/migrator.conf\n</VirtualHost>"
    export.notes = [
        f"The maps are looked for in {FOLDER}; elsewhere, write `Define MIGRATOR_FOLDER /that/folder` before the Include.",
        "mod_rewrite is needed (`a2enmod rewrite`), and mod_headers for Cache-Control (`a2enmod headers`).",
        "It belongs into a virtual host: Apache takes no RewriteMap in .htaccess.",
        "Apache answers addresses with %2F itself (404) unless AllowEncodedSlashes is on; `%21` and `!` are one address to it.",
        "For more than some ten thousand exact rules, turn the text maps into dbm with httxt2dbm and write dbm: for txt:.",
    ]
    return export


def _request(plan: Plan) -> Iterator[str]:
    """Environment variables with the forms of the request."""
    yield f'RewriteCond %{{THE_REQUEST}} "!^\\S+ [^? ]*(?i:{DOTS})"'
    yield f'RewriteCond %{{THE_REQUEST}} "^\\S+ ({SPELLED})[? ]"'
    yield "RewriteRule ^ - [E=migrator_spelled:%1]"
    yield from _cut("migrator_spelled", f"(?i)^(.*?){SESSION}(.*)$", "%1%2")
    if plan.folding.index_files:
        yield from _cut("migrator_spelled", f"(?i)^(.*/){INDEX_FILES}$", "%1")
    yield 'RewriteCond %{THE_REQUEST} "!^\\S+ [^? ]*(?i:%2f|%5c|%25|//)"'
    yield "RewriteRule ^ - [E=migrator_key:${migrator_lower:${migrator_escape:%{REQUEST_URI}}}]"
    yield from _cut("migrator_key", f"^(.*?){SESSION}(.*)$", "%1%2")
    index = f"(?:{INDEX_FILES})?"
    if plan.folding.trailing_slash:
        ends = f"(?:/{index if plan.folding.index_files else ''})*"
        yield from _cut("migrator_key", f"^(/.*?){ends}$", "%1")
        yield from _cut("migrator_key", f"^{ends.removesuffix('*')}+$", "/")
    elif plan.folding.index_files:
        yield from _cut("migrator_key", f"^(.*/){INDEX_FILES}$", "%1")
    for name in plan.params:
        yield f'RewriteCond %{{QUERY_STRING}} "(?i)(?:^|&){re.escape(name)}=([^&]*)"'
        yield f"RewriteRule ^ - [E=migrator_params:%{{ENV:migrator_params}}&{name}=${{migrator_lower:%1}}]"


def _cut(name: str, expression: str, by: str) -> Iterator[str]:
    yield f'RewriteCond %{{ENV:{name}}} "{expression}"'
    yield f"RewriteRule ^ - [E={name}:{by}]"


def _stage(number: int, stage: Stage, plan: Plan, export: Export, pieces: dict[str, str]) -> Iterator[str]:
    expressions = list(stage.expressions)
    if stage.keys:
        rows: list[str] = []
        seen: set[str] = set()
        for key, answer in stage.keys.items():
            row = f"{_key(key)} {_value(answer)}\n"
            if len(row) < LONGEST_LINE:
                rows += [row] if _key(key) not in seen else []
                seen.add(_key(key))
            elif stage.by == "path" and answer.rule not in (other.rule for _, other in expressions[-1:]):
                expressions.append((exact_expression(_long_path(key), plan.folding), answer))
            elif stage.by != "path":
                export.leave_out(answer.rule, f"it has a query, and Apache reads no line of over {LONGEST_LINE} bytes")
                export.said -= 1
        export.files[f"{number}_{stage.by}.txt"] = "".join(rows)
        yield _UNANSWERED
        yield f'RewriteCond ${{migrator_{number}_{stage.by}:{_SUBJECTS[stage.by]}}} "^(.+)$"'
        yield "RewriteRule ^ - [E=migrator_answer:%1]"
    lines = [line for text, answer in expressions for line in _pattern(text, answer, export, pieces)]
    if lines:
        yield "RewriteCond %{ENV:migrator_answer} ."
        yield f"RewriteRule ^ - [S={sum(line.startswith('RewriteRule') for line in lines)}]"
    yield from lines


def _long_path(key: str) -> str:
    from urllib.parse import quote

    return quote(key.encode("utf-8", "surrogateescape"), safe="/!$&'()*+,;=:@~")


def _pattern(expression: str, answer: Answer, export: Export, pieces: dict[str, str]) -> Iterator[str]:
    if any(isinstance(part, int) and part > MOST_GROUPS for part in answer.parts):
        export.leave_out(answer.rule, f"its target uses a group beyond the {MOST_GROUPS} that Apache knows")
        export.said -= 1
        return
    number = len(pieces)
    value = ""
    for place, part in enumerate((f"{answer.status};{answer.mode};", *answer.parts, answer.fragment)):
        if isinstance(part, int):
            value += f"%{part}"
            continue
        for chunk in range(0, len(part), LONGEST_LINE - 50):
            name = f"{number}.{place}.{chunk}"
            pieces[name] = part[chunk : chunk + LONGEST_LINE - 50]
            value += f"${{migrator_pieces:{name}}}"
    yield _UNANSWERED
    yield f'RewriteCond %{{ENV:migrator_spelled}} "{_condition(expression)}"'
    yield f"RewriteRule ^ - [E=migrator_answer:{value}]"


def _condition(expression: str) -> str:
    """An expression as a quoted word of a RewriteCond, which its first letter must not make anything else."""
    text = expression.replace("\\\\", "\\\\\\\\").replace('"', r"\x22")
    return text if text.startswith(("^", "(")) else f"(?:){text}"


def _key(key: str) -> str:
    """As int:tolower leaves what int:escape made of the decoded path: escapes in small letters too."""
    path, mark, query = key.partition("?")
    escaped = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in path.encode("utf-8", "surrogateescape"))
    return (escaped + mark + query).lower()


def _value(answer: Answer) -> str:
    return f"{answer.status};{answer.mode};{''.join(map(str, answer.parts))}{answer.fragment}"


def _answers(plan: Plan) -> Iterator[str]:
    """The answer taken apart and acted on. Apache 2.4.60 refuses a `?` out of a variable: it must be written here."""
    yield 'RewriteCond %{ENV:migrator_answer} "^([0-9]+);([^;]+);([^?#]*)(?:\\?([^#]*))?(.*)$"'
    names = ("status", "mode", "to", "args", "fragment")
    yield f"RewriteRule ^ - [{','.join(f'E=migrator_{name}:%{place}' for place, name in enumerate(names, 1))}]"
    for number, names_off in enumerate(plan.strips):
        yield from _carried(number, names_off)
    for condition, args in (("!^$", "%{ENV:migrator_args}&%1"), ("^$", "%1")):
        yield f"RewriteCond %{{ENV:migrator_args}} {condition}"
        yield 'RewriteCond %{ENV:migrator_carried} "^(.+)$"'
        yield f"RewriteRule ^ - [E=migrator_args:{args},E=migrator_carried:]"
    cache = f'Header always set Cache-Control "public, max-age={plan.max_age}" env=migrator_redirects'
    yield from ("<IfModule mod_headers.c>", f"    {cache}", "</IfModule>")
    for old, new in METHOD_KEEPING.items():
        yield f"RewriteCond %{{ENV:migrator_status}} ={old}"
        yield "RewriteCond %{REQUEST_METHOD} !^(GET|HEAD)$"
        yield f"RewriteRule ^ - [E=migrator_status:{new}]"
    for status in STATUSES:
        for condition, query in (("^$", ""), (".", "?%{ENV:migrator_args}")):
            yield f"RewriteCond %{{ENV:migrator_status}} ={status}"
            yield f"RewriteCond %{{ENV:migrator_args}} {condition}"
            location = f"%{{ENV:migrator_to}}{query}%{{ENV:migrator_fragment}}"
            yield f'RewriteRule ^ "{location}" [R={status},L,NE,QSD,E=migrator_redirects:1]'
    yield "RewriteCond %{ENV:migrator_status} =410"
    yield "RewriteRule ^ - [G]"


def _carried(number: int, names: tuple[str, ...]) -> Iterator[str]:
    """What of the query is carried, where these names are taken off it."""
    yield f'RewriteCond %{{ENV:migrator_mode}} "^[qa]{number}$"'
    yield "RewriteRule ^ - [E=migrator_carried:%{QUERY_STRING}]"
    for name in names:
        for expression, by in (
            (f"{re.escape(name)}(?:=[^&]*)?(?:&(.*))?$", "%2"),
            (f"(.*)&{re.escape(name)}(?:=[^&]*)?(&.*)?$", "%2%3"),
        ):
            yield f'RewriteCond %{{ENV:migrator_mode}}:%{{ENV:migrator_carried}} "(?i)^([qa]{number}):{expression}"'
            yield f"RewriteRule ^ - [E=migrator_carried:{by}]"
