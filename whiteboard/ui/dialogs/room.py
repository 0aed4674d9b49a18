"""Group chats: joining one, creating one, and choosing among the boards that run in it."""

from __future__ import annotations

import re
import unicodedata

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from whiteboard.im.account import Problem, ProblemKind
from whiteboard.im.people import Room, RoomState
from whiteboard.im.service import PeopleService
from whiteboard.ui import words
from whiteboard.ui.avatars import status_of
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.panes.row_view import RowView
from whiteboard.ui.widgets import Button, Kind


class JoinRoom(Sheet):
    """Asks for a group chat's address and my name there; stays until I am in."""

    def __init__(
        self, people: PeopleService, parent: QWidget | None = None, *, address: str = ""
    ) -> None:
        super().__init__(words.tr("Join a group chat"), parent)
        self._people = people
        self._entering = ""
        self._before: Room | None = None
        service = people.suggested_room_service()
        self.address = self.add_field(
            words.tr("Address"), hint=f"team@{service or 'rooms.example.org'}"
        )
        self.problem = self.add_problem()
        self.nick = self.add_field(words.tr("Your name there"))
        self.nick_problem = self.add_problem()
        self.password = self.add_field(words.tr("Password, if it has one"), secret=True)
        self.password_problem = self.add_problem()
        self.address.setText(address)
        self.nick.setText(_own_name(people))
        self.join = Button(words.tr("Join"), Kind.PRIMARY, self)
        self.join.clicked.connect(self._submit)
        self.add_buttons(self.join, self.cancel_button())
        unsubscribe = people.changed.subscribe(lambda _none: self._follow())
        self.finished.connect(lambda _result: unsubscribe())
        self.address.setFocus()

    def _submit(self) -> None:
        for problem in (self.problem, self.nick_problem, self.password_problem):
            problem.say("")
        address = self.address.text().strip().removeprefix("xmpp:").partition("?")[0]
        local, _, domain = address.partition("@")
        if local and not domain and self._people.suggested_room_service():
            address = f"{local}@{self._people.suggested_room_service()}"
        elif not local or not domain or " " in address:
            what = Problem(ProblemKind.BAD_ADDRESS, address or words.tr("This"))
            self.problem.say(words.problem(what), self.address)
            return
        self._entering = address
        self._before = self._room()
        self.join.setEnabled(False)
        self._people.join_room(address, self.nick.text().strip(), self.password.text())
        self._follow()

    def _room(self) -> Room | None:
        return next((one for one in self._people.rooms if one.address == self._entering), None)

    def _follow(self) -> None:
        room = self._room()
        if room is None or (room == self._before and room.state is RoomState.FAILED):
            return  # what an earlier try came to
        self._before = None
        if room.state is RoomState.IN:
            self._entering = ""
            self.accept()
        elif room.state is RoomState.FAILED and room.problem is not None:
            self._entering = ""
            self.join.setEnabled(True)
            self._show_problem(room.problem)

    def _show_problem(self, problem: Problem) -> None:
        sentence = words.problem(problem)
        if problem.kind is ProblemKind.PASSWORD_NEEDED:
            self.password_problem.say(sentence, self.password)
        elif problem.kind is ProblemKind.NICK_TAKEN:
            self.nick_problem.say(sentence, self.nick)
        else:
            self.problem.say(sentence, self.address)


def room_local_part(name: str) -> str:
    """A name as the first part of an address: letters, digits and hyphens."""
    flat = unicodedata.normalize("NFKC", name).strip().lower()
    return re.sub(r"[^\w.]+", "-", flat).strip("-.")[:64]


class CreateRoom(Sheet):
    """Makes a group chat that keeps its boards."""

    def __init__(self, people: PeopleService, parent: QWidget | None = None) -> None:
        super().__init__(words.tr("Create a group chat"), parent)
        self._people = people
        self._service = people.suggested_room_service()
        self.name = self.add_field(words.tr("Name"), hint=words.tr("River walk team"))
        self.address = self.add_field(words.tr("Address"))
        self.problem = self.add_problem()
        self.nick = self.add_field(words.tr("Your name there"))
        self.nick.setText(_own_name(people))
        self.members_only = self.add_check(words.tr("Only people I let in"))
        self.create_button = Button(words.tr("Create"), Kind.PRIMARY, self)
        self.create_button.clicked.connect(self._submit)
        self.name.textEdited.connect(self._suggest)
        self.add_buttons(self.create_button, self.cancel_button())
        self.name.setFocus()

    def _suggest(self, name: str) -> None:
        local = room_local_part(name)
        self.address.setText(f"{local}@{self._service}" if local and self._service else "")

    def _submit(self) -> None:
        address = self.address.text().strip()
        local, _, domain = address.partition("@")
        if not local or not domain or " " in address:
            what = Problem(ProblemKind.BAD_ADDRESS, address or words.tr("This"))
            self.problem.say(words.problem(what), self.address)
            return
        self._people.create_room(
            address,
            self.nick.text().strip(),
            self.name.text().strip(),
            members_only=self.members_only.isChecked(),
        )
        self.accept()


class RoomBoards(Sheet):
    """The boards that run in a group chat, and who is there.

    Signals:
        join_wanted: (room, session)
        start_wanted: (room) start a board here.
    """

    join_wanted = Signal(str, str)
    start_wanted = Signal(str)

    def __init__(self, room: Room, parent: QWidget | None = None) -> None:
        super().__init__(room.name or room.address, parent, width=400)
        self._room = room.address
        self.list = RowView(words.tr("Boards"), self)
        self.list.setFixedHeight(280)
        self.list.acted.connect(self._act)
        self.list.show_rows(self._rows(room))
        self.body.addWidget(self.list)
        self.start = Button(
            words.tr("Start a board here"), Kind.SECONDARY if room.boards else Kind.PRIMARY, self
        )
        self.start.clicked.connect(self._start)
        self.add_buttons(self.start, self.cancel_button(words.tr("Close")))

    @staticmethod
    def _rows(room: Room) -> list[Row]:
        title = words.boards_running(len(room.boards)) if room.boards else words.tr("No board")
        rows = [Row(RowKind.SECTION, "section:boards", title, foldable=False)]
        rows += [
            Row(
                RowKind.TILE,
                f"session:{board.session}",
                board.name,
                words.people_count(board.people),
                icon="board",
                buttons=(RowButton("join", words.tr("Join")),),
            )
            for board in room.boards
        ]
        people = words.tr("People")
        rows.append(
            Row(
                RowKind.SECTION,
                "section:people",
                people,
                count=words.number(len(room.occupants)),
                foldable=False,
            )
        )
        rows += [
            Row(
                RowKind.PERSON,
                f"occupant:{one.nick}",
                one.nick,
                words.tr("You") if one.me else (one.address or _ROLES.get(one.role, "")),
                address=one.address or one.nick,
                status=status_of(one.availability),
                mark="can-draw" if one.can_draw else "",
            )
            for one in room.occupants
        ]
        return rows

    def _act(self, action: str, key: str) -> None:
        if action == "join":
            self.join_wanted.emit(self._room, key.partition(":")[2])
            self.accept()

    def _start(self) -> None:
        self.start_wanted.emit(self._room)
        self.accept()


_ROLES = {"moderator": "Moderator", "participant": "Member", "visitor": "Visitor"}


def _own_name(people: PeopleService) -> str:
    account = people.account
    if account is None:
        return ""
    return account.name or account.address.partition("@")[0]
