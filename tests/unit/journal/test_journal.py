"""One board on disk: order, group commit, crashes at any moment, a disk that refuses."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from whiteboard.journal.file import IN_USE, About, JournalError, JournalFile
from whiteboard.journal.folder import Folder
from whiteboard.journal.writer import Trouble, Writer
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.wire.codec import stanza
from whiteboard.wire.messages import EditMessage, Peer
from whiteboard.wire.xml import to_xml

SVG = "http://www.w3.org/2000/svg"


def draw(document, x=1):
    before = dict(document.vv)
    with document.transact(Origin.LOCAL) as edit:
        edit.add(document.root, LiteralElement(SVG, "rect", (("", "x", str(x)),)))
    return tuple(document.batches_since(before))


def about(document, **changes):
    return About(
        session=document.session, party=document.party, replica=document.replica, **changes
    )


def folder(tmp_path, failing=lambda _is: None):
    return Folder(tmp_path / "boards", tmp_path / "state", failing)


def kept(tmp_path, document, name="Plan"):
    """A folder with one open board that holds all of the document."""
    shelf = folder(tmp_path)
    journal = shelf.create()
    journal.tell(about(document, name=name))
    journal.append(tuple(document.batches_since({})))
    assert shelf.settle()
    return shelf, journal


def rebuilt(entries, document):
    copy = Document(document.session, document.party, document.replica)
    copy.receive(entry.batch for entry in entries)
    return copy


def test_what_was_before_all_that_is_kept_goes_in_front_once(tmp_path):
    document = new_document()
    for x in range(9):
        draw(document, x)
    batches = tuple(document.batches_since({}))
    shelf = folder(tmp_path)
    journal = shelf.create()
    journal.tell(about(document))
    journal.append(batches[5:])
    journal.prepend(batches[:7])
    journal.append(draw(document, 10))
    assert shelf.settle()
    shelf.shut()
    _, _, entries, _ = folder(tmp_path).open(journal.key)
    assert [entry.batch for entry in entries] == list(document.batches_since({}))


def test_what_is_kept_comes_back_verbatim_and_in_order(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    for x in range(20):
        journal.append(draw(document, x))
    shelf.shut()
    second = folder(tmp_path)
    again, what, entries, newest = second.open(journal.key)
    assert newest
    assert what.name == "Plan"
    assert [entry.batch for entry in entries] == list(document.batches_since({}))
    assert rebuilt(entries, document).state_hash() == document.state_hash()
    rows = sqlite3.connect(again.file.path).execute("SELECT stanza, time FROM message")
    for batch, (text, when) in zip(document.batches_since({}), rows, strict=True):
        assert text.decode() == to_xml(stanza(EditMessage(batch, Peer(batch.party))))
        assert abs(when - time.time()) < 60
    second.shut()


def test_the_disk_is_told_to_flush_and_the_log_is_written_ahead(tmp_path):
    _shelf, journal = kept(tmp_path, new_document())
    db = journal.file._open_db
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_another_session_replaces_the_messages_of_the_one_before(tmp_path):
    first, second = new_document(), new_document()
    shelf, journal = kept(tmp_path, first)
    journal.tell(about(second))
    journal.append(tuple(second.batches_since({})))
    shelf.shut()
    _journal, what, entries, _newest = folder(tmp_path).open(journal.key)
    assert what.session == second.session
    assert [entry.batch.session for entry in entries] == [second.session]


def test_a_message_is_written_once(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    journal.append(tuple(document.batches_since({})))
    shelf.shut()
    assert len(folder(tmp_path).open(journal.key)[2]) == 1


def test_a_board_is_open_once(tmp_path):
    _shelf, journal = kept(tmp_path, new_document())
    with pytest.raises(JournalError, match=IN_USE):
        folder(tmp_path).open(journal.key)
    with pytest.raises(JournalError, match=IN_USE):
        folder(tmp_path).delete(journal.key)
    listed = folder(tmp_path).listed()
    assert [one.about.name for one in listed] == ["Plan"], "it can be seen all the same"


def test_a_deleted_board_leaves_nothing(tmp_path):
    shelf, journal = kept(tmp_path, new_document())
    shelf.close([journal])
    shelf.delete(journal.key)
    assert list((tmp_path / "boards").iterdir()) == []
    assert list((tmp_path / "state").iterdir()) == []


# --- which copy is the newest


def test_after_a_clean_end_the_journal_is_the_newest_once(tmp_path):
    shelf, journal = kept(tmp_path, new_document())
    shelf.shut()
    second = folder(tmp_path)
    assert second.open(journal.key)[3]
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "boards", copy / "boards")
    shutil.copytree(tmp_path / "state", copy / "state")
    assert not folder(copy).open(journal.key)[3], "as after a crash: nobody closed it"


def test_a_restored_backup_is_not_the_newest(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    shelf.shut()
    backup = tmp_path / "backup"
    shutil.copytree(tmp_path / "boards", backup / "boards")
    shutil.copytree(tmp_path / "state", backup / "state")
    second = folder(tmp_path)
    again = second.open(journal.key)[0]
    again.append(draw(document))
    second.shut()
    name = f"{journal.key}.board"
    path = tmp_path / "boards" / name
    path.write_bytes((backup / "boards" / name).read_bytes())
    assert not folder(tmp_path).open(journal.key)[3], "the file alone, in place"


def test_a_folder_restored_with_its_marks_is_not_the_newest(tmp_path):
    shelf, journal = kept(tmp_path, new_document())
    shelf.shut()
    shutil.copytree(tmp_path / "boards", tmp_path / "other" / "boards")
    shutil.copytree(tmp_path / "state", tmp_path / "other" / "state")
    assert not folder(tmp_path / "other").open(journal.key)[3]


# --- crashes


def test_a_copy_taken_at_any_moment_opens_with_what_was_safe_then(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    rng = random.Random(3)
    for x in range(30):
        journal.append(draw(document, x))
        if rng.random() < 0.3:
            assert shelf.settle()
            safe = sum(document.vv.values())
            journal.append(draw(document, -x))  # perhaps half of it is copied
            copy = tmp_path / f"copy{x}"
            copy.mkdir()
            # SQLite reads the log up to the last whole transaction; the file comes first.
            for ending in ("board", "board-wal"):
                shutil.copy(tmp_path / "boards" / f"{journal.key}.{ending}", copy)
            file = JournalFile(copy / f"{journal.key}.board")
            file.peek()
            found = list(file.entries(document.session))
            assert len(found) >= safe
            rebuilt(found, document)
            file.close()


_WRITE = """
import asyncio, sys, pathlib
from tests.unit.journal.test_journal import about, draw, folder
from whiteboard.model.document import new_document
async def main():
    document = new_document()
    shelf = folder(pathlib.Path(sys.argv[1]))
    journal = shelf.create()
    journal.tell(about(document))
    journal.append(tuple(document.batches_since({})))
    x = 0
    while True:
        x += 1
        journal.append(draw(document, x))
        safe = asyncio.Event()
        journal.when_safe(safe.set)
        if x % 3 == 0:
            await safe.wait()
            print(sum(document.vv.values()), flush=True)
asyncio.run(main())
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_writer_that_is_killed_loses_nothing_that_it_said_was_safe(tmp_path, seed):
    rng = random.Random(seed)
    writing = subprocess.Popen(
        [sys.executable, "-c", _WRITE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    wanted, said = rng.randrange(1, 60), 0
    for line in writing.stdout:
        said = int(line)
        wanted -= 1
        if wanted == 0:
            os.kill(writing.pid, signal.SIGKILL)
    writing.wait()
    writing.stdout.close()
    assert said
    (listed,) = folder(tmp_path).listed()
    shelf = folder(tmp_path)
    _journal, _about, entries, newest = shelf.open(listed.key)
    assert not newest
    assert len(entries) >= said
    assert [entry.batch.n for entry in entries] == list(range(1, len(entries) + 1))


# --- a disk that refuses


def no_room():
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


class Moody(JournalFile):
    """A file on a disk that is full when it says so."""

    full = False

    def commit(self):
        if self.full:
            raise no_room()
        super().commit()


async def test_a_full_disk_is_told_and_everything_is_written_when_it_can_be(tmp_path):
    told = []
    writer = Writer(told.append)
    file = Moody(tmp_path / "a.board")
    document = new_document()

    async def safe():
        done = asyncio.Event()
        writer.submit(file, None, done.set)
        await done.wait()

    writer.submit(file, lambda one: one.append(document.batches_since({}), 1.0))
    await safe()
    file.full = True
    for x in range(5):
        batches = draw(document, x)
        writer.submit(file, lambda one, batches=batches: one.append(batches, 1.0))
        await safe()
    assert told == [Trouble.FULL]
    assert not writer.settle()
    file.full = False
    assert writer.settle()
    assert told == [Trouble.FULL, Trouble.NONE]
    assert [e.batch for e in file.entries(document.session)] == list(document.batches_since({}))
    writer.close()
    file.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts a small disk")
def test_a_really_full_disk_loses_nothing(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(small)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let tests mount")
    try:
        told = []
        shelf = Folder(small / "boards", tmp_path / "state", told.append)
        journal = shelf.create()
        document = new_document()
        journal.tell(about(document))
        journal.append(tuple(document.batches_since({})))
        assert shelf.settle()
        filler = small / "filler"
        with pytest.raises(OSError, match="No space"):
            filler.write_bytes(bytes(1 << 20))
        for x in range(50):
            journal.append(draw(document, x))
        assert not shelf.settle()
        filler.unlink()
        assert shelf.settle()
        assert told == [Trouble.FULL, Trouble.NONE]
        shelf.shut()
        entries = folder_of(small, tmp_path).open(journal.key)[2]
        assert [e.batch for e in entries] == list(document.batches_since({}))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def folder_of(small, tmp_path):
    return Folder(small / "boards", tmp_path / "state")


async def test_a_fault_of_ours_stops_no_other_board(tmp_path, caplog):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    done = asyncio.Event()

    def faulty(_file):
        raise ZeroDivisionError

    journal._writer.submit(journal.file, faulty)
    journal.append(draw(document))
    journal.when_safe(done.set)
    await done.wait()
    assert "cannot be written down" in caplog.text
    other = shelf.create()
    other.tell(about(document))
    assert shelf.settle()
    shelf.shut()
    _journal, _about, entries, newest = folder(tmp_path).open(journal.key)
    assert [entry.batch for entry in entries] == list(document.batches_since({}))
    assert not newest, "it is not known to be whole"
    assert folder(tmp_path).open(other.key)[3]


def test_what_could_not_be_written_at_the_end_is_not_called_the_newest(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)

    def refuse(_file):
        raise sqlite3.OperationalError("attempt to write a readonly database")

    journal._writer.submit(journal.file, refuse)
    shelf.shut()
    assert not folder(tmp_path).open(journal.key)[3]
