"""What group chats tell the sessions in them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from whiteboard.im.people import Occupant
from whiteboard.wire.messages import Advertisement, Peer


class Happening(enum.Enum):
    """What rooms tell the sessions in them."""

    ENTERED = "entered"
    """I am in (again); the peer is me."""
    OUT = "out"
    """I am no longer in."""
    REFUSED = "refused"
    """I am not let in; the peer is the room."""
    CAME = "came"
    LEFT = "left"
    LEARNED = "learned"
    """It is known whether the room keeps an archive."""
    BOARDS = "boards"
    """The peer's announced boards differ."""
    ROLE = "role"
    """The peer's role or affiliation in the room differs; the peer may be me."""
    ASKED = "asked"
    """Somebody asks for a voice, or no longer; the peer is the room."""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something happened to one occupant, or to me."""

    room: str
    what: Happening
    peer: Peer
    boards: tuple[Advertisement, ...] = ()
    occupant: Occupant | None = None
    """What is shown of the peer: of who came, has another role or left (as it was then)."""
    removed: Removed | None = None
    """Who left, or I, was thrown out."""


@dataclass(frozen=True, slots=True)
class Removed:
    """An occupant was thrown out of a room."""

    is_banned: bool
    """For good (affiliation outcast); else only from the room as it is now."""
    by: str = ""
    """Nick of who did it, where the room says so."""
