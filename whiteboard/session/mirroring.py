"""What a group chat says of its occupants, put on record by a host of the board (SYNC 6.3).

A presence is seen by who is there and by nobody who joins later, so it judges no edit. A `<role/>`
does: room owners are made hosts and room moderators moderators when they come, and when the room
changes them. A banned person, and a visitor whose edits the room lets through all the same, may
only watch from then on: some servers' bans and muting do not hold.

Nothing is taken from a host, nor from whom the board and not the room made a moderator. What a
person gave up is not given back until the room changes that person, or the person comes anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from whiteboard.model.document import Document
from whiteboard.model.ids import Party
from whiteboard.model.rights import Role
from whiteboard.session.members import MAX_MEMBERS, People
from whiteboard.wire.messages import Peer

MIRROR_TIMER = "mirror"
FIRST_SECONDS = 0.3
"""Until one host acts: several presences come together."""
OTHERS_SECONDS = (1.5, 4.0)
"""Until other hosts do, if it has not been done by then."""
AGAIN_SECONDS = 1.0
"""Until it is looked again whether what is missing of somebody has come."""
VISITOR = "visitor"
OUTCAST = "outcast"


def role_in_room(role: str, affiliation: str) -> Role:
    """What somebody may do by the room's word (XEP-0045 sections 5.1, 5.2)."""
    if affiliation == OUTCAST or role == VISITOR:
        return Role.VIEWER
    if affiliation == "owner":
        return Role.HOST
    return Role.MODERATOR if role == "moderator" else Role.EDITOR


class Mirroring:
    """Notes what is to be put on record, and says what of it can be now.

    Args:
        people: who takes part.
        rng: chooses delays.
    """

    def __init__(self, people: People, rng: random.Random) -> None:
        self._people = people
        self._rng = rng
        self._seen: dict[Party, tuple[str, str]] = {}
        """Role and affiliation in the room."""
        self._wanted: dict[Party, Role] = {}
        self._muted: set[Party] = set()
        """Visitors whose edits came through, and who were made viewers for it."""

    def occupant(self, peer: Peer, role: str, affiliation: str) -> None:
        """Somebody is in the room, or has another role there; or has just been banned."""
        party = self._people.party(peer)
        if party is None or (party not in self._seen and len(self._seen) >= MAX_MEMBERS):
            return
        before = role_in_room(*self._seen[party]) if party in self._seen else Role.EDITOR
        self._seen[party] = (role, affiliation)
        now = role_in_room(role, affiliation)
        if affiliation == OUTCAST or now >= Role.MODERATOR:
            self._wanted[party] = Role.VIEWER if affiliation == OUTCAST else now
        elif before >= Role.MODERATOR or (party in self._muted and now is Role.EDITOR):
            self._wanted[party] = Role.EDITOR
        elif self._wanted.get(party) is not Role.EDITOR:
            self._wanted.pop(party, None)

    def left(self, peer: Peer) -> None:
        """Somebody is no longer in the room; a ban stays to be recorded."""
        party = self._people.party(peer)
        if party is not None and self._seen.get(party, ("", ""))[1] != OUTCAST:
            self._seen.pop(party, None)
            self._wanted.pop(party, None)

    def spoke(self, peer: Peer) -> None:
        """An edit of this occupant came through the room."""
        party = self._people.party(peer)
        if party is not None and self._seen.get(party, ("", ""))[0] == VISITOR:
            self._wanted[party] = Role.VIEWER
            self._muted.add(party)

    def delay(self, document: Document) -> float | None:
        """Seconds until `due` is to be asked; None if there is nothing to do here."""
        if not self._wanted:
            return None
        there = {member.party for member in self._people.members if not member.away}
        hosts = sorted(document.hosts() & there)
        is_first = not hosts or hosts[0] == document.party
        return FIRST_SECONDS if is_first else self._rng.uniform(*OTHERS_SECONDS)

    def due(
        self, document: Document, is_waiting: Callable[[Party], bool]
    ) -> tuple[list[tuple[Party, Role]], bool]:
        """What to put on record now, and whether there is more to look at later.

        Args:
            document: of the session.
            is_waiting: whether messages of a party are here that cannot be applied yet. What a
                demotion had not seen would be cut off.
        """
        there = {member.party for member in self._people.members if not member.away}
        ready: list[tuple[Party, Role]] = []
        later = False
        for party, role in tuple(self._wanted.items()):
            if role >= Role.MODERATOR and party not in there:
                continue  # in the room and not on the board
            if role < Role.MODERATOR and is_waiting(party):
                later = True
                continue
            del self._wanted[party]
            if self._is_news(document, party, role) and document.may_grant(party, role):
                ready.append((party, role))
            if role is Role.EDITOR:
                self._muted.discard(party)
        return ready, later

    def _is_news(self, document: Document, party: Party, role: Role) -> bool:
        if party == document.party:
            return False
        now = document.role_of(party)
        if role is Role.EDITOR:
            return now is Role.MODERATOR or (now is Role.VIEWER and party in self._muted)
        return now > role if role is Role.VIEWER else now < role
