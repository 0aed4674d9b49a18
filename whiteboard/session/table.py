"""What happens to which message in which state: the whole of it, as data.

`TABLE[role, state][message type]` is an `Outcome` (a message is taken, and how) or a `Refusal` (it
is dropped, and why). `Session.receive` looks nowhere else. `print_table` writes it for the docs.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from whiteboard.wire.messages import (
    MESSAGE_TYPES,
    Accept,
    AcceptState,
    Advertisement,
    Answer,
    ArchivedPart,
    Connect,
    EditMessage,
    EphemeralMessage,
    Get,
    Heartbeat,
    Initiate,
    Message,
    RefuseState,
    Reject,
    StateBegin,
    StateEnd,
    StateOffer,
    StatePart,
    StateUploaded,
    StrictMessage,
    Terminate,
)


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


class Outcome(enum.Enum):
    """A message is taken."""

    KEEP = "keep until the state is here"
    APPLY = "apply"
    COMPARE = "compare what is held"
    NOTE = "note who is there"
    ANSWER = "send what is asked for"
    TAKE_HISTORY = "apply what was asked for"
    TAKE_STATE = "take as part of the state"
    TAKE_BEGIN = "learn how much comes"
    TAKE_END = "go live, or ask for the rest"
    FETCH = "fetch the state"
    TAKE_PART = "take as part of the folded state"
    HELP_BEGIN = "learn how much help comes"
    HELP_PART = "take as part of the help"
    HELP_END = "go on from the deeper history"
    SHOW = "show for a moment"
    OFFER = "offer the state"
    TAKE_OFFER = "accept the offer"
    REFUSE_OFFER = "refuse the offer"
    GO_ON = "one-to-one go on with the other, else refuse the offer"
    SERVE = "send the state"
    FORGET_OFFER = "forget the offer"
    TELL_REJECTED = "tell that a message was rejected"
    OTHER_ENDED = "the other side is gone"
    YIELD_OR_NOTE = "note it, or give way to an older board"
    TAKE_OR_KEEP = "take as part of the state, else keep"
    TAKE_OR_REFUSE = "accept the offer if it was asked for anew, else refuse it"
    NOTE_ARCHIVED = "note what the archive has"
    RESYNC = "ask for the state anew"


class Refusal(enum.Enum):
    """A message is dropped; the name is counted."""

    NOT_OPEN = "nobody can be in this session yet"
    NOTHING_TO_GIVE = "no state to give yet"
    NOT_YET = "nothing to show it on yet"
    NOT_ASKED = "nobody asked for it"
    NOT_FOR_SESSIONS = "belongs to an invitation"
    OVER = "the session has ended here"
    WRONG_SESSION = "names another session"
    NO_IDENTITY = "the transport does not show who sent it"
    FOREIGN_REPLICA = "the replica is not the sender's"
    NOT_INVITED = "the sender was not invited"
    NOT_THE_GIVER = "not from whom the state comes"
    NOT_OFFERED = "no offer was made to the sender"
    TOO_MANY = "a limit is reached"
    UNSUPPORTED = "belongs to the other mode"
    PRIVATE = "an edit that was not said to all"


Entry: TypeAlias = Outcome | Refusal

_O, _R = Outcome, Refusal
_ROW: Mapping[type[Message], tuple[Entry, Entry, Entry, Entry]] = {
    # message:          OPENING                ASKING               RECEIVING            LIVE
    EditMessage: (_R.NOT_OPEN, _O.KEEP, _O.KEEP, _O.APPLY),
    StrictMessage: (_R.NOT_OPEN, _R.NOT_YET, _R.UNSUPPORTED, _R.UNSUPPORTED),
    Heartbeat: (_R.NOT_OPEN, _O.NOTE, _O.NOTE, _O.COMPARE),
    Get: (_R.NOT_OPEN, _R.NOTHING_TO_GIVE, _R.NOTHING_TO_GIVE, _O.ANSWER),
    Answer: (_R.NOT_OPEN, _R.NOT_ASKED, _O.TAKE_STATE, _O.TAKE_HISTORY),
    Reject: (_R.NOT_OPEN, _R.NOT_ASKED, _R.NOT_ASKED, _O.TELL_REJECTED),
    EphemeralMessage: (_R.NOT_OPEN, _R.NOT_YET, _R.NOT_YET, _O.SHOW),
    Connect: (_R.NOT_OPEN, _R.NOTHING_TO_GIVE, _R.NOTHING_TO_GIVE, _O.OFFER),
    StateOffer: (_R.NOT_OPEN, _O.TAKE_OFFER, _O.REFUSE_OFFER, _O.GO_ON),
    AcceptState: (_R.NOT_OPEN, _R.NOTHING_TO_GIVE, _R.NOTHING_TO_GIVE, _O.SERVE),
    RefuseState: (_R.NOT_OPEN, _R.NOT_OFFERED, _R.NOT_OFFERED, _O.FORGET_OFFER),
    StateBegin: (_R.NOT_OPEN, _R.NOT_ASKED, _O.TAKE_BEGIN, _O.HELP_BEGIN),
    StatePart: (_R.NOT_OPEN, _R.NOT_ASKED, _O.TAKE_PART, _O.HELP_PART),
    StateEnd: (_R.NOT_OPEN, _R.NOT_ASKED, _O.TAKE_END, _O.HELP_END),
    StateUploaded: (_R.NOT_OPEN, _R.NOT_ASKED, _O.FETCH, _O.NOTE_ARCHIVED),
    ArchivedPart: (_R.NOT_OPEN, _R.NOT_YET, _R.NOT_YET, _O.NOTE_ARCHIVED),
    Initiate: (_R.NOT_FOR_SESSIONS,) * 4,
    Accept: (_R.NOT_FOR_SESSIONS,) * 4,
    Terminate: (_R.NOT_OPEN, _O.OTHER_ENDED, _O.OTHER_ENDED, _O.OTHER_ENDED),
    Advertisement: (_O.YIELD_OR_NOTE, _O.NOTE, _O.NOTE, _O.YIELD_OR_NOTE),
}
_COLUMNS = (State.OPENING, State.ASKING, State.RECEIVING, State.LIVE)
_STATES: Mapping[Role, tuple[State, ...]] = {
    Role.CREATOR: (State.OPENING, State.LIVE, State.ENDED),
    Role.JOINER: (State.ASKING, State.RECEIVING, State.LIVE, State.ENDED),
}


def _entry(role: Role, state: State, message: type[Message]) -> Entry:
    if state is State.ENDED:
        return Refusal.OVER
    entry = _ROW[message][_COLUMNS.index(state)]
    if role is Role.JOINER and entry is Outcome.YIELD_OR_NOTE:
        return Outcome.NOTE
    return entry


TABLE: Mapping[tuple[Role, State], Mapping[type[Message], Entry]] = MappingProxyType(
    {
        (role, state): {message: _entry(role, state, message) for message in MESSAGE_TYPES}
        for role, states in _STATES.items()
        for state in states
    }
)

_STRICT_ROW: Mapping[type[Message], tuple[Entry, Entry]] = {
    # message:     RECEIVING       LIVE
    EditMessage: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    StrictMessage: (_O.TAKE_OR_KEEP, _O.APPLY),
    Get: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    Answer: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    Reject: (_R.NOT_ASKED, _O.RESYNC),
    StateOffer: (_O.TAKE_OR_REFUSE, _O.TAKE_OR_REFUSE),
    StateBegin: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    StatePart: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    StateEnd: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    StateUploaded: (_R.UNSUPPORTED, _R.UNSUPPORTED),
    ArchivedPart: (_R.UNSUPPORTED, _R.UNSUPPORTED),
}
"""Where a strict session differs, once it is known to be one."""


def _strict_entry(role: Role, state: State, message: type[Message]) -> Entry:
    if state in {State.RECEIVING, State.LIVE} and message in _STRICT_ROW:
        return _STRICT_ROW[message][state is State.LIVE]
    return _entry(role, state, message)


STRICT_TABLE: Mapping[tuple[Role, State], Mapping[type[Message], Entry]] = MappingProxyType(
    {
        (role, state): {message: _strict_entry(role, state, message) for message in MESSAGE_TYPES}
        for role, state in TABLE
        if state in {State.RECEIVING, State.LIVE, State.ENDED}
    }
)
"""`TABLE` of a strict session, once it is known to be one."""


PSI_TABLE: Mapping[tuple[Role, State], Mapping[type[Message], Entry]] = MappingProxyType(
    {
        key: {**row, Accept: Outcome.SERVE} if key[1] is State.LIVE else row
        for key, row in STRICT_TABLE.items()
    }
)
"""`STRICT_TABLE` in Psi's dialect: who accepts an invitation is sent the state without asking."""


def print_table(table: Mapping[tuple[Role, State], Mapping[type[Message], Entry]] = TABLE) -> str:
    """A table as Markdown, one row a message; refusals in parentheses."""
    columns = list(table)
    head = ["message", *(f"{role.value}, {state.value}" for role, state in columns)]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for message in MESSAGE_TYPES:
        cells = [f"`{message.__name__}`"]
        for column in columns:
            entry = table[column][message]
            cells.append(entry.value if isinstance(entry, Outcome) else f"({entry.value})")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
