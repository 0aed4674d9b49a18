"""What is much is written in bounded transactions, which one undo takes back (SYNC 4.6)."""

from __future__ import annotations

from tests.helpers.strict import BASE, SESSION
from tests.unit.model.boards import board, element, exchange, others
from whiteboard.editing.editor import Editor
from whiteboard.editing.parts import LITERAL
from whiteboard.editing.steps import AT_ONCE
from whiteboard.model.changes import Origin
from whiteboard.model.ids import Party, Replica
from whiteboard.model.strict.document import StrictDocument
from whiteboard.svg.transform import translation

MOST = AT_ONCE + LITERAL
"""Nodes that one transaction may write."""


def written(commits):
    """How many nodes each transaction made visible."""
    return [len(commit.changes.added) for commit in commits]


def shapes(count, **attributes):
    return tuple(element("rect", id=f"r{i}", **attributes) for i in range(count))


def sliced(document):
    editor, commits = Editor(document), []
    document.on_commit.subscribe(commits.append)
    return editor, commits


def test_a_large_group_is_pasted_in_bounded_transactions_and_is_one_step():
    ana = board("ana", element("svg"))
    editor, commits = sliced(ana)
    group = element("g", *shapes(500), "words", element("g", *shapes(300)))
    shares = list(editor.pasting([group, *shapes(400)], translation(5.0, 0.0)))
    assert len(commits) >= 1200 / MOST
    assert max(written(commits)) <= MOST
    assert sum(written(commits)) >= 1200
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    copy = ana.children(ana.root)[0]
    assert len(ana.children(copy)) == 502
    assert ana.attribute(copy, "transform") == "translate(5)"
    assert len(editor.selection) == 401
    editor.undo()
    assert ana.children(ana.root) == ()
    assert not editor.can_undo
    editor.redo()
    assert len(ana.children(ana.root)) == 401


def test_what_others_do_between_two_slices_stays_and_the_rest_still_comes():
    ana = board("ana", element("svg"))
    (ben,) = others(ana, "ben")
    editor, _ = sliced(ana)
    work = editor.pasting(shapes(300), translation(0.0, 0.0))
    for _ in work:
        exchange(ana, ben)
        with ben.transact(Origin.LOCAL) as edit:
            edit.add(ben.root, element("circle"))
        exchange(ana, ben)
    names = [ana.name(rid) for rid in ana.children(ana.root)]
    assert names.count("rect") == 300
    circles = names.count("circle")
    assert circles > 1
    editor.undo()
    assert [ana.name(rid) for rid in ana.children(ana.root)] == ["circle"] * circles


def test_who_stops_in_the_middle_takes_back_what_was_done_with_one_undo():
    ana = board("ana", element("svg"))
    editor, _ = sliced(ana)
    work = editor.pasting(shapes(1000), translation(0.0, 0.0))
    while not len(ana.children(ana.root)) >= 200:
        next(work)
    work.close()
    assert len(ana.children(ana.root)) < 1000
    editor.undo()
    assert ana.children(ana.root) == ()


def test_a_step_that_was_undone_in_the_middle_is_not_brought_back_by_what_follows():
    ana = board("ana", element("svg"))
    editor, _ = sliced(ana)
    work = editor.pasting(shapes(600), translation(0.0, 0.0))
    while not ana.children(ana.root):
        next(work)
    editor.undo()
    for _ in work:
        pass
    left = len(ana.children(ana.root))
    assert 0 < left < 600
    editor.undo()
    assert ana.children(ana.root) == ()


def test_ids_that_are_taken_a_thousand_times_are_found_without_trying_them_all():
    tried = []
    ana = board("ana", element("svg", *shapes(1000)))
    by_id = ana.by_id

    def counting(id_):
        tried.append(id_)
        return by_id(id_)

    ana.by_id = counting
    editor = Editor(ana)
    editor.paste([element("rect", id=f"r-{i}") for i in range(1000)])
    editor.paste([element("rect", id=f"r-{i}") for i in range(1000)])
    assert len(tried) < 20_000
    ids = [ana.attribute(rid, "id") for rid in ana.children(ana.root)]
    assert len(set(ids)) == len(ids)


def undone_in_slices(editor, *, redo=False):
    return list(editor.undo_stack.performing(redo=redo))


def test_a_large_step_is_undone_and_done_again_in_bounded_transactions():
    ana = board("ana", element("svg"))
    editor, commits = sliced(ana)
    editor.paste(shapes(500), 5.0, 5.0)
    drawn = ana.c14n()
    commits.clear()
    assert editor.undo_stack.is_large()
    assert len(undone_in_slices(editor)) > 3
    assert ana.children(ana.root) == ()
    assert not editor.can_undo
    assert len(undone_in_slices(editor, redo=True)) > 3
    assert ana.c14n() == drawn
    assert max(len(b.ops) for one in commits for b in one.batches) <= AT_ONCE
    editor.undo()
    assert ana.children(ana.root) == ()


def test_an_undo_that_is_stopped_leaves_a_step_to_go_on_with_and_one_to_go_back():
    ana = board("ana", element("svg"))
    editor, _ = sliced(ana)
    editor.paste(shapes(500))
    drawn = ana.c14n()
    work = editor.undo_stack.performing()
    next(work)
    work.close()
    left = len(ana.children(ana.root))
    assert 0 < left < 500
    editor.redo()
    assert ana.c14n() == drawn
    editor.undo()
    assert len(ana.children(ana.root)) == left
    editor.undo()
    assert ana.children(ana.root) == ()


def test_a_large_step_of_a_strict_session_is_undone_in_slices_and_comes_back():
    live = StrictDocument(SESSION, Party("ana"), Replica("anaxxxxx"))
    live.receive([BASE])
    before = live.c14n()
    editor = Editor(live)
    editor.paste(shapes(300), 5.0, 5.0)
    assert len(undone_in_slices(editor)) > 1
    assert live.c14n() == before
    assert len(undone_in_slices(editor, redo=True)) > 1
    assert [live.name(rid) for rid in live.children("~r")].count("rect") == 300
    editor.undo()
    assert live.c14n() == before
