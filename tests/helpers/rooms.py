"""What owners and moderators ask of a room, by plain stanzas."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.helpers.prosody import Party

ADMIN = "http://jabber.org/protocol/muc#admin"
OWNER = "http://jabber.org/protocol/muc#owner"
ROOM_CONFIG = "http://jabber.org/protocol/muc#roomconfig"
FORM = "jabber:x:data"


async def ask_room(owner: Party, room: str, child: ET.Element) -> None:
    """An owner's or admin's request to a room."""
    connection = owner.people.connection
    iq = connection.account.stream.make_iq_set(ito=room)
    iq.xml.append(child)
    await connection.account.request(iq)


async def set_affiliation(owner: Party, room: str, address: str, affiliation: str) -> None:
    """Make somebody, by bare address, an owner, admin, member, outcast or none of them."""
    query = ET.Element(f"{{{ADMIN}}}query")
    ET.SubElement(query, f"{{{ADMIN}}}item", jid=address, affiliation=affiliation)
    await ask_room(owner, room, query)


async def set_role(owner: Party, room: str, nick: str, role: str) -> None:
    """Make somebody moderator, participant or visitor; 'none' kicks."""
    query = ET.Element(f"{{{ADMIN}}}query")
    ET.SubElement(query, f"{{{ADMIN}}}item", nick=nick, role=role)
    await ask_room(owner, room, query)


async def configure(owner: Party, room: str, **values: str) -> None:
    """Submit some fields of a room's configuration, by their names without `muc#roomconfig_`."""
    query = ET.Element(f"{{{OWNER}}}query")
    form = ET.SubElement(query, f"{{{FORM}}}x", type="submit")
    fields = {"FORM_TYPE": ROOM_CONFIG} | {
        f"muc#roomconfig_{name}": value for name, value in values.items()
    }
    for name, value in fields.items():
        entry = ET.SubElement(form, f"{{{FORM}}}field", var=name)
        ET.SubElement(entry, f"{{{FORM}}}value").text = value
    await ask_room(owner, room, query)


async def destroy(owner: Party, room: str) -> None:
    """Put an end to a room."""
    query = ET.Element(f"{{{OWNER}}}query")
    ET.SubElement(query, f"{{{OWNER}}}destroy")
    await ask_room(owner, room, query)
