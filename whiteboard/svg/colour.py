"""Colours and paints as CSS Color 4 and SVG write them."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import tinycss2.color4

from whiteboard.svg.plan import Rgba

_HEX = re.compile(r"#([0-9a-fA-F]{3,8})$")
_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)\s]*))\s*\)\s*(.*)$""", re.DOTALL)
_ICC = re.compile(r"\s+icc-color\([^)]*\)\s*$")

BLACK = Rgba(0, 0, 0)
TRANSPARENT = Rgba(0, 0, 0, 0.0)


class Keyword(enum.Enum):
    """Paints that are not a colour of their own."""

    NONE = "none"
    CURRENT = "currentColor"
    CONTEXT_FILL = "context-fill"
    CONTEXT_STROKE = "context-stroke"


@dataclass(frozen=True, slots=True)
class Reference:
    """`url(#id)` with what to use where nothing is found there; no fallback is None."""

    href: str
    fallback: Rgba | Keyword | None = None


PaintValue: TypeAlias = Rgba | Keyword | Reference

_KEYWORDS = {keyword.value.lower(): keyword for keyword in Keyword}


@lru_cache(maxsize=4096)
def parse_colour(text: str) -> Rgba | Keyword | None:
    """A colour, `Keyword.CURRENT`, or None where the text is no colour."""
    text = text.strip()
    match = _HEX.match(text)
    if match is not None:
        return _hex(match[1])
    if text.lower() == "currentcolor":
        return Keyword.CURRENT
    try:
        found = tinycss2.color4.parse_color(text)
    except (ValueError, ArithmeticError, RecursionError):
        return None
    if found is None:
        return None
    if found == "currentcolor":
        return Keyword.CURRENT
    try:
        red, green, blue = found.to("srgb").coordinates
        alpha = found.alpha
    except (NotImplementedError, ValueError, ArithmeticError):
        return None
    return Rgba(_byte(red), _byte(green), _byte(blue), _unit(alpha))


def _hex(digits: str) -> Rgba | None:
    if len(digits) in (3, 4):
        values = [int(digit * 2, 16) for digit in digits]
    elif len(digits) in (6, 8):
        values = [int(digits[i : i + 2], 16) for i in range(0, len(digits), 2)]
    else:
        return None
    alpha = values[3] / 255 if len(values) == 4 else 1.0
    return Rgba(values[0], values[1], values[2], alpha)


def _byte(value: float | None) -> int:
    return round(_unit(value) * 255)


def _unit(value: float | None) -> float:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return 0.0
    return min(1.0, max(0.0, value))


@lru_cache(maxsize=4096)
def parse_paint(text: str) -> PaintValue | None:
    """The value of `fill` or `stroke`; None where it is wrong (then the property is not set)."""
    text = _ICC.sub("", text.strip())
    lower = text.lower()
    if lower in _KEYWORDS:
        return _KEYWORDS[lower]
    if lower.startswith("url("):
        match = _URL.match(text)
        if match is None:
            return None
        href = match[1] or match[2] or match[3] or ""
        rest = _ICC.sub("", match[4].strip())
        if not rest:
            return Reference(href)
        fallback = _KEYWORDS.get(rest.lower()) or parse_colour(rest)
        return Reference(href, fallback)
    return parse_colour(text)


def parse_url(text: str | None) -> str | None:
    """The address in `url(…)`, or None for `none` and everything else."""
    match = _URL.match(text.strip()) if text else None
    if match is None:
        return None
    return match[1] or match[2] or match[3] or ""


def faded(colour: Rgba, opacity: float) -> Rgba:
    """The colour with its alpha multiplied."""
    if opacity >= 1.0:
        return colour
    return Rgba(colour.red, colour.green, colour.blue, colour.alpha * opacity)


def format_colour(colour: Rgba) -> str:
    """`#rrggbb`; alpha is for the `-opacity` properties to say."""
    return f"#{colour.red:02x}{colour.green:02x}{colour.blue:02x}"
