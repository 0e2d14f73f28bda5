"""search.yaml: which words mean the same, and which pages come first for some; text into values, every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from migrator.errors import Place, Problem
from migrator.rules.schema import Located
from migrator.rules.yaml_nodes import read_nodes
from migrator.rules.yaml_shape import Shaper
from migrator.urls import origin_of

MOST_IN_GROUP = 20


class PinShape(Located):
    """A page that comes first where somebody asks for certain words."""

    words: Annotated[list[str], Meta(min_length=1, description="What is asked for; each entry is a whole query.")]
    url: Annotated[str, Meta(description="Where the page is: an absolute address.")]
    title: Annotated[str, Meta(description="What the link says.")]
    text: Annotated[str, Meta(description="A sentence below it.")] = ""
    language: Annotated[str, Meta(description="Only for visitors who read this language, such as fr.")] = ""


class SearchShape(Located):
    """search.yaml, which stands beside redirects.yaml."""

    version: Annotated[Literal[1], Meta(description="The version of this format.")]
    synonyms: Annotated[list[list[str]], Meta(description="Groups of words that mean the same.")] | None = None
    pins: list[PinShape] | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """One page that comes first for these queries. `language` is a tag, or "" for all."""

    words: tuple[str, ...]
    url: str
    title: str
    text: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class SearchRules:
    """What search.yaml says; empty where there is none."""

    synonyms: tuple[tuple[str, ...], ...] = ()
    pins: tuple[Pin, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_search_rules(text: str, file: str) -> SearchRules:
    """Read the text of search.yaml. Never raises; what is wrong is in `problems`."""
    root, problems = read_nodes(text, file)
    if root is None:
        return SearchRules(problems=tuple(problems))
    shaper = Shaper()
    shape = shaper.shape(root, SearchShape)
    problems += shaper.problems
    if shape is None:
        return SearchRules(problems=tuple(problems))
    groups = tuple(tuple(word for word in group if word.strip()) for group in shape.synonyms or ())
    for group in groups:
        problems += _group_problems(group, shape.places.get("synonyms", shape.place))
    pins = [Pin(tuple(one.words), one.url, one.title, one.text, one.language.lower()) for one in shape.pins or ()]
    problems += [problem for one in shape.pins or () for problem in _pin_problems(one)]
    return SearchRules(groups, tuple(pins), tuple(sorted(problems, key=lambda problem: problem.place)))


def _group_problems(group: tuple[str, ...], place: Place) -> list[Problem]:
    if len(group) < 2:
        return [Problem(place, "lone-synonym", f"synonyms: a group of {len(group)} says nothing", "Give it two words or more.")]
    if len(group) > MOST_IN_GROUP:
        message = f"synonyms: the group of `{group[0]}` has more than {MOST_IN_GROUP} words"
        return [Problem(place, "many-synonyms", message, "Split it; each word of a group is looked for each time.")]
    return []


def _pin_problems(pin: PinShape) -> list[Problem]:
    problems = []
    if origin_of(pin.url) is None:
        place = pin.places.get("url", pin.place)
        mend = "Write an absolute URL that begins with http:// or https://."
        problems.append(Problem(place, "pin-address", f"`{pin.url}` is no address that a visitor can be led to", mend))
    if not pin.title.strip():
        place = pin.places.get("title", pin.place)
        problems.append(Problem(place, "pin-title", "a link needs a text", "Write what the page is about."))
    return problems
