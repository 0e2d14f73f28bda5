"""Where the banner goes, where it does not, and that nothing else is ever changed or held without bound."""

from __future__ import annotations

import logging
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.finding import Outcome
from migrator.serve.insertion import LONGEST_SCAN, LONGEST_TOKEN, Insertion
from tests.serve.html5lib import BANNER
from tests.serve.test_document_trees import insert
from tests.serve.test_html_tokens import MARKUP

_BOM = b"\xef\xbb\xbf"
_HEAD = b"<!doctype html><html><head><title>x</title></head>"

# Below, @ is where the banner is expected.
EXPLICIT = {
    "after the body tag": b"<!doctype html><body>@<p>",
    "not after a body tag in a script": b"<html><head><script>if (a<b) '<body>'</script></head><body class='a>b'>@x",
    "not after one in an escaped script": b"<html><script><!-- <script> </script> <body> --></script><body>@x",
    "not after one in a comment": b"<html><!-- <body> --><body>@",
    "after one that a downlevel-revealed comment shows": b"<html><!--[if !IE]><!--><body>@<!--<![endif]-->",
    "not after one in a title": b"<title><body></title x='</title>'><body>@",
    "not after one in a style": b"<html><style>/*<body>*/</style><BODY\n>@",
    "not in a noscript of the head": b"<head><noscript><img src=p></noscript></head><body>@",
    "not in a template": b"<head><template><body><p></template></head><body>@",
    "after a quoted sign": b"<html><body onload=\"if (a > b) go('x')\" class=>@",
    "after a byte order mark": _BOM + b"<html><body>@",
    "where a declaration in ASCII's bytes says UTF-16": b"<!doctype html><meta charset=utf-16><title>x</title><body>@\xc3\xa9",
    "not after body in an XML declaration": b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "a" "b"><html xmlns="c"><body>@',
}
IMPLIED = {
    "before text": b"<title>a</title>\n @text",
    "before an element": b"<!doctype html><link rel=a>\n@<p>text",
    "before noscript after the head": _HEAD + b"@<noscript><img></noscript>x",
    "before the end tag of the document": _HEAD + b"@</html>",
    "at the end": _HEAD + b"<!-- end -->\n@",
    "before a null": _HEAD + b"@\0x",
    "after white space by reference": _HEAD + b"&#32;&#x0A;&Tab;@&nbsp;x",
    "after head elements that come late": _HEAD + b"<script>1</script><meta name=a>@<p>x",
    "before a heading that only sounds like the head": b"<!doctype html>@<header>x",
    "before a second byte order mark": _BOM + b"@" + _BOM + b"<!doctype html><title>x</title><body>",
    "before white space after a second byte order mark": _BOM + b"@" + _BOM + b"\n <html><body>",
    "before svg": _HEAD + b"@<svg></svg><p>x",
}
SKIP_LINKS = {
    "after one": b'<body>\n<a class="skip" href="#main">Skip</a>@<header>',
    "after several": b'<body><a href="#a">A</a> | <a href="/#b"><span>B</span></a>@\n<p>',
    "after their wrapper": b'<body><div id="skip"><a href="#c">Skip</a></div>@<div>',
    "after their list": b'<body><nav><ul><li><a href="#a">A</a></li><li><a href="#b">B</a></li></ul></nav>@<h1>',
    "after unseen elements": b'<body><script>x</script><noscript><img></noscript><a id="top"></a><a href="#a">A</a>@<p>',
    "in the wrapper of the whole page": b'<body><div id="page" class="site"><a href="#content">Skip</a>@<header>',
    "after them where the body is implied": b'<!doctype html><a href="#content">Skip</a>@<header>',
    "not in a wrapper that may be hidden": b'<body>@<div class="skip-container"><a href="#c">Skip</a><p>More</p></div>',
    "not after a link elsewhere": b'<body>@<a href="/">Home</a><a href="#c">Skip</a>',
    "not after a script's link": b'<body>@<a href="#">Menu</a><p>',
    "not after a link in a sentence": b'<body>@<p>See <a href="#c">below</a></p>',
    "not after one that is not closed": b'<body>@<a href="#c">Skip<div>',
    "not after crossed tags": b'<body>@<div><a href="#c">Skip</div></a><p>',
    "not after a table of contents": b"<body>@<ul>" + b'<li><a href="#c">Chapter</a></li>' * 9 + b"</ul>",
    "not after what is out of reach": b"<body>@<script>" + b"x" * 5000 + b'</script><a href="#c">Skip</a>',
}
REFUSED = {
    "a frameset": (Outcome.FRAMESET, b"<html><head></head><frameset><frame></frameset>"),
    "a frameset that may still replace the body": (Outcome.FRAMESET, _HEAD + b"<noscript>x</noscript> <frameset>"),
    "a frameset after svg": (Outcome.FRAMESET, _HEAD + b"<svg></svg><frameset>"),
    "an AMP page": (Outcome.AMP, b"<!doctype html><html amp lang=en><body>"),
    "an AMP page by its sign": (Outcome.AMP, "<html ⚡><body>".encode()),
    "JSON": (Outcome.NOT_A_DOCUMENT, b'{"a": "<html><body>"}'),
    "plain text": (Outcome.NOT_A_DOCUMENT, b"OK\n"),
    "a fragment": (Outcome.NOT_A_DOCUMENT, b"<div>part</div>"),
    "a feed": (Outcome.NOT_A_DOCUMENT, b'<?xml version="1.0"?><rss><title>x</title></rss>'),
    "nothing": (Outcome.NOT_A_DOCUMENT, b""),
    "text before the document": (Outcome.NOT_A_DOCUMENT, b"Warning: x<!doctype html><html><body>"),
    "a mark before data": (Outcome.NOT_A_DOCUMENT, _BOM + _BOM + b'{"a": "<html>"}'),
    "an end in a script": (Outcome.UNFINISHED, b"<html><script>var a"),
    "an end in a comment": (Outcome.UNFINISHED, b"<html><!-- a"),
    "an end in a tag": (Outcome.UNFINISHED, b"<html><body class='a"),
    "an end in a template": (Outcome.UNFINISHED, b"<html><template><p>"),
    "UTF-16": (Outcome.ENCODING, "\ufeff<html><body>".encode("utf-16-le")),
    "ISO-2022-JP": (Outcome.ENCODING, b"<meta charset=iso-2022-jp><title>x</title><body>"),
    "an encoding that the banner would hide": (Outcome.ENCODING, b"<html><body>" + b"x" * 950 + b"<meta charset=utf-8>"),
    "noscript left open": (Outcome.UNREADABLE, b"<head><noscript><p></noscript></head><body>"),
    "noscript with two ends": (Outcome.UNREADABLE, b"<head><noscript><!--</noscript>--></noscript><body>"),
    "svg in a template": (Outcome.UNREADABLE, b"<head><template><svg></template><body>"),
    "a banner of ours": (Outcome.MARKED, b'<html><body><a href="#c">Skip</a><section data-migrator-banner>'),
    "a tag without end": (Outcome.TOO_LONG, b"<html><link a='" + b"x" * LONGEST_TOKEN + b"'><body>"),
    "a noscript without end": (Outcome.TOO_LONG, b"<head><noscript>" + b"<br>" * LONGEST_TOKEN + b"</noscript><body>"),
    "a head without end": (Outcome.TOO_LONG, b"<html>" + b"<meta name=a>" * (LONGEST_SCAN // 13 + 1) + b"<body>"),
}


@pytest.mark.parametrize("page", (EXPLICIT | SKIP_LINKS).values(), ids=(EXPLICIT | SKIP_LINKS).keys())
def test_the_banner_goes(page: bytes) -> None:
    sent, outcome = insert(page.replace(b"@", b""))
    assert sent == page.replace(b"@", BANNER)
    assert outcome is (Outcome.EXPLICIT if b"<body" in page.lower() else Outcome.IMPLIED)


@pytest.mark.parametrize("page", IMPLIED.values(), ids=IMPLIED.keys())
def test_without_a_body_tag_the_banner_goes(page: bytes) -> None:
    assert insert(page.replace(b"@", b"")) == (page.replace(b"@", BANNER), Outcome.IMPLIED)


@pytest.mark.parametrize(("outcome", "page"), REFUSED.values(), ids=REFUSED.keys())
def test_untouched_is(outcome: Outcome, page: bytes) -> None:
    assert insert(page) == (page, outcome)


@pytest.mark.parametrize("page", [page.replace(b"@", b"") for page in (EXPLICIT | IMPLIED | SKIP_LINKS).values()])
def test_the_place_is_the_same_byte_by_byte(page: bytes) -> None:
    assert insert(page, range(1, len(page))) == insert(page)


@settings(max_examples=200)
@given(
    MARKUP,
    st.sampled_from([b"", b"<!doctype html>", b"<html><body>", _HEAD, _HEAD + b"<noscript>", b"<html><template>"]),
    st.data(),
)
def test_whatever_comes_only_the_banner_is_added(markup: bytes, opening: bytes, data: st.DataObject) -> None:
    document = opening + markup
    cuts = sorted(data.draw(st.sets(st.integers(0, len(document)), max_size=4)))
    sent, outcome = insert(document, cuts)
    inserted = outcome in (Outcome.EXPLICIT, Outcome.IMPLIED)
    assert outcome not in (Outcome.PENDING, Outcome.FAILED)
    assert sent.count(BANNER) == inserted
    assert sent.replace(BANNER, b"") == document
    assert (sent, outcome) == insert(document)


PROLOGUE_PARTS = [
    *(b"\n ", b"<!DOCTYPE html>", b"<!doctype html public '>'>", b"<html>", b"<html lang=fr>", b"<html lang='de' amp>"),
    *(b"<HEAD\n>", b"<head profile='>'>", b"<title>a</title >", b"<title></head><body></title>", b"<title><!--</title>"),
    *(b"</HEAD>", b"<link rel=a>", b"<style>p{}</style>", b"<script>1<2</script>", b"<!-- x -->", b"<!-->", b"<meta name=a>"),
    *(b"<meta http-equiv=content-security-policy content=x>", b"<noscript>", b"</noscript>", b"<template>", b"</template>"),
    *(_BOM, b" " + _BOM, b"<body class='>'>", b"<p>", b"x", b"<a href=#m>Skip</a>", b"<frameset>", b"&#32;", b"<header>"),
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PROLOGUE_PARTS), max_size=12).map(b"".join))
def test_a_document_that_comes_whole_is_read_like_one_that_comes_byte_by_byte(document: bytes) -> None:
    results = []
    for cuts in (range(0), range(1, len(document))):
        asked: list[object] = []
        insertion = Insertion(lambda *known, asked=asked: asked.append(known) or BANNER)
        ends = [0, *cuts, len(document)]
        sent = [insertion.feed(document[start:end]) for start, end in pairwise(ends)]
        results.append((b"".join([*sent, insertion.end()]), insertion.outcome, asked))
    assert results[0] == results[1]


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_pass_whole(document: bytes) -> None:
    assert insert(document)[0].replace(BANNER, b"") == document


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        (b"<html lang=fr>", "fr"),
        (b"<HTML LANG='zh-Hant'>", "zh-Hant"),
        (b"<html lang='\"><script>'>", ""),
        (b"<html xml:lang=fr>", ""),
    ],
)
def test_the_banner_is_asked_for_in_the_language_of_the_page(tag: bytes, language: str) -> None:
    asked: list[str] = []
    insertion = Insertion(lambda wanted, policies: asked.append(wanted) or BANNER)  # type: ignore[func-returns-value]
    insertion.feed(tag + b"<body>" + b"x" * 1024)
    assert asked == [language]


@pytest.mark.parametrize(
    ("came", "sent"),
    [
        (b"<!doctype html><link rel=a><ti", b"<!doctype html><link rel=a>"),
        (b"<html><!--" + b"x" * 5000, b"<html><!--" + b"x" * 4997),
        (b"<html><style>" + b"x" * 5000, b"<html><style>" + b"x" * 4993),
        (b"<html><script>" + b"x" * 5000, b"<html><script>" + b"x" * 4992),
        (b"<html> <noscript><p>", b"<html> <noscript>"),
        (b"<html><body><script>", b"<html><body>"),
        (b"<html><body><p>", b"<html><body>"),
        (b"\xef", b""),
    ],
)
def test_only_what_is_undecided_is_held(came: bytes, sent: bytes) -> None:
    assert Insertion(lambda language, policies: BANNER).feed(came) == sent


def test_a_page_whose_header_names_its_encoding_need_not_be_held_for_it() -> None:
    insertion = Insertion(lambda language, policies: BANNER, encoding_known=True)
    assert insertion.feed(b"<html><body><h1>") == b"<html><body>" + BANNER + b"<h1>"
    assert insertion.inserted == len(BANNER)
    assert insertion.feed(b"<body>") == b"<body>"
    assert insertion.end() == b""


def test_no_banner_leaves_the_page_as_it_is() -> None:
    assert insert(b"<html><body>x", banner=b"") == (b"<html><body>x", Outcome.NO_BANNER)


def test_a_fault_in_the_banner_costs_only_the_banner(caplog: pytest.LogCaptureFixture) -> None:
    markup: dict[str, bytes] = {}
    insertion = Insertion(lambda language, policies: markup[language])
    with caplog.at_level(logging.ERROR):
        sent = insertion.feed(b"<html><body>x") + insertion.end()
    assert (sent, insertion.outcome) == (b"<html><body>x", Outcome.FAILED)
    assert "the banner was left out of a page" in caplog.text


def test_a_page_that_never_opens_its_body_is_not_held() -> None:
    insertion = Insertion(lambda language, policies: BANNER)
    held = 0
    for number in range(200):
        data = b"<!doctype html>" if number == 0 else b"<!-- %d -->" % number + b"<link rel=a>" * 600
        held += len(data) - len(insertion.feed(data))
        assert held < 100
    assert insertion.outcome is Outcome.TOO_LONG
