"""From YAML nodes to the shapes of schema.py: values converted, every mismatch reported at its place; none stops the rest."""

from __future__ import annotations

import datetime as dt
import difflib
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
import msgspec.inspect as kinds

from migrator.errors import Problem
from migrator.rules.schema import Located
from migrator.rules.yaml_nodes import Mapping, Node, Scalar, Sequence

HIDDEN = ("place", "places")
_WORDS = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}


class _Mismatch(Exception):
    """A value that does not fit; its problem is already noted."""


class Shaper:
    """Converts nodes and gathers what does not fit in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def shape(self, node: Node, kind: type[Located]) -> Any | None:
        """An instance of `kind`, or None where a needed part is missing or does not fit."""
        try:
            return self._struct(node, _type_of(kind))
        except _Mismatch:
            return None

    def mismatch(self, node: Node, code: str, message: str, mend: str = "") -> _Mismatch:
        """Note a problem; the caller raises what comes back."""
        self.problems.append(Problem(node.place, code, message, mend))
        return _Mismatch()

    def _value(self, node: Node, kind: kinds.Type, name: str) -> Any:
        kind = _bare(kind)
        if isinstance(kind, kinds.UnionType):
            kind = _bare(next(one for one in kind.types if not isinstance(one, kinds.NoneType)))
            if isinstance(node, Scalar) and node.is_null and isinstance(kind, kinds.StructType | kinds.DictType | kinds.ListType):
                return None  # `redirects:` with nothing below it yet
            return self._value(node, kind, name)
        if isinstance(kind, kinds.StructType):
            return self._struct(node, kind, name)
        if isinstance(kind, kinds.DictType):
            return self._dict(node, kind, name)
        if isinstance(kind, kinds.ListType):
            return self._list(node, kind, name)
        return self._scalar(node, kind, name)

    def _struct(self, node: Node, kind: kinds.StructType, name: str = "the file") -> Any:
        if not isinstance(node, Mapping):
            raise self.mismatch(node, "wrong-type", f"{name} must be a mapping of keys to values", "Write `key: value` lines.")
        fields = {field.encode_name: field for field in kind.fields if field.name not in HIDDEN}
        values: dict[str, Any] = {}
        for key, (key_node, value) in node.entries.items():
            if key not in fields:
                self.problems.append(_unknown_key(key_node, key, list(fields)))
                continue
            try:
                values[fields[key].name] = self._value(value, fields[key].type, f"`{key}`")
            except _Mismatch:
                values[fields[key].name] = None
        missing = [key for key, field in fields.items() if field.required and key not in node.entries]
        for key in missing:
            self.problems.append(Problem(node.place, "missing-key", f"{name} has no `{key}`", f"Add a line `{key}: …`."))
        required_lost = [field for field in fields.values() if field.required and values.get(field.name) is None]
        if required_lost:
            raise _Mismatch
        kept = {key: value for key, value in values.items() if value is not None}
        places = {key: value.place for key, (_, value) in node.entries.items()}
        return kind.cls(**kept, place=node.place, places=places)

    def _dict(self, node: Node, kind: kinds.DictType, name: str) -> dict[str, Any]:
        if not isinstance(node, Mapping):
            raise self.mismatch(node, "wrong-type", f"{name} must be a mapping of keys to values", "Write `key: value` lines.")
        if kind.min_length and len(node.entries) < kind.min_length:
            raise self.mismatch(node, "empty", f"{name} is empty", "Add at least one entry.")
        found: dict[str, Any] = {}
        is_text = _is_plain_text(kind.value_type)
        for key, (_, value) in node.entries.items():
            if is_text and isinstance(value, Scalar) and not value.is_null:  # a map has a million of them
                found[key] = value.text
                continue
            try:
                found[key] = self._value(value, kind.value_type, f"`{key}`")
            except _Mismatch:
                continue
        return found

    def _list(self, node: Node, kind: kinds.ListType, name: str) -> list[Any]:
        if not isinstance(node, Sequence):
            raise self.mismatch(
                node, "wrong-type", f"{name} must be a list", "Write it as [a, b] or as lines that begin with `- `."
            )
        if kind.min_length and len(node.items) < kind.min_length:
            raise self.mismatch(node, "empty", f"{name} is empty", "Add at least one entry.")
        found: list[Any] = []
        for item in node.items:
            try:
                found.append(self._value(item, kind.item_type, f"an entry of {name}"))
            except _Mismatch:
                continue
        return found

    def _scalar(self, node: Node, kind: kinds.Type, name: str) -> Any:
        if not isinstance(node, Scalar):
            raise self.mismatch(node, "wrong-type", f"{name} must be a single value, not a list or mapping")
        if node.is_null:
            raise self.mismatch(node, "no-value", f"{name} has no value", "Write one, or delete the line; an empty text is ''.")
        text = _WORDS.get(node.text.lower(), node.text) if isinstance(kind, kinds.BoolType) else node.text
        try:
            return msgspec.convert(text, _python_type(kind), strict=False)
        except msgspec.ValidationError:
            raise self.mismatch(node, "wrong-value", f"{name} may not be `{node.text}`", _wanted(kind)) from None


def _bare(kind: kinds.Type) -> kinds.Type:
    return kind.type if isinstance(kind, kinds.Metadata) else kind


def _is_plain_text(kind: kinds.Type) -> bool:
    """Whether any text that is written may stand there."""
    kind = _bare(kind)
    return isinstance(kind, kinds.StrType) and not kind.pattern and kind.min_length is None and kind.max_length is None


@lru_cache
def _type_of(kind: type[Located]) -> kinds.StructType:
    found = kinds.type_info(kind)
    assert isinstance(found, kinds.StructType)  # noqa: S101 - Located is a Struct
    return found


def _python_type(kind: kinds.Type) -> Any:
    """The annotation that msgspec.convert takes for a scalar type."""
    if isinstance(kind, kinds.StrType):
        return Annotated[str, msgspec.Meta(pattern=kind.pattern)] if kind.pattern else str
    if isinstance(kind, kinds.LiteralType):
        return Literal[tuple(kind.values)]
    if isinstance(kind, kinds.BoolType):
        return bool
    if isinstance(kind, kinds.DateType):
        return dt.date
    raise AssertionError(f"schema.py has a type that is not read: {kind}")


def _wanted(kind: kinds.Type) -> str:
    if isinstance(kind, kinds.LiteralType):
        return f"Choose one of: {', '.join(str(value) for value in kind.values)}."
    if isinstance(kind, kinds.BoolType):
        return "Write true or false."
    if isinstance(kind, kinds.DateType):
        return "Write a day as YYYY-MM-DD, for example 2026-11-24."
    if isinstance(kind, kinds.StrType) and kind.pattern and "|/" in kind.pattern:
        return "Write a path that begins with one /, or an absolute URL that begins with http:// or https://."
    if isinstance(kind, kinds.StrType) and kind.pattern and kind.pattern.startswith("^#"):
        return "Write a colour as #rrggbb, for example #1a4f9c."
    if isinstance(kind, kinds.StrType) and kind.pattern and "://" in kind.pattern:
        return "Write an absolute URL that begins with http:// or https://."
    return "Write a number and s, m, h, d or w, for example 1h or 14d."


def _unknown_key(node: Scalar, key: str, known: list[str]) -> Problem:
    close = difflib.get_close_matches(key, known, 1)
    mend = f"Did you mean `{close[0]}`?" if close else f"Known here: {', '.join(known)}."
    return Problem(node.place, "unknown-key", f"unknown key `{key}`", mend)
