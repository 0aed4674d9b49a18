"""The cheat sheet: every key that works, from the one table."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from whiteboard.ui import words
from whiteboard.ui.actions import COMMANDS
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.widgets import Kind, Label


class KeySheet(Sheet):
    """Commands with their keys, in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(words.tr("Keys"), parent, width=560)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setMinimumHeight(360)
        inner = QWidget(area)
        inner.setObjectName("sheet")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(16)
        shown = [one for one in COMMANDS if one.keys and not one.id.startswith("board-")]
        half = (len(shown) + 1) // 2
        for place, command in enumerate(shown):
            column = 0 if place < half else 2
            keys = "  ".join(
                QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
                for key in command.keys
            )
            label = words.tr(command.label).removesuffix("…")
            grid.addWidget(Label(label, inner), place % half, column)
            grid.addWidget(Label(keys, inner, px=12, tone="text2"), place % half, column + 1)
        area.setWidget(inner)
        self.body.addWidget(area)
        close = self.cancel_button(words.tr("Close"))
        close.kind = Kind.PRIMARY
        self.add_buttons(close)
        close.setFocus()
