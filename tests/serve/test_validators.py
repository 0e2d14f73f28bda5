"""A client revalidates a page with its banner as it would without, and never keeps one without or with an old one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serve.injected import BROWSER, HTML, PAGE, ask

_NAMES = (b"if-none-match", b"if-modified-since", b"if-range", b"range", b"if-match", b"if-unmodified-since")
_BARE = ((b"accept", b"*/*"),)
_DATE = b"Wed, 21 Oct 2015 07:28:00 GMT"
_LATER = b"Thu, 22 Oct 2015 07:28:00 GMT"


def asked_for(
    request: dict[bytes, bytes], *, client: tuple[tuple[bytes, bytes], ...] = BROWSER, path: str = "/old"
) -> dict[bytes, bytes]:
    """The conditions that the app sees where a client sends these."""
    got = ask(request=[*client, *request.items()], path=path)
    return {name: value for name, value in got.asked if name in _NAMES}


def tag_of(*headers: tuple[bytes, bytes], coded: bool = False) -> bytes | None:
    """The tag that a client gets for a page with these headers."""
    extra = [(b"content-encoding", b"gzip")] if coded else []
    return ask(headers=[HTML, *headers, *extra], method="HEAD", chunks=[b""]).headers.get(b"etag")


@pytest.mark.parametrize(
    ("origin", "client"),
    [
        (b'"e"', b'"e-migrator-abc123"'),
        (b'W/"e"', b'W/"e-migrator-abc123"'),
        (b'""', b'"-migrator-abc123"'),
        (b"unquoted", None),
    ],
)
def test_a_tag_names_the_page_and_its_banner(origin: bytes, client: bytes | None) -> None:
    assert tag_of((b"etag", origin)) == client


def test_a_page_that_is_coded_anew_has_a_weak_tag() -> None:
    assert tag_of((b"etag", b'"e"'), coded=True) == b'W/"e-migrator-abc123"'


def test_a_date_stands_in_for_a_tag() -> None:
    tag = tag_of((b"last-modified", _DATE))
    assert tag is not None
    assert tag.startswith(b'W/"lm-')
    assert asked_for({b"if-none-match": tag, b"if-modified-since": _LATER}) == {b"if-modified-since": _DATE}
    assert tag_of((b"last-modified", b"yesterday")) is None
    assert tag_of((b"last-modified", b"Wed, 21 Oct 99999 07:28:00 GMT")) is None


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ({b"if-none-match": b'"e-migrator-abc123"'}, {b"if-none-match": b'"e"'}),
        ({b"if-none-match": b'W/"e-migrator-abc123"'}, {b"if-none-match": b'W/"e", "e"'}),
        ({b"if-none-match": b'"a", "e-migrator-abc123", "b-migrator-old"'}, {b"if-none-match": b'"e"'}),
        ({b"if-none-match": b'"e-migrator-old"', b"if-modified-since": _DATE}, {}),
        ({b"if-none-match": b'"e"', b"if-modified-since": _DATE}, {}),
        ({b"if-modified-since": _DATE}, {}),
        ({b"if-none-match": b"*"}, {b"if-none-match": b"*"}),
        ({b"if-range": b'"e-migrator-abc123"', b"range": b"bytes=0-9"}, {}),
        ({b"if-range": b'"e"', b"range": b"bytes=0-9"}, {b"if-range": b'"e"', b"range": b"bytes=0-9"}),
        ({b"range": b"bytes=0-9"}, {b"range": b"bytes=0-9"}),
        ({b"if-match": b'"e-migrator-abc123", "f"'}, {b"if-match": b'"e", "f"'}),
        ({b"if-unmodified-since": _DATE}, {b"if-unmodified-since": _DATE}),
    ],
)
def test_a_browser_s_conditions_become_the_origin_s(sent: dict[bytes, bytes], asked: dict[bytes, bytes]) -> None:
    assert asked_for(sent) == asked


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ({b"if-none-match": b'"e"', b"if-modified-since": _DATE}, None),
        ({b"if-none-match": b"unquoted"}, None),
        ({b"if-modified-since": _DATE}, None),
        ({b"if-none-match": b'"e-migrator-old", "a"'}, {b"if-none-match": b'"a"'}),
        ({b"if-none-match": b'"e-migrator-old"', b"if-modified-since": _DATE}, {}),
    ],
)
def test_conditions_on_what_may_be_no_page_stay(sent: dict[bytes, bytes], asked: dict[bytes, bytes] | None) -> None:
    """Where it is not sure that a page is asked for, only what says of itself that it had a banner is changed."""
    expected = sent if asked is None else asked
    assert asked_for(sent, client=_BARE) == expected
    assert asked_for(sent, path="/a/report.PDF") == expected
    assert asked_for(sent, client=((b"sec-fetch-dest", b"image"),)) == expected


@pytest.mark.parametrize(
    ("client", "origin", "answered"),
    [
        (b'"e-migrator-abc123"', b'"e"', b'"e-migrator-abc123"'),
        (b'W/"e-migrator-abc123"', b'"e"', b'W/"e-migrator-abc123"'),
        (b'"f-migrator-abc123", "e-migrator-abc123"', b'W/"e"', b'"e-migrator-abc123"'),
        (b'"e"', b'"e"', b'"e"'),
        (b'W/"lm-562ba820-migrator-abc123"', None, b'W/"lm-562ba820-migrator-abc123"'),
        (b"*", None, None),
    ],
)
def test_not_modified_speaks_of_the_tag_that_the_client_has(client: bytes, origin: bytes | None, answered: bytes | None) -> None:
    headers = [(b"content-length", b"9"), (b"transfer-encoding", b"chunked"), (b"cache-control", b"max-age=9")]
    headers += [(b"etag", origin)] if origin else []
    got = ask([b""], headers, status=304, request=[*_BARE, (b"if-none-match", client)])
    assert got.headers.get(b"etag") == answered
    assert got.headers.keys() - {b"etag"} == {b"cache-control"}


@settings(max_examples=60)
@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_every_tag_finds_its_way_back(opaque: str, weak: bool, coded: bool) -> None:
    origin = (b"W/" if weak else b"") + b'"%b"' % opaque.encode()
    tag = tag_of((b"etag", origin), coded=coded)
    assert tag is not None
    asked = asked_for({b"if-none-match": tag})[b"if-none-match"]
    assert origin.removeprefix(b"W/") in asked.split(b", ")
    assert ask([b""], [(b"etag", origin)], status=304, request=[*BROWSER, (b"if-none-match", tag)]).headers[b"etag"] == tag


def test_an_unconditional_request_is_left_alone() -> None:
    assert ask(request=list(BROWSER)).asked == list(BROWSER)
    assert ask([PAGE], request=[]).asked == []
