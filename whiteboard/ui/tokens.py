"""The one table of colours and sizes (DESIGN 4, 6); palette and style sheet come from it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

TOKENS: Final = MappingProxyType(
    {
        "canvas": ("#FFFFFF", "#1C1E22"),
        "grid": ("#D3D9E0", "#363A41"),
        "chrome": ("#F3F4F6", "#131416"),
        "raised": ("#FFFFFF", "#26292E"),
        "field": ("#FFFFFF", "#1C1E22"),
        "hover": ("#E5E8EC", "#30343A"),
        "pressed": ("#D8DDE3", "#3A3F46"),
        "line": ("#DDE1E6", "#2F3339"),
        "outline": ("#808894", "#7C8590"),
        "text": ("#17191C", "#ECEEF1"),
        "text2": ("#545B65", "#A8AFB9"),
        "disabled": ("#9AA1AB", "#646B75"),
        "accent": ("#1F5FD6", "#8FB6FF"),
        "on_accent": ("#FFFFFF", "#0A1A36"),
        "accent_soft": ("#E2ECFD", "#1F3054"),
        "on_soft": ("#164BAA", "#BCD3FF"),
        "good": ("#166C3F", "#62D296"),
        "good_soft": ("#E0F4E9", "#16331F"),
        "warn": ("#8F5300", "#F3BB52"),
        "warn_soft": ("#FFF1D4", "#372A0E"),
        "danger": ("#BF2B2B", "#FF8F86"),
        "danger_soft": ("#FDE8E6", "#421D1C"),
        "guide": ("#C2255C", "#FF86B3"),
    }
)
"""Name -> (light, dark)."""

HIGH_CONTRAST: Final = MappingProxyType(
    {
        "text": ("#000000", "#FFFFFF"),
        "text2": ("#000000", "#FFFFFF"),
        "outline": ("#000000", "#FFFFFF"),
        "line": ("#000000", "#FFFFFF"),
        "accent_soft": ("#FFFFFF", "#1C1E22"),
        "good_soft": ("#FFFFFF", "#1C1E22"),
        "warn_soft": ("#FFFFFF", "#1C1E22"),
        "danger_soft": ("#FFFFFF", "#1C1E22"),
    }
)
"""What the desktop's wish for more contrast changes (DESIGN section 12)."""

PEN_COLOURS: Final = (
    ("ink", "#1B1F24"),
    ("grey", "#7A828C"),
    ("red", "#D92D3A"),
    ("orange", "#E8730C"),
    ("yellow", "#F2B705"),
    ("green", "#2B8A4A"),
    ("teal", "#0E8C8C"),
    ("blue", "#2265D8"),
    ("violet", "#7A4BD0"),
    ("pink", "#D63C8B"),
)
"""Names and values as stored in the drawing; the order is fixed."""

FILL_COLOURS: Final = (
    ("yellow", "#FFE58A"),
    ("peach", "#FFD0A8"),
    ("pink", "#FFC6D8"),
    ("violet", "#DDCDFA"),
    ("blue", "#C2DEFB"),
    ("green", "#C6ECC3"),
    ("grey", "#E4E7EB"),
    ("white", "#FFFFFF"),
)

WIDTHS: Final = (2.0, 5.0, 9.0, 14.0)
"""Stroke widths that the bars offer, in user units."""
FONT_SIZES: Final = (16.0, 24.0, 36.0, 64.0)
"""Text sizes S M L XL, in user units."""

TOP_BAR: Final = 48
TOOL: Final = 40
OPTION: Final = 32
MARGIN: Final = 12
GAP: Final = 8
SESSIONS_WIDTH: Final = 288
RIGHT_WIDTH: Final = 304
ROW: Final = 48
SECTION: Final = 32
RADIUS_SMALL: Final = 6
RADIUS: Final = 8
RADIUS_CARD: Final = 12

BODY_PX: Final = 13
"""The text size that the pictures and all px numbers beside text assume."""
