"""SYNC section 10 over whole sessions on a network in memory: joining, losing, healing, forging."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.helpers.boards import (
    IN_ROOM,
    ROOM,
    assert_equal,
    board_of,
    draw,
    in_sync,
    is_live,
    join_running,
    random_edit,
    room_of,
    set_attribute,
)
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import New
from whiteboard.session.ports import Ended
from whiteboard.session.session import State
from whiteboard.transport.memory import MemoryNetwork, Weather
from whiteboard.wire.messages import Advertisement, Answer, EditMessage, Heartbeat

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_two_members_of_a_room_see_each_others_edits_at_once(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    draw(ana)
    shape = draw(mira)
    network.run(0.5)
    set_attribute(ana, shape, "fill", "blue")
    network.run(0.5)
    assert in_sync([ana, mira])
    assert_equal([ana, mira])
    assert len(board_of(ana).children(board_of(ana).root)) == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_24_code_points_survive_the_wire(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    value = "a\nb\tc\rd\"<&😀 שלום ' ]]>"
    with board_of(ana).transact(Origin.LOCAL) as edit:
        shape = edit.add_text(board_of(ana).root, value)
        edit.set_attribute(board_of(ana).root, "title", value)
    network.run(0.5)
    assert board_of(mira).text(shape) == board_of(ana).text(shape)
    assert board_of(mira).attribute(board_of(mira).root, "title") == board_of(ana).attribute(
        board_of(ana).root, "title"
    )
    assert_equal([ana, mira])


@pytest.mark.parametrize("seed", SEEDS)
def test_37_who_joins_in_the_middle_of_edits_ends_like_the_others(seed: int) -> None:
    network = MemoryNetwork(seed, Weather(reorder=True, delay=(0.01, 0.3)))
    ana, mira = room_of(network, "ana", "mira")
    rng = random.Random(seed)
    for _ in range(60):
        random_edit(rng.choice((ana, mira)), rng)
        network.run(0.01)
    late = network.enter_room(ROOM, "tom")
    network.run(0.5)
    join_running(network, late)
    for _ in range(60):
        random_edit(rng.choice((ana, mira)), rng)
        network.run(0.02)
    everyone = [ana, mira, late]
    assert network.run_until(lambda: in_sync(everyone), 60), f"seed {seed}"
    assert_equal(everyone)
    draw(late)
    assert network.run_until(lambda: in_sync(everyone), 10)
    assert_equal(everyone)


@pytest.mark.parametrize("seed", SEEDS)
def test_38_a_joiner_whose_giver_leaves_goes_on_with_the_next(seed: int) -> None:
    network = MemoryNetwork(seed, Weather(bytes_per_second=20_000))
    ana, mira = room_of(network, "ana", "mira")
    for x in range(400):
        draw(ana, x)
    network.run(1.0)
    late = network.enter_room(ROOM, "tom")
    network.run(0.5)
    join_running(network, late)
    session = late.session
    assert network.run_until(lambda: (session.progress or 0) > 0.3, 30)
    giver = ana if session._joining.giver == ana.peer.address else mira
    other = mira if giver is ana else ana
    kept = sum(session._loading.vv.values())
    bytes_before = network.count.bytes
    network.remove(giver)
    draw(other)
    assert network.run_until(lambda: in_sync([other, late]), 60), f"seed {seed}"
    assert_equal([other, late])
    assert kept > 100
    whole = sum(len(str(batch)) for batch in board_of(other).batches_since({}))
    assert network.count.bytes - bytes_before < whole, "what had come was not sent again"


def test_a_joiner_who_goes_in_mid_join_harms_nobody() -> None:
    network = MemoryNetwork(5, Weather(bytes_per_second=20_000))
    ana, mira = room_of(network, "ana", "mira")
    for x in range(300):
        draw(ana, x)
    late = network.enter_room(ROOM, "tom")
    network.run(0.3)
    join_running(network, late)
    assert network.run_until(lambda: (late.session.progress or 0) > 0.2, 30)
    network.remove(late)
    draw(mira)
    assert network.run_until(lambda: in_sync([ana, mira]), 30)
    assert_equal([ana, mira])
    again = network.enter_room(ROOM, "tom")
    network.run(0.3)
    join_running(network, again)
    assert network.run_until(lambda: in_sync([ana, mira, again]), 60)
    assert_equal([ana, mira, again])


def test_nobody_answering_ends_in_a_plain_sentence() -> None:
    network = MemoryNetwork(6)
    tom = network.enter_room(ROOM, "tom")
    tom.join("no-such-session")
    assert network.run_until(lambda: bool(tom.shown.ended), 120)
    (ended,) = tom.shown.ended
    assert isinstance(ended, Ended)
    assert ended.text.endswith(".")
    assert tom.session.state is State.ENDED


@pytest.mark.parametrize("seed", SEEDS)
def test_39_after_a_partition_everyone_has_every_edit(seed: int) -> None:
    edits = 500
    network = MemoryNetwork(seed)
    ana, mira, tom = everyone = room_of(network, "ana", "mira", "tom")
    rng = random.Random(seed)
    network.partition([ana, mira], [tom])
    for i in range(edits):
        random_edit(ana if i % 2 else mira, rng)
        random_edit(tom, rng)
        network.run(0.05)
    assert network.run_until(lambda: in_sync([ana, mira]), 5)
    assert not in_sync(everyone)
    every_edit = {**board_of(tom).vv, **board_of(ana).vv}
    every_edit[board_of(tom).replica] = board_of(tom).vv[board_of(tom).replica]
    network.heal()
    assert network.run_until(lambda: in_sync(everyone), 180), f"seed {seed}"
    assert_equal(everyone)
    assert dict(board_of(ana).vv) == every_edit
    total = sum(every_edit.values())
    assert total > 1.9 * edits


@pytest.mark.parametrize("seed", SEEDS)
def test_40_a_lost_message_is_healed_within_a_second(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = everyone = room_of(network, "ana", "mira", "tom")
    network.drop = lambda _from, to, message: (
        to == tom.peer.address and isinstance(message, EditMessage)
    )
    draw(ana)
    network.run(0.1)
    network.drop = lambda *_: False
    draw(ana)
    start = network.now
    assert network.run_until(lambda: in_sync(everyone), 1.0), f"seed {seed}"
    assert network.now - start <= 1.0
    assert_equal(everyone)
    assert in_sync([ana, mira])


@pytest.mark.parametrize("seed", SEEDS)
def test_40_a_flood_repeated_and_reordered_ends_the_same(seed: int) -> None:
    network = MemoryNetwork(seed)
    everyone = room_of(network, "ana", "mira", "tom")
    network.weather = Weather(delay=(0.0, 2.0), duplicate=0.4, loss=0.1, reorder=True)
    rng = random.Random(seed)
    for _ in range(300):
        random_edit(rng.choice(everyone), rng)
        network.run(0.01)
    network.weather = Weather()
    assert network.run_until(lambda: in_sync(everyone), 120), f"seed {seed}"
    assert_equal(everyone)
    assert network.count.repeated > 50
    assert network.count.lost > 20


@pytest.mark.parametrize("seed", SEEDS)
def test_45_and_64_one_dot_with_two_contents_is_void_on_all(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, eve = everyone = room_of(network, "ana", "mira", "eve")
    draw(ana)
    network.run(0.5)
    network.drop = lambda sender, *_: sender == eve.peer.address
    draw(eve, 111)
    network.run(0.5)
    network.drop = lambda *_: False
    (batch,) = (b for b in board_of(eve).batches_since({}) if b.r == board_of(eve).replica)
    (op,) = batch.ops
    other = replace(batch, ops=(replace(op, weight=op.weight + 1.0),))
    network.deliver_later(eve.peer, ana, EditMessage(batch))
    network.deliver_later(eve.peer, mira, EditMessage(other))
    network.run(1.0)
    assert board_of(ana).state_hash() != board_of(mira).state_hash()
    # The honest two find it out by their heartbeats; whoever was forged draws it again (4.7c).
    assert network.run_until(
        lambda: bool(board_of(ana).forks) and bool(board_of(mira).forks), 200
    ), f"seed {seed}"
    assert network.run_until(lambda: board_of(eve).replica != batch.r, 200)
    assert network.run_until(lambda: len({board_of(one).c14n() for one in everyone}) == 1, 60)
    (_, again) = board_of(ana).children(board_of(ana).root)
    assert board_of(ana).weight(again) == op.weight
    before = board_of(ana).c14n()
    draw(mira)
    assert network.run_until(lambda: board_of(ana).c14n() == board_of(mira).c14n() != before, 60)
    late = network.enter_room(ROOM, "tom")
    network.run(0.3)
    join_running(network, late)
    assert network.run_until(lambda: is_live(late), 60)
    network.run(30)
    assert board_of(late).c14n() == board_of(ana).c14n()
    assert len(everyone) == 3


def test_48_a_change_of_nick_keeps_the_identity() -> None:
    network = MemoryNetwork(7)
    ana, mira = room_of(network, "ana", "mira")
    draw(ana)
    network.run(0.5)
    network.change_nick(ana, "ana-maria")
    draw(ana)
    draw(mira)
    assert network.run_until(lambda: in_sync([ana, mira]), 10)
    assert_equal([ana, mira])
    parties = {batch.party for batch in board_of(mira).batches_since({})}
    assert parties == {"id-ana", "id-mira"}
    assert not mira.session.counters.by_name
    here = [m for m in mira.session.members if not m.away]
    assert {m.peer.nick for m in here} == {"ana-maria", "mira"}


@pytest.mark.parametrize("seed", SEEDS)
def test_17_two_boards_opened_in_one_room_at_once_become_one(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana = network.enter_room(ROOM, "ana")
    mira = network.enter_room(ROOM, "mira")
    boards = [new_document(), new_document()]
    for board in boards:
        with board.transact(Origin.LOCAL) as edit:
            edit.add(board.root, _circle(boards.index(board)))
    ana.share(boards[0], IN_ROOM, yields=True)
    mira.share(boards[1], IN_ROOM, yields=True)
    assert network.run_until(lambda: in_sync([ana, mira]), 60), f"seed {seed}"
    network.run(5)
    assert ana.session.session == mira.session.session
    assert_equal([ana, mira])
    shapes = board_of(ana).children(board_of(ana).root)
    assert sorted(board_of(ana).attribute(shape, "r") for shape in shapes) == ["0", "1"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_board_that_is_announced_but_nobody_is_on_swallows_no_other(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana = network.enter_room(ROOM, "ana")
    eve = network.enter_room(ROOM, "eve")
    board = new_document()
    with board.transact(Origin.LOCAL) as edit:
        edit.add(board.root, _circle(1))
    session = ana.share(board, IN_ROOM, yields=True)
    own = session.session
    assert network.run_until(lambda: is_live(ana), 10)
    given_up = board_of(ana)
    ana.receive(eve.peer, Advertisement(SessionId("0"), "smaller than all"))
    assert session.state is State.ASKING
    with given_up.transact(Origin.LOCAL) as edit:
        edit.add(given_up.root, _circle(2))
    assert network.run_until(lambda: is_live(ana), 120), f"seed {seed}"
    assert session.session == own
    mira = network.enter_room(ROOM, "mira")
    mira.join(own, [ana.peer])
    assert network.run_until(lambda: is_live(mira), 30)
    draw(ana)
    draw(mira)
    assert network.run_until(lambda: in_sync([ana, mira]), 30), f"seed {seed}"
    assert_equal([ana, mira])
    assert len(board_of(mira).children(board_of(mira).root)) == 4


def test_who_has_company_gives_way_to_no_other_board() -> None:
    network = MemoryNetwork(1)
    ana, mira, eve = (network.enter_room(ROOM, nick) for nick in ("ana", "mira", "eve"))
    ana.share(new_document(), IN_ROOM, yields=True)
    assert network.run_until(lambda: is_live(ana), 5)
    join_running(network, mira)
    assert network.run_until(lambda: len(ana.session.members) > 1, 5)
    ana.receive(eve.peer, Advertisement(SessionId("0"), "smaller than all"))
    assert ana.session.state is State.LIVE


def _circle(r: int):
    from tests.helpers.boards import SVG
    from whiteboard.model.ops import LiteralElement

    return LiteralElement(SVG, "circle", (("", "r", str(r)),))


@pytest.mark.parametrize("seed", SEEDS)
def test_edits_made_while_the_stream_is_cut_go_out_and_come_in(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = everyone = room_of(network, "ana", "mira", "tom")
    network.cut(tom)
    assert [m.away for m in ana.session.members if m.peer == tom.peer] == [True]
    for _ in range(20):
        draw(tom)
        draw(ana)
        network.run(0.2)
    network.restore(tom)
    assert network.run_until(lambda: in_sync(everyone), 10), f"seed {seed}"
    assert_equal(everyone)
    assert in_sync([ana, mira])


def test_previews_reach_the_others_paced_and_are_never_kept() -> None:
    from whiteboard.model.ephemeral import Cursor, InkPreview, PreviewEnd

    network = MemoryNetwork(8)
    ana, mira = room_of(network, "ana", "mira")
    held = dict(board_of(mira).vv)
    for i in range(100):
        ana.tell(Cursor(i, 2.5, "drawing"))
        ana.tell(InkPreview("s1", i, ((float(i), 1.0),), "#f00", 2.0))
        network.run(0.01)
    ana.tell(PreviewEnd("s1"))
    network.run(0.5)
    seen = [what for party, what in mira.shown.ephemeral if party == "id-ana"]
    points = [p for what in seen if isinstance(what, InkPreview) for p in what.points]
    assert [x for x, _ in points] == [float(i) for i in range(len(points))]
    assert 5 <= sum(isinstance(what, Cursor) for what in seen) <= 12
    assert isinstance(seen[-1], PreviewEnd)
    assert dict(board_of(mira).vv) == held


def test_a_heartbeat_that_claims_what_does_not_exist_is_given_up() -> None:
    network = MemoryNetwork(9)
    ana, mira = room_of(network, "ana", "mira")
    forged = Heartbeat(
        mira.session.session, board_of(mira).replica, vv={"nobody00": 77, **board_of(mira).vv}
    )
    asked: list[object] = []
    network.drop = lambda sender, to, m: bool(
        sender == ana.peer.address and type(m).__name__ == "Get" and asked.append(m)
    )
    network.deliver_later(mira.peer, ana, forged)
    network.run(100)
    assert 1 <= len(asked) <= 8
    draw(ana)
    draw(mira)
    network.run(1)
    assert_equal([ana, mira])


def test_unasked_history_of_others_is_not_taken() -> None:
    network = MemoryNetwork(10)
    ana, mira, eve = room_of(network, "ana", "mira", "eve")
    before = board_of(ana).c14n()
    n = board_of(mira).vv.get(board_of(mira).replica, 0) + 1
    (root,) = {board_of(ana).root}
    forged = replace(
        next(iter(board_of(ana).batches_since({}))),
        party="",
        r=board_of(mira).replica,
        n=n,
        l=board_of(ana).clock + 1,
        ops=(New(f"{board_of(mira).replica}.99", board_of(ana).kind(root), root, name="g"),),
        deps=dict(board_of(ana).vv),
    )
    network.deliver_later(
        eve.peer, ana, Answer(ana.session.session, (EditMessage(forged, mira.peer),))
    )
    network.run(1)
    assert board_of(ana).c14n() == before
    assert ana.session.counters.by_name["NOT_ASKED"] == 1
