"""What the search page's template is given: texts, links and labels, worked out. No HTML, and no search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

from migrator.pages.search_result import Found, Hit, Query, Rung
from migrator.pages.search_snippet import Piece
from migrator.rules.rule import Site
from migrator.serve.language import Words, direction_of
from migrator.serve.language_names import language_name
from migrator.urls import origin_of, split_url

NAME = "search"  # of the page, below the path of all public pages
MOST_OFFERED = 8  # languages or sections
_AROUND = 2  # pages that are linked on each side of the one that is shown


class Choice(NamedTuple):
    """A link that narrows the results; `href` is "" where it is the one in force."""

    text: str
    href: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result as it is shown. `language` and `direction` are "" where they are those of the page."""

    href: str
    shown_address: str
    title: Sequence[Piece]
    passage: Sequence[Piece]
    is_new: bool
    language: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The page's parts; those without anything to say are empty."""

    query: Query
    lang: str
    status: str = ""
    note: str = ""
    meant: Choice | None = None
    found: Found | None = None
    results: Sequence[Result] = ()
    languages: Sequence[Choice] = ()
    sections: Sequence[Choice] = ()
    previous: str = ""
    next: str = ""
    numbers: Sequence[Choice] = ()


def view_of(found: Found, words: Words, site: Site, scheme: str, lang: str) -> View:
    """The view of what was found. `lang` is the page's language where the visitor chose it, else ""."""
    query = found.query
    number = f"{found.total}"
    count = "search_count_none" if not found.total else "search_count_more" if found.is_more else "search_count"
    page, last = query.page, found.pages
    return View(
        query=query,
        lang=lang,
        status=words.text(count, number=number, words=query.text),
        note=_note(found.rung, words),
        meant=Choice(found.meant, link(replace(query, text=found.meant, page=1), lang)) if found.meant else None,
        found=found,
        results=[_result(hit, words, site, scheme) for hit in found.hits if origin_of(hit.address)],
        languages=_choices(found.languages, query, lang, words, "language"),
        sections=_choices(found.sections, query, lang, words, "section"),
        previous=link(replace(query, page=page - 1), lang) if 1 < page <= last else "",
        next=link(replace(query, page=page + 1), lang) if page < last else "",
        numbers=_numbers(query, last, lang),
    )


def link(query: Query, lang: str, name: str = NAME) -> str:
    """The address of a query's results, relative to the page."""
    page = str(query.page) if query.page > 1 else ""
    fields = {"q": query.text, "in": query.language, "section": query.section, "page": page, "lang": lang}
    return f"{name}?{urlencode({key: value for key, value in fields.items() if value})}"


def _note(rung: Rung, words: Words) -> str:
    names = {Rung.MOST: "search_most", Rung.ANY: "search_any"}
    return words.text(names[rung]) if rung in names else ""


def _result(hit: Hit, words: Words, site: Site, scheme: str) -> Result:
    host = split_url(hit.address)[0]
    # A page of the old site is reached as this one is: the address that it was crawled at may have another scheme.
    is_here = not hit.is_new and host.lower() in site.hosts
    href = f"{scheme}://{hit.address.partition('://')[2]}" if is_here else hit.address
    is_foreign = bool(hit.language) and hit.language != words.tag.partition("-")[0]
    return Result(
        href=href,
        shown_address=hit.address.partition("://")[2],
        title=hit.marked_title,
        passage=hit.passage,
        is_new=hit.is_new,
        language=hit.language if is_foreign else "",
        direction=direction_of(hit.language) if is_foreign else "",
    )


def _choices(counted: Iterable[tuple[str, int]], query: Query, lang: str, words: Words, field: str) -> list[Choice]:
    """The ways to narrow the results by a field, and the way back; none where all results are alike."""
    chosen = getattr(query, field)
    offered = list(counted)[:MOST_OFFERED]
    if chosen and chosen not in dict(offered):
        offered.append((chosen, 0))
    if len(offered) < 2 and not chosen:
        return []

    def choice(value: str, text: str, language: str = "") -> Choice:
        narrower = replace(query, page=1, **{field: value})
        return Choice(text, "" if value == chosen else link(narrower, lang), language)

    named = [
        choice(value, f"{language_name(value)} ({count})", value)
        if field == "language"
        else choice(value, f"{_section_name(value)} ({count})")
        for value, count in offered
    ]
    return [choice("", words.text("search_everything")), *named]


def _section_name(section: str) -> str:
    return section.replace("-", " ").replace("_", " ").strip() or section


def _numbers(query: Query, last: int, lang: str) -> list[Choice]:
    if last < 2:
        return []
    near = range(max(1, query.page - _AROUND), min(last, query.page + _AROUND) + 1)
    return [Choice(str(page), "" if page == query.page else link(replace(query, page=page), lang)) for page in near]
