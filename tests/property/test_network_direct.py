"""Sessions one-to-one: invited, accepted, joined, left; more than one guest; over bad links."""

from __future__ import annotations

import random

import pytest

from tests.helpers.boards import (
    DIRECT,
    assert_equal,
    board_of,
    draw,
    in_sync,
    is_live,
    random_edit,
)
from whiteboard.model.document import new_document
from whiteboard.model.ephemeral import Cursor
from whiteboard.session.negotiation import Stage
from whiteboard.transport.memory import MemoryNetwork, Node, Weather
from whiteboard.wire.messages import Connect, EphemeralMessage, Peer, Reason

SEEDS = (1, 2, 3)


def invited(network: MemoryNetwork, ana: Node, address: str) -> Node:
    """Invite a device, which accepts and joins."""
    guest = network.sign_in(address)
    ana.invite(address)
    assert network.run_until(lambda: bool(guest.shown.asked), 5)
    (invitation,) = guest.invitations.values()
    guest.accept(invitation)
    assert network.run_until(lambda: is_live(guest), 60)
    return guest


def pair(seed: int) -> tuple[MemoryNetwork, Node, Node]:
    network = MemoryNetwork(seed)
    ana = network.sign_in("ana@x/desk", "mira@x")
    ana.share(new_document(), DIRECT)
    draw(ana)
    return network, ana, invited(network, ana, "mira@x/phone")


@pytest.mark.parametrize("seed", SEEDS)
def test_an_invited_contact_gets_the_board_and_both_draw(seed: int) -> None:
    network, ana, mira = pair(seed)
    assert next(iter(ana.invitations.values())).stage is Stage.ACCEPTED
    rng = random.Random(seed)
    for _ in range(50):
        random_edit(rng.choice((ana, mira)), rng)
        network.run(0.02)
    assert network.run_until(lambda: in_sync([ana, mira]), 10)
    assert_equal([ana, mira])
    assert mira.shown.asked[0].board == "Plan"


def here(node: Node) -> set[str]:
    return {m.party for m in node.session.members if not m.away}


@pytest.mark.parametrize("seed", SEEDS)
def test_guests_see_each_other_come_move_and_go(seed: int) -> None:
    network, ana, mira = pair(seed)
    assert here(mira) == {"ana@x", "mira@x"}
    tom = invited(network, ana, "tom@y/1")
    everyone = {"ana@x", "mira@x", "tom@y"}
    assert network.run_until(lambda: here(ana) == here(mira) == here(tom) == everyone, 2)
    mira.tell(Cursor(1, 2))
    assert network.run_until(lambda: ("mira@x", Cursor(1, 2)) in tom.shown.ephemeral, 2)
    assert ("mira@x", Cursor(1, 2)) in ana.shown.ephemeral
    network.cut(ana)
    assert network.run_until(lambda: here(tom) == here(mira) == {"tom@y", "mira@x"}, 60)
    network.restore(ana)
    assert network.run_until(lambda: here(ana) == here(mira) == here(tom) == everyone, 60)
    mira.take(lambda session: session.leave(network.now))
    assert network.run_until(lambda: here(tom) == {"ana@x", "tom@y"}, 2)
    assert ("mira@x", None) in tom.shown.ephemeral


def test_only_the_creator_speaks_for_guests() -> None:
    _, ana, mira = pair(1)
    liar = EphemeralMessage(ana.session.session, (Cursor(1, 2),), "tom@y")
    assert not ana.session.receive(Peer("mira@x/phone"), liar, 0.0)[1:]
    assert ana.session.counters.by_name["NOT_ASKED"] == 1
    assert "tom@y" not in here(ana) | here(mira)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_guest_sees_the_first_ones_edits_through_the_host(seed: int) -> None:
    network, ana, mira = pair(seed)
    tom = invited(network, ana, "tom@y/1")
    for x in range(5):
        draw(mira, x)
        draw(tom, x)
        draw(ana, x)
        network.run(0.1)
    assert network.run_until(lambda: in_sync([ana, mira, tom]), 2), f"seed {seed}"
    assert_equal([ana, mira, tom])


@pytest.mark.parametrize("seed", SEEDS)
def test_who_opened_the_board_leaves_and_the_guests_go_on_with_one_another(seed: int) -> None:
    network, ana, mira = pair(seed)
    tom, kim = invited(network, ana, "tom@y/1"), invited(network, ana, "kim@z/1")
    assert network.run_until(lambda: len(here(mira)) == len(here(kim)) == 4, 5)
    ana.take(lambda session: session.leave(network.now))
    left = {"mira@x", "tom@y", "kim@z"}
    assert network.run_until(lambda: all(here(n) == left for n in (mira, tom, kim)), 10)
    rng = random.Random(seed)
    for _ in range(30):
        random_edit(rng.choice((mira, tom, kim)), rng)
        network.run(0.05)
    assert network.run_until(lambda: in_sync([mira, tom, kim]), 10), f"seed {seed}"
    assert_equal([mira, tom, kim])
    tom.take(lambda session: session.leave(network.now))
    assert network.run_until(lambda: here(mira) == here(kim) == {"mira@x", "kim@z"}, 5)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_guest_invites_one_more_and_all_hold_the_same(seed: int) -> None:
    network, ana, mira = pair(seed)
    kim = invited(network, ana, "kim@z/1")
    tom = invited(network, mira, "tom@y/1")
    everyone = [ana, mira, kim, tom]
    assert network.run_until(lambda: here(ana) == {"ana@x", "mira@x", "kim@z", "tom@y"}, 10)
    rng = random.Random(seed)
    for _ in range(40):
        random_edit(rng.choice(everyone), rng)
        network.run(0.05)
    assert network.run_until(lambda: in_sync(everyone), 5), f"seed {seed}"
    assert_equal(everyone)
    assert not any("NOT_ASKED" in one.session.counters.by_name for one in everyone)
    tom.tell(Cursor(3, 4))
    for one in (mira, ana, kim):
        assert network.run_until(lambda one=one: ("tom@y", Cursor(3, 4)) in one.shown.ephemeral, 2)
    kim.tell(Cursor(5, 6))
    assert network.run_until(lambda: ("kim@z", Cursor(5, 6)) in tom.shown.ephemeral, 2)
    tom.take(lambda session: session.leave(network.now))
    assert network.run_until(lambda: "tom@y" not in here(ana) | here(kim), 130)


def test_who_is_not_vouched_for_cannot_talk_to_a_guest() -> None:
    network, ana, mira = pair(7)
    network.sign_in("eve@z/1")
    network.deliver_later(Peer("eve@z/1"), mira, Connect(ana.session.session))
    network.run(1)
    assert mira.session.counters.by_name == {"NOT_INVITED": 1}


def test_a_declined_invitation_ends_on_both_sides() -> None:
    network = MemoryNetwork(4)
    ana = network.sign_in("ana@x/desk", "mira@x")
    ana.share(new_document(), DIRECT)
    mira = network.sign_in("mira@x/phone")
    out = ana.invite("mira@x/phone")
    network.run(1)
    (invitation,) = mira.invitations.values()
    mira.perform(invitation.decline(network.now), invitation)
    network.run(1)
    assert (out.stage, out.reason) == (Stage.ENDED, Reason.DECLINE)


def test_who_was_not_invited_gets_nothing() -> None:
    network, ana, mira = pair(5)
    eve = network.sign_in("eve@z/1")
    network.deliver_later(Peer("eve@z/1"), ana, Connect(ana.session.session))
    network.run(1)
    assert ana.session.counters.by_name == {"NOT_INVITED": 1}
    draw(ana)
    network.run(1)
    assert eve.session is None
    assert in_sync([ana, mira])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cut_between_two_heals_in_both_directions(seed: int) -> None:
    network, ana, mira = pair(seed)
    network.weather = Weather(loss=0.2, duplicate=0.2, reorder=True, delay=(0.01, 0.4))
    rng = random.Random(seed)
    network.cut(mira)
    for _ in range(40):
        random_edit(rng.choice((ana, mira)), rng)
        network.run(0.1)
    network.restore(mira)
    ana.take(lambda session: session.online(ana.peer, network.now))
    for _ in range(40):
        random_edit(rng.choice((ana, mira)), rng)
        network.run(0.1)
    network.weather = Weather()
    assert network.run_until(lambda: in_sync([ana, mira]), 130), f"seed {seed}"
    assert_equal([ana, mira])


def test_leaving_says_goodbye_and_the_copy_stays() -> None:
    network, ana, mira = pair(6)
    shown = board_of(mira).c14n()
    mira.take(lambda session: session.leave(network.now))
    network.run(1)
    assert [member.away for member in ana.session.members] == [False, True]
    draw(mira)
    draw(ana)
    network.run(1)
    assert mira.shown.ended[0].reason is Reason.SUCCESS
    assert board_of(mira).c14n() != shown
