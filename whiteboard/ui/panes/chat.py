"""The Chat pane: the conversation of the group chat or contact that the board in front is with."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from whiteboard.im.chat import MAX_TEXT, ChatMessage, Conversation, Delivery
from whiteboard.ui import words
from whiteboard.ui.panes.chat_lines import chat_lines
from whiteboard.ui.panes.chat_view import ChatView
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import Button, ElidedLabel, IconButton, IconLabel, Kind, Label

_MOST_LINES = 5
"""Lines that the field grows to."""
_PAUSE_MS = 5000
"""After so long without a letter I do not write any more (XEP-0085)."""


class ChatField(QPlainTextEdit):
    """Where one writes: Enter sends, Shift+Enter is a new line.

    Signals:
        sent: Enter was pressed.
        left: Esc was pressed with nothing to take back.
        last_wanted: Up was pressed in the empty field.
    """

    sent = Signal()
    left = Signal()
    last_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(words.tr("Message"))
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self._is_composing = False
        self.textChanged.connect(self._fit)
        theme().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is written, up to some lines."""
        line = QFontMetrics(self.font()).lineSpacing()
        lines = max(1, round(self.document().size().height()))
        self.setFixedHeight(min(lines, _MOST_LINES) * line + 18)
        is_full = lines > _MOST_LINES
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_full else policy.ScrollBarAlwaysOff
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._is_composing = False
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), Qt.KeyboardModifier.ShiftModifier
        is_enter = key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_enter and not event.modifiers() & shift and not self._is_composing:
            self.sent.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Up and not self.toPlainText():
            self.last_wanted.emit()
        else:
            super().keyPressEvent(event)


class ChatPane(Pane):
    """Shows one conversation.

    Signals:
        said: what is to be said.
        corrected: (key, text) of a message of mine, said anew.
        again_wanted: a message that was not sent is to be tried again (its key).
        writing: I begin (True) or stop to write.
        left: the board is to have the focus.
        invite_wanted: the link of the empty pane was used.
        board_link_wanted: an xmpp: address in a message was chosen.
    """

    said = Signal(str)
    corrected = Signal(str, str)
    again_wanted = Signal(str)
    writing = Signal(bool)
    left = Signal()
    invite_wanted = Signal()
    board_link_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(words.tr("Chat"), parent, trailing=True, cross=True, id="chat")
        self._conversation: Conversation | None = None
        self._correcting = ""
        self._drafts: dict[str, str] = {}
        self._is_filling = False
        self.menu: QMenu | None = None
        self.place = ElidedLabel("", self, px=12, tone="text2")
        self.list = ChatView(self)
        self.empty = self._make_empty()
        self.writers = ElidedLabel("", self, px=12, tone="text2")
        self.field = ChatField(self)
        self.send = IconButton("send", words.tr("Send"), self, key="Enter")
        self.correction = self._make_correction()
        self._build()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.writing.emit(False))
        self._connect()

    # --- building -------------------------------------------------------------------------

    def _make_empty(self) -> QWidget:
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(6)
        column.addWidget(IconLabel("chat", "text2", 24, holder))
        self.empty_title = Label("", holder, weight=600, wrap=True)
        self.empty_text = Label("", holder, px=12, tone="text2", wrap=True)
        self.empty_invite = Button(words.tr("Invite…"), Kind.QUIET, holder, compact=True)
        self.empty_invite.clicked.connect(self.invite_wanted)
        column.addWidget(self.empty_title)
        column.addWidget(self.empty_text)
        column.addWidget(self.empty_invite, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return holder

    def _make_correction(self) -> QWidget:
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(16, 4, 8, 0)
        row.addWidget(Label(words.tr("Correct your message"), holder, px=12, weight=600), 1)
        stop = IconButton("close", words.tr("Stop correcting"), holder, side=28, icon_size=16)
        stop.clicked.connect(self.stop_correcting)
        row.addWidget(stop)
        holder.hide()
        return holder

    def _build(self) -> None:
        for label in (self.place, self.writers):
            label.setContentsMargins(16, 0, 16, 0)
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 8, 10)
        row.setSpacing(4)
        row.addWidget(self.field, 1)
        row.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        self.column.addWidget(self.place)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.empty, 1)
        self.column.addWidget(self.writers)
        self.column.addWidget(self.correction)
        self.column.addLayout(row)
        self.field.setFrameShape(QFrame.Shape.StyledPanel)

    def _connect(self) -> None:
        self.field.sent.connect(self._send)
        self.field.left.connect(self._escape)
        self.field.last_wanted.connect(self._correct_last)
        self.field.textChanged.connect(self._typed)
        self.send.clicked.connect(self._send)
        self.list.link_wanted.connect(self._offer_link)
        self.list.menu_wanted.connect(self._open_menu)
        self.list.again_wanted.connect(self.again_wanted)

    # --- what is shown --------------------------------------------------------------------

    @property
    def conversation(self) -> Conversation | None:
        """What is shown now."""
        return self._conversation

    def show_conversation(
        self, conversation: Conversation | None, place: str, hint: str, why_not: str = ""
    ) -> None:
        """Show a conversation, or that there is none.

        Args:
            conversation: None while the board is shared with nobody.
            place: whose it is, in words.
            hint: what stands in the empty field.
            why_not: a sentence why nothing can be said there now; '' if it can.
        """
        before = self._conversation
        if conversation is not before:
            self._change_to(conversation)
        self.place.set_whole(place)
        self.place.setVisible(bool(place))
        can_write = conversation is not None and not why_not
        self.field.setEnabled(can_write)
        for widget in (self.field, self.send):
            widget.setVisible(conversation is not None)
        self.field.setPlaceholderText(hint if can_write else why_not)
        self.refresh(to_end=conversation is not before)

    def _change_to(self, conversation: Conversation | None) -> None:
        """What was not sent yet stays with its conversation."""
        self.stop_correcting()
        if self._conversation is not None:
            self._drafts[self._conversation.address] = self.field.toPlainText()
            self._conversation.forget_mark()
            self._stop_writing()
        self._conversation = conversation
        draft = self._drafts.pop(conversation.address, "") if conversation is not None else ""
        self._fill(draft)

    def _fill(self, text: str) -> None:
        """Put a text into the field that nobody typed: nobody is told that I write."""
        self._is_filling = True
        self.field.setPlainText(text)
        self._is_filling = False

    def refresh(self, *, to_end: bool = False) -> None:
        """Show what the conversation says now."""
        talk = self._conversation
        messages = talk.messages if talk is not None else ()
        self.list.setVisible(bool(messages))
        self.empty.setVisible(not messages)
        self.empty_invite.setVisible(talk is None)
        title, text = words.chat_empty(is_shared=talk is not None)
        self.empty_title.setText(title)
        self.empty_text.setText(text)
        lines = chat_lines(messages, talk.first_unread if talk is not None else "")
        self.list.show_lines(lines, to_end=to_end)
        self.writers.set_whole(words.writing(talk.writing if talk is not None else ()))
        self._show_send()

    def _show_send(self) -> None:
        self.send.setEnabled(self.field.isEnabled() and bool(self.field.toPlainText().strip()))

    # --- writing --------------------------------------------------------------------------

    def _typed(self) -> None:
        self._show_send()
        if self._is_filling:
            return
        text = self.field.toPlainText()
        if len(text) > MAX_TEXT:
            self.field.setPlainText(text[:MAX_TEXT])
        if text.strip():
            self.writing.emit(True)
            self._pause.start()
        else:
            self._stop_writing()

    def _stop_writing(self) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self.writing.emit(False)

    def _send(self) -> None:
        text = self.field.toPlainText().strip()
        if not text or not self.field.isEnabled():
            return
        self._pause.stop()
        correcting, self._correcting = self._correcting, ""
        self.correction.hide()
        self._fill("")
        if correcting:
            self.corrected.emit(correcting, text)
        else:
            self.said.emit(text)
        self.list.scrollToBottom()
        self._show_send()

    def _correct_last(self) -> None:
        talk = self._conversation
        mine = [one for one in (talk.messages if talk is not None else ()) if one.me]
        if mine:
            self.correct(mine[-1])

    def correct(self, message: ChatMessage) -> None:
        """Put a message of mine into the field, to be said anew."""
        self._correcting = message.key
        self.field.setPlainText(f"/me {message.text}" if message.is_action else message.text)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.correction.show()
        self.field.setFocus()

    def stop_correcting(self) -> None:
        """Leave the message as it is."""
        if self._correcting:
            self._correcting = ""
            self.field.setPlainText("")
        self.correction.hide()

    def _escape(self) -> None:
        if self._correcting:
            self.stop_correcting()
        else:
            self.left.emit()

    # --- menus ----------------------------------------------------------------------------

    def _open_menu(self, key: str, at: QPoint) -> None:
        message = self._conversation.get(key) if self._conversation is not None else None
        if message is None:
            return
        menu = self._new_menu()
        menu.addAction(words.tr("Copy")).triggered.connect(lambda: _copy(message.text))
        if message.delivery is Delivery.FAILED:
            again = menu.addAction(words.tr("Send again"))
            again.triggered.connect(lambda: self.again_wanted.emit(key))
        elif message.me:
            menu.addAction(words.tr("Correct…")).triggered.connect(lambda: self.correct(message))
        menu.popup(at)

    def _offer_link(self, link: str, at: QPoint) -> None:
        """Say where an address leads before anything is opened."""
        menu = self._new_menu()
        if link.lower().startswith("xmpp:"):
            there = menu.addAction(words.tr("Open here"))
            there.triggered.connect(lambda: self.board_link_wanted.emit(link))
        else:
            url = QUrl(link)
            host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
            opened = menu.addAction(words.open_in_browser(host))
            opened.setEnabled(url.isValid() and bool(host))
            opened.triggered.connect(lambda: QDesktopServices.openUrl(url))
        menu.addAction(words.tr("Copy the address")).triggered.connect(lambda: _copy(link))
        menu.popup(at)

    def _new_menu(self) -> QMenu:
        menu = self.menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.destroyed.connect(self._menu_gone)
        return menu

    def _menu_gone(self) -> None:
        self.menu = None


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
