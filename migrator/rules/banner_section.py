"""The section `banner:` of the file: its colours made whole, and what is wrong with it beyond its form. Renders nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator.errors import Level, Place, Problem
from migrator.rules.colours import DARK, EDGE_CONTRAST, LIGHT, TEXT_CONTRAST, Palette, contrast
from migrator.rules.schema import BannerShape, ColoursShape, PageBannerShape, PaletteShape
from migrator.urls import is_link

LONGEST_MESSAGE = 300  # characters; more fills the screen of a telephone before the page begins


def palettes(shape: BannerShape) -> tuple[Palette, Palette]:
    """The colours for light and for dark screens: those of the file, and the shipped ones where it has none."""
    colours = shape.colours or ColoursShape()
    return _palette(colours.light, LIGHT), _palette(colours.dark, DARK)


def banner_problems(shape: BannerShape) -> Iterator[Problem]:
    """What is wrong with the section beyond its form: colours that cannot be read, long messages, pages named amiss."""
    colours = shape.colours or ColoursShape()
    for section, palette in zip((colours.light, colours.dark), palettes(shape), strict=True):
        if section is not None:
            yield from _colour_problems(section, palette)
    yield from _long_messages(shape.messages, shape.places.get("messages", shape.place))
    for page in shape.pages:
        yield from _page_problems(page)
        yield from _long_messages(page.messages, page.places.get("messages", page.place))


def _palette(section: PaletteShape | None, shipped: Palette) -> Palette:
    if section is None:
        return shipped
    return Palette(
        background=section.background or shipped.background,
        text=section.text or shipped.text,
        link=section.link or shipped.link,
        line=section.line or shipped.line,
    )


def _colour_problems(section: PaletteShape, palette: Palette) -> Iterator[Problem]:
    for name, least, why in (
        ("text", TEXT_CONTRAST, "WCAG 1.4.3"),
        ("link", TEXT_CONTRAST, "WCAG 1.4.3"),
        ("line", EDGE_CONTRAST, "WCAG 1.4.11"),
    ):
        colour: str = getattr(palette, name)
        found = contrast(colour, palette.background)
        if found < least:
            place = section.places.get(name) or section.places.get("background", section.place)
            # Rounded down, so that what is too little never reads like enough.
            shown = int(found * 100) / 100
            yield Problem(
                place,
                "low-contrast",
                f"{name} {colour} on {palette.background} has a contrast of {shown}:1; {why} asks for {least:g}:1",
                "Choose a darker and a lighter colour; what is left out here is the shipped colour.",
                Level.ERROR if least == TEXT_CONTRAST else Level.WARNING,
            )


def _long_messages(messages: Mapping[str, str], place: Place) -> Iterator[Problem]:
    for tag, message in messages.items():
        if len(message) > LONGEST_MESSAGE:
            yield Problem(
                place,
                "long-message",
                f"the message in `{tag}` has {len(message)} characters; on a telephone it fills the screen",
                f"Say it in {LONGEST_MESSAGE}, and tell the rest on the page that `links: progress` leads to.",
                Level.WARNING,
            )


def _page_problems(page: PageBannerShape) -> Iterator[Problem]:
    for pattern in page.paths:
        if not pattern.startswith(("/", "*")):
            place = page.places.get("paths", page.place)
            yield Problem(place, "bad-path", f"`{pattern}` is no path", "Begin it with /; * stands for anything.")
    if page.to and not is_link(page.to):
        place = page.places.get("to", page.place)
        yield Problem(place, "bad-link", f"`{page.to}` leads nowhere a browser would go", "Write a path or an http(s) URL.")
