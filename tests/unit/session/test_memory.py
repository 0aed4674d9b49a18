"""Members of a room who fold their memory, and what happens when old work comes (SYNC 5.5)."""

from __future__ import annotations

import pytest

from tests.helpers.boards import (
    ROOM,
    assert_equal,
    board_of,
    draw,
    in_sync,
    is_live,
    join_running,
    room_of,
)
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ops import LiteralElement
from whiteboard.session import folded_past, memory
from whiteboard.session.memory import ACTIVE_SECONDS, SETTLED_SECONDS
from whiteboard.svg.plan import SVG_NS as SVG
from whiteboard.transport.memory import MemoryNetwork, Node


@pytest.fixture(autouse=True)
def _small_boards_are_folded(monkeypatch):
    monkeypatch.setattr(memory, "WORTH", 3)


def folded_room(network: MemoryNetwork, *nicks: str) -> list[Node]:
    """Members with journals, who have drawn something and folded it."""
    nodes = room_of(network, *nicks)
    for node in nodes:
        node.keep()
        draw(node)
    assert settle(network, nodes)
    return nodes


def settle(network: MemoryNetwork, nodes: list[Node]) -> bool:
    return network.run_until(lambda: all(board_of(n).floor for n in nodes), 6 * SETTLED_SECONDS)


def away_for_long(network: MemoryNetwork, node: Node, others: list[Node]) -> None:
    """`node` is offline, draws, and the others forget it and fold."""
    network.cut(node)
    draw(node, 77)
    before = {n.peer.address: dict(board_of(n).floor) for n in others}
    for x in range(4):
        draw(others[x % len(others)], x)
    network.run(ACTIVE_SECONDS + 1)
    assert network.run_until(
        lambda: all(dict(board_of(n).floor) != before[n.peer.address] for n in others),
        6 * SETTLED_SECONDS,
    )


def test_what_all_have_had_for_ten_minutes_is_folded_and_work_goes_on():
    network = MemoryNetwork(1)
    nodes = folded_room(network, "ana", "mira", "tom")
    start = network.now
    assert start > SETTLED_SECONDS
    for node in nodes:
        draw(node, 5)
    assert network.run_until(lambda: in_sync(nodes), 60)
    assert_equal(nodes)


def test_a_text_that_is_much_written_in_is_folded_in_several_turns(monkeypatch):
    monkeypatch.setattr(folded_past, "FOLD_AT_ONCE", 10)
    turns = []
    fold_on = Document.fold_on

    def counting(document, at_once):
        turns.append(at_once)
        fold_on(document, at_once)

    monkeypatch.setattr(Document, "fold_on", counting)
    network = MemoryNetwork(1)
    ana, mira = room_of(network, "ana", "mira")
    for node in (ana, mira):
        node.keep()
    with board_of(ana).transact(Origin.LOCAL) as edit:
        home = edit.add(board_of(ana).root, LiteralElement(SVG, "text", (), ("hello",)))
    (text,) = board_of(ana).children(home)
    for _ in range(5):
        network.run(SETTLED_SECONDS / 2)
        for _ in range(60):
            with board_of(ana).transact(Origin.LOCAL) as edit:
                edit.splice_text(text, 0, 1, "ab")
    assert settle(network, [ana, mira])
    assert network.run_until(lambda: not board_of(ana).is_folding, 60)
    assert len(turns) > 5
    assert set(turns) == {10}
    assert network.run_until(lambda: in_sync([ana, mira]), 60)
    assert_equal([ana, mira])


def test_nothing_is_folded_without_a_journal():
    network = MemoryNetwork(2)
    nodes = room_of(network, "ana", "mira")
    for node in nodes:
        draw(node)
    network.run(3 * SETTLED_SECONDS)
    assert not any(board_of(node).floor for node in nodes)


def test_nothing_is_folded_that_somebody_active_lacks():
    network = MemoryNetwork(3)
    nodes = room_of(network, "ana", "mira", "tom")
    for node in nodes:
        node.keep()
    network.run(3 * SETTLED_SECONDS)
    network.cut(nodes[2])
    for node in nodes[:2]:
        for x in range(5):
            draw(node, x)
    network.run(5 * SETTLED_SECONDS)
    held = board_of(nodes[2]).vv
    for node in nodes[:2]:
        assert all(held.get(r, 0) >= n for r, n in board_of(node).floor.items())


def test_old_work_of_a_returning_member_has_those_who_folded_read_their_journals():
    """Scenario 59."""
    network = MemoryNetwork(4)
    nodes = folded_room(network, "ana", "mira", "tom")
    away_for_long(network, nodes[2], nodes[:2])
    network.restore(nodes[2])
    assert network.run_until(lambda: in_sync(nodes), 120)
    assert_equal(nodes)
    assert not any(board_of(node).floor for node in nodes[:2])
    network.run(SETTLED_SECONDS / 2)
    assert not any(board_of(node).floor for node in nodes[:2]), "no checkpoint for ten minutes"


def joined(network: MemoryNetwork, nick: str) -> Node:
    node = network.enter_room(ROOM, nick)
    network.run(0.2)
    join_running(network, node)
    assert network.run_until(lambda: is_live(node), 60)
    node.keep()
    return node


def test_who_joins_a_folded_board_gets_its_state_and_the_messages_since():
    network = MemoryNetwork(5)
    nodes = folded_room(network, "ana", "mira")
    draw(nodes[0], 9)
    network.run(1)
    eve = joined(network, "eve")
    assert board_of(eve).floor
    assert eve.session is not None
    assert dict(eve.session.memory.journal_floor) == dict(board_of(eve).floor)
    draw(eve, 4)
    assert network.run_until(lambda: in_sync([*nodes, eve]), 60)
    assert_equal([*nodes, eve])


def test_who_joined_by_a_state_gets_deep_help_when_old_work_comes():
    """Scenario 60."""
    network = MemoryNetwork(6)
    nodes = folded_room(network, "ana", "mira", "tom")
    away_for_long(network, nodes[2], nodes[:2])
    eve = joined(network, "eve")
    assert board_of(eve).floor
    draw(eve, 4)
    network.run(1)
    network.restore(nodes[2])
    everybody = [*nodes, eve]
    assert network.run_until(lambda: in_sync(everybody), 300)
    assert_equal(everybody)
    assert eve.session is not None
    assert eve.journal.base is None
    assert not eve.session.memory.journal_floor


def test_who_lacks_what_is_folded_is_sent_it_from_the_journal():
    network = MemoryNetwork(8)
    nodes = folded_room(network, "ana", "mira", "tom")
    away_for_long(network, nodes[2], nodes[:2])
    lost = board_of(nodes[2])
    assert not board_of(nodes[0]).covers(lost.vv)
    network.restore(nodes[2])
    assert network.run_until(lambda: in_sync(nodes), 120)
    assert_equal(nodes)
