"""How a word may have been meant: spellings one slip away, and how far two words are apart. No word is known here."""

from __future__ import annotations

from collections.abc import Iterator

FARTHEST = 2  # slips
LONGEST = 24  # letters of a word that is looked at
TWO_FROM = 6  # letters that a word must have for two slips


def one_slip(word: str, alphabet: str) -> Iterator[str]:
    """Every spelling that one slip makes of a word: a letter too few, two swapped, a wrong one, one too many."""
    word = word[:LONGEST]
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in alphabet:
            if after:
                yield before + letter + after[1:]
            yield before + letter + after


def distance(one: str, other: str, most: int = FARTHEST) -> int:
    """How many slips are between two words (optimal string alignment); `most` + 1 where it is more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    former: list[int] = []
    row = list(range(len(other) + 1))
    for here, letter in enumerate(one, start=1):
        before_former, former = former, row
        row = [here]
        for there, opposite in enumerate(other, start=1):
            best = min(former[there] + 1, row[-1] + 1, former[there - 1] + (letter != opposite))
            if here > 1 and there > 1 and letter == other[there - 2] and one[here - 2] == opposite:
                best = min(best, before_former[there - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
