"""What headers say of an answer: its coding, whether its encoding is settled, and its language."""

from __future__ import annotations

import pytest

from migrator.serve.eligibility import Html, html_answer


@pytest.mark.parametrize(
    ("content_type", "known"),
    [
        (b"text/html", False),
        (b"Text/HTML ; Charset=UTF-8", True),
        (b'text/html;charset="windows-1251"', True),
        (b"text/html; charset=Shift_JIS", True),
        (b"text/html; charset=none", False),
        (b"text/html; a=b; charset = iso-8859-1", True),
    ],
)
def test_a_charset_settles_the_encoding_only_where_browsers_know_it(content_type: bytes, known: bool) -> None:
    html = html_answer(200, {b"content-type": content_type})
    assert html is not None
    assert html.encoding_known is known


@pytest.mark.parametrize(
    ("value", "coding"),
    [(b"gzip", "gzip"), (b"x-gzip", "gzip"), (b"identity", ""), (b"GZIP", "gzip"), (b"", ""), (b"identity, deflate", "deflate")],
)
def test_a_content_coding_is_known_by_all_its_names(value: bytes, coding: str) -> None:
    assert html_answer(200, {b"content-type": b"text/html", b"content-encoding": value}) == Html(coding=coding)


@pytest.mark.parametrize(("value", "language"), [(b"pt-BR", "pt-BR"), (b"en, fr", ""), (b'"><script>', ""), (b"", "")])
def test_one_well_formed_content_language_counts(value: bytes, language: str) -> None:
    assert html_answer(200, {b"content-type": b"text/html", b"content-language": value}) == Html(language=language)
