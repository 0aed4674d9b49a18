"""Light and dark: the token table as a palette and one style sheet on Fusion, switched at run time.

Widgets paint with `theme().colour(NAME)` and repaint on `theme().changed`; sizes that hold text go
through `em`, so that the person's font size moves rows and buttons with it (DESIGN section 13.6).
"""

from __future__ import annotations

import enum
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from whiteboard.ui.stylesheet import style_sheet
from whiteboard.ui.tokens import BODY_PX, HIGH_CONTRAST, TOKENS
from whiteboard.util.resources import icon_path


class Scheme(enum.Enum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_QT_SCHEME = {
    Scheme.SYSTEM: Qt.ColorScheme.Unknown,
    Scheme.LIGHT: Qt.ColorScheme.Light,
    Scheme.DARK: Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """The colours in use now.

    Signals:
        changed: another scheme, contrast or font size is in use; everything has to be repainted.
    """

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = Scheme.SYSTEM
        self._pictures = tempfile.TemporaryDirectory(prefix="whiteboard-theme-")
        self.dark = False
        self.high_contrast = False
        app.setStyle("fusion")
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.refresh)
        hints.accessibility().contrastPreferenceChanged.connect(self.refresh)
        self.refresh()

    @property
    def scheme(self) -> Scheme:
        """The person's choice, not what came of it (`dark`)."""
        return self._scheme

    def choose(self, scheme: Scheme) -> None:
        """Use light, dark, or what the desktop says from now on."""
        self._scheme = scheme
        self._app.styleHints().setColorScheme(_QT_SCHEME[scheme])
        self.refresh()

    def refresh(self) -> None:
        """Take over what the desktop says now, and tell everyone."""
        hints = self._app.styleHints()
        desktop_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        self.dark = self._scheme is Scheme.DARK or (self._scheme is Scheme.SYSTEM and desktop_dark)
        preference = hints.accessibility().contrastPreference()
        self.high_contrast = preference == Qt.ContrastPreference.HighContrast
        self._app.setPalette(self._palette())
        self._app.setStyleSheet(style_sheet(self.value, self.em, self._sheet_pictures()))
        self.changed.emit()

    def value(self, token: str) -> str:
        """A token as '#RRGGBB'."""
        table = HIGH_CONTRAST if self.high_contrast and token in HIGH_CONTRAST else TOKENS
        return table[token][1 if self.dark else 0]

    def colour(self, token: str) -> QColor:
        """A token of the table in the present scheme."""
        return QColor(self.value(token))

    def em(self, px: float) -> int:
        """A size of DESIGN (drawn for 13 px text) at the person's text size."""
        return round(px * QFontInfo(self._app.font()).pixelSize() / BODY_PX)

    def font(self, px: float = BODY_PX, weight: int = 400) -> QFont:
        """The system font at a size and weight of DESIGN section 5; never under 11 px."""
        font = QFont(self._app.font())
        font.setPixelSize(max(11, self.em(px)))
        font.setWeight(QFont.Weight(weight))
        return font

    def _sheet_pictures(self) -> dict[str, str]:
        """Coloured copies of icons, because a style sheet takes pictures only as files."""
        paths: dict[str, str] = {}
        for key, name, token in (
            ("check", "check", "on_accent"),
            ("tick", "check", "text"),
            ("chevron", "chevron-down", "text"),
        ):
            colour = self.value(token)
            path = Path(self._pictures.name) / f"{name}-{colour[1:]}.svg"
            if not path.exists():
                svg = icon_path(name).read_text(encoding="utf-8")
                path.write_text(svg.replace("currentColor", colour), encoding="utf-8")
            paths[key] = path.as_posix()
        return paths

    def _palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for place, token in (
            (role.Window, "chrome"),
            (role.WindowText, "text"),
            (role.Base, "field"),
            (role.AlternateBase, "chrome"),
            (role.Text, "text"),
            (role.Button, "raised"),
            (role.ButtonText, "text"),
            (role.BrightText, "on_accent"),
            (role.ToolTipBase, "raised"),
            (role.ToolTipText, "text"),
            (role.PlaceholderText, "text2"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Link, "accent"),
            (role.LinkVisited, "accent"),
            (role.Light, "raised"),
            (role.Midlight, "hover"),
            (role.Mid, "line"),
            (role.Dark, "outline"),
            (role.Shadow, "outline"),
            (role.Accent, "accent"),
        ):
            palette.setColor(place, self.colour(token))
        for place in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, place, self.colour("disabled"))
        return palette


_current: dict[int, Theme] = {}


def theme() -> Theme:
    """The application's theme; made at the first call."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("a theme needs a QApplication")
    key = id(app)
    if key not in _current:
        _current.clear()
        _current[key] = Theme(app)
    return _current[key]
