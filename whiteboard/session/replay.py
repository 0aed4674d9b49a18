"""A document from a session log: the same bytes for any order and repetition (SYNC 0.3.16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.identity import logged_party
from whiteboard.session.replay_strict import replay_strict
from whiteboard.wire.description import ground_of
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.log import LogHeader, LogReader
from whiteboard.wire.messages import EditMessage, Identity, Mode, Peer, StrictMessage

READER = Replica("0")
"""The replica of the one who only reads: nobody's, because real ones have eight characters."""


def replay(
    log: LogReader, until: int | None = None, reader: Replica = READER
) -> Document | StrictDocument:
    """The document that the messages of a log make, or its first `until` messages.

    There is no limit on what waits for what; what stays undeliverable has no effect.

    Args:
        log: is read to its end.
        until: how many `<message/>`s.
        reader: replica, and party, of whoever goes on with a document of merge mode.

    Raises:
        RemoteProtocolError: this is no log, or it is hostile.
    """
    if until is not None:
        log.until = until
    messages = list(log)
    header = log.header
    if header is None:
        raise RemoteProtocolError(Fault.MALFORMED, "this is not a session log")
    if header.mode is Mode.STRICT:
        return replay_strict([m for m in messages if isinstance(m, StrictMessage)], header)
    return replay_messages((m for m in messages if isinstance(m, EditMessage)), header, reader)


def replay_messages(
    messages: Iterable[EditMessage], header: LogHeader, reader: Replica = READER
) -> Document:
    """The document that a set of messages makes."""
    messages = list(messages)
    parties = _parties(messages, header)
    session = header.session
    if not session and messages:
        session = min(message.session for message in messages)
    document = Document(
        SessionId(session),
        Party("" if reader == READER else reader),
        reader,
        ground=ground_of(header.description),
        limits=None,
    )
    document.receive(replace(m.batch, party=parties[m.batch.r]) for m in messages)
    return document


def _parties(messages: Iterable[EditMessage], header: LogHeader) -> dict[Replica, Party]:
    """Who is behind each replica, whatever copies of its messages the log has in which order.

    Own messages stand in a room's log with the writer's full JID and once more as the room
    reflected them; the room's stamp is what the others saw, so it goes before an address.
    """
    identity = header.description.identity if header.description else None
    found: dict[Replica, tuple[bool, str]] = {}
    for message in messages:
        sender = message.sender or Peer("")
        by_stamp = bool(sender.occupant_id) and identity in {None, Identity.OCCUPANT_ID}
        party = logged_party(sender, identity)
        candidate = (not by_stamp, party)
        r = message.batch.r
        found[r] = min(found.get(r, candidate), candidate)
    return {r: Party(party) for r, (_, party) in found.items()}
