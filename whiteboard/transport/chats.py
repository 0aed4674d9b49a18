"""Text chat over XMPP: what is said in group chats and one-to-one, as `im.chat.Conversation`s.

Messages of mine go through the account's outbox, so that they survive a cut. In a group chat a
message has arrived when the room sends it back; one-to-one when the server has taken it, and again
when the other side's program says so (XEP-0184). That I am writing (XEP-0085) is told to contacts
whose program tells the same, and in small group chats.
"""

from __future__ import annotations

import asyncio
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from whiteboard.im.chat import (
    MAX_TEXT,
    ChatMessage,
    Conversation,
    Conversations,
    Delivery,
    message_of,
)
from whiteboard.transport.account import Account
from whiteboard.transport.inbox import sender_of
from whiteboard.transport.muc import Rooms
from whiteboard.transport.outbox import Kind, TooLargeError
from whiteboard.transport.roster import Roster
from whiteboard.transport.stanzas import bare, local, resource, tag
from whiteboard.util.event import Event
from whiteboard.util.log import XMPP
from whiteboard.wire import ns
from whiteboard.wire.chat import Said, Typing, read_chat, write_body, write_received, write_typing
from whiteboard.wire.messages import Peer

SMALL_ROOM = 20
"""Up to so many people in a group chat are told that somebody writes."""
WRITING_SECONDS = 30.0
"""Somebody who says nothing more for so long does not write any more."""
_MAX_PROBED = 500


class _Ways(Protocol):
    """What a connection offers to the chat."""

    account: Account
    rooms: Rooms
    roster: Roster


class Chats:
    """Implements `im.chat.ChatService`.

    Args:
        connection: the present connection, None while signed out.
        now: Unix seconds.
    """

    def __init__(
        self, connection: Callable[[], _Ways | None], now: Callable[[], float] = time.time
    ) -> None:
        self._connection = connection
        self._now = now
        self._conversations = Conversations()
        self._says_typing: dict[str, None] = {}
        """Contacts whose program tells whether they write."""
        self._writing: set[str] = set()
        """Where it was told that I write."""
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self.changed: Event[str] = Event()

    # --- what is shown ---

    def conversation(self, address: str) -> Conversation:
        """See `ChatService`."""
        return self._conversations.at(address)

    def can_write(self, address: str) -> bool:
        """See `ChatService`."""
        return bool(address) and self._connection() is not None

    # --- what is asked ---

    def send(self, address: str, text: str) -> None:
        """See `ChatService`."""
        self._say(address, text)

    def correct(self, address: str, key: str, text: str) -> None:
        """See `ChatService`."""
        known = self.conversation(address).get(key)
        if known is None or not known.me:
            return
        if known.delivery is Delivery.FAILED:
            self.conversation(address).remove(key)
            self._say(address, text)
        else:
            self._say(address, text, replaces=key)

    def send_again(self, address: str, key: str) -> None:
        """See `ChatService`."""
        known = self.conversation(address).get(key)
        if known is not None and known.delivery is Delivery.FAILED:
            self.conversation(address).remove(key)
            self._say(address, f"/me {known.text}" if known.is_action else known.text)

    def write(self, address: str, *, writes: bool) -> None:
        """See `ChatService`."""
        if writes == (address in self._writing):
            return
        self._writing ^= {address}
        connection = self._connection()
        if connection is None or not self._wants_typing(connection, address):
            return
        message = self._message(connection, address)
        write_typing(message, Typing.COMPOSING if writes else Typing.PAUSED)
        connection.account.outbox.put(message, Kind.EPHEMERAL)

    def _wants_typing(self, connection: _Ways, address: str) -> bool:
        if connection.rooms.knows(address):
            room = next((row for row in connection.rooms.rows if row.address == address), None)
            return room is not None and len(room.occupants) <= SMALL_ROOM
        return address in self._says_typing

    def _say(self, address: str, text: str, *, replaces: str = "") -> None:
        text = text.strip()[:MAX_TEXT]
        connection = self._connection()
        if connection is None or not text:
            return
        self._writing.discard(address)
        in_room = connection.rooms.knows(address)
        message = self._message(connection, address)
        write_body(message, text, replaces=replaces, in_room=in_room)
        conversation = self.conversation(address)
        names: list[str] = []

        def taken() -> None:
            if not in_room:
                conversation.deliver(names[0], Delivery.SENT)
                self.changed.emit(address)

        try:
            connection.account.outbox.put(message, Kind.CHAT, taken)
        except TooLargeError as error:
            XMPP.error("not sent: %s", error)
            return
        key = replaces or message.get("id", "")
        names.append(key)
        me = self._me(connection, address)
        if replaces:
            conversation.also_known_as(replaces, message.get("id", ""))
            conversation.correct(replaces, sender_of(me), text)
        else:
            mine = self._shown(key, me, connection, text, self._now(), me=True)
            conversation.take(replace(mine, delivery=Delivery.SENDING))
        self.changed.emit(address)

    def _message(self, connection: _Ways, address: str) -> ET.Element:
        kind = "groupchat" if connection.rooms.knows(address) else "chat"
        return ET.Element(tag(ns.CLIENT, "message"), {"to": address, "type": kind})

    def _me(self, connection: _Ways, address: str) -> Peer:
        account = connection.account
        if connection.rooms.knows(address):
            return connection.rooms.me(address) or Peer(f"{address}/")
        return Peer(account.jid, jid=account.address)

    # --- what comes in ---

    def receive(self, peer: Peer, xml: ET.Element) -> None:
        """A message of a group chat's occupant (groupchat), or of somebody one-to-one."""
        connection = self._connection()
        said = read_chat(xml)
        if connection is None or said is None:
            return
        in_room = connection.rooms.knows(peer.bare)
        if in_room != (xml.get("type") == "groupchat"):
            return  # a private message inside a room has no place beside a board
        conversation = self.conversation(peer.bare)
        if not in_room and said.typing is not None:
            self._learn_typing(peer.bare)
        if said.received:
            conversation.deliver(said.received, Delivery.RECEIVED)
        if said.typing is not None and not said.body and said.sent_at is None:
            self._note_writing(conversation, peer, said, connection)
        if said.body:
            self._take(conversation, peer, said, connection, in_room=in_room)
        self.changed.emit(peer.bare)

    def _take(
        self,
        conversation: Conversation,
        peer: Peer,
        said: Said,
        connection: _Ways,
        *,
        in_room: bool,
    ) -> None:
        body = said.body + ("…" if said.was_cut else "")
        author = sender_of(peer)
        me = in_room and self._is_me(peer, connection)
        known = conversation.knows(said.id, said.origin)
        held = conversation.get(known)
        if me and held is not None and held.me:
            conversation.also_known_as(known, said.archived)
            conversation.deliver(known, Delivery.SENT)
            return  # the room sends back what I said
        if said.replaces and conversation.correct(said.replaces, author, body):
            conversation.also_known_as(conversation.knows(said.replaces), said.id)
            return
        is_late = said.sent_at is not None and self._may_hold(said.held_by, peer, in_room=in_room)
        at = min(said.sent_at or 0.0, self._now()) if is_late else self._now()
        key = said.id if said.id and not known else f"{author} {said.id} {at}"
        if held is not None and (held.author == author or held.address == peer.address):
            return  # the history of a room, read again
        message = self._shown(key, peer, connection, body, at, me=me)
        is_news = not (in_room and is_late) or at > conversation.cut_at
        conversation.take(message, said.archived, counts=is_news)
        if said.wants_receipt and not in_room and said.id:
            self._confirm(connection, peer, said.id)

    @staticmethod
    def _may_hold(holder: str, peer: Peer, *, in_room: bool) -> bool:
        """Whether this one may say that a message is older: the room itself, or a server."""
        if in_room:
            return holder in {"", peer.bare, peer.bare.partition("@")[2]}
        return "@" not in holder or bare(holder) == peer.bare

    def _is_me(self, peer: Peer, connection: _Ways) -> bool:
        me = connection.rooms.me(peer.bare)
        if me is None:
            return False
        if me.occupant_id and peer.occupant_id:
            return me.occupant_id == peer.occupant_id
        return me.address == peer.address

    def _shown(
        self, key: str, peer: Peer, connection: _Ways, text: str, at: float, *, me: bool
    ) -> ChatMessage:
        if connection.rooms.knows(peer.bare):
            name, address = resource(peer.address), peer.address
        elif me:
            name, address = local(peer.bare), peer.bare
        else:
            name, address = connection.roster.name_of(peer.bare), peer.bare
        return message_of(key, sender_of(peer), name, address, text, at, me=me)

    def _confirm(self, connection: _Ways, peer: Peer, message_id: str) -> None:
        """Say that it has arrived; not to strangers, who would learn that I am here."""
        if not connection.roster.is_contact(peer.bare):
            return
        message = ET.Element(tag(ns.CLIENT, "message"), {"to": peer.address, "type": "chat"})
        write_received(message, message_id)
        connection.account.outbox.put(message, Kind.CONTROL)

    def _learn_typing(self, address: str) -> None:
        self._says_typing[address] = None
        while len(self._says_typing) > _MAX_PROBED:
            del self._says_typing[next(iter(self._says_typing))]

    def _note_writing(
        self, conversation: Conversation, peer: Peer, said: Said, connection: _Ways
    ) -> None:
        if self._is_me(peer, connection):
            return
        author = sender_of(peer)
        writes = said.typing is Typing.COMPOSING
        name = resource(peer.address)
        if not connection.rooms.knows(peer.bare):
            name = connection.roster.name_of(peer.bare)
        conversation.set_writing(author, name, writes=writes)
        timer = self._timers.pop((peer.bare, author), None)
        if timer is not None:
            timer.cancel()
        if writes:
            loop = asyncio.get_running_loop()
            self._timers[peer.bare, author] = loop.call_later(
                WRITING_SECONDS, self._wrote, conversation, author
            )

    def _wrote(self, conversation: Conversation, author: str) -> None:
        self._timers.pop((conversation.address, author), None)
        conversation.set_writing(author, "", writes=False)
        self.changed.emit(conversation.address)

    def returned(self, sender: str, message_id: str) -> bool:
        """A stanza came back with an error; whether it was a chat message of mine."""
        conversation = self.conversation(bare(sender))
        key = conversation.knows(message_id)
        if not key:
            return False
        conversation.deliver(key, Delivery.FAILED)
        self.changed.emit(conversation.address)
        return True

    def forget(self) -> None:
        """Somebody else signs in: nothing of what was said stays."""
        self.offline()
        self._conversations = Conversations()
        self._says_typing.clear()

    def offline(self) -> None:
        """The connection is down: nothing is known of who writes."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._writing.clear()
        for conversation in self._conversations:
            conversation.cut_at = self._now()
            conversation.nobody_writes()
