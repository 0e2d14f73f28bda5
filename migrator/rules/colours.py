"""The banner's colours as values, and how far apart two colours are to the eye. Where they are shown is not known here."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
EDGE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme, each as `#rgb` or `#rrggbb`."""

    background: str
    text: str
    link: str
    line: str  # the edge of the banner


LIGHT = Palette(background="#eef3fa", text="#0b0c0c", link="#1a4f9c", line="#1a4f9c")
DARK = Palette(background="#16233a", text="#f1f3f4", link="#a9cbff", line="#4f7fc4")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 (none) to 21 (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance from 0 to 1 (WCAG 2.2)."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
