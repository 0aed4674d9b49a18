"""The People pane: who is on the board in front, and who is still expected."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.boards import Board, BoardService, Participant
from whiteboard.ui import words
from whiteboard.ui.avatars import Status
from whiteboard.ui.panes.invitation_rows import outgoing_row
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.panes.row_view import RowView
from whiteboard.ui.widgets import Button


def people_rows(
    board: Board | None, boards: BoardService, folded: Collection[str] = ()
) -> list[Row]:
    """Drawing, not here, and invited; each under its head."""
    if board is None:
        return []
    here = [_person(one) for one in board.participants if not one.away]
    gone = [_person(one) for one in board.participants if one.away]
    outgoing = (
        outgoing_row(one)
        for one in boards.invitations
        if not one.incoming and one.board == board.name
    )
    invited = [row for row in outgoing if row is not None]
    rows: list[Row] = []
    for key, title, group in (
        ("drawing", words.tr("Drawing"), here),
        ("invited", words.tr("Invited"), invited),
        ("gone", words.tr("Not here"), gone),
    ):
        if group:
            count = words.number(len(group))
            shut = key in folded
            head = Row(RowKind.SECTION, f"section:{key}", title, count=count, folded=shut)
            rows += [head] if shut else [head, *group]
    if len(here) + len(gone) + len(invited) <= 1:
        rows.append(
            Row(
                RowKind.EMPTY,
                "alone",
                words.tr("Nobody else is here"),
                words.tr("Invite somebody to draw with you on this board."),
                icon="people",
                buttons=(RowButton("invite", words.tr("Invite…")),),
            )
        )
    return rows


def _person(one: Participant) -> Row:
    state = words.tr("Not here now") if one.away else words.tr("Drawing")
    return Row(
        RowKind.PERSON,
        f"person:{one.id}",
        one.name,
        words.tr("You") if one.me else state,
        address=one.address,
        status=Status.OFFLINE if one.away else Status.ONLINE,
        dim=one.away,
        buttons=() if one.me or one.away else (RowButton("follow", words.tr("Follow")),),
    )


class PeoplePane(Pane):
    """Shows the participants of one board.

    Signals:
        invite_wanted: the button or the empty list's link was used.
        undo_wanted: all that a person (the party) did is to be undone.
        follow_wanted: the view is to go where this person (the party) looks.
        bring_wanted: everybody is to look here.
    """

    undo_wanted = Signal(str)
    follow_wanted = Signal(str)
    bring_wanted = Signal()

    invite_wanted = Signal()
    ask_again = Signal(str)

    def __init__(self, boards: BoardService, parent: QWidget | None = None) -> None:
        super().__init__(words.tr("People"), parent, trailing=True, cross=True, id="people")
        self._folded: set[str] = set()
        self._boards = boards
        self._board: Board | None = None
        self.list = RowView(words.tr("People"), self)
        self.list.acted.connect(self._act)
        self.list.menu_wanted.connect(self._open_menu)
        self.invite = Button(words.tr("Invite…"), parent=self, icon_name="invite")
        self.invite.clicked.connect(self.invite_wanted)
        self.bring = Button(words.tr("Bring everyone here"), parent=self, icon_name="gather")
        self.bring.clicked.connect(self.bring_wanted)
        first = QHBoxLayout()
        first.setContentsMargins(12, 2, 12, 6)
        first.addWidget(self.bring)
        first.addStretch(1)
        self.column.addLayout(first)
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 8)
        row.addWidget(self.invite)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self.list, 1)

    def show_board(self, board: Board | None) -> None:
        """Whose people to show; call again when they change."""
        self._board = board
        rows = people_rows(board, self._boards, self._folded)
        others = [one for one in board.participants if not one.me and not one.away] if board else []
        self.bring.setVisible(bool(others))
        self.invite.setVisible(all(row.kind is not RowKind.EMPTY for row in rows))
        self.list.show_rows(rows)

    def _open_menu(self, key: str, at: QPoint) -> None:
        kind, _, party = key.partition(":")
        people = () if self._board is None else self._board.participants
        person = next((one for one in people if one.id == party), None)
        if kind != "person" or person is None or self._board is None:
            return
        if isinstance(self._board.document, StrictDocument):
            return  # plain XEP-0284 cannot undo one person's work
        menu = self.menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        undo = menu.addAction(words.undo_work_of("" if person.me else person.name))
        undo.triggered.connect(lambda: self.undo_wanted.emit(party))
        menu.popup(at)

    def _act(self, action: str, key: str) -> None:
        _, _, what = key.partition(":")
        if action == "fold":
            self._folded ^= {what}
            self.show_board(self._board)
        elif action == "invite":
            self.invite_wanted.emit()
        elif action == "follow":
            self.follow_wanted.emit(what)
        elif action == "take-back":
            self._boards.take_back(what)
        elif action == "ask-again":
            address = next((one.address for one in self._boards.invitations if one.id == what), "")
            self._boards.dismiss(what)
            self.ask_again.emit(address)
