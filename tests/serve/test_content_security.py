"""Policies are given our hashes where they would stop the banner, by the least change, and nothing where they would not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.content_security import Grant, Inline, amended, grant, hash_source
from migrator.serve.headers import Headers
from tests.serve.injected import HTML, PAGE, Got, ask

S, J = hash_source(b"style"), hash_source(b"script")
INLINE = Inline((S,), (J,))
STYLES_ONLY = Inline((S,))
CSP, REPORT_ONLY = b"content-security-policy", b"content-security-policy-report-only"


def policy(value: bytes, inline: Inline = STYLES_ONLY) -> bytes:
    """What becomes of a policy."""
    ((_, changed),) = amended([(CSP, value)], inline)
    return changed


def test_a_hash_source_is_what_the_standard_shows() -> None:
    """CSP Level 3, section 8.4: alert('Hello, world.'); in a script element."""
    assert hash_source(b"alert('Hello, world.');") == b"'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ; ;",
        b"img-src 'none'",
        b"style-src 'unsafe-inline'",
        b"style-src 'self' 'UNSAFE-INLINE' https:",
        b"default-src 'unsafe-inline'",
        b"default-src 'none'; style-src 'unsafe-inline'",
        b"style-src 'none'; style-src-elem 'unsafe-inline'",
        b"style-src 'nonce-abc='",
        b"default-src 'nonce-abc'",
        b"STYLE-SRC 'Nonce-abc' 'unsafe-inline'",
        b"style-src 'unsafe-inline' 'strict-dynamic'",
        b"style-src 'unsafe-inline'; style-src 'none'",
        b"script-src 'none'; object-src 'none'",
        b"style-src " + S,
    ],
)
def test_a_policy_under_which_the_style_works_stays_as_it_is(value: bytes) -> None:
    assert policy(value) == value


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        (b"style-src 'self'", b"style-src 'self' %b" % S),
        (b"style-src 'none'", b"style-src %b" % S),
        (b"Style-Src 'None'; img-src *", b"Style-Src %b; img-src *" % S),
        (b"style-src", b"style-src %b" % S),
        (b"style-src 'self' 'sha256-abc='", b"style-src 'self' 'sha256-abc=' %b" % S),
        (b"style-src 'unsafe-inline' 'sha384-abc='", b"style-src 'unsafe-inline' 'sha384-abc=' %b" % S),
        (b"style-src 'unsafe-inline'; style-src-elem a.example", b"style-src 'unsafe-inline'; style-src-elem a.example %b" % S),
        (b"style-src 'self'; style-src 'unsafe-inline'", b"style-src 'self' %b; style-src 'unsafe-inline'" % S),
        (b"default-src 'none'", b"default-src 'none'; style-src %b" % S),
        (b"default-src 'self' a.example ; ", b"default-src 'self' a.example; style-src 'self' a.example %b" % S),
        (b"img-src *;\tdefault-src  'self'", b"img-src *;\tdefault-src  'self'; style-src 'self' %b" % S),
        (b"default-src a:, style-src 'unsafe-inline'", b"default-src a:; style-src a: %b, style-src 'unsafe-inline'" % S),
    ],
)
def test_a_policy_that_would_stop_the_style_is_given_its_hash(value: bytes, changed: bytes) -> None:
    assert policy(value) == changed


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        (b"script-src 'unsafe-inline'", b"script-src 'unsafe-inline'"),
        (b"script-src 'strict-dynamic' 'unsafe-inline'", b"script-src 'strict-dynamic' 'unsafe-inline' %b" % J),
        (b"script-src 'strict-dynamic' 'nonce-a'", b"script-src 'strict-dynamic' 'nonce-a'"),
        (b"default-src 'self'", b"default-src 'self'; style-src 'self' %b; script-src 'self' %b" % (S, J)),
        (b"script-src-elem 'self'; style-src 'nonce-a'", b"script-src-elem 'self' %b; style-src 'nonce-a'" % J),
    ],
)
def test_scripts_are_judged_by_their_own_directives(value: bytes, changed: bytes) -> None:
    assert policy(value, INLINE) == changed


def test_every_policy_must_let_it_pass_and_an_element_has_one_nonce() -> None:
    headers = [
        (REPORT_ONLY, b"style-src 'nonce-reported'"),
        (CSP, b"style-src 'nonce-first'"),
        (CSP, b"style-src 'nonce-second', style-src 'nonce-first'"),
        (b"x-other", b"style-src 'none'"),
    ]

    assert grant(headers, (), INLINE).style_nonce == b"first"
    assert amended(headers, STYLES_ONLY) == [
        (REPORT_ONLY, b"style-src 'nonce-reported' " + S),
        (CSP, b"style-src 'nonce-first'"),
        (CSP, b"style-src 'nonce-second' " + S + b", style-src 'nonce-first'"),
        (b"x-other", b"style-src 'none'"),
    ]


@pytest.mark.parametrize("nonce", [b'"><script>', b"a b", b"a'", b"\xff", b""])
def test_what_is_no_nonce_is_never_written_into_the_page(nonce: bytes) -> None:
    assert grant([(CSP, b"style-src 'nonce-%b'" % nonce)], (), INLINE) == Grant()


@pytest.mark.parametrize(
    ("in_page", "granted"),
    [
        ((), Grant()),
        ((b"img-src 'none'",), Grant()),
        ((b"default-src 'self'",), Grant(style=False, script=False)),
        ((b"style-src 'unsafe-inline'; script-src 'self'",), Grant(script=False)),
        ((b"default-src 'nonce-a'",), Grant(style_nonce=b"a", script_nonce=b"a")),
        ((b"default-src 'nonce-a'", b"style-src 'nonce-b'"), Grant(style=False, style_nonce=b"a", script_nonce=b"a")),
        ((b"default-src " + S + b" " + J,), Grant()),
    ],
)
def test_a_policy_in_the_page_is_obeyed_as_it_is(in_page: tuple[bytes, ...], granted: Grant) -> None:
    assert grant([], in_page, INLINE) == granted


SOURCES = st.lists(
    st.sampled_from(
        ["'self'", "'none'", "'unsafe-inline'", "'nonce-a'", "'sha256-x'", "'strict-dynamic'", "*", "https://a.example"]
    )
)
NAMES = st.sampled_from(["default-src", "style-src", "script-src", "style-src-elem", "script-src-elem", "img-src", "sandbox", ""])
DIRECTIVES = st.tuples(NAMES, SOURCES).map(lambda pair: " ".join([pair[0], *pair[1]]))
VALUES = st.lists(DIRECTIVES).map("; ".join) | st.text(alphabet="abc'-;, \t=", max_size=40)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from([CSP, REPORT_ONLY]), VALUES.map(str.encode)), max_size=3))
def test_nothing_is_taken_from_a_policy_and_nothing_but_hashes_of_ours_is_given(headers: Headers) -> None:
    changed = amended(headers, INLINE)

    assert amended(changed, INLINE) == changed
    assert [name for name, _ in changed] == [name for name, _ in headers]
    for (_, before), (_, after) in zip(headers, changed, strict=True):
        given_now = set(after.replace(b",", b" , ").replace(b";", b" ; ").split())
        had = set(before.replace(b",", b" , ").replace(b";", b" ; ").split())
        assert had - given_now <= {b"'none'", b"'NONE'", b";"}
        assert given_now - had <= {S, J, b";", b"style-src", b"script-src"}


def security(*headers: tuple[bytes, bytes], **options: object) -> tuple[Got, Grant | None]:
    """What comes of a page sent with these headers, and what the banner was granted in it."""
    asked: list[Grant] = []
    got = ask(headers=[HTML, *headers], banner=lambda _, granted: asked.append(granted) or b"<i></i>", inline=INLINE, **options)  # type: ignore[arg-type, func-returns-value]
    return got, asked[0] if asked else None


def test_a_page_is_sent_with_a_policy_that_lets_the_banner_work() -> None:
    got, granted = security((CSP, b"default-src 'self'"))

    assert got.headers[CSP] == policy(b"default-src 'self'", INLINE)
    assert granted == Grant()
    assert security((CSP, b"default-src 'self'"), method="HEAD")[0].headers[CSP] == got.headers[CSP]


def test_an_answer_without_a_banner_keeps_its_policy() -> None:
    for options in ({"chunks": [b"no document"]}, {"request": [(b"sec-fetch-dest", b"iframe")]}):
        assert security((CSP, b"default-src 'self'"), **options)[0].headers[CSP] == b"default-src 'self'"


def test_a_page_that_is_confirmed_has_the_policy_that_it_was_sent_with() -> None:
    got, _ = security((CSP, b"default-src 'self'"), status=304)

    assert got.headers[CSP] == policy(b"default-src 'self'", INLINE)


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize(
    "meta",
    [
        b"<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">",
        b"<link rel=x><meta name=h><META CONTENT=\"default-src 'self' a>b\" HTTP-EQUIV = 'content-security-policy' />",
        b"<meta http-equiv=x content=x><meta http-equiv=content-security-policy content='default-src &#39;self&apos;'>",
    ],
)
def test_a_policy_in_the_page_is_seen_however_it_is_written_and_cut(meta: bytes, size: int) -> None:
    page = PAGE.replace(b"<title>", meta + b"<title>")
    chunks = [page[at : at + size] for at in range(0, len(page), size)]

    assert security(chunks=chunks)[1] == Grant(style=False, script=False)


def test_what_only_looks_like_a_policy_of_the_page_is_none() -> None:
    meta = b"<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">"
    for hidden in (b"<!--%b-->", b"<script>'%b'</script>", b"<template>%b</template>", b"<noscript>%b</noscript>"):
        page = PAGE.replace(b"<title>", hidden % meta + b"<title>")
        assert security(chunks=[page])[1] == Grant(), hidden
    assert security(chunks=[PAGE.replace(b"<h1>", meta + b"<h1>")])[1] == Grant()
