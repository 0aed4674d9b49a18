"""Members of a strict session on a network in memory: what `boards` is for sessions that merge."""

from __future__ import annotations

from collections.abc import Iterable

from tests.helpers.boards import ROOM, is_live, join_running
from whiteboard.model.document import new_document
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.view import strict_view
from whiteboard.transport.memory import MemoryNetwork, Node, Weather
from whiteboard.wire.messages import Description, Identity, Mode

IN_ROOM = Description(mode=Mode.STRICT, identity=Identity.OCCUPANT_ID, name="Plan")
DIRECT = Description(mode=Mode.STRICT, identity=Identity.JID, name="Plan")


def in_one_order(**more) -> Weather:
    """A group chat: everybody hears everything in the same order."""
    return Weather(one_order=True, **more)


def strict_of(node: Node) -> StrictDocument:
    assert isinstance(node.document, StrictDocument)
    return node.document


def strict_room(network: MemoryNetwork, *nicks: str) -> list[Node]:
    """The first opens a strict board, the others join one after the other; all live."""
    nodes: list[Node] = []
    for nick in nicks:
        node = network.enter_room(ROOM, nick)
        nodes.append(node)
        if len(nodes) == 1:
            node.share(new_document(), IN_ROOM)
        else:
            join_running(network, node)
        assert network.run_until(lambda: is_live(nodes[-1]), 60)
        network.run(1.0)
    return nodes


def settled(nodes: Iterable[Node]) -> bool:
    """All live, nothing on its way, one document."""
    nodes = list(nodes)
    if not all(is_live(node) and not strict_of(node).pending for node in nodes):
        return False
    if any(node.session._strict.resync is not None for node in nodes):
        return False  # a state that was asked for may be older than what made all equal
    return len({strict_of(node).state_hash() for node in nodes}) == 1


def assert_one_document(nodes: Iterable[Node]) -> bytes:
    """Byte-identical documents, and what the rules make of everything the first one holds."""
    nodes = list(nodes)
    shown = {node.peer.address: strict_of(node).c14n() for node in nodes}
    assert len(set(shown.values())) == 1, shown
    for node in nodes:
        document = strict_of(node)
        assert document.c14n() == strict_view(document.stanzas).c14n
    return strict_of(nodes[0]).c14n()
