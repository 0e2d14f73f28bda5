"""Pages that answer 200 and are none: told by what they say, and by what the site answers where there is surely nothing.

Which addresses to ask for is said here; asking is done elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from migrator.pages.frame import Frame
from migrator.pages.page import Content, Page
from migrator.pages.plain_words import words
from migrator.urls import split_url

MAX_ASKED = 8  # addresses that cannot be
ALIKE = 0.85  # share of the words of both that both have
FEWEST_WORDS = 4  # of its own that an answer must have to be compared with
MAX_WORDS = 300  # a page with more is an article, whatever its title
_COMPARED = 1_000  # words
_SPARE = 4  # words that a title may have beside the phrase

# How pages say that they are not there, in the six languages of the United Nations and in pt, de, sw and hi.
_PHRASES = (
    *("page not found", "page cannot be found", "page could not be found", "file not found", "page does not exist"),
    *("page doesn t exist", "page no longer exists", "page is no longer available", "404 not found", "error 404", "404 error"),
    *(
        "not found",
        "nothing found",
        "page introuvable",
        "page non trouvée",
        "page n existe pas",
        "page n existe plus",
        "erreur 404",
    ),
    *("fichier non trouvé", "página no encontrada", "no se encontró la página", "no se ha encontrado la página"),
    *("la página no existe", "página no existe", "no encontrada", "الصفحة غير موجودة", "لم يتم العثور على الصفحة"),
    *("الصفحة المطلوبة غير موجودة", "страница не найдена", "страница не существует", "ошибка 404", "не найдена"),
    *("página não encontrada", "pagina nao encontrada", "página não existe", "erro 404", "seite nicht gefunden"),
    *("seite wurde nicht gefunden", "seite existiert nicht", "fehler 404", "ukurasa haujapatikana", "ukurasa haukupatikana"),
    *("ukurasa haupatikani", "पृष्ठ नहीं मिला", "पेज नहीं मिला", "पृष्ठ उपलब्ध नहीं है"),
)
_TOGETHER = (
    "找不到页面",
    "页面不存在",
    "页面未找到",
    "未找到页面",
    "找不到网页",
    "您访问的页面不存在",
    "無法找到頁面",
    "頁面不存在",
)
_PARTS = re.compile(r"\s[-–—|·:»›]\s|[|»›]")
_ENDING = re.compile(r"\.[a-z0-9]{1,5}", re.IGNORECASE)


def says_not_found(content: Content) -> str:
    """The title or heading that says that nothing is here, or "" where none does."""
    lines = [part.strip() for line in (content.title, content.h1) for part in _PARTS.split(line)]
    said = next(filter(_is_phrase, lines), "")
    return said if said and len(words(content.text)) <= MAX_WORDS else ""


class Addresses:
    """Collects the kinds of addresses that a site has, to find some like them that cannot be."""

    def __init__(self) -> None:
        self._kinds: Counter[tuple[str, str]] = Counter()

    def add(self, url: str) -> None:
        """Take note of a page's address."""
        path = split_url(url)[1]
        folder, _, name = path.rpartition("/")
        first = "/".join(folder.split("/")[:2])
        ending = _ENDING.search(name, max(0, name.rfind(".")))
        self._kinds[f"{first}/", ending[0].lower() if ending and name else ""] += 1

    def impossible(self, base: str) -> list[str]:
        """Addresses on `base` that surely do not exist: in each part of the site, named as pages there are."""
        kinds = sorted(self._kinds, key=lambda kind: (-self._kinds[kind], kind))[:MAX_ASKED]
        return [f"{base}{folder}{_name(base + folder)}{ending}" for folder, ending in kinds]


class Absent:
    """What the site answers where there is nothing, to compare pages with."""

    def __init__(self, answers: Iterable[Page], start: Content, frame: Frame) -> None:
        """`answers` are those to impossible addresses; one that reads like the `start` page tells nothing of others."""
        self._frame = frame
        good = [answer for answer in answers if answer.status == 200]
        self._targets = frozenset(answer.final_url for answer in good if answer.hops)
        beginning = self._words(start)
        read = (self._words(answer.content) for answer in good if answer.is_readable and not answer.hops)
        self._texts = [said for said in read if said.total() >= FEWEST_WORDS and _likeness(said, beginning) < ALIKE]

    def against(self, page: Page) -> str:
        """Why a page that answers 200 is none, or ""."""
        if page.status != 200:
            return ""
        if page.hops and page.final_url in self._targets:
            return "it leads to where an address that cannot be leads"
        if not page.is_readable:
            return ""
        if line := says_not_found(page.content):
            return f"it says “{line[:80]}”"
        if self._texts and (said := self._words(page.content)) and any(_likeness(said, one) >= ALIKE for one in self._texts):
            return "it reads like the answer to an address that cannot be"
        return ""

    def _words(self, content: Content) -> Counter[str]:
        return Counter(words(f"{content.h1}\n{self._frame.without(content)}")[:_COMPARED])


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    least, most = min(one.total(), other.total()), max(one.total(), other.total())
    if least < ALIKE * most or not most:
        return 0.0
    both = (one & other).total()
    return both / (least + most - both)


def _is_phrase(line: str) -> bool:
    if any(phrase in line for phrase in _TOGETHER):
        return len(line) <= 40
    said = words(line)
    if said == ["404"]:
        return True
    text = f" {' '.join(said)} "
    return any(f" {phrase} " in text and len(said) <= len(phrase.split()) + _SPARE for phrase in _STATED)


def _stated() -> Iterator[str]:
    for phrase in _PHRASES:
        yield " ".join(words(phrase))


_STATED = tuple(_stated())


def _name(place: str) -> str:
    """A name that nobody gives a page, the same at every crawl."""
    return f"migrator-asks-for-what-cannot-be-{hashlib.blake2b(place.encode(), digest_size=6).hexdigest()}"
