"""The banner: when it is shown, in which words, and that it is nothing but text, links and one button."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from itertools import product
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import ConfigError
from migrator.serve.banner import Banner
from migrator.serve.content_security import Grant, hash_source
from migrator.serve.language import load_catalogue
from migrator.serve.options import BannerOptions
from migrator.templating import environment
from tests.shared import shared_folder

LINKS = {
    "progress": "https://www.new.example/progress?a=1&b=2",
    "search": "https://www.new.example/search",
    "feedback": "https://www.new.example/feedback",
}
TODAY = dt.date(2026, 11, 24)
TEMPLATES, CATALOGUE = environment(None), load_catalogue(None)


def banner(**options: object) -> Banner:
    return Banner(BannerOptions(**options), TEMPLATES, CATALOGUE)  # type: ignore[arg-type]


def section(shown: Banner, language: str = "en") -> Tag:
    root = BeautifulSoup(shown.markup(language), "lxml").body
    assert root
    only = [child for child in root.children if isinstance(child, Tag)]
    assert [child.name for child in only] == ["section"]
    return only[0]


def message_of(shown: Banner, language: str = "en") -> str:
    paragraph = section(shown, language).p
    assert paragraph
    return paragraph.get_text()


def test_it_says_who_is_moving_and_that_pages_are_in_transition() -> None:
    assert "building a new Children First website" in message_of(banner(site_name="Children First"))
    assert "building a new website" in message_of(banner())


def test_it_is_one_labelled_region_that_nothing_announces() -> None:
    region = section(banner(links=LINKS, dismissible=True), "ar-EG")

    assert region["aria-label"] == CATALOGUE.choose("ar").text("banner_label")
    assert (region["lang"], region["dir"], region["class"]) == ("ar", "rtl", ["migrator-banner"])
    assert "data-nosnippet" in region.attrs
    assert not BeautifulSoup(str(region), "lxml").select("[role], [aria-live], [tabindex], [autofocus], h1, h2, main, header")


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "zh", "ru", "", "xx", "zh-Hant-TW", "\x00<>", "fr" * 999])
def test_it_is_pure_ascii_in_every_language(language: str) -> None:
    assert banner(site_name="Ünïcef 儿童", links=LINKS).markup(language).isascii()


def test_links_are_those_that_lead_somewhere_by_http() -> None:
    shown = banner(links={**LINKS, "search": "javascript:alert(1)", "feedback": "relative", "other": "https://x.example"})

    assert [link["href"] for link in section(shown).find_all("a")] == [LINKS["progress"]]
    assert not section(banner()).find_all(["ul", "a"])


def test_it_is_dated_by_its_start() -> None:
    paragraph = section(banner(starts=dt.date(2026, 11, 1)), "fr").p
    assert paragraph
    assert paragraph.time
    assert paragraph.time["datetime"] == "2026-11-01"
    assert paragraph.time.get_text() == "Message du 1er novembre 2026."
    assert not section(banner()).time


def test_messages_of_the_configuration_win_language_by_language() -> None:
    shown = banner(site_name="X", messages={"en": "Moving {site_name}", "pt_BR": "Mudando", "ur": "نیا"}, links=LINKS)

    assert message_of(shown, "en-GB") == "Moving X"
    assert "nouveau site web pour X" in message_of(shown, "fr")
    assert message_of(shown, "pt-br") == "Mudando"
    assert message_of(shown, "it") == "Moving X"
    assert section(shown, "ur")["dir"] == "rtl"
    listed = section(shown, "ur").ul
    assert listed
    assert (listed["lang"], listed["dir"]) == ("en", "ltr")


@pytest.mark.parametrize(
    ("starts", "ends", "shown"),
    [
        (None, None, True),
        (TODAY, None, True),
        (TODAY + dt.timedelta(1), None, False),
        (None, TODAY, False),
        (None, TODAY + dt.timedelta(1), True),
        (TODAY, TODAY + dt.timedelta(1), True),
    ],
)
def test_it_is_shown_from_its_first_day_to_the_last_before_its_end(starts: dt.date, ends: dt.date, shown: bool) -> None:
    assert banner(starts=starts, ends=ends).is_shown("/", TODAY) is shown


def test_what_is_well_known_is_for_machines() -> None:
    assert not banner().is_shown("/.well-known/security.html", TODAY)


@pytest.mark.parametrize(
    ("pattern", "path", "skipped"),
    [
        ("/embed/*", "/embed/x", True),
        ("/embed/*", "/embed/", True),
        ("/embed/*", "/embed", False),
        ("/embed", "/embed", True),
        ("/embed", "/embed/x", False),
        ("*.amp.html", "/a/b.amp.html", True),
        ("/a*b*c", "/aXbYc", True),
        ("/a*b*c", "/abc", True),
        ("/a*b*c", "/acb", False),
        ("/ab*ba", "/aba", False),
        ("*", "/anything", True),
        ("/a**b", "/ab", True),
        ("/[a]?", "/[a]?", True),
        ("/[a]?", "/ab", False),
    ],
)
def test_paths_that_match_a_pattern_go_without(pattern: str, path: str, skipped: bool) -> None:
    assert banner(skip=(pattern,)).is_shown(path, TODAY) is not skipped


def test_a_pattern_takes_no_more_time_than_the_path_is_long() -> None:
    shown = banner(skip=("*a" * 50 + "b",))
    started = time.perf_counter()

    assert shown.is_shown("/" + "a" * 200_000, TODAY)
    assert time.perf_counter() - started < 0.5


@settings(max_examples=150)
@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_a_star_stands_for_any_text(pattern: str, path: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path) is not None

    assert banner(skip=(pattern,)).is_shown(path, TODAY) is not expected


def test_the_version_changes_with_every_text_and_only_then() -> None:
    same = {"site_name": "X", "links": LINKS, "dismissible": True}
    versions = {
        banner(**same).version,
        banner(**{**same, "site_name": "Y"}).version,
        banner(**{**same, "links": {}}).version,
        banner(**{**same, "dismissible": False}).version,
        banner(**same, messages={"fr": "Z"}).version,
        banner(**same, starts=TODAY).version,
    }

    assert len(versions) == 6
    assert banner(**same).version == banner(**same, ends=TODAY, skip=("/x",)).version
    assert all(re.fullmatch(r"[0-9a-f]{8}", version) for version in versions)


def test_without_a_script_there_is_no_button_and_without_dismissal_no_script() -> None:
    dismissible = section(banner(dismissible=True))
    button = dismissible.find("button")
    assert isinstance(button, Tag)
    assert "hidden" in button.attrs
    assert button["type"] == "button"
    assert button.get_text() == "Hide this message"
    assert dismissible["data-migrator-banner"] == banner(dismissible=True).version
    assert len(dismissible.find_all("script")) == 2
    assert not section(banner()).find_all(["script", "button"])


def test_links_are_absolute_and_open_in_this_window_whatever_base_the_page_has() -> None:
    assert [link["target"] for link in section(banner(links=LINKS)).find_all("a")] == ["_top"] * 3


def test_what_a_policy_does_not_grant_is_left_out() -> None:
    shown = banner(links=LINKS, dismissible=True)

    def kinds(style: bool = True, script: bool = True) -> list[str]:
        root = BeautifulSoup(shown.markup("fr", Grant(style, script)), "lxml")
        return [tag.name for tag in root.find_all(["style", "script", "button", "table", "a"]) if tag.name != "a"]

    assert kinds() == ["script", "style", "button", "script"]
    assert kinds(script=False) == ["style"]
    assert kinds(style=False) == ["script", "table", "button", "script"]
    assert kinds(style=False, script=False) == ["table"]


def test_nonces_of_the_page_are_written_on_style_and_scripts() -> None:
    markup = banner(dismissible=True).markup("en", Grant(style_nonce=b"Zm9v", script_nonce=b"YmFy"))

    assert (markup.count(b'<style nonce="Zm9v">'), markup.count(b'<script nonce="YmFy">')) == (1, 2)
    assert markup.replace(b' nonce="Zm9v"', b"").replace(b' nonce="YmFy"', b"") == banner(dismissible=True).markup("en")


def test_its_hashes_are_those_of_the_bytes_that_are_sent_in_every_language() -> None:
    shown = banner(site_name="Ünïcef", dismissible=True, links=LINKS, messages={"ur": "نیا"})

    assert (len(shown.inline.styles), len(shown.inline.scripts)) == (1, 2)
    for language in (*CATALOGUE.tags, "ur"):
        markup = shown.markup(language)
        for name, hashes in ((b"style", shown.inline.styles), (b"script", shown.inline.scripts)):
            texts = re.findall(rb"<%b>(.*?)</%b>" % (name, name), markup, re.DOTALL)
            assert {hash_source(text) for text in texts} == set(hashes)
            assert not any(b"&#" in text for text in texts)
    assert banner().inline.scripts == ()


def test_a_template_whose_style_could_not_be_sent_in_ascii_is_refused(tmp_path: Path) -> None:
    (tmp_path / "banner.html").write_text("<section><style>p::before { content: '→' }</style>{{ message }}</section>", "utf-8")

    with pytest.raises(ConfigError, match="beyond ASCII"):
        Banner(BannerOptions(), environment(tmp_path), CATALOGUE)


def test_an_operators_template_may_have_styles_and_scripts_of_its_own(tmp_path: Path) -> None:
    template = (
        '<section><style media="all">p { color: {{ "red" if direction == "rtl" else "blue" }} }</style>{{ message }}</section>'
    )
    (tmp_path / "banner.html").write_text(template, "utf-8")
    shown = Banner(BannerOptions(), environment(tmp_path), CATALOGUE)

    assert set(shown.inline.styles) == {hash_source(b"p { color: red }"), hash_source(b"p { color: blue }")}
    assert b'<style nonce="a" media="all">' in shown.markup("en", Grant(style_nonce=b"a"))


def _is_text_only(text: str) -> None:
    """Everything an operator can write stays text: the same elements, and the text itself to the letter."""
    plain = banner(site_name="X", messages={"en": "plain"}, links=LINKS, dismissible=True)
    shown = banner(site_name=text, messages={"en": text}, links=LINKS, dismissible=True)

    assert [tag.name for tag in section(shown).find_all()] == [tag.name for tag in section(plain).find_all()]
    assert [tag.attrs for tag in section(shown).find_all()] == [tag.attrs for tag in section(plain).find_all()]
    assert shown.markup("en").isascii()


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_a_message_is_text(text: str) -> None:
    _is_text_only(text)


def test_naughty_strings_are_text() -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    vectors = ["</p></section><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!--", "{{ 7*7 }}", "{% raw %}"]
    for text in [*strings[::5], *vectors]:
        _is_text_only(text)
    assert message_of(banner(messages={"en": "{{ 7*7 }} </p> &amp;"})) == "{{ 7*7 }} </p> &amp;"


def test_every_naughty_string_is_text_as_the_message_of_a_language_of_its_own() -> None:
    strings = json.loads((shared_folder("corpora/naughty-strings") / "blns.json").read_text("utf-8"))
    tags = ["".join(letters) for letters in product("qxyzwvutj", repeat=3)][: len(strings)]
    shown = banner(messages=dict(zip(tags, strings, strict=True)))
    plain = section(banner(messages={"qqq": "plain"}), "qqq")
    for tag, text in zip(tags, strings, strict=True):
        found = section(shown, tag)
        assert [element.name for element in found.find_all()] == [element.name for element in plain.find_all()], text
        assert (found["lang"], found.attrs.keys()) == (tag, plain.attrs.keys())
        assert message_of(shown, tag).split() == re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split()
    assert len(strings) > 500


def test_c1_controls_never_become_other_characters() -> None:
    assert message_of(banner(messages={"en": "a\x85b\x00c\ud800d"})) == "a b c d"


def test_an_operators_banner_at_fault_is_found_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "banner.html").write_text("<section>\n{{ mesage }}</section>")

    with pytest.raises(ConfigError, match=r"banner\.html:2"):
        Banner(BannerOptions(), environment(tmp_path), CATALOGUE)
