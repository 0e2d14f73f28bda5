"""What the shipped templates owe every visitor, whatever they see with and whatever they read."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup, Tag

from migrator.errors import Place
from migrator.rules.colours import contrast
from migrator.rules.decision import Gone
from migrator.rules.rule import Kind, Rule, Site
from migrator.serve.banner import Banner
from migrator.serve.content_security import Grant
from migrator.serve.language import load_catalogue
from migrator.serve.notices import Notices
from migrator.serve.options import BannerOptions
from migrator.templating import environment

SITE = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example")
GONE = Gone(
    "",
    Rule("main", "/old", Kind.EXACT, Place("redirects.yaml"), gone=True),
    SITE,
    suggest="https://www.new.example/help",
    archive="https://archive.example/x",
)
LINKS = {name: f"https://www.new.example/{name}" for name in ("progress", "search", "feedback")}
TEMPLATES, CATALOGUE = environment(None), load_catalogue(None)
NOTICES = Notices(TEMPLATES, CATALOGUE, site_name="Children First", links=LINKS)
BANNER = Banner(BannerOptions(site_name="Children First", links=LINKS, dismissible=True), TEMPLATES, CATALOGUE)


def pages(tag: str) -> list[bytes]:
    scope = {"path": f"/{tag}/old", "headers": []}
    return [answer.body for answer in (NOTICES.gone(scope, GONE), NOTICES.not_found(scope, SITE), NOTICES.unavailable(scope))]


@pytest.mark.parametrize("tag", CATALOGUE.tags)
def test_every_notice_is_a_whole_accessible_page(tag: str) -> None:
    for page in pages(tag):
        soup = BeautifulSoup(page, "lxml")
        html, title, viewport = soup.html, soup.title, soup.find("meta", attrs={"name": "viewport"})
        assert page.startswith(b"<!doctype html>\n<html")
        assert page.index(b'<meta charset="utf-8">') < 1024
        assert html
        assert (html["lang"], html["dir"]) == (tag, CATALOGUE.choose(tag).direction)
        assert isinstance(viewport, Tag)
        assert "scalable" not in str(viewport["content"])
        assert [heading.name for heading in soup.find_all(re.compile("^h[1-6]$"))] in (["h1", "h2"], ["h1"])
        assert soup.h1
        assert title
        assert title.get_text() == f"{soup.h1.get_text()} – Children First"
        assert len(soup.find_all("main")) == len(soup.find_all("header")) == 1


@pytest.mark.parametrize("tag", CATALOGUE.tags)
def test_the_first_thing_to_focus_skips_to_the_content(tag: str) -> None:
    for page in pages(tag):
        soup = BeautifulSoup(page, "lxml")
        first = soup.find(["a", "button", "input"])
        assert isinstance(first, Tag)
        target = soup.find(id=str(first["href"]).removeprefix("#"))
        assert isinstance(target, Tag)
        assert (target.name, target["tabindex"]) == ("main", "-1")


@pytest.mark.parametrize("tag", CATALOGUE.tags)
def test_links_say_where_they_lead_and_no_two_say_the_same(tag: str) -> None:
    for page in [*pages(tag), BANNER.markup(tag)]:
        texts = [link.get_text(strip=True) for link in BeautifulSoup(page, "lxml").find_all("a")]
        assert all(texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("tag", CATALOGUE.tags)
def test_nothing_is_fetched_from_anywhere_and_little_is_sent(tag: str) -> None:
    for page in pages(tag):
        soup = BeautifulSoup(page, "lxml")
        assert not soup.find_all(["script", "img", "link", "iframe", "object", "form"])
        assert not soup.select("[style], [onclick], [src]")
        assert b"url(" not in page
        assert b"@import" not in page
        assert len(page) < 6_000
    assert len(BANNER.markup(tag)) < 6_000


def styles() -> dict[str, str]:
    """What is sent, in the shipped colours."""
    sent = {"notice.html": pages("en")[0], "banner.html": BANNER.markup("en")}
    return {name: page.decode("utf-8").split("<style>")[1].split("</style>")[0] for name, page in sent.items()}


def test_no_style_knows_left_from_right_or_hides_by_moving_away() -> None:
    for name, style in styles().items():
        assert not re.search(r"\b(?:left|right|padding-top|margin-top|text-indent)\b", style), name
        assert not re.search(r"-\d{3,}(?:px|em|rem)", style), name
        assert not re.search(r"position:\s*(?:fixed|sticky)", style), name
        assert not re.search(r"(?:transition|animation)\b", style), name


@pytest.mark.parametrize("name", ["notice.html", "banner.html"])
def test_colours_can_be_read_light_and_dark(name: str) -> None:
    variable = r"--%s: (#\w+)[^;]*;"
    themes = zip(*(re.findall(variable % which, styles()[name]) for which in ("page", "text", "link", "line")), strict=True)
    found = list(themes)

    assert len(found) == 2
    for page, text, link, line in found:
        assert min(contrast(page, text), contrast(page, link)) >= 4.5
        assert name == "notice.html" or contrast(page, line) >= 3


def test_quiet_text_and_the_focus_of_the_notices_can_be_seen_light_and_dark() -> None:
    themes = re.findall(r"--page: (\S+);.*?--quiet: (\S+);.*?--ring: (\S+);", styles()["notice.html"])

    assert len(themes) == 2
    for page, quiet, ring in themes:
        assert contrast(page, quiet) >= 4.5
        assert contrast(page, ring) >= 3


def test_the_banner_can_be_read_in_its_colours_of_last_resort() -> None:
    plain = BANNER.markup("en", Grant(style=False)).decode("ascii")
    page, *texts = dict.fromkeys(re.findall(r'(?:bg)?color="(#\w+)"', plain))

    assert len(texts) == 2
    assert min(contrast(page, text) for text in texts) >= 4.5


def test_the_banner_is_not_printed_and_its_targets_are_large() -> None:
    style = styles()["banner.html"]

    assert re.search(r"@media print \{ [^}]*display: none !important", style)
    assert style.count("min-block-size: 44px") == 1


def test_the_banner_outweighs_any_style_of_the_page() -> None:
    """Every declaration is important, and every selector has the weight of several ids."""
    rules = re.findall(r"([^{}]+)\{([^{}]+)\}", re.sub(r"\{#.*?#\}", "", styles()["banner.html"]))

    assert len(rules) > 6
    for selector, declarations in rules:
        assert all(":not(#_#_#_" in part for part in selector.replace("@media print", "").split(",")), selector
        assert all(part.strip().endswith("!important") for part in declarations.split(";") if part.strip()), selector
