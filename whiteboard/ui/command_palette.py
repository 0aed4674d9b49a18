"""Ctrl+K: find a command by a few letters of its name."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget

from whiteboard.ui import words
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.picker import Picker


class CommandPalette(Picker):
    """A search over all actions that can be run now."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget) -> None:
        title = words.tr("Find a command")
        super().__init__(parent, title, title, words.tr("Commands"))
        self._actions = actions
        self.resize(min(480, parent.width() - 32), 380)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 9, 9, 9)
        column.setSpacing(8)
        self.search.textChanged.connect(self._refresh)
        self.list.acted.connect(self._run)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self._refresh()

    def open_over(self, parent: QWidget) -> None:
        """Show below the top of the window, the search focused."""
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - self.width()) // 2, corner.y() + 72)
        self.show()
        self.search.setFocus()

    def _refresh(self) -> None:
        needle = self.search.text().strip().casefold().split()
        rows = []
        for id_, action in self._actions.items():
            label = action.text().removesuffix("…")
            if not action.isEnabled() or not all(part in label.casefold() for part in needle):
                continue
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            rows.append(
                Row(
                    RowKind.TILE,
                    f"command:{id_}",
                    label,
                    keys,
                    icon="command",
                    buttons=(RowButton("run", words.tr("Run")),),
                )
            )
        self.list.show_rows(rows)
        if rows:
            self.list.setCurrentIndex(self.list.rows.index(0, 0))

    def _run(self, _action: str, key: str) -> None:
        action = self._actions[key.partition(":")[2]]
        self.close()
        action.trigger()
