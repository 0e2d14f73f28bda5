"""Lists in JSON text, each item with its line; bounded against depth. And values to JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from migrator.rules.formats.reading import Reading

_SPACE = re.compile(r"[\s,]*")


def items(text: str, reading: Reading, *keys: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and content of each object in the list under one of `keys`, or the list that the text is; else of its lines."""
    text = text.removeprefix("\ufeff")
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        if _is_json(text.lstrip().partition("\n")[0]):
            yield from _lines(text, reading)
        else:
            reading.fail(error.lineno, f"this is not JSON: {error.msg}", "Export the file again.", error.colno)
        return
    except RecursionError:
        reading.fail(1, "this JSON is nested too deeply", "Export the file again.")
        return
    found, start = _list_of(whole, text, keys)
    if found is None:
        one = isinstance(whole, dict) and not keys
        named = " or ".join(f"`{key}`" for key in keys) or "redirects"
        if not one:
            reading.fail(1, f"there is no list of {named} in this file", "Check that it is of the dialect that was named.")
        return
    for line, item in _numbered(found, text, start):
        if isinstance(item, dict):
            yield line, item
        else:
            reading.skip(line, "an item that is no object")


def _list_of(whole: Any, text: str, keys: tuple[str, ...]) -> tuple[list[Any] | None, int]:
    if isinstance(whole, list):
        return whole, text.find("[")
    for key in keys:
        if isinstance(whole, dict) and isinstance(whole.get(key), list):
            match = re.search(rf'"{re.escape(key)}"\s*:\s*\[', text)
            return whole[key], match.end() - 1 if match else -1
    return None, -1


def _numbered(found: list[Any], text: str, start: int) -> Iterator[tuple[int, Any]]:
    """Each item with the line it begins in; 1 where the list could not be found in the text."""
    decoder = json.JSONDecoder()
    offset, line = start + 1, text.count("\n", 0, start + 1) + 1
    for item in found:
        begin = _SPACE.match(text, offset)
        if start < 0 or begin is None:
            yield 1, item
            continue
        line += text.count("\n", offset, begin.end())
        yield line, item
        _, end = decoder.raw_decode(text, begin.end())
        line += text.count("\n", begin.end(), end)
        offset = end


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def _lines(text: str, reading: Reading) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            reading.skip(number, "this line is not JSON")
            continue
        if isinstance(item, dict):
            yield number, item
        else:
            reading.skip(number, "an item that is no object")


def word(value: Any) -> str:
    """A value that should be text as text; "" for lists, objects, true and nothing."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def dumped(value: Any) -> str:
    """JSON text, letters beyond ASCII as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def dumped_list(values: Iterable[Any]) -> str:
    """A list in JSON text, one item a line."""
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]\n"
