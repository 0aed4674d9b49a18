"""Group chats that do not pass drawings on, and sessions that two people call theirs."""

from __future__ import annotations

import random

import pytest

from tests.helpers.boards import IN_ROOM, ROOM, draw, in_sync, is_live, join_running, room_of
from whiteboard.model.document import new_document
from whiteboard.model.ids import Party, SessionId
from whiteboard.session.echo import ECHO_SECONDS, NOT_PASSED_ON, TRIES
from whiteboard.session.entering import TWO_HOSTS
from whiteboard.session.ports import InRoom, Notify
from whiteboard.session.session import Session, State
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire import messages as m

SENTENCE = NOT_PASSED_ON.format("atelier")
SESSION = SessionId("851ba2")


def said(node) -> list[str]:
    return node.shown.told


def stripping(network: MemoryNetwork, *, sent: list[m.Message]) -> None:
    """The room forwards nothing that it does not know."""

    def drop(source: str, target: str, message: m.Message) -> bool:
        if source == target:
            sent.append(message)
        return not isinstance(message, m.Advertisement)

    network.drop = drop


def test_a_room_that_strips_what_it_does_not_know_is_found_out_and_said_once():
    network, sent = MemoryNetwork(3), []
    stripping(network, sent=sent)
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), IN_ROOM)
    assert network.run_until(lambda: is_live(ana), 10)
    network.run(ECHO_SECONDS * TRIES + 1)
    assert said(ana) == [SENTENCE]
    assert len(sent) >= TRIES
    network.run(500)
    assert said(ana) == [SENTENCE]
    draw(ana)
    assert ana.session.state is State.LIVE


def test_a_room_that_passes_things_on_is_not_suspected():
    network = MemoryNetwork(4)
    ana, ben = room_of(network, "ana", "ben")
    network.run(ECHO_SECONDS * TRIES + 5)
    assert said(ana) == said(ben) == []


def test_who_may_not_speak_is_not_told_that_the_room_is_at_fault():
    network = MemoryNetwork(5)
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), IN_ROOM)
    assert network.run_until(lambda: is_live(ana), 10)
    ben = network.enter_room(ROOM, "ben")
    network.mute(ben)
    network.run(0.2)
    join_running(network, ben)
    assert network.run_until(lambda: is_live(ben), 60)
    network.run(ECHO_SECONDS * TRIES + 5)
    assert SENTENCE not in said(ben)


@pytest.mark.parametrize("change", ["creator", "mode", "identity"])
def test_of_two_who_call_a_session_theirs_the_first_answer_stays_and_the_person_is_told(change):
    me, ana, eve = (
        m.Peer(f"{ROOM}/{nick}", occupant_id=f"id-{nick}", jid=f"{nick}@x")
        for nick in ("me", "ana", "eve")
    )
    mine = m.Description(creator=Party("id-ana"), identity=m.Identity.OCCUPANT_ID, name="Plan")
    other = {
        "creator": m.Description(creator=Party("id-eve"), identity=m.Identity.OCCUPANT_ID),
        "mode": m.Description(m.Mode.STRICT, Party("id-ana"), m.Identity.OCCUPANT_ID),
        "identity": m.Description(creator=Party("id-ana"), identity=m.Identity.NICK),
    }[change]
    joiner = Session.join(SESSION, me, InRoom(ROOM), random.Random(1), ask=[ana, eve])
    joiner.start(0.0)
    joiner.receive(ana, m.StateOffer(SESSION, mine), 1.0)
    told = joiner.receive(eve, m.StateOffer(SESSION, other), 1.1)
    sentences = [e.text for e in told if isinstance(e, Notify)]
    assert sentences == [TWO_HOSTS.format("ana")]
    assert not [
        e for e in joiner.receive(eve, m.StateOffer(SESSION, other), 1.2) if isinstance(e, Notify)
    ]
    assert joiner.description == mine
    joiner.receive(ana, m.StateBegin(SESSION), 2.0)
    joiner.receive(ana, m.StateEnd(SESSION), 2.1)
    assert joiner.state is State.LIVE


def test_a_second_giver_of_the_same_session_is_no_second_host():
    network = MemoryNetwork(6)
    everyone = room_of(network, "ana", "ben", "cleo")
    assert network.run_until(lambda: in_sync(everyone), 30)
    assert not any(said(node) for node in everyone)
