"""Sources become RE2 expressions, or a problem that names the rule; none can be made slow."""

from __future__ import annotations

import ast
import json
import time
import tomllib
from functools import cache

import pytest

from migrator.errors import Level
from migrator.rules.pattern import MAX_PROGRAM, Pattern, PatternError, compile_pattern
from migrator.rules.rule import Kind
from migrator.urls import Folding, look_up_key
from tests.rules.making import problems
from tests.shared import shared_folder

LONGEST_PATH = 8192  # bytes; what the gate lets through
LONGEST_TIME = 0.010  # seconds of CPU

FOLDED = Folding()
LITERAL = Folding(case=False, trailing_slash=False, index_files=False)


def compiled(source: str, folding: Folding = FOLDED) -> Pattern:
    return compile_pattern(source, Kind.REGEX if source.startswith("^") else Kind.PATTERN, folding)


@cache
def corpus() -> tuple[str, ...]:
    """Every expression of the corpora, once."""
    folder = shared_folder("corpora/regex")
    found = {expression for expression, _ in attacks()}
    lines = (folder / "linguafranca/internetSources-regExLib.json").read_text("utf-8").splitlines()
    found.update(expression for line in lines if line.strip() for expression in json.loads(line)["patterns"])
    for file in (folder / "rust-regex").rglob("*.toml"):
        for case in tomllib.loads(file.read_text("utf-8"))["test"]:
            found.update([case["regex"]] if isinstance(case["regex"], str) else case["regex"])
    return tuple(sorted(found))


def attacks() -> list[tuple[str, str]]:
    """Expressions that are slow in a backtracking engine, each with the string that makes them so."""
    flagged = json.loads((shared_folder("corpora/regex") / "regexploit-flagged.json").read_text("utf-8"))
    return [(expression, attack_text(python)) for expression, _, python in flagged]


def attack_text(python: str) -> str:
    """A sum of literals and repeated literals, as the corpus writes its strings."""

    def text(node: ast.expr) -> str:
        if isinstance(node, ast.BinOp):
            left = text(node.left)
            return left * number(node.right) if isinstance(node.op, ast.Mult) else left + text(node.right)
        assert isinstance(node, ast.Constant)
        return str(node.value)

    def number(node: ast.expr) -> int:
        assert isinstance(node, ast.Constant)
        return int(str(node.value))

    return text(ast.parse(python, mode="eval").body)


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_every_expression_of_the_corpora_compiles_or_is_refused_by_name() -> None:
    refusals = [refusal(expression) for expression in corpus()]

    assert refusals.count("") > 3000
    for message in filter(None, refusals):
        assert message.startswith(("RE2 refuses this expression: ", "this expression compiles to ", "`(?-i)` asks"))


def refusal(expression: str) -> str:
    try:
        compile_pattern(expression, Kind.REGEX, FOLDED)
    except PatternError as error:
        return f"{error} {error.mend}"
    return ""


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
def test_no_expression_of_the_corpora_takes_ten_milliseconds_on_its_attack_string() -> None:
    tried = 0
    for expression, attack in attacks():
        try:
            pattern = compile_pattern(expression, Kind.REGEX, FOLDED)
        except PatternError:
            continue
        for text in (attack, attack * (64 * 1024 // max(1, len(attack)) + 1), "/" + "a" * LONGEST_PATH):
            key = look_up_key(text.encode()[:LONGEST_PATH], b"", FOLDED)
            assert min(seconds(pattern, key) for _ in range(3)) < LONGEST_TIME, expression
            tried += 1
    assert tried > 300


def seconds(pattern: Pattern, key: object) -> float:
    started = time.process_time()
    pattern.captures(key)  # type: ignore[arg-type]
    return time.process_time() - started


@pytest.mark.parametrize(
    "expression",
    [r"^/(?=a)", r"^/(a)\1$", r"^/(?>a)", r"^/(a", r"^/a{2,1}", r"^/[b-a]", r"^/a**", r"^/a{1,1001}"],
)
def test_what_re2_refuses_is_a_problem_at_its_rule(expression: str) -> None:
    found = problems(f"rules: [{{regex: '{expression}', to: /x}}]")

    assert [(problem.code, problem.level, problem.place.line) for problem in found] == [("bad-pattern", Level.ERROR, 9)]
    assert expression in found[0].message
    assert found[0].mend


def test_an_expression_that_compiles_to_too_much_is_refused() -> None:
    with pytest.raises(PatternError, match=rf"over the limit of {MAX_PROGRAM}"):
        compiled(r"^/\pL{100}$")


@pytest.mark.parametrize(
    ("source", "folders"),
    [
        ("/press/*", ("press",)),
        ("/Press/Kits/*", ("press", "kits")),
        ("/press*", ()),
        ("/a/press*", ("a",)),
        ("/*", ()),
        ("/:year/:slug", ()),
        ("/blog/:year/x/*", ("blog",)),
        ("/caf%C3%89/*", ("caf%C3%A9",)),
        (r"^/N/(\d+)$", ("n",)),
        (r"^/n/(a|b)/x$", ("n",)),
        (r"^/n/a|^/m/b", ()),
        (r"^/n/a|b", ()),
        (r"^/n?/a", ()),
        (r"^/n/a*", ("n",)),
        (r"^/n/x{0}/a", ("n",)),
        (r"^(?:/n)?/a", ()),
        (r"^.*/n/", ()),
        (r"^/", ()),
        (r"^/n", ()),
        (r"^/n//a", ("n",)),
    ],
)
def test_a_pattern_knows_the_folders_that_all_its_addresses_begin_with(source: str, folders: tuple[str, ...]) -> None:
    assert compiled(source).folders == folders


def test_folders_keep_their_case_where_look_up_does() -> None:
    assert compiled("/Press/*", LITERAL).folders == ("Press",)
    assert compiled("^/Press/x", LITERAL).folders == ("Press",)


@pytest.mark.parametrize(
    ("source", "path", "captures"),
    [
        ("/press/*", "/Press/2019/Report.PDF", {"splat": "2019/Report.PDF"}),
        ("/press/*", "/press", {"splat": ""}),
        ("/:year/:slug.html", "/2019/Hello.HTML", {"year": "2019", "slug": "Hello"}),
        (r"^/n/(\d+)(/x)?$", "/n/12", {"1": "12", "2": ""}),
        ("/a/*", "/b/c", None),
        ("/a/:x", "/a/", None),
        ("/a/:x", "/a/b/c", None),
    ],
)
def test_captures_are_what_the_wildcards_matched(source: str, path: str, captures: dict[str, str] | None) -> None:
    assert compiled(source).captures(look_up_key(path, "", FOLDED)) == captures


@pytest.mark.parametrize("source", ["^/(?-i:A)", "^(?m-i)/A", "/a*b", "/a/*/b", "/:a/:a", "/:splat/*"])
def test_a_pattern_that_says_nothing_clear_is_refused(source: str) -> None:
    with pytest.raises(PatternError) as caught:
        compiled(source)
    assert caught.value.mend
