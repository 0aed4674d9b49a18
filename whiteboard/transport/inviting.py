"""Inviting others to a board: one-to-one, or to the group chat where it runs."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from whiteboard.model.ids import Party
from whiteboard.session.boards import InvitationState
from whiteboard.session.negotiation import Invitation as Negotiation
from whiteboard.session.ports import Direct
from whiteboard.session.session import Role, Session, State
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.caps import Rules
from whiteboard.transport.connection import Connection
from whiteboard.transport.invitation_list import Entry, InvitationList
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.stanzas import bare, resource, valid_jid
from whiteboard.wire.messages import Description, Identity, Mode, Peer

ALL_MAY_DRAW = "They may draw here: only a moderator of the board can let people just watch."
TOO_SIMPLE = "Their program is simpler and cannot join this board. Invite them to a new one."

ONLY_HOST = "Only who opened this board can invite others to it."


class Inviting:
    """Invites.

    Args:
        connection: the present connection, None while signed out.
        open_boards: makes ways to others.
        entries: gets the invitations.
        rng: chooses ids and delays.
        changed: called when the list of invitations or boards differs.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        entries: InvitationList,
        rng: random.Random,
        changed: Callable[[], object],
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._list = entries
        self._rng = rng
        self._changed = changed

    def invite(self, board: SharedBoard, address: str, *, may_draw: bool = True) -> None:
        """Ask a contact to a board; a full address asks just that device."""
        connection = self._connection()
        jid = valid_jid(address)
        entry = self._list.add(bare(jid or address), board, incoming=False)
        devices: Sequence[str] = ()
        if connection is not None and jid is not None and connection.account.is_online:
            devices = (jid,) if resource(jid) else connection.roster.drawing_devices(bare(jid))
        if connection is None or jid is None or not devices:
            self._list.set_state(entry, InvitationState.GONE)
            return
        if _is_guest_on_plain(board):
            # Plain XEP-0284 knows no relay but the session's host.
            self._list.set_state(entry, InvitationState.GONE)
            board.fail_softly(ONLY_HOST)
            return
        room = board.room
        if room:
            connection.rooms.let_in(room, bare(jid))
            entry.row = replace(entry.row, room=room)
        else:
            rules = connection.capabilities.rules_for(devices)
            self._share(board, connection, bare(jid), rules, may_draw=may_draw)
            if not board.permissions.admit(Party(bare(jid)), may_draw=may_draw):
                board.fail_softly(ALL_MAY_DRAW)
            entry.row = replace(entry.row, may_draw=may_draw)
        able = connection.capabilities.able(devices, board.rules, in_room=bool(room))
        if not able:
            # Its rules are fixed for ever: a simpler program could not follow.
            self._list.set_state(entry, InvitationState.DECLINED)
            board.fail_softly(TOO_SIMPLE)
            return
        for device in able:
            self._ask_device(entry, board, connection, device)
        board.waiting_for_answer = True
        board.changed.emit(None)
        self._changed()

    def take_back(self, invitation: str) -> None:
        """Withdraw one."""
        entry = self._list.get(invitation)
        if entry is not None and not entry.row.incoming:
            entry.cancel()
            self._list.set_state(entry, InvitationState.GONE)
            entry.is_shown = False
            self._changed()

    def _share(
        self,
        board: SharedBoard,
        connection: Connection,
        address: str,
        rules: Rules,
        *,
        may_draw: bool,
    ) -> None:
        """Let the board be one that the person may join one-to-one."""
        actor = board.actor
        if actor is None or actor.state is State.ENDED:
            place = Direct(address)
            board.say_name()
            mode, dialect = rules
            description = Description(
                mode=mode,
                name=board.name,
                identity=Identity.JID,
                default="editor" if may_draw or mode is Mode.STRICT else "viewer",
                continues=board.session or "",
                application=board.application,
                dialect=dialect,
            )
            actor = Session.share(board.document, description, connection.me, place, self._rng)
            board.attach(actor, self._open.link(connection, place), place)
        actor.admit(address)

    def _ask_device(
        self, entry: Entry, board: SharedBoard, connection: Connection, device: str
    ) -> None:
        actor = board.actor
        assert actor is not None
        assert actor.description is not None
        description = replace(actor.description, name=board.name)
        peer = Peer(device, jid=bare(device))
        negotiation = Negotiation.outgoing(
            actor.session, description, connection.me, peer, host=board.room
        )
        connection.roster.show_to(device)
        attempt = self._list.drive(entry, connection, negotiation)
        attempt.driver.run(negotiation.start)


def _is_guest_on_plain(board: SharedBoard) -> bool:
    actor = board.actor
    is_guest = actor is not None and actor.role is Role.JOINER and not board.is_over
    return is_guest and board.is_plain and isinstance(board.where, Direct)
