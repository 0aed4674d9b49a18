"""Numbers and lengths with units (SVG 1.1 section 7.10, CSS Values 4) at 96 px per inch."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_LENGTH = re.compile(
    r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
    r"(%|px|pt|pc|mm|cm|in|Q|q|em|rem|ex|ch|vw|vh|vmin|vmax|)\s*$",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_PX = {
    "": 1.0,
    "px": 1.0,
    "pt": 96 / 72,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "q": 96 / 101.6,
}
_EX = 0.5
"""Height of x and width of 0 in em, where the font's own are not asked (CSS Values 5.1.1)."""

LIMIT = 1e7
"""Coordinates beyond this are clamped: Qt answers 1e308 with an empty rect without a word."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """What percentages refer to: the nearest viewBox, in user units."""

    width: float
    height: float

    @property
    def diagonal(self) -> float:
        """The normalised diagonal, for lengths that are neither across nor down."""
        return math.hypot(self.width, self.height) / math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class Length:
    """A length as written: `unit` is lower case, '' for user units, '%' for a percentage."""

    value: float
    unit: str = ""

    def px(
        self, reference: float = 0.0, em: float = 16.0, viewport: Viewport | None = None
    ) -> float:
        """User units; `reference` is what 100 % means, `em` the font size."""
        unit = self.unit
        factor = _PX.get(unit)
        if factor is not None:
            return self.value * factor
        if unit == "%":
            return self.value * reference / 100.0
        if unit == "em":
            return self.value * em
        if unit in ("ex", "ch"):
            return self.value * em * _EX
        if unit == "rem":
            return self.value * 16.0
        if viewport is None:
            return 0.0
        sides = {
            "vw": viewport.width,
            "vh": viewport.height,
            "vmin": min(viewport.width, viewport.height),
            "vmax": max(viewport.width, viewport.height),
        }
        return self.value * sides[unit] / 100.0


def parse_length(text: str | None) -> Length | None:
    """The length that `text` is, or None where it is none or not finite."""
    if text is None:
        return None
    try:
        return Length(_finite(float(text)))  # by far the most common: a bare number
    except ValueError:
        pass
    match = _LENGTH.match(text)
    if match is None:
        return None
    value = float(match[1])
    return Length(value, match[2].lower()) if math.isfinite(value) else None


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


def length_px(
    text: str | None,
    default: float = 0.0,
    reference: float = 0.0,
    em: float = 16.0,
    viewport: Viewport | None = None,
) -> float:
    """`text` as user units, or `default` where it is missing or wrong."""
    length = parse_length(text)
    return default if length is None else length.px(reference, em, viewport)


def parse_numbers(text: str | None) -> list[float]:
    """The numbers in a list separated by white space and commas, up to the first fault."""
    if not text:
        return []
    values: list[float] = []
    end = 0
    for match in _NUMBERS.finditer(text):
        between = text[end : match.start()]
        if between.strip(" \t\r\n,") or between.count(",") > 1:
            break
        value = float(match[0])
        if not math.isfinite(value):
            break
        values.append(value)
        end = match.end()
    return values


def parse_lengths(text: str | None) -> list[Length]:
    """The lengths in a list separated by white space and commas; empty where one is wrong."""
    lengths: list[Length] = []
    for word in (text or "").replace(",", " ").split():
        length = parse_length(word)
        if length is None:
            return []
        lengths.append(length)
    return lengths


def parse_fraction(text: str | None, default: float = 1.0) -> float:
    """An opacity or offset: a number or percentage, kept in 0 to 1; `default` where it is wrong."""
    length = parse_length(text)
    if length is None or length.unit not in ("", "%"):
        return default
    value = length.value / 100.0 if length.unit == "%" else length.value
    return min(1.0, max(0.0, value))


def clamp(value: float) -> float:
    """`value` in what drawing can bear: finite and at most LIMIT away from 0; NaN becomes 0."""
    if -LIMIT <= value <= LIMIT:
        return value
    if value != value:  # noqa: PLR0124 - NaN is what differs from itself
        return 0.0
    return LIMIT if value > 0 else -LIMIT
