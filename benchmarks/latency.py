"""One-way latency through a real Prosody: from an edit here to its commit there.

Two parties on one board in one room, beside a bare slixmpp groupchat message of the same size in
another room of the same server, taken in turn, so that both meet the same weather. All four clients
live in one process and one loop. One edit at a time, slower than the outbox lets a person's edits
go (10 a second, bursts of 20), so that pacing is no part of it.
"""

from __future__ import annotations

import asyncio
import statistics
import time
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from slixmpp import ClientXMPP, Message

from benchmarks import scenes
from benchmarks.figure import Figure, percentile
from tests.helpers.prosody import PASSWORD, Party, room_address, unique
from whiteboard.app.local_server import LocalServer
from whiteboard.model.changes import Commit, Origin
from whiteboard.session.boards import Board
from whiteboard.wire import ns
from whiteboard.wire.xml import to_xml

OWNER = "http://jabber.org/protocol/muc#owner"
FORMS = "jabber:x:data"
EDITS = 150
INTERVAL = 0.11
"""Seconds from an edit to the next one."""


def figures() -> list[Figure]:
    with LocalServer() as server:
        edits, bare = asyncio.run(measure(server))
    rows = (
        ("median", statistics.median(edits), statistics.median(bare)),
        ("99 of 100", percentile(edits, 0.99), percentile(bare, 0.99)),
    )
    return [
        Figure(
            f"one way, edit to remote commit: {name}", ours * 1000, "ms",
            peer="bare slixmpp message", peer_value=theirs * 1000,
        )
        for name, ours, theirs in rows
    ]  # fmt: skip


async def measure(server: LocalServer) -> tuple[list[float], list[float]]:
    async with parties(server, "ann", "ben") as (ann, ben), chatters(server) as (say, heard):
        room = room_address()
        await ann.enter(room)
        await ben.enter(room)
        board = await ann.share(room)
        other = await ben.join(room, str(board.session))
        sizes = watch_sizes(ann)
        edits: list[float] = []
        bare: list[float] = []
        for i in range(EDITS):
            start = time.perf_counter()
            edits.append(await edit(board, other, i))
            bare.append(await message(say, heard, sizes[-1]))
            await asyncio.sleep(max(0.0, INTERVAL - (time.perf_counter() - start)))
        assert board.document.c14n() == other.document.c14n()
        return edits, bare


async def edit(board: Board, other: Board, i: int) -> float:
    """Seconds from the beginning of a transaction to the commit at the other side."""
    came = asyncio.get_running_loop().create_future()

    def committed(commit: Commit) -> None:
        if commit.origin is Origin.REMOTE and not came.done():
            came.set_result(time.perf_counter())

    unsubscribe = other.document.on_commit.subscribe(committed)
    document = board.document
    start = time.perf_counter()
    assert document.root is not None
    with document.transact(Origin.LOCAL, "Draw") as transaction:
        transaction.add(document.root, scenes.shape(i))
    end: float = await asyncio.wait_for(came, 10)
    unsubscribe()
    return end - start


@asynccontextmanager
async def parties(server: LocalServer, *names: str) -> AsyncIterator[list[Party]]:
    """Signed in, each with an account of its own."""
    made: list[Party] = []
    try:
        for name in names:
            party = Party(server, unique(name))
            made.append(party)
            server.add_account(party.name, PASSWORD)
            await party.sign_in()
        yield made
    finally:
        for party in made:
            await party.network.close()


def watch_sizes(party: Party) -> list[int]:
    """Grows by the bytes of every message that the party's outbox lets go."""
    sizes: list[int] = []
    connection = party.people.connection
    assert connection is not None
    outbox = connection.account.outbox
    send = outbox._send

    def noting(element: object) -> None:
        sizes.append(len(to_xml(element, ns.CLIENT, (ns.CLIENT,)).encode()))  # type: ignore[arg-type]
        send(element)  # type: ignore[arg-type]

    outbox._send = noting
    return sizes


# --- the bare message

Say = Callable[[int], None]


@asynccontextmanager
async def chatters(
    server: LocalServer,
) -> AsyncIterator[tuple[Say, asyncio.Queue[float]]]:
    """Two plain slixmpp clients in a room: say so many bytes at one, hear when at the other."""
    room = room_address()
    clients: list[ClientXMPP] = []
    heard: asyncio.Queue[float] = asyncio.Queue()
    try:
        clients.append(await chatter(server, unique("cat"), room))
        await unlock(clients[0], room)
        clients.append(await chatter(server, unique("dan"), room))
        talker, listener = clients
        listener.add_event_handler(
            "groupchat_message", lambda _message: heard.put_nowait(time.perf_counter())
        )

        def say(size: int) -> None:
            message: Message = talker.make_message(room, "", mtype="groupchat")
            message["id"] = "0123456789-1"
            message["body"] = "x" * max(1, size - len(str(message)) - len("<body></body>"))
            message.send()

        yield say, heard
    finally:
        for client in clients:
            await client.disconnect(wait=1.0)
            sender = client._run_out_filters
            if sender is not None:
                sender.cancel()


async def chatter(server: LocalServer, name: str, room: str) -> ClientXMPP:
    server.add_account(name, PASSWORD)
    client = ClientXMPP(
        f"{name}@{server.domain}", PASSWORD,
        plugin_config={
            "feature_mechanisms": {"unencrypted_scram": True, "unencrypted_plain": True}
        },
    )  # fmt: skip
    client.enable_plaintext, client.enable_starttls, client.enable_direct_tls = True, False, False
    client.register_plugin("xep_0045")
    online = asyncio.get_running_loop().create_future()
    client.add_event_handler("session_start", lambda _: online.set_result(None))
    client.connect("127.0.0.1", server.port)
    await asyncio.wait_for(online, 10)
    client.send_presence()
    await client.plugin["xep_0045"].join_muc_wait(room, name, maxstanzas=0, timeout=10)
    return client


async def unlock(client: ClientXMPP, room: str) -> None:
    """A new room lets others in once its maker has taken the settings as they are."""
    iq = client.make_iq_set(ito=room)
    query = ET.SubElement(iq.xml, f"{{{OWNER}}}query")
    ET.SubElement(query, f"{{{FORMS}}}x", {"type": "submit"})
    await iq.send(timeout=10)


async def message(say: Say, heard: asyncio.Queue[float], size: int) -> float:
    while not heard.empty():
        heard.get_nowait()
    start = time.perf_counter()
    say(size)
    return await asyncio.wait_for(heard.get(), 10) - start
