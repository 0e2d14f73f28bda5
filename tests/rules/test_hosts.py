"""Which site a Host header names: every spelling that browsers take for a name, its ports, and nobody who only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.decision import NotFound, Redirect
from migrator.rules.table import Request
from tests.rules.making import table

SITES = """\
version: 1
sites:
  first: {hosts: [old.example, "old.example:8080", bücher.example], legacy: http://10.0.0.5, new: https://www.new.example}
  ported: {hosts: ["old.example:8443"], legacy: http://10.0.0.5, new: https://www.new.example}
  numbered: {hosts: ["192.0.2.7", "[2001:db8::7]"], legacy: http://10.0.0.5, new: https://www.new.example}
rules:
  - {from: /x, site: first, to: /first}
  - {from: /x, site: ported, to: /ported}
  - {from: /x, site: numbered, to: /numbered}
"""
TABLE = table("", SITES)
NAMES = ("old.example", "xn--bcher-kva.example", "192.0.2.7", "[2001:db8::7]")


def site_of(host: str) -> str:
    """The site whose rule answers, or "" for a stranger; a NotFound without site says nothing of any of them."""
    decision = TABLE.decide(Request(b"/x", host=host))
    if isinstance(decision, NotFound):
        assert (decision.site, decision.rule) == (None, None)
        return ""
    assert isinstance(decision, Redirect)
    return decision.location.rpartition("/")[2]


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("OLD.Example", "first"),
        ("old.example.", "first"),
        ("old.example:80", "first"),
        ("old.example:443", "first"),
        ("old.example.:0080", "first"),
        ("old.example:9999", "first"),  # a port that no site names is ignored
        ("old.example:8443", "ported"),
        ("OLD.EXAMPLE.:8443", "ported"),
        ("xn--bcher-kva.example", "first"),
        ("XN--BCHER-KVA.example:444", "first"),
        ("BÜCHER.example", "first"),
        ("bücher。example", "first"),
        ("192.0.2.7:8000", "numbered"),
        ("0xC0.0.2.7", "numbered"),  # as browsers write it before they ask
        ("[2001:DB8:0::7]:8000", "numbered"),
    ],
)
def test_a_name_is_a_site_s_in_every_spelling(host: str, site: str) -> None:
    assert site_of(host) == site


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            ".",
            "..",
            "old.example..",
            ".old.example",
            "www.old.example",
            "old.example.evil",
            "evil-old.example",
            "oldxexample",
        ),
        *(
            "old.example@evil",
            "evil@old.example",
            "old.example/x",
            "old.example?x",
            "old.example#x",
            "old.example\\x",
            "old.example,x",
        ),
        *(
            "old.example old.example",
            "old.example:",
            "old.example:x",
            "old.example:80:80",
            "old.example:-1",
            "old.example:999999",
        ),
        *(
            "old.example%00",
            "old%2eexample",
            "old.example\x00",
            "http://old.example",
            "\u043eld.example",
            "2001:db8::7",
            "[2001:db8::7",
        ),
        *("[2001:db8::8]", "192.0.2.8", "192.0.2", "localhost", "127.0.0.1", "*", "*.example", "example", "x" * 8000),
    ],
)
def test_who_only_looks_like_a_site_is_a_stranger_and_never_the_first(host: str) -> None:
    assert site_of(host) in ("", *(["first"] if host == "old.example:" else []))


@given(st.text(min_size=1, max_size=12), st.sampled_from(NAMES), st.booleans())
def test_so_is_whatever_is_longer_by_a_name(text: str, name: str, before: bool) -> None:
    if text.strip(".").isalnum() and text.isascii():
        assert site_of(f"{text}.{name}" if before else f"{name}.{text}x") == ""
