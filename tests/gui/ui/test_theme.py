"""The token table is legible, and the window follows it."""

from __future__ import annotations

import itertools

import pytest

from whiteboard.ui.icons import icon, paint_icon
from whiteboard.ui.theme import Scheme, theme
from whiteboard.ui.tokens import TOKENS
from whiteboard.util.resources import root

DESIGN_TABLE = {
    ("text", "chrome"): (16.0, 15.9),
    ("text", "raised"): (17.6, 12.6),
    ("text", "pressed"): (12.9, 9.1),
    ("text2", "chrome"): (6.2, 8.3),
    ("text2", "raised"): (6.9, 6.6),
    ("text2", "hover"): (5.6, 5.7),
    ("on_accent", "accent"): (5.7, 8.5),
    ("accent", "chrome"): (5.2, 9.0),
    ("accent", "canvas"): (5.7, 8.2),
    ("on_soft", "accent_soft"): (6.7, 8.6),
    ("good", "chrome"): (5.9, 9.8),
    ("good", "good_soft"): (5.6, 7.3),
    ("good", "hover"): (5.3, 6.7),
    ("warn", "warn_soft"): (5.5, 8.0),
    ("warn", "accent_soft"): (5.2, 7.5),
    ("warn", "hover"): (5.0, 7.2),
    ("danger", "danger_soft"): (5.0, 6.7),
    ("danger", "hover"): (4.8, 5.7),
    ("guide", "canvas"): (5.7, 7.4),
    ("outline", "field"): (3.6, 4.5),
    ("outline", "chrome"): (3.3, 4.9),
}


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("pair", "dark"), list(itertools.product(DESIGN_TABLE, (False, True))), ids=str
)
def test_the_contrast_is_what_the_design_computed(pair, dark):
    ink, ground = (TOKENS[token][dark] for token in pair)
    measured = contrast(ink, ground)
    assert measured == pytest.approx(DESIGN_TABLE[pair][dark], abs=0.06)
    assert measured >= (3.0 if pair[0] in {"outline", "guide"} else 4.5)


def test_choosing_dark_changes_the_palette_and_tells_everyone(qtbot, qapp):
    with qtbot.waitSignal(theme().changed):
        theme().choose(Scheme.DARK)
    assert qapp.palette().window().color().name().upper() == TOKENS["chrome"][1]
    theme().choose(Scheme.LIGHT)
    assert qapp.palette().window().color().name().upper() == TOKENS["chrome"][0]


def test_an_icon_is_drawn_in_the_colour_of_the_theme_and_not_kept(qapp):
    def darkest() -> int:
        image = icon("menu").pixmap(24, 24).toImage()
        spots = ((x, y) for x in range(24) for y in range(24))
        return max(image.pixelColor(*at).value() for at in spots if image.pixelColor(*at).alpha())

    theme().choose(Scheme.LIGHT)
    assert darkest() < 80
    theme().choose(Scheme.DARK)
    assert darkest() > 200


def test_every_icon_can_be_drawn(qapp):
    from PySide6.QtCore import QRect, Qt
    from PySide6.QtGui import QImage, QPainter

    for path in sorted((root() / "icons").glob("*.svg")):
        image = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_icon(painter, path.stem, QRect(0, 0, 24, 24), theme().colour("text"))
        painter.end()
        assert any(image.pixelColor(x, y).alpha() for x in range(24) for y in range(24)), path.stem


def test_undo_is_mirrored_where_text_runs_from_right_to_left_and_the_pen_is_not(qapp):
    from PySide6.QtCore import QRect, Qt
    from PySide6.QtGui import QImage, QPainter

    def drawn(name: str, direction: Qt.LayoutDirection) -> QImage:
        image = QImage(48, 48, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        place = QRect(0, 0, 48, 48)
        paint_icon(painter, name, place, theme().colour("text"), direction)
        painter.end()
        return image

    ltr, rtl = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    assert drawn("pen", ltr) == drawn("pen", rtl)
    assert drawn("undo", ltr) != drawn("undo", rtl)
