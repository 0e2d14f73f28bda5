"""The words that visitors read, and which language they read them in. No HTML is written here, and no answer sent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from migrator.errors import ConfigError, Place, Problem
from migrator.templating import template_folders

DEFAULT_LANGUAGE = "en"
_LONGEST_TAG = 35  # RFC 5646 section 4.4.1
_MOST_ACCEPTED = 20
_LONGEST_HEADER = 1000

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_OPTIONAL = frozenset({"first_day"})
_DIRECTIONS = ("ltr", "rtl")
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})
_MEND = "the shipped templates/words/en.yaml has every name"


@dataclass(frozen=True, slots=True)
class Words:
    """All texts of one language. `tag` is a lower-case BCP 47 tag, `direction` is ltr or rtl."""

    tag: str
    texts: Mapping[str, str]

    @property
    def direction(self) -> str:
        """The value of the `dir` attribute that goes with these words."""
        return self.texts["direction"]

    def text(self, name: str, **values: str) -> str:
        """The text `name` with its `{placeholders}` filled; one that is not among `values` stays as it is written."""
        return fill(self.texts[name], values)

    def date(self, day: dt.date) -> str:
        """A day as this language writes it."""
        shown = self.texts.get("first_day", "1") if day.day == 1 else str(day.day)
        month = self.texts["months"].split()[day.month - 1]
        return self.text("date", day=shown, month=month, number=str(day.month), year=str(day.year))


class Catalogue:
    """The languages there are, by tag. English is always among them."""

    def __init__(self, languages: Iterable[Words]) -> None:
        self._words = {words.tag: words for words in languages}

    @property
    def tags(self) -> tuple[str, ...]:
        """Every language's tag."""
        return tuple(self._words)

    def find(self, tag: str) -> Words | None:
        """The words for a language tag as a page or a client wrote it, or for what it narrows (RFC 4647 section 3.4)."""
        for candidate in fallbacks(tag):
            if words := self._words.get(candidate):
                return words
        return None

    def choose(self, *wanted: str) -> Words:
        """The words for the first of these tags that there is a language for, else the English ones."""
        for tag in wanted:
            if words := self.find(tag):
                return words
        return self._words[DEFAULT_LANGUAGE]


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each `{name}` that is among `values` replaced, in one pass."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def fallbacks(tag: str) -> tuple[str, ...]:
    """A tag and what it narrows, lower-case: zh-Hant_TW gives zh-hant-tw, zh-hant, zh. Nothing where it is no tag."""
    tag = tag.strip()[: _LONGEST_TAG + 1].lower().replace("_", "-")
    if len(tag) > _LONGEST_TAG or not _TAG.fullmatch(tag):
        return ()
    parts = tag.split("-")
    return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))


def direction_of(tag: str) -> str:
    """The direction in which a language is written that we have no words for."""
    return "rtl" if any(part in _RIGHT_TO_LEFT for part in fallbacks(tag)) else "ltr"


def path_language(path: str) -> str:
    """The first segment of a path such as /fr/about, or "" where it cannot be a language."""
    segment = path[1 : _LONGEST_TAG + 3].partition("/")[0]
    return segment if fallbacks(segment) else ""


def accepted_languages(header: str) -> tuple[str, ...]:
    """The tags of an Accept-Language header, best first (RFC 9110 section 12.5.4); what is malformed is left out."""
    weighed = []
    for item in header[:_LONGEST_HEADER].split(",")[:_MOST_ACCEPTED]:
        tag, _, parameter = item.partition(";")
        name, _, quality = parameter.partition("=")
        weight = _weight(quality) if name.strip().lower() == "q" else 1.0
        if weight > 0 and fallbacks(tag):
            weighed.append((weight, tag.strip()))
    weighed.sort(key=lambda pair: -pair[0])
    return tuple(tag for _, tag in weighed)


def load_catalogue(folder: Path | None) -> Catalogue:
    """Every language of the shipped words and of the operator's `folder`, whose texts replace the shipped ones one by one.

    Raises ConfigError with every problem found.
    """
    texts: dict[str, dict[str, str]] = {}
    files: dict[str, Path] = {}
    problems: list[Problem] = []
    for place in reversed(template_folders(folder)):
        for file in sorted((place / "words").glob("*.yaml")):
            tag = file.stem.lower()
            texts.setdefault(tag, {}).update(_read(file, problems))
            files[tag] = file
    names = texts.get(DEFAULT_LANGUAGE, {}).keys()
    for tag, found in texts.items():
        problems += _judged(files[tag], found, names)
    if problems:
        raise ConfigError(problems)
    return Catalogue(Words(tag, found) for tag, found in texts.items())


def _read(file: Path, problems: list[Problem]) -> dict[str, str]:
    """The names and texts of one file; what is wrong with it is added to `problems`."""
    texts: dict[str, str] = {}
    try:
        # Read as events, since PyYAML's C composer crashes the process on deep nesting.
        events = yaml.parse(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for name, text in _pairs(events):
            if not (isinstance(name, yaml.ScalarEvent) and isinstance(text, yaml.ScalarEvent)):
                problems.append(_problem(file, "only lines of `name: text` may stand here", text.start_mark))
                break
            if name.value in texts:
                problems.append(_problem(file, f"{name.value!r} stands here twice", name.start_mark))
            texts[name.value] = text.value
    except yaml.MarkedYAMLError as error:
        problems.append(_problem(file, error.problem or "not YAML", error.problem_mark))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(_problem(file, f"cannot be read: {error}"))
    return texts


def _pairs(events: Iterator[yaml.Event]) -> Iterator[tuple[yaml.Event, yaml.Event]]:
    """The events of one mapping, two by two; where the file is anything else, its first event twice."""
    outer = (yaml.StreamStartEvent, yaml.DocumentStartEvent)
    first = next(event for event in events if not isinstance(event, outer))
    if not isinstance(first, yaml.MappingStartEvent):
        yield first, first
        return
    for name in events:
        if isinstance(name, yaml.MappingEndEvent):
            return
        yield name, next(events)


def _judged(file: Path, texts: Mapping[str, str], names: Iterable[str]) -> list[Problem]:
    """What is missing, unknown or malformed in one language's texts."""
    missing = [name for name in names if name not in texts and name not in _OPTIONAL]
    unknown = [name for name in texts if name not in set(names) | _OPTIONAL]
    problems = [_problem(file, f"{name!r} is missing") for name in missing]
    problems += [_problem(file, f"there is no text named {name!r}") for name in unknown]
    if not fallbacks(file.stem):
        problems.append(_problem(file, f"{file.stem!r} is not a language tag, such as fr or pt-br"))
    if texts.get("direction", "ltr") not in _DIRECTIONS:
        problems.append(_problem(file, "direction is neither ltr nor rtl"))
    if len(texts.get("months", "").split()) not in (0, 12):
        problems.append(_problem(file, "months are not twelve words"))
    return problems


def _problem(file: Path, message: str, mark: Any = None) -> Problem:
    place = Place(str(file), mark.line + 1, mark.column + 1) if mark else Place(str(file))
    return Problem(place, "words", message, _MEND)


def _weight(quality: str) -> float:
    try:
        return float(quality)
    except ValueError:
        return 0.0
