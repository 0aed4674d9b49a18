"""A document from the log of a strict session (SYNC 0.3.16, 5.7)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from whiteboard.model.ids import Party, SessionId
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza, State
from whiteboard.session.identity import logged_party
from whiteboard.session.joining import MAX_LIVE
from whiteboard.wire.log import LogHeader
from whiteboard.wire.messages import Identity, Peer, StrictMessage


def replay_strict(messages: Sequence[StrictMessage], header: LogHeader) -> StrictDocument:
    """The document that the messages make, in any order, unless a state is among them.

    The state that a joiner was given replaces all that was there before; what follows is whatever
    came after the message that the state names as its last.
    """
    identity = header.description.identity if header.description else None
    session = header.session or min((m.session for m in messages), default=SessionId(""))
    document = StrictDocument(session)
    messages = _without_own_copies(messages, identity)
    take_in(document, messages, lambda sender: logged_party(sender, identity))
    return document


def take_in(
    document: StrictDocument, messages: Sequence[StrictMessage], party: Callable[[Peer], Party]
) -> None:
    """Put logged messages, in their order, into a document that has none."""
    state, live = _from_state_on(messages)
    document.receive([*map(_of_state, state), *(_stanza(one, party) for one in live)])


def _of_state(message: StrictMessage) -> Stanza:
    """A part of a state: it says itself who made what, the giver did not."""
    return Stanza(Party(""), message.id, message.ops)


def _stanza(message: StrictMessage, party: Callable[[Peer], Party]) -> Stanza:
    return message.stanza(message.guest or party(message.sender or Peer("")))


class Gathering:
    """Logged messages, one after the other, as what happened: stanzas, and states as a whole.

    Args:
        party: who a sender is.
    """

    def __init__(self, party: Callable[[Peer], Party]) -> None:
        self._party = party
        self._parts: list[StrictMessage] = []
        self._live: deque[StrictMessage] = deque(maxlen=MAX_LIVE)

    def take(self, message: StrictMessage) -> Stanza | State | None:
        """The next message; None if it is a part of a state of which more comes."""
        if message.prolog is not None:
            self._parts = []
        elif not self._parts or message.sender != self._parts[0].sender:
            self._live.append(message)
            return _stanza(message, self._party)
        self._parts.append(message)
        if message.last is None:
            return None
        parts, self._parts = self._parts, []
        later = _after(list(self._live), message.last)
        return State(
            tuple(map(_of_state, parts)), tuple(_stanza(one, self._party) for one in later)
        )


def _from_state_on(
    messages: Sequence[StrictMessage],
) -> tuple[Iterable[StrictMessage], Iterable[StrictMessage]]:
    """The parts of the last state, if there is one, and what came after it."""
    ends = [i for i, message in enumerate(messages) if message.last is not None]
    for end in reversed(ends):
        giver = messages[end].sender
        own = [i for i in range(end + 1) if messages[i].sender == giver]
        begins = [i for i in own if messages[i].prolog is not None]
        if begins:
            inside = {i for i in own if i >= begins[-1]}
            before = [messages[i] for i in range(end) if i not in inside]
            later = [*_after(before, messages[end].last), *messages[end + 1 :]]
            return [messages[i] for i in sorted(inside)], later
    return [], messages


def _after(live: list[StrictMessage], last: tuple[str, str] | None) -> list[StrictMessage]:
    """Of what came before the end of a state, what is newer than it.

    A state may name a message that is not in the log: then it is newer than all before its end.
    """
    for i in range(len(live) - 1, -1, -1):
        sender = live[i].sender or Peer("")
        if last in {(sender.address, live[i].id), (sender.occupant_id, live[i].id)}:
            return live[i + 1 :]
    return []


def _without_own_copies(
    messages: Sequence[StrictMessage], identity: Identity | None
) -> list[StrictMessage]:
    """Own messages stand in a room's log with the own address and once more with the room's stamp.

    They are one: counted twice they would undo themselves.
    """
    if identity not in {None, Identity.OCCUPANT_ID}:
        return list(messages)
    stamped = {(m.id, m.ops) for m in messages if m.sender is not None and m.sender.occupant_id}
    return [
        message
        for message in messages
        if (message.sender is not None and message.sender.occupant_id)
        or (message.id, message.ops) not in stamped
    ]
