"""The chat of the board in front: which conversation it is, what is unread, what is said."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from whiteboard.im.chat import Conversation
from whiteboard.session.boards import Board, BoardState
from whiteboard.ui import words
from whiteboard.ui.body import Body
from whiteboard.ui.pages import Page, Pages
from whiteboard.ui.panes.chat import ChatPane
from whiteboard.ui.ports import Services
from whiteboard.util.event import Event

_SOON_MS = 30
"""Messages that come together are shown together."""


class ChatFlow(QObject):
    """Connects the Chat pane with the chat service.

    Attributes:
        unread_changed: emits when what `unread` says may differ.
    """

    def __init__(
        self, services: Services, pages: Pages, body: Body, pane: ChatPane, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._pages = pages
        self._body = body
        self._pane = pane
        self._window = window
        self._alerted: dict[str, str] = {}
        self.unread_changed: Event[None] = Event()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.follow)
        self._unsubscribe = services.chats.changed.subscribe(self._said_somewhere)
        pane.said.connect(lambda text: services.chats.send(self._place, text))
        pane.corrected.connect(lambda key, text: services.chats.correct(self._place, key, text))
        pane.again_wanted.connect(lambda key: services.chats.send_again(self._place, key))
        pane.board_link_wanted.connect(services.open_link)
        pane.writing.connect(lambda on: self._write(on=on))
        window.installEventFilter(self)

    @property
    def _place(self) -> str:
        talk = self._pane.conversation
        return talk.address if talk is not None else ""

    def _conversation(self, board: Board | None) -> Conversation | None:
        if board is None or not board.place or board.state is BoardState.ALONE:
            return None
        return self._services.chats.conversation(board.place)

    def unread(self, page: Page) -> int:
        """Messages beside this board that the person has not seen."""
        talk = self._conversation(page.board)
        return talk.unread if talk is not None else 0

    @property
    def is_seen(self) -> bool:
        """Whether the person looks at the chat now."""
        return self._pane.isVisible() and self._window.isActiveWindow()

    def follow(self) -> None:
        """Show the chat of the board in front as it is now."""
        front = self._pages.front
        board = front.board if front is not None else None
        talk = self._conversation(board)
        if not self._body.is_open(self._pane):
            if talk is not self._pane.conversation:
                self._pane.show_conversation(None, "", "")
        else:
            place, who = self._named(talk)
            why_not = ""
            if talk is not None and not self._services.chats.can_write(talk.address):
                why_not = words.chat_needs_account()
            self._pane.show_conversation(talk, place, words.write_to(who), why_not)
        if self.is_seen and talk is not None:
            talk.mark_read()
        self.unread_changed.emit(None)

    def _named(self, talk: Conversation | None) -> tuple[str, str]:
        """Whose conversation it is, in words, and who reads it."""
        if talk is None:
            return "", ""
        people = self._services.people
        for room in people.rooms:
            if room.address == talk.address:
                name = room.name or room.address
                return words.in_room(name), name
        names = [one.name for one in people.contacts if one.address == talk.address]
        who = names[0] if names else talk.address
        return words.with_person(who), who

    def _said_somewhere(self, address: str) -> None:
        self._soon.start()
        talk = self._services.chats.conversation(address)
        if self.is_seen and talk is self._pane.conversation:
            talk.mark_read()
            talk.forget_mark()  # it was seen coming
        elif talk.unread and not self._window.isActiveWindow():
            self._alert(talk)

    def _alert(self, talk: Conversation) -> None:
        """The window asks for attention once when somebody calls me by name."""
        newest = next((one for one in reversed(talk.messages) if not one.me), None)
        if newest is None or self._alerted.get(talk.address) == newest.key:
            return
        rooms = {room.address: room.nick for room in self._services.people.rooms}
        nick = rooms.get(talk.address, "")
        if nick and re.search(rf"(?<!\w){re.escape(nick)}(?!\w)", newest.text, re.IGNORECASE):
            self._alerted[talk.address] = newest.key
            QApplication.alert(self._window)

    def _write(self, *, on: bool) -> None:
        if self._place:
            self._services.chats.write(self._place, writes=on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self._soon.start()
        return super().eventFilter(watched, event)

    def let_go(self) -> None:
        """Listen no longer."""
        self._soon.stop()
        self._unsubscribe()
        self._window.removeEventFilter(self)
        self._pane.show_conversation(None, "", "")
