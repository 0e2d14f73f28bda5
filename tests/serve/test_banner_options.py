"""What an operator may choose of the banner: links within the site, and colours."""

from __future__ import annotations

import re

import pytest

from migrator.rules.colours import Palette
from migrator.serve.content_security import Grant
from tests.serve.test_banner import LINKS, banner, section


@pytest.mark.parametrize("path", ["/", "/_transition/", "/_transition/search?lang=fr", "/a b/ü#top"])
def test_a_link_may_be_a_path_on_the_page_s_own_host(path: str) -> None:
    assert [link["href"] for link in section(banner(links={"progress": path})).find_all("a")] == [path]


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example/", "/\t/evil.example", "/\n\\evil.example", "\\\\evil.example"]
)
def test_a_path_that_browsers_take_for_another_host_is_no_link(path: str) -> None:
    assert not section(banner(links={"progress": path})).find_all(["ul", "a"])


def test_its_colours_are_those_of_the_configuration_with_style_and_without() -> None:
    palette = Palette(background="#fff", text="#000", link="#00f", line="#777777")
    shown = banner(light=palette, links=LINKS)
    plain = shown.markup("en", Grant(style=False)).decode("ascii")

    assert "--page: #fff !important; --text: #000 !important; --link: #00f !important; --line: #777777" in str(section(shown))
    assert set(re.findall(r'color="(#\w+)"', plain)) == {"#fff", "#000", "#00f"}
