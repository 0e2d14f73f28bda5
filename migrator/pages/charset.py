"""Bytes of a page to its text, choosing the charset as browsers do. What the text says may not enter here."""

from __future__ import annotations

import codecs

from migrator.pages.prescan import declared_labels

PRESCAN = 16_384  # bytes searched for a declaration; HTML asks for 1024, and browsers look further
LONGEST_LABEL = 40

_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The Encoding Standard (section 4.2) reads these labels as a superset of what they say.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Labels of the Encoding Standard that Python does not know.
_ALIASES = {
    "gb_2312-80": "gb2312",
    "iso-8859-8-i": "iso8859-8",
    "iso88591": "iso8859-1",
    "iso885915": "iso8859-15",
    "koi": "koi8-r",
    "unicode-1-1-utf-8": "utf-8",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gbk",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-sjis": "shift_jis",
}
# What the Encoding Standard knows, by the names of Python's codecs; UTF-7, base64 and their like are no page's charset.
_KNOWN = frozenset(
    ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "euc_jp", "iso2022_jp"]
    + [f"cp{page}" for page in (*range(1250, 1259), 866, 874, 932, 949)]
    + [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
    + ["gb18030", "big5hkscs"]
)


def decode(body: bytes, charset: str | None = None) -> str:
    """The text of a page: byte order mark, then `charset` of the HTTP header, then its own declaration, then a guess.

    Never raises; what does not fit the charset becomes U+FFFD, and so does NUL.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _text(body[len(mark) :], name)
    return _text(body, known_charset((charset or "").strip("\"' ")) or declared_charset(body[:PRESCAN]) or _guess(body))


def known_charset(label: str) -> str:
    """The Python codec a browser would use for that label, or "" where it knows none."""
    label = label.strip(" \t\r\n\f").lower()
    if len(label) > LONGEST_LABEL:
        return ""
    try:
        name = codecs.lookup(_ALIASES.get(label, label)).name
    except (LookupError, ValueError):
        return ""
    name = _SUPERSETS.get(name, name)
    return name if name in _KNOWN else ""


def _text(body: bytes, name: str) -> str:
    return body.decode(name, "replace").replace("\0", "\ufffd")


def declared_charset(start: bytes) -> str:
    """The codec that the page itself asks for, or ""; one that says UTF-16 in ASCII letters is UTF-8."""
    name = next(filter(None, map(known_charset, declared_labels(start))), "")
    return "utf-8" if name.startswith("utf-16") else name


def _guess(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
