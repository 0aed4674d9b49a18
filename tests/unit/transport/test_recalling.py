"""A board's history comes from its journal, read beside whoever writes it."""

from __future__ import annotations

import asyncio
import time

from tests.helpers import strict
from tests.helpers.drawing import draw
from tests.unit.model.boards import SESSION, board, element
from whiteboard.journal.file import About
from whiteboard.journal.folder import Folder
from whiteboard.model.changes import Origin
from whiteboard.model.strict.ops import State
from whiteboard.past.timeline import Timeline
from whiteboard.transport.local import LocalRoom
from whiteboard.transport.recalling import AHEAD, PIECE, Recalling
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf
from whiteboard.wire.messages import Peer, StrictMessage


def kept(tmp_path, messages: int):
    """A journal of a board with so many strokes, still open for writing."""
    ana = board("ana", element("svg"))
    for _ in range(messages - 1):
        with ana.transact(Origin.LOCAL) as edit:
            edit.add(ana.root, element("path"))
    folder = Folder(tmp_path / "boards", tmp_path / "state")
    journal = folder.create()
    people = {"ana": ["Ana Novak", "ana@example.org"], "odd": "no pair"}
    journal.tell(About(session=SESSION, party="ana", replica="ana", people=people))
    journal.append(tuple(ana.batches_since({})))
    assert folder.settle()
    return ana, folder, folder.path_of(journal.key)


def read_all(recall) -> list:
    found = []
    until = time.monotonic() + 20
    while not recall.is_done and time.monotonic() < until:
        found += recall.take()
    assert recall.is_done
    return found


def test_all_messages_come_in_order_with_the_time_they_were_kept_at(tmp_path):
    ana, folder, path = kept(tmp_path, 2 * PIECE + 7)
    recall = Recalling(path)
    found = read_all(recall)
    assert [batch for batch, _ in found] == list(ana.batches_since({}))
    assert all(abs(when - time.time()) < 60 for _, when in found)
    assert recall.total == len(found)
    assert recall.people == {"ana": ("Ana Novak", "ana@example.org")}
    timeline = Timeline(board("0"))
    timeline.add(found)
    assert timeline.vv == ana.vv
    folder.shut()


def test_reading_runs_only_a_little_ahead_and_ends_when_nobody_wants_it(tmp_path):
    _, folder, path = kept(tmp_path, (AHEAD + 3) * PIECE)
    recall = Recalling(path)
    until = time.monotonic() + 20
    while not recall._pieces.full() and time.monotonic() < until:
        pass
    assert recall._pieces.qsize() == AHEAD
    recall.close()
    assert recall.is_done
    folder.shut()


def test_a_board_that_is_not_on_disk_has_nothing_to_read():
    recall = Recalling(None)
    assert recall.is_done
    assert recall.take() == ()


def test_a_journal_that_cannot_be_read_is_a_history_that_ends(tmp_path):
    path = tmp_path / "0123456789abcdef.board"
    path.write_bytes(b"no database")
    assert read_all(Recalling(path)) == []


async def test_the_history_of_a_kept_board_has_times_and_people_and_sharing_keeps_them(tmp_path):
    network = Network(shelf=Shelf(tmp_path / "data", tmp_path / "state"))
    board = network.boards.new_board("Plan")
    draw(board, id="a")
    await network._shelf.settle()
    first = read_all(network.boards.recall(board))
    assert [batch for batch, _ in first] == list(board.document.batches_since({}))
    await asyncio.sleep(0.02)  # a clock that has gone on
    room = LocalRoom("room@localhost")
    room.share(board, "ana")
    draw(board, id="b")
    await network._shelf.settle()
    recall = network.boards.recall(board)
    second = read_all(recall)
    assert [when for _, when in second[: len(first)]] == [when for _, when in first]
    assert second[-1][1] > first[-1][1]
    assert list(recall.people.values()) == [(one.name, one.address) for one in board.participants]
    await network.close()


def test_a_strict_board_is_read_as_stanzas_and_states(tmp_path):
    room = "room@rooms.example"
    ana, mira = Peer(f"{room}/ana", "id-ana"), Peer(f"{room}/mira", "id-mira")

    def edit(sender, id_, *ops, **more):
        return StrictMessage(strict.SESSION, id_, ops, sender, **more)

    messages = (
        edit(Peer(mira.address), "s1", *strict.BASE.ops, prolog="", last=("", "")),
        edit(ana, "1", strict.element("a")),
        edit(mira, "1", strict.element("b")),
        edit(Peer(mira.address), "s2", *strict.BASE.ops, prolog=""),
        edit(Peer(mira.address), "s3", strict.element("a"), last=(ana.address, "1")),
        edit(ana, "2", strict.removed("a")),
    )
    folder = Folder(tmp_path / "boards", tmp_path / "state")
    journal = folder.create()
    journal.tell(About(session=strict.SESSION, party="id-ana", replica="ana"))
    journal.append_strict(messages, 0)
    assert folder.settle()
    found = [one for one, _ in read_all(Recalling(folder.path_of(journal.key)))]
    folder.shut()
    base, first, second, state, last = found
    assert isinstance(base, State)
    assert (first, second) == (
        strict.stanza("id-ana", 1, strict.element("a")),
        strict.stanza("id-mira", 1, strict.element("b")),
    )
    assert state == State(
        (strict.stanza("", "s2", *strict.BASE.ops), strict.stanza("", "s3", strict.element("a"))),
        (strict.stanza("id-mira", 1, strict.element("b")),),
    )
    assert last == strict.stanza("id-ana", 2, strict.removed("a"))
