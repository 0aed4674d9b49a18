"""The state of a strict session on its way: whom to ask, what came, what came meanwhile (SYNC 5.7).

From the accepted offer on everything that others send is kept. The state names the newest message
that is inside; what came after it goes on top. Joining and asking anew are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from whiteboard.model.ids import Party, SessionId
from whiteboard.model.strict.ops import StanzaId
from whiteboard.session.joining import ASK_TIMER, MAX_LIVE, Joining, Step
from whiteboard.session.ports import Effect, InRoom, Place
from whiteboard.wire.messages import Peer, StrictMessage

MAX_PARTS = 100_000


class Resync:
    """One attempt to get the state of a strict session.

    Attributes:
        joining: whom to ask.
        giver: whose state it is.
        parts: what came of it, in order.
        last: (sender, id) of the newest message that is inside.
        named: ids of messages that are inside, where the state names them all (`psi`).
    """

    def __init__(self, session: SessionId, ask: Iterable[Peer]) -> None:
        self.joining = Joining(session, ask)
        self.giver = ""
        self.parts: list[StrictMessage] = []
        self.last: tuple[str, str] | None = None
        self.named: frozenset[str] = frozenset()
        self._ids: set[str] = set()
        self._live: list[tuple[Peer, StrictMessage]] = []

    @classmethod
    def of(cls, joining: Joining) -> Resync:
        """For a joiner who has asked already, and now knows that the session is strict."""
        self = cls.__new__(cls)
        self.joining = joining
        self._begin_again()
        return self

    def _begin_again(self) -> None:
        self.giver = ""
        self.parts = []
        self.last = None
        self.named = frozenset()
        self._ids = set()
        self._live = []

    def take_offer(self, address: str) -> list[Effect]:
        """Accept this offer; what comes from now on is kept."""
        self._begin_again()
        self.giver = address
        return self.joining.take_offer(address)

    # ------------------------------------------------------------------------------ gathering

    def is_part(self, peer: Peer, message: StrictMessage, place: Place) -> bool:
        """Whether the message belongs to the state: privately from the giver, once it began."""
        if peer.address != self.giver or (isinstance(place, InRoom) and message.to_all):
            return False
        return bool(self.parts) or message.prolog is not None

    def take(self, message: StrictMessage) -> bool:
        """Add a part; whether the state is complete."""
        if message.prolog is not None and message.id not in self._ids:
            self.parts, self._ids = [], set()  # the giver begins again
        if message.id not in self._ids and len(self.parts) < MAX_PARTS:
            self._ids.add(message.id)
            self.parts.append(message)
        if message.last is None:
            return False
        self.last = message.last if any(message.last) else None
        self.named = message.inside
        return True

    def keep(self, peer: Peer, message: StrictMessage) -> bool:
        """Keep what others send meanwhile; False if it is too much."""
        if not self.giver:
            return True  # it will be inside: the state is taken later
        if len(self._live) >= MAX_LIVE:
            return False
        self._live.append((peer, message))
        return True

    def _cut(self) -> int:
        for i in range(len(self._live) - 1, -1, -1):
            peer, message = self._live[i]
            if self.last in {(peer.address, message.id), (peer.occupant_id, message.id)}:
                return i + 1
        return 0

    def after(self) -> list[tuple[Peer, StrictMessage]]:
        """What came after the newest message that is inside."""
        return self._live[self._cut() :]

    def inside(self, sender: Callable[[Peer, StrictMessage], Party]) -> Iterator[StanzaId]:
        """What came and is in the state already."""
        for peer, message in self._live[: self._cut()]:
            yield (sender(peer, message), message.id)

    # --------------------------------------------------------------------------- going wrong

    def ran_out(self, name: str) -> tuple[bool, list[Effect]]:
        """A timer of `joining` ran out; whether it goes on."""
        if name == ASK_TIMER:
            step, effects = self.joining.nobody_offered()
        else:
            step, effects = self.joining.stalled()
            self._begin_again()
        return step is not Step.NOBODY, effects

    def gone(self, address: str) -> tuple[bool, list[Effect]]:
        """Nobody is at that address any more; whether it goes on."""
        step, effects = self.joining.gone(address)
        if step is Step.LOST_GIVER:
            self._begin_again()
        return step is not Step.NOBODY, effects
