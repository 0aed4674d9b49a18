"""From a session's `Send` to a stanza: through a group chat, one-to-one, or as a Jingle request."""

from __future__ import annotations

import asyncio
import collections
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

from slixmpp import Iq
from slixmpp.exceptions import IqError, IqTimeout

from whiteboard.model.ephemeral import Attention
from whiteboard.model.ops import Batch
from whiteboard.session.ports import Direct, InRoom, Place, Send, Target, ToPeer
from whiteboard.transport.account import Account
from whiteboard.transport.muc import MUC_USER, Rooms
from whiteboard.transport.outbox import Kind, TooLargeError
from whiteboard.transport.stanzas import tag
from whiteboard.transport.uploads import Uploads
from whiteboard.util.event import Event
from whiteboard.util.log import SYNC
from whiteboard.wire import ns
from whiteboard.wire.codec import encode
from whiteboard.wire.messages import (
    Accept,
    Advertisement,
    Answer,
    ArchivedPart,
    Dialect,
    EditMessage,
    EphemeralMessage,
    Initiate,
    Message,
    StateBegin,
    StateEnd,
    StatePart,
    StateUploaded,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.psi import encode_psi

_MOST_REMEMBERED = 4000
_STATE = (StateBegin, StatePart, StateEnd, ArchivedPart, StateUploaded)
"""Goes behind all else, in order, with the answers that are paced (`Send.receipt`)."""


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
        taken: called with an edit that the server has taken, by itself or in an answer.
        dialect: how the session is said.
        uploads: carries files beside the stream.
    """

    def __init__(
        self,
        account: Account,
        rooms: Rooms,
        bounces: Bounces,
        place: Place,
        *,
        sent: Callable[[int], object],
        bounced: Callable[[Target, Message, str], object],
        taken: Callable[[Batch | StrictMessage], object] = lambda _: None,
        dialect: Callable[[], Dialect] = lambda: Dialect.XEP,
        uploads: Uploads | None = None,
    ) -> None:
        self._dialect = dialect
        self._uploads = uploads
        self._account = account
        self._rooms = rooms
        self._bounces = bounces
        self.place = place
        self._advertised: str | None = None
        self._sent = sent
        self._bounced = bounced
        self._edit_taken = taken
        self.waiting = 0
        """Own edits that the server has not taken."""
        self.waiting_changed: Event[None] = Event()

    def rebind(
        self, account: Account, rooms: Rooms, bounces: Bounces, uploads: Uploads | None = None
    ) -> None:
        """Go on over another connection of the same account; what waited in the old one is lost.

        The session's members ask for what they miss.
        """
        if account is not self._account:
            self._account, self._rooms, self._bounces = account, rooms, bounces
            self._uploads = uploads
            self._advertised = None
            self._count(-self.waiting)

    def send(self, send: Send) -> None:
        """See `session.ports.Link`."""
        is_psi = self._dialect() is Dialect.PSI
        is_negotiation = isinstance(send.message, Initiate | Accept | Terminate)
        if is_negotiation and not is_psi:
            self._request(send)
            return
        element = self._psi_element(send) if is_psi else self._element(send)
        if element is None:
            return
        kind = Kind.CONTROL
        if isinstance(send.message, EditMessage | StrictMessage) and send.store:
            kind = Kind.EDIT
        elif isinstance(send.message, EphemeralMessage) and not _calls(send.message):
            kind = Kind.EPHEMERAL
        elif isinstance(send.message, _STATE) or (
            isinstance(send.message, Answer) and send.receipt
        ):
            kind = Kind.BULK
        receipt = send.receipt
        if kind is Kind.EDIT:
            self._count(1)
        try:
            queued = self._account.outbox.put(
                element, kind, lambda: self._taken(send.message, receipt, is_edit=send.store)
            )
        except TooLargeError as error:
            SYNC.error("not sent: %s", error)
            queued = False
        if not queued:
            if kind is Kind.EDIT:
                self._count(-1)
            if receipt:
                asyncio.get_running_loop().call_soon(self._sent, receipt)
            if is_negotiation and is_psi:
                self._fail(send)
            return
        if kind is not Kind.EPHEMERAL:
            sent = Sent(self, send.to, element.get("to", ""), send.message)
            self._bounces.remember(element.get("id", ""), sent)

    def advertise(self, what: Advertisement | None) -> None:
        """See `session.ports.Link`."""
        if not isinstance(self.place, InRoom):
            return
        session = what.session if what is not None else None
        if self._advertised is not None and self._advertised != session:
            self._rooms.advertise(self.place.room, self._advertised, None)
        self._advertised = session
        if what is not None:
            self._rooms.advertise(self.place.room, what.session, what)

    def came_back(self, sent: Sent, condition: str) -> None:
        """A stanza of this link bounced."""
        self._bounced(sent.target, sent.message, condition)

    @property
    def load(self) -> int:
        """Bytes that wait in the account's outbox, bulk aside."""
        return self._account.outbox.waiting_bytes

    @property
    def upload_limit(self) -> int:
        """Bytes of the largest file that can be put somewhere; 0 = none can."""
        return self._uploads.limit if self._uploads is not None else 0

    @property
    def can_fetch(self) -> bool:
        """Whether files can be fetched."""
        return self._uploads is not None

    def put(self, data: bytes, then: Callable[[str], object]) -> None:
        """See `driver.Files`."""
        if self._uploads is None:
            then("")
        else:
            self._uploads.put(data, then)

    def fetch(
        self,
        url: str,
        size: int,
        came: Callable[[int], object],
        then: Callable[[bytes], object],
    ) -> None:
        """See `driver.Files`."""
        if self._uploads is None:
            then(b"")
        else:
            self._uploads.fetch(url, size, came, then)

    @property
    def has_archive(self) -> bool:
        """Whether what is said to all is kept by the room."""
        return isinstance(self.place, InRoom) and self._rooms.has_archive(self.place.room)

    @property
    def page(self) -> int:
        """Bytes that a page of a state should have now."""
        return self._account.outbox.bulk.page

    def forget(self, session: str) -> None:
        """What this session still has to say is dropped: nobody will ever hear it."""
        self._account.outbox.drop(lambda message: _session_of(message) == session)
        self._count(-self.waiting)

    def _taken(self, message: Message, receipt: int, *, is_edit: bool) -> None:
        if isinstance(message, EditMessage):
            self._edit_taken(message.batch)
            self._count(-1)
        elif isinstance(message, StrictMessage) and is_edit:
            self._edit_taken(message)
            self._count(-1)
        elif isinstance(message, Answer):
            for original in message.messages:  # what the other side asked for, own edits among it
                self._edit_taken(original.batch)
        if receipt:
            self._sent(receipt)

    def _count(self, difference: int) -> None:
        self.waiting += difference
        self.waiting_changed.emit(None)

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

    def _psi_element(self, send: Send) -> ET.Element | None:
        """As Psi says it: without type and hints; None for what is not for it, or for now.

        What cannot be sent now the session does again when it can (`PsiStrict`).
        """
        payload = encode_psi(send.message)
        is_edit = isinstance(send.message, StrictMessage) and send.store
        if not payload or (is_edit and not self._account.is_online):
            return None
        element = ET.Element(tag(ns.CLIENT, "message"))
        if isinstance(send.to, ToPeer):
            element.set("to", send.to.address)
        elif isinstance(self.place, InRoom):
            element.attrib.update({"to": self.place.room, "type": "groupchat"})
        else:
            element.set("to", self.place.other)
        element.extend(payload)
        if isinstance(self.place, InRoom) and not isinstance(send.to, ToPeer):
            ET.SubElement(element, tag(ns.HINTS, "store" if send.store else "no-store"))
        return element

    def _fail(self, send: Send) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(self._bounced, send.to, send.message, "remote-server-timeout")

    def _request(self, send: Send) -> None:
        address = send.to.address if isinstance(send.to, ToPeer) else ""
        if not address and isinstance(self.place, Direct):
            address = self.place.other
        stream = self._account.stream
        if stream is None or not self._account.is_online or not address:
            self._fail(send)
            return
        (jingle,) = encode(send.message)
        answer = stream.jingle.request(address, jingle)
        self._account.spawn(asyncio.ensure_future(self._await_answer(send, answer)))

    async def _await_answer(self, send: Send, answer: asyncio.Future[Iq]) -> None:
        try:
            await answer
        except IqError as error:
            self._bounced(send.to, send.message, str(error.condition))
        except IqTimeout:
            self._bounced(send.to, send.message, "remote-server-timeout")
        if send.receipt:
            self._sent(send.receipt)


def _calls(message: EphemeralMessage) -> bool:
    """Whether all are asked to look at one place: said once, so it is not dropped."""
    return any(isinstance(item, Attention) for item in message.items)


def _session_of(message: ET.Element) -> str:
    for name in (tag(ns.SXE, "sxe"), tag(ns.SYNC, "sync"), tag(ns.PSI_SXE, "sxe")):
        child = message.find(name)
        if child is not None and child.get("session"):
            return child.get("session", "")
    return ""
