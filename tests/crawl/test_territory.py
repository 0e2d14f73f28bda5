"""Which addresses are one site's, and when two are one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.crawl.territory import territory_of
from migrator.pages.page import Side
from migrator.rules.rule import Site
from migrator.urls import Folding

SITE = Site(
    "main",
    ("www.old.example", "old.example"),
    "http://10.0.0.5:8080/",
    "https://www.new.example/en/start",
    new_upstream="http://10.0.0.6",
    folding=Folding(significant_params=frozenset({"id"})),
)
LEGACY, NEW = territory_of(SITE, Side.LEGACY), territory_of(SITE, Side.NEW)


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://10.0.0.5:8080/a?b#c", "http://10.0.0.5:8080/a?b"),
        ("https://WWW.old.example:443/a/../b", "http://10.0.0.5:8080/b"),
        ("http://old.example.", "http://10.0.0.5:8080/"),
        ("http:\\\\old.example\\x", "http://10.0.0.5:8080/x"),
        ("http://old.example/ä ö", "http://10.0.0.5:8080/%C3%A4%20%C3%B6"),
        ("http://0x0a.0.0.5:8080/", "http://10.0.0.5:8080/"),
        ("http://old.example:8080/", None),
        ("http://10.0.0.5/", None),
        ("http://user@old.example/", None),
        ("https://www.new.example/", None),
        ("http://evil-old.example/", None),
        ("ftp://old.example/", None),
        ("javascript:alert(1)", None),
        ("//old.example/", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_an_address_is_recorded_on_the_base_or_is_another_sites(url: str, here: str | None) -> None:
    assert LEGACY.on_base(url) == here


def test_the_new_side_is_recorded_under_its_public_address_and_reached_at_its_upstream() -> None:
    assert NEW.on_base("http://10.0.0.6/x") == NEW.on_base("https://www.new.example/x") == "https://www.new.example/x"
    assert (str(NEW.upstream), NEW.host, NEW.start) == ("http://10.0.0.6", "www.new.example", "https://www.new.example/en/start")
    assert NEW.on_base("https://www.old.example/x") is None
    assert NEW.folder == "/en/"


def test_the_public_name_is_the_first_host_or_the_upstreams_own_where_it_is_one() -> None:
    def host(hosts: tuple[str, ...], legacy: str) -> str:
        return territory_of(Site("main", hosts, legacy, "https://new.example"), Side.LEGACY).host

    assert host(("www.old.example", "old.example"), "http://10.0.0.5:8080") == "www.old.example"
    assert host(("www.old.example", "old.example"), "https://old.example") == "old.example"
    assert host(("*.old.example",), "http://10.0.0.5:8080") == "10.0.0.5:8080"


def test_old_addresses_fold_as_the_site_says_and_new_ones_do_not() -> None:
    assert LEGACY.key("http://10.0.0.5:8080/A/Index.html?b=1&a=2&utm_source=x") == "/a?a=2&b=1"
    assert NEW.key("https://www.new.example/A/Index.html?b=1&a=2") == "/A/Index.html?a=2&b=1"


def test_what_only_tracks_visitors_is_not_recorded() -> None:
    assert LEGACY.recorded("http://10.0.0.5:8080/A?b=1&utm_source=x") == "http://10.0.0.5:8080/A?b=1"
    assert LEGACY.recorded("http://elsewhere.example/A?utm_source=x") is None


def test_the_request_line_is_the_address_to_the_byte() -> None:
    assert LEGACY.target("http://10.0.0.5:8080/a%2fb/%7E?x=%20|") == b"/a%2fb/%7E?x=%20|"


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_recording_an_address_twice_changes_nothing(path: str) -> None:
    for territory in (LEGACY, NEW):
        here = territory.on_base(f"{territory.base}/{path}")
        if here is not None:
            assert here.startswith(f"{territory.base}/")
            assert territory.on_base(here) == here
            assert territory.target(here).startswith(b"/")
            assert territory.key(here) == territory.key(f"{territory.base}{territory.key(here)}")
