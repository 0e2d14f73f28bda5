"""A page's bytes become the text that a browser would show."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.charset import PRESCAN, declared_charset, decode, known_charset
from tests.shared import shared_folder


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        (codecs.BOM_UTF8 + "é".encode(), "windows-1252", "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), None, "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "utf-8", "é"),
        ("é".encode("cp1251", "replace") + "я".encode("cp1251"), "windows-1251", "?я"),
        (b'<meta charset="utf-8">' + "é".encode("latin-1"), "ISO-8859-1", '<meta charset="utf-8">é'),
        (b"<meta charset=shift_jis>" + "漢".encode("cp932"), None, "<meta charset=shift_jis>漢"),
        (b"<meta charset=utf-16>" + "é".encode(), None, "<meta charset=utf-16>é"),
        ("“é”".encode("cp1252"), None, "“é”"),
        ("“é”".encode(), None, "“é”"),
        ("é".encode(), "no-such-charset", "é"),
        ("é".encode(), '"utf-8"', "é"),
        (b"\x93quoted\x94", "latin1", "“quoted”"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_mark_then_header_then_declaration_then_guess(body: bytes, header: str | None, text: str) -> None:
    assert decode(body, header) == text


@pytest.mark.parametrize(
    "label", ["utf-7", "base64", "rot13", "idna", "unicode_escape", "undefined", "", "x" * 5000, "\0", "\udc80"]
)
def test_what_is_no_charset_of_a_page_is_not_used(label: str) -> None:
    assert known_charset(label) == ""
    assert decode(b"+ADw-script+AD4-", label) == "+ADw-script+AD4-"


def test_a_null_byte_becomes_a_replacement_character() -> None:
    assert decode(b"a\0b") == "a\ufffdb"


def test_a_declaration_beyond_the_prescan_is_not_looked_for() -> None:
    assert declared_charset(b"x" * PRESCAN + b"<meta charset=koi8-r>") == "koi8-r"
    assert decode(b"x" * PRESCAN + b"<meta charset=koi8-r>\xc1").endswith("\xc1")


def encoding_cases() -> list[tuple[bytes, str]]:
    found = []
    for path in sorted(Path(shared_folder("corpora/html5lib-tests/encoding")).glob("*.dat")):
        for case in re.split(rb"(?:^|\n)#data\n", path.read_bytes())[1:]:
            data, _, encoding = case.partition(b"\n#encoding\n")
            found.append((data, encoding.split(b"\n")[0].decode().strip()))
    return found


def test_the_prescan_finds_what_html5lib_expects() -> None:
    cases = [(data, label) for data, label in encoding_cases() if not data.startswith(codecs.BOM_UTF8)]
    wrong = [(data, label) for data, label in cases if (declared_charset(data[:PRESCAN]) or "cp1252") != known_charset(label)]

    assert len(cases) > 70
    # Of the rest, one writes its declaration by script, and the other cannot be told from a guess.
    assert len(wrong) <= 2


@given(st.binary(max_size=400), st.none() | st.text(max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_bytes_and_no_label_make_it_raise(body: bytes, label: str | None) -> None:
    decode(b"<meta charset=" + body, label)
    decode(body, label).encode("utf-8")
