"""Letters that a searcher does not tell apart, made one: width, case, marks, digits, and the variants of Arabic letters.

Pure: text in, text out. What a word is, and its stem, is not said here.
"""

from __future__ import annotations

import sys
import unicodedata

_ROUNDS = 4  # normal forms and case folding may each undo the other's work once or twice

# What is written or left out at will: Arabic vowel signs and the stretched line, Hebrew points, joiners, soft hyphens.
_AT_WILL = (
    *range(0x0591, 0x05BE),
    *(0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7),
    *range(0x0610, 0x061B),
    *range(0x064B, 0x0660),
    *(0x0640, 0x0670, 0x00AD),
    *range(0x06D6, 0x06DD),
    *range(0x200B, 0x2010),
    *(0x2060, 0xFEFF),
)
_LETTERS = {
    # Latin letters that have no accent to lose.
    **dict(zip("øłđıħð", "oldihd", strict=True)),
    **dict(zip("þæœß", ("th", "ae", "oe", "ss"), strict=True)),
    # Arabic: seats of the hamza, the closed t, the dotless y; and how Persian and Urdu keyboards write k, y and h.
    **dict(zip("أإآٱؤئىةکیھہ", "ااااوييهكيهه", strict=True)),
    "ँ": "ं",  # Hindi: the two signs of a nasal
}
# Marks that other letters may carry. The signs of Indic scripts are left alone: they are vowels there.
_MARKS = (*range(0x0300, 0x0370), 0x093C)
_DIGITS = {
    code: str(unicodedata.digit(chr(code)))
    for code in range(0x0660, 0x10000)
    if unicodedata.category(chr(code)) == "Nd" and unicodedata.digit(chr(code), None) is not None
}
_EVEN = {**dict.fromkeys(_AT_WILL), **_DIGITS}
_PLAIN = {**dict.fromkeys(_MARKS), **{ord(letter): plain for letter, plain in _LETTERS.items()}}


def even(text: str) -> str:
    """`text` in one width and case (NFKC, case folded), without what is written at will. Accents stay: stemmers need them."""
    if text.isascii():
        return text.lower()
    for _ in range(_ROUNDS):
        before = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold().translate(_EVEN))
        if text == before:
            break
    return text


def plain(word: str) -> str:
    """An even word without accents, and with one letter for those that are not told apart: what two spellings have in common."""
    if word.isascii():
        return word
    for _ in range(_ROUNDS):
        before = word
        word = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word).translate(_PLAIN))
        if word == before:
            break
    return word


def mark_ranges() -> str:
    """The combining marks of all scripts, as ranges for a character class: they are parts of words, and not so to `re`."""
    ranges: list[list[int]] = []
    for code in range(0x0300, min(sys.maxunicode, 0xFFFF)):
        if unicodedata.category(chr(code))[0] == "M":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)
