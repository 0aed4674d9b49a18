"""A member of the room who sends anything at all harms nobody else."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from tests.helpers.boards import ROOM, assert_equal, board_of, draw, in_sync, random_edit, room_of
from whiteboard.session.identity import new_replica
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.messages import Answer, EditMessage, Heartbeat, Peer

EVE = Peer(f"{ROOM}/eve", "id-eve")


@given(st.lists(st.tuples(w.all_messages, st.booleans(), st.booleans()), max_size=15))
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_hostile_messages_of_all_kinds_leave_the_others_unharmed(messages):
    network = MemoryNetwork(11)
    ana, mira = room_of(network, "ana", "mira")
    session = ana.session.session
    eves = new_replica(session, "id-eve", random.Random(3))
    rng = random.Random(4)
    for drawn, to_both, with_own_replica in messages:
        message = replace(drawn, **_at(drawn, session))
        if with_own_replica:
            message = _as(message, eves)
        for target in (ana, mira) if to_both else (mira,):
            network.deliver_later(EVE, target, message)
        random_edit(rng.choice((ana, mira)), rng)
        network.run(0.1)
    draw(ana)
    draw(mira)
    honest = [board_of(ana).replica, board_of(mira).replica]

    def agree() -> bool:
        boards = board_of(ana), board_of(mira)
        held = [[board.vv.get(r, 0) for r in honest] for board in boards]
        return held[0] == held[1] and boards[0].state_hash() == boards[1].state_hash()

    assert network.run_until(agree, 400)
    assert board_of(ana).c14n() == board_of(mira).c14n()
    assert set(board_of(ana).vv) >= set(honest)


def _at(message, session):
    if isinstance(message, EditMessage):
        return {"batch": replace(message.batch, session=session)}
    if isinstance(message, Answer):
        inner = tuple(
            replace(one, batch=replace(one.batch, session=session)) for one in message.messages
        )
        return {"session": session, "messages": inner}
    return {"session": session}


def _as(message, replica):
    if isinstance(message, EditMessage):
        return replace(message, batch=replace(message.batch, r=replica))
    if isinstance(message, Heartbeat):
        return replace(message, r=replica)
    return message


@pytest.mark.parametrize("seed", [1, 2])
def test_a_flood_of_edits_that_never_can_be_delivered_is_bounded(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    eves = new_replica(ana.session.session, "id-eve", random.Random(seed))
    sample = next(iter(board_of(ana).batches_since({})))
    for n in range(2, 300):
        batch = replace(sample, r=eves, n=n, party="", ops=(), controls=(w.Control("resign"),))
        network.deliver_later(EVE, ana, EditMessage(batch))
    draw(ana)
    draw(mira)
    network.run(300)
    assert in_sync([ana]) is False
    vectors = [dict(board_of(node).vv) for node in (ana, mira)]
    assert vectors[0] == vectors[1]
    assert board_of(ana).c14n() == board_of(mira).c14n()
    assert any(incident.kind == "gave-up" for incident in ana.shown.incidents)
    draw(mira)
    network.run(2)
    assert_equal([ana, mira])
