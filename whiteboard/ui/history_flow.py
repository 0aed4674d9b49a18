"""What happens while History is open: pane, time line, banner and canvas tell the same moment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from whiteboard.canvas.past import PastView
from whiteboard.canvas.touched import Touched
from whiteboard.model.ids import Party, Rid
from whiteboard.model.rebase import Piece
from whiteboard.past.entries import Entry
from whiteboard.session.boards import Board, BoardService, Earlier
from whiteboard.session.permissions import WHOLE
from whiteboard.ui import words
from whiteboard.ui.avatars import colour_of
from whiteboard.ui.dialogs.contact import Confirm
from whiteboard.ui.frame import BoardFrame
from whiteboard.ui.looking_back import LookingBack
from whiteboard.ui.panes.history import HistoryPane
from whiteboard.ui.people_flow import PeopleFlow
from whiteboard.ui.slices import BusyNotice
from whiteboard.ui.surface import Surface


class HistoryFlow(QObject):
    """Connects the history of the board in front with what shows it.

    Attributes:
        history: Of the board in front; None while the pane is closed.
    """

    def __init__(
        self,
        boards: BoardService,
        frame: BoardFrame,
        pane: HistoryPane,
        people: PeopleFlow,
        window: QWidget,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self.history: LookingBack | None = None
        self._boards = boards
        self._frame = frame
        self._pane = pane
        self._people = people
        self._window = window
        self._say = say
        self._busy = BusyNotice(frame.toast)
        self._surface: Surface | None = None
        self._past: PastView | None = None
        self._pointed = 0
        self._earlier: Earlier | None = None
        self._asked = ""
        """Whose work is to be undone, while it is still being read what that is."""
        self._stop: list[Callable[[], None]] = []
        pane.chosen.connect(lambda seq: self._with(lambda history: history.seek(seq)))
        pane.pointed.connect(self._point)
        pane.undo_wanted.connect(self.ask_undo_work)
        pane.decided.connect(self._decide)
        timeline = frame.timeline
        timeline.restore_wanted.connect(self._restore)
        timeline.cancelled.connect(pane.closed)
        frame.past_notice.back_wanted.connect(self.back_to_now)

    def look_at(self, surface: Surface | None) -> None:
        """Show the history of this board from now on; None = of none."""
        if surface is self._surface:
            return
        self._let_go()
        self._surface = surface
        self._frame.set_history_open(surface is not None)
        if surface is None:
            self._pane.show_history(None)
            return
        history = LookingBack(surface.board, self._boards, self)
        self.history = history
        self._stop = [
            history.changed.subscribe(lambda _none: self._changed()),
            history.moved.subscribe(lambda _none: self._moved()),
            history.busy.subscribe(self._busy.show),
            surface.changed.subscribe(lambda _none: self._show_story()),
            surface.board.changed.subscribe(lambda _none: self._follow_earlier()),
        ]
        self._earlier = surface.board.earlier
        self._changed()

    def _follow_earlier(self) -> None:
        """What was before one came is on its way, or here: then all is read again."""
        surface, before = self._surface, self._earlier
        if surface is None or surface.board.earlier == before:
            return
        self._earlier = surface.board.earlier
        if self._earlier is None and before is not None and before.is_coming:
            self.look_at(None)
            self.look_at(surface)
        else:
            self._pane.show_history(self.history)

    def _let_go(self) -> None:
        if self.history is not None:
            self.history.stop()
        for stop in self._stop:
            stop()
        self._stop = []
        self._pointed = 0
        self._asked = ""
        if self._surface is not None:
            self._surface.show_touched(None)
        self._look_now()
        self._frame.say_past("")
        if self.history is not None:
            self.history.close()
            self.history.deleteLater()
            self.history = None

    def _with(self, act: Callable[[LookingBack], object]) -> None:
        if self.history is not None:
            act(self.history)

    def back_to_now(self) -> None:
        """Show the live board again."""
        self._with(lambda history: history.back_to_now())

    # --- what is shown

    def _changed(self) -> None:
        """More is known, or the board went on."""
        self._pane.show_history(self.history)
        self._moved()
        if self._asked:
            self.ask_undo_work(self._asked)

    def _moved(self) -> None:
        """Another moment is looked at, or the picture has come there."""
        history = self.history
        if history is None or self._surface is None:
            return
        if history.position is None:
            self._look_now()
            self._frame.say_past("")
        else:
            self._look_back(history, self._surface)
            when = "" if history.time is None else words.clock(history.time)
            self._frame.say_past(words.board_then(when, history.newer))
        picked = len(self._past.picked) if self._past is not None else 0
        self._frame.timeline.show_history(history, picked)
        self._pane.show_position()
        self._show_touched()
        self._show_story()

    def _look_back(self, history: LookingBack, surface: Surface) -> None:
        if self._past is not None:
            self._past.show_picks()
            return
        had_focus = surface.widget.hasFocus()
        past = self._past = surface.look_back(history.timeline.picture)
        past.pick(tuple(surface.chosen))
        past.stepped.connect(history.step)
        past.sought_end.connect(lambda end: history.back_to_now() if end else history.seek(0))
        past.play_wanted.connect(history.play)
        past.left.connect(self.back_to_now)
        past.picks_changed.connect(self._moved)
        self._frame.show_past(past)
        self._frame.arrange()
        if had_focus:
            past.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_now(self) -> None:
        past, self._past = self._past, None
        if past is None or self._surface is None:
            return
        had_focus = past.hasFocus()
        self._frame.show_past(None)
        self._surface.look_now()
        if had_focus:
            self._surface.widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def _point(self, first: int) -> None:
        self._pointed = first
        self._show_touched()

    def _show_touched(self) -> None:
        """Outline what the entry under the pointer touched, else what the one looked at did."""
        history, surface = self.history, self._surface
        if history is None or surface is None:
            return
        entry: Entry | None = None
        if self._pointed:
            entry = history.entries.at(self._pointed)
        elif history.position is not None:
            entry = history.entry
        if entry is None or not history.is_there:
            surface.show_touched(None)
            return
        who = history.who(entry.party)
        name = history.short_name(entry.party) or words.you()
        label = name if entry.time is None else f"{name} · {words.clock(entry.time)}"
        surface.show_touched(Touched(tuple(entry.things), colour_of(who.address).name(), label))

    def _show_story(self) -> None:
        surface = self._surface
        if surface is None or self.history is None:
            return
        rids = tuple(surface.chosen) if self._past is None else self._past.picked
        what = (
            surface.describe(rids[0]) if len(rids) == 1 and self._is_seen(surface, rids[0]) else ""
        )
        self._pane.show_story(what, rids if what else ())

    def _is_seen(self, surface: Surface, rid: Rid) -> bool:
        if self._past is None or self.history is None:
            return surface.board.document.is_visible(rid)
        return self.history.timeline.picture.is_visible(rid)

    # --- what is asked

    def _restore(self, only_picked: bool) -> None:
        history, past = self.history, self._past
        if history is None or past is None or self._is_hindered(history.board):
            return
        when = "" if history.time is None else words.clock(history.time)
        picked = past.picked if only_picked else None

        def done(changed: bool) -> None:
            if not changed:
                self._say(words.tr("The board looks so already."))
            elif picked is None:
                self._say(words.restored(when))
            else:
                self._say(words.restored_some(len(picked)))

        history.restore(picked, done)

    def _decide(self, piece: Piece, is_kept: bool) -> None:
        if self.history is None:
            return
        board = self.history.board
        if not is_kept:
            board.keep_theirs(piece)
        elif self._is_hindered(board, piece.rid):
            return
        elif not board.keep_mine(piece):
            self._say(words.tr("What you changed there is not on the board any more."))

    def _is_hindered(self, board: Board, rid: Rid = WHOLE) -> bool:
        """Whether nothing may be changed there; said then."""
        hindrance = board.permissions.hindrance(rid)
        if hindrance is not None:
            self._say(words.why_not(hindrance))
        return hindrance is not None

    def ask_undo_work(self, party: str) -> None:
        """Ask whether to undo all that a person did on the board in front, once that is known."""
        history = self.history
        if history is None or history.is_reading:
            self._asked = party
            return
        self._asked = ""
        if self._is_hindered(history.board):
            return
        who = history.who(Party(party))
        name = words.you() if who.me else who.name

        def undo() -> None:
            if self.history is not history:
                return  # another board came to the front meanwhile
            history.undo_work(who.party, lambda left: self._say(words.work_undone(name, left)))

        self._people.open(
            Confirm(
                words.undo_work_question(name),
                words.undo_work_text(name),
                words.tr("Undo their work"),
                undo,
                self._window,
            )
        )
