"""Calls to look at one place: which are heeded, and what becomes of them on the way (S7)."""

from __future__ import annotations

import pytest

from tests.helpers.boards import DIRECT
from tests.property.test_network_direct import invited
from whiteboard.model.document import Document, new_document
from whiteboard.model.ephemeral import Attention, Box, Follows, Viewport
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.rights import Ground, Role
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.attention import INTERVAL, MAX_CALLS, WINDOW, Calls, may_call
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.codec import decode
from whiteboard.wire.messages import EphemeralMessage
from whiteboard.wire.xml import parse

PLACE = Attention(Box(10, 20, 300, 200), (Rid("B7.2"),))


def test_one_person_is_heeded_once_in_five_seconds():
    calls = Calls()
    assert calls.heed(Party("ana"), 0.0)
    assert not calls.heed(Party("ana"), INTERVAL - 0.1)
    assert calls.heed(Party("mira"), INTERVAL - 0.1)
    assert calls.heed(Party("ana"), INTERVAL)


def test_all_together_are_heeded_a_few_times_a_minute():
    calls = Calls()
    heeded = [calls.heed(Party(f"p{n}"), float(n)) for n in range(20)]
    assert heeded == [True] * MAX_CALLS + [False] * (20 - MAX_CALLS)
    assert calls.heed(Party("late"), WINDOW)


def test_in_a_group_chat_hosts_and_moderators_call_and_one_to_one_whoever_draws():
    ana, mira, tom = Party("ana"), Party("mira"), Party("tom")
    board = Document(SessionId("s"), ana, Replica("A7"), ground=Ground(ana))
    board.grant(mira, Role.MODERATOR)
    board.grant(tom, Role.VIEWER)
    everybody = (ana, mira, tom, Party("sofia"))
    assert [may_call(board, one, in_room=True) for one in everybody] == [True, True, False, False]
    assert [may_call(board, one, in_room=False) for one in everybody] == [True, True, False, True]
    plain = StrictDocument(SessionId("s"), ana)
    assert may_call(plain, tom, in_room=True), "a plain session has no roles"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_call_reaches_all_and_a_flood_of_them_moves_nobody_twice(seed: int):
    network = MemoryNetwork(seed)
    ana = network.sign_in("ana@x/desk", "mira@x")
    ana.share(new_document(), DIRECT)
    mira = invited(network, ana, "mira@x/phone")
    tom = invited(network, ana, "tom@y/1")
    assert network.run_until(lambda: len(mira.session.members) == 3, 5)
    for _ in range(30):
        mira.tell(PLACE)
        network.run(0.1)
    for node in (ana, tom):
        seen = [(who, what) for who, what in node.shown.ephemeral if isinstance(what, Attention)]
        assert seen == [("mira@x", PLACE)]


def test_what_one_sees_reaches_who_follows_also_through_the_creator():
    network = MemoryNetwork(3)
    ana = network.sign_in("ana@x/desk", "mira@x")
    ana.share(new_document(), DIRECT)
    mira = invited(network, ana, "mira@x/phone")
    tom = invited(network, ana, "tom@y/1")
    assert network.run_until(lambda: len(mira.session.members) == 3, 5)
    mira.tell(Follows("tom@y"))
    assert network.run_until(lambda: ("mira@x", Follows("tom@y")) in tom.shown.ephemeral, 2)
    seen = Viewport(Box(0, 0, 1280, 752))
    for x in range(10):
        tom.tell(Viewport(Box(x, 0, 10, 10)))
    tom.tell(seen)
    assert network.run_until(lambda: ("tom@y", seen) in mira.shown.ephemeral, 2)
    views = [what for _, what in mira.shown.ephemeral if isinstance(what, Viewport)]
    assert len(views) <= 2, "what was overtaken is not sent"


@pytest.mark.parametrize(
    "element",
    [
        "<attention/>",
        "<attention x='1' y='2' width='3'/>",
        "<attention x='1' y='2' width='-3' height='4'/>",
        "<attention x='nan' y='2' width='3' height='4'/>",
        "<attention x='1e9' y='2' width='3' height='4'/>",
        "<viewport x='1' y='2' width='inf' height='4'/>",
        "<viewport x='1' y='2' width='3' height='four'/>",
        f"<follow party='{'x' * 4000}'/>",
    ],
)
def test_what_does_not_fit_its_form_is_left_out(element: str):
    stanza = (
        "<message xmlns='jabber:client'><sync xmlns='urn:x-whiteboard:sync:0' session='s'>"
        f"<cursor x='1' y='1'/>{element}</sync></message>"
    )
    message = decode(parse(stanza))
    assert isinstance(message, EphemeralMessage)
    assert len(message.items) == 1
