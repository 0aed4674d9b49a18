"""Full and read-only disks, damaged files, processes beside each other: all of them real."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import until
from whiteboard.journal.file import IN_USE, JournalFile
from whiteboard.journal.folder import Folder
from whiteboard.journal.reading import UNREADABLE
from whiteboard.model.document import Document
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import CANNOT_WRITE, DAMAGED, DISK_FULL, WRITTEN_AGAIN, Shelf

can_mount = pytest.mark.skipif(
    not hasattr(os, "geteuid")
    or os.geteuid() != 0
    or subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode != 0,
    reason="mounts a disk of its own",
)


@pytest.fixture
async def start(tmp_path):
    """Starts a program's network on a profile."""
    made = []

    def start(boards=tmp_path / "boards"):
        network = Network(shelf=Shelf(boards, tmp_path / "state"))
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


def on_disk(boards, state):
    """What the one board in a folder is, built anew from its journal."""
    folder = Folder(boards, state)
    (listed,) = folder.listed()
    _journal, about, entries, newest = folder.open(listed.key)
    document = Document(about.session, about.party, about.replica)
    document.receive(entry.batch for entry in entries)
    folder.shut()
    assert newest, "it ended in order"
    return document


def lines_of(process):
    assert process.returncode == 0, process.stderr
    lines = [line.split(" ", 1) for line in process.stdout.splitlines()]
    return [(int(number), text) for number, text in lines]


@can_mount
def test_a_full_disk_is_told_drawing_goes_on_and_with_room_all_of_it_is_written(tmp_path):
    """A tmpfs of 2 MB, mounted where nobody else sees it."""
    small, copy = tmp_path / "small", tmp_path / "copy"
    small.mkdir()
    script = (
        'set -e; mount -t tmpfs -o size=2m tmpfs "$1"; head -c 1000000 /dev/zero > "$1/filler";'
        ' "$3" -m tests.helpers.filled "$1/boards" "$2/state" "$1/filler";'
        ' cp -r "$1/boards" "$2/boards"; stat -c %i "$1"/boards/*.board >&2'
    )
    copy.mkdir()
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", str(small), str(copy), sys.executable],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    (full, first), (again, second), (number, digest) = lines_of(done)
    assert (first, second) == (DISK_FULL, WRITTEN_AGAIN)
    assert again == full + 100
    folder = Folder(copy / "boards", copy / "nothing")
    (listed,) = folder.listed()
    _journal, about, entries, _newest = folder.open(listed.key)
    document = Document(about.session, about.party, about.replica)
    document.receive(entry.batch for entry in entries)
    folder.shut()
    assert len(document.children(document.root)) == number
    assert document.state_hash() == digest


@pytest.mark.skipif(sys.platform == "win32", reason="sets a limit that only POSIX has")
def test_files_that_may_not_grow_are_told_and_written_once_they_may(tmp_path):
    """The same without a disk of one's own: the system refuses every write beyond a size."""
    boards, state = tmp_path / "boards", tmp_path / "state"
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.filled", str(boards), str(state), "limit"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    (full, first), (again, second), (number, digest) = lines_of(done)
    assert first in {DISK_FULL, CANNOT_WRITE}
    assert second == WRITTEN_AGAIN
    assert again == full + 100
    document = on_disk(boards, state)
    assert len(document.children(document.root)) == number
    assert document.state_hash() == digest


def mount(*words, command="mount"):
    subprocess.run([command, *words], check=True)


@can_mount
async def test_a_board_on_a_read_only_disk_opens_and_is_written_when_that_can_be(start, tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "tmpfs", str(place))
    try:
        before = start(place)
        board = before.boards.new_board("Plan")
        draw(board, id="a")
        await before.close()
        mount("-o", "remount,ro", str(place))
        network = start(place)
        (again,) = await recovered(network)
        assert drawn(again) == ["a"]
        draw(again, id="b")
        await network._shelf.settle()
        assert network.said == [CANNOT_WRITE]
        assert not again.kept
        mount("-o", "remount,rw", str(place))
        await until(network._shelf.problem, lambda: network.said == [CANNOT_WRITE, WRITTEN_AGAIN])
        assert again.kept
        await network.close()
        assert on_disk(place, tmp_path / "state").c14n() == again.document.c14n()
    finally:
        mount("-l", str(place), command="umount")


@pytest.mark.parametrize("damage", ["truncated", "wrong bytes", "foreign", "empty"])
async def test_a_damaged_file_is_told_stays_listed_and_hurts_no_other_board(
    start, tmp_path, damage, caplog
):
    before = start()
    first, second = before.boards.new_board("First"), before.boards.new_board("Second")
    for number in range(50):
        draw(first, id=f"a{number}")
    draw(second, id="b")
    path = before._shelf.journal_of(first)
    await before.close()
    data = path.read_bytes()
    path.write_bytes(
        {
            "truncated": data[: len(data) // 2 // 4096 * 4096],
            "wrong bytes": data[:200] + os.urandom(len(data) - 200),
            "foreign": b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 500,
            "empty": b"",
        }[damage]
    )
    network = start()
    (other,) = await recovered(network)
    assert drawn(other) == ["b"]
    await until(network.boards.changed, lambda: len(network.boards.saved) == 1)
    (saved,) = network.boards.saved
    assert set(network.said) <= {UNREADABLE}
    answers = []
    network.boards.open_saved(saved.key, answers.append)
    await until(network.boards.changed, lambda: answers)
    assert answers[0] in {UNREADABLE, "A part of this board is damaged."}
    assert path.exists()
    network.boards.delete_saved(saved.key)
    await network._shelf.settle()
    assert not network.boards.saved
    assert not path.exists()


async def test_a_file_that_breaks_while_its_board_is_open_is_replaced(start, tmp_path, monkeypatch):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="before")
    await network._shelf.settle()
    path = network._shelf.journal_of(board)

    def broken(_file):
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT_INDEX
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(JournalFile, "append", lambda file, _batches, _time: broken(file))
        draw(board, id="meanwhile")
        network._shelf._folder.settle()
    await until(network._shelf.problem, lambda: DAMAGED in network.said)
    draw(board, id="later")
    await network._shelf.settle()
    assert board.kept
    assert network._shelf.journal_of(board) != path
    await network.close()
    path.unlink()
    assert on_disk(tmp_path / "boards", tmp_path / "state").c14n() == board.document.c14n()


# --- several processes


_OTHER = """
import asyncio, sys
from pathlib import Path
from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import until
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf

async def main(boards, state):
    network = Network(shelf=Shelf(Path(boards), Path(state)))
    said = []
    network._shelf.problem.subscribe(said.append)
    opened = []
    network.boards.recover(opened.append)
    await until(network.boards.changed, lambda: network.boards.saved or opened)
    await network._shelf.settle()
    print(len(opened), "|".join(said), flush=True)
    mine = network.boards.new_board("Of another process")
    draw(mine, id="other")
    await network._shelf.settle()
    sys.stdin.readline()
    if not opened:
        network.boards.open_saved(network.boards.saved[0].key, opened.append)
        await until(network.boards.changed, lambda: opened)
    draw(opened[0], id="second process")
    print(",".join(drawn(opened[0])), flush=True)
    await network.close()
asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_on_one_profile_never_write_one_board_together(start, tmp_path):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="first process")
    await network._shelf.settle()
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OTHER, str(tmp_path / "boards"), str(tmp_path / "state"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = (await asyncio.wait_for(other.stdout.readline(), 60)).decode().strip()
    assert said == f"0 {IN_USE}", "it opens nothing, and says so"
    draw(board, id="meanwhile")
    replica = board.document.replica
    network.boards.close(board)
    await network._shelf.settle()
    other.stdin.write(b"\n")
    ids = (await asyncio.wait_for(other.stdout.readline(), 60)).decode().strip()
    assert ids == "first process,meanwhile,second process"
    assert await asyncio.wait_for(other.wait(), 60) == 0
    found = await recovered(network, 2)
    (again,) = [one for one in found if one.name == "Plan"]
    assert drawn(again) == ["first process", "meanwhile", "second process"]
    assert again.document.replica == replica, "each closed it in order"
    assert not again.document.forks


async def test_a_board_asked_for_twice_is_opened_once(start):
    network = start()
    board = network.boards.new_board("Plan")
    draw(board, id="a")
    network.boards.close(board)
    await until(network.boards.changed, lambda: network.boards.saved)
    key = network.boards.saved[0].key
    opened = []
    for _ in range(2):
        network.boards.open_saved(key, opened.append)
    await until(network.boards.changed, lambda: len(opened) == 2)
    network.boards.open_saved(key, opened.append)
    assert opened == [network.boards.boards[0]] * 3
