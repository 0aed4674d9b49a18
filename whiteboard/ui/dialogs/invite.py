"""The popover under Invite: search over contacts and group chats, one line each."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from whiteboard.im.account import ConnectionState
from whiteboard.im.links import BoardLink
from whiteboard.im.people import RoomState
from whiteboard.im.service import PeopleService
from whiteboard.session.boards import BoardService
from whiteboard.ui import words
from whiteboard.ui.board_link import LinkFoot
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.panes.rows import contact_row, hours_and_minutes
from whiteboard.ui.picker import Picker
from whiteboard.ui.widgets import Label, WordButton


class InvitePopover(Picker):
    """Who to draw with.

    Signals:
        picked: (action, address): 'contact' (to draw), 'watcher' or 'room', or 'account' for
            adding one.
    """

    picked = Signal(str, str)

    def __init__(
        self,
        people: PeopleService,
        boards: BoardService,
        parent: QWidget | None = None,
        link: BoardLink | None = None,
        why_no_link: str = "",
    ) -> None:
        search, rows = words.tr("Search people and group chats"), words.tr("People and group chats")
        super().__init__(parent, words.tr("Invite"), search, rows)
        self._people = people
        self._boards = boards
        self.resize(340, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 14, 1, 10)
        column.setSpacing(8)
        head = Label(words.tr("Invite to this board"), self, px=15, weight=600)
        head.setContentsMargins(16, 0, 16, 0)
        column.addWidget(head)
        self.search.textChanged.connect(self.refresh)
        holder = QVBoxLayout()
        holder.setContentsMargins(12, 0, 12, 0)
        holder.addWidget(self.search)
        column.addLayout(holder)
        self.may = _MayChoice(self)
        column.addWidget(self.may)
        self.list.acted.connect(self._act)
        column.addWidget(self.list, 1)
        self.link = LinkFoot(link, why_no_link, self)
        self.link.setVisible(people.account is not None)
        self.link.qr.toggled.connect(self._fit)
        column.addWidget(self.link)
        self._unsubscribe = people.changed.subscribe(lambda _none: self.refresh())
        self.destroyed.connect(self._unsubscribe)
        self.refresh()

    def _fit(self, shown: bool) -> None:
        """The code needs room that the list should not lose."""
        side = self.link.code.height() + 8
        self.resize(self.width(), self.height() + (side if shown else -side))

    def open_under(self, at: QWidget) -> None:
        """Show below a control, inside the screen, the search focused."""
        corner = at.mapToGlobal(QPoint(at.width() - self.width(), at.height() + 6))
        if at.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            corner = at.mapToGlobal(QPoint(0, at.height() + 6))
        area = at.screen().availableGeometry()
        x = max(area.left() + 8, min(corner.x(), area.right() - self.width() - 8))
        self.move(x, corner.y())
        self.show()
        self.search.setFocus()

    def refresh(self) -> None:
        """Show who can be invited now."""
        self.list.show_rows(self._rows())
        if self.list.rows.rows and not self.list.currentIndex().isValid():
            rows = self.list.rows.rows
            useful = next((at for at, row in enumerate(rows) if row.buttons), 0)
            self.list.setCurrentIndex(self.list.rows.index(useful, 0))

    def _rows(self) -> list[Row]:
        account = self._people.account
        if account is None:
            return [
                Row(
                    RowKind.EMPTY,
                    "empty:account",
                    words.tr("Use your XMPP address"),
                    words.tr("Draw with the people you already know, on any server."),
                    icon="person",
                    buttons=(RowButton("account", words.tr("Add an account…")),),
                )
            ]
        needle = self.search.text().strip().casefold()
        connected = account.connection is ConnectionState.ONLINE
        sent = {one.address: one for one in self._boards.invitations if not one.incoming}
        rows = []
        for contact in self._people.contacts:
            if needle in contact.name.casefold() or needle in contact.address.casefold():
                row = contact_row(
                    contact, sent.get(contact.address), connected=connected, clock=hours_and_minutes
                )
                can = row.buttons and row.buttons[0].action == "draw"
                buttons = (RowButton("contact", words.tr("Invite")),) if can else ()
                if not can or row.mark != "waiting":
                    row = replace(row, buttons=buttons)
                rows.append(row)
        rows += [
            Row(
                RowKind.TILE,
                f"room:{room.address}",
                room.name or room.address,
                words.people_count(len(room.occupants)),
                icon="group-chat",
                buttons=(RowButton("room", words.tr("Share here")),),
            )
            for room in self._people.rooms
            if room.state is RoomState.IN and needle in (room.name + room.address).casefold()
        ]
        if not rows:
            title = words.tr("Nothing found") if needle else words.tr("No contacts yet")
            rows.append(
                Row(
                    RowKind.EMPTY,
                    "empty:none",
                    title,
                    words.tr("Contacts and group chats are added in Sessions."),
                    icon="people",
                )
            )
        return rows

    def _act(self, action: str, key: str) -> None:
        if action == "contact" and self.may.is_only_watch:
            action = "watcher"
        self.picked.emit(action, key.partition(":")[2])
        self.close()


class _MayChoice(QWidget):
    """What whoever is invited one-to-one may do; drawing, unless something else is chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(Label(words.tr("They may"), self, px=12, tone="text2"))
        self.draw = WordButton(words.tr("draw"), words.tr("They may draw"), self)
        self.watch = WordButton(words.tr("only watch"), words.tr("They may only watch"), self)
        group = QButtonGroup(self)
        for button in (self.draw, self.watch):
            group.addButton(button)
            row.addWidget(button)
        self.draw.setChecked(True)
        row.addStretch(1)

    @property
    def is_only_watch(self) -> bool:
        """Whether they are to watch."""
        return self.isVisible() and self.watch.isChecked()
