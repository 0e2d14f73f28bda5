"""Cells of spreadsheets that are text and nothing else, and back. Which cells a sheet has is not said here."""

from __future__ import annotations

# What a spreadsheet takes for a formula when a cell begins with it; an apostrophe before it makes the cell text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_APOSTROPHE = "'"


def unmistakable(cell: str) -> str:
    """The cell as one line of text and nothing else; an apostrophe at its start gets another, so that reading takes one off."""
    cell = " ".join(cell.splitlines())
    return f"{_APOSTROPHE}{cell}" if cell.startswith((*_FORMULA, _APOSTROPHE)) else cell


def as_meant(cell: str) -> str:
    """The cell that `unmistakable` made, as it was."""
    return cell[1:] if cell.startswith(_APOSTROPHE) and cell[1:].startswith((*_FORMULA, _APOSTROPHE)) else cell
