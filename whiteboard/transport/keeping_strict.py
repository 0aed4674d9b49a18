"""Keeps the board of a strict session: its messages as they went over the wire, in their order.

The session says what is to be kept (`Persist.strict`). Own messages stand twice: when they were
made, and where the room put them, because a state that comes later names its place in that order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from whiteboard.journal.file import About
from whiteboard.journal.folder import Journal
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.session.identity import new_replica
from whiteboard.session.ports import Place
from whiteboard.session.replay_strict import take_in
from whiteboard.session.session import Role, Session
from whiteboard.wire.description import read_description
from whiteboard.wire.messages import Mode, Peer, StrictMessage
from whiteboard.wire.xml import parse


class StrictPages:
    """What is kept of one strict document.

    Args:
        document: whose.
        journal: where; a new one is made when it is first asked for.
        count: how many messages are there already.
        taken: own replica -> number of the last message that the server took.
        is_over: whether the session has ended, so that own edits are kept as they are made.
    """

    def __init__(
        self,
        document: StrictDocument,
        journal: Callable[[], Journal],
        count: int,
        taken: dict[Replica, int],
        is_over: Callable[[], bool],
    ) -> None:
        self.document = document
        self.taken = taken
        self._journal = journal
        self._count = count
        self._is_over = is_over

    def append(self, messages: Sequence[StrictMessage]) -> None:
        """Keep messages."""
        journal = self._journal()
        if messages:
            journal.append_strict(tuple(messages), self._count)
            self._count += len(messages)

    def begin_anew(self) -> None:
        """Keep all that the document holds in another journal."""
        self._count = 0
        session = self.document.session
        self.append(
            [
                StrictMessage(session, one.id, one.ops, Peer("", occupant_id=one.sender))
                for one in self.document.stanzas
            ]
        )

    def committed(self, commit: Commit) -> None:
        """The document changed."""
        if self._is_over() and commit.origin is not Origin.REMOTE:
            me = Peer("", occupant_id=self.document.party)
            session = self.document.session
            self.append([StrictMessage(session, one.id, one.ops, me) for one in commit.stanzas])

    def note_taken(self, message: StrictMessage) -> bool:
        """The server took an own message; whether that is news."""
        replica, n = _number(message.id)
        if message.session != self.document.session or n <= self.taken.get(replica, 0):
            return False
        self.taken[replica] = n
        return True

    def unsent(self) -> tuple[Stanza, ...]:
        """Own stanzas that the server has not taken."""
        mine = (one for one in self.document.stanzas if one.sender == self.document.party)
        return tuple(one for one in mine if self._is_unsent(one.id))

    def _is_unsent(self, id_: str) -> bool:
        replica, n = _number(id_)
        return n > self.taken.get(replica, 0)


def is_strict(about: About) -> bool:
    """Whether a board's messages are those of a strict session.

    Raises:
        RemoteProtocolError: the session's description cannot be read.
    """
    described = bool(about.description)
    return described and read_description(parse(about.description)).mode is Mode.STRICT


def revived_strict(
    about: About, place: Place | None, messages: Sequence[StrictMessage], rng: random.Random
) -> tuple[StrictDocument, Session | None]:
    """What the journal of a strict board holds, and the session to go on with, if it goes on.

    Args:
        about: What the journal says.
        place: Where its session goes on; None if it does not.
        messages: Of the journal.
        rng: Chooses a replica.

    Raises:
        RemoteProtocolError: the session's description cannot be read.
        ValueError: the session's role is none.
    """
    description = read_description(parse(about.description))
    session, party = SessionId(about.session), Party(about.party)
    document = StrictDocument(session, party, new_replica(session, party, rng))
    take_in(document, messages, sender_party)
    if place is None:
        return document, None
    # Own edits are kept under the name that they come back with.
    me = Peer(about.me, occupant_id=about.party if about.party != about.me else "")
    role = Role(about.role)
    return document, Session.resume_strict(
        description, me, place, rng, role, document, about.admitted
    )


def sender_party(sender: Peer) -> Party:
    """Who a kept message is from."""
    return Party(sender.occupant_id or sender.address)


def _number(id_: str) -> tuple[Replica, int]:
    """Replica and number of an own stanza's id (`StrictDocument.new_id`)."""
    replica, _, digits = id_.rpartition("-")
    return Replica(replica), int(digits) if digits.isdecimal() else 0
