"""Reading a journal beside whoever writes it; forks and older files in it."""

import sqlite3
import subprocess
import sys

import pytest

from tests.unit.journal.test_journal import about, draw, folder, kept, rebuilt
from whiteboard.journal.file import JournalError
from whiteboard.journal.reading import UNREADABLE, JournalReader
from whiteboard.model.document import Document, new_document
from whiteboard.wire.codec import stanza
from whiteboard.wire.messages import EditMessage, Peer
from whiteboard.wire.xml import to_xml


def test_a_reader_sees_what_is_written_while_it_reads(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    with JournalReader(shelf.path_of(journal.key)) as reader:
        assert reader.about.name == "Plan"
        (first,) = reader.lines()
        assert (first.seq, first.sender) == (reader.last(), document.party)
        (added,) = draw(document)
        journal.append((added,))
        assert shelf.settle()
        (line,) = reader.lines(after=first.seq)
        assert line.batch() == added
        assert line.stanza.decode() == to_xml(stanza(EditMessage(added, Peer(added.party))))
        assert line.received >= first.received
        assert [one.seq for one in reader.lines(upto=first.seq)] == [first.seq]
    shelf.shut()


def test_another_process_reads_what_this_one_writes(tmp_path):
    shelf, journal = kept(tmp_path, new_document())
    script = (
        "import pathlib, sys\n"
        "from whiteboard.journal.reading import JournalReader\n"
        "with JournalReader(pathlib.Path(sys.argv[1])) as reader:\n"
        "    print(reader.about.name, len(list(reader.lines())))\n"
    )
    path = shelf.path_of(journal.key)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["Plan", "1"]


def test_what_is_no_journal_is_said_to_be_unreadable(tmp_path):
    foreign = tmp_path / "foreign.board"
    foreign.write_bytes(b"<svg/>" * 1000)
    for path in (foreign, tmp_path / "nothing.board"):
        with pytest.raises(JournalError, match=UNREADABLE), JournalReader(path):
            pass
    assert not (tmp_path / "nothing.board").exists()


def forked():
    """A document that holds two contents of one message of somebody else."""
    document = new_document()
    twin = Document(document.session, "twin", document.replica)
    twin.receive(document.batches_since({}))
    draw(document, 1)
    draw(twin, 2)
    reader = Document(document.session, "reader", "other")
    reader.receive(document.batches_since({}))
    reader.receive(twin.batches_since({}))
    assert reader.forks == {document.replica: 2}
    return reader


def test_the_proof_of_a_fork_is_kept_and_comes_back(tmp_path):
    document = forked()
    shelf = folder(tmp_path)
    journal = shelf.create()
    journal.tell(about(document))
    held = tuple(document.batches_since({}))
    journal.append(held[:2])
    journal.append_proof(held[1:])
    journal.append_proof(held[1:])
    shelf.shut()
    _journal, _about, entries, _newest = folder(tmp_path).open(journal.key)
    assert [entry.batch for entry in entries] == list(held), "each once"
    again = rebuilt(entries, document)
    assert again.forks == document.forks
    assert again.state_hash() == document.state_hash()


def test_a_board_of_the_first_format_is_taken_over(tmp_path):
    document = new_document()
    shelf, journal = kept(tmp_path, document)
    draw(document)
    journal.append(tuple(document.batches_since({})))
    shelf.shut()
    path = shelf.path_of(journal.key)
    db = sqlite3.connect(path)
    db.executescript(
        "ALTER TABLE message RENAME TO newer;"
        "CREATE TABLE message (seq INTEGER PRIMARY KEY, session TEXT NOT NULL, r TEXT NOT NULL,"
        " n INTEGER NOT NULL, l INTEGER NOT NULL, sender TEXT NOT NULL, time REAL NOT NULL,"
        " stanza BLOB NOT NULL, UNIQUE (session, r, n));"
        "INSERT INTO message SELECT seq, session, r, n, l, sender, time, stanza FROM newer;"
        "DROP TABLE newer; PRAGMA user_version = 1;"
    )
    db.close()
    assert [one.about.name for one in folder(tmp_path).listed()] == ["Plan"]
    second = folder(tmp_path)
    again, _about, entries, _newest = second.open(journal.key)
    assert [entry.batch for entry in entries] == list(document.batches_since({}))
    again.append_proof(draw(document))
    assert second.settle()
    second.shut()
