"""What a session asks of the outside, as data, and what the outside tells it, as calls.

A `Session` or `Invitation` does nothing itself: every call of theirs returns effects, which the
driver performs IN ORDER. The rules for a driver:

1. `Send`: hand to the link. Sends of one session leave in the order given; the outbox survives
   reconnects and paces edits (SYNC 0.3.13). With `receipt`, call `sent(receipt, now)` once the
   stanza has left the outbox (acknowledged by XEP-0198 where there is), also if it never will.
2. `StartTimer` replaces a timer of that name; when it runs out call `timer(name, now)`.
3. `Persist` comes before the `Send`s of the same batches, and before the heartbeats that
   acknowledge them: what is sent after it waits until they are on disk.
4. `NewDocument`: subscribe to its `on_commit` and hand every commit to `committed(commit, now)`.
5. `now` is seconds on any clock that never goes back, the same for all calls.
6. A message that bounced goes to `bounced(...)`; presence that ended to `left(peer, now)`; the
   stream's loss and return to `offline(now)` and `online(me, now)`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.svg.schema.check import Finding
from whiteboard.wire.messages import Advertisement, Message, Peer, Reason, StrictMessage

# ------------------------------------------------------------------------------------ places


@dataclass(frozen=True, slots=True)
class InRoom:
    """The session lives in a group chat: edits are groupchat messages, the room reflects them."""

    room: str
    """Bare address of the room."""


@dataclass(frozen=True, slots=True)
class Direct:
    """Two parties: edits are chat messages to the other's full JID."""

    other: str
    """The other side's address; a bare JID until the invited device is known."""


Place: TypeAlias = InRoom | Direct

# ----------------------------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class ToSession:
    """To all: groupchat in a room, chat to the other side in a direct session."""


@dataclass(frozen=True, slots=True)
class ToPeer:
    """Privately to one: chat to this full JID or occupant (in a room with the muc#user marker)."""

    address: str


Target: TypeAlias = ToSession | ToPeer
TO_SESSION = ToSession()


@dataclass(frozen=True, slots=True)
class Send:
    """Put this on the wire; `store` = edits that archives keep, else a no-store hint goes along."""

    to: Target
    message: Message
    store: bool = False
    receipt: int = 0


@dataclass(frozen=True, slots=True)
class Advertise:
    """Show in the room's presence that I take part (None: no longer)."""

    what: Advertisement | None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Call `timer(name, now)` after `seconds`."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget the timer, if it runs."""

    name: str


@dataclass(frozen=True, slots=True)
class Persist:
    """Keep these durably before they are sent (own) or acknowledged (others')."""

    batches: tuple[Batch, ...]
    strict: tuple[StrictMessage, ...] = ()
    """What `batches` are elsewhere, in a strict session: each with its sender."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """The folded past is needed (SYNC 5.5).

    Have a document made from the journal (`Store.read_back`), beside the loop, and hand it, or
    None, to `history_read(rebuilt, now)`.
    """

    document: Document


@dataclass(frozen=True, slots=True)
class KeepBase:
    """The journal begins with this state from now on (None: with the first message).

    It holds the messages of the document outside it.
    """

    folded: Folded | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Have `make` called beside the loop, for it takes long, and its result handed to `then`."""

    make: Callable[[], Any]
    then: Callable[[Any, float], list[Effect]]
    """Takes what `make` gives."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Have the file put where others can fetch it; its address ('' = it cannot be) is handed on."""

    data: bytes
    then: Callable[[str, float], list[Effect]]


@dataclass(frozen=True, slots=True)
class Fetch:
    """Have a file of so many bytes fetched, and handed on (b'' = it cannot be)."""

    url: str
    size: int
    came: Callable[[int], list[Effect]]
    """Told now and then how many bytes are here."""
    then: Callable[[bytes, float], list[Effect]]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """The session's document is this one from now on."""

    document: SharedDocument


@dataclass(frozen=True, slots=True)
class AskUser:
    """An invitation is to be answered: `accept(now)` or `decline(now)`."""

    session: SessionId
    inviter: Peer
    board: str


class Notice(enum.Enum):
    """What the windows may want to look at again."""

    STATE = "state"
    PEOPLE = "people"
    PROGRESS = "progress"
    NAME = "name"
    LEFT_OVER = "left over"


@dataclass(frozen=True, slots=True)
class Notify:
    """Something that is shown differs now; `text` is a sentence for the person, or ''."""

    what: Notice
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShowEphemeral:
    """Show this of that party now (None: nothing of it any more)."""

    party: Party
    what: Ephemeral | None


@dataclass(frozen=True, slots=True)
class Offence:
    """Something of what this party wrote is not shown, for it breaks the rules of the application.

    Of this member itself (somebody else said so) `findings` are empty.
    """

    party: Party
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that should not happen and was survived; for the log."""

    kind: str
    text: str
    peer: Peer | None = None


@dataclass(frozen=True, slots=True)
class Disbelieved:
    """That party says what cannot be, and is not listened to in this; to be told quietly."""

    party: Party


@dataclass(frozen=True, slots=True)
class Ended:
    """It is over; `reason` as a name, `text` as a sentence for the person ('' if they did it)."""

    reason: Reason
    text: str = ""


Effect: TypeAlias = (
    Send
    | Advertise
    | StartTimer
    | CancelTimer
    | Persist
    | ReadHistory
    | KeepBase
    | Beside
    | Upload
    | Fetch
    | NewDocument
    | AskUser
    | Notify
    | ShowEphemeral
    | Offence
    | Incident
    | Disbelieved
    | Ended
)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who takes part, as the session knows them."""

    party: Party
    peer: Peer
    me: bool = False
    away: bool = False
    """Was here and cannot be reached now."""
    relayed: bool = False
    """Another guest of a direct session: known from its creator, and reached only through it."""


# ------------------------------------------------------------------------------------- ports


class Link(Protocol):
    """The way to the others (direct, room, in memory); the driver hands it every `Send`."""

    def send(self, send: Send) -> None:
        """Take it over; never blocks, never raises for the network's sake."""

    def advertise(self, what: Advertisement | None) -> None:
        """Show in presence, or stop showing, that I take part."""


class Timers(Protocol):
    """Named one-shot timers."""

    def start(self, name: str, seconds: float) -> None:
        """Start, or start anew."""

    def cancel(self, name: str) -> None:
        """Forget; nothing if it does not run."""


class Store(Protocol):
    """Durable memory of one board's messages."""

    def persist(
        self,
        batches: tuple[Batch, ...],
        done: Callable[[], None],
        strict: tuple[StrictMessage, ...] = (),
    ) -> None:
        """Keep; call `done` in the loop, now or later, once they are safe or cannot be kept."""

    def read_back(self, document: Document, done: Callable[[Document | None], object]) -> None:
        """Make a document like this from everything kept, beside the loop; then call `done`."""

    def keep_base(self, folded: Folded | None) -> None:
        """See `KeepBase`."""

    def unsent(self) -> tuple[Batch, ...]:
        """Own messages that the server has not taken, in order."""

    def unsent_strict(self) -> tuple[Stanza, ...]:
        """The same on a strict board."""

    @property
    def waiting(self) -> int:
        """How many those are."""

    @property
    def keeps(self) -> bool:
        """Whether everything on the board is on disk, or on its way there."""


@dataclass(slots=True)
class Counters:
    """How often what went wrong, by name: of the peers' faults and of refused messages."""

    by_name: dict[str, int] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """Add one; returns the new number."""
        self.by_name[name] = self.by_name.get(name, 0) + 1
        return self.by_name[name]
