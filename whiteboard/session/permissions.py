"""Who may do what on a board, as the windows see it: roles, the pen, finished parts (SYNC 6).

What counts is decided by the document alone. This says beforehand what would count, so that nobody
does in vain what the others, or the group chat, would not take.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from whiteboard.model.ids import Rid
from whiteboard.model.rights import Role
from whiteboard.util.event import Event

WHOLE = Rid("")
"""Stands for the whole board where a part is named."""


class Deed(enum.Enum):
    """What one person may do about another on a board."""

    GIVE_PEN = "give the pen"
    TAKE_PEN = "take the pen away"
    MAKE_MODERATOR = "make moderator"
    UNMAKE_MODERATOR = "take the moderator's place away"
    MAKE_HOST = "make host"
    HAND_OVER = "hand over the host's place"
    """Make host, and be none any more."""
    REMOVE = "remove"
    """From the group chat, as it is now."""
    BAN = "ban"
    """From the group chat for good."""


@dataclass(frozen=True, slots=True)
class PenRequest:
    """Somebody who may only watch asks to draw."""

    id: str
    name: str
    address: str
    since: float
    """Unix time."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A part of the board (WHOLE: all of it) that is declared complete."""

    rid: Rid
    by: str
    """Name of who said so; '' if unknown."""
    when: float | None = None
    """Unix time; None if unknown."""


class Why(enum.Enum):
    """Why something may not be changed."""

    WATCHING = "watching"
    """The person may only watch."""
    FINISHED = "finished"
    """It is declared complete, and only moderators and hosts may change it."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What stands in the way of a change."""

    why: Why
    finished: Finished | None = None
    """Which part is complete."""


class Outcome(enum.Enum):
    """Something that was asked for was not done, or happened to the person."""

    NOT_ALLOWED = "not allowed"
    """The group chat refused."""
    ASKED_TOO_OFTEN = "asked too often"
    """The group chat passes a request for the pen on only now and then."""


class Permissions(Protocol):
    """Rights on one board; `Board.changed` tells when any of it differs."""

    failed: Event[Outcome]

    @property
    def mine(self) -> Role:
        """What I may do."""

    def role_of(self, participant: str) -> Role:
        """What a participant (by id) may do."""

    @property
    def is_advisory(self) -> bool:
        """Others' programs may not know of finished parts, and do not have to heed them."""

    # --- the pen

    @property
    def requests(self) -> Sequence[PenRequest]:
        """Who asks me for the pen, the oldest first."""

    @property
    def may_ask(self) -> bool:
        """Whether there is a way to ask for the pen, and somebody to give it."""

    @property
    def has_asked(self) -> bool:
        """I have asked, and wait."""

    def ask(self) -> None:
        """Ask for the pen."""

    def answer(self, request: str, *, give: bool) -> None:
        """Give the pen to who asks, or not now."""

    # --- about people

    def deeds(self, participant: str) -> Sequence[Deed]:
        """What I may do about a participant now, in the order of a menu."""

    def do(self, deed: Deed, participant: str) -> None:
        """Do one of these."""

    @property
    def may_resign(self) -> bool:
        """Whether I am host, and can stop being it."""

    @property
    def may_go_on_anew(self) -> bool:
        """Whether the board has no host any more; anybody may go on with it (SYNC 6.6)."""

    def resign(self) -> None:
        """Be an editor like the others."""

    # --- what is finished

    def hindrance(self, rid: Rid = WHOLE) -> Hindrance | None:
        """Why I may not change `rid`, or put something into it; WHOLE: anything at all."""

    @property
    def finished(self) -> Sequence[Finished]:
        """The parts that are declared complete."""

    def finished_at(self, rid: Rid) -> Finished | None:
        """The innermost part that is complete and has `rid` in it."""

    @property
    def may_finish(self) -> bool:
        """Whether I may declare parts complete, and reopen them."""

    def finish(self, rids: Sequence[Rid] = (WHOLE,)) -> None:
        """Declare these, with all in them, complete."""

    def reopen(self, rids: Sequence[Rid] = (WHOLE,)) -> None:
        """Let them be changed again."""
