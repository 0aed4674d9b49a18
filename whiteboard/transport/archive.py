"""A room's archive (XEP-0313), read page by page from the newest back.

slixmpp's own paging takes a refusal for the end (INFRA trap 2). Here a refusal is an error, and
only what the room itself answers to this very question counts: anybody can send a message that
looks like a result. Who sent an archived message is what the room says of it: its occupant address,
the stamp of XEP-0421 where the room gives those, and the address where the room shows addresses.
"""

from __future__ import annotations

import secrets
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from slixmpp.exceptions import IqError, XMPPError

from whiteboard.session.rebuilding import Found
from whiteboard.transport.account import Account
from whiteboard.transport.muc import MAM, MUC_USER
from whiteboard.transport.stanzas import bare, resource, tag, valid_jid
from whiteboard.util.log import SYNC
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, sender_of
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import Peer

RSM = "http://jabber.org/protocol/rsm"
PAGE = 50
"""Messages a page: the most that Prosody gives, and the fastest (STACK section 3)."""
MAX_PAGES = 400
"""20 000 messages, text chat among them."""
_MOST_WAITING = 2 * PAGE


class ArchiveError(Exception):
    """The archive cannot be read."""

    def __init__(self, *, is_absent: bool) -> None:
        super().__init__("no archive" if is_absent else "the archive does not answer")
        self.is_absent = is_absent
        """The room has none, or keeps it from me."""


@dataclass(slots=True)
class _Query:
    room: str
    results: list[ET.Element] = field(default_factory=list)


class RoomArchives:
    """Archives of the rooms of one account.

    Args:
        account: whose.
        stamps: whether a room stamps its messages with occupant-ids (XEP-0421).
    """

    def __init__(self, account: Account, stamps: Callable[[str], bool]) -> None:
        self._account = account
        self._stamps = stamps
        self._queries: dict[str, _Query] = {}
        self.forged = 0
        """Messages that looked like results and were not the room's."""

    def result(self, message: ET.Element) -> None:
        """A `<message/>` with a `<result/>` came."""
        result = message.find(tag(MAM, "result"))
        sender = valid_jid(message.get("from"))
        query = self._queries.get("" if result is None else result.get("queryid", ""))
        if query is None or result is None or sender != query.room:
            self.forged += 1
        elif len(query.results) < _MOST_WAITING:
            query.results.append(result)

    async def pages(self, room: str) -> AsyncIterator[list[Found]]:
        """What it holds, page by page, the newest page first; within a page in any order.

        Raises:
            ArchiveError: it is not there, or stopped answering.
        """
        before = ""
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            results, first, is_complete = await self._page(room, before)
            fresh = [one for one in results if one.get("id", "") not in seen]
            seen.update(one.get("id", "") for one in fresh)
            yield [found for one in fresh if (found := self._found(room, one)) is not None]
            if is_complete or not first or first == before or not fresh:
                return
            before = first

    async def _page(self, room: str, before: str) -> tuple[list[ET.Element], str, bool]:
        stream = self._account.stream
        if stream is None:
            raise ArchiveError(is_absent=False)
        name = secrets.token_hex(8)
        query = self._queries[name] = _Query(room)
        iq = stream.make_iq_set(ito=room)
        element = ET.SubElement(iq.xml, tag(MAM, "query"), queryid=name)
        rsm = ET.SubElement(element, tag(RSM, "set"))
        ET.SubElement(rsm, tag(RSM, "max")).text = str(PAGE)
        ET.SubElement(rsm, tag(RSM, "before")).text = before or None
        try:
            answer = await self._account.request(iq)
        except IqError as error:
            raise ArchiveError(is_absent=not before) from error
        except XMPPError as error:
            raise ArchiveError(is_absent=False) from error
        finally:
            del self._queries[name]
        fin = answer.xml.find(tag(MAM, "fin"))
        complete = fin is not None and fin.get("complete") in {"true", "1"}
        first = "" if fin is None else fin.findtext(f"{tag(RSM, 'set')}/{tag(RSM, 'first')}") or ""
        return query.results, first, complete

    def _found(self, room: str, result: ET.Element) -> Found | None:
        forwarded = result.find(tag(ns.FORWARD, "forwarded"))
        message = None if forwarded is None else forwarded.find(tag(ns.CLIENT, "message"))
        if forwarded is None or message is None or message.get("type") != "groupchat":
            return None
        sender = self._sender(room, message)
        if sender is None:
            return None
        try:
            said = decode(message)
        except RemoteProtocolError as error:
            SYNC.info("an archived message of %s was dropped: %s", sender.address, error)
            return None
        delay = forwarded.find(tag(ns.DELAY, "delay"))
        stamp = "" if delay is None else delay.get("stamp", "")[:64]
        return None if said is None else Found(result.get("id", ""), sender, said, stamp)

    def _sender(self, room: str, message: ET.Element) -> Peer | None:
        """Who the room says sent it; None if it cannot be known."""
        address = valid_jid(message.get("from"))
        if address is None or bare(address) != room or not resource(address):
            return None
        items = [
            item
            for user in message.iterfind(tag(MUC_USER, "x"))
            for item in user.iterfind(tag(MUC_USER, "item"))
        ]
        if len(items) > 1:
            return None  # one of them is the sender's own invention
        jid = valid_jid(items[0].get("jid")) if items else None
        stamped = sender_of(message).occupant_id if self._stamps(room) else ""
        return Peer(address, stamped, bare(jid) if jid else "")
