"""Updates in Markdown: what their heads say, what is wrong with them, and HTML that nobody can misuse."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from migrator.pages.markdown import markdown_html
from migrator.pages.updates import Kind, Update, choose_updates, read_update
from tests.script_injections import ADDRESSES, injections

HEAD = "---\ntitle: Search is slow\ndate: 2026-11-20\nkind: problem\nresolved: 2026-11-22\n---\n"
ALLOWED = {"p", "a", "em", "strong", "ul", "ol", "li", "code", "pre", "h4", "blockquote", "hr", "br", "div"}


def update(name: str, language: str = "", day: int = 1) -> Update:
    return Update(name=name, title=name, date=dt.date(2026, 11, day), kind=Kind.UPDATE, language=language, text="")


def test_an_update_is_read_with_its_head_and_its_text() -> None:
    found, problems = read_update(HEAD + "It was *slow*.\n", "updates/search.fr.md", "search.fr")

    assert problems == []
    assert found == Update(
        name="search",
        title="Search is slow",
        date=dt.date(2026, 11, 20),
        kind=Kind.PROBLEM,
        language="fr",
        text="It was *slow*.",
        resolved=dt.date(2026, 11, 22),
    )
    assert (found.is_open_problem, str(found.changed)) == (False, "2026-11-22")


def test_windows_line_ends_and_a_line_of_dashes_in_the_text_are_no_trouble() -> None:
    found, problems = read_update("---\r\ntitle: A\r\ndate: 2026-11-20\r\n---\r\nOne\r\n\r\n---\r\nTwo", "a.md", "a")

    assert (problems, found and found.text) == ([], "One\r\n\r\n---\r\nTwo")


@pytest.mark.parametrize(
    ("text", "stem", "code", "place"),
    [
        ("no head", "a", "update-head", "a.md:1:1"),
        ("---\ntitle: x\n", "a", "update-head", "a.md:1:1"),
        ("---\n---\n", "a", "update-head", "a.md:1:1"),
        ("---\ntitle: x\n---\n", "a", "missing-key", "a.md:2:1"),
        ("---\ntitle: x\ndate: soon\n---\n", "a", "wrong-value", "a.md:3:7"),
        ("---\ntitle: x\ndate: 2026-11-20\nkind: rumour\n---\n", "a", "wrong-value", "a.md:4:7"),
        ("---\ntitle: x\ndate: 2026-11-20\nmood: good\n---\n", "a", "unknown-key", "a.md:4:1"),
        ("---\ntitle: x\ndate: 2026-11-20\nlanguage: '<b>'\n---\n", "a", "update-language", "a.md:4:11"),
        ("---\ntitle: x\ndate: 2026-11-20\nlanguage: fr\n---\n", "a.ar", "update-language", "a.md:4:11"),
        ("---\ntitle: x\ndate: 2026-11-20\nresolved: 2026-11-21\n---\n", "a", "update-resolved", "a.md:4:11"),
        ("---\ntitle: &a x\ndate: 2026-11-20\n---\n", "a", "anchor", "a.md:2:8"),
        (HEAD.replace("11-22", "11-01"), "a", "update-resolved", "a.md:5:11"),
        (HEAD, "../a", "update-name", "a.md"),
        (HEAD, "a.b c", "update-name", "a.md"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, stem: str, code: str, place: str) -> None:
    found, problems = read_update(text, "a.md", stem)

    assert found is None
    assert [(problem.code, str(problem.place)) for problem in problems] == [(code, place)]


@given(st.text(max_size=300), st.sampled_from(["", "---\n", HEAD]))
def test_no_text_at_all_makes_it_raise(text: str, head: str) -> None:
    found, problems = read_update(head + text, "a.md", "a")

    assert (found is None) == bool(problems)


def test_each_update_is_shown_in_the_best_language_there_is_newest_first() -> None:
    updates = [update("a"), update("a", "fr"), update("b", "fr", day=2), update("c", "ar", day=2), update("a", "pt-br")]

    def chosen(language: str) -> list[tuple[str, str]]:
        return [(one.name, one.language) for one in choose_updates(updates, language, "en")]

    assert chosen("en") == [("b", "fr"), ("c", "ar"), ("a", "")]
    assert chosen("fr") == [("b", "fr"), ("c", "ar"), ("a", "fr")]
    assert chosen("pt") == [("b", "fr"), ("c", "ar"), ("a", "pt-br")]


MARKDOWN = (
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:a)",
    "![x](javascript:a)",
    "<javascript:a>",
    "[x][y]\n\n[y]: javascript:a",
)
FORMS = ("{}", "[x]({})", "[x](<{}>)", "# {}", "```{}\nx\n```", '[x](/y "{}")', "> {}", "[x]: {}\n\n[x]")


def test_no_markup_passes_and_no_link_runs() -> None:
    texts = [*MARKDOWN, *injections()[::5], *ADDRESSES]
    for written in (form.format(text) for text in texts for form in FORMS):
        found = html.fragment_fromstring(markdown_html(written), create_parent="div")
        for element in found.iter():
            assert element.tag in ALLOWED, written
            assert set(element.attrib) <= {"href", "title", "class", "start"}, written
            address = re.sub(r"[\x00-\x20]", "", element.get("href", "")).lower()
            assert not re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", address), written


def test_images_become_their_words_and_headings_never_outrank_the_page() -> None:
    found = markdown_html("# One\n\n![a <b> chart](https://elsewhere.example/a.png)\n\n###### Six")

    assert found == "<h4>One</h4>\n<p>a &lt;b&gt; chart</p>\n<h4>Six</h4>\n"


def test_relative_links_become_absolute_for_readers_elsewhere() -> None:
    written = markdown_html("[a](/x) [b](y) [c](https://b.example/) [d](http://[)", base="https://a.example/t/?lang=fr")

    assert 'href="https://a.example/x"' in written
    assert 'href="https://a.example/t/y"' in written
    assert 'href="https://b.example/"' in written


def test_characters_that_no_feed_can_hold_are_dropped() -> None:
    assert markdown_html("a\x0bb\x00c\ufffed") == "<p>abcd</p>\n"
