"""Pages in other encodings than UTF-8, some with bytes of markup within characters: the banner goes in, all text stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serve.html5lib import BANNER
from tests.serve.injected import ask

# The second bytes of the first three are those of a backslash, a bar and letters.
TEXTS = {
    "shift_jis": "表示ソフト能力、予算申告。ﾃｽﾄ",
    "euc-jp": "移転のお知らせ、表示ソフト能力",
    "gbk": "乗亅俓園隑 我们正在搬家，儿童优先",
    "gb18030": "我们搬家 ḿ €𠮷",
    "big5": "許功蓋育 我們正在搬家，兒童優先",
    "euc-kr": "이전 안내, 어린이가 먼저",
    "koi8-r": "Мы переезжаем, дети прежде всего",
    "windows-1256": "نحن ننتقل",
}
PAGE = (
    "<!doctype html>\n<!-- {text} --><html lang=x><head>{meta}<title>{text}</title><script>var a = '<body>{text}'</script>"
    "<meta name=description content='{text}'></head>\n<body class='{text}' title={word}><p>{text}</p></body></html>"
)
ENCODINGS = pytest.mark.parametrize("encoding", TEXTS)


def expected(page: str) -> str:
    """The page with the banner first in its body."""
    place = page.index(">", page.index("\n<body ")) + 1
    return page[:place] + BANNER.decode() + page[place:]


def sent(body: bytes, charset: str, step: int) -> bytes:
    """What becomes of a page that comes `step` bytes at a time."""
    content_type = b"text/html" + (b"; charset=" + charset.encode() if charset else b"")
    return ask([body[start : start + step] for start in range(0, len(body), step)], [(b"content-type", content_type)]).body


@ENCODINGS
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_page_whose_header_or_own_declaration_names_its_encoding_gets_its_banner(encoding: str, step: int) -> None:
    text = TEXTS[encoding]
    for charset, meta in ((encoding, ""), ("", f"<meta charset={encoding}>"), (encoding.upper(), "<meta charset=utf-8>")):
        page = PAGE.format(text=text, meta=meta, word=text.split()[0])
        assert sent(page.encode(encoding), charset, step).decode(encoding) == expected(page)


@ENCODINGS
@settings(max_examples=25)
@given(letters=st.text(min_size=1, max_size=40))
def test_whatever_characters_it_has(encoding: str, letters: str) -> None:
    known = letters.encode(encoding, "ignore").decode(encoding)
    text = "".join(letter for letter in known if letter not in "<>&'\"`=-\r\n\t \f\0/")
    page = PAGE.format(text=text or "x", meta="", word="x")
    assert sent(page.encode(encoding), encoding, 10_000).decode(encoding) == expected(page)


@ENCODINGS
def test_a_page_that_breaks_off_within_a_character_keeps_its_bytes(encoding: str) -> None:
    page = PAGE.format(text=TEXTS[encoding], meta="", word="x").encode(encoding)
    for end in range(1, len(page)):
        assert sent(page[:end], encoding, 10_000).replace(BANNER, b"") == page[:end]
