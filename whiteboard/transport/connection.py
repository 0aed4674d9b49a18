"""Everything that hangs on one signed-in account, and the one door for what others send.

`Connection` turns stanzas into messages of `wire` with the peer they came from, and hands them to a
listener. What is malformed ends here, counted and logged; it never reaches a session.
"""

from __future__ import annotations

import asyncio
import contextlib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import Protocol

from slixmpp import JID, Iq
from slixmpp.exceptions import XMPPError
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from whiteboard.im.account import AccountSettings
from whiteboard.session.boards import KnownBoard
from whiteboard.session.ports import Counters, Direct, InRoom, Place
from whiteboard.transport.account import Account, BackOff
from whiteboard.transport.announcing import items_of
from whiteboard.transport.archive import RoomArchives
from whiteboard.transport.caps import Capabilities
from whiteboard.transport.chats import Chats
from whiteboard.transport.inbox import Inbox, sender_of, size_of
from whiteboard.transport.links import Bounces, Sent
from whiteboard.transport.moderating import DATA_FORM, Moderating
from whiteboard.transport.muc import MAM, Rooms
from whiteboard.transport.room_events import Happening, RoomEvent
from whiteboard.transport.roster import Roster
from whiteboard.transport.stanzas import bare, error_condition, resource, tag, valid_jid
from whiteboard.transport.stream import Stream
from whiteboard.transport.uploads import Uploads
from whiteboard.util.clock import MonotonicClock
from whiteboard.util.event import Event
from whiteboard.util.log import SYNC, XMPP
from whiteboard.wire import ns, psi
from whiteboard.wire.chat import CHAT_TAGS
from whiteboard.wire.codec import decode
from whiteboard.wire.description import unsupported, write_jingle
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import (
    Accept,
    Advertisement,
    EditMessage,
    EphemeralMessage,
    Initiate,
    Message,
    Peer,
    Terminate,
)
from whiteboard.xep_0166 import Jingle, JingleError

_ANSWER = f"{tag(ns.SYNC, 'sync')}/{tag(ns.SYNC, 'answer')}"


class Listener(Protocol):
    """Who is told what comes in."""

    def on_message(self, place: Place, peer: Peer, message: Message) -> None:
        """A message for a session at `place`."""

    def on_psi(self, place: Place, peer: Peer, message: Message) -> None:
        """A message for a session at `place`, said as Psi says it."""

    def on_jingle(self, peer: Peer, message: Initiate | Accept | Terminate) -> None:
        """A Jingle request.

        Raises:
            JingleError: it is refused.
        """

    def on_bounce(self, sent: Sent, condition: str) -> None:
        """Something we sent came back with this stanza error."""

    def on_room(self, event: RoomEvent) -> None:
        """Something happened in a group chat."""

    def shown_to(self, address: str) -> tuple[Advertisement, ...]:
        """Running boards that a bare address may see; '' = all who see my presence."""

    def items_for(self, address: str, node: str) -> Sequence[KnownBoard] | None:
        """Boards that a bare address may see under a node of mine; None if there is none."""

    def on_flood(self, sender: str) -> None:
        """Somebody (see `inbox.sender_of`) sends more than can be shown at once."""

    def on_device_here(self, address: str) -> None:
        """What the device at this full address can do is known now."""

    def on_device_gone(self, address: str) -> None:
        """The device at this full address went offline."""

    def on_online(self) -> None:
        """The session with the server is up."""

    def on_offline(self) -> None:
        """It is down, for now or for good."""


class Connection:
    """One account with its contacts and rooms. Make it inside a running event loop.

    Args:
        settings: how to sign in.
        listener: told what comes in.
        drawing_with: whether I share a board with this bare address now.
        register: create the account on its server first.
        back_off: for tests.
        resource: see `Account`.
        chats: takes the text chat, which is not announced without it.
    """

    def __init__(
        self,
        settings: AccountSettings,
        listener: Listener,
        drawing_with: Callable[[str], bool],
        *,
        register: bool = False,
        back_off: BackOff | None = None,
        resource: str = "",
        chats: Chats | None = None,
    ) -> None:
        self._listener = listener
        self._chats = chats
        self._version = ""
        self.ready = False
        """Signed in, with the contact list, and visible to others."""
        self.account = Account(settings, register=register, back_off=back_off, resource=resource)
        self.capabilities = Capabilities(self.account)
        self.roster = Roster(self.account, self.capabilities, drawing_with, listener.shown_to)
        self.rooms = Rooms(
            self.account, self.capabilities, lambda: self._version, lambda: self.ready
        )
        self.moderating = Moderating(
            self.account, self.rooms.requests, lambda full: self.rooms.occupant(full) is not None
        )
        self.archives = RoomArchives(self.account, self.rooms.stamps)
        self.uploads = Uploads(self.account)
        self.bounces = Bounces()
        self.faults = Counters()
        """What was dropped at the door, by kind."""
        self.inbox = Inbox(MonotonicClock())
        """Messages for sessions wait there for their turn."""
        self.inbox.flooded.subscribe(listener.on_flood)
        self.heard: Event[None] = Event()
        """A message for a session came."""
        self.changed: Event[None] = Event()
        """Account, contacts or rooms differ now."""
        for event in (self.account.changed, self.roster.changed, self.rooms.changed):
            event.subscribe(lambda _: self.changed.emit(None))
        self.account.online.subscribe(lambda resumed: self._on_online(resumed=resumed))
        self.account.offline.subscribe(lambda _: self._on_offline())
        self.rooms.happened.subscribe(self._on_room)
        self.roster.went.subscribe(self._on_device_gone)
        self.capabilities.learned.subscribe(listener.on_device_here)
        self.account.configure(self._configure)

    @property
    def me(self) -> Peer:
        """Myself one-to-one."""
        return Peer(self.account.jid, jid=self.account.address)

    def start(self) -> None:
        """Connect, and stay connected until `stop`."""
        self.account.start()

    async def stop(self) -> None:
        """Sign out."""
        self.inbox.close()
        await self.account.stop()

    async def settle(self, seconds: float) -> None:
        """Wait until the server has taken everything, at most `seconds`."""
        outbox = self.account.outbox
        if outbox.idle or not self.account.is_online:
            return
        done = asyncio.get_running_loop().create_future()

        def look(_: object) -> None:
            if (outbox.idle or not self.account.is_online) and not done.done():
                done.set_result(None)

        unsubscribe = outbox.changed.subscribe(look)
        try:
            await asyncio.wait_for(done, seconds)
        except TimeoutError:
            XMPP.info("signing out with %d changes not sent", outbox.waiting)
        finally:
            unsubscribe()

    # --- the session with the server ---

    def _on_online(self, *, resumed: bool) -> None:
        if resumed:
            self.ready = True
            self.rooms.online(resumed=True)
            self._listener.on_online()
            self.changed.emit(None)
        else:
            self.account.spawn(asyncio.ensure_future(self._enter()))

    async def _enter(self) -> None:
        stream = self.account.stream
        if stream is None:
            return
        caps = stream.plugin["xep_0115"]
        await caps.update_caps(jid=stream.boundjid, broadcast=False)
        self._version = str(await caps.get_verstring(stream.boundjid) or "")
        await self.roster.enter(self._version)
        self.ready = True
        self.rooms.online(resumed=False)
        self._listener.on_online()
        await self.uploads.find()
        await self.rooms.find_service()

    def _on_offline(self) -> None:
        self.ready = False
        self.inbox.clear()
        # First, so that nobody is taken for gone: it is I who am cut off.
        self._listener.on_offline()
        if self._chats is not None:
            self._chats.offline()
        self.rooms.offline()
        self.roster.leave()

    def _on_room(self, event: RoomEvent) -> None:
        # What is meant for a room one is not in would come back: it waits in the outbox.
        if event.what is Happening.ENTERED:
            self.account.outbox.release(event.room)
        elif event.what is Happening.OUT:
            self.account.outbox.hold(event.room)
        if event.what in {Happening.ENTERED, Happening.OUT, Happening.REFUSED}:
            self._listener.on_room(event)
        else:
            # Behind what that occupant has said: else a cursor would bring back who has left.
            self.inbox.after(sender_of(event.peer), lambda: self._listener.on_room(event))

    def _on_device_gone(self, address: str) -> None:
        self.inbox.after(bare(address), lambda: self._listener.on_device_gone(address))

    # --- the door ---

    def _configure(self, stream: Stream) -> None:
        stream.add_event_handler("any_presence", self._on_presence)
        stream.add_event_handler("sxe", self._on_sxe)
        stream.register_handler(
            Callback(
                "Whiteboard sync",
                MatchXPath(f"{tag(ns.CLIENT, 'message')}/{tag(ns.SYNC, 'sync')}"),
                self._on_sync,
            )
        )
        stream.register_handler(
            Callback(
                "Whiteboard Psi",
                MatchXPath(f"{tag(ns.CLIENT, 'message')}/{psi.SXE}"),
                self._on_sxe,
            )
        )
        stream.register_handler(
            Callback(
                "Whiteboard archive",
                MatchXPath(f"{tag(ns.CLIENT, 'message')}/{tag(MAM, 'result')}"),
                lambda stanza: self.archives.result(stanza.xml),
            )
        )
        stream.register_handler(
            Callback(
                "Whiteboard returned",
                MatchXPath(f"{tag(ns.CLIENT, 'message')}/{tag(ns.CLIENT, 'error')}"),
                self._on_returned,
            )
        )
        stream.register_handler(
            Callback(
                "Whiteboard form",
                MatchXPath(f"{tag(ns.CLIENT, 'message')}/{tag(DATA_FORM, 'x')}"),
                self._on_form,
            )
        )
        stream.jingle.consumer = self._on_jingle
        disco = stream.plugin["xep_0030"]
        disco.set_node_handler("get_items", handler=self._on_items)
        if self._chats is not None:
            for feature in ns.CHAT_FEATURES:
                stream.plugin["xep_0030"].add_feature(feature)
            message = MatchXPath(tag(ns.CLIENT, "message"))
            stream.register_handler(Callback("Whiteboard chat", message, self._on_chat))

    def _on_presence(self, presence: StanzaBase) -> None:
        full = valid_jid(presence.xml.get("from"))
        if full is None:
            self.faults.count("bad address")
        elif self.rooms.knows(bare(full)):
            self.rooms.presence(presence.xml)
        elif presence.xml.get("type") != "error":
            self.roster.presence(presence)

    def _on_sxe(self, stanza: StanzaBase) -> None:
        self._on_message(stanza.xml)

    def _on_returned(self, stanza: StanzaBase) -> None:
        # Most servers return the error without what was sent.
        full = valid_jid(stanza.xml.get("from"))
        sent = self.bounces.returned(stanza.xml.get("id", ""), full or "")
        condition = error_condition(stanza.xml)[0]
        if stanza.xml.get("type") == "error" and sent is not None:
            self._listener.on_bounce(sent, condition)
        elif sent is None and full is not None:
            self.moderating.returned(stanza.xml.get("id", ""), full, condition)
            if self._chats is not None:
                self._chats.returned(full, stanza.xml.get("id", ""))

    def _on_form(self, stanza: StanzaBase) -> None:
        if stanza.xml.get("type") != "error":
            self.moderating.heard(stanza.xml)

    def _on_chat(self, stanza: StanzaBase) -> None:
        xml, chats = stanza.xml, self._chats
        full = valid_jid(xml.get("from"))
        if chats is None or full is None or xml.get("type") in {"error", "headline"}:
            return
        if not any(child.tag in CHAT_TAGS for child in xml):
            return
        in_room = self.rooms.knows(bare(full))
        if in_room and not resource(full):
            return  # the room itself
        peer = self.rooms.peer(full, xml) if in_room else Peer(full, jid=bare(full))
        self.inbox.put(sender_of(peer), lambda: chats.receive(peer, xml), size_of(xml))

    def _on_sync(self, stanza: StanzaBase) -> None:
        if stanza.xml.find(tag(ns.SXE, "sxe")) is None and stanza.xml.find(psi.SXE) is None:
            self._on_message(stanza.xml)

    def _on_message(self, xml: ET.Element) -> None:
        full = valid_jid(xml.get("from"))
        if full is None:
            self.faults.count("bad address")
            return
        kind = xml.get("type", "normal")
        if kind == "error":
            return
        address = bare(full)
        if not self.rooms.knows(address):
            place: Place = Direct(full)
            peer = Peer(full, jid=address)
        elif not resource(full):
            self.faults.count("from the room itself")
            return
        else:
            place, peer = InRoom(address), self.rooms.peer(full, xml)
        self.inbox.put(
            sender_of(peer),
            lambda: self._handle(place, peer, xml, kind),
            size_of(xml),
            is_answer=xml.find(_ANSWER) is not None,
        )

    def _handle(self, place: Place, peer: Peer, xml: ET.Element, kind: str) -> None:
        """It is this message's turn."""
        is_psi = xml.find(psi.SXE) is not None
        try:
            message = psi.decode_psi(xml) if is_psi else decode(xml)
        except RemoteProtocolError as error:
            self.faults.count(error.fault.value)
            SYNC.info("a message of %s was dropped: %s", peer.address, error)
            return
        if message is None:
            return
        self.heard.emit(None)
        if is_psi:
            self._listener.on_psi(place, peer, message)
            return
        is_private = kind != "groupchat" and isinstance(message, EditMessage | EphemeralMessage)
        if is_private and isinstance(place, InRoom):
            # Said to one only, the others could never agree about it.
            self.faults.count("private edit")
        else:
            self._listener.on_message(place, peer, message)

    def _on_jingle(self, sender: JID, jingle: Jingle) -> None:
        full = str(sender.full)
        wrapper = ET.Element("iq")
        wrapper.append(jingle.xml)
        try:
            message = decode(wrapper)
        except RemoteProtocolError as error:
            self.faults.count(error.fault.value)
            refusal = unsupported(jingle.xml)
            if refusal is None or error.fault is not Fault.UNSUPPORTED:
                raise JingleError("bad-request", kind="modify") from error
            self.terminate(full, refusal)
            return
        if isinstance(message, Initiate | Accept | Terminate):
            self._listener.on_jingle(Peer(full, jid=bare(full)), message)
        elif (refusal := unsupported(jingle.xml)) is not None:
            self.terminate(full, refusal)

    def _on_items(self, _to: object, node: str | None, sender: JID, _data: object) -> StanzaBase:
        """Which boards I show: those that run, or under their node all that I know."""
        address = str(sender.bare) if sender is not None else ""
        boards = self._listener.items_for(address, node or "") if address else ()
        if boards is None:
            raise XMPPError("item-not-found")
        answer = Iq()
        items = answer["disco_items"]
        if node:
            items["node"] = node
        for at, name in items_of(boards):
            items.add_item(JID(self.account.jid), node=at, name=name)
        return items  # type: ignore[no-any-return]  # slixmpp does not type interfaces of stanzas

    def terminate(self, address: str, refusal: Terminate) -> None:
        """End a session that never was; nobody waits for the answer."""
        stream = self.account.stream
        if stream is not None:
            answer = stream.jingle.request(address, write_jingle(refusal))
            self.account.spawn(asyncio.ensure_future(_quietly(answer)))


async def _quietly(answer: asyncio.Future[Iq]) -> None:
    with contextlib.suppress(XMPPError):
        await answer
