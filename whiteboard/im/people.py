"""Contacts and group chats as the windows see them: immutable rows, replaced as they change."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from whiteboard.im.account import Problem


class Availability(enum.Enum):
    """Presence in words; ordered lists sort by this order."""

    ONLINE = "online"
    AWAY = "away"
    BUSY = "busy"
    OFFLINE = "offline"


class Subscription(enum.Enum):
    """Who sees whose presence."""

    NONE = "none"
    TO = "to"
    FROM = "from"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class RunningBoard:
    """A board announced in a group chat or by a contact."""

    session: str
    name: str
    people: int
    """How many take part."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One row of the contact list."""

    address: str
    name: str
    availability: Availability = Availability.OFFLINE
    status: str = ""
    can_draw: bool = False
    """Some resource of theirs supports our boards (caps)."""
    drawing_with_me: bool = False
    subscription: Subscription = Subscription.NONE
    waiting: bool = False
    """I asked to see their presence, they have not answered."""
    last_seen: float | None = None
    """Unix time of the last presence while available."""
    boards: tuple[RunningBoard, ...] = ()
    """Boards that they show they are on."""
    draws_simply: bool = False
    """What they draw with knows less than our program, such as Psi."""


@dataclass(frozen=True, slots=True)
class SubscriptionRequest:
    """Somebody wants to see my presence."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Occupant:
    """A participant of a group chat."""

    nick: str
    address: str | None
    """Bare address where the room shows it."""
    availability: Availability
    role: str
    """'moderator', 'participant' or 'visitor'."""
    affiliation: str
    can_draw: bool
    boards: tuple[str, ...] = ()
    """Ids of sessions the occupant takes part in."""
    me: bool = False


@dataclass(frozen=True, slots=True)
class VoiceRequest:
    """Somebody in a group chat who may only listen there asks to speak (XEP-0045 section 7.13)."""

    nick: str
    since: float
    """When it came, Unix time."""


class RoomState(enum.Enum):
    """Where my being in a group chat stands."""

    OUT = "out"
    JOINING = "joining"
    IN = "in"
    WAITING = "waiting"
    """Joins again when connected."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Room:
    """One row of the group chats."""

    address: str
    name: str
    nick: str
    state: RoomState = RoomState.OUT
    occupants: tuple[Occupant, ...] = ()
    boards: tuple[RunningBoard, ...] = ()
    problem: Problem | None = None
    anonymous: bool = False
    """Addresses of occupants are hidden from me."""
    temporary: bool = False
    """It ends when everybody has left."""
    requests: tuple[VoiceRequest, ...] = ()
    """Who asks me, a moderator there, for a voice; the oldest first."""
