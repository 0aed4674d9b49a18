"""Setting up a group chat that has just come into being, and what one says of itself (XEP-0045)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from slixmpp import Iq
from slixmpp.exceptions import IqError, XMPPError

from whiteboard.transport.account import Account
from whiteboard.transport.caps import disco_info
from whiteboard.transport.stanzas import tag
from whiteboard.util.log import XMPP

MUC_OWNER = "http://jabber.org/protocol/muc#owner"
ROOM_CONFIG = "http://jabber.org/protocol/muc#roomconfig"
DATA_FORM = "jabber:x:data"
_MAX_NAME = 200


async def configure(account: Account, address: str, *, name: str, members_only: bool) -> None:
    """Set up a new room for boards; one that refuses that is opened as it is.

    Such a room is locked until it is configured (section 10.1).

    Raises:
        XMPPError: it cannot be opened.
    """
    wanted = {
        "muc#roomconfig_persistentroom": "1",
        "muc#roomconfig_enablearchiving": "1",
        "muc#roomconfig_membersonly": "1" if members_only else "0",
        "muc#roomconfig_publicroom": "0",
    }
    if name:
        wanted["muc#roomconfig_roomname"] = name
    stream = account.stream
    if stream is None:
        return
    try:
        offered = await _offered_fields(account, stream.make_iq_get(ito=address))
        form = {name: value for name, value in wanted.items() if name in offered}
        await _submit(account, address, form)
    except IqError as error:
        XMPP.warning("%s was not configured: %s", address, error.condition)
        await _submit(account, address, {})


async def _offered_fields(account: Account, iq: Iq) -> frozenset[str]:
    ET.SubElement(iq.xml, tag(MUC_OWNER, "query"))
    answer = await account.request(iq)
    return frozenset(entry.get("var", "") for entry in answer.xml.iter(tag(DATA_FORM, "field")))


async def _submit(account: Account, address: str, values: Mapping[str, str]) -> None:
    stream = account.stream
    if stream is None:
        return
    iq = stream.make_iq_set(ito=address)
    query = ET.SubElement(iq.xml, tag(MUC_OWNER, "query"))
    form = ET.SubElement(query, tag(DATA_FORM, "x"), type="submit")
    fields = {"FORM_TYPE": ROOM_CONFIG, **values} if values else {}
    for name, value in fields.items():
        entry = ET.SubElement(form, tag(DATA_FORM, "field"), var=name)
        ET.SubElement(entry, tag(DATA_FORM, "value")).text = value
    await account.request(iq)


@dataclass(frozen=True, slots=True)
class Said:
    """What a room says of itself: its name, '' for none, and its features."""

    name: str
    features: frozenset[str]


async def ask_about(account: Account, address: str) -> Said | None:
    """Ask a room what it is (section 6.4); None if it does not say."""
    stream = account.stream
    if stream is None:
        return None
    try:
        info = await account.request(disco_info(stream.make_iq_get, address))
    except XMPPError:
        return None
    names = (str(name) for _, _, _, name in info["disco_info"].get_identities() if name)
    features = frozenset(info["disco_info"].get_features())
    return Said(next(names, "")[:_MAX_NAME], features)
