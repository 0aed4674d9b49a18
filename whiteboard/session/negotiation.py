"""Invitations one-to-one: the life of one Jingle session from offer to answer, without I/O.

The inviter has a `Session` beside it (by `Session.share` with place `Direct`), which is alone until
the other connects; the invited one makes one by `Session.join` after accepting. The Jingle sid is
the session id. `TABLE` says what each message means at each stage, as for sessions.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TypeAlias

from whiteboard.model.ids import SessionId
from whiteboard.session.ports import (
    AskUser,
    CancelTimer,
    Counters,
    Effect,
    Ended,
    Notice,
    Notify,
    Send,
    StartTimer,
    ToPeer,
)
from whiteboard.session.table import Refusal
from whiteboard.validation.applications import DRAWINGS
from whiteboard.wire.messages import (
    CONTENT_NAME,
    MESSAGE_TYPES,
    Accept,
    Description,
    Dialect,
    Initiate,
    Message,
    Peer,
    Reason,
    Terminate,
)

UNANSWERED_TIMER = "unanswered"
UNANSWERED_SECONDS = 120.0


class Side(enum.Enum):
    """Who asked whom."""

    INVITER = "inviter"
    INVITED = "invited"


class Stage(enum.Enum):
    """Where the invitation stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ENDED = "ended"


class Step(enum.Enum):
    """A message is taken."""

    ASK = "ask the person"
    GO = "the other accepted"
    STOP = "the other ended it"
    NOTHING = "already so"


Entry: TypeAlias = Step | Refusal


def _entry(side: Side, stage: Stage, message: type[Message]) -> Entry:
    if message not in {Initiate, Accept, Terminate}:
        return Refusal.NOT_ASKED
    if stage is Stage.ENDED:
        return Refusal.OVER
    if message is Terminate:
        return Step.STOP
    if (message is Initiate) is (side is Side.INVITER):
        return Refusal.NOT_ASKED
    if stage is Stage.ACCEPTED:
        return Step.NOTHING
    return Step.ASK if message is Initiate else Step.GO


TABLE: Mapping[tuple[Side, Stage], Mapping[type[Message], Entry]] = MappingProxyType(
    {
        (side, stage): {message: _entry(side, stage, message) for message in MESSAGE_TYPES}
        for side in Side
        for stage in Stage
    }
)

_BOUNCED = {
    "conflict": Reason.GENERAL_ERROR,
    "resource-constraint": Reason.BUSY,
    "feature-not-implemented": Reason.UNSUPPORTED_APPLICATIONS,
    "bad-request": Reason.INCOMPATIBLE_PARAMETERS,
    "remote-server-timeout": Reason.CONNECTIVITY_ERROR,
    "remote-server-not-found": Reason.CONNECTIVITY_ERROR,
}
"""What an error in place of an acknowledgement says; any other: nobody is there."""


class Invitation:
    """One invitation.

    Attributes:
        session: id of the session it is for.
        peer: the device asked, or that asked.
        description: what the session is; None on the invited side until `Initiate` came.
        host: whom to ask for the state after accepting.
        reason: why it ended; None before.
        dialect: how it is said.
        alternative: the session that the other side would rather go on with, '' for none.
    """

    def __init__(
        self,
        side: Side,
        session: SessionId,
        me: Peer,
        peer: Peer,
        applications: Collection[str] = DRAWINGS,
    ) -> None:
        self.side = side
        self.session = session
        self.me = me
        self.peer = peer
        self._applications = applications
        self.stage = Stage.OPEN
        self.description: Description | None = None
        self.host = ""
        self.reason: Reason | None = None
        self.dialect = Dialect.XEP
        self.alternative = ""
        self.counters = Counters()
        self._content = CONTENT_NAME

    @classmethod
    def outgoing(
        cls, session: SessionId, description: Description, me: Peer, peer: Peer, host: str = ""
    ) -> Invitation:
        """Ask one device of a contact (one `Invitation` per device; the first accept wins).

        `host`: the group chat where the session lives, '' if I am the host.
        """
        self = cls(Side.INVITER, session, me, peer)
        self.description = description
        self.host = host or me.address
        self.dialect = Dialect.XEP if host else description.dialect
        return self

    @classmethod
    def incoming(
        cls,
        session: SessionId,
        me: Peer,
        peer: Peer,
        applications: Collection[str] = DRAWINGS,
    ) -> Invitation:
        """To be fed the `Initiate` that came, by `receive`; of these application types only."""
        return cls(Side.INVITED, session, me, peer, applications)

    def start(self, now: float) -> list[Effect]:
        """Inviter: send it; it is unanswered after two minutes."""
        assert self.description is not None
        invite = Initiate(self.session, self.me.address, self.host, self.description)
        return [
            Send(ToPeer(self.peer.address), invite),
            StartTimer(UNANSWERED_TIMER, UNANSWERED_SECONDS),
        ]

    def receive(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """Initiate, Accept or Terminate came; all else is refused by name."""
        entry = TABLE[self.side, self.stage][type(message)]
        if peer.address != self.peer.address:
            entry = Refusal.NOT_INVITED
        elif message.session != self.session:
            entry = Refusal.WRONG_SESSION
        if isinstance(entry, Refusal):
            self.counters.count(entry.name)
            return []
        if isinstance(message, Initiate):
            return self._on_initiate(message) if entry is Step.ASK else []
        if isinstance(message, Terminate):
            self.alternative = message.alternative
            return self._end(message.reason)
        if entry is Step.NOTHING:
            return []
        self.stage = Stage.ACCEPTED
        return [CancelTimer(UNANSWERED_TIMER), Notify(Notice.STATE)]

    def _on_initiate(self, message: Initiate) -> list[Effect]:
        if self.description is not None:
            return []  # repeated
        if message.description.application not in self._applications:
            self.counters.count(Refusal.UNSUPPORTED.name)
            return self._terminate(Reason.UNSUPPORTED_APPLICATIONS)
        self.description = message.description
        self.host = message.host or self.peer.address
        self._content = message.content
        return [
            AskUser(self.session, self.peer, message.description.name),
            StartTimer(UNANSWERED_TIMER, UNANSWERED_SECONDS),
        ]

    def accept(self, now: float) -> list[Effect]:
        """Invited: say yes. Nothing if it is too late."""
        if self.side is not Side.INVITED or self.stage is not Stage.OPEN:
            return []
        if self.description is None:
            return []
        self.stage = Stage.ACCEPTED
        accept = Accept(self.session, self.peer.address, self.host, self.description, self._content)
        return [
            CancelTimer(UNANSWERED_TIMER),
            Send(ToPeer(self.peer.address), accept),
            Notify(Notice.STATE),
        ]

    def decline(
        self, now: float, reason: Reason = Reason.DECLINE, alternative: str = ""
    ) -> list[Effect]:
        """Invited: say no, perhaps that another session is preferred."""
        is_open = self.side is Side.INVITED and self.stage is Stage.OPEN
        return self._terminate(reason, alternative) if is_open else []

    def cancel(self, now: float) -> list[Effect]:
        """Inviter: take it back; either: end an accepted one."""
        if self.stage is Stage.ENDED:
            return []
        return self._terminate(Reason.SUCCESS if self.stage is Stage.ACCEPTED else Reason.CANCEL)

    def timer(self, name: str, now: float) -> list[Effect]:
        """The timer 'unanswered' ran out."""
        if name != UNANSWERED_TIMER or self.stage is not Stage.OPEN:
            return []
        return self._terminate(Reason.TIMEOUT)

    def left(self, peer: Peer, now: float) -> list[Effect]:
        """The other device went offline."""
        if peer.address != self.peer.address or self.stage is not Stage.OPEN:
            return []
        return self._end(Reason.GONE)

    def bounced(self, now: float, condition: str = "") -> list[Effect]:
        """The invitation came back with this stanza error: not delivered, or not wanted."""
        is_open = self.stage is Stage.OPEN
        return self._end(_BOUNCED.get(condition, Reason.GONE)) if is_open else []

    def _terminate(self, reason: Reason, alternative: str = "") -> list[Effect]:
        initiator = self.me if self.side is Side.INVITER else self.peer
        goodbye = Terminate(self.session, reason, initiator.address, alternative)
        return [Send(ToPeer(self.peer.address), goodbye), *self._end(reason)]

    def _end(self, reason: Reason) -> list[Effect]:
        if self.stage is Stage.ENDED:
            return []
        self.stage = Stage.ENDED
        self.reason = reason
        return [CancelTimer(UNANSWERED_TIMER), Notify(Notice.STATE), Ended(reason)]
