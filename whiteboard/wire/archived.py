"""`<archived/>`: a state that is said to a room so that its archive keeps it."""

from __future__ import annotations

import base64
import binascii
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import SessionId
from whiteboard.wire import ns
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import ArchivedPart
from whiteboard.wire.sync import unnumbered
from whiteboard.wire.values import parse_count

MAX_PARTS = 10_000
MAX_ID = 64
MAX_PART = 64 * 1024
"""Characters of a part."""


def write_archived(message: ArchivedPart) -> Element:
    """`<sync session=><archived id= part= parts= holds=>BASE64</archived></sync>`."""
    element = unnumbered(message.session)
    numbers = {"part": message.number, "parts": message.parts, "holds": message.holds}
    archived = SubElement(element, f"{{{ns.SYNC}}}archived", {"id": message.id})
    archived.attrib.update({name: str(number) for name, number in numbers.items()})
    archived.text = base64.b64encode(message.data).decode("ascii")
    return element


def read_archived(archived: Element, session: SessionId) -> ArchivedPart:
    """The reverse of `write_archived`.

    Raises:
        RemoteProtocolError: without id or number, a number out of range, too long, or no base64.
    """
    name, text = archived.get("id", ""), archived.text or ""
    number, parts = parse_count(archived.get("part")), parse_count(archived.get("parts"))
    if not 0 < len(name) <= MAX_ID or number is None or parts is None:
        raise RemoteProtocolError(Fault.MALFORMED, "an archived part without id or number")
    if not number < parts <= MAX_PARTS or len(text) > MAX_PART:
        raise RemoteProtocolError(Fault.TOO_LARGE, "an archived part that cannot be one")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RemoteProtocolError(Fault.MALFORMED, "an archived part that is no base64") from error
    return ArchivedPart(session, name, number, parts, parse_count(archived.get("holds")) or 0, data)
