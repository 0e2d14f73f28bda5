"""Which language a visitor reads, and where the words come from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import ConfigError
from migrator.serve.language import accepted_languages, direction_of, fallbacks, fill, load_catalogue, path_language
from migrator.templating import template_folders

SHIPPED = load_catalogue(None)


def test_the_six_un_languages_are_there() -> None:
    assert {"en", "fr", "es", "ar", "zh", "ru", "pt", "de", "sw", "hi"} <= set(SHIPPED.tags)
    assert {tag for tag in SHIPPED.tags if SHIPPED.choose(tag).direction == "rtl"} == {"ar"}


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("zh_Hant_TW", "zh"),
        (" ar ", "ar"),
        ("it", "en"),
        ("", "en"),
        ("français", "en"),
        ("fr" * 500, "en"),
        ("fr-" * 500, "en"),
        ("x-klingon", "en"),
    ],
)
def test_a_tag_leads_to_the_nearest_language(tag: str, expected: str) -> None:
    assert SHIPPED.choose(tag).tag == expected


def test_the_first_tag_that_is_known_wins() -> None:
    assert SHIPPED.choose("", "it", "es-MX", "fr").tag == "es"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/fr/about", "fr"), ("/fr", "fr"), ("/zh-hans/x", "zh-hans"), ("/about/fr", ""), ("/", ""), ("", ""), ("/fr.html", "")],
)
def test_the_first_segment_of_a_path_may_be_a_language(path: str, expected: str) -> None:
    assert path_language(path) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", ("fr-CH", "fr", "en", "de")),
        ("en;q=0.1,fr", ("fr", "en")),
        ("fr;q=0, es ; q = 0.5", ("es",)),
        ("fr;q=high, es", ("es",)),
        ("fr;q=nan, es", ("es",)),
        (",;,;;q=", ()),
        ("", ()),
    ],
)
def test_accepted_languages_come_best_first(header: str, expected: tuple[str, ...]) -> None:
    assert accepted_languages(header) == expected


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_nothing_a_client_writes_raises(text: str) -> None:
    assert len(accepted_languages(text)) <= 20
    assert SHIPPED.choose(text, path_language(text), *accepted_languages(text))
    assert all(tag == tag.lower() for tag in fallbacks(text))


@pytest.mark.parametrize(
    ("tag", "first", "other"),
    [
        ("en", "1 March 2027", "24 March 2027"),
        ("fr", "1er mars 2027", "24 mars 2027"),
        ("es", "1 de marzo de 2027", "24 de marzo de 2027"),
        ("ru", "1 марта 2027 года", "24 марта 2027 года"),
        ("zh", "2027年3月1日", "2027年3月24日"),
        ("ar", "1 مارس 2027", "24 مارس 2027"),
    ],
)
def test_a_date_is_written_as_the_language_writes_it(tag: str, first: str, other: str) -> None:
    words = SHIPPED.choose(tag)

    assert words.date(dt.date(2027, 3, 1)) == first
    assert words.date(dt.date(2027, 3, 24)) == other


def test_filling_is_one_pass_and_leaves_other_braces_alone() -> None:
    assert fill("{a} {b} {} {a!r} {c.__class__}", {"a": "{b}", "b": "x"}) == "{b} x {} {a!r} {c.__class__}"


def test_directions_of_languages_without_words() -> None:
    assert (direction_of("ur-PK"), direction_of("sw"), direction_of("")) == ("rtl", "ltr", "ltr")


def test_an_operator_changes_one_text_and_adds_a_language(tmp_path: Path) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    english = (template_folders(None)[0] / "words" / "en.yaml").read_text("utf-8")
    (folder / "fr.yaml").write_text("gone_title: Partie\n")
    (folder / "pt-BR.yaml").write_text(english)
    catalogue = load_catalogue(tmp_path)

    assert catalogue.choose("fr").text("gone_title") == "Partie"
    assert catalogue.choose("fr").text("gone_text") == SHIPPED.choose("fr").text("gone_text")
    assert catalogue.choose("pt-br").tag == "pt-br"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("fr", "gone_titel: x\n", "no text named 'gone_titel'"),
        ("fr", "skip: [a]\n", "fr.yaml:1:7"),
        ("fr", "skip: a\nskip: b\n", "fr.yaml:2:1"),
        ("fr", "skip: 'a\n", "fr.yaml:"),
        ("fr", "- a\n", "only lines of"),
        ("fr", "", "only lines of"),
        ("fr", "[" * 100_000, "fr.yaml"),
        ("fr", "skip: !!python/object/apply:os.system [x]\n", "fr.yaml:1:7"),
        ("fr", b"skip: \xff\n", "cannot be read"),
        ("fr", "direction: up\n", "neither ltr nor rtl"),
        ("fr", "months: a b\n", "not twelve"),
        ("it", "skip: x\n", "'gone_title' is missing"),
        ("deutsch", "skip: x\n", "not a language tag"),
    ],
)
def test_bad_words_are_named_with_their_file(tmp_path: Path, name: str, content: str | bytes, told: str) -> None:
    file = tmp_path / "words" / f"{name}.yaml"
    file.parent.mkdir()
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(ConfigError) as caught:
        load_catalogue(tmp_path)

    assert told in str(caught.value)


def test_no_text_of_any_language_is_empty_or_markup() -> None:
    for tag in SHIPPED.tags:
        for name, text in SHIPPED.choose(tag).texts.items():
            assert text.strip(), (tag, name)
            assert not set(text) & set("<>&"), (tag, name)


def test_every_language_fills_the_same_placeholders() -> None:
    english = SHIPPED.choose("en").texts
    for tag in SHIPPED.tags:
        texts = SHIPPED.choose(tag).texts
        for name in set(english) - {"date"}:
            assert ("{site_name}" in texts[name], "{date}" in texts[name]) == (
                "{site_name}" in english[name],
                "{date}" in english[name],
            ), (tag, name)


def test_every_shipped_language_has_every_text_of_the_english_one() -> None:
    english = set(SHIPPED.choose("en").texts)
    for tag in SHIPPED.tags:
        assert set(SHIPPED.choose(tag).texts) - {"first_day"} == english, tag
