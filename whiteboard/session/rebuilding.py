"""A board from a room's archive (XEP-0313): what was read there becomes a document again.

Pages are read from the newest back. What they hold is taken as it comes: nothing is said twice
(a message is known by replica and number), no order is relied on, and each message must be its
sender's as on the day it was sent. The board is the one with the newest message. It is enough when
a whole state was found and two minutes of archive before it, because what was on its way when the
state was made may stand there.

The state to begin with is the newest that can be read and that has room for everything after it;
else the one before; at last the messages alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from whiteboard.model.document import Document
from whiteboard.model.folded import Folded, FormatError, read_lines
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.identity import fits
from whiteboard.session.uploading import unsealed
from whiteboard.wire.description import ground_of
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import (
    ArchivedPart,
    Description,
    EditMessage,
    Message,
    Mode,
    Peer,
    StateUploaded,
    StrictMessage,
)
from whiteboard.wire.pack import Packed, unpack

MAX_BOARDS = 64
MAX_MESSAGES = 200_000
MAX_BYTES = 64 * 1024 * 1024
"""Of parts of states that are held while reading."""
MAX_FILES = 5
"""That are fetched."""
SLACK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Found:
    """One message in an archive: its id there, who sent it, when (ISO 8601), as the room says."""

    id: str
    sender: Peer
    message: Message
    stamp: str


@dataclass(slots=True)
class _State:
    """Parts of one state; of one in a file (`said`) the one part, once it was fetched."""

    parts: dict[int, bytes] = field(default_factory=dict)
    count: int = 0
    oldest: str = ""
    said: StateUploaded | None = None
    is_gone: bool = False

    @property
    def is_whole(self) -> bool:
        return len(self.parts) == self.count

    def data(self) -> bytes:
        return b"".join(self.parts[number] for number in sorted(self.parts))


@dataclass(slots=True)
class _Board:
    newest: str = ""
    edits: dict[str, EditMessage] = field(default_factory=dict)
    """By their ids in the archive."""
    states: dict[tuple[str, str], _State] = field(default_factory=dict)
    """By sender and id, the newest first."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A board as an archive has it.

    Attributes:
        session: its id.
        description: what it is.
        folded: the state with which it begins; None for the first message.
        batches: all since that could be used, in causal order.
        missing: how many messages could not, because others are not there.
        holds: how many messages the newest whole state has.
        newest: when the newest message was sent (ISO 8601).
    """

    session: SessionId
    description: Description
    folded: Folded | None
    batches: tuple[Batch, ...]
    missing: int
    holds: int
    newest: str

    @property
    def replicas(self) -> frozenset[Replica]:
        """Those that have written."""
        chains = self.folded.chains if self.folded is not None else ()
        return frozenset((*chains, *(batch.r for batch in self.batches)))

    def document(self, replica: Replica, party: Party) -> Document:
        """The document, to be written by that party as that replica."""
        past = self.folded or Folded(self.session, {}, (), ())
        ground = ground_of(self.description)
        document = Document.from_folded(past, party, replica, ground=ground)
        document.receive(self.batches)
        return document


class Rebuilding:
    """Takes what an archive holds, page by page, the newest page first.

    Args:
        session: only this one; '' = the one with the newest message.
    """

    def __init__(self, session: str = "") -> None:
        self._only = session
        self._boards: dict[SessionId, _Board] = {}
        self._count = 0
        self._bytes = 0
        self._files = 0
        self._oldest = ""
        self.is_plain = False
        """Whether a board of plain XEP-0284 is there, which cannot be made from an archive."""

    def take(self, page: Iterable[Found]) -> None:
        """One page more; nothing, once it is too much."""
        for found in page:
            if self._is_too_much:
                return
            self._oldest = min(filter(None, (self._oldest, found.stamp)), default="")
            if isinstance(found.message, EditMessage | ArchivedPart | StateUploaded):
                self._take(found)
            self.is_plain = self.is_plain or isinstance(found.message, StrictMessage)

    @property
    def is_empty(self) -> bool:
        """Whether no message of any board was there."""
        return not self._boards

    def _take(self, found: Found) -> None:
        message = found.message
        assert isinstance(message, EditMessage | ArchivedPart | StateUploaded)
        if self._only and message.session != self._only:
            return
        board = self._boards.get(message.session)
        if board is None:
            if len(self._boards) >= MAX_BOARDS:
                return
            board = self._boards[message.session] = _Board()
        board.newest = max(board.newest, found.stamp)
        if isinstance(message, EditMessage):
            self._count += found.id not in board.edits
            board.edits[found.id] = replace(message, sender=found.sender, stamp=found.stamp)
        elif isinstance(message, StateUploaded):
            sender = found.sender.occupant_id or found.sender.address
            state = _State(count=1, oldest=found.stamp, said=message)
            board.states.setdefault((sender, message.sha256), state)
        elif isinstance(message, ArchivedPart):
            sender = found.sender.occupant_id or found.sender.address
            state = board.states.setdefault((sender, message.id), _State(count=message.parts))
            if message.parts == state.count and message.number not in state.parts:
                state.parts[message.number] = message.data
                self._bytes += len(message.data)
                state.oldest = min(filter(None, (state.oldest, found.stamp)), default="")

    @property
    def wanted_file(self) -> StateUploaded | None:
        """The newest state of the newest board, if it is a file that was not fetched yet."""
        session = self._newest()
        if session is None or self._files >= MAX_FILES:
            return None
        known = self._boards[session].states.values()
        states = [state for state in known if state.is_whole or state.said is not None]
        newest = max((state for state in states if not state.is_gone), key=_age, default=None)
        return None if newest is None or newest.is_whole else newest.said

    def take_file(self, said: StateUploaded, data: bytes) -> None:
        """What came of a wanted file; b'' if it cannot be had any more."""
        self._files += 1
        packed = unsealed(data, said)
        for state in self._boards[said.session].states.values():
            if state.said is said:
                state.is_gone = not packed
                state.parts = {0: packed} if packed else {}

    @property
    def is_enough(self) -> bool:
        """Whether nothing older is needed."""
        if self._is_too_much:
            return True
        session = self._newest()
        states = self._boards[session].states.values() if session is not None else ()
        return any(state.is_whole and self._is_behind(state) for state in states)

    @property
    def _is_too_much(self) -> bool:
        return self._count >= MAX_MESSAGES or self._bytes >= MAX_BYTES

    def _is_behind(self, state: _State) -> bool:
        """Whether what was read goes back far enough before that state."""
        try:
            began = datetime.fromisoformat(state.oldest)
            return datetime.fromisoformat(self._oldest) <= began - SLACK
        except (ValueError, TypeError):
            return False

    def _newest(self) -> SessionId | None:
        return max(
            self._boards, key=lambda session: (self._boards[session].newest, session), default=None
        )

    def result(self) -> Rebuilt | None:
        """The board, as far as it is there; None if there is none that tells what it is."""
        for session in sorted(
            self._boards, key=lambda one: (self._boards[one].newest, one), reverse=True
        ):
            rebuilt = self._rebuild(session, self._boards[session])
            if rebuilt is not None:
                return rebuilt
        return None

    def _rebuild(self, session: SessionId, board: _Board) -> Rebuilt | None:
        states = [state for state in board.states.values() if state.is_whole]
        states.sort(key=_age, reverse=True)
        best: Rebuilt | None = None
        packs: list[Packed] = []
        for state in states:
            try:
                packed = unpack(state.data(), session)
                folded = _folded(packed, session)
            except (RemoteProtocolError, FormatError):
                continue  # the one before it, and more of the messages
            if packed.description.mode is not Mode.MERGE:
                continue
            packs.append(packed)
            made = _made(session, packed.description, folded, packs, board)
            if best is None or made.missing < best.missing:
                best = made
            if not best.missing:
                break
        return best


def _age(state: _State) -> str:
    return state.oldest


def _folded(packed: Packed, session: SessionId) -> Folded | None:
    if not packed.folded:
        return None
    folded = read_lines(packed.folded.split("\n"))
    if folded.session != session:
        raise FormatError("the state of another session")
    return folded


def _made(
    session: SessionId,
    description: Description,
    folded: Folded | None,
    packs: Iterable[Packed],
    board: _Board,
) -> Rebuilt:
    """The board from this state, what all states hold message by message, and the edits."""
    originals = [original for packed in packs for original in packed.messages]
    holds = max((len(packed.messages) for packed in packs), default=0)
    if folded is not None:
        holds += sum(folded.floor.values())
    batches = _admitted(session, description, [*originals, *board.edits.values()])
    past = folded or Folded(session, {}, (), ())
    ground = ground_of(description)
    document = Document.from_folded(past, Party(""), Replica("0"), ground=ground)
    received = document.receive(batches)
    return Rebuilt(
        session,
        description,
        folded,
        received.kept,
        document.waiting,
        holds,
        board.newest,
    )


def _admitted(
    session: SessionId, description: Description, originals: Iterable[EditMessage]
) -> list[Batch]:
    """Those that are their sender's, as on the day they were sent (SYNC 0.2/5.2a)."""
    batches: list[Batch] = []
    for original in originals:
        party = description.identity.party(original.sender or Peer(""))
        batch = original.batch
        if party is not None and all(
            fits(r, session, party, description.identity) for r in (batch.r, *batch.was)
        ):
            batches.append(replace(batch, party=party))
    return batches
