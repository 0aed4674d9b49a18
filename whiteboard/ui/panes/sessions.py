"""The Sessions pane: own identity, search, invitations, contacts, group chats, boards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from whiteboard.im.account import AccountState, ConnectionState
from whiteboard.im.people import RoomState
from whiteboard.session.boards import Board, InvitationState
from whiteboard.ui import words
from whiteboard.ui.avatars import Avatar, Status
from whiteboard.ui.icons import icon
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.panes.row_view import RowView
from whiteboard.ui.panes.rows import session_rows
from whiteboard.ui.ports import Services
from whiteboard.ui.widgets import ElidedLabel, IconButton, SearchField

REFRESH_MS = 60

_STATUS = {
    ConnectionState.ONLINE: (Status.ONLINE, "Online", "text2"),
    ConnectionState.CONNECTING: (Status.OFFLINE, "Connecting…", "text2"),
    ConnectionState.WAITING: (Status.OFFLINE, "Offline", "warn"),
    ConnectionState.OFFLINE: (Status.OFFLINE, "Offline", "warn"),
    ConnectionState.FAILED: (Status.OFFLINE, "Not connected", "danger"),
}


class SessionsPane(Pane):
    """Lists sessions and says what the person wants with them.

    Signals:
        asked: (action, key) for what needs the window: 'draw' 'open-shared' 'open-board'
            'new-board' 'join' 'open-room' 'add-account' 'edit-account' 'certificate' 'add-contact'
            'join-room' 'create-room' 'rename-contact' 'close-board' 'rename-board' 'delete-board'
            'open-saved' 'delete-saved' 'let-in' 'stay' 'open-alternative' 'decline-strangers'
            'ask-to-join' 'look-at-boards'; the key is what is meant (an address, an invitation id,
            a board's place, a saved board's key).
    """

    asked = Signal(str, str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(words.tr("Sessions"), parent)
        self._services = services
        self._current: Callable[[], Board | None] = lambda: None
        self._folded = set(filter(None, services.preferences.get("folded").split(",")))
        self.add_contact = IconButton(
            "invite", words.tr("Add a contact"), self, side=32, icon_size=18
        )
        self.add = IconButton(
            "plus", words.tr("New board or group chat"), self, side=32, icon_size=18
        )
        self.add_contact.clicked.connect(lambda: self.asked.emit("add-contact", ""))
        self.add.clicked.connect(self._open_add)
        self.head.addWidget(self.add_contact)
        self.head.addWidget(self.add)
        self.column.addWidget(self._identity())
        self.search = SearchField(words.tr("Search people, chats, boards"), self)
        self.search.textChanged.connect(self.refresh)
        holder = QHBoxLayout()
        holder.setContentsMargins(8, 2, 8, 6)
        holder.addWidget(self.search)
        self.column.addLayout(holder)
        self.list = RowView(words.tr("Sessions"), self)
        self.list.acted.connect(self._act)
        self.list.menu_wanted.connect(self._open_menu)
        self.column.addWidget(self.list, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        self._unsubscribe = [
            services.people.changed.subscribe(lambda _none: self.refresh()),
            services.boards.changed.subscribe(lambda _none: self.refresh()),
        ]
        self.refresh()

    def set_current(self, current: Callable[[], Board | None]) -> None:
        """Who knows the board in front."""
        self._current = current
        self.refresh()

    def let_go(self) -> None:
        """Listen no longer (the window closes)."""
        self._soon.stop()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()

    def _identity(self) -> QWidget:
        holder = QWidget(self)
        holder.setFixedHeight(56)
        row = QHBoxLayout(holder)
        row.setContentsMargins(14, 0, 8, 0)
        row.setSpacing(10)
        self._avatar = Avatar("", "", 32, holder, status=Status.OFFLINE)
        self._name = ElidedLabel("", holder, weight=600)
        self._state = ElidedLabel("", holder, px=12, tone="text2")
        self.account_menu = IconButton(
            "settings", words.tr("Account and settings"), holder, side=32, icon_size=18
        )
        self.account_menu.clicked.connect(self._open_account)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addStretch(1)
        column.addWidget(self._name)
        column.addWidget(self._state)
        column.addStretch(1)
        row.addWidget(self._avatar)
        row.addLayout(column, 1)
        row.addWidget(self.account_menu)
        return holder

    # --- showing --------------------------------------------------------------------------

    def refresh_soon(self) -> None:
        """Show it with what else changes meanwhile: boards change with every stroke."""
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Show what is so now."""
        people = self._services.people
        self._show_identity(people.account)
        self.add_contact.setVisible(people.account is not None)
        rows = session_rows(
            people,
            self._services.boards,
            folded=self._folded,
            query=self.search.text(),
            current=self._current(),
        )
        self.list.show_rows(rows)

    def _show_identity(self, account: AccountState | None) -> None:
        if account is None:
            name = self._services.preferences.get("name") or words.tr("You")
            self._avatar.show_person("", name, Status.NONE)
            self._name.set_whole(name)
            self._set_state(words.tr("No account yet"), "text2")
            return
        status, text, tone = _STATUS[account.connection]
        name = account.name or account.address
        self._avatar.show_person(account.address, name, status)
        self._name.set_whole(name)
        self._set_state(f"{words.tr(text)} · {words.name(account.address)}", tone)

    def _set_state(self, text: str, tone: str) -> None:
        if self._state.property("tone") != tone:
            self._state.setProperty("tone", tone)
            self._state.style().unpolish(self._state)
            self._state.style().polish(self._state)
        self._state.set_whole(text)

    # --- doing ----------------------------------------------------------------------------

    def _act(self, action: str, key: str) -> None:
        kind, _, what = key.partition(":")
        people, boards = self._services.people, self._services.boards
        if action == "fold":
            self._folded ^= {what}
            self._services.preferences.put("folded", ",".join(sorted(self._folded)))
            self.refresh()
        elif action == "plus":
            self._plus(what)
        elif action in {"allow", "deny"}:
            people.answer_request(what, allow=action == "allow")
        elif action == "decline":
            boards.decline(what)
        elif action == "dismiss":
            boards.dismiss(what)
        elif action in {"take-back", "ask-again"}:
            self._about_sent(action, kind, what)
        elif action == "enter-room":
            room = next((one for one in people.rooms if one.address == what), None)
            people.join_room(what, room.nick if room is not None else "")
        elif action == "retry":
            people.retry_now()
        elif action == "remove" and kind == "contact":
            self.asked.emit("remove-contact", what)
        elif action != "remove":
            self.asked.emit(action, what)

    def _about_sent(self, action: str, kind: str, what: str) -> None:
        """Take back or repeat what was sent; the key names a contact or the invitation itself."""
        for invitation in self._services.boards.invitations:
            if invitation.incoming:
                continue
            if (kind == "contact" and invitation.address == what) or invitation.id == what:
                if action == "take-back":
                    self._services.boards.take_back(invitation.id)
                else:
                    self._services.boards.dismiss(invitation.id)
                    again = "look-at-boards" if invitation.is_request else "draw"
                    self.asked.emit(again, invitation.address)
                return

    def _plus(self, section: str) -> None:
        if section == "rooms":
            self._open_rooms()
        else:
            self.asked.emit({"contacts": "add-contact"}.get(section, "new-board"), "")

    def _menu(self, *entries: tuple[str, str, str, str] | None) -> QMenu:
        """A menu of (icon, text, action, key); None = a line between."""
        menu = QMenu(self)
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            picture, text, action, key = entry
            item = menu.addAction(text)
            if picture:
                item.setIcon(icon(picture))
            item.triggered.connect(self._actor(action, key))
        return menu

    def _actor(self, action: str, key: str) -> Callable[[], None]:
        return lambda: self._act(action, key)

    def _open_add(self) -> None:
        entries: list[tuple[str, str, str, str] | None] = [
            ("board", words.tr("New board"), "new-board", "")
        ]
        if self._services.people.account is not None:
            entries += [
                None,
                ("group-chat", words.tr("Join a group chat…"), "join-room", ""),
                ("plus", words.tr("Create a group chat…"), "create-room", ""),
                ("invite", words.tr("Add a contact…"), "add-contact", ""),
            ]
        self._below(self._menu(*entries), self.add)

    def _open_rooms(self) -> None:
        menu = self._menu(
            ("group-chat", words.tr("Join a group chat…"), "join-room", ""),
            ("plus", words.tr("Create a group chat…"), "create-room", ""),
        )
        place = self.list.button_rect("section:rooms", "plus")
        menu.popup(self.list.viewport().mapToGlobal(place.bottomLeft()))

    def _open_account(self) -> None:
        if self._services.people.account is None:
            menu = self._menu(("person", words.tr("Add an account…"), "add-account", ""))
        else:
            menu = self._menu(
                ("person", words.tr("Account…"), "edit-account", ""),
                ("connected", words.tr("Connect now"), "retry", ""),
                None,
                ("close", words.tr("Sign out"), "sign-out", ""),
            )
        self._below(menu, self.account_menu)

    def _open_menu(self, key: str, at: QPoint) -> None:
        kind, _, what = key.partition(":")
        row = self.list.row_at(key)
        if row is None:
            return
        entries: list[tuple[str, str, str, str] | None] = [
            ("", button.label, button.action, key) for button in row.buttons
        ]
        if kind == "contact":
            entries += [
                None,
                ("", words.tr("Their boards…"), "look-at-boards", key),
                ("", words.tr("Rename…"), "rename-contact", key),
                ("", words.tr("Remove from contacts…"), "remove", key),
            ]
        elif kind == "room":
            room = next((one for one in self._services.people.rooms if one.address == what), None)
            entries.append(None)
            if room is not None and room.state is RoomState.IN:
                entries.append(("", words.tr("People and boards…"), "room-details", key))
            entries.append(("", words.tr("Leave the group chat"), "leave-room", key))
        elif kind == "board":
            entries += [
                None,
                ("", words.tr("Rename…"), "rename-board", key),
                ("", words.tr("Close"), "close-board", key),
                ("", words.tr("Delete…"), "delete-board", key),
            ]
        elif kind == "invitation":
            for one in self._services.boards.invitations:
                if one.id == what and one.running:
                    entries.append(("", words.go_on_with(one.running), "stay", key))
        elif kind == "saved":
            entries += [None, ("", words.tr("Delete…"), "delete-saved", key)]
        if entries and entries != [None]:
            self._menu(*entries).popup(at)

    @staticmethod
    def _below(menu: QMenu, at: QWidget) -> None:
        menu.popup(at.mapToGlobal(QPoint(0, at.height() + 4)))

    def badge(self) -> int:
        """How many things wait for an answer of mine."""
        open_ones = [
            one
            for one in self._services.boards.invitations
            if one.incoming and one.state is InvitationState.OPEN
        ]
        return len(open_ones) + len(self._services.people.requests)
