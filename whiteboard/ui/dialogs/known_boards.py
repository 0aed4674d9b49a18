"""Which boards a contact shows me, of earlier times too, and asking to be let in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from whiteboard.session.boards import KnownBoard
from whiteboard.ui import words
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.panes.row_view import RowView


class KnownBoards(Sheet):
    """The list; empty rows until the answer is here.

    Signals:
        asked: the session of the board that the person wants to join.
    """

    asked = Signal(str)

    def __init__(self, who: str, parent: QWidget | None = None) -> None:
        super().__init__(words.boards_of(who), parent, width=400)
        self._who = who
        self.list = RowView(words.tr("Boards"), self)
        self.list.setFixedHeight(240)
        self.list.acted.connect(self._act)
        self.list.show_rows([Row(RowKind.SKELETON, f"skeleton:{n}", "") for n in range(3)])
        self.body.addWidget(self.list)
        self.add_buttons(self.cancel_button(words.tr("Close")))

    def show_boards(self, boards: Sequence[KnownBoard]) -> None:
        """What the contact answered; perhaps nothing."""
        rows = [
            Row(
                RowKind.TILE,
                f"session:{board.session}",
                board.name or words.tr("Untitled"),
                words.tr("Shown to you"),
                icon="board",
                buttons=(RowButton("ask", words.tr("Ask to join")),),
            )
            for board in boards
        ]
        empty = Row(
            RowKind.EMPTY,
            "empty:boards",
            words.tr("No boards"),
            words.shows_no_boards(self._who),
            icon="board",
        )
        self.list.show_rows(rows or [empty])

    def _act(self, action: str, key: str) -> None:
        if action == "ask":
            self.asked.emit(key.partition(":")[2])
            self.accept()
