"""Canonical keys, hosts, queries: the laws of migrator.urls."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.urls import (
    Folding,
    canonical_host,
    host_allowed,
    look_up_key,
    merge_query,
    normal_url,
    origin_of,
    split_url,
)

LITERAL = Folding(case=False, trailing_slash=False, index_files=False)
FOLDED = Folding(significant_params=frozenset({"id", "lang"}))
foldings = st.builds(
    Folding,
    case=st.booleans(),
    trailing_slash=st.booleans(),
    index_files=st.booleans(),
    significant_params=st.just(frozenset({"id", "%C3%A9"})),
    every_param=st.booleans(),
)
PIECES = [
    "/",
    "//",
    ".",
    "..",
    "%2e",
    "%2F",
    "%5c",
    "%25",
    "%",
    "%4",
    "a",
    "A",
    "é",
    "É",
    "ſ",
    "İ",
    "index.html",
    ";jsessionid=1",
    "%c3%89",
    "%ff",
]
paths = st.one_of(st.binary(max_size=40), st.lists(st.sampled_from(PIECES), max_size=12).map("".join).map(str.encode))
queries = st.lists(
    st.sampled_from(["id=7", "ID=8", "id", "lang=%C3%89", "utm_source=x", "&", "=", "+", "%zz", "é=1"]), max_size=6
).map("&".join)


@given(paths, queries, foldings)
def test_a_key_is_its_own_key(path: bytes, query: str, folding: Folding) -> None:
    key = look_up_key(path, query, folding)
    again = look_up_key(key.path, key.query, folding)

    assert again[:2] == key[:2]


@given(paths, queries, foldings)
def test_a_key_is_visible_ascii_and_begins_with_a_slash(path: bytes, query: str, folding: Folding) -> None:
    text = str(look_up_key(path, query, folding))

    assert text.startswith("/")
    assert all(0x21 <= ord(letter) <= 0x7E for letter in text)


@given(st.lists(st.sampled_from(["a=1", "b=2", "utm_source=x", "c", "d=%20"]), unique=True), st.randoms())
def test_parameters_that_choose_no_page_and_their_order_never_change_the_key(others: list[str], chance: random.Random) -> None:
    mixed = [*others, "id=7", "lang=fr"]
    chance.shuffle(mixed)

    assert look_up_key("/x", "&".join(mixed), FOLDED) == look_up_key("/x", "lang=fr&id=7", FOLDED)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/a/b/../c", "/a/c"),
        ("/a/./b/.", "/a/b/"),
        ("/%41%7e%2d", "/A~-"),
        ("/a%2fb%5cc%25d", "/a%2Fb%5Cc%25d"),
        ("/a%252fb", "/a%252fb"),
        ("/100%", "/100%25"),
        ("/café", "/caf%C3%A9"),
        ("/caf%e9", "/caf%E9"),
        ("/a;jsessionid=12AB/b", "/a/b"),
        ("/a;JSESSIONID=1?", "/a%3F"[:2]),
        ("", "/"),
        ("//a//b", "//a//b"),
        ("/a b", "/a%20b"),
    ],
)
def test_a_path_is_made_canonical_without_folding(path: str, key: str) -> None:
    if path.endswith("?"):
        path = path[:-1]
    assert look_up_key(path, "", LITERAL).path == key


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/About/", "/about"),
        ("/about/index.html", "/about"),
        ("/About/Default.ASPX", "/about"),
        ("/index.php", "/"),
        ("/index.html/index.html", "/"),
        ("/CAF%C3%89", "/caf%C3%A9"),
        ("/x.html", "/x.html"),
        ("/xindex.html", "/xindex.html"),
    ],
)
def test_a_site_folds_case_slash_and_index_files_by_default(path: str, key: str) -> None:
    assert look_up_key(path, "", Folding()).path == key


def test_captures_keep_case_and_slash() -> None:
    assert look_up_key("/Press/2019/Report.PDF", "", Folding()).shown == "/Press/2019/Report.PDF"


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("ID=7&utm=1", "/x?id=7"),
        ("utm=1", "/x"),
        ("", "/x"),
        ("id=a+b", "/x?id=a%20b"),
        ("id=2&id=1", "/x?id=1&id=2"),
        ("id", "/x?id="),
        ("i%64=7", "/x?id=7"),
    ],
)
def test_only_significant_parameters_are_in_the_key(query: str, key: str) -> None:
    assert str(look_up_key("/x", query, FOLDED)) == key


def test_the_crawler_tells_pages_apart_by_every_parameter_that_is_no_tracker() -> None:
    crawl = Folding(case=False, trailing_slash=False, index_files=False, every_param=True)

    assert str(look_up_key("/x", "p=2&utm_source=a&gclid=3", crawl)) == "/x?p=2"


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("WWW.Old.Example.", "www.old.example"),
        ("old.example:80", "old.example"),
        ("old.example:443", "old.example"),
        ("old.example:8080", "old.example:8080"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("[2001:DB8::1]:8080", "[2001:db8::1]:8080"),
    ],
)
def test_a_host_is_compared_as_browsers_do(written: str, host: str) -> None:
    assert canonical_host(written) == host
    assert canonical_host(host) == host


@pytest.mark.parametrize("text", ["", "a b", "a@b", "a/b", "a?b", "a#b", "a\\b", "a:b", "exa%6dple.com", "a:1:2", "a\nb"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a host name"):
        canonical_host(text)


def test_a_wildcard_stands_for_hosts_below_and_not_for_the_name_itself() -> None:
    allowed = ("*.partner.example", "friend.example")

    assert host_allowed("a.partner.example", allowed)
    assert host_allowed("friend.example", allowed)
    assert not host_allowed("partner.example", allowed)
    assert not host_allowed("evilpartner.example", allowed)
    assert not host_allowed("friend.example.evil", allowed)


@pytest.mark.parametrize(
    ("target", "query", "merged"),
    [
        ("https://n/x", b"a=1", "https://n/x?a=1"),
        ("https://n/x?a=2", b"a=1&b=3", "https://n/x?a=2&b=3"),
        ("https://n/x#part", b"a=1", "https://n/x?a=1#part"),
        ("https://n/x", b"", "https://n/x"),
        ("https://n/x", b"a=\r\nSet-Cookie: x\xe9", "https://n/x?a=%0D%0ASet-Cookie:%20x%E9"),
        ("https://n/x", b"a=%zz", "https://n/x?a=%25zz"),
    ],
)
def test_a_query_is_carried_the_targets_own_keys_win_and_the_fragment_is_last(target: str, query: bytes, merged: str) -> None:
    assert merge_query(target, query) == merged


def test_what_the_source_consumed_is_not_carried() -> None:
    assert merge_query("https://n/x", b"id=7&utm=1", frozenset({"id"})) == "https://n/x?utm=1"


def test_only_absolute_http_urls_without_credentials_have_an_origin() -> None:
    assert str(origin_of("https://N.example:443/x")) == "https://n.example"
    for url in ("javascript:alert(1)", "//n.example", "/x", "https://u:p@n.example/", "ftp://n.example", "https://"):
        assert origin_of(url) is None


def test_a_file_address_is_split_without_judging_it() -> None:
    assert split_url("http://old.example:81/a?b=c#d") == ("old.example:81", "/a", "b=c")
    assert split_url("/a?b") == ("", "/a", "b")
    assert split_url("https://old.example") == ("old.example", "", "")


def test_links_are_resolved_as_browsers_do() -> None:
    assert normal_url("../x#y", "https://n/a/b/c") == "https://n/a/x"
    assert normal_url("mailto:a@b", "https://n/") is None


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("http://127.0.0.1\\@evil.example", "http://127.0.0.1"),
        ("https:\\\\evil.example", "https://evil.example"),
        ("https:evil.example", "https://evil.example"),
        ("https://new.example:443", "https://new.example"),
        ("https://new.example:80", "https://new.example:80"),
        ("http://0x7f.1/", "http://127.0.0.1"),
        ("https://ＮＥＷ.example", "https://new.example"),
        ("https://new。example", "https://new.example"),
        ("https://ne\tw.example", "https://new.example"),
    ],
)
def test_an_origin_is_the_one_a_browser_would_go_to(written: str, origin: str) -> None:
    assert str(origin_of(written)) == origin
