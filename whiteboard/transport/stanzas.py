"""Small readers of stanzas that several adapters share; nothing here raises on bad input."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from slixmpp import JID, InvalidJID

from whiteboard.im.people import Availability
from whiteboard.wire import ns

_SHOW = {"away": Availability.AWAY, "xa": Availability.AWAY, "dnd": Availability.BUSY}


def tag(namespace: str, name: str) -> str:
    """ElementTree's form of a qualified name."""
    return f"{{{namespace}}}{name}"


SHOW = tag(ns.CLIENT, "show")
STATUS = tag(ns.CLIENT, "status")
ERROR = tag(ns.CLIENT, "error")


def valid_jid(address: str | None) -> str | None:
    """The normalised address, or None if it is none."""
    if not address:
        return None
    try:
        return str(JID(address).full)
    except (InvalidJID, ValueError):
        return None


def bare(address: str) -> str:
    """What stands before the first slash."""
    return address.partition("/")[0]


def resource(address: str) -> str:
    """What stands after the first slash."""
    return address.partition("/")[2]


def local(address: str) -> str:
    """What stands before the @, or the whole address."""
    return address.partition("@")[0] or address


def availability(presence: ET.Element) -> Availability:
    """What a presence says in one word."""
    if presence.get("type") == "unavailable":
        return Availability.OFFLINE
    return _SHOW.get(presence.findtext(SHOW) or "", Availability.ONLINE)


def error_condition(stanza: ET.Element) -> tuple[str, str]:
    """(condition, text) of a stanza error (RFC 6120 section 8.3)."""
    error = stanza.find(ERROR)
    condition, text = "undefined-condition", ""
    for child in error if error is not None else ():
        namespace, _, name = child.tag[1:].partition("}")
        if namespace != ns.STANZAS:
            continue
        if name == "text":
            text = child.text or ""
        else:
            condition = name
    return condition, text
