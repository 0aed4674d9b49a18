"""What one may do about the occupants of a group chat: voice, roles, bans (XEP-0045 7.13, 8, 9).

The room decides; what it did is seen in presences. A refusal is told to whoever asked.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

from slixmpp.exceptions import XMPPError

from whiteboard.im.people import VoiceRequest
from whiteboard.transport.account import Account
from whiteboard.transport.stanzas import bare, resource, tag, valid_jid
from whiteboard.util.event import Event

MUC_ADMIN = "http://jabber.org/protocol/muc#admin"
MUC_REQUEST = "http://jabber.org/protocol/muc#request"
DATA_FORM = "jabber:x:data"

MOST_REQUESTS = 64
"""Open requests for a voice in one room; more are left out until some are answered."""
_MOST_ASKED = 64
"""Rooms in which a question of ours may still be refused."""

Refused = Callable[[str], object]
"""Told the stanza error's condition if the room does not do it."""


class VoiceRequests:
    """Who asks for a voice, by room and nick."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, VoiceRequest]] = {}
        self.changed: Event[str] = Event()
        """The requests in this room differ now."""

    def of(self, room: str) -> tuple[VoiceRequest, ...]:
        """The oldest first."""
        return tuple(self._open.get(room, {}).values())

    def came(self, room: str, nick: str) -> None:
        """Somebody asks; who has asked already is shown once."""
        there = self._open.setdefault(room, {})
        if nick not in there and len(there) < MOST_REQUESTS:
            there[nick] = VoiceRequest(nick, time.time())
            self.changed.emit(room)

    def forget(self, room: str, nick: str | None = None) -> None:
        """It is answered, or who asked is gone; None forgets all of the room."""
        there = self._open.get(room, {})
        gone = [nick] if nick in there else list(there) if nick is None else []
        for one in gone:
            del there[one]
        if gone:
            self.changed.emit(room)
        if not there:
            self._open.pop(room, None)


class Moderating:
    """Requests to group chats about their occupants.

    Args:
        account: who asks.
        requests: where requests of others are noted.
        is_here: whether an occupant is at this full address.
    """

    def __init__(
        self, account: Account, requests: VoiceRequests, is_here: Callable[[str], bool]
    ) -> None:
        self._account = account
        self._requests = requests
        self._is_here = is_here
        self._asked: dict[str, tuple[str, Refused]] = {}
        """Stanza id of a request for a voice -> the room, and whom to tell of a refusal."""

    # --- of who may only listen ---

    def request_voice(self, room: str, refused: Refused) -> None:
        """Ask the room's moderators for a voice; that it is granted is seen in the own presence."""
        stream = self._account.stream
        if stream is None:
            return
        while len(self._asked) >= _MOST_ASKED:
            del self._asked[next(iter(self._asked))]
        message = stream.make_message(mto=room)
        message["id"] = f"voice-{secrets.token_hex(6)}"
        self._asked[message["id"]] = (room, refused)
        values = {"FORM_TYPE": MUC_REQUEST, "muc#role": "participant"}
        message.xml.append(_form(values, lists={"muc#role"}))
        message.send()

    def returned(self, stanza_id: str, sender: str, condition: str) -> None:
        """A message came back with this error."""
        room, refused = self._asked.get(stanza_id, ("", None))
        if refused is not None and room == bare(sender):
            del self._asked[stanza_id]
            refused(condition)

    # --- of moderators ---

    def heard(self, xml: ET.Element) -> None:
        """A message with a form came: a request for a voice if the room itself sent it."""
        room = valid_jid(xml.get("from"))
        form = xml.find(tag(DATA_FORM, "x"))
        if room is None or resource(room) or form is None or form.get("type") != "form":
            return
        values = _values(form)
        nick = values.get("muc#roomnick", "")
        if values.get("FORM_TYPE") == MUC_REQUEST and self._is_here(f"{room}/{nick}"):
            self._requests.came(room, nick)

    def give_voice(self, room: str, nick: str, refused: Refused) -> None:
        """Let somebody speak, asked for or not (XEP-0045 sections 8.3, 8.6)."""
        self._requests.forget(room, nick)
        self.set_role(room, nick, "participant", refused)

    def do_not_give_voice(self, room: str, nick: str) -> None:
        """Leave a request unanswered: the XEP has no refusal that its author would hear."""
        self._requests.forget(room, nick)

    def set_role(self, room: str, nick: str, role: str, refused: Refused) -> None:
        """Make somebody 'moderator', 'participant' or 'visitor'; 'none' removes from the room."""
        self._ask(room, {"nick": nick, "role": role}, refused)

    def set_affiliation(self, room: str, address: str, affiliation: str, refused: Refused) -> None:
        """Make somebody, by bare address, 'owner', 'admin', 'member', 'none' or 'outcast'."""
        self._ask(room, {"jid": address, "affiliation": affiliation}, refused)

    def _ask(self, room: str, item: dict[str, str], refused: Refused) -> None:
        self._account.spawn(asyncio.ensure_future(self._request(room, item, refused)))

    async def _request(self, room: str, item: dict[str, str], refused: Refused) -> None:
        stream = self._account.stream
        if stream is None:
            refused("remote-server-timeout")
            return
        iq = stream.make_iq_set(ito=room)
        query = ET.SubElement(iq.xml, tag(MUC_ADMIN, "query"))
        ET.SubElement(query, tag(MUC_ADMIN, "item"), item)
        try:
            await self._account.request(iq)
        except XMPPError as error:
            refused(str(error.condition))


def _form(values: dict[str, str], lists: set[str]) -> ET.Element:
    form = ET.Element(tag(DATA_FORM, "x"), type="submit")
    for name, value in values.items():
        entry = ET.SubElement(form, tag(DATA_FORM, "field"), var=name)
        if name in lists:
            entry.set("type", "list-single")
        ET.SubElement(entry, tag(DATA_FORM, "value")).text = value
    return form


def _values(form: ET.Element) -> dict[str, str]:
    """Field -> its first value."""
    fields = form.iterfind(tag(DATA_FORM, "field"))
    return {f.get("var", ""): f.findtext(tag(DATA_FORM, "value")) or "" for f in fields}
