"""What a group chat says of the people on one of its boards, and lets me do about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whiteboard.im.people import Occupant, VoiceRequest
from whiteboard.model.rights import Role
from whiteboard.session.mirroring import role_in_room
from whiteboard.session.permissions import Deed, Outcome
from whiteboard.transport.connection import Connection

_AFFILIATIONS = ("outcast", "none", "member", "admin", "owner")
"""From least to most (XEP-0045 section 5.2)."""
_NOT_YET = {"not-acceptable", "resource-constraint", "policy-violation"}
"""What servers answer to a second request for a voice within their pause."""


class RoomPowers:
    """One room, over the connection of the moment.

    Args:
        connection: the present one, None while signed out.
        room: its address.
        failed: told what the room did not do.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        room: str,
        failed: Callable[[Outcome], object],
    ) -> None:
        self._connection = connection
        self.room = room
        self._failed = failed

    def occupant(self, address: str) -> Occupant | None:
        """Who is at this address in the room now; None: nobody, or I am not in the room."""
        connection = self._connection()
        return connection.rooms.occupant(address) if connection is not None else None

    @property
    def me(self) -> Occupant | None:
        """Myself."""
        connection = self._connection()
        peer = connection.rooms.me(self.room) if connection is not None else None
        return self.occupant(peer.address) if peer is not None else None

    def role(self, address: str) -> Role | None:
        """What the room lets somebody do; None if it is not known."""
        occupant = self.occupant(address)
        return role_in_room(occupant.role, occupant.affiliation) if occupant is not None else None

    @property
    def has_moderator(self) -> bool:
        """Whether somebody else is there who can give a voice."""
        connection = self._connection()
        there = connection.rooms.occupants(self.room) if connection is not None else ()
        return any(one.role == "moderator" and not one.me for _, one in there)

    @property
    def requests(self) -> Sequence[VoiceRequest]:
        """Who asks me for a voice."""
        connection = self._connection()
        is_moderator = (me := self.me) is not None and me.role == "moderator"
        return connection.rooms.requests.of(self.room) if connection and is_moderator else ()

    def can(self, deed: Deed, address: str) -> bool:
        """Whether the room would do it (XEP-0045 sections 5.1.1, 5.2.1)."""
        me, them = self.me, self.occupant(address)
        if me is None or them is None or them.me:
            return False
        rank, theirs = (_rank(one.affiliation) for one in (me, them))
        is_moderator = me.role == "moderator"
        is_admin = rank >= _rank("admin")
        if deed is Deed.GIVE_PEN:
            return is_moderator and them.role == "visitor"
        is_below = theirs < rank or (theirs <= _rank("member") and them.role != "moderator")
        if deed is Deed.TAKE_PEN:
            return is_moderator and them.role == "participant" and is_below
        if deed is Deed.REMOVE:
            return is_moderator and is_below
        if deed is Deed.BAN:
            return is_admin and theirs < rank and them.address is not None
        if deed is Deed.MAKE_MODERATOR:
            return is_admin and them.role != "moderator"
        if deed is Deed.UNMAKE_MODERATOR:
            return is_admin and them.role == "moderator" and theirs < _rank("admin")
        return False

    def do(self, deed: Deed, address: str) -> None:
        """Ask the room to do it, if it would."""
        connection = self._connection()
        them = self.occupant(address)
        if connection is None or them is None or not self.can(deed, address):
            return
        moderating = connection.moderating
        if deed is Deed.BAN:
            moderating.set_affiliation(self.room, them.address or "", "outcast", self._refused)
        elif deed is Deed.GIVE_PEN:
            moderating.give_voice(self.room, them.nick, self._refused)
        else:
            roles = {
                Deed.TAKE_PEN: "visitor",
                Deed.REMOVE: "none",
                Deed.MAKE_MODERATOR: "moderator",
                Deed.UNMAKE_MODERATOR: "participant",
            }
            moderating.set_role(self.room, them.nick, roles[deed], self._refused)

    def leave_unanswered(self, nick: str) -> None:
        """Do not give a voice now."""
        connection = self._connection()
        if connection is not None:
            connection.moderating.do_not_give_voice(self.room, nick)

    def request_voice(self) -> None:
        """Ask for a voice."""
        connection = self._connection()
        if connection is not None:
            connection.moderating.request_voice(self.room, self._refused)

    def _refused(self, condition: str) -> None:
        is_soon = condition in _NOT_YET
        self._failed(Outcome.ASKED_TOO_OFTEN if is_soon else Outcome.NOT_ALLOWED)


def _rank(affiliation: str) -> int:
    return _AFFILIATIONS.index(affiliation) if affiliation in _AFFILIATIONS else 1
