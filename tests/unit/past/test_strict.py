"""The history of strict boards: stanzas and states as moments, who did what, making it so again."""

from tests.helpers.strict import BASE, SESSION, attribute, element, removed, stanza, written
from tests.helpers.strict_people import rect
from whiteboard.editing.editor import Editor
from whiteboard.editing.parts import LITERAL
from whiteboard.editing.steps import AT_ONCE
from whiteboard.model.changes import Origin
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import LiteralElement, New
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import NewAt, State
from whiteboard.past.restoring import restore, restoring
from whiteboard.past.strict import StrictTimeline
from whiteboard.past.summary import Verb
from whiteboard.svg.plan import SVG_NS

ANA = Party("ana")


def history(*happened):
    timeline = StrictTimeline(StrictDocument(SESSION))
    timeline.add((one, 1000.0 + i) for i, one in enumerate(happened))
    return timeline


def shown(timeline, seq):
    assert timeline.seek(seq)
    return [
        (timeline.picture.name(rid), dict(timeline.picture.attributes(rid)))
        for rid in timeline.picture.children("~r")
    ]


def signed(new, creator, modifier=""):
    known = {name: getattr(new, name) for name in New.__dataclass_fields__}
    return NewAt(**known, creator=creator, modifier=modifier)


DRAWN = stanza("ana", 1, element("a", name="rect"), attribute("f", "a"))
CHANGED = stanza("mira", 1, written("f", 1, "blue"))
GONE = stanza("tom", 1, removed("f"), removed("a"))


def test_each_stanza_is_a_moment_that_can_be_gone_to_and_back():
    timeline = history(BASE, DRAWN, CHANGED, GONE)
    verbs = [moment.deed.verb for moment in timeline.moments]
    assert verbs == [Verb.OPENED, Verb.ADDED, Verb.STYLED, Verb.REMOVED]
    assert [moment.party for moment in timeline.moments] == ["base", "ana", "mira", "tom"]
    groups = [("g", {}), ("g", {})]
    assert shown(timeline, 2) == [("rect", {("", "fill"): "red"}), *groups]
    assert shown(timeline, 4) == groups
    assert shown(timeline, 3) == [("rect", {("", "fill"): "blue"}), *groups]
    assert timeline.at(1001.0) == 2


def test_who_made_a_thing_and_who_changed_it_last_is_known():
    timeline = history(BASE, DRAWN, CHANGED)
    origin = timeline.origin("a")
    assert (origin.made.party, origin.made.seq) == ("ana", 2)
    assert (origin.changed.party, origin.changed.seq) == ("mira", 3)
    assert timeline.authors.parties == ("base", "ana", "mira")
    assert [moment.seq for moment in timeline.story("a")] == [2, 3]


def test_what_is_delivered_again_is_no_moment():
    timeline = history(BASE, DRAWN)
    timeline.add([(DRAWN, 5000.0)])
    assert len(timeline) == 2


def test_the_state_that_a_member_joined_by_is_what_was_there_before():
    ops = tuple(
        signed(op, "ana", "mira") if op.rid == "a" else op for op in (*BASE.ops, *DRAWN.ops)
    )
    timeline = history(State((stanza("", "s", *ops),)), stanza("tom", 1, written("f", 1, "blue")))
    assert len(timeline) == 1
    assert shown(timeline, 0)[0] == ("rect", {("", "fill"): "red"})
    origin = timeline.origin("a")
    assert (origin.made.party, origin.made.seq) == ("ana", 0)
    assert (origin.changed.party, origin.changed.seq) == ("tom", 1)


def test_a_later_state_is_one_step_of_nobody_known_that_replaces_everything():
    missed = stanza("", "s", *BASE.ops, signed(element("b", name="circle"), "mira"))
    after = stanza("ana", 2, element("c", weight=9, name="path"))
    timeline = history(BASE, DRAWN, State((missed,), (after,)))
    assert timeline.moments[-1].party == ""
    assert [name for name, _ in shown(timeline, 3)] == ["circle", "g", "g", "path"]
    assert [name for name, _ in shown(timeline, 2)] == ["rect", "g", "g"]
    assert timeline.origin("b").made.party == "mira"


def test_a_state_that_changes_nothing_is_no_moment():
    same = stanza("", "s", *BASE.ops, *DRAWN.ops)
    timeline = history(BASE, DRAWN, State((same,)))
    assert len(timeline) == 2
    assert timeline.origin("a").changed.seq == 2


def test_what_the_live_document_has_beside_is_found():
    live = StrictDocument(SESSION)
    live.receive([BASE, DRAWN, CHANGED])
    timeline = history(BASE, DRAWN)
    assert list(timeline.lacking(live)) == [CHANGED]
    live.install([stanza("", "s", *BASE.ops)])
    (state,) = timeline.lacking(live)
    assert isinstance(state, State)
    timeline.add([(state, None)])
    assert [name for name, _ in shown(timeline, 3)] == ["g", "g"]


def ana_at(*happened):
    live = StrictDocument(SESSION, ANA, Replica("anaxxxxx"))
    live.receive(happened)
    return live


def test_restoring_brings_back_as_copies_what_was_removed_in_its_place():
    live = ana_at(BASE, DRAWN, CHANGED, GONE)
    with live.transact(Origin.LOCAL) as edit:
        new = edit.add("~r", rect())
        edit.move("p", "~r")
    timeline = history(BASE, DRAWN, CHANGED, GONE)
    timeline.seek(2)
    first = element("a", name="rect")
    assert restore(live, timeline.picture)
    kids = live.children("~r")
    assert [live.name(rid) for rid in kids] == ["rect", "g", "g"]
    assert kids[1:] == ("p", "q")
    assert live.weight(kids[0]) == first.weight
    assert live.attribute(kids[0], "fill") == "red"
    assert new in live.removed
    others = StrictDocument(SESSION)
    others.receive(live.stanzas)
    assert others.c14n() == live.c14n()


def test_restoring_what_is_so_already_writes_nothing():
    live = ana_at(BASE, DRAWN)
    timeline = history(BASE, DRAWN)
    timeline.seek(2)
    assert not restore(live, timeline.picture)


def test_restoring_a_board_whose_root_was_removed_makes_another():
    gone = stanza("tom", 2, removed("p"), removed("q"), removed("~r"))
    live = ana_at(BASE, gone)
    timeline = history(BASE, gone)
    timeline.seek(1)
    assert restore(live, timeline.picture)
    assert live.name(live.root) == "svg"
    assert len(live.children(live.root)) == 2


def test_a_large_group_that_was_removed_comes_back_part_by_part_and_one_undo_takes_it_away():
    live = ana_at(BASE)
    with live.transact(Origin.LOCAL) as edit:
        group = edit.add("~r", LiteralElement(SVG_NS, "g", (), (rect(),) * 300))
    timeline = history(*live.stanzas)
    timeline.seek(len(timeline))
    with live.transact(Origin.LOCAL) as edit:
        edit.trash(group)
    editor, commits = Editor(live), []
    live.on_commit.subscribe(commits.append)
    shares = list(restoring(live, timeline.picture))
    assert len(shares) >= 3
    assert max(len(one.changes.added) for one in commits) <= AT_ONCE + LITERAL
    (copy,) = [rid for rid in live.children("~r") if live.children(rid)]
    assert [live.name(rid) for rid in live.children(copy)] == ["rect"] * 300
    editor.undo()
    assert not any(live.children(rid) for rid in live.children("~r"))
    assert not editor.can_undo
