"""Which banner a page carries: of all pages, of its part of the site, and with the way to its own new version."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup, Tag
from starlette.types import Receive, Scope, Send

from migrator.rules.rule import Site
from migrator.serve.content_security import EVERYTHING
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.serve.options import BannerOptions, PageBanner
from migrator.serve.page_banners import PageBanners
from migrator.templating import environment
from tests.rules.making import table

SITE = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example")
TODAY = dt.date(2026, 11, 24)
TEMPLATES, CATALOGUE = environment(None), load_catalogue(None)
PARTS = (
    PageBanner(paths=("/press/2004/*",), messages={"en": "Old news", "fr": "Anciennes nouvelles"}),
    PageBanner(paths=("/press/*", "/*/press"), moving=True),
    PageBanner(paths=("/shop/*",), moving=True, to="/store/"),
    PageBanner(paths=("/team",), to="https://people.example/?a=1&b=2"),
)


def banners(*parts: PageBanner, **options: object) -> PageBanners:
    return PageBanners(BannerOptions(pages=parts or PARTS, **options), TEMPLATES, CATALOGUE)  # type: ignore[arg-type]


MADE = banners()


def shown(path: str, language: str = "en", made: PageBanners = MADE, going_to: str = "") -> tuple[str, list[str]]:
    """The message and where the links lead."""
    injection = made.injection(path, TODAY, SITE, lambda: going_to)
    assert injection
    soup = BeautifulSoup(injection._banner(language, EVERYTHING), "lxml")
    assert isinstance(soup.p, Tag)
    return soup.p.get_text(), [str(link["href"]) for link in soup.find_all("a")]


def moving(tag: str = "en") -> str:
    return CATALOGUE.choose(tag).text("banner_moving")


def test_a_part_of_the_site_has_its_own_words_and_the_first_that_names_a_page_counts() -> None:
    general = CATALOGUE.choose("en").text("banner_message_unnamed")

    assert shown("/press/2004/x")[0] == "Old news"
    assert shown("/press/2004/x", "fr")[0] == "Anciennes nouvelles"
    assert shown("/press/2005/x")[0] == shown("/en/press")[0] == moving()
    assert shown("/")[0] == shown("/pressing")[0] == general


@pytest.mark.parametrize("tag", CATALOGUE.tags)
def test_a_page_about_to_move_says_so_in_every_language(tag: str) -> None:
    assert shown("/press/x", tag)[0] == moving(tag)


def test_a_page_about_to_move_leads_to_where_the_map_will_send_it_else_nowhere() -> None:
    assert shown("/press/x", going_to="https://www.new.example/news/x?a=1&b=2")[1] == ["https://www.new.example/news/x?a=1&b=2"]
    assert shown("/press/x")[1] == []


def test_what_the_configuration_names_comes_before_the_map_and_paths_are_on_the_new_site() -> None:
    assert shown("/shop/x", going_to="https://elsewhere.example/")[1] == ["https://www.new.example/store/"]
    assert shown("/team", going_to="https://elsewhere.example/")[1] == ["https://people.example/?a=1&b=2"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "data:text/html,x", ""])
def test_what_is_no_address_is_not_linked(address: str) -> None:
    assert shown("/press/x", going_to=address)[1] == []
    assert shown("/x", made=banners(PageBanner(paths=("/x",), to=address)))[1] == []


def test_an_address_is_text_in_the_markup() -> None:
    address = 'https://x.example/"><script>alert(1)</script>'
    injection = MADE.injection("/press/x", TODAY, SITE, lambda: address)
    assert injection

    assert b"<script" not in injection._banner("en", EVERYTHING)
    assert shown("/press/x", going_to=address)[1] == [address]


def test_each_has_a_version_of_its_own_and_the_same_page_keeps_it() -> None:
    def version(path: str, going_to: str = "") -> str:
        injection = MADE.injection(path, TODAY, SITE, lambda: going_to)
        assert injection
        return injection.version

    first = "https://www.new.example/1"
    versions = [version("/"), version("/press/2004/x"), version("/press/x"), version("/press/x", first), version("/shop/x")]
    assert len(set(versions)) == len(versions)
    assert version("/press/x", first) == version("/press/x", first)
    assert all(found.isascii() and found.isalnum() for found in versions)


def test_pages_without_a_banner_and_days_without_one_hold_for_every_part() -> None:
    made = banners(skip=("/press/embed/*",), ends=TODAY + dt.timedelta(1))

    assert made.injection("/press/x", TODAY, SITE, str)
    assert made.injection("/press/embed/x", TODAY, SITE, str) is None
    assert made.injection("/press/x", TODAY + dt.timedelta(1), SITE, str) is None


def test_the_map_is_asked_only_about_pages_that_are_moving() -> None:
    def never() -> str:
        raise AssertionError("asked")

    for path in ("/", "/press/2004/x", "/shop/x", "/team"):
        assert MADE.injection(path, TODAY, SITE, never)


def test_a_style_that_only_pages_that_move_have_is_allowed_by_policies_too(tmp_path: Path) -> None:
    (tmp_path / "banner.html").write_text(
        "<p data-migrator-banner>{% if moving %}<style>p { color: red }</style>{% endif %}<style>p { margin: 0 }</style>"
    )
    made = PageBanners(BannerOptions(pages=PARTS), environment(tmp_path), CATALOGUE)
    injection = made.injection("/", TODAY, SITE, str)

    assert injection
    assert len(injection.inline.styles) == 2


RULES = """rules:
  - {from: /press/*, to: /newsroom/:splat, starts: 2027-01-15}
  - {from: /press/gone, gone: true, starts: 2027-01-15}
"""


async def legacy(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html; charset=utf-8")]})
    await send({"type": "http.response.body", "body": b"<!doctype html><title>Old</title><body><p>Old"})


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "links"), [("/press/a%20b", ["https://www.new.example/newsroom/a%20b"]), ("/press/gone", []), ("/other", [])]
)
async def test_a_page_leads_to_where_a_rule_that_does_not_hold_yet_will_send_it(path: str, links: list[str]) -> None:
    door = Transition(
        table=table(RULES),
        notices=Notices(TEMPLATES, CATALOGUE),
        homes={},
        fallback=legacy,
        banners=MADE,
        today=lambda: TODAY,
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://www.old.example")
    answer = await client.get(path)
    soup = BeautifulSoup(answer.text, "lxml")

    assert answer.status_code == 200
    assert len(soup.select(".migrator-banner")) == 1
    assert [link["href"] for link in soup.select(".migrator-banner a")] == links
