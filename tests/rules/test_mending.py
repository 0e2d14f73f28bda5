"""What `check --fix` does to a map's text: chains led to their end, duplicates out, every other letter kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.chains import walked
from migrator.rules.mending import find_mending, mended
from migrator.rules.table import RuleTable
from migrator.rules.yaml_text import read_map
from tests.rules.making import SITE

FILE = "redirects.yaml"
SAME_HOST = SITE.replace("https://www.new.example", "https://www.old.example")


def made(text: str) -> RuleTable:
    found = read_map(text, FILE)
    assert not found.problems
    return RuleTable(found.sites, found.rules)


def fixed(rules: str, site: str = SAME_HOST) -> tuple[str, int]:
    """The rules after the fix, and how many were left to be mended by hand."""
    text, left = mended(site + rules, FILE, find_mending(made(site + rules)))
    assert text.startswith(site)
    return text[len(site) :], len(left)


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("redirects:\n  /a: /b  # why\n  # c\n  /b: /c\n", "redirects:\n  /a: /c  # why\n  # c\n  /b: /c\n", 0),
        ("redirects:\n  /a: '/b'\nrules:\n- {from: /b, to: /c}\n", "redirects:\n  /a: /c\nrules:\n- {from: /b, to: /c}\n", 0),
        ("redirects:\r\n  /a: /x\r\n  /A/: /x\r\n  /q: /z\r\n", "redirects:\r\n  /a: /x\r\n  /q: /z\r\n", 0),
        ("redirects:\n  /a: /x\n  /A/: /x  # mine\n", "redirects:\n  /a: /x\n  /A/: /x  # mine\n", 1),
        ("redirects: {/a: /x, /A/: /x}\n", "redirects: {/a: /x, /A/: /x}\n", 1),
        ("rules:\n- from: /a\n  to: /x\n- from: /A\n  to: /x\n", "rules:\n- from: /a\n  to: /x\n", 0),
        ("redirects: {/a: /b}\nrules: [{from: /b, to: /c, status: 302}]\n", None, 0),
        ("redirects: {/a: /b}\nrules: [{from: /b, to: /c, ends: 2030-01-01}]\n", None, 0),
        ("redirects: {/a: /b}\nrules: [{from: /b, to: /c, query: drop}]\n", None, 0),
        ("rules: [{from: /a/*, to: '/b/:splat'}, {from: /b/*, to: '/c/:splat'}]\n", None, 0),
        ("redirects: {/a: /b, /b: /a}\n", None, 0),
    ],
)
def test_only_what_can_be_mended_without_asking_changes(before: str, after: str | None, left: int) -> None:
    assert fixed(before) == (before if after is None else after, left)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), max_size=12))
def test_no_address_ends_elsewhere_and_no_plain_chain_is_left(pairs: list[tuple[int, int]]) -> None:
    entries = {f"/p{source}": f"/p{target}" for source, target in pairs}
    text = SAME_HOST + "redirects:\n" + "".join(f"  {source}: {target}  # {source}\n" for source, target in entries.items())
    before = made(text)
    after = made(mended(text, FILE, find_mending(before))[0])

    for one, other in zip(before.tables["main"], after.tables["main"], strict=True):
        first, then = walked(one, before.tables["main"], before), walked(other, after.tables["main"], after)
        assert first is not None
        assert then is not None
        assert first.is_loop == then.is_loop
        assert first.is_loop or (first.taken[-1] == then.taken[-1] and not then.is_chain)
