"""The People pane: who is on the board in front, and who is still expected."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from whiteboard.model.rights import Role
from whiteboard.session.boards import Board, BoardService, Participant
from whiteboard.session.permissions import PenRequest
from whiteboard.ui import words
from whiteboard.ui.avatars import Status
from whiteboard.ui.panes.invitation_rows import outgoing_row
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.panes.person_menu import has_menu, person_menu
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.panes.row_view import RowView
from whiteboard.ui.widgets import Button


def people_rows(
    board: Board | None, boards: BoardService, folded: Collection[str] = ()
) -> list[Row]:
    """Who asks for the pen; then drawing, watching, invited, not here, each under its head."""
    if board is None:
        return []
    rights = board.permissions
    here = [one for one in board.participants if not one.away]
    watching = [one for one in here if rights.role_of(one.id) is Role.VIEWER]
    drawing = [one for one in here if one not in watching]
    gone = [one for one in board.participants if one.away]
    outgoing = (
        outgoing_row(one)
        for one in boards.invitations
        if not one.incoming and one.board == board.name
    )
    invited = [row for row in outgoing if row is not None]
    rows = [_request(one) for one in rights.requests]
    for key, title, group in (
        ("drawing", words.tr("Drawing"), [_person(one, board) for one in drawing]),
        ("watching", words.tr("Watching"), [_person(one, board) for one in watching]),
        ("invited", words.tr("Invited"), invited),
        ("gone", words.tr("Not here"), [_person(one, board) for one in gone]),
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


_MARKS = {Role.HOST: "host", Role.MODERATOR: "", Role.EDITOR: "", Role.VIEWER: "eye"}


def _person(one: Participant, board: Board) -> Row:
    role = board.permissions.role_of(one.id)
    is_shared = len(board.participants) > 1
    state = words.role(role, me=one.me) if is_shared else words.tr("You")
    state = words.tr("Drawing with Psi") if one.uses_psi else state
    return Row(
        RowKind.PERSON,
        f"person:{one.id}",
        one.name,
        words.tr("Not here now") if one.away else state,
        address=one.address,
        status=Status.OFFLINE if one.away else Status.ONLINE,
        dim=one.away,
        mark=_MARKS[role] if is_shared else "",
        mark_tone="text2",
        mark_word=words.role(role) if one.away else "",
        buttons=_buttons(one, board),
        shows_all=True,
    )


def _buttons(one: Participant, board: Board) -> tuple[RowButton, ...]:
    can_follow = not (one.me or one.away or one.uses_psi)
    follow = (RowButton("follow", words.tr("Follow")),) if can_follow else ()
    return (*follow, RowButton("menu", "…")) if has_menu(board, one) else follow


def _request(one: PenRequest) -> Row:
    return Row(
        RowKind.CARD,
        f"request:{one.id}",
        words.asks_for_pen(one.name),
        words.asks_since(one.since),
        address=one.address,
        name=one.name,
        status=Status.ONLINE,
        buttons=(
            RowButton("give", words.tr("Give the pen"), primary=True),
            RowButton("not-now", words.tr("Not now")),
        ),
    )


class PeoplePane(Pane):
    """Shows the participants of one board.

    Signals:
        invite_wanted: the button or the empty list's link was used.
        undo_wanted: all that a person (the party) did is to be undone.
        deed_wanted: (Deed, party): to be done about a person; may have to be asked first.
        resign_wanted: the person gives up being host.
        anew_wanted: a board without a host is to go on as a new one.
        follow_wanted: the view is to go where this person (the party) looks.
        bring_wanted: everybody is to look here.
    """

    undo_wanted = Signal(str)
    deed_wanted = Signal(object, str)
    resign_wanted = Signal()
    anew_wanted = Signal()
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
        board = self._board
        people = () if board is None else board.participants
        person = next((one for one in people if one.id == party), None)
        if kind != "person" or person is None or board is None or not has_menu(board, person):
            return
        menu = self.menu = person_menu(
            board,
            person,
            self,
            deed=lambda deed: self.deed_wanted.emit(deed, party),
            resign=self.resign_wanted.emit,
            go_on_anew=self.anew_wanted.emit,
            undo=lambda: self.undo_wanted.emit(party),
            follow=lambda: self.follow_wanted.emit(party),
        )
        menu.popup(at)

    def _act(self, action: str, key: str) -> None:
        _, _, what = key.partition(":")
        if action == "fold":
            self._folded ^= {what}
            self.show_board(self._board)
        elif action == "invite":
            self.invite_wanted.emit()
        elif action == "menu":
            button = self.list.button_rect(key, "menu")
            self._open_menu(key, self.list.viewport().mapToGlobal(button.bottomLeft()))
        elif action in {"give", "not-now"} and self._board is not None:
            self._board.permissions.answer(what, give=action == "give")
        elif action == "follow":
            self.follow_wanted.emit(what)
        elif action == "take-back":
            self._boards.take_back(what)
        elif action == "ask-again":
            address = next((one.address for one in self._boards.invitations if one.id == what), "")
            self._boards.dismiss(what)
            self.ask_again.emit(address)
