"""One member's part in one session, without I/O: messages and commits in, effects out.

`Session` ties the parts together: joining, serving, sync, presence. It has no clock, no thread, no
`await`; each call gets `now` and returns the effects to perform, in order (see `ports`). What comes
from the network never raises: a message that does not fit is dropped by name and counted.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence

from whiteboard.model.changes import Commit
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.ids import SessionId
from whiteboard.session.ports import Effect, Member, Place, Target
from whiteboard.wire.messages import Description, Message, Peer


class Role(enum.Enum):
    """How this member came to the session."""

    CREATOR = "creator"
    JOINER = "joiner"


class State(enum.Enum):
    """Where this member stands. Being offline is not a state: see `Session.connected`."""

    OPENING = "opening"
    """Creator, waiting 1 to 2 s whether the room already has a board (SYNC 0.3.17)."""
    ASKING = "asking"
    """Joiner, no offer taken yet."""
    RECEIVING = "receiving"
    """Joiner, the state is on its way."""
    LIVE = "live"
    ENDED = "ended"


class Session:
    """One member's part in one session.

    Attributes:
        session: id of the session.
        role, state: see the enums; `connected` is False while the stream is down.
        document: the shared document; None for a joiner until `NewDocument`.
        description: what the session is; None for a joiner until an offer.
    """

    @classmethod
    def share(
        cls,
        document: Document,
        description: Description,
        me: Peer,
        place: Place,
        rng: random.Random,
        *,
        session: SessionId | None = None,
        yields: bool = True,
    ) -> Session:
        """A new session with a board of one's own; `start` makes the copy that is shared.

        `description.creator` is filled in. `yields`: in a room, give way to a board that was opened
        there at the same moment (SYNC 0.3.17).
        """
        raise NotImplementedError

    @classmethod
    def join(
        cls,
        session: SessionId,
        me: Peer,
        place: Place,
        rng: random.Random,
        *,
        ask: Sequence[Peer] = (),
        name: str = "",
    ) -> Session:
        """Take part in a session that runs; `ask` = members known, the inviter or host first."""
        raise NotImplementedError

    def start(self, now: float) -> list[Effect]:
        """Begin; call once."""
        raise NotImplementedError

    def receive(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """A message came, also an own one that the room reflected."""
        raise NotImplementedError

    def committed(self, commit: Commit, now: float) -> list[Effect]:
        """The document changed: own batches go out."""
        raise NotImplementedError

    def tell(self, what: Ephemeral, now: float) -> list[Effect]:
        """Show the others a cursor or preview soon."""
        raise NotImplementedError

    def timer(self, name: str, now: float) -> list[Effect]:
        """A timer that was started ran out."""
        raise NotImplementedError

    def sent(self, receipt: int, now: float) -> list[Effect]:
        """The stanza with this receipt left the outbox."""
        raise NotImplementedError

    def link_load(self, waiting_bytes: int) -> None:
        """How much waits in the outbox: previews are left out while it is much."""
        raise NotImplementedError

    def bounced(self, to: Target, message: Message, condition: str, now: float) -> list[Effect]:
        """The server gave `message` back with this stanza error condition (RFC 6120 8.3.3)."""
        raise NotImplementedError

    def left(self, peer: Peer, now: float) -> list[Effect]:
        """`peer` is gone from the room, or its device went offline."""
        raise NotImplementedError

    def offline(self, now: float) -> list[Effect]:
        """The stream is cut; own edits go on."""
        raise NotImplementedError

    def online(self, me: Peer, now: float) -> list[Effect]:
        """The stream is back (and the room entered again); `me` may have another address."""
        raise NotImplementedError

    def leave(self, now: float) -> list[Effect]:
        """Say goodbye and end; the document stays."""
        raise NotImplementedError

    @property
    def members(self) -> Sequence[Member]:
        """Everyone known, oneself first."""
        raise NotImplementedError

    @property
    def progress(self) -> float | None:
        """0 to 1 while the state is on its way."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Name of the board, '' while unknown."""
        raise NotImplementedError
