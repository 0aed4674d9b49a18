"""A long board opens from a snapshot of its state, and from its messages where that fails."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.helpers.merging import Member, element, message
from whiteboard.journal import snapshot
from whiteboard.journal.file import About, JournalError
from whiteboard.journal.folder import Folder, Journal
from whiteboard.journal.snapshot import Past
from whiteboard.model.document import Document
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Set
from whiteboard.session.rebasing import rebased_onto


@pytest.fixture(autouse=True)
def _every_board_is_long(monkeypatch):
    monkeypatch.setattr(snapshot, "WORTH", 3)


def folder(path: Path) -> Folder:
    return Folder(path / "boards", path / "state")


def kept(path: Path, member: Member, about: About | None = None) -> str:
    """A journal with all that the member holds, closed in order."""
    shelf = folder(path)
    journal = shelf.create()
    document = member.doc
    journal.tell(
        about or About(session=document.session, party=document.party, replica=document.replica)
    )
    journal.append(tuple(document.batches_since({})))
    shelf.shut()
    return journal.key


def drawn() -> Member:
    a = Member("a")
    root = a.start()
    for x in range(5):
        a.set(a.add(root, element("rect")), "x", str(x))
    return a


def opened(path: Path, key: str) -> tuple[Journal, Past]:
    journal, _about, past, _newest = folder(path).open_past(key)
    return journal, past


def document_of(member: Member, past: Past) -> Document:
    document = member.doc.like(past.folded)
    document.receive(past.batches)
    return document


def damage(path: Path, key: str, how: str) -> None:
    with sqlite3.connect(path / "boards" / f"{key}.board") as db:
        db.execute(how)
    db.close()


def test_a_board_that_was_closed_in_order_opens_from_its_state_alone(tmp_path):
    a = drawn()
    key = kept(tmp_path, a)
    _journal, past = opened(tmp_path, key)
    assert past.folded is not None
    assert not past.batches
    document = document_of(a, past)
    assert document.c14n() == a.doc.c14n()
    assert document.state_hash() == a.doc.state_hash()
    assert dict(document.vv) == dict(a.doc.vv)


def test_only_later_messages_are_applied_and_the_whole_log_stays(tmp_path):
    a = drawn()
    key = kept(tmp_path, a)
    shelf = folder(tmp_path)
    journal, _about, _past, _newest = shelf.open_past(key)
    before = dict(a.doc.vv)
    a.set(a.doc.root, "x", "later")
    journal.append(tuple(a.doc.batches_since(before)))
    shelf.shut()
    journal, past = opened(tmp_path, key)
    assert [batch.n for batch in past.batches] == [a.doc.vv["a"]]
    assert document_of(a, past).c14n() == a.doc.c14n()
    whole = folder(tmp_path).past_of(journal)
    assert whole.folded is None
    assert len(whole.batches) == a.doc.vv["a"]


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE state SET data = x'00'",
        "UPDATE state SET digest = x'00'",
        "UPDATE state SET data = substr(data, 1, 20)",
        "DROP TABLE state",
    ],
)
def test_a_broken_snapshot_is_passed_over_and_the_messages_are_read(tmp_path, how):
    a = drawn()
    key = kept(tmp_path, a)
    damage(tmp_path, key, how)
    _journal, past = opened(tmp_path, key)
    assert past.folded is None
    assert document_of(a, past).c14n() == a.doc.c14n()


def test_a_snapshot_of_a_version_that_is_not_known_is_passed_over(tmp_path, monkeypatch):
    a = drawn()
    monkeypatch.setattr("whiteboard.model.folded.VERSION", 99)
    key = kept(tmp_path, a)
    monkeypatch.undo()
    _journal, past = opened(tmp_path, key)
    assert past.folded is None
    assert len(past.batches) == a.doc.vv["a"]


def test_what_the_server_has_not_taken_is_not_folded(tmp_path):
    a = drawn()
    about = About(
        session=a.doc.session, party="a", replica="a", role="creator", taken={Replica("a"): 7}
    )
    key = kept(tmp_path, a, about)
    _journal, past = opened(tmp_path, key)
    assert past.folded is not None
    assert past.folded.floor == {"a": 7}
    assert [batch.n for batch in past.batches] == list(range(8, a.doc.vv["a"] + 1))


def test_a_fork_makes_the_snapshot_worthless(tmp_path):
    a = drawn()
    root = a.doc.root
    one = message("m", 1, 20, Set(root, name="one"), deps={"a": 11})
    two = message("m", 1, 20, Set(root, name="two"), deps={"a": 11})
    a.doc.receive([one])
    key = kept(tmp_path, a)
    shelf = folder(tmp_path)
    journal, _about, past, _newest = shelf.open_past(key)
    assert past.folded is not None
    journal.append_proof((one, two))
    shelf.shut()
    _journal, past = opened(tmp_path, key)
    assert past.folded is None
    document = document_of(a, past)
    assert document.forks == {"m": 1}


def test_a_board_that_was_joined_by_a_state_begins_there_and_cannot_do_without(tmp_path):
    a = drawn()
    a.doc.fold(a.doc.vv)
    base = a.doc.folded()
    shelf = folder(tmp_path)
    journal = shelf.create()
    journal.tell(About(session=a.doc.session, party="a", replica="a"))
    journal.keep_base(base)
    before = dict(a.doc.vv)
    a.set(a.doc.root, "x", "later")
    journal.append(tuple(a.doc.batches_since(before)))
    shelf.shut()
    _journal, past = opened(tmp_path, journal.key)
    assert past.floor == base.floor
    assert document_of(a, past).c14n() == a.doc.c14n()
    damage(tmp_path, journal.key, "UPDATE state SET digest = x'00'")
    with pytest.raises(JournalError):
        opened(tmp_path, journal.key)


def test_a_board_that_went_on_from_the_state_of_another_opens_as_that(tmp_path):
    """What was written before and cannot be applied any more stays in the file, and waits."""
    a, b, c = Member("a"), Member("b"), Member("c")
    root = a.start()
    b.hear(a)
    c.hear(a)
    below = b.add(root, element("rect"))
    c.hear(b)
    own = c.add(root, element("line"))
    a.set(root, "x", "1")
    a.doc.fold(a.doc.vv)
    shelf = folder(tmp_path)
    journal = shelf.create()
    journal.tell(About(session=c.doc.session, party="c", replica="c"))
    journal.append(tuple(c.doc.batches_since({})))
    new = rebased_onto(a.doc.folded(), (), c.doc, Replica("c2"))
    for r, after in new.document.gives_up.items():
        journal.give_up(c.doc.session, r, after)
    journal.keep_base(a.doc.folded())
    journal.append(tuple(new.document.batches_since(new.document.floor)))
    shelf.shut()
    _journal, past = opened(tmp_path, journal.key)
    document = document_of(c, past)
    assert document.c14n() == new.document.c14n()
    assert document.is_visible(own)
    assert not document.exists(below)
    assert {batch.r for batch in document.waiting_batches()} == {"b"}
