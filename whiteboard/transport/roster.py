"""The contact list: roster, presence and subscriptions of one account, as rows of `im`."""

from __future__ import annotations

import asyncio
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from slixmpp import Iq
from slixmpp.exceptions import XMPPError
from slixmpp.xmlstream import StanzaBase

from whiteboard.im.people import (
    Availability,
    Contact,
    RunningBoard,
    Subscription,
    SubscriptionRequest,
)
from whiteboard.transport.account import Account
from whiteboard.transport.announcing import announce, announced
from whiteboard.transport.caps import Capabilities, own_element
from whiteboard.transport.stanzas import STATUS, availability, bare, local, tag, valid_jid
from whiteboard.transport.stream import Stream
from whiteboard.util.event import Event
from whiteboard.util.log import XMPP
from whiteboard.wire.messages import Advertisement

ROSTER = "jabber:iq:roster"
NICK = "http://jabber.org/protocol/nick"

_MOST_ITEMS = 5000
_MOST_RESOURCES = 50
_MOST_REQUESTS = 200


@dataclass(slots=True)
class _Item:
    name: str = ""
    subscription: Subscription = Subscription.NONE
    asked: bool = False


@dataclass(slots=True)
class _Device:
    availability: Availability
    status: str
    boards: tuple[Advertisement, ...] = ()


@dataclass(slots=True)
class _Person:
    devices: dict[str, _Device] = field(default_factory=dict)
    last_seen: float | None = None


class Roster:
    """Contacts of one account.

    Args:
        account: whose.
        capabilities: looks up who can draw.
        drawing_with: whether I share a board with this bare address now.
        shown_to: boards of mine that a bare address may see; '' = everybody who sees my presence.
    """

    def __init__(
        self,
        account: Account,
        capabilities: Capabilities,
        drawing_with: Callable[[str], bool],
        shown_to: Callable[[str], tuple[Advertisement, ...]] = lambda _address: (),
    ) -> None:
        self._account = account
        self._capabilities = capabilities
        self._drawing_with = drawing_with
        self._shown_to = shown_to
        self._version: str | None = None
        self._shown: tuple[Advertisement, ...] = ()
        """What my presence tells of now."""
        self._items: dict[str, _Item] = {}
        self._people: dict[str, _Person] = {}
        self._requests: dict[str, SubscriptionRequest] = {}
        self.changed: Event[None] = Event()
        self.went: Event[str] = Event()
        """A device, by full address, went offline."""
        account.configure(self._configure)
        capabilities.learned.subscribe(lambda _: self.changed.emit(None))

    # --- what is shown ---

    @property
    def contacts(self) -> Sequence[Contact]:
        """Sorted: drawing with me, online and can draw, online, away, offline; then by name."""
        rows = [self._row(address, item) for address, item in self._items.items()]
        return sorted(rows, key=_order)

    @property
    def requests(self) -> Sequence[SubscriptionRequest]:
        """Not yet answered."""
        return tuple(self._requests.values())

    def is_contact(self, address: str) -> bool:
        """Whether the bare address is on the list."""
        return address in self._items

    def sees(self, address: str) -> bool:
        """Whether the contact lets me see when they are here."""
        item = self._items.get(address)
        return item is not None and item.subscription in {Subscription.TO, Subscription.BOTH}

    def is_seen_by(self, address: str) -> bool:
        """Whether I let this bare address see when I am here."""
        item = self._items.get(address)
        return item is not None and item.subscription in {Subscription.FROM, Subscription.BOTH}

    def name_of(self, address: str) -> str:
        """The name on the list, or the part before the @."""
        item = self._items.get(address)
        return item.name if item is not None and item.name else local(address)

    def drawing_devices(self, address: str) -> Sequence[str]:
        """Full addresses of the contact's devices that can draw."""
        person = self._people.get(address)
        devices = person.devices if person is not None else {}
        return tuple(full for full in devices if self._capabilities.can_draw(full))

    def _row(self, address: str, item: _Item) -> Contact:
        person = self._people.get(address, _Person())
        best = min(
            person.devices.values(),
            key=lambda device: list(Availability).index(device.availability),
            default=_Device(Availability.OFFLINE, ""),
        )
        return Contact(
            address=address,
            name=item.name or local(address),
            availability=best.availability,
            status=best.status,
            can_draw=bool(self.drawing_devices(address)),
            drawing_with_me=self._drawing_with(address),
            subscription=item.subscription,
            waiting=item.asked,
            last_seen=person.last_seen,
            boards=tuple(
                {
                    board.session: RunningBoard(board.session, board.name, 1)
                    for device in person.devices.values()
                    for board in device.boards
                }.values()
            ),
            draws_simply=not any(map(self._capabilities.can_merge, person.devices)),
        )

    # --- what is asked ---

    def add(self, address: str, name: str) -> None:
        """Put on the list and ask for a subscription."""
        self._set(address, name)
        self._presence(address, "subscribe")

    def rename(self, address: str, name: str) -> None:
        """Change the name on the list."""
        self._set(address, name)

    def remove(self, address: str) -> None:
        """Take off the list; ends both subscriptions (RFC 6121 section 2.5)."""
        self._request_set(ET.Element(tag(ROSTER, "item"), jid=address, subscription="remove"))

    def answer(self, address: str, *, allow: bool) -> None:
        """Answer a subscription request; allowing asks back."""
        if self._requests.pop(address, None) is None:
            return
        self._presence(address, "subscribed" if allow else "unsubscribed")
        if allow and not self.sees(address):
            self._presence(address, "subscribe")
        self.changed.emit(None)

    def show_to(self, address: str) -> None:
        """Send my presence to somebody who need not be a contact: they learn when I go."""
        stream = self._account.stream
        if stream is not None and self._account.is_online:
            self._present(stream, self._shown_to(bare(address)), to=address)

    def look_again(self) -> None:
        """What I show of my boards may differ: tell everybody who sees my presence."""
        stream = self._account.stream
        shown = self._shown_to("")
        is_visible = stream is not None and self._account.is_online and self._version is not None
        if stream is not None and is_visible and shown != self._shown:
            self._shown = shown
            self._present(stream, shown)

    def _present(self, stream: Stream, boards: Sequence[Advertisement], to: str = "") -> None:
        presence = stream.make_presence(pto=to or None)
        if self._version is not None:
            presence.xml.append(own_element(self._version))
        if self._account.settings.name and not to:
            ET.SubElement(presence.xml, tag(NICK, "nick")).text = self._account.settings.name
        announce(presence.xml, boards)
        presence.send()

    async def enter(self, version: str) -> None:
        """A new session began: get the list, then become visible.

        Raises:
            XMPPError: the server refused the roster.
        """
        stream = self._account.stream
        if stream is None:
            return
        self._people.clear()
        iq = stream.make_iq_get()
        iq.xml.append(ET.Element(tag(ROSTER, "query")))
        try:
            answer = await self._account.request(iq)
        except XMPPError as error:
            XMPP.warning("no contact list: %s", type(error).__name__)
        else:
            self._items.clear()
            self._take(answer.xml)
        self._version = version
        self._shown = self._shown_to("")
        self._present(stream, self._shown)
        self.changed.emit(None)

    def leave(self) -> None:
        """The session is down: nobody's presence is known."""
        self._version = None
        for address, person in self._people.items():
            for full in tuple(person.devices):
                self._gone(address, full)
        self.changed.emit(None)

    # --- what comes ---

    def _configure(self, stream: Stream) -> None:
        stream.add_event_handler("roster", self._on_roster)

    def _on_roster(self, iq: Iq) -> None:
        if iq["type"] == "set":
            self._take(iq.xml)
            self.changed.emit(None)

    def _take(self, iq: ET.Element) -> None:
        for entry in iq.iterfind(f"{tag(ROSTER, 'query')}/{tag(ROSTER, 'item')}"):
            address = valid_jid(entry.get("jid"))
            if address is None or len(self._items) >= _MOST_ITEMS:
                continue
            subscription = entry.get("subscription", "none")
            if subscription == "remove":
                self._items.pop(address, None)
            elif subscription in {kind.value for kind in Subscription}:
                self._items[address] = _Item(
                    entry.get("name", ""),
                    Subscription(subscription),
                    entry.get("ask") == "subscribe",
                )

    def presence(self, stanza: StanzaBase) -> None:
        """A presence that is not a room's."""
        xml: ET.Element = stanza.xml
        full = valid_jid(xml.get("from"))
        if full is None or full == self._account.jid:
            return
        kind = xml.get("type", "")
        address = bare(full)
        if kind == "subscribe":
            self._asked_for(address, xml)
        elif kind == "unavailable":
            self._gone(address, full)
        elif kind == "":
            self._came(address, full, xml)
        else:
            return
        self.changed.emit(None)

    def _asked_for(self, address: str, xml: ET.Element) -> None:
        item = self._items.get(address)
        if self.sees(address) or (item is not None and item.asked):
            # I asked first: seeing each other is what both want.
            self._presence(address, "subscribed")
            return
        if len(self._requests) < _MOST_REQUESTS:
            name = xml.findtext(tag(NICK, "nick")) or ""
            self._requests[address] = SubscriptionRequest(address, name[:100])

    def _came(self, address: str, full: str, xml: ET.Element) -> None:
        if address not in self._people and len(self._people) >= _MOST_ITEMS:
            return
        person = self._people.setdefault(address, _Person())
        if full not in person.devices and len(person.devices) >= _MOST_RESOURCES:
            return
        status = (xml.findtext(STATUS) or "")[:500]
        person.devices[full] = _Device(availability(xml), status, announced(xml))
        person.last_seen = time.time()
        self._capabilities.heard(full, xml)

    def _gone(self, address: str, full: str) -> None:
        person = self._people.get(address)
        known = person is not None and person.devices.pop(full, None) is not None
        if known and person is not None:
            person.last_seen = time.time()
            self._capabilities.forget(full)
        self.went.emit(full)

    # --- sending ---

    def _set(self, address: str, name: str) -> None:
        item = ET.Element(tag(ROSTER, "item"), jid=address)
        if name:
            item.set("name", name)
        self._request_set(item)

    def _request_set(self, item: ET.Element) -> None:
        stream = self._account.stream
        if stream is None:
            return
        iq = stream.make_iq_set()
        query = ET.SubElement(iq.xml, tag(ROSTER, "query"))
        query.append(item)
        self._account.spawn(asyncio.ensure_future(self._send(iq)))

    async def _send(self, iq: Iq) -> None:
        try:
            await self._account.request(iq)
        except XMPPError as error:
            XMPP.warning("the contact list was not changed: %s", error.condition)

    def _presence(
        self, address: str, kind: Literal["subscribe", "subscribed", "unsubscribed"]
    ) -> None:
        stream = self._account.stream
        if stream is None or not self._account.is_online:
            return
        presence = stream.make_presence(pto=address, ptype=kind)
        if kind == "subscribe" and self._account.settings.name:
            ET.SubElement(presence.xml, tag(NICK, "nick")).text = self._account.settings.name
        presence.send()


def _order(row: Contact) -> tuple[int, str, str]:
    if row.drawing_with_me:
        rank = 0
    elif row.availability is Availability.ONLINE:
        rank = 1 if row.can_draw else 2
    elif row.availability is Availability.OFFLINE:
        rank = 4
    else:
        rank = 3
    return rank, row.name.casefold(), row.address
