"""How a new element looks, the palette with its names, and `style` attributes taken apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import tinycss2

PEN_COLOURS: Mapping[str, str] = {
    "ink": "#1B1F24",
    "grey": "#7A828C",
    "red": "#D92D3A",
    "orange": "#E8730C",
    "yellow": "#F2B705",
    "green": "#2B8A4A",
    "teal": "#0E8C8C",
    "blue": "#2265D8",
    "violet": "#7A4BD0",
    "pink": "#D63C8B",
}
"""Name -> colour, in the fixed order of DESIGN section 6."""

PEN_WIDTHS = (2.0, 5.0, 9.0, 14.0)
"""Widths that the options bar offers, user units."""

FONT_FAMILY = "Inter, system-ui, sans-serif"
"""Stored as a list, so that another program finds one of them (DESIGN section 5)."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a tool draws; lengths in user units. `fill` is 'none' or a colour."""

    colour: str = PEN_COLOURS["ink"]
    width: float = 2.0
    fill: str = "none"
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    font_size: float = 24.0
    font_family: str = FONT_FAMILY
    bold: bool = False


def colour_name(value: str) -> str:
    """What people call a colour: its palette name, the nearest one's, or the value as written.

    >>> colour_name("#2265d8")
    'blue'
    """
    rgb = _rgb(value)
    if rgb is None:
        return value
    if rgb == (255, 255, 255):
        return "white"
    return min(
        PEN_COLOURS,
        key=lambda name: sum(
            (a - b) ** 2 for a, b in zip(rgb, _rgb(PEN_COLOURS[name]) or rgb, strict=True)
        ),
    )


def _rgb(value: str) -> tuple[int, int, int] | None:
    digits = value.strip().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) != 6 or not value.strip().startswith("#"):
        return None
    try:
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    except ValueError:
        return None


def declarations(style: str) -> dict[str, str]:
    """The declarations of a `style` attribute, the last of a name winning; broken ones left out."""
    return {
        node.lower_name: tinycss2.serialize(node.value).strip()
        + (" !important" if node.important else "")
        for node in tinycss2.parse_declaration_list(style, skip_comments=True, skip_whitespace=True)
        if node.type == "declaration"
    }


def without(style: str, properties: Collection[str]) -> str:
    """A `style` attribute without these properties; '' when nothing is left."""
    return ";".join(
        f"{name}:{value}" for name, value in declarations(style).items() if name not in properties
    )
