"""What travels between the members of a session: a closed union of frozen values.

`codec` turns each into XML payloads and back; `session` reasons about nothing else. Addresses are
strings as the transport writes them (full JIDs, `room@service/nick`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch, PlainOp
from whiteboard.model.strict.ops import Stanza
from whiteboard.wire.errors import Fault

Vector: TypeAlias = Mapping[Replica, int]
"""A version vector: replica -> number of its newest message known."""
NOBODY = Party("")
CONTENT_NAME = "board"
"""Of our invitations: a session has one content."""
EMPTY: Vector = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Peer:
    """Who a message came from, as far as the transport knows.

    `address` is where an answer goes: the full JID, or `room@service/nick`. `occupant_id` is what
    the room stamped (XEP-0421), `jid` the real bare JID where it is known ('' elsewhere).
    """

    address: str
    occupant_id: str = ""
    jid: str = ""

    @property
    def nick(self) -> str:
        """What follows the first slash of the address, or the whole address."""
        return self.address.partition("/")[2] or self.address

    @property
    def bare(self) -> str:
        """The address without its resource or nick."""
        return self.address.partition("/")[0]


class Mode(enum.Enum):
    """Which rule merges edits; fixed by the creator for ever (SYNC 4)."""

    MERGE = "merge"
    STRICT = "strict"


class Dialect(enum.Enum):
    """How a strict session is said on the wire; fixed by the creator for ever."""

    XEP = "xep-0284"
    PSI = "psi"
    """As the client Psi says it (`psi`)."""


class Identity(enum.Enum):
    """What names a party in this session; fixed by the creator (SYNC 0.3.11)."""

    OCCUPANT_ID = "occupant-id"
    JID = "jid"
    NICK = "nick"

    def party(self, peer: Peer) -> Party | None:
        """The party behind `peer`; None if the transport does not show what names it here."""
        if self is Identity.OCCUPANT_ID:
            name = peer.occupant_id
        elif self is Identity.JID:
            name = peer.jid or peer.bare
        else:
            name = peer.nick
        return Party(name) if name else None


@dataclass(frozen=True, slots=True)
class Description:
    """What a session is: made by its creator, the same for all (SYNC 0.3.14).

    `prolog` is the XML prolog of the document (text, not the data: URI that carries it). `dialect`
    is not said to others: who hears the session hears it in its dialect.
    """

    mode: Mode = Mode.MERGE
    creator: Party = NOBODY
    identity: Identity = Identity.JID
    default: str = "editor"
    name: str = ""
    continues: str = ""
    application: str = "urn:xmpp:jingle:apps:svg"
    prolog: str = ""
    dialect: Dialect = Dialect.XEP


# ------------------------------------------------------------------------------------- edits


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Operations with their stamp.

    `sender` is None on a message that comes straight from its author: the transport says who that
    is. In an answer and in a log every message has its own. `stamp` is the XEP-0203 time (ISO 8601,
    UTC) at which the relay or the log had it, '' if not said. `faults` were found in reading, and
    what they were in has no effect; they are to be counted and mean nothing else.
    """

    batch: Batch
    sender: Peer | None = None
    stamp: str = ""
    faults: tuple[Fault, ...] = field(default=(), compare=False)

    @property
    def session(self) -> SessionId:
        """Where the edit belongs."""
        return self.batch.session


@dataclass(frozen=True, slots=True)
class StrictMessage:
    """One `<sxe/>` with operations, of a strict session.

    `sender` and `stamp` are as of `EditMessage`. A state that a member sends to a joiner starts
    with a message that has a `prolog` and ends with one whose `last` names (sender, id) of the
    newest message that is inside, ('', '') where there is none; all of them are `of_state`. In
    Psi's dialect the last one has the ids of what is `inside` instead. `guest`: who made it, where
    the creator of a direct session passes it on. `to_all`: the room sent it to everybody.
    """

    session: SessionId
    id: str
    ops: tuple[PlainOp, ...]
    sender: Peer | None = None
    stamp: str = ""
    prolog: str | None = None
    last: tuple[str, str] | None = None
    guest: Party = NOBODY
    to_all: bool = field(default=False, compare=False)
    of_state: bool = field(default=False, compare=False)
    inside: frozenset[str] = frozenset()

    def stanza(self, sender: Party) -> Stanza:
        """What the engine takes, once it is known who sent it."""
        return Stanza(sender, self.id, self.ops)


# ----------------------------------------------------------------- in a session, unnumbered


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What its sender holds (SYNC 5.4, 0.2/5.4): the whole vector, never a delta.

    `r` is the sender's replica; `digests` the chain digest D(n) of each replica's newest number,
    32 hex digits; `bye` = the sender leaves. `guests`: from the creator of a direct session with
    several guests, which of them are there. `archived`: how many messages the newest state in the
    room's archive has, as far as the sender knows.
    """

    session: SessionId
    r: Replica
    vv: Vector = field(default_factory=dict)
    l: int = 0  # noqa: E741 - the name on the wire
    hash: str = ""
    digests: Mapping[Replica, str] = field(default_factory=dict)
    floor: Vector = field(default_factory=dict)
    bye: bool = False
    guests: tuple[Party, ...] = ()
    archived: int = 0


@dataclass(frozen=True, slots=True)
class Paging:
    """How much of an answer is wanted (XEP-0059): so many, from behind that position on."""

    most: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of an answer is.

    `first`, `last`: positions in the log of who answers, 0 if it is empty. `index`: how many of
    all that answer the question stand before it; `count`: how many those are in all.
    """

    first: int
    last: int
    index: int
    count: int


@dataclass(frozen=True, slots=True)
class Get:
    """Asks for the messages beyond `since`; with `upto`, only of what that names.

    `since_seq`: only those beyond that position in the log of who is asked (SYNC 5.6). With
    `paging` the answer is one page.
    """

    session: SessionId
    since: Vector = field(default_factory=dict)
    upto: Vector = field(default_factory=dict)
    floor: Vector = field(default_factory=dict)
    since_seq: int | None = None
    paging: Paging | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Original messages, each with its sender: history asked for, a relay, a part of the state."""

    session: SessionId
    messages: tuple[EditMessage, ...]
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A member says that a message was not taken as its sender meant it.

    `reason`: 'out-of-order' from a host that wants strict order (requirement S6, SYNC 5.3);
    'invalid' where something in it breaks the rules of the application type and is not shown
    (requirement F4), which changes nothing about the message.
    """

    session: SessionId
    id: str
    expected: str = ""
    reason: str = "out-of-order"


@dataclass(frozen=True, slots=True)
class EphemeralMessage:
    """Cursors, previews, selections of one tick: shown, never kept.

    `guest`: whose they are, where the creator of a direct session passes them on.
    """

    session: SessionId
    items: tuple[Ephemeral, ...]
    guest: Party = NOBODY


# -------------------------------------------------------------------- joining (XEP "Connecting")


@dataclass(frozen=True, slots=True)
class Connect:
    """A joiner asks for the state."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class StateOffer:
    """A member offers to send it."""

    session: SessionId
    description: Description


@dataclass(frozen=True, slots=True)
class AcceptState:
    """The joiner takes this offer; `since` = what it already has (from a giver that went away).

    `fetches`: it can fetch a large state beside the stream.
    """

    session: SessionId
    since: Vector = field(default_factory=dict)
    fetches: bool = False


@dataclass(frozen=True, slots=True)
class RefuseState:
    """The joiner took another offer."""

    session: SessionId


@dataclass(frozen=True, slots=True)
class StateBegin:
    """The state follows: `count` messages in answers, before them a folded state in `parts`.

    It is complete when the joiner holds `vv`.
    """

    session: SessionId
    prolog: str = ""
    count: int = 0
    vv: Vector = field(default_factory=dict)
    parts: int = 0


@dataclass(frozen=True, slots=True)
class StatePart:
    """A part of the folded state at the giver's floor (SYNC 0.2/5.7); the first has number 0."""

    session: SessionId
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class StateEnd:
    """All of the state was sent."""

    session: SessionId
    vv: Vector = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StateUploaded:
    """The state is a file: packed (`wire.pack`), sealed (`wire.sealed`), put somewhere (XEP-0363).

    `size` in bytes and `sha256` (hexadecimal) are of the file as it lies there. The state is
    complete when the joiner holds `vv`.
    """

    session: SessionId
    url: str
    key: str
    size: int
    sha256: str
    vv: Vector = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ArchivedPart:
    """A part of the state, said to a room for its archive: for who comes when nobody is there.

    The parts of one `id`, from 0, are a packed session log (`wire.pack`) of `holds` messages.
    """

    session: SessionId
    id: str
    number: int
    parts: int
    holds: int
    data: bytes


# ------------------------------------------------------------------ invitations (Jingle, 1:1)


class Reason(enum.Enum):
    """Why a Jingle session ends (XEP-0166 section 7.4); the values are element names."""

    DECLINE = "decline"
    CANCEL = "cancel"
    SUCCESS = "success"
    GONE = "gone"
    TIMEOUT = "timeout"
    BUSY = "busy"
    EXPIRED = "expired"
    ALTERNATIVE_SESSION = "alternative-session"
    UNSUPPORTED_APPLICATIONS = "unsupported-applications"
    UNSUPPORTED_TRANSPORTS = "unsupported-transports"
    INCOMPATIBLE_PARAMETERS = "incompatible-parameters"
    FAILED_APPLICATION = "failed-application"
    FAILED_TRANSPORT = "failed-transport"
    CONNECTIVITY_ERROR = "connectivity-error"
    MEDIA_ERROR = "media-error"
    SECURITY_ERROR = "security-error"
    GENERAL_ERROR = "general-error"


@dataclass(frozen=True, slots=True)
class Initiate:
    """Jingle session-initiate: an invitation. The Jingle sid is the session's id."""

    session: SessionId
    initiator: str
    host: str
    description: Description
    content: str = CONTENT_NAME
    """The content's name, which the answer repeats."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Jingle session-accept."""

    session: SessionId
    initiator: str
    host: str
    description: Description
    content: str = CONTENT_NAME


@dataclass(frozen=True, slots=True)
class Terminate:
    """Jingle session-terminate: declined, taken back, left.

    `alternative`: the session that the sender would rather go on with (ALTERNATIVE_SESSION only).
    """

    session: SessionId
    reason: Reason
    initiator: str = ""
    alternative: str = ""


# --------------------------------------------------------------------------------- presence


@dataclass(frozen=True, slots=True)
class Advertisement:
    """Somebody's presence says: I take part in this session."""

    session: SessionId
    name: str = ""
    dialect: Dialect = Dialect.XEP


Message: TypeAlias = (
    EditMessage
    | StrictMessage
    | Heartbeat
    | Get
    | Answer
    | Reject
    | EphemeralMessage
    | Connect
    | StateOffer
    | AcceptState
    | RefuseState
    | StateBegin
    | StatePart
    | StateEnd
    | StateUploaded
    | ArchivedPart
    | Initiate
    | Accept
    | Terminate
    | Advertisement
)
"""Initiate, Accept, Terminate travel in iq stanzas, Advertisement in presence."""

MESSAGE_TYPES: tuple[type[Message], ...] = (
    EditMessage,
    StrictMessage,
    Heartbeat,
    Get,
    Answer,
    Reject,
    EphemeralMessage,
    Connect,
    StateOffer,
    AcceptState,
    RefuseState,
    StateBegin,
    StatePart,
    StateEnd,
    StateUploaded,
    ArchivedPart,
    Initiate,
    Accept,
    Terminate,
    Advertisement,
)
