"""What realising a plan depends on beside the plan: colour filter, fonts, pictures, scale.

The screen, an export and a thumbnail each have their own context and make their own items
(ARCHITECTURE section 8, rule 7).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtGui import QColor

from whiteboard.canvas.fonts import FontMap
from whiteboard.canvas.pictures import PictureStore
from whiteboard.svg.plan import Rgba

ColourFilter = Callable[[Rgba], Rgba]


def identity(colour: Rgba) -> Rgba:
    """The filter of export, print and light paper: true colours."""
    return colour


@dataclass(frozen=True)
class PaintContext:
    """How plan nodes become items.

    Attributes:
        colour: Applied to every colour of the drawing, never to pictures.
        fonts: Which family stands for a generic one.
        pictures: Where images come from.
        scale: Px per user unit the items are made for; 0 = any (the screen).
        smooth: False asks for speed instead of antialiasing.
    """

    colour: ColourFilter = identity
    fonts: FontMap = field(default_factory=FontMap)
    pictures: PictureStore = field(default_factory=PictureStore)
    scale: float = 0.0
    smooth: bool = True


def qcolour(colour: Rgba) -> QColor:
    """A Qt colour; channels out of range are clamped."""
    alpha = round(255 * colour.alpha) if colour.alpha == colour.alpha else 255  # NaN
    return QColor(*(min(255, max(0, c)) for c in (colour.red, colour.green, colour.blue, alpha)))
