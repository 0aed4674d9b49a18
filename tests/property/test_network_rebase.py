"""Refused and forked work in whole sessions: nobody waits, and nothing is lost (SYNC 4.7)."""

from __future__ import annotations

from dataclasses import replace

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
    set_attribute,
)
from whiteboard.model.changes import Origin
from whiteboard.model.rebase import CREATED, PARTIAL, keep
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.messages import EditMessage

SEEDS = (1, 2, 3)


def keep_all(node):
    """The person says "Keep mine" of everything."""
    for piece in node.session.left_over:
        assert keep(piece, board_of(node))
        node.session.settle(piece)


@pytest.mark.parametrize("seed", SEEDS)
def test_72_what_the_room_refuses_is_left_over_there_and_nowhere_else(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = room_of(network, "ana", "mira", "tom")
    with board_of(mira).transact(Origin.LOCAL) as edit:
        text = edit.add_text(board_of(mira).root, "typed ")
    shape = draw(mira)
    network.run(1.0)
    before = board_of(ana).c14n()
    network.mute(mira)
    for letter in "more":
        with board_of(mira).transact(Origin.LOCAL) as edit:
            edit.splice_text(text, len(board_of(mira).text(text)), 0, letter)
    set_attribute(mira, shape, "fill", "blue")
    draw(mira)
    set_attribute(ana, shape, "stroke", "red")
    network.run(1.0)
    left = mira.session.left_over
    assert sum(piece.count for piece in left if piece.field == PARTIAL) == 4
    assert CREATED in {piece.field for piece in left}
    assert [piece.mine for piece in left if piece.field == PARTIAL] == ["typed more"]
    assert_equal([ana, mira, tom])
    assert before != board_of(ana).c14n()
    # The others do not wait for what will never come, nor does who joins now.
    assert not board_of(ana).missing()
    network.mute(mira, muted=False)
    draw(mira)
    late = network.enter_room(ROOM, "late")
    network.run(0.5)
    join_running(network, late)
    assert network.run_until(lambda: is_live(late), 60)
    assert network.run_until(lambda: in_sync([ana, mira, tom, late]), 60), f"seed {seed}"
    keep_all(mira)
    assert network.run_until(lambda: in_sync([ana, mira, tom, late]), 60), f"seed {seed}"
    assert_equal([ana, mira, tom, late])
    assert board_of(tom).text(text) == "typed more"
    assert board_of(tom).attribute(shape, "fill") == "blue"
    assert board_of(tom).attribute(shape, "stroke") == "red"
    assert len(board_of(tom).children(board_of(tom).root)) == 4
    assert not mira.session.left_over


@pytest.mark.parametrize("seed", SEEDS)
def test_who_draws_on_while_muted_may_be_refused_any_number_of_times(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    network.mute(mira)
    for _ in range(5):
        draw(mira)
        network.run(0.5)
    assert len(mira.session.left_over) == 5
    assert_equal([ana, mira])
    network.mute(mira, muted=False)
    keep_all(mira)
    assert network.run_until(lambda: in_sync([ana, mira]), 60), f"seed {seed}"
    assert_equal([ana, mira])
    assert len(board_of(ana).children(board_of(ana).root)) == 5
    assert len(set(board_of(ana).children(board_of(ana).root))) == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_forged_second_message_of_mine_costs_me_nothing(seed: int) -> None:
    """45, 64, own side: the chain is void from there on, and its work comes again."""
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    with board_of(mira).transact(Origin.LOCAL) as edit:
        text = edit.add_text(board_of(mira).root, "typed")
    shapes = [draw(mira) for _ in range(3)]
    set_attribute(mira, shapes[0], "fill", "blue")
    with board_of(mira).transact(Origin.LOCAL) as edit:
        edit.splice_text(text, 5, 0, " on")
    network.run(1.0)
    set_attribute(ana, shapes[1], "fill", "green")
    network.run(1.0)
    before = board_of(ana).c14n()
    old = board_of(mira).replica
    batch = next(b for b in board_of(mira).batches_since({}) if b.r == old and b.n == 2)
    forged = replace(batch, ops=(replace(batch.ops[0], weight=99.0),))
    network.deliver_later(mira.peer, ana, EditMessage(forged))
    assert network.run_until(lambda: board_of(mira).replica != old, 60), f"seed {seed}"
    assert network.run_until(lambda: board_of(ana).c14n() == board_of(mira).c14n() == before, 60), (
        f"seed {seed}"
    )
    assert not mira.session.left_over
    draw(mira)
    assert network.run_until(lambda: board_of(ana).c14n() == board_of(mira).c14n() != before, 60)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_can_give_up_the_replica_of_somebody_else(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, eve = room_of(network, "ana", "mira", "eve")
    draw(mira)
    draw(eve)
    network.run(1.0)
    before = board_of(ana).c14n()
    own = next(b for b in board_of(eve).batches_since({}) if b.r == board_of(eve).replica)
    network.deliver_later(
        eve.peer, ana, EditMessage(replace(own, n=1, was={board_of(mira).replica: 0}))
    )
    network.run(30)
    assert ana.session.counters.by_name["FOREIGN_REPLICA"] == 1
    assert board_of(ana).c14n() == before
