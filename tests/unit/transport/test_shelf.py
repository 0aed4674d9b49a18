"""Boards of earlier runs: what is kept, what comes back, what a full disk does to work."""

import asyncio
import threading
import time

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import until
from tests.unit.journal.test_journal import no_room
from whiteboard.journal import snapshot, writer
from whiteboard.journal.file import IN_USE, JournalFile
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import BoardState
from whiteboard.session.ports import TO_SESSION, Advertise, Persist, Send
from whiteboard.session.session import State
from whiteboard.transport import keeping
from whiteboard.transport.driver import Driver
from whiteboard.transport.local import LocalRoom
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import DISK_FULL, WRITTEN_AGAIN, Shelf
from whiteboard.util.clock import MonotonicClock
from whiteboard.wire.messages import Answer, EditMessage, Heartbeat, Peer


@pytest.fixture
async def start(tmp_path):
    """Starts a program's network on one profile."""
    made = []

    def start(folder="here"):
        place = tmp_path / folder
        network = Network(shelf=Shelf(place / "data", place / "state"))
        network.said = []
        network._shelf.problem.subscribe(network.said.append)
        made.append(network)
        return network

    yield start
    for network in made:
        await network.close()


async def recovered(network, count=1):
    found = []
    network.boards.recover(found.append)
    await until(network.boards.changed, lambda: len(found) == count)
    return found


async def crash(network):
    """What a process that is killed leaves: everything on disk, nothing closed in order."""
    await network._shelf.settle()
    shelf = network._shelf
    for journal in tuple(shelf._folder._open.values()):
        journal.file.close()  # the system frees the lock
    shelf._folder._open.clear()
    shelf._keepers.clear()


async def test_a_private_board_survives_a_crash(start):
    before = start()
    board = before.boards.new_board("Plan")
    draw(board, id="a")
    draw(board, id="b")
    assert board.kept
    await crash(before)
    (again,) = await recovered(start())
    assert (again.name, again.state) == ("Plan", BoardState.ALONE)
    assert again.document.state_hash() == board.document.state_hash()
    draw(again, id="c")
    assert drawn(again) == ["a", "b", "c"]


async def test_what_nobody_has_touched_is_not_kept(start, tmp_path):
    network = start()
    board = network.boards.new_board("Untitled")
    assert not board.kept
    network.boards.close(board)
    await network._shelf.settle()
    assert not list(tmp_path.glob("here/data/*"))


async def test_a_board_from_a_file_is_kept_whole_from_its_first_change(start):
    before = start()
    board = before.boards.new_board("plan", new_document())
    assert not board.kept
    draw(board, id="mine")
    await before.close()
    (again,) = await recovered(start())
    assert again.document.c14n() == board.document.c14n()


async def test_a_closed_board_is_listed_and_opens_again(start):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="a")
    board.rename("Kiosk")
    network.boards.close(board)
    await until(network.boards.changed, lambda: network.boards.saved)
    (saved,) = network.boards.saved
    assert (saved.name, saved.place, saved.waiting) == ("Kiosk", "", 0)
    opened = []
    network.boards.open_saved(saved.key, opened.append)
    await until(network.boards.changed, lambda: opened and not network.boards.saved)
    assert drawn(opened[0]) == ["a"]
    assert opened[0] in network.boards.boards


async def test_a_closed_board_does_not_open_by_itself(start):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="a")
    network.boards.close(board)
    await network.close()
    second = start()
    found = []
    second.boards.recover(found.append)
    await until(second.boards.changed, lambda: second.boards.saved)
    assert found == []


async def test_a_board_that_another_process_has_open_is_refused_with_a_sentence(start):
    first, second = start(), start()
    draw(first.boards.new_board("Plan"), id="a")
    await first._shelf.settle()
    second.boards.recover(lambda _board: None)
    await until(second.boards.changed, lambda: second.boards.saved)
    answers = []
    second.boards.open_saved(second.boards.saved[0].key, answers.append)
    await until(second.boards.changed, lambda: answers)
    assert answers == [IN_USE]


async def test_closing_waits_for_a_slow_disk_and_loses_nothing(start, monkeypatch):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="first")
    await network._shelf.settle()
    commit = JournalFile.commit

    def slow(file):
        time.sleep(0.2)
        commit(file)

    with monkeypatch.context() as patch:
        patch.setattr(JournalFile, "commit", slow)
        for number in range(100):
            draw(board, id=f"e{number}")
            if number % 20 == 0:
                await asyncio.sleep(0)  # several groups on their way
        await network.close()
    (again,) = await recovered(start())
    assert len(drawn(again)) == 101
    assert again.document.replica == board.document.replica, "closed in order"


async def test_a_disk_that_does_not_answer_holds_nobody_up_for_ever(start, monkeypatch):
    monkeypatch.setattr(writer, "PATIENCE", 0.2)
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="first")
    await network._shelf.settle()
    answers = threading.Event()
    commit = JournalFile.commit

    def stuck(file):
        answers.wait(30)
        commit(file)

    monkeypatch.setattr(JournalFile, "commit", stuck)
    draw(board, id="second")
    await network.close()
    answers.set()


async def test_a_small_picture_is_kept_and_goes_with_its_board(start, tmp_path):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="a")
    network.boards.keep_picture(board, b"PNG")
    network.boards.close(board)
    await until(network.boards.changed, lambda: network.boards.saved)
    assert network.boards.saved[0].picture.read_bytes() == b"PNG"
    network.boards.delete_saved(network.boards.saved[0].key)
    await network._shelf.settle()
    assert not list(tmp_path.glob("here/*/*"))


async def test_deleting_takes_a_board_off_the_disk(start, tmp_path):
    network = start()
    open_one, closed = network.boards.new_board("A"), network.boards.new_board("B")
    draw(open_one, id="a")
    draw(closed, id="b")
    network.boards.close(closed)
    await until(network.boards.changed, lambda: network.boards.saved)
    network.boards.delete_saved(network.boards.saved[0].key)
    network.boards.delete(open_one)
    await network._shelf.settle()
    assert network.boards.saved == ()
    assert network.boards.boards == ()
    assert not list(tmp_path.glob("here/*/*"))


async def test_a_shared_board_is_kept_as_the_session_has_it_and_comes_back_offline(start):
    ana, ben = start("ana"), start("ben")
    room = LocalRoom("room@localhost")
    theirs, mine = ana.boards.new_board("Plan"), ben.boards.new_board("Plan")
    draw(theirs, id="old")
    room.share(theirs, "ana")
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    draw(mine, id="mine")
    draw(theirs, id="theirs")
    await until(
        (mine.document.on_commit, theirs.document.on_commit),
        lambda: len(drawn(mine)) == 3 == len(drawn(theirs)),
    )
    await crash(ben)
    (again,) = await recovered(start("ben"))
    assert again.state is BoardState.OFFLINE
    assert again.session == theirs.session
    assert again.document.c14n() == theirs.document.c14n()
    assert again.document.party == mine.document.party
    assert again.document.replica != mine.document.replica, "nobody knows what was sent last"


async def test_what_the_room_refused_is_left_over_after_a_kill_too(start):
    ana, ben = start("ana"), start("ben")
    room = LocalRoom("room@localhost")
    theirs, mine = ana.boards.new_board("Plan"), ben.boards.new_board("Plan")
    room.share(theirs, "ana")
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    draw(mine, id="heard")
    await until(theirs.document.on_commit, lambda: drawn(theirs) == ["heard"])
    old = mine.document.replica
    draw(mine, id="refused")
    batch = next(b for b in mine.document.batches_since({}) if b.dot == (old, 2))
    mine.bounced(TO_SESSION, EditMessage(batch), "forbidden")
    assert drawn(mine) == ["heard"]
    assert [piece.field for piece in mine.left_over] == ["created"]
    await crash(ben)
    (again,) = await recovered(start("ben"))
    assert drawn(again) == ["heard"]
    assert [batch.n for batch in again.unsent()] == [1]
    assert not again.document.holds(old, 2)
    (left,) = again.left_over
    assert again.keep_mine(left)
    assert not again.left_over
    assert drawn(again) == ["heard", "refused"]


async def test_the_proof_of_a_fork_is_given_on_after_a_restart(start):
    ana, ben = start("ana"), start("ben")
    room = LocalRoom("room@localhost")
    theirs, mine = ana.boards.new_board("Plan"), ben.boards.new_board("Plan")
    room.share(theirs, "ana")
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    document = theirs.document
    twin = Document(document.session, document.party, document.replica)
    twin.receive(document.batches_since({}))
    draw(theirs, id="one")
    await until(mine.document.on_commit, lambda: drawn(mine) == ["one"])
    with twin.transact(Origin.LOCAL) as edit:
        edit.add(twin.root, LiteralElement("http://www.w3.org/2000/svg", "g", ()))
    mine.document.receive(twin.batches_since({}))
    proof = mine.document.batches_since(mine.document.vv)
    assert len(proof) == 2
    await crash(ben)
    (again,) = await recovered(start("ben"))
    assert again.document.forks == mine.document.forks
    assert again.document.state_hash() == mine.document.state_hash()
    session, stranger = again.actor, Peer("room@localhost/cleo")
    session.online(Peer("room@localhost/ben"), 0.0)
    beat = Heartbeat(session.session, "cleo", digests={document.replica: "0" * 64})
    answers = [
        effect.message
        for effect in session.receive(stranger, beat, 0.0)
        if isinstance(effect, Send) and isinstance(effect.message, Answer)
    ]
    assert [original.batch for original in answers[0].messages] == list(proof)


async def test_a_board_that_was_left_comes_back_as_a_copy(start):
    ana, ben = start("ana"), start("ben")
    room = LocalRoom("room@localhost")
    theirs, mine = ana.boards.new_board("Plan"), ben.boards.new_board("Plan")
    room.share(theirs, "ana")
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    draw(mine, id="mine")
    mine.leave()
    await ben.close()
    (again,) = await recovered(start("ben"))
    assert again.state is BoardState.ENDED
    assert drawn(again) == ["mine"]


async def test_a_full_disk_is_told_and_drawing_goes_on(start, monkeypatch):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="a")
    await network._shelf.settle()

    def full(_file):
        raise no_room()

    with monkeypatch.context() as patch:
        patch.setattr(JournalFile, "commit", full)
        draw(board, id="b")
        await network._shelf.settle()
        assert network.said == [DISK_FULL]
        assert not board.kept, "closing it asks again"
        draw(board, id="c")
    await network._shelf.settle()
    assert network.said == [DISK_FULL, WRITTEN_AGAIN]
    await crash(network)
    (again,) = await recovered(start())
    assert drawn(again) == ["a", "b", "c"]


# --- what is sent waits for the disk


class Link:
    def __init__(self):
        self.out = []

    def send(self, send):
        self.out.append(send.message)

    def advertise(self, what):
        self.out.append(what)


def driver(link, disk):
    keep = lambda _effect, done: disk.append(done)  # noqa: E731
    return Driver(None, link, MonotonicClock(), lambda _effect: None, persist=keep)


def send(what):
    return Send(TO_SESSION, what)


def test_what_follows_a_change_waits_until_it_is_on_disk_and_keeps_its_order():
    link, disk = Link(), []
    one = driver(link, disk)
    one.run(lambda _now: [send(1), Persist(()), send(2), Advertise("ad"), Persist(()), send(3)])
    assert link.out == [1]
    one.run(lambda _now: [send(4)])
    disk[0]()
    assert link.out == [1, 2, "ad"]
    disk[1]()
    assert link.out == [1, 2, "ad", 3, 4]
    one.run(lambda _now: [send(5)])
    assert link.out[-1] == 5, "nothing to wait for any more"


def test_what_was_said_before_the_end_goes_out_when_the_disk_is_ready():
    link, disk = Link(), []
    one = driver(link, disk)
    one.run(lambda _now: [Persist(()), send("edit"), send("bye")])
    one.close()
    disk[0]()
    assert link.out == ["edit", "bye"]


async def test_done_is_called_in_the_loop_in_order(start):
    network = start()
    board = network.boards.new_board("Plan")
    order = []
    over = asyncio.Event()
    for x in range(50):
        draw(board, id=f"e{x}")
        board.store.persist((), lambda x=x: order.append(x))
    board.store.persist((), over.set)
    await over.wait()
    assert order == list(range(50))


@pytest.fixture
def every_board_is_long(monkeypatch):
    monkeypatch.setattr(snapshot, "WORTH", 2)


async def test_a_long_board_opens_from_its_snapshot_and_an_undo_reads_the_rest(
    start, every_board_is_long
):
    before = start()
    board = before.boards.new_board("Plan")
    rid = draw(board, id="a")
    with board.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(rid, "id", "b")
    await before.close()
    (again,) = await recovered(start())
    assert again.document.floor
    assert drawn(again) == ["b"]
    again.document.on_history_wanted.emit(None)
    await until(again.document.on_unfolded, lambda: not again.document.floor)
    assert len(again.document.writes(f"{rid}@id", "chdata")) == 2


async def test_a_long_board_of_ones_own_can_be_shared(start, every_board_is_long):
    before = start("ana")
    board = before.boards.new_board("Plan")
    draw(board, id="a")
    draw(board, id="b")
    await before.close()
    ana, ben = start("ana"), start("ben")
    (theirs,) = await recovered(ana)
    assert theirs.document.floor
    mine = ben.boards.new_board("Plan")
    room = LocalRoom("room@localhost")
    room.share(theirs, "ana")
    await until(theirs.changed, lambda: theirs.actor.state is State.LIVE)
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    assert drawn(mine) == ["a", "b"]


async def test_old_work_reaches_a_board_that_came_back_from_a_snapshot(start, every_board_is_long):
    ana, ben = start("ana"), start("ben")
    room = LocalRoom("room@localhost")
    theirs, mine = ana.boards.new_board("Plan"), ben.boards.new_board("Plan")
    room.share(theirs, "ana")
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    for x in range(4):
        draw(theirs, id=f"t{x}")
    await until(mine.document.on_commit, lambda: len(drawn(mine)) == 4)
    old = Document(mine.document.session, theirs.document.party, theirs.document.replica)
    old.receive(mine.document.batches_since({}))
    with old.transact(Origin.LOCAL) as edit:
        edit.set_attribute(old.root, "x", "old")
    draw(mine, id="m")
    session = mine.actor
    session.memory.may_fold = lambda: True
    await ben._shelf.settle()
    mine.document.fold(mine.document.vv)
    assert mine.document.floor
    peer = Peer("room@localhost/ana", "ana")
    mine.receive(peer, EditMessage(old.batches_since(mine.document.vv)[-1]))
    await until(mine.document.on_unfolded, lambda: not mine.document.floor)
    assert mine.document.attribute(mine.document.root, "x") == "old"


async def test_a_board_that_has_grown_large_says_so_once(start, monkeypatch):
    monkeypatch.setattr(keeping, "LARGE_RECORDS", 3)
    monkeypatch.setattr(keeping, "LOOK_EVERY", 1)
    network = start()
    board = network.boards.new_board("Plan")
    said = []
    board.grown_large.subscribe(said.append)
    for x in range(6):
        draw(board, id=str(x))
    assert len(said) == 1
