"""Asking somebody which boards they know: disco#items of a node of each of their programs (D4)."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence

from slixmpp.exceptions import XMPPError

from whiteboard.session.boards import KnownBoard
from whiteboard.transport.announcing import DOCUMENTS, ITEMS, MOST_ITEMS, boards_in
from whiteboard.transport.connection import Connection
from whiteboard.transport.stanzas import tag

MOST_DEVICES = 5
"""Programs of one person that are asked."""


async def boards_of(connection: Connection, address: str) -> Sequence[KnownBoard]:
    """What the person at this bare address shows me; empty where they show nothing."""
    devices = connection.roster.drawing_devices(address)[:MOST_DEVICES]
    answers = await asyncio.gather(*(_ask(connection, device) for device in devices))
    found = {board.session: board for answer in answers for board in answer}
    return tuple(found.values())[:MOST_ITEMS]


async def _ask(connection: Connection, device: str) -> Sequence[KnownBoard]:
    stream = connection.account.stream
    if stream is None:
        return ()
    iq = stream.make_iq_get(ito=device)
    ET.SubElement(iq.xml, tag(ITEMS, "query"), node=DOCUMENTS)
    try:
        answer = await connection.account.request(iq)
    except XMPPError:
        return ()
    return boards_in(answer.xml)


def look(
    connection: Connection | None, address: str, then: Callable[[Sequence[KnownBoard]], None]
) -> None:
    """The same from where nothing can be waited for."""
    if connection is None:
        then(())
        return
    present = connection

    async def ask() -> None:
        then(await boards_of(present, address))

    present.account.spawn(asyncio.ensure_future(ask()))
