"""How one page moved, read as a rule that others may follow: the tail of its address that stayed, and what changed before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.rules.pattern import LOOKS_LIKE_PATTERN
from migrator.urls import split_url

DEEPEST = 6  # segments of a tail that are looked at
_NOT_LITERAL = re.compile(r"[?#\\*]|/:")


@dataclass(frozen=True, slots=True)
class Move:
    """A pattern and its target. `folder` is what all its old addresses begin with; a narrow one catches one depth alone."""

    source: str
    to: str
    folder: str
    is_narrow: bool
    added: str = ""


def moves_of(old: str, to: str) -> Iterator[Move]:
    """The moves that lead from the path `old` to the target `to`, shortest tail first; none where it lies in no folder."""
    base, new = _split_target(to)
    if not old.startswith("/") or LOOKS_LIKE_PATTERN.search(old) or not new.startswith("/") or _NOT_LITERAL.search(new):
        return
    here, there = old.rstrip("/").split("/")[1:], new.rstrip("/").split("/")[1:]
    slashes = old.endswith("/"), new.endswith("/")
    for depth in range(1, min(len(here) - 1, len(there), DEEPEST) + 1):
        if depth > 1 and here[-depth] != there[-depth]:
            return
        endings = _endings(here[-1], there[-1])
        if endings is None:
            return
        folder, target = "/" + "/".join(here[:-depth]), "/".join(["", *there[:-depth]])
        names = _names(depth)
        source = f"{folder}/{names}{endings[0]}{'/' if slashes[0] else ''}"
        yield Move(source, f"{base}{target}/{names}{endings[1]}{'/' if slashes[1] else ''}", folder, is_narrow=True)
        if here[-1] == there[-1] and slashes[0] == slashes[1]:
            yield Move(f"{folder}/*", f"{base}{target}/:splat", folder, is_narrow=False)


def _split_target(to: str) -> tuple[str, str]:
    """Scheme and host of a target, "" where it is a path, and its path with what follows."""
    host, _, _ = split_url(to)
    if not host:
        return "", to
    start = to.index("//") + 2
    end = to.find("/", start)
    return (to, "/") if end < 0 else (to[:end], to[end:])


def _endings(old: str, new: str) -> tuple[str, str] | None:
    """The extensions of two names that are the same without them; None where they are not."""
    for here in ("", _extension(old)):
        for there in ("", _extension(new)):
            stem = old.removesuffix(here)
            if stem and stem == new.removesuffix(there):
                return here, there
    return None


def _extension(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:] if dot > 0 else ""


def _names(depth: int) -> str:
    """The placeholders of a tail of that many segments: `:page`, `:folder/:page`, `:folder1/:folder2/:page`."""
    folders = [":folder"] if depth == 2 else [f":folder{number}" for number in range(1, depth)]
    return "/".join([*folders, ":page"])
