"""The colours the canvas needs from the theme; the light ones by default (DESIGN section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from whiteboard.canvas.colours import on_dark_paper
from whiteboard.canvas.context import ColourFilter, identity


@dataclass(frozen=True)
class Palette:
    """Theme colours as `#RRGGBB`, and how the drawing is shown.

    Attributes:
        dark: The theme is dark: people get their lighter colours.
        dark_paper: The drawing is shown through the filter for dark paper. Not the same as `dark`:
            a file opened from elsewhere keeps light paper in a dark window.
        line_width: Of other people's marks, px; 3 in high contrast.
    """

    canvas: str = "#FFFFFF"
    grid: str = "#D3D9E0"
    accent: str = "#1F5FD6"
    on_accent: str = "#FFFFFF"
    raised: str = "#FFFFFF"
    text: str = "#17191C"
    guide: str = "#C2255C"
    outline: str = "#808894"
    dark: bool = False
    dark_paper: bool = False
    line_width: float = 1.75

    @property
    def colour_filter(self) -> ColourFilter:
        """What every colour of the drawing goes through on this screen."""
        return on_dark_paper if self.dark_paper else identity


LIGHT = Palette()
DARK = Palette(
    canvas="#1C1E22",
    grid="#363A41",
    accent="#8FB6FF",
    on_accent="#0A1A36",
    raised="#26292E",
    text="#ECEEF1",
    guide="#FF86B3",
    outline="#7C8590",
    dark=True,
    dark_paper=True,
)
