"""Members of a board on a network in memory, and what tests ask of them together."""

from __future__ import annotations

import random
from collections.abc import Iterable

from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.session.session import State
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire.messages import Description, Identity

SVG = "http://www.w3.org/2000/svg"
ROOM = "atelier@rooms.example"
IN_ROOM = Description(identity=Identity.OCCUPANT_ID, name="Plan")
DIRECT = Description(identity=Identity.JID, name="Plan")


def board_of(node: Node) -> Document:
    assert node.document is not None
    return node.document


def rectangle(x: int = 1) -> LiteralElement:
    return LiteralElement(SVG, "rect", (("", "x", str(x)), ("", "fill", "red")))


def draw(node: Node, x: int = 1) -> Rid:
    """One rectangle more."""
    document = board_of(node)
    root = document.root
    assert root is not None
    with document.transact(Origin.LOCAL, "Draw") as edit:
        return edit.add(root, rectangle(x))


def set_attribute(node: Node, rid: Rid, name: str, value: str | None) -> None:
    with board_of(node).transact(Origin.LOCAL) as edit:
        edit.set_attribute(rid, name, value)


def random_edit(node: Node, rng: random.Random) -> None:
    """Something a person might do, on whatever is there."""
    document = board_of(node)
    root = document.root
    assert root is not None
    shapes = document.children(root)
    choice = rng.randrange(10)
    if choice < 4 or len(shapes) < 3:
        draw(node, rng.randrange(1000))
        return
    shape = rng.choice(shapes)
    with document.transact(Origin.LOCAL) as edit:
        if choice < 7:
            edit.set_attribute(shape, rng.choice(("x", "fill", "y")), str(rng.randrange(100)))
        elif choice == 7:
            edit.trash(shape)
        elif choice == 8:
            edit.move(shape, root, before=rng.choice(shapes))
        else:
            edit.add_text(shape, f"note {rng.randrange(100)} é😀\n")


def room_of(network: MemoryNetwork, *nicks: str) -> list[Node]:
    """The first opens a board, the others join one after the other; all live."""
    nodes: list[Node] = []
    for nick in nicks:
        node = network.enter_room(ROOM, nick)
        nodes.append(node)
        if len(nodes) == 1:
            node.share(new_document(), IN_ROOM)
            network.run(0.2)
            continue
        network.run(0.2)
        join_running(network, node)
    assert network.run_until(lambda: all(is_live(node) for node in nodes), 60)
    network.run(1.0)
    return nodes


def join_running(network: MemoryNetwork, node: Node) -> None:
    """Join the board that somebody advertises in the room."""
    assert network.run_until(lambda: bool(node.seen), 10)
    node.join(min(node.seen))


def is_live(node: Node) -> bool:
    return node.session is not None and node.session.state is State.LIVE


def in_sync(nodes: Iterable[Node]) -> bool:
    """Everyone is live and holds the same messages, with nothing waiting."""
    nodes = list(nodes)
    if not all(is_live(node) for node in nodes):
        return False
    vectors = [dict(board_of(node).vv) for node in nodes]
    return all(v == vectors[0] for v in vectors) and not any(
        board_of(node).missing() for node in nodes
    )


def assert_equal(nodes: Iterable[Node]) -> None:
    """Byte-identical documents."""
    nodes = list(nodes)
    first = board_of(nodes[0])
    for node in nodes[1:]:
        assert dict(board_of(node).vv) == dict(first.vv)
        assert board_of(node).c14n() == first.c14n()
        assert board_of(node).state_hash() == first.state_hash()
