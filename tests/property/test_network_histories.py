"""Histories that nobody can join any more: one stays, the others go on from it (SYNC 5.5, 4.7d)."""

from __future__ import annotations

import os
import random

import pytest

from tests.helpers.boards import (
    ROOM,
    board_of,
    draw,
    is_live,
    join_running,
    random_edit,
    room_of,
    set_attribute,
)
from tests.helpers.merging import assert_equal
from whiteboard.model.changes import Origin
from whiteboard.model.rebase import collect, put
from whiteboard.model.view import view
from whiteboard.session import memory, rebasing
from whiteboard.session.memory import ACTIVE_SECONDS, SETTLED_SECONDS
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire.messages import Answer

RUNS = int(os.environ.get("HISTORY_RUNS", "10"))


@pytest.fixture(autouse=True)
def _small_boards_are_folded(monkeypatch):
    monkeypatch.setattr(memory, "WORTH", 3)


def joined(network: MemoryNetwork, nick: str) -> Node:
    """Somebody who gets the state from whoever is there."""
    node = network.enter_room(ROOM, nick)
    network.run(0.2)
    join_running(network, node)
    assert network.run_until(lambda: is_live(node), 60)
    node.keep()
    return node


def leave_for_good(network: MemoryNetwork, *nodes: Node) -> None:
    """They go, and their journals with them."""
    for node in nodes:
        node.take(lambda session: session.leave(network.now))
        network.remove(node)


def fold_without(network: MemoryNetwork, away: Node, others: list[Node]) -> None:
    """The others forget who is away, and what all of them have had for long is folded."""
    before = {n.peer.address: dict(board_of(n).floor) for n in others}
    for x in range(4):
        draw(others[x % len(others)], x)
    network.run(ACTIVE_SECONDS + 1)
    assert network.run_until(
        lambda: all(dict(board_of(n).floor) != before[n.peer.address] for n in others),
        6 * SETTLED_SECONDS,
    )


def is_one(nodes: list[Node]) -> bool:
    """All show the same and hold what any of them has accepted.

    Something may still wait for what only somebody had who is gone.
    """
    boards = [board_of(node) for node in nodes]
    return len({board.c14n() for board in boards}) == 1 and all(
        one.holds(r, n) for one in boards for other in boards for r, n in other.vv.items()
    )


def counts(node: Node) -> list[str]:
    return [i.text for i in node.shown.incidents if i.kind == "rebase"]


def alone_with_old_work(network: MemoryNetwork):
    """Tom was away and drew; ana and mira folded and left for good; only eve has their state."""
    ana, mira, tom = room_of(network, "ana", "mira", "tom")
    for node in (ana, mira, tom):
        node.keep()
    with board_of(ana).transact(Origin.LOCAL) as edit:
        text = edit.add_text(board_of(ana).root, "hello")
    shapes = [draw(ana), draw(ana), draw(ana)]
    network.run(1.0)
    network.cut(tom)
    return ana, mira, tom, text, shapes


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_61_old_work_that_nobody_can_take_in_is_put_on_the_board_of_who_stays(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom, text, shapes = alone_with_old_work(network)
    drawn = draw(tom, 77)
    set_attribute(tom, shapes[0], "fill", "blue")  # nobody else touches it
    set_attribute(tom, shapes[1], "fill", "blue")  # ana makes it green
    set_attribute(tom, shapes[2], "fill", "white")  # ana makes it white too
    with board_of(tom).transact(Origin.LOCAL) as edit:
        edit.splice_text(text, 5, 0, " from tom")
    set_attribute(ana, shapes[1], "fill", "green")
    set_attribute(ana, shapes[2], "fill", "white")
    with board_of(ana).transact(Origin.LOCAL) as edit:
        edit.splice_text(text, 0, 1, "J")
    old = board_of(tom)
    own = collect(old, {old.replica: 0})
    fold_without(network, tom, [ana, mira])
    eve = joined(network, "eve")
    assert board_of(eve).floor
    leave_for_good(network, ana, mira)
    before = board_of(eve)
    network.restore(tom)
    assert network.run_until(lambda: board_of(tom).replica != old.replica, 300), f"seed {seed}"
    assert network.run_until(lambda: is_one([tom, eve]), 60), f"seed {seed}"
    assert board_of(eve) is before, "the greatest stays as it is"
    assert not before.is_blocked
    assert not before.missing()
    board = board_of(eve)
    assert board.is_visible(drawn)
    assert board.attribute(shapes[0], "fill") == "blue"
    assert board.attribute(shapes[1], "fill") == "green"
    assert board.attribute(shapes[2], "fill") == "white"
    assert board.text(text) == "Jello from tom"
    left = tom.session.left_over
    assert [(piece.saw, piece.mine) for piece in left] == [("red", "blue")]
    # Sent again: the shape, one colour, the letters. So already: a colour, three places.
    assert sum(piece.count for piece in own) == 8
    assert counts(tom) == ["3 sent again, 4 so already, 1 left over"]
    assert board.vv[board_of(tom).replica] > 0
    draw(tom)
    draw(eve)
    assert network.run_until(lambda: is_one([tom, eve]), 60), f"seed {seed}"
    assert len(counts(tom)) == 1
    assert not counts(eve)


@pytest.mark.parametrize("seed", [1, 2])
def test_61_who_comes_back_without_work_of_its_own_takes_the_state_and_stays_who_it_is(
    seed: int,
) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom, _, _ = alone_with_old_work(network)
    fold_without(network, tom, [ana, mira])
    eve = joined(network, "eve")
    leave_for_good(network, ana, mira)
    replica = board_of(tom).replica
    network.restore(tom)
    assert network.run_until(lambda: is_one([tom, eve]), 300), f"seed {seed}"
    assert board_of(tom).replica == replica
    assert not counts(tom)
    assert tom.session.memory.journal_floor == eve.session.memory.journal_floor
    draw(tom)
    assert network.run_until(lambda: is_one([tom, eve]), 60), f"seed {seed}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_62_of_histories_that_begin_at_different_states_all_go_on_from_the_greatest(
    seed: int,
) -> None:
    """Tom's work has seen what eve's state holds and not what zoe's does: eve has it, zoe cannot.

    As eve holds what zoe lacks and lacks what zoe has, neither history can take in the other.
    """
    network = MemoryNetwork(seed)
    ana, mira, tom, _, _ = alone_with_old_work(network)
    network.restore(tom)
    network.run(30)
    ida = joined(network, "ida")
    network.run(3 * SETTLED_SECONDS)
    eve = joined(network, "eve")
    network.run(30)
    first = dict(eve.session.memory.journal_floor)
    assert first
    network.cut(eve)
    network.cut(tom)
    lost = draw(eve, 41)
    also = draw(tom, 42)
    fold_without(network, tom, [ana, mira, ida])
    zoe = joined(network, "zoe")
    assert sum(board_of(zoe).floor.values()) > sum(first.values())
    leave_for_good(network, ana, mira, ida)
    stays = board_of(zoe)
    network.restore(eve)
    network.restore(tom)
    everybody = [tom, eve, zoe]
    assert network.run_until(
        lambda: is_one(everybody) and bool(counts(eve)) and bool(counts(tom)), 900
    ), f"seed {seed}"
    assert board_of(zoe) is stays
    for node in everybody:
        assert board_of(node).is_visible(lost)
        assert board_of(node).is_visible(also)
    network.run(4 * SETTLED_SECONDS)
    assert is_one(everybody)
    assert len(counts(eve)) == len(counts(tom)) == 1, "and that was all"


def test_who_is_sent_nothing_for_long_keeps_its_history_while_others_have_all_of_it() -> None:
    network = MemoryNetwork(9)
    ana, mira = room_of(network, "ana", "mira")
    replicas = board_of(ana).replica, board_of(mira).replica
    network.cut(mira)
    draw(ana)
    draw(mira)
    network.run(1.0)
    network.drop = lambda _from, _to, message: isinstance(message, Answer)
    network.restore(mira)
    network.run(200)
    assert {i.kind for i in mira.shown.incidents} >= {"gave-up"}
    assert (board_of(ana).replica, board_of(mira).replica) == replicas


class Machine:
    """Few members with random work, private checkpoints with a random idea of who is active,
    joiners, and members who leave for good with their journals."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.network = MemoryNetwork(seed)
        self.here = room_of(self.network, "ana", "mira", "tom")
        self.cut: list[Node] = []
        self.names = iter(f"guest{n}" for n in range(100))
        for node in self.here:
            node.keep()

    @property
    def everybody(self) -> list[Node]:
        return [*self.here, *self.cut]

    def step(self) -> None:
        rng = self.rng
        what = rng.random()
        if what < 0.4:
            random_edit(rng.choice(self.everybody), rng)
        elif what < 0.5:
            self.network.run(rng.choice((0.1, 30.0, 700.0)))
        elif what < 0.6 and len(self.here) > 1:
            node = self.here.pop(rng.randrange(len(self.here)))
            self.network.cut(node)
            self.cut.append(node)
        elif what < 0.63 and self.cut:
            self.restore(self.cut.pop(rng.randrange(len(self.cut))))
        elif what < 0.8:
            self.fold(rng.choice(self.everybody))
        elif what < 0.92 and len(self.everybody) < 6:
            self.join()
        elif what >= 0.92 and len(self.here) > 1 and len(self.everybody) > 2:
            leave_for_good(self.network, self.here.pop(rng.randrange(len(self.here))))

    def restore(self, node: Node) -> None:
        self.network.restore(node)
        self.here.append(node)

    def fold(self, node: Node) -> None:
        active = self.rng.sample(self.everybody, self.rng.randrange(len(self.everybody)))
        want = dict(board_of(node).vv)
        for other in active:
            want = {r: min(n, board_of(other).vv.get(r, 0)) for r, n in want.items()}
        board_of(node).fold(want)

    def join(self) -> None:
        if self.rng.random() < 0.7:
            for node in self.here:
                board_of(node).fold(dict(board_of(node).vv))
        self.here.append(joined(self.network, next(self.names)))

    def end(self) -> bool:
        """Those who are here and have all history go for good; then the others come back."""
        shallow = [node for node in self.here if node.session.memory.journal_floor]
        if shallow and self.rng.random() < 0.8:
            leave_for_good(self.network, *(node for node in self.here if node not in shallow))
            self.here = shallow
        for node in self.cut:
            self.network.restore(node)
        return self.network.run_until(lambda: is_one(self.everybody), 8000)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("run", range(RUNS))
def test_whoever_leaves_for_good_those_who_are_there_end_with_one_board(
    run: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = int(os.environ.get("HISTORY_SEED", random.randrange(10**9))) + run
    print("HISTORY_SEED", seed)  # noqa: T201 - pytest shows it when the test fails
    outcomes = []

    def counted(pieces, on, *, may_write):
        outcome = put(pieces, on, may_write=may_write)
        assert outcome.collected == sum(piece.count for piece in pieces)
        outcomes.append(outcome)
        return outcome

    monkeypatch.setattr(rebasing, "put", counted)
    machine = Machine(seed)
    for _ in range(60):
        machine.step()
    assert machine.end()
    for node in machine.everybody:
        board = board_of(node)
        if not board.floor:
            assert_equal(board, view(board.batches_since({}), ground=board.ground))
    print("rebases", len(outcomes), sum(o.collected for o in outcomes))  # noqa: T201 - to look at
    draw(machine.everybody[0])
    assert machine.network.run_until(lambda: is_one(machine.everybody), 300)
