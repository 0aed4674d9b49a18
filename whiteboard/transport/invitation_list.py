"""Invitations both ways as a list, each with the devices that are asked, or ask."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from whiteboard.session.boards import Invitation, InvitationState
from whiteboard.session.negotiation import Invitation as Negotiation
from whiteboard.session.negotiation import Stage
from whiteboard.session.ports import AskUser, Direct, Effect, Ended, Target
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.driver import Driver
from whiteboard.transport.links import StanzaLink
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.util.event import Event
from whiteboard.wire.messages import Message, Peer, Reason

MOST_OVER = 50
"""Invitations that are over and still listed, of others and of mine."""

_STATES = {
    Reason.DECLINE: InvitationState.DECLINED,
    Reason.BUSY: InvitationState.DECLINED,
    Reason.ALTERNATIVE_SESSION: InvitationState.DECLINED,
    Reason.UNSUPPORTED_APPLICATIONS: InvitationState.DECLINED,
    Reason.UNSUPPORTED_TRANSPORTS: InvitationState.DECLINED,
    Reason.INCOMPATIBLE_PARAMETERS: InvitationState.DECLINED,
    Reason.TIMEOUT: InvitationState.UNANSWERED,
    Reason.EXPIRED: InvitationState.UNANSWERED,
}


@dataclass(slots=True)
class Try:
    """One device that is asked, or asks."""

    actor: Negotiation
    driver: Driver


@dataclass(slots=True)
class Entry:
    """One invitation."""

    row: Invitation
    board: SharedBoard | None
    tries: list[Try] = field(default_factory=list)
    is_shown: bool = True

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.row.state is InvitationState.OPEN

    def cancel(self) -> None:
        """No device is to answer any more."""
        for attempt in self.tries:
            attempt.driver.run(attempt.actor.cancel)


class InvitationList:
    """All of them, the oldest first.

    Args:
        open_boards: names people, and keeps the clock.
        changed: called when the list differs.
    """

    def __init__(self, open_boards: OpenBoards, changed: Callable[[], object]) -> None:
        self._open = open_boards
        self._changed = changed
        self._entries: dict[str, Entry] = {}
        self.invited: Event[Invitation] = Event()
        """Somebody invites me."""

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    @property
    def rows(self) -> Sequence[Invitation]:
        """What the windows list, newest first."""
        return tuple(e.row for e in reversed(self._entries.values()) if e.is_shown)

    def get(self, key: str) -> Entry | None:
        """The invitation with this id."""
        return self._entries.get(key)

    def add(self, address: str, board: SharedBoard | None, *, incoming: bool) -> Entry:
        """A new one, from or to this bare address."""
        self._forget_old()
        row = Invitation(
            secrets.token_hex(8),
            incoming=incoming,
            address=address,
            name=self._open.name_of(address),
            board=board.name if board is not None else "",
        )
        entry = self._entries[row.id] = Entry(row, board)
        return entry

    def remove(self, entry: Entry) -> None:
        """As if it had never been."""
        self._entries.pop(entry.row.id, None)
        self._changed()

    def dismiss(self, key: str) -> None:
        """Take an answered one off the list."""
        entry = self._entries.get(key)
        if entry is not None and not entry.is_open:
            entry.is_shown = False
            if entry.row.state is not InvitationState.ACCEPTED:
                del self._entries[key]
            self._changed()

    def tries_of(self, session: str, address: str) -> list[Try]:
        """What is under way, or was, about a session with the device at this full address."""
        return [
            attempt
            for entry in self._entries.values()
            for attempt in entry.tries
            if attempt.actor.session == session and attempt.actor.peer.address == address
        ]

    def drive(self, entry: Entry, connection: Connection, actor: Negotiation) -> Try:
        """Let `actor` act for this invitation."""

        def bounced(target: Target, message: Message, condition: str) -> None:
            driver.run(lambda now: actor.bounced(now, condition))

        link = StanzaLink(
            connection.account,
            connection.rooms,
            connection.bounces,
            Direct(actor.peer.address),
            sent=lambda _: None,
            bounced=bounced,
            dialect=lambda: actor.dialect,
        )
        driver = Driver(
            actor, link, self._open.clock, lambda effect: self._show(entry, actor, effect)
        )
        attempt = Try(actor, driver)
        entry.tries.append(attempt)
        return attempt

    def end(self, entry: Entry, reason: Reason, alternative: str = "") -> None:
        """It is over without having been accepted."""
        entry.row = replace(entry.row, reason=reason, alternative=self._openable(alternative))
        self.set_state(entry, _STATES.get(reason, InvitationState.GONE))

    def set_state(self, entry: Entry, state: InvitationState) -> None:
        """What became of it."""
        entry.row = replace(entry.row, state=state)
        board = entry.board
        if board is not None and not entry.row.incoming:
            board.waiting_for_answer = any(
                other.board is board and other.is_open and not other.row.incoming for other in self
            )
            board.changed.emit(None)
        self._changed()

    def device_gone(self, peer: Peer) -> None:
        """A device went offline."""
        for entry in self:
            for attempt in entry.tries:
                attempt.driver.run(
                    lambda now, actor=attempt.actor: actor.left(peer, now)  # type: ignore[misc]  # mypy cannot type a bound default
                )

    def _show(self, entry: Entry, actor: Negotiation, effect: Effect) -> None:
        if isinstance(effect, AskUser):
            entry.row = replace(entry.row, board=effect.board or entry.row.board)
            if entry.board is None:
                self.invited.emit(entry.row)
            self._changed()
            return
        has_ended = isinstance(effect, Ended) and entry.is_open
        if entry.row.incoming:
            if has_ended and actor.reason is not None:
                self.end(entry, actor.reason)
            return
        if actor.stage is Stage.ACCEPTED and entry.is_open:
            self.set_state(entry, InvitationState.ACCEPTED)
            for attempt in entry.tries:
                if attempt.actor is not actor:
                    attempt.driver.run(attempt.actor.cancel)
        elif (
            has_ended
            and actor.reason is not None
            and all(attempt.actor.stage is Stage.ENDED for attempt in entry.tries)
        ):
            self.end(entry, actor.reason, actor.alternative)

    def _openable(self, session: str) -> str:
        """The session, if a board of it is open here: another one cannot be offered."""
        return session if session and self._open.of_session(session) is not None else ""

    def _forget_old(self) -> None:
        """Of those that came to nothing the oldest go, seen or not."""
        kept = (InvitationState.OPEN, InvitationState.ACCEPTED)
        over = [key for key, entry in self._entries.items() if entry.row.state not in kept]
        for key in over[: max(0, len(over) - MOST_OVER)]:
            del self._entries[key]
