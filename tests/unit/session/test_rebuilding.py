"""A board from a room's archive, whatever the archive is like."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.helpers.boards import IN_ROOM, ROOM, board_of, draw, random_edit
from whiteboard.model.document import new_document
from whiteboard.session import archiving
from whiteboard.session.rebuilding import MAX_MESSAGES, Found, Rebuilding
from whiteboard.session.session import State
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.messages import ArchivedPart, EditMessage, Peer, StateUploaded

PAGE = 50


def drawn_by_two(
    edits: int = 30, seed: int = 1, *, files: bool = False
) -> tuple[MemoryNetwork, object]:
    """A room whose two members have left, and the board that they drew."""
    network = MemoryNetwork(seed)
    network.archive = []
    network.files = {} if files else None
    ana, ben = network.enter_room(ROOM, "ana"), network.enter_room(ROOM, "ben")
    session = ana.share(new_document(), IN_ROOM)
    network.run(1)
    ben.join(session.session)
    network.run_until(lambda: ben.session.state is State.LIVE)
    rng = random.Random(seed)
    for _ in range(edits):
        random_edit(rng.choice((ana, ben)), rng)
        network.run(0.3)
    network.run(30)
    board = board_of(ana)
    assert board.state_hash() == board_of(ben).state_hash()
    for node in (ana, ben):
        node.take(lambda s: s.leave(network.now))
        network.run(1)
        network.remove(node)
    return network, board


def pages(archive: list[Found]) -> list[list[Found]]:
    """As a server gives them: the newest page first, each from the oldest to the newest."""
    return [archive[max(0, end - PAGE) : end] for end in range(len(archive), 0, -PAGE)]


def rebuilt(archive: list[Found]):
    rebuilding = Rebuilding()
    for page in pages(archive):
        rebuilding.take(page)
        if rebuilding.is_enough:
            break
    return rebuilding.result()


def hash_of(result) -> str:
    return result.document("reader00", "reader").state_hash()


def test_what_two_drew_is_there_for_a_third_who_goes_on_with_it():
    network, board = drawn_by_two()
    carl = network.enter_room(ROOM, "carl")
    session = carl.go_on(rebuilt(network.archive))
    assert session.state is State.LIVE
    assert board_of(carl).state_hash() == board.state_hash()
    draw(carl)
    dora = network.enter_room(ROOM, "dora")
    network.run(1)
    dora.join(session.session)
    network.run_until(lambda: dora.session.state is State.LIVE)
    assert board_of(dora).state_hash() == board_of(carl).state_hash() != board.state_hash()


@pytest.mark.parametrize("seed", range(5))
def test_repetitions_and_another_order_make_the_same_board(seed):
    network, board = drawn_by_two(seed=seed)
    rng = random.Random(seed)
    twice = [*network.archive, *network.archive]
    again = [replace(one, id=f"again-{n}") for n, one in enumerate(network.archive)]
    mixed = [*twice, *again]
    rng.shuffle(mixed)
    assert hash_of(rebuilt(mixed)) == board.state_hash()


def test_a_gap_is_told_and_what_hangs_on_it_waits_for_somebody_who_has_it():
    network, board = drawn_by_two()
    edits = [one for one in network.archive if isinstance(one.message, EditMessage)]
    whole = list(network.archive)
    whole.remove(edits[5])
    result = rebuilt(whole)
    assert result.missing > 0
    assert hash_of(result) != board.state_hash()
    assert rebuilt(network.archive).missing == 0


def test_what_the_archive_no_longer_has_is_in_the_state_that_follows(monkeypatch):
    monkeypatch.setattr(archiving, "FIRST", 20)
    network, board = drawn_by_two(edits=90)
    states = {one.message.id for one in network.archive if isinstance(one.message, ArchivedPart)}
    assert len(states) > 1
    last = max(i for i, one in enumerate(network.archive) if isinstance(one.message, ArchivedPart))
    first = next(
        i
        for i, one in enumerate(network.archive)
        if getattr(one.message, "id", "") == network.archive[last].message.id
    )
    result = rebuilt(network.archive[first:])
    assert result.missing == 0
    assert hash_of(result) == board.state_hash()


def test_without_any_state_it_is_not_known_what_the_board_is():
    network, _ = drawn_by_two()
    edits = [one for one in network.archive if isinstance(one.message, EditMessage)]
    rebuilding = Rebuilding()
    rebuilding.take(edits)
    assert rebuilding.result() is None
    assert not rebuilding.is_empty


def test_a_state_that_cannot_be_read_gives_way_to_the_one_before(monkeypatch):
    monkeypatch.setattr(archiving, "FIRST", 20)
    network, board = drawn_by_two(edits=90)
    newest = [one for one in network.archive if isinstance(one.message, ArchivedPart)][-1]
    broken = [
        replace(one, message=replace(one.message, data=b"nothing"))
        if getattr(one.message, "id", "") == newest.message.id
        else one
        for one in network.archive
    ]
    assert hash_of(rebuilt(broken)) == board.state_hash()


def test_a_forged_sender_changes_nothing():
    network, board = drawn_by_two()
    edits = [one for one in network.archive if isinstance(one.message, EditMessage)]
    eve = Peer(f"{ROOM}/eve", "id-eve")
    forged = [
        replace(
            one,
            id=f"forged-{n}",
            sender=eve,
            message=replace(
                one.message, batch=replace(one.message.batch, n=one.message.batch.n + 1000)
            ),
        )
        for n, one in enumerate(edits)
    ]
    assert hash_of(rebuilt([*forged, *network.archive])) == board.state_hash()
    assert hash_of(rebuilt([*network.archive, *forged])) == board.state_hash()


def test_a_member_whose_word_about_the_archive_is_false_only_delays_the_next_state():
    network, _ = drawn_by_two()
    carl = network.enter_room(ROOM, "carl")
    session = carl.go_on(rebuilt(network.archive))
    session.archiving.heard(10**9, sum(board_of(carl).vv.values()))
    assert session.archiving.holds == sum(board_of(carl).vv.values())


def test_reading_ends_when_a_state_and_what_was_on_its_way_then_are_read(monkeypatch):
    monkeypatch.setattr(archiving, "FIRST", 20)
    network, board = drawn_by_two(edits=1200)
    rebuilding = Rebuilding()
    read = 0
    for page in pages(network.archive):
        rebuilding.take(page)
        read += 1
        if rebuilding.is_enough:
            break
    assert read < len(pages(network.archive)) - 5
    assert hash_of(rebuilding.result()) == board.state_hash()
    assert len(network.archive) < MAX_MESSAGES


@pytest.mark.parametrize("is_there", [True, False])
def test_a_large_state_is_a_file_and_if_that_has_gone_all_messages_are_read(monkeypatch, is_there):
    monkeypatch.setattr(archiving, "FILE_BYTES", 1200)
    monkeypatch.setattr(archiving, "FIRST", 20)
    network, board = drawn_by_two(edits=90, files=True)
    said = [one.message for one in network.archive if isinstance(one.message, StateUploaded)]
    assert said
    rebuilding = Rebuilding()
    for page in pages(network.archive):
        rebuilding.take(page)
        while (wanted := rebuilding.wanted_file) is not None:
            rebuilding.take_file(wanted, network.files[wanted.url] if is_there else b"")
        if rebuilding.is_enough:
            break
    assert hash_of(rebuilding.result()) == board.state_hash()


def test_one_member_says_a_state_and_another_only_if_the_first_does_not(monkeypatch):
    monkeypatch.setattr(archiving, "FIRST", 30)
    network = MemoryNetwork(3)
    network.archive = []
    nodes = [network.enter_room(ROOM, name) for name in ("ana", "ben", "carl")]
    session = nodes[0].share(new_document(), IN_ROOM)
    network.run(1)
    for node in nodes[1:]:
        node.join(session.session)
        network.run_until(lambda node=node: node.session.state is State.LIVE)
    network.run(130)

    def said() -> list[str]:
        return [one.sender.nick for one in network.archive if isinstance(one.message, ArchivedPart)]

    assert len(said()) == 1
    for _ in range(40):
        draw(nodes[1])
    network.run(40)
    assert len(said()) == 2
    smallest = min(nodes, key=lambda node: board_of(node).replica)
    assert said()[1] == smallest.peer.nick
    network.mute(smallest)
    for _ in range(60):
        draw(next(node for node in nodes if node is not smallest))
    network.run(60)
    network.run(300)
    assert len(said()) == 3
    assert said()[2] != smallest.peer.nick
