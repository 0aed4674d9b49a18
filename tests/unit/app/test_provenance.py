"""A board's journal says who made and changed what, and when."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.unit.journal.test_journal import draw, kept
from whiteboard.app.provenance import read_provenance
from whiteboard.model.document import new_document


def test_makers_and_times_come_from_the_journal(tmp_path):
    document = new_document()
    folder, journal = kept(tmp_path, document)
    before = datetime.now(UTC).replace(microsecond=0)
    journal.append(tuple(draw(document)))
    assert folder.settle()
    path = folder.path_of(journal.key)
    (shape,) = document.children(document.root)
    known = read_provenance(path, {}, lambda party: "Ana" if party == document.party else party)
    found = known(shape)
    assert (found.rid, found.creator, found.modifier) == (shape, "Ana", "Ana")
    assert before <= datetime.fromisoformat(found.created) <= datetime.now(UTC)
    assert known("nobody.1") is None
    forked = read_provenance(path, {document.replica: document.vv[document.replica]}, str)
    assert forked(shape) is None, "what counts no more was made by nobody"
    folder.shut()
