"""Late joining: ask, take the first offer, gather the state, go on with another giver if one dies.

What one giver sent is kept: the next one is told what is already here. The state is complete when
everything up to the vector that the giver named is here, in any order; what was lost on the way is
asked for again. Live edits wait meanwhile. The messages themselves go into a document that nobody
sees yet, page by page, so that its making takes no time at the end.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable

from whiteboard.model.history import weight_in_memory
from whiteboard.model.ids import Replica, SessionId
from whiteboard.session.ports import CancelTimer, Effect, Send, StartTimer, ToPeer
from whiteboard.wire.messages import (
    AcceptState,
    Connect,
    EditMessage,
    Get,
    Peer,
    RefuseState,
    StateBegin,
    Vector,
)

ASK_TIMER = "join-ask"
STALL_TIMER = "join-stall"
ASK_SECONDS = 5.0
ASK_ROUNDS = 6
"""So often without any answer: half a minute."""
ASK_AT_ONCE = 3
STALL_SECONDS = 10.0
STALL_TRIES = 2
"""So often the same giver is asked for what is missing."""
MOST_IN_VAIN = 6
"""Givers, or the same one again, that brought nothing new or nothing readable."""
PACE_TIMER = "join-pace"
PACE_SECONDS = 30.0
PACE_MESSAGES = 50
"""In so many seconds; who is slower gives way to another, what is here stays."""
PACE_BYTES = 32 * 1024
"""Likewise: messages may be large, and the giver's server slow."""
MAX_STATE = 1_000_000
MAX_STATE_BYTES = 1 << 30
MAX_LIVE = 10_000
MAX_LIVE_BYTES = 64 * 1024 * 1024
MAX_CANDIDATES = 1000


class Step(enum.Enum):
    """What a call of `Joining` led to, apart from effects."""

    GOING_ON = "going on"
    COMPLETE = "complete"
    LOST_GIVER = "lost giver"
    NOBODY = "nobody answers"


class Joining:
    """One attempt to get the state; ends with COMPLETE or NOBODY.

    Attributes:
        giver: address of the member whose offer was taken.
        live: edits that came meanwhile, not yet judged.
        holds: whether a message is here already, set when the first offer is taken.
        held: the vector of what is here, likewise.
        asked_all: everybody was asked at once, so anybody's offer is an answer.
    """

    def __init__(self, session: SessionId, candidates: Iterable[Peer]) -> None:
        self.giver: str | None = None
        self.can_fetch = False
        """Whether a large state may come as a file."""
        self.asked_all = False
        self.holds: Callable[[Replica, int], bool] = lambda _r, _n: False
        self.held: Callable[[], Vector] = dict
        self.live: list[EditMessage] = []
        self._session = session
        self._candidates = [peer.address for peer in candidates]
        self._asked: set[str] = set()
        self._rounds = 0
        self._stalls = 0
        self._in_vain = 0
        self.was_unreadable = False
        """What a giver sent could not be read."""
        self._count = 0
        self._taken = 0
        self._taken_bytes = 0
        self._live_bytes = 0
        self._at_last_look = 0
        self._bytes_at_last_look = 0
        self._target: Vector | None = None
        self._has_ended = False

    @property
    def first(self) -> str:
        """Who is asked before all others."""
        return self._candidates[0]

    # ------------------------------------------------------------------------------- asking

    def ask(self) -> list[Effect]:
        """Ask the next few that were not asked yet; all again once all were."""
        waiting = [a for a in self._candidates if a not in self._asked]
        if not waiting:
            self._asked.clear()
            waiting = list(self._candidates)
        effects: list[Effect] = []
        for address in waiting[:ASK_AT_ONCE]:
            self._asked.add(address)
            effects.append(Send(ToPeer(address), Connect(self._session)))
        return [*effects, StartTimer(ASK_TIMER, ASK_SECONDS)]

    def nobody_offered(self) -> tuple[Step, list[Effect]]:
        """The ask timer ran out."""
        self._rounds += 1
        if self._rounds >= ASK_ROUNDS:
            return Step.NOBODY, []
        return Step.GOING_ON, self.ask()

    def appeared(self, peer: Peer) -> list[Effect]:
        """Another member is known: ask it at once if few are asked."""
        if peer.address in self._candidates or len(self._candidates) >= MAX_CANDIDATES:
            return []
        self._candidates.append(peer.address)
        if self.giver is not None or len(self._asked) >= ASK_AT_ONCE:
            return []
        self._asked.add(peer.address)
        return [Send(ToPeer(peer.address), Connect(self._session))]

    def gone(self, address: str) -> tuple[Step, list[Effect]]:
        """A candidate, perhaps the giver, cannot be reached."""
        if address in self._candidates:
            self._candidates.remove(address)
        if address != self.giver:
            return Step.GOING_ON, []
        return Step.LOST_GIVER, self._next_giver()

    def was_asked(self, address: str) -> bool:
        """Whether an offer from there is an answer."""
        return self.asked_all or address in self._asked

    # ------------------------------------------------------------------------------- offers

    def take_offer(self, address: str) -> list[Effect]:
        """Accept this offer."""
        self.giver = address
        self._target = None
        self._has_ended = False
        self._stalls = 0
        self._rounds = 0
        accept = AcceptState(self._session, dict(self.held()), fetches=self.can_fetch)
        return [
            CancelTimer(ASK_TIMER),
            Send(ToPeer(address), accept),
            StartTimer(STALL_TIMER, STALL_SECONDS),
            StartTimer(PACE_TIMER, PACE_SECONDS),
        ]

    def take_within_stream(self) -> list[Effect]:
        """The file cannot be had: the giver is to send it as messages."""
        if self.giver is None:
            return []
        return [
            Send(ToPeer(self.giver), AcceptState(self._session, dict(self.held()))),
            StartTimer(STALL_TIMER, STALL_SECONDS),
            StartTimer(PACE_TIMER, PACE_SECONDS),
        ]

    def begin_file(self, vv: Vector, size: int, seconds: float) -> list[Effect]:
        """The state comes as a file of so many bytes, in so many seconds at most."""
        self._target, self._count, self._taken = vv, size, 0
        return [CancelTimer(PACE_TIMER), StartTimer(STALL_TIMER, seconds)]

    def file_came(self, size: int) -> None:
        """So many bytes of it are here."""
        self._taken = size

    def refuse_offer(self, address: str) -> list[Effect]:
        """Another one was taken."""
        return [Send(ToPeer(address), RefuseState(self._session))]

    # ------------------------------------------------------------------------------ receiving

    def begin(self, message: StateBegin) -> tuple[Step, list[Effect]]:
        """How much comes."""
        self._count = min(message.count + message.parts, MAX_STATE) + self._taken
        self._target = message.vv
        return Step.GOING_ON, [StartTimer(STALL_TIMER, STALL_SECONDS)]

    def took(self, count: int, size: int) -> tuple[Step, list[Effect]]:
        """So many new messages of the state came; none does not count as a sign of life."""
        self._taken += count
        self._taken_bytes += size
        if not count:
            return Step.GOING_ON, []
        self._stalls = 0
        if not self.was_unreadable:
            self._in_vain = 0
        if self._has_ended:
            step, effects = self.check()
            if step is Step.COMPLETE:
                return step, effects
        return Step.GOING_ON, [StartTimer(STALL_TIMER, STALL_SECONDS)]

    def has_room(self) -> bool:
        """Whether the giver may send more: a state without end is none."""
        return self._taken < MAX_STATE and self._taken_bytes < MAX_STATE_BYTES

    def end(self, vv: Vector) -> tuple[Step, list[Effect]]:
        """The giver has sent all; ask for what was lost on the way."""
        self._target = vv
        self._has_ended = True
        return self.check(ask=True)

    def check(self, *, ask: bool = False) -> tuple[Step, list[Effect]]:
        """Whether everything is here; else, with `ask`, ask the giver for the rest."""
        if self._target is None or self.giver is None:
            return Step.GOING_ON, []
        if all(self.holds(r, n) for r, n in self._target.items()):
            return Step.COMPLETE, [
                CancelTimer(name) for name in (STALL_TIMER, ASK_TIMER, PACE_TIMER)
            ]
        if not ask:
            return Step.GOING_ON, []
        rest = Get(self._session, since=dict(self.held()), upto=self._target)
        return Step.GOING_ON, [
            Send(ToPeer(self.giver), rest),
            StartTimer(STALL_TIMER, STALL_SECONDS),
        ]

    def stalled(self) -> tuple[Step, list[Effect]]:
        """Nothing came for a while: ask once more, then another giver."""
        self._stalls += 1
        if self._stalls <= STALL_TRIES and self._target is not None:
            return self.check(ask=True)
        return self._give_up_giver()

    def looked_at_pace(self) -> tuple[Step, list[Effect]]:
        """So much time has passed: whether the giver sends so little that it keeps us waiting."""
        came = self._taken - self._at_last_look
        size = self._taken_bytes - self._bytes_at_last_look
        self._at_last_look, self._bytes_at_last_look = self._taken, self._taken_bytes
        if came >= PACE_MESSAGES or size >= PACE_BYTES or self.giver is None:
            return Step.GOING_ON, [StartTimer(PACE_TIMER, PACE_SECONDS)]
        return self._give_up_giver()

    def _give_up_giver(self) -> tuple[Step, list[Effect]]:
        if self.giver in self._candidates:
            # Last in line, not struck off: it may be slow, and the only one.
            self._candidates.remove(self.giver)
            self._candidates.append(self.giver)
        return self._try_another()

    def failed(self) -> tuple[Step, list[Effect]]:
        """What the giver sent cannot be read: another one."""
        self.was_unreadable = True
        if self.giver in self._candidates and len(self._candidates) > 1:
            self._candidates.remove(self.giver)
        return self._try_another()

    def _try_another(self) -> tuple[Step, list[Effect]]:
        """Those who offer and never send, or nothing that can be read, are not tried for ever."""
        self._in_vain += 1
        if self._in_vain < MOST_IN_VAIN:
            return Step.LOST_GIVER, self._next_giver()
        return Step.NOBODY, [CancelTimer(name) for name in (STALL_TIMER, ASK_TIMER, PACE_TIMER)]

    def keep_live(self, message: EditMessage) -> bool:
        """Keep a live edit; False if too many wait (it will be asked for again)."""
        size = weight_in_memory(message.batch)
        if len(self.live) >= MAX_LIVE or self._live_bytes + size > MAX_LIVE_BYTES:
            return False
        self._live_bytes += size
        self.live.append(message)
        return True

    def expects_from(self, address: str) -> bool:
        """Whether state messages from there are wanted."""
        return address == self.giver

    @property
    def progress(self) -> float | None:
        """0 to 1; None until the giver said how much comes."""
        if self._target is None:
            return None
        return min(1.0, self._taken / self._count) if self._count else 1.0

    def _next_giver(self) -> list[Effect]:
        self.giver = None
        self._target = None
        self._has_ended = False
        self._asked.clear()
        return [CancelTimer(STALL_TIMER), CancelTimer(PACE_TIMER), *self.ask()]
