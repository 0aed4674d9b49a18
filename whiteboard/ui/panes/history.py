"""The History pane: who did what, newest first; and the story of what is selected."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from whiteboard.model.ids import Party, Rid
from whiteboard.model.rebase import Piece
from whiteboard.past.entries import Entry
from whiteboard.session.boards import Earlier
from whiteboard.ui import words
from whiteboard.ui.looking_back import LookingBack
from whiteboard.ui.panes.left_over import KEEP_MINE, KEEP_THEIRS, left_over_rows
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.panes.row_view import RowView
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import Button, Kind, Label, Rule

MOST = 400
"""Entries listed at once; older ones on demand."""


def history_rows(
    history: LookingBack, *, by_person: bool, folded: Collection[str] = (), most: int = MOST
) -> list[Row]:
    """The entries under heads: of days, or of people."""
    entries = history.listed()
    shown, left = entries[:most], len(entries) - most
    rows: list[Row] = []
    if by_person:
        for who in history.everybody:
            group = [entry for entry in shown if entry.party == who.party]
            name = _name(history, who.party)
            rows += _section(f"person:{who.party}", name, group, history, folded)
    else:
        days: dict[str, list[Entry]] = {}
        for entry in shown:
            days.setdefault(words.day_of(entry.time), []).append(entry)
        for day, group in days.items():
            rows += _section(f"day:{day}", day, group, history, folded)
    if left > 0:
        more = RowButton("older", words.tr("Show older"))
        text = words.plural(left, "%n older entry", "%n older entries")
        rows.append(Row(RowKind.EMPTY, "older", text, "", icon="history", buttons=(more,)))
    if not rows:
        rows = _nothing(history)
    if not history.is_whole:
        gap = words.tr("Some of the history of this board could not be read.")
        rows.insert(0, Row(RowKind.BANNER, "gap", gap, icon="warning", tone="warn"))
    earlier = history.board.earlier
    if earlier is not None:
        rows.append(_earlier(earlier))
    return rows


def _earlier(earlier: Earlier) -> Row:
    """What was before one came is with the others."""
    if not earlier.is_coming:
        fetch = RowButton("fetch", words.tr("Fetch it"))
        text = words.tr("What was drawn before you came is with the others.")
        return Row(RowKind.EMPTY, "earlier", text, "", icon="history", buttons=(fetch,))
    cancel = RowButton("stop-fetching", words.tr("Cancel"))
    text = words.fetching_history(earlier.progress)
    return Row(RowKind.EMPTY, "earlier", text, "", icon="history", buttons=(cancel,))


def _section(
    key: str, title: str, group: Sequence[Entry], history: LookingBack, folded: Collection[str]
) -> list[Row]:
    if not group:
        return []
    is_shut = key in folded
    by_person = key.startswith("person:")
    count = words.number(len(group)) if is_shut or by_person else ""
    head = Row(RowKind.SECTION, f"section:{key}", title, count=count, folded=is_shut)
    return [head] if is_shut else [head, *(_row(one, history, day=by_person) for one in group)]


def _name(history: LookingBack, party: Party) -> str:
    who = history.who(party)
    return words.you() if who.me else who.name


def _row(entry: Entry, history: LookingBack, *, day: bool) -> Row:
    who = history.who(entry.party)
    return Row(
        RowKind.PERSON,
        f"entry:{entry.first}",
        words.deed(entry, history.short_name(entry.party)),
        "" if entry.time is None else words.clock(entry.time, day=day),
        address=who.address,
        name=who.name,
        badge=words.number(entry.count) if entry.count > 1 else "",
    )


def _nothing(history: LookingBack) -> list[Row]:
    if history.is_reading:
        return [Row(RowKind.SKELETON, f"skeleton:{n}", "") for n in range(3)]
    title = words.tr("Nothing has happened yet")
    text = words.tr("What people do on this board is listed here.")
    return [Row(RowKind.EMPTY, "none", title, text, icon="history")]


class HistoryPane(Pane):
    """Lists the history of the board in front.

    Signals:
        chosen: An entry (its first number) is to be looked at.
        pointed: An entry (its first number) is under the pointer; 0 = none.
        undo_wanted: A person's work (the party) is to be undone.
        decided: Something left over (a `Piece`) is kept (True) or given up.
    """

    chosen = Signal(int)
    pointed = Signal(int)
    undo_wanted = Signal(str)
    decided = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            words.tr("History"),
            parent,
            trailing=True,
            cross=True,
            id="history",
            is_remembered=False,
        )
        self._history: LookingBack | None = None
        self._folded: set[str] = set()
        self._most = MOST
        self._is_quiet = False
        self._left_over: tuple[Piece, ...] = ()
        self.all = Button(words.tr("All"), parent=self, compact=True)
        self.by_person = Button(words.tr("By person"), Kind.QUIET, self, compact=True)
        for button in (self.all, self.by_person):
            button.setCheckable(True)
        self.list = RowView(words.tr("History"), self)
        self.story = Label("", self, px=12, tone="text2", wrap=True)
        self._story_head = Label("", self, weight=600, wrap=True)
        self._build()
        self.all.setChecked(True)
        self.all.clicked.connect(lambda: self._group(by_person=False))
        self.by_person.clicked.connect(lambda: self._group(by_person=True))
        self.list.acted.connect(self._act)
        self.list.menu_wanted.connect(self._open_menu)
        self.list.entered.connect(self._point)
        self.list.left.connect(lambda: self.pointed.emit(0))
        model = self.list.selectionModel()
        model.currentChanged.connect(self._choose)
        self.list.clicked.connect(self._choose)

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 8)
        row.setSpacing(8)
        row.addWidget(self.all)
        row.addWidget(self.by_person)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self.list, 1)
        self._card = QWidget(self)
        card = QVBoxLayout(self._card)
        card.setContentsMargins(16, 0, 16, 14)
        card.setSpacing(4)
        card.addWidget(Rule(self._card))
        card.addSpacing(8)
        card.addWidget(self._story_head)
        card.addWidget(self.story)
        self.column.addWidget(self._card)
        self._card.hide()

    # --- what is shown

    def show_history(self, history: LookingBack | None) -> None:
        """List this one; call again when it changed."""
        if history is not self._history:
            self._history, self._most = history, MOST
            self._folded.clear()
        if history is None:
            self.list.show_rows([])
            return
        by_person = self.by_person.isChecked()
        self._is_quiet = True
        self._left_over = tuple(history.board.left_over)
        me = history.board.document.party
        rows = left_over_rows(
            self._left_over,
            history.describe,
            history.value_now,
            lambda piece: history.who(piece.by or me),
        )
        rows += history_rows(history, by_person=by_person, folded=self._folded, most=self._most)
        self.list.show_rows(rows)
        self._is_quiet = False
        self.show_position()

    def show_position(self) -> None:
        """Select the entry of the moment that is looked at."""
        history = self._history
        entry = history.entry if history is not None and history.position is not None else None
        place = self.list.rows.place(f"entry:{entry.first}") if entry is not None else None
        self._is_quiet = True
        if place is None:
            self.list.clearSelection()
        else:
            index = self.list.rows.index(place, 0)
            if self.list.currentIndex() != index or not self.list.selectionModel().isSelected(
                index
            ):
                self.list.setCurrentIndex(index)
                self.list.scrollTo(index)
        self._is_quiet = False

    def show_story(self, what: str, rids: Sequence[Rid]) -> None:
        """Say who made and who changed what is selected; nothing hides it.

        Args:
            what: The thing in words.
            rids: What is selected; only a single thing has a story.
        """
        history = self._history
        origin = (
            history.timeline.origin(rids[0]) if history is not None and len(rids) == 1 else None
        )
        self._card.setVisible(origin is not None)
        if history is None or origin is None:
            return
        moments = history.timeline.moments

        def when(seq: int) -> str:
            time = moments[seq - 1].time if seq else None
            return "" if time is None else words.clock(time)

        made, changed = origin.made, origin.changed
        is_same = made.ts == changed.ts or 0 != made.seq == changed.seq
        self._story_head.setText(what)
        self.story.setText(
            words.made_and_changed(
                words.name(_name(history, made.party)),
                when(made.seq),
                "" if is_same else words.name(_name(history, changed.party)),
                when(changed.seq),
            )
        )

    # --- what is asked

    def _group(self, *, by_person: bool) -> None:
        for button, chosen in ((self.all, not by_person), (self.by_person, by_person)):
            button.setChecked(chosen)
            button.kind = Kind.SECONDARY if chosen else Kind.QUIET
            button.updateGeometry()
            button.update()
        self.show_history(self._history)

    def _act(self, action: str, key: str) -> None:
        if action == "fold":
            self._folded ^= {key.removeprefix("section:")}
            self.show_history(self._history)
        elif action == "older":
            self._most *= 4
            self.show_history(self._history)
        elif action == "fetch" and self._history is not None:
            self._history.board.fetch_earlier()
        elif action == "stop-fetching" and self._history is not None:
            self._history.board.stop_fetching()
        elif action in {KEEP_MINE, KEEP_THEIRS} and self._history is not None:
            piece = self._left_over[int(key.partition(":")[2])]
            self.decided.emit(piece, action == KEEP_MINE)

    def _entry(self, key: str) -> Entry | None:
        kind, _, first = key.partition(":")
        if self._history is None or kind != "entry":
            return None
        return self._history.entries.at(int(first))

    def _key(self, index: QModelIndex) -> str:
        return self.list.rows.rows[index.row()].key if index.isValid() else ""

    def _choose(self, index: QModelIndex) -> None:
        entry = self._entry(self._key(index))
        if entry is not None and not self._is_quiet:
            self.chosen.emit(entry.last)

    def _point(self, index: QModelIndex) -> None:
        entry = self._entry(self._key(index))
        self.pointed.emit(0 if entry is None else entry.first)

    def _open_menu(self, key: str, at: QPoint) -> None:
        history = self._history
        entry = self._entry(key)
        party = key.partition("person:")[2] or (entry.party if entry is not None else "")
        if history is None or not party:
            return
        if entry is None and not history.may_undo_work:
            return
        who = history.who(Party(party))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if entry is not None:
            seq = entry.last
            show = menu.addAction(words.tr("Show the board then"))
            show.triggered.connect(lambda: self.chosen.emit(seq))
        if history.may_undo_work:
            undo = menu.addAction(words.undo_work_of("" if who.me else who.name))
            undo.setEnabled(not history.is_reading)
            undo.triggered.connect(lambda: self.undo_wanted.emit(party))
        self.menu = menu
        menu.popup(at)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.list.setMinimumHeight(theme().em(96))
