"""Where templates come from, and what an operator is told of a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import ConfigError, Place
from migrator.templating import environment, render, template_folders


def test_the_operators_template_wins_and_the_shipped_one_fills_in(tmp_path: Path) -> None:
    (tmp_path / "gone.html").write_text('{% extends "notice.html" %}')
    loader = environment(tmp_path).loader

    assert loader is not None
    assert Path(str(loader.get_source(environment(tmp_path), "gone.html")[1])).parent == tmp_path
    assert Path(str(loader.get_source(environment(tmp_path), "notice.html")[1])).parent == template_folders(None)[0]


def test_every_value_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a title="{{ text }}">{{ text }}')

    shown = render(environment(tmp_path), "a.html", text="<script>\"'&")

    assert shown == '<a title="&lt;script&gt;&#34;&#39;&amp;">&lt;script&gt;&#34;&#39;&amp;'


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("one\n{% if %}", 2),
        ("one\n\n{{ nobody }}", 3),
        ("one\n{{ nobody.nothing }}", 2),
        ("one\n{% block a %}\n{{ 1 / 0 }}{% endblock %}", 3),
        ("{% macro m(a) %}\n{{ a + 1 }}\n{% endmacro %}\n\n{{ m('') }}", 2),
        ("{% for a in 3 %}{% endfor %}", 1),
        ("\n\n{{ [][0].x }}", 3),
        ("\n{{ 'a' | nosuchfilter }}", 2),
    ],
)
def test_a_template_at_fault_is_named_with_its_line(tmp_path: Path, template: str, line: int) -> None:
    file = tmp_path / "a.html"
    file.write_text(template)

    with pytest.raises(ConfigError) as caught:
        render(environment(tmp_path), "a.html")

    assert caught.value.problems[0].place == Place(str(file), line)
    assert caught.value.problems[0].mend


def test_a_fault_in_what_a_template_builds_on_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "frame.html").write_text("\n{{ nobody }}")
    (tmp_path / "a.html").write_text('{% extends "frame.html" %}')

    with pytest.raises(ConfigError) as caught:
        render(environment(tmp_path), "a.html")

    assert caught.value.problems[0].place == Place(str(tmp_path / "frame.html"), 2)


@pytest.mark.parametrize("content", [b'{% extends "nowhere.html" %}', b"\xff\xfe\x00", b"{% include 'x' %}"])
def test_what_cannot_be_loaded_is_a_config_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.html").write_bytes(content)

    with pytest.raises(ConfigError):
        render(environment(tmp_path), "a.html")
