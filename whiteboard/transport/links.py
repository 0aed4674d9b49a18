"""From a session's `Send` to a stanza: through a group chat, one-to-one, or as a Jingle request."""

from __future__ import annotations

import asyncio
import collections
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

from slixmpp.exceptions import IqError, IqTimeout

from whiteboard.session.ports import Direct, InRoom, Place, Send, Target, ToPeer
from whiteboard.transport.account import Account
from whiteboard.transport.muc import MUC_USER, Rooms
from whiteboard.transport.outbox import Kind, TooLargeError
from whiteboard.transport.stanzas import tag
from whiteboard.util.log import SYNC
from whiteboard.wire import ns
from whiteboard.wire.codec import encode
from whiteboard.wire.messages import (
    Accept,
    Advertisement,
    EditMessage,
    EphemeralMessage,
    Initiate,
    Message,
    Terminate,
)

_MOST_REMEMBERED = 4000


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent under a stanza id, so that its return can be understood."""

    link: StanzaLink
    target: Target
    address: str
    message: Message


class Bounces:
    """The newest stanza ids and what they carried."""

    def __init__(self) -> None:
        self._sent: collections.OrderedDict[str, Sent] = collections.OrderedDict()

    def remember(self, stanza_id: str, sent: Sent) -> None:
        """A stanza is on its way."""
        self._sent[stanza_id] = sent
        while len(self._sent) > _MOST_REMEMBERED:
            self._sent.popitem(last=False)

    def returned(self, stanza_id: str, sender: str) -> Sent | None:
        """What came back; None if we sent nothing like it to `sender` (or its server)."""
        sent = self._sent.get(stanza_id)
        if sent is None:
            return None
        if sender not in {sent.address, sent.address.partition("/")[0]}:
            return None
        return self._sent.pop(stanza_id)


class StanzaLink:
    """The way from one session, or one invitation, to the others.

    Args:
        account: whose stream and outbox.
        rooms: where presence is shown; only for a session in a room.
        bounces: remembers what was sent.
        place: where the session lives; replaced when the other side's device is known.
        sent: called with the receipt of a `Send` that left the outbox, or never will.
        bounced: called with what came back and the stanza error's condition.
        session: id of the session.
    """

    def __init__(
        self,
        account: Account,
        rooms: Rooms,
        bounces: Bounces,
        place: Place,
        session: str,
        *,
        sent: Callable[[int], object],
        bounced: Callable[[Target, Message, str], object],
    ) -> None:
        self._account = account
        self._rooms = rooms
        self._bounces = bounces
        self.place = place
        self._session = session
        self._sent = sent
        self._bounced = bounced

    def send(self, send: Send) -> None:
        """See `session.ports.Link`."""
        if isinstance(send.message, Initiate | Accept | Terminate):
            self._request(send)
            return
        element = self._element(send)
        kind = Kind.CONTROL
        if isinstance(send.message, EditMessage):
            kind = Kind.EDIT
        elif isinstance(send.message, EphemeralMessage):
            kind = Kind.EPHEMERAL
        receipt = send.receipt
        taken = (lambda: self._sent(receipt)) if receipt else None
        try:
            queued = self._account.outbox.put(element, kind, taken)
        except TooLargeError as error:
            SYNC.error("not sent: %s", error)
            queued = False
        if not queued:
            if receipt:
                asyncio.get_running_loop().call_soon(self._sent, receipt)
            return
        if kind is not Kind.EPHEMERAL:
            sent = Sent(self, send.to, element.get("to", ""), send.message)
            self._bounces.remember(element.get("id", ""), sent)

    def advertise(self, what: Advertisement | None) -> None:
        """See `session.ports.Link`."""
        if isinstance(self.place, InRoom):
            self._rooms.advertise(self.place.room, self._session, what)

    def came_back(self, sent: Sent, condition: str) -> None:
        """A stanza of this link bounced."""
        self._bounced(sent.target, sent.message, condition)

    def forget(self) -> None:
        """The session is over: what it still has to say is dropped."""
        session = self._session
        self._account.outbox.drop(lambda message: _session_of(message) == session)

    def _element(self, send: Send) -> ET.Element:
        element = ET.Element(tag(ns.CLIENT, "message"))
        in_room = isinstance(self.place, InRoom)
        if isinstance(send.to, ToPeer):
            element.attrib.update({"to": send.to.address, "type": "chat"})
            if in_room:
                ET.SubElement(element, tag(MUC_USER, "x"))
        elif isinstance(self.place, InRoom):
            element.attrib.update({"to": self.place.room, "type": "groupchat"})
        else:
            element.attrib.update({"to": self.place.other, "type": "chat"})
        element.extend(encode(send.message))
        ET.SubElement(element, tag(ns.HINTS, "store" if send.store else "no-store"))
        return element

    def _request(self, send: Send) -> None:
        address = send.to.address if isinstance(send.to, ToPeer) else ""
        if not address and isinstance(self.place, Direct):
            address = self.place.other
        stream = self._account.stream
        if stream is None or not self._account.is_online or not address:
            loop = asyncio.get_running_loop()
            loop.call_soon(self._bounced, send.to, send.message, "remote-server-timeout")
            return
        (jingle,) = encode(send.message)
        answer = stream.plugin["xep_0166"].request(address, jingle)
        self._account.spawn(asyncio.ensure_future(self._await_answer(send, answer)))

    async def _await_answer(self, send: Send, answer: asyncio.Future[object]) -> None:
        try:
            await answer
        except IqError as error:
            self._bounced(send.to, send.message, str(error.condition))
        except IqTimeout:
            self._bounced(send.to, send.message, "remote-server-timeout")
        if send.receipt:
            self._sent(send.receipt)


def _session_of(message: ET.Element) -> str:
    for name in (tag(ns.SXE, "sxe"), tag(ns.SYNC, "sync")):
        child = message.find(name)
        if child is not None and child.get("session"):
            return child.get("session", "")
    return ""
