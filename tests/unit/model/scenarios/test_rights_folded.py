"""Rights and folded memory (SYNC 5.5): what lies below a checkpoint, and what needs no history."""

from __future__ import annotations

import pytest

from tests.helpers.merging import SESSION, Member, assert_equal, element, members, message, sync
from whiteboard.model.document import Document
from whiteboard.model.folded import read_lines
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Batch, Set
from whiteboard.model.rights import Ground, Role
from whiteboard.model.view import view

HOST = Ground(Party("a"))
C = Party("c")


def revoked() -> tuple[Member, Member, Member, Rid]:
    """Ana's board, on which Cleo may not write any more; Ben moderates."""
    ana, ben, cleo = everybody = members("abc", ground=HOST)
    root = ana.start()
    ana.doc.grant(Party("b"), Role.MODERATOR)
    sync(*everybody)
    ana.doc.grant(C, Role.VIEWER)
    ana.set(root, "id", "after")
    ben.hear(ana)
    return ana, ben, cleo, root


def unaware(root: Rid, n: int = 1) -> Batch:
    """What Cleo writes who has not seen the revocation, nor what came with it."""
    return message("c", n, 2 + n, Set(root, name="g"), deps={"a": 2})


def test_a_void_message_below_a_checkpoint_needs_no_history_and_stops_no_folding():
    ana, ben, _, root = revoked()
    assert ana.doc.fold(ana.doc.vv)
    floor = dict(ana.doc.floor)
    received = ana.doc.receive([unaware(root), unaware(root, 2)])
    assert not received.below
    assert ana.doc.vv["c"] == 2
    assert ana.doc.name(root) == "svg"
    ben.doc.receive([unaware(root), unaware(root, 2)])
    ben.set(root, "class", "x")
    ana.hear(ben)
    assert ana.doc.fold(ana.doc.vv)
    assert ana.doc.floor != floor
    assert_equal(
        ana.doc, view([*ana.sent, *ben.sent, unaware(root), unaware(root, 2)], ground=HOST)
    )


def test_it_is_passed_on_with_the_folded_state_to_a_joiner_who_notes_it_too():
    ana, _, _, root = revoked()
    assert ana.doc.fold(ana.doc.vv)
    ana.doc.receive([unaware(root)])
    state = read_lines(ana.doc.folded().lines())
    joiner = Document.from_folded(state, Party("j"), Replica("j"), ground=HOST)
    assert not joiner.receive(ana.doc.batches_since(ana.doc.floor)).below
    assert joiner.state_hash() == ana.doc.state_hash()
    assert joiner.role_of(C) is Role.VIEWER


def test_what_is_void_only_by_later_control_operations_is_below_like_any_other():
    """They may turn out to be void themselves."""
    ana, ben, cleo = everybody = members("abc", ground=HOST)
    root = ana.start()
    ana.doc.grant(Party("b"), Role.MODERATOR)
    sync(*everybody)
    ana.set(root, "id", "x")
    ben.hear(ana)
    assert ana.doc.fold(ana.doc.vv)
    ben.doc.grant(C, Role.VIEWER)
    ana.hear(ben)
    assert ana.doc.receive([unaware(root)]).below
    assert cleo.doc.session == SESSION


def test_a_revocation_by_who_had_seen_less_is_below():
    ana, ben, cleo = everybody = members("abc", ground=HOST)
    root = ana.start()
    ana.doc.grant(Party("b"), Role.MODERATOR)
    sync(*everybody)
    cleo.set(root, "id", "seen by ana")
    ana.hear(cleo)
    assert ana.doc.fold(ana.doc.vv)
    ben.doc.grant(C, Role.VIEWER)
    assert ana.doc.receive(ben.sent).below
    assert ana.doc.attribute(root, "id") == "seen by ana"
    rebuilt = ana.doc.like()
    rebuilt.receive([*ana.sent, *cleo.sent])
    ana.doc.unfold(rebuilt)
    assert ana.doc.attribute(root, "id") is None
    assert_equal(ana.doc, view([*ana.sent, *ben.sent, *cleo.sent], ground=HOST))


@pytest.mark.parametrize("times", [1, 3])
def test_a_snapshot_has_all_roles_and_marks(times: int):
    ana, ben, _, root = revoked()
    part = ana.add(root, element("g", "text"))
    ben.hear(ana)
    ben.doc.mark_complete(part)
    ana.hear(ben)
    document = ana.doc
    for _ in range(times):
        document.fold(document.vv)
        rest = document.batches_since(document.floor)
        document = document.like(read_lines(document.folded().lines()))
        document.receive(rest)
    assert document.role_of(Party("b")) is Role.MODERATOR
    assert document.role_of(C) is Role.VIEWER
    assert document.is_complete(document.children(part)[0])
    assert [mark.party for mark in document.marks()] == ["b"]
