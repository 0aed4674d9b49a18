"""What a room says of its occupants, put on record by hosts: every member agrees about it."""

from __future__ import annotations

import pytest

from tests.helpers.boards import board_of, draw, room_of
from tests.helpers.strict_boards import strict_room
from whiteboard.model.document import Document
from whiteboard.model.rights import Role
from whiteboard.session.mirroring import Mirroring, role_in_room
from whiteboard.transport.memory import MemoryNetwork, Node, Weather

PARTICIPANT = ("participant", "none")
MODERATOR = ("moderator", "none")
OWNER = ("moderator", "owner")
OUTCAST = ("participant", "outcast")
VISITOR = ("visitor", "none")


def say(nodes: list[Node], who: Node, standing: tuple[str, str]) -> None:
    """The room tells everybody who somebody is now."""
    for node in nodes:
        node.take(lambda s: s.occupant(who.peer, *standing, s_now(nodes)))


def s_now(nodes: list[Node]) -> float:
    return nodes[0].network.now


def roles_of(nodes: list[Node], who: Node) -> set[Role]:
    party = board_of(who).party
    return {board_of(node).role_of(party) for node in nodes}


@pytest.fixture
def room():
    network = MemoryNetwork(7)
    return network, *room_of(network, "ana", "ben", "eva")


@pytest.mark.parametrize(
    ("role", "affiliation", "means"),
    [
        ("visitor", "none", Role.VIEWER),
        ("visitor", "member", Role.VIEWER),
        ("participant", "outcast", Role.VIEWER),
        ("none", "outcast", Role.VIEWER),
        ("participant", "none", Role.EDITOR),
        ("participant", "member", Role.EDITOR),
        ("moderator", "none", Role.MODERATOR),
        ("moderator", "admin", Role.MODERATOR),
        ("moderator", "owner", Role.HOST),
        ("something new", "else", Role.EDITOR),
    ],
)
def test_a_role_of_a_room_is_a_role_on_a_board(role, affiliation, means):
    assert role_in_room(role, affiliation) is means


def test_moderators_and_owners_are_recorded_and_a_demotion_is(room):
    network, ana, ben, eva = room
    nodes = [ana, ben, eva]
    say(nodes, ben, MODERATOR)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.MODERATOR}, 10)
    say(nodes, eva, OWNER)
    assert network.run_until(lambda: roles_of(nodes, eva) == {Role.HOST}, 10)
    say(nodes, ben, PARTICIPANT)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.EDITOR}, 10)
    say(nodes, eva, PARTICIPANT)
    network.run(10)
    assert roles_of(nodes, eva) == {Role.HOST}, "a host cannot be deposed, only resign"


def test_twice_and_by_two_hosts_is_once(room):
    network, ana, ben, eva = room
    nodes = [ana, ben, eva]
    say(nodes, ben, OWNER)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.HOST}, 10)
    count = board_of(ana).message_count
    for _ in range(3):
        say(nodes, eva, MODERATOR)
    assert network.run_until(lambda: roles_of(nodes, eva) == {Role.MODERATOR}, 10)
    network.run(10)
    assert board_of(ana).message_count == count + 1


def test_whom_the_board_made_a_moderator_the_room_does_not_unmake(room):
    network, ana, ben, eva = room
    nodes = [ana, ben, eva]
    document = board_of(ana)
    assert isinstance(document, Document)
    document.grant(board_of(ben).party, Role.MODERATOR)
    say(nodes, ben, PARTICIPANT)
    network.run(10)
    assert roles_of(nodes, ben) == {Role.MODERATOR}


def test_who_resigned_is_not_made_host_again_until_the_room_changes_it(room):
    network, ana, ben, eva = room
    nodes = [ana, ben, eva]
    say(nodes, ben, OWNER)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.HOST}, 10)
    document = board_of(ben)
    document.resign()
    network.run(10)
    draw(eva)
    network.run(10)
    assert roles_of(nodes, ben) == {Role.EDITOR}
    say(nodes, ben, PARTICIPANT)
    say(nodes, ben, OWNER)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.HOST}, 10)


def test_a_banned_person_may_only_watch_from_then_on_and_in_flight_edits_fall(room):
    network, ana, ben, eva = room
    nodes = [ana, ben, eva]
    draw(ben, 1)
    network.run(2)
    say([ana, eva], ben, OUTCAST)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.VIEWER}, 10)
    assert len(board_of(eva).children(board_of(eva).root)) == 1, "what was seen before stays"


def test_a_moderator_records_a_ban_where_no_host_is(room):
    network, ana, ben, eva = room
    board_of(ana).grant(board_of(eva).party, Role.MODERATOR)
    network.run(2)
    ana.is_cut = True
    for node in (ben, eva):
        node.take(lambda s: s.left(ana.peer, network.now))
    say([ben, eva], ben, OUTCAST)
    assert network.run_until(lambda: roles_of([ben, eva], ben) == {Role.VIEWER}, 10)


def test_a_visitor_whose_edits_come_through_may_only_watch_until_the_room_gives_a_voice(room):
    network, ana, ben, eva = room
    nodes = [ana, ben, eva]
    say(nodes, ben, VISITOR)
    network.run(10)
    assert roles_of(nodes, ben) == {Role.EDITOR}, "voice is the room's own matter"
    draw(ben)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.VIEWER}, 10)
    say(nodes, ben, PARTICIPANT)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.EDITOR}, 10)


def test_a_demotion_waits_for_what_came_before_it():
    network = MemoryNetwork(3, Weather())
    ana, ben, eva = room_of(network, "ana", "ben", "eva")
    nodes = [ana, ben, eva]
    say(nodes, ben, MODERATOR)
    assert network.run_until(lambda: roles_of(nodes, ben) == {Role.MODERATOR}, 10)
    people = ana.session._people
    mirroring = Mirroring(people, network.rng)
    mirroring.occupant(ben.peer, *MODERATOR)
    mirroring.due(board_of(ana), lambda _party: False)
    mirroring.occupant(ben.peer, *PARTICIPANT)
    assert mirroring.due(board_of(ana), lambda _party: True) == ([], True)
    ready, later = mirroring.due(board_of(ana), lambda _party: False)
    assert (ready, later) == ([(board_of(ben).party, Role.EDITOR)], False)


def test_an_occupant_who_is_not_on_the_board_is_recorded_when_joining(room):
    network, ana, *_ = room
    finn = network.enter_room("atelier@rooms.example", "finn")
    say([ana], finn, MODERATOR)
    network.run(5)
    finn.join(ana.session.session, [ana.peer])
    assert network.run_until(lambda: finn.document is not None, 20)
    assert network.run_until(lambda: roles_of([ana, finn], finn) == {Role.MODERATOR}, 20)


def test_a_plain_session_records_nothing():
    network = MemoryNetwork(5, Weather(one_order=True))
    nodes = strict_room(network, "ana", "ben")
    for node in nodes:
        node.take(lambda s: s.occupant(nodes[1].peer, *OWNER, network.now))
    network.run(10)
    assert nodes[0].document.message_count == nodes[1].document.message_count
