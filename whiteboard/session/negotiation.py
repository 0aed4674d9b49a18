"""Invitations one-to-one: the life of one Jingle session from offer to answer, without I/O.

The inviter has a `Session` (created by `Session.share` with place `Direct`) beside it that may stand
still until the other connects; the invited one makes one by `Session.join` after accepting. The
Jingle sid is the session id.
"""

from __future__ import annotations

import enum

from whiteboard.model.ids import SessionId
from whiteboard.session.ports import Effect
from whiteboard.wire.messages import Description, Message, Peer


class Side(enum.Enum):
    """Who asked whom."""

    INVITER = "inviter"
    INVITED = "invited"


class Stage(enum.Enum):
    """Where the invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ENDED = "ended"


class Invitation:
    """One invitation; `peer.address` is the device asked (or that asked)."""

    @classmethod
    def outgoing(
        cls, session: SessionId, description: Description, me: Peer, peer: Peer
    ) -> Invitation:
        """Ask one device of a contact (one `Invitation` per device; the first accept wins)."""
        raise NotImplementedError

    @classmethod
    def incoming(cls, session: SessionId, me: Peer, peer: Peer) -> Invitation:
        """To be fed the `Initiate` that came, by `receive`."""
        raise NotImplementedError

    def start(self, now: float) -> list[Effect]:
        """Inviter: send it; it is unanswered after two minutes."""
        raise NotImplementedError

    def receive(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """Initiate, Accept or Terminate came."""
        raise NotImplementedError

    def accept(self, now: float) -> list[Effect]:
        """Invited: say yes."""
        raise NotImplementedError

    def decline(self, now: float) -> list[Effect]:
        """Invited: say no."""
        raise NotImplementedError

    def cancel(self, now: float) -> list[Effect]:
        """Inviter: take it back; either: end an accepted one."""
        raise NotImplementedError

    def timer(self, name: str, now: float) -> list[Effect]:
        """The timer 'unanswered' ran out."""
        raise NotImplementedError

    def left(self, peer: Peer, now: float) -> list[Effect]:
        """The other device went offline."""
        raise NotImplementedError
