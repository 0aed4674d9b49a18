"""Where one board's view looks for others' sake: brought to a place, or following somebody.

`Looking` belongs to one page. What it wants said emits as events; the window says it (`look_flow`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from whiteboard.canvas.flight import CHASE, FLIGHT
from whiteboard.model.ephemeral import Attention, Box, Follows, Viewport
from whiteboard.model.ids import Rid
from whiteboard.session.attention import INTERVAL, may_call
from whiteboard.session.boards import Board, BoardState, Ephemera, Participant
from whiteboard.ui.surface import Surface
from whiteboard.util.clock import Clock, MonotonicClock
from whiteboard.util.event import Event

AGAIN = 10.0
"""Seconds after which it is said again whom I follow: what is only shown may get lost."""
FORGOTTEN = 25.0
"""Seconds without that, after which somebody follows me no more."""
MARGIN = 40.0
"""Px around a place that one is brought to."""
MAX_FOLLOWERS = 200


@dataclass(frozen=True, slots=True)
class Brought:
    """Somebody called everybody to a place."""

    who: Participant
    moved: bool
    """The view went there; else the person does not want that, or is in the middle of something."""


class Looking(QObject):
    """The view of one board and those of others.

    Args:
        board: whose members they are.
        surface: its view.
        is_room: whether an address is that of a group chat.
        may_be_moved: what the person chose for all boards.
        is_calm: the person wants no motion (DESIGN section 7).
        clock: for tests.

    Attributes:
        changed: whom I follow, or who follows me, differs now.
        brought: somebody called.
        lost: whom I followed is not here any more.
        stays: on this board others do not move the view.
    """

    def __init__(
        self,
        board: Board,
        surface: Surface,
        is_room: Callable[[str], bool],
        may_be_moved: Callable[[], bool],
        is_calm: Callable[[], bool],
        clock: Clock | None = None,
    ) -> None:
        super().__init__()
        self.board = board
        self.stays = False
        self.leader: Participant | None = None
        self.changed: Event[None] = Event()
        self.brought: Event[Brought] = Event()
        self.lost: Event[Participant] = Event()
        self._surface = surface
        self._is_room = is_room
        self._may_be_moved = may_be_moved
        self._is_calm = is_calm
        self._clock = clock or MonotonicClock()
        self._led: Box | None = None
        self._back: Box | None = None
        self._there: Box | None = None
        self._called = -INTERVAL
        self._followers: dict[str, float] = {}
        self._again = QTimer(self)
        self._again.setInterval(round(AGAIN * 1000))
        self._again.timeout.connect(self.pass_time)
        self._unsubscribe = [
            board.ephemeral.subscribe(self._shown),
            board.changed.subscribe(lambda _none: self._board_changed()),
            surface.steered.subscribe(lambda _none: self._steered()),
            surface.looked.subscribe(lambda _none: self._tell_view()),
        ]

    def close(self) -> None:
        """Listen no longer."""
        self._again.stop()
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    # --- following ------------------------------------------------------------------------

    @property
    def followers(self) -> int:
        """How many follow me."""
        return len(self._followers)

    def follow(self, party: str) -> None:
        """Look where this participant looks, until `stop` or until the person moves the view."""
        leader = next((one for one in self.board.participants if one.id == party), None)
        if leader is None or leader.me or leader.away:
            return
        self.leader, self._led = leader, None
        self.board.tell(Follows(party))
        self._surface.set_frame(leader.address)
        self._again.start()
        self.changed.emit(None)

    def stop(self) -> None:
        """Look by myself."""
        if self.leader is None:
            return
        self.leader = self._led = None
        self.board.tell(Follows(""))
        self._surface.set_frame("")
        self._rest()
        self.changed.emit(None)

    def _rest(self) -> None:
        if self.leader is None and not self._followers:
            self._again.stop()

    def _steered(self) -> None:
        self.stop()

    def pass_time(self) -> None:
        """Say again whom I follow; forget who does not say so any more."""
        if self.leader is not None:
            self.board.tell(Follows(self.leader.id))
        now = self._clock.now()
        kept = {who: at for who, at in self._followers.items() if now - at < FORGOTTEN}
        if len(kept) != len(self._followers):
            self._followers = kept
            self.changed.emit(None)
        self._rest()

    def _board_changed(self) -> None:
        here = {one.id for one in self.board.participants if not one.away}
        gone = [who for who in self._followers if who not in here]
        for who in gone:
            del self._followers[who]
        leader = self.leader
        if leader is not None and (
            leader.id not in here or self.board.state is not BoardState.LIVE
        ):
            self.stop()
            self.lost.emit(leader)
        elif gone:
            self.changed.emit(None)

    # --- what others show -----------------------------------------------------------------

    def _shown(self, ephemera: Ephemera) -> None:
        who, what = ephemera.sender, ephemera.what
        if who.me:
            return
        if isinstance(what, Attention):
            self._bring(who, what)
        elif isinstance(what, Viewport):
            self._lead(who, what.box)
        elif isinstance(what, Follows):
            self._follower(who, what.party)

    def _follower(self, who: Participant, party: str) -> None:
        me = next((one.id for one in self.board.participants if one.me), None)
        before = set(self._followers)
        if party == me and (who.id in before or len(before) < MAX_FOLLOWERS):
            self._followers[who.id] = self._clock.now()
            if self.leader is not None and self.leader.id == who.id:
                self.stop()  # two who follow each other would both stand still: the later one does
            self._again.start()
            self._tell_view()
        else:
            self._followers.pop(who.id, None)
            self._rest()
        if before != set(self._followers):
            self.changed.emit(None)

    def _tell_view(self) -> None:
        if self._followers:
            self.board.tell(Viewport(self._led or self._surface.seen))

    def _lead(self, who: Participant, box: Box) -> None:
        if self.leader is None or who.id != self.leader.id or self._surface.is_busy:
            return
        self._led = box
        self._surface.look_at(box, 0.0 if self._is_calm() else CHASE)
        self._tell_view()

    # --- bringing -------------------------------------------------------------------------

    @property
    def may_call(self) -> bool:
        """Whether a call of mine is heeded: in a group chat that of hosts and moderators."""
        document = self.board.document
        return may_call(document, document.party, in_room=self._is_room(self.board.place))

    @property
    def can_call(self) -> bool:
        """Whether a call of mine would be heard now: others are here, and the last is over."""
        others = [one for one in self.board.participants if not one.me and not one.away]
        is_over = self._clock.now() - self._called >= INTERVAL
        is_live = self.board.state is BoardState.LIVE
        return bool(others) and is_live and is_over and self.may_call

    def call(self, rids: tuple[Rid, ...] = ()) -> bool:
        """Call everybody to what I see, or to elements; whether that went out."""
        if not self.can_call:
            return False
        self._called = self._clock.now()
        box = self._surface.box_of(rids) if rids else None
        self.board.tell(Attention(box or self._surface.seen, rids if box is not None else ()))
        return True

    def _bring(self, who: Participant, call: Attention) -> None:
        self._there = (self._surface.box_of(call.rids) if call.rids else None) or call.box
        moves = self._may_be_moved() and not self.stays and not self._surface.is_busy
        if moves:
            self.go_there()
        self.brought.emit(Brought(who, moves))

    def go_there(self) -> None:
        """Look at the place of the newest call."""
        if self._there is not None:
            self.stop()
            self._back = self._surface.seen
            self._fly(self._there, MARGIN)

    def go_back(self) -> None:
        """Look where I looked before that."""
        if self._back is not None:
            back, self._back = self._back, None
            self._fly(back, 0.0)

    def _fly(self, box: Box, margin: float) -> None:
        self._surface.look_at(box, 0.0 if self._is_calm() else FLIGHT, margin=margin)
