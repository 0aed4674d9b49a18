"""Hands for the tests of the windows: real mouse events on rows and controls."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from whiteboard.ui.panes.row_view import RowView


def settle() -> None:
    """Let posted events arrive; nothing here depends on time."""
    for _ in range(5):
        QApplication.processEvents()


def click_in_row(view: RowView, key: str, action: str) -> None:
    """Move over the row and press the button that appears, as a person does."""
    place = view.rows.place(key)
    assert place is not None, f"no row {key!r} among {[row.key for row in view.rows.rows]}"
    view.scrollTo(view.rows.index(place, 0))
    settle()
    rect = view.button_rect(key, action)
    assert not rect.isEmpty(), f"row {key!r} offers no {action!r}"
    port = view.viewport()
    QTest.mouseMove(port, view.visualRect(view.rows.index(place, 0)).center())
    QTest.mouseMove(port, rect.center())
    QTest.mouseClick(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, rect.center())
    settle()


def click(widget: QWidget, at: QPoint | None = None) -> None:
    place = at if at is not None else widget.rect().center()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    settle()
