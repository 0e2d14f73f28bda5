"""The section `banner:` as `check` judges it: colours by WCAG, messages by length, paths and links by their form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import Level, Problem
from migrator.rules.banner_section import LONGEST_MESSAGE, banner_problems, palettes
from migrator.rules.colours import DARK, EDGE_CONTRAST, LIGHT, TEXT_CONTRAST, contrast
from migrator.rules.schema import BannerShape
from migrator.rules.yaml_text import read_map

HEAD = "version: 1\nsites: {main: {hosts: [a.example], legacy: http://b.example, new: https://c.example}}\nbanner:\n"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def shape(section: str) -> BannerShape:
    found = read_map(HEAD + section, "redirects.yaml")
    assert not found.problems
    assert found.banner
    return found.banner


def problems(section: str) -> list[Problem]:
    return list(banner_problems(shape(section)))


def codes(section: str) -> list[tuple[int, str]]:
    return [(problem.place.line, problem.code) for problem in problems(section)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    # Judge: the figures that WebAIM's and the W3C's own pages give for these pairs.
    [
        ("#000", "#fff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#0000ff", "#fff", 8.59),
        ("#abc", "#aabbcc", 1),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_lies_between_none_and_that_of_black_and_white(one: str, other: str) -> None:
    assert 1 <= contrast(one, other) <= 21
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_shipped_colours_can_be_read(palette: object) -> None:
    assert palette in (LIGHT, DARK)
    for one in (LIGHT, DARK):
        assert min(contrast(one.background, one.text), contrast(one.background, one.link)) >= TEXT_CONTRAST
        assert contrast(one.background, one.line) >= EDGE_CONTRAST


def test_what_the_file_leaves_out_is_the_shipped_colour() -> None:
    light, dark = palettes(shape("  colours: {light: {background: '#fff'}}\n"))

    assert (light.background, light.text, dark) == ("#fff", LIGHT.text, DARK)


def test_text_too_faint_is_an_error_and_an_edge_too_faint_a_warning_each_where_it_stands() -> None:
    section = (
        "  colours:\n    light:\n      background: '#fff'\n      text: '#777777'\n      line: '#aaa'\n    dark: {link: '#333'}\n"
    )
    found = problems(section)

    assert [(one.place.line, one.place.column, one.level) for one in found] == [
        (7, 13, Level.ERROR),
        (8, 13, Level.WARNING),
        (9, 18, Level.ERROR),
    ]
    assert {one.code for one in found} == {"low-contrast"}
    assert "4.47:1" in found[0].message


def test_a_background_alone_is_to_blame_for_what_it_makes_of_the_shipped_colours() -> None:
    assert codes("  colours:\n    light:\n      background: '#333'\n") == [(6, "low-contrast")] * 3


@pytest.mark.parametrize("colour", ["red", "#12", "#12345", "rgb(0,0,0)", "#fff;}*{color:red", "#ggg", "#fff\\n"])
def test_what_is_no_colour_is_refused_with_its_place(colour: str) -> None:
    found = read_map(f'{HEAD}  colours: {{light: {{text: "{colour}"}}}}\n', "redirects.yaml").problems

    assert [(one.code, one.place.line) for one in found] == [("wrong-value", 4)]
    assert "#rrggbb" in found[0].mend


def test_a_message_that_fills_a_telephone_is_warned_of() -> None:
    long = "x" * (LONGEST_MESSAGE + 1)

    assert codes(f"  messages: {{en: {long}, fr: {long[1:]}}}\n") == [(4, "long-message")]
    assert codes(f"  pages: [{{paths: [/x], messages: {{en: {long}}}}}]\n") == [(4, "long-message")]
    assert all(one.level is Level.WARNING for one in problems(f"  messages: {{en: {long}}}\n"))


def test_pages_are_named_by_paths_and_lead_to_addresses() -> None:
    assert codes("  pages: [{paths: [press/*, /a, '*.html']}]\n") == [(4, "bad-path")]
    assert codes("  pages: [{paths: [/a], to: 'javascript:alert(1)'}, {paths: [/b], to: /c}]\n") == [(4, "bad-link")]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//evil.example/", "/\\\\evil.example", "progress", ""])
def test_a_link_is_a_path_or_an_http_address(link: str) -> None:
    found = read_map(f'{HEAD}  links: {{progress: "{link}"}}\n', "redirects.yaml").problems

    assert [one.code for one in found] == ["wrong-value"]
    assert "path" in found[0].mend


@pytest.mark.parametrize("link", ["/", "/_transition/", "https://x.example/", "HTTP://x.example"])
def test_paths_and_addresses_are_links(link: str) -> None:
    assert shape(f'  links: {{progress: "{link}"}}\n')
