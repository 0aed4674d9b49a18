"""Much of what is right by itself, sent to wear the others out: each costs them little."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.helpers.boards import ROOM, assert_equal, board_of, draw, in_sync, is_live, room_of
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Remove
from whiteboard.session import members, serving, sync
from whiteboard.session.identity import new_replica
from whiteboard.session.ports import Send, ToPeer
from whiteboard.session.session import State
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire.messages import (
    AcceptState,
    Answer,
    Connect,
    EditMessage,
    EphemeralMessage,
    Get,
    Heartbeat,
    Peer,
    StateBegin,
    StateEnd,
    StateOffer,
)

EVE = Peer(f"{ROOM}/eve", "id-eve")


class Watch:
    """What a member sends from now on."""

    def __init__(self, network: MemoryNetwork, node: Node) -> None:
        self.sent: list[Send] = []
        send = network.send

        def watched(source: Node, what: Send) -> None:
            if source is node:
                self.sent.append(what)
            send(source, what)

        network.send = watched  # type: ignore[method-assign]

    def to(self, peer: Peer, kind: type) -> list[Send]:
        return [
            one for one in self.sent if one.to == ToPeer(peer.address) and type(one.message) is kind
        ]

    def all(self, kind: type) -> list[Send]:
        return [one for one in self.sent if type(one.message) is kind]


def board_with_eve(seed: int, edits: int = 30) -> tuple[MemoryNetwork, Node, Node, Node]:
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    for _ in range(edits):
        draw(ana)
    eve = network.enter_room(ROOM, "eve", "id-eve")  # has an address, and no session
    network.run(1)
    return network, ana, mira, eve


def session_of(node: Node):
    assert node.session is not None
    return node.session.session


def test_a_storm_of_questions_is_answered_at_a_pace_and_in_bounds() -> None:
    network, ana, mira, _ = board_with_eve(1)
    watch = Watch(network, ana)
    held = sum(board_of(ana).vv.values())
    seconds = 20
    for _ in range(seconds * 50):
        network.deliver_later(EVE, ana, Get(session_of(ana)))
        network.run(0.02)
    answers = watch.to(EVE, Answer)
    assert len(answers) >= 1
    assert len(answers) <= 4 * (serving.QUESTIONS + serving.QUESTIONS_A_SECOND * seconds)
    given = sum(len(one.message.messages) for one in answers)
    assert given <= serving.WHOLE_TIMES * held + serving.SOME_MORE
    draw(mira)
    network.run(2)
    assert_equal([ana, mira])


def test_who_asked_too_much_is_answered_again_later() -> None:
    network, ana, _, _ = board_with_eve(2)
    for _ in range(500):
        network.deliver_later(EVE, ana, Get(session_of(ana)))
    network.run(1)
    watch = Watch(network, ana)
    network.run(2)
    network.deliver_later(EVE, ana, Get(session_of(ana)))
    network.run(1)
    assert watch.to(EVE, Answer)


def test_the_whole_state_is_given_to_one_party_some_times_and_not_for_ever() -> None:
    network, ana, mira, _ = board_with_eve(3, edits=1000)
    watch = Watch(network, ana)
    held = sum(board_of(ana).vv.values())
    for _ in range(60):
        network.deliver_later(EVE, ana, Connect(session_of(ana)))
        network.run(1)
        network.deliver_later(EVE, ana, AcceptState(session_of(ana)))
        network.run(1)
    given = sum(len(one.message.messages) for one in watch.to(EVE, Answer))
    assert held <= given <= serving.WHOLE_TIMES * held + serving.SOME_MORE
    assert len(watch.to(EVE, StateOffer)) <= serving.QUESTIONS + 2 * 60 * 2
    tom = network.enter_room(ROOM, "tom")
    network.run(0.5)
    tom.join(session_of(ana), [ana.peer])
    assert network.run_until(lambda: is_live(tom), 60), "others are given it as ever"
    assert in_sync([ana, mira, tom])


def test_replicas_that_do_not_exist_are_asked_for_a_few_times_only_and_hide_no_gap() -> None:
    network, ana, mira, _ = board_with_eve(4)
    eves = new_replica(session_of(ana), "id-eve", random.Random(4))
    lies = {Replica(f"zz{n:06}"): 5 for n in range(3000)}
    watch = Watch(network, ana)
    for _ in range(120):
        vv = {**board_of(ana).vv, **lies}
        network.deliver_later(EVE, ana, Heartbeat(session_of(ana), eves, vv=vv))
        network.run(2)
    gets = watch.all(Get)
    assert all(len(one.message.upto) <= sync.MAX_ASKED for one in gets)
    assert len(gets) <= 2 * sync.NACK_TRIES * (sync.VAIN_ROUNDS + 1)
    network.drop = lambda source, target, message: (
        source == mira.peer.address and isinstance(message, EditMessage)
    )
    draw(mira)
    network.run(1)
    network.drop = lambda *_: False
    draw(mira)
    assert network.run_until(lambda: in_sync([ana, mira]), 10)


def test_false_digests_do_not_use_up_the_attention_for_others() -> None:
    network, ana, mira, _ = board_with_eve(5)
    eves = new_replica(session_of(ana), "id-eve", random.Random(5))
    watch = Watch(network, ana)
    for n in range(6000):
        digests = {board_of(ana).replica: f"{n:032x}"}
        beat = Heartbeat(session_of(ana), eves, vv=dict(board_of(ana).vv), digests=digests)
        network.deliver_later(EVE, ana, beat)
        if n % 100 == 0:
            network.run(0.1)
    network.run(2)
    assert len(watch.to(EVE, Get)) <= sync.MAX_DOUBTS
    digests = {board_of(ana).replica: "f" * 32}
    beat = Heartbeat(
        session_of(ana), board_of(mira).replica, vv=dict(board_of(ana).vv), digests=digests
    )
    network.deliver_later(mira.peer, ana, beat)
    network.run(1)
    assert watch.to(mira.peer, Get), "another's doubt is looked into"


def test_a_crowd_that_came_and_went_does_not_keep_a_newcomer_out(monkeypatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBERS", 20)
    network, ana, _, _ = board_with_eve(6)
    for n in range(100):
        ghost = Peer(f"{ROOM}/ghost{n}", "id-eve")
        network.deliver_later(ghost, ana, EphemeralMessage(session_of(ana), ()))
        network.run(0.2)
        ana.take(lambda session, ghost=ghost: session.left(ghost, network.now))
    tom = network.enter_room(ROOM, "tom")
    network.run(0.5)
    tom.join(session_of(ana), [ana.peer])
    assert network.run_until(lambda: is_live(tom), 60)
    network.run(1)
    assert ana.session is not None
    assert tom.peer in [member.peer for member in ana.session.members]
    assert len(ana.session.members) <= 21


def test_a_giver_that_trickles_does_not_keep_a_joiner_waiting() -> None:
    network, ana, mira, _ = board_with_eve(7, edits=40)
    tom = network.enter_room(ROOM, "tom")
    network.run(0.5)
    tom.join(session_of(ana), [EVE, ana.peer])
    assert ana.session is not None
    assert ana.session.description is not None
    network.drop = lambda source, target, message: (
        source == ana.peer.address and isinstance(message, StateOffer)
    )
    network.deliver_later(EVE, tom, StateOffer(session_of(ana), ana.session.description))
    network.run(1)
    network.drop = lambda *_: False
    batches = board_of(ana).batches_since({})
    begin = StateBegin(session_of(ana), "", len(batches), dict(board_of(ana).vv))
    network.deliver_later(EVE, tom, begin)
    for batch in batches:
        original = EditMessage(batch, Peer("", occupant_id=batch.party))
        network.deliver_later(EVE, tom, Answer(session_of(ana), (original,)))
        network.run(8)
        if is_live(tom):
            break
    assert network.run_until(lambda: is_live(tom), 60)
    assert network.now < 150
    assert network.run_until(lambda: in_sync([ana, mira, tom]), 60)


def test_a_state_that_can_never_be_whole_is_left_for_another_giver() -> None:
    network, ana, mira, _ = board_with_eve(8)
    tom = network.enter_room(ROOM, "tom")
    network.run(0.5)
    tom.join(session_of(ana), [EVE, ana.peer])
    assert ana.session is not None
    assert ana.session.description is not None
    network.drop = lambda source, target, message: (
        source == ana.peer.address and isinstance(message, StateOffer)
    )
    network.deliver_later(EVE, tom, StateOffer(session_of(ana), ana.session.description))
    network.run(1)
    network.drop = lambda *_: False
    network.deliver_later(EVE, tom, StateEnd(session_of(ana), {Replica("nobody00"): 10**9}))
    assert network.run_until(lambda: is_live(tom), 120)
    assert network.run_until(lambda: in_sync([ana, mira, tom]), 60)


def test_answers_that_nobody_asked_for_bring_nothing_of_others() -> None:
    network, ana, _, _ = board_with_eve(9)
    toms = new_replica(session_of(ana), "id-tom", random.Random(9))
    sample = board_of(ana).batches_since({})[0]
    forged = [
        replace(sample, r=toms, n=n, l=n, ops=(Remove(board_of(ana).root),), deps={}, party="")
        for n in range(1, 300)
    ]
    before = board_of(ana).c14n()
    for batch in forged:
        original = EditMessage(batch, Peer("", occupant_id="id-tom"))
        network.deliver_later(EVE, ana, Answer(session_of(ana), (original,)))
    network.run(5)
    assert toms not in board_of(ana).vv
    assert board_of(ana).c14n() == before
    assert ana.session is not None
    assert ana.session.counters.by_name["NOT_ASKED"] == len(forged)


def test_what_waits_is_looked_through_when_the_timer_runs_out_and_not_for_each_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, ana, _, _ = board_with_eve(10)
    eves = new_replica(session_of(ana), "id-eve", random.Random(10))
    sample = board_of(ana).batches_since({})[0]
    document, looks = board_of(ana), 0
    missing = document.missing

    def counted():
        nonlocal looks
        looks += 1
        return missing()

    monkeypatch.setattr(document, "missing", counted)
    for n in range(2, 2000):
        batch = replace(sample, r=eves, n=n, l=n, party="", ops=(Remove(document.root),), deps={})
        network.deliver_later(EVE, ana, EditMessage(batch))
    network.run(3)
    assert document.waiting > 1000
    assert looks < 60


def test_a_flood_of_beats_is_answered_with_a_few() -> None:
    network, ana, _, _ = board_with_eve(11)
    eves = new_replica(session_of(ana), "id-eve", random.Random(11))
    watch = Watch(network, ana)
    for _ in range(1000):
        network.deliver_later(EVE, ana, Heartbeat(session_of(ana), eves))
        network.run(0.02)
    assert len(watch.all(Heartbeat)) <= 20 / sync.SOON[0]
    assert ana.session is not None
    assert ana.session.state is State.LIVE
