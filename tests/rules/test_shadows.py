"""Rules that are never reached: what is called so never answers, whatever is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.shadows import shadow_problems
from tests.rules.making import decide, table

SEGMENTS = st.sampled_from(["a", "b", ":x", ":y.html", "a.html"])
SOURCES = st.builds(
    lambda parts, end: "/" + "/".join(parts) + end, st.lists(SEGMENTS, min_size=1, max_size=3), st.sampled_from(["", "/*"])
)
PATHS = st.builds(
    lambda parts: "/" + "/".join(parts), st.lists(st.sampled_from(["a", "b", "a.html", "z.html", "q", "A"]), max_size=4)
)


def named_apart(source: str) -> str:
    """The source with each placeholder under a name of its own, as it must have."""
    parts = source.split("/")
    return "/".join(part.replace(":x", f":x{n}").replace(":y", f":y{n}") for n, part in enumerate(parts))


@given(
    st.lists(
        st.tuples(SOURCES.map(named_apart), st.sampled_from(["to: /new", "gone: true", "serve: legacy"])), min_size=2, max_size=6
    ),
    st.lists(PATHS, min_size=1, max_size=12),
)
def test_a_rule_that_is_called_hidden_answers_nothing(rules: list[tuple[str, str]], paths: list[str]) -> None:
    unlike = {source.lower(): f"{{from: '{source}', {answer}}}" for source, answer in rules}
    made_of = {_shape(source): rule for source, rule in unlike.items()}
    made = table(f"rules: [{', '.join(made_of.values())}]")
    hidden = {problem.place for problem in shadow_problems(made.tables["main"], made)}

    for path in paths:
        rule = decide(made, path).rule
        assert rule is None or rule.place not in hidden


def _shape(source: str) -> str:
    """What two sources that are the same address have in common."""
    return "/".join(part[0] + part[3:] if part.startswith(":") else part for part in source.split("/"))


def test_a_rule_below_an_exception_is_hidden() -> None:
    made = table("rules: [{from: /a/*, serve: legacy}, {from: '/a/:x', to: /b}, {from: '/:x', to: /b}]")

    assert [problem.place.column for problem in shadow_problems(made.tables["main"], made)] == [38]
