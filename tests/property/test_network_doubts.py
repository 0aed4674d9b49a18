"""Members whose documents differ although their messages are equal, over a network."""

from __future__ import annotations

import random

from tests.helpers.boards import ROOM, assert_equal, board_of, draw, in_sync, random_edit, room_of
from tests.helpers.corrupt import corrupt
from whiteboard.session.identity import new_replica
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.messages import Heartbeat, Peer

EVE = Peer(f"{ROOM}/eve", "id-eve")


def incidents(node, kind: str) -> int:
    return sum(incident.kind == kind for incident in node.shown.incidents)


def test_damage_to_one_replica_is_noticed_by_the_next_heartbeat_and_healed() -> None:
    network = MemoryNetwork(5)
    ana, mira, tom = room_of(network, "ana", "mira", "tom")
    rng = random.Random(5)
    for _ in range(20):
        random_edit(rng.choice((ana, mira, tom)), rng)
        network.run(0.1)
    rid = draw(mira)
    network.run(1.0)
    whole = board_of(tom)
    corrupt(board_of(ana), rid)
    assert board_of(ana).state_hash() != whole.state_hash()
    assert network.run_until(lambda: bool(incidents(ana, "healed")), 300)
    draw(ana)
    assert network.run_until(lambda: in_sync([ana, mira, tom]), 60)
    assert_equal([ana, mira, tom])
    assert board_of(tom) is whole, "who was right keeps the document"


def test_who_always_says_another_hash_costs_little_however_often_it_says_so() -> None:
    network = MemoryNetwork(6)
    ana, mira = room_of(network, "ana", "mira")
    assert ana.session is not None
    eves = new_replica(ana.session.session, "id-eve", random.Random(6))
    document = board_of(ana)
    for second in range(900):
        if second % 30 == 0:
            draw(ana)
        network.run(1.0)
        vv = dict(document.vv)
        network.deliver_later(EVE, ana, Heartbeat(ana.session.session, eves, vv=vv, hash="f" * 64))
    network.run(30)
    assert 1 <= incidents(ana, "documents-differ") <= 5
    assert board_of(ana) is document
    assert_equal([ana, mira])
