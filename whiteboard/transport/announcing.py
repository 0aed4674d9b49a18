"""Boards in presence (XEP-0284, "Advertising a Session") and as items of service discovery."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

from whiteboard.model.ids import SessionId
from whiteboard.session.boards import KnownBoard
from whiteboard.transport.stanzas import tag
from whiteboard.wire import ns
from whiteboard.wire.messages import Advertisement, Dialect

ITEMS = "http://jabber.org/protocol/disco#items"
DOCUMENTS = f"{ns.SYNC}#documents"
"""Node of a client's documents, of past sessions too."""
SESSION = f"{ns.SYNC}#session/"
"""Node of one session, with its id behind it."""

MOST_BOARDS = 64
"""Boards that are read in one presence."""
MOST_ITEMS = 200
"""Items that are read in one answer, or given."""
_NAMESPACES = {Dialect.XEP: ns.SXE, Dialect.PSI: ns.PSI_SXE}
"""Whoever does not speak a board's dialect does not see it."""
_LONGEST_ID, _LONGEST_NAME = 1024, 200
_LONGEST_IN_PRESENCE = 128


def announce(presence: ET.Element, boards: Iterable[Advertisement]) -> None:
    """Say in a presence which boards I am on."""
    for board in boards:
        sxe = tag(_NAMESPACES[board.dialect], "sxe")
        ET.SubElement(presence, sxe, session=board.session, name=board.name)


def announced(presence: ET.Element) -> tuple[Advertisement, ...]:
    """Which boards a presence tells of; what is too long or too much is left out."""
    found: dict[str, Advertisement] = {}
    for dialect, namespace in _NAMESPACES.items():
        for sxe in presence.iterfind(tag(namespace, "sxe")):
            session, name = sxe.get("session", ""), sxe.get("name", "")[:_LONGEST_NAME]
            is_fine = 0 < len(session) <= _LONGEST_IN_PRESENCE and len(found) < MOST_BOARDS
            if is_fine:
                found[session] = Advertisement(SessionId(session), name, dialect)
    return tuple(found.values())


def items_of(boards: Iterable[KnownBoard]) -> Iterator[tuple[str, str]]:
    """(node, name) of each board's item."""
    for board in boards:
        yield SESSION + board.session, board.name


def boards_in(answer: ET.Element) -> tuple[KnownBoard, ...]:
    """The boards that an answer of disco#items tells of; bounded, each session once."""
    found: dict[str, KnownBoard] = {}
    for item in answer.iterfind(f"{tag(ITEMS, 'query')}/{tag(ITEMS, 'item')}"):
        node = item.get("node", "")
        session = node.removeprefix(SESSION)
        is_fine = node.startswith(SESSION) and 0 < len(session) <= _LONGEST_ID
        if is_fine and len(found) < MOST_ITEMS:
            name = " ".join(item.get("name", "")[:_LONGEST_NAME].split())
            found[session] = KnownBoard(session, name)
    return tuple(found.values())
