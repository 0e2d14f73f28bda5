"""Long words that are made of others, found by the words that a site itself uses: Trinkwasserversorgung is about Wasser, too."""

from __future__ import annotations

from collections.abc import Container

LANGUAGES = ("de", "nl", "sv", "da", "no", "nb", "nn", "fi")
SHORTEST_PART = 4  # letters
SHORTEST_WHOLE = 9
LONGEST_WHOLE = 40
_DEEPEST = 4  # parts
_LINKS = ("", "s", "es", "n", "en", "er", "e", "ens", "-")  # what may stand between two parts (Fugenelemente)


def parts(word: str, known: Container[str], deepest: int = _DEEPEST) -> tuple[str, ...]:
    """The words that a word is made of, longest first part first; () where it is made of none that are known."""
    if not SHORTEST_WHOLE <= len(word) <= LONGEST_WHOLE:
        return ()
    return _split(word, known, deepest, is_whole=True)


def _split(word: str, known: Container[str], deepest: int, *, is_whole: bool = False) -> tuple[str, ...]:
    if not is_whole and word in known:
        return (word,)
    if deepest < 2:
        return ()
    for end in range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1):
        first = word[:end]
        if first not in known:
            continue
        for link in _LINKS:
            rest = word[end + len(link) :]
            if word.startswith(link, end) and len(rest) >= SHORTEST_PART and (found := _split(rest, known, deepest - 1)):
                return (first, *found)
    return ()
