"""The images that a page shows, with the words that stand for them and beneath them, from its tags as they come."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.pages.page import Image
from migrator.pages.tree import Attributes
from migrator.urls import normal_url

MAX_IMAGES = 500  # kept of one page
LONGEST = 8_000  # characters of an address
# Where scripts that load images late keep the address, most usual first.
_LATE = ("data-src", "data-lazy-src", "data-original")
_FIRST_OF_SET = re.compile(r"[\s,]*([^\s,]\S*)")
_DOT = ("0", "1", "0px", "1px")  # sizes of images that count visitors


@dataclass(slots=True)
class _Shown:
    """One `<img>`, and the figure that it stands in."""

    address: str
    alt: str
    figure: int


class Figures:
    """Collects images; what stands in a `<figcaption>` is the caption of every image in its `<figure>`."""

    def __init__(self) -> None:
        self._shown: list[_Shown] = []
        self._captions: dict[int, str] = {}
        self._inside: list[int] = []
        self._figures = 0

    def begin_figure(self) -> None:
        """A figure begins."""
        self._figures += 1
        self._inside.append(self._figures)

    def end_figure(self) -> None:
        """A figure ends."""
        self._inside.pop()

    def caption(self, text: str) -> None:
        """The innermost open figure has this caption."""
        if self._inside and text and len(self._captions) < MAX_IMAGES:
            self._captions.setdefault(self._inside[-1], text)

    def image(self, attributes: Attributes, alt: str) -> None:
        """An image is shown."""
        if len(self._shown) < MAX_IMAGES and attributes.get("width") not in _DOT and attributes.get("height") not in _DOT:
            self._shown.append(_Shown(_address(attributes), alt, self._inside[-1] if self._inside else 0))

    def images(self, base: str) -> tuple[Image, ...]:
        """Each image once, in page order, with the first words that it has anywhere; addresses resolved against `base`."""
        found: dict[str, Image] = {}
        for shown in self._shown:
            if url := (normal_url(shown.address, base) if shown.address else None):
                known = found.get(url) or Image(url)
                found[url] = Image(url, known.alt or shown.alt, known.caption or self._captions.get(shown.figure, ""))
        return tuple(found.values())


def _address(attributes: Attributes) -> str:
    written = (attributes.get(name) or "" for name in ("src", *_LATE))
    address = next((one for one in written if one and one.lstrip()[:5].lower() != "data:"), "")
    if not address and (
        first := _FIRST_OF_SET.match((attributes.get("srcset") or attributes.get("data-srcset") or "")[:LONGEST])
    ):
        address = first[1]
    return address if len(address) <= LONGEST else ""
