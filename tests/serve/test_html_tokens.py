"""The tokenizer cuts where the HTML Standard cuts, whatever the chunks, and in linear time."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.html_syntax import attributes
from migrator.serve.html_tokens import Kind, Token, Tokenizer
from tests.serve.html5lib import tokenizer_tests

_KINDS = {"StartTag": Kind.START, "EndTag": Kind.END, "DOCTYPE": Kind.DOCTYPE}
# By which start tag a tokenizer gets into the state that a test begins in.
_ENTRANCES = {
    "Data state": ("",),
    "RCDATA state": ("title", "textarea"),
    "RAWTEXT state": ("style", "xmp", "iframe"),
    "Script data state": ("script",),
    "PLAINTEXT state": ("plaintext",),
}
_MARKUP = (
    b"""< > </ <!-- --> --!> - <! <? = " ' / & &#32; &Tab; a html <script </script <title> </title <!doctype <p\ta= <style>"""
)
MARKUP = st.lists(st.sampled_from([b" ", b"\n", b"\0", *_MARKUP.split(b" ")]), max_size=40).map(b"".join)


def tokens(document: bytes, cuts: Iterable[int] = ()) -> tuple[list[Token], bool]:
    """All tokens of a document that comes in pieces, and whether it stops inside one."""
    tokenizer = Tokenizer()
    found: list[Token] = []
    start = 0
    for cut in [*cuts, len(document)]:
        tokenizer.feed(document[start:cut])
        start = cut
        found += iter(tokenizer.next, None)
    tokenizer.end()
    return found + list(iter(tokenizer.next, None)), tokenizer.unfinished


def _expected(test: dict[str, list[list[str]]]) -> list[tuple[Kind, bytes]]:
    told = [(output[0], output[1]) for output in test["output"] if output[0] in _KINDS]
    return [(_KINDS[kind], b"" if kind == "DOCTYPE" else name.lower().encode()) for kind, name in told]


def _cases() -> Iterator[tuple[bytes, list[tuple[Kind, bytes]]]]:
    for test in tokenizer_tests():
        text = test["input"]
        if test.get("doubleEscaped"):
            text = text.encode("ascii").decode("unicode_escape")
        name = test.get("lastStartTag", "")
        for state in test.get("initialStates", ["Data state"]):
            if name in _ENTRANCES.get(state, ()):
                entrance = b"<%b>" % name.encode() if name else b""
                expected = _expected(test)
                yield entrance + text.encode("utf-8", "replace"), [(Kind.START, name.encode()), *expected] if name else expected


def test_tags_and_doctypes_are_those_of_the_tokenizer_suite() -> None:
    cases = list(_cases())
    assert len(cases) > 6_000
    for document, expected in cases:
        found, unfinished = tokens(document)
        told = [(token.kind, token.name.replace(b"\0", "\ufffd".encode())) for token in found if token.kind is not Kind.TEXT]
        # The standard tells of a doctype that the end of the file cuts off, which is nothing to a banner.
        assert told == expected or (unfinished and [*told, (Kind.DOCTYPE, b"")] == expected), document


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (b"<p>", {}),
        (b"<p a>", {b"a": b""}),
        (b"<P A=b/>", {b"a": b"b/"}),
        (b"<p/a=1/b>", {b"a": b"1/b"}),
        (b"<p a = 'x > y' a=2>", {b"a": b"x > y"}),
        (b'<p ="a">', {b'="a"': b""}),
        (b'<p a="1"b=2\nc>', {b"a": b"1", b"b": b"2", b"c": b""}),
        (b"<p a=>", {b"a": b""}),
    ],
)
def test_attributes_are_read_as_the_standard_reads_them(tag: bytes, expected: dict[bytes, bytes]) -> None:
    assert attributes(tag) == expected
    assert tokens(tag + b">")[0][0].end == len(tag)


@settings(max_examples=150)
@given(MARKUP, st.data())
def test_chunks_change_no_tag(document: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(document)), max_size=5)))
    whole, pieces, singles = tokens(document), tokens(document, cuts), tokens(document, range(len(document)))
    for other in (pieces, singles):
        assert other[1] == whole[1]
        assert [token for token in other[0] if token.kind is not Kind.TEXT] == [t for t in whole[0] if t.kind is not Kind.TEXT]


@pytest.mark.parametrize(
    "document",
    [
        b'<a b="' + b">" * 60_000 + b'">',
        b"<a b='" + b"='" * 30_000 + b">",
        b"<" + b"a" * 60_000 + b">",
        b"<a " + b"b " * 30_000 + b">",
        b"<a b" + b"=" * 60_000 + b">",
        b"<!--" + b"-" * 60_000 + b"-->",
        b"<!doctype " + b"'" * 60_000 + b">",
        b"<title>" + b"</titl" * 10_000 + b"</title>",
        b"<script><!--" + b"<script>-" * 7_000 + b"--></script>",
        b"&#32;" * 12_000,
        b"&#" + b"0" * 60_000,
        b"<a" * 30_000,
    ],
    ids=lambda document: repr(document[:14]),
)
def test_hostile_bytes_cost_linear_time_even_one_by_one(document: bytes) -> None:
    began = time.process_time()
    tokens(document, range(len(document)))
    assert time.process_time() - began < 2


def test_taking_bytes_out_changes_no_place() -> None:
    tokenizer = Tokenizer()
    tokenizer.feed(b"<html><title>x</title><bo")
    assert [tokenizer.next(), tokenizer.next()] == [Token(Kind.START, 0, 6, b"html"), Token(Kind.START, 6, 13, b"title")]
    assert tokenizer.take(13) == b"<html><title>"
    assert tokenizer.next() == Token(Kind.END, 14, 22, b"title")
    assert tokenizer.next() is None
    assert tokenizer.position == 22
    assert tokenizer.take(22) == b"x</title>"
    tokenizer.feed(b"dy>")
    assert tokenizer.next() == Token(Kind.START, 22, 28, b"body")
    assert tokenizer.text(22, 28) == b"<body>"
