"""Cards at the top trailing corner: an invitation, and the progress of a board that opens."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from whiteboard.session.boards import Board, BoardState, Invitation
from whiteboard.ui import words
from whiteboard.ui.avatars import Avatar, Status
from whiteboard.ui.shade import Depth, Floating
from whiteboard.ui.widgets import Button, ElidedLabel, IconButton, IconLabel, Kind, Label

CARD_WIDTH = 420


class InvitationCard(Floating):
    """One invitation, without taking the focus; further ones are a count (flow D).

    Signals:
        joined, declined, postponed, stayed (on the board that both share): with the
            invitation's id.
    """

    joined = Signal(str)
    declined = Signal(str)
    postponed = Signal(str)
    stayed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, depth=Depth.CARD)
        self._id = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 14, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(12)
        self._avatar = Avatar("", "", 44, self, ground="raised")
        names = QVBoxLayout()
        names.setSpacing(2)
        self._title = Label("", self, px=14, weight=600, wrap=True)
        self._who = ElidedLabel("", self, px=12, tone="text2", middle=True)
        names.addStretch(1)
        names.addWidget(self._title)
        names.addWidget(self._who)
        names.addStretch(1)
        later = IconButton("close", words.tr("Later"), self, side=32, icon_size=18)
        later.clicked.connect(lambda: self.postponed.emit(self._id))
        head.addWidget(self._avatar)
        head.addLayout(names, 1)
        head.addWidget(later, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self._board = Label("", self, weight=600, wrap=True)
        column.addWidget(self._board)
        self._facts = QWidget(self)
        facts = QVBoxLayout(self._facts)
        facts.setContentsMargins(0, 0, 0, 0)
        facts.setSpacing(4)
        self._people = self._fact(facts, "people")
        self._right = self._fact(facts, "pen")
        column.addWidget(self._facts)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.join = Button(words.tr("Join"), Kind.PRIMARY, self)
        self.decline = Button(words.tr("Decline"), parent=self)
        self.stay = Button("", Kind.QUIET, self)
        self._more = Label("", self, px=12, tone="text2")
        self.join.clicked.connect(lambda: self.joined.emit(self._id))
        self.decline.clicked.connect(lambda: self.declined.emit(self._id))
        row.addWidget(self.join)
        self.stay.clicked.connect(lambda: self.stayed.emit(self._id))
        row.addWidget(self.decline)
        row.addWidget(self.stay)
        row.addStretch(1)
        row.addWidget(self._more)
        column.addLayout(row)
        self.hide()

    def _fact(self, column: QVBoxLayout, name: str) -> Label:
        row = QHBoxLayout()
        row.setSpacing(8)
        label = Label("", self, px=12, tone="text2")
        row.addWidget(IconLabel(name, "text2", 16, self))
        row.addWidget(label, 1)
        column.addLayout(row)
        return label

    @property
    def invitation(self) -> str:
        """Id of the one shown, '' if none."""
        return self._id

    def show_invitation(self, invitation: Invitation | None, others: int = 0) -> None:
        """Show this one and how many more there are; None hides the card."""
        if invitation is None:
            self._id = ""
            self.hide()
            return
        self._id = invitation.id
        self._avatar.show_person(invitation.address, invitation.name, Status.NONE)
        is_request = invitation.is_request
        says = words.asks_to_join if is_request else words.invites_to_draw
        self._title.setText(says(invitation.name))
        self.join.setText(words.tr("Let in") if is_request else words.tr("Join"))
        self.stay.setText(words.go_on_with(invitation.running))
        self.stay.setVisible(bool(invitation.running))
        standing = (
            words.tr("in your contact list") if invitation.known else words.tr("not a contact")
        )
        self._who.set_whole(f"{words.name(invitation.address)} · {standing}")
        self._board.setText(invitation.board)
        room, people = invitation.room_name or invitation.room, invitation.people
        self._people.setText(words.in_room(room) if room else words.people_count(people))
        self._right.setText(words.what_one_may(draw=invitation.may_draw))
        self._facts.setVisible(not is_request)
        self._more.setText(words.more_invitations(others) if others else "")
        self.setAccessibleName(words.plain(self._title.text()))
        self.place()
        self.show()
        self.raise_()

    def place(self, top: int = 16) -> None:
        """At the top trailing corner of the frame."""
        parent = self.parentWidget()
        assert parent is not None
        layout = self.layout()
        assert layout is not None
        height = layout.heightForWidth(_width_in(parent))
        _place(self, max(height, self.minimumSizeHint().height()), top)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.postponed.emit(self._id)
        else:
            super().keyPressEvent(event)


class ProgressCard(Floating):
    """A board is on its way: its name, how far, Cancel (flow C).

    Signals:
        cancelled: leave the board.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, depth=Depth.CARD)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(10)
        self._title = ElidedLabel("", self, weight=600)
        self._percent = Label("", self, px=12, tone="text2")
        cancel = Button(words.tr("Cancel"), Kind.QUIET, self, compact=True)
        cancel.clicked.connect(self.cancelled)
        row.addWidget(IconLabel("board", "text2", 20, self))
        row.addWidget(self._title, 1)
        row.addWidget(self._percent)
        row.addWidget(cancel)
        column.addLayout(row)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(words.tr("Progress"))
        column.addWidget(self._bar)
        self.hide()

    def show_board(self, board: Board | None) -> None:
        """Show how far a JOINING board is; hidden otherwise."""
        if board is None or board.state is not BoardState.JOINING:
            self.hide()
            return
        sought = board.is_sought
        self._title.set_whole(words.looking_in_archive() if sought else words.opening(board.name))
        progress, left = board.progress, board.seconds_left
        self._bar.setRange(0, 0 if progress is None else 1000)
        if progress is not None:
            self._bar.setValue(round(progress * 1000))
            percent = f"{words.number(round(progress * 100))} %"
            self._percent.setText(percent if left is None else words.time_left(left))
            self._bar.setToolTip(percent)
        else:
            self._percent.setText("")
        self.place()
        self.show()
        self.raise_()

    def place(self, top: int = 16) -> None:
        """At the top trailing corner, or below the invitation."""
        _place(self, self.sizeHint().height(), top)


def _width_in(parent: QWidget) -> int:
    return min(CARD_WIDTH, parent.width() - 24)


def _place(card: QWidget, height: int, top: int) -> None:
    parent = card.parentWidget()
    assert parent is not None
    width = _width_in(parent)
    card.resize(width, height)
    rtl = card.layoutDirection() == Qt.LayoutDirection.RightToLeft
    card.move(12 if rtl else parent.width() - width - 12, top)
