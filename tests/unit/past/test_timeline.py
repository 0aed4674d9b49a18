"""The history of small boards: what is said of each message, and what a moderator takes back."""

from tests.unit.model.boards import SESSION, board, element, exchange, others
from whiteboard.editing.editor import Editor
from whiteboard.editing.steps import AT_ONCE, Why
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import Literal, LiteralElement
from whiteboard.model.rights import Ground, Role
from whiteboard.past.restoring import restore, restoring
from whiteboard.past.summary import Deed, Thing, Verb
from whiteboard.past.taking_back import take_back, taking_back, typed
from whiteboard.past.timeline import Kept, Timeline

SVG = "http://www.w3.org/2000/svg"


def draw(document, what, **attributes):
    with document.transact(Origin.LOCAL) as edit:
        return edit.add(document.root, element(what, **attributes))


def write(document, words):
    with document.transact(Origin.LOCAL) as edit:
        return edit.add(document.root, LiteralElement(SVG, "text", (), (words,)))


def change(document, rid, **attributes):
    with document.transact(Origin.LOCAL) as edit:
        for name, value in attributes.items():
            edit.set_attribute(rid, name.replace("_", "-"), value)


def timeline_of(document):
    timeline = Timeline(board("0"))
    timeline.add(Kept(batch, 1000.0 + i) for i, batch in enumerate(document.batches_since({})))
    return timeline


def undo_work_of(moderator, name):
    party = Party(name)
    texts = typed(moderator.batches_since({}), party)
    return take_back(moderator, party, timeline_of(moderator).authors.touched_by(party), texts)


def test_each_message_is_said_in_words():
    mine = board("a", element("svg"))
    rect = draw(mine, "rect", x="1", fill="red")
    text = write(mine, "Big type")
    words = mine.children(text)[0]
    change(mine, rect, x="2")
    change(mine, rect, width="9")
    change(mine, rect, fill="blue")
    change(mine, rect, id="box")
    with mine.transact(Origin.LOCAL) as edit:
        edit.set_text(words, "Big types")
    with mine.transact(Origin.LOCAL) as edit:
        edit.move(rect, mine.root)
    with mine.transact(Origin.LOCAL) as edit:
        edit.add(mine.root, element("line", marker_end="x"))
        edit.add(mine.root, element("line"))
    with mine.transact(Origin.LOCAL) as edit:
        edit.add(mine.root, element("g", element("rect"), element("path")))
    with mine.transact(Origin.LOCAL) as edit:
        edit.trash(rect)
        edit.trash(text)
    said = [moment.deed for moment in timeline_of(mine).moments]
    assert [(deed.verb, deed.thing, len(deed.things), deed.words) for deed in said] == [
        (Verb.OPENED, Thing.BOARD, 1, ""),
        (Verb.ADDED, Thing.RECTANGLE, 1, ""),
        (Verb.ADDED, Thing.TEXT, 1, "Big type"),
        (Verb.MOVED, Thing.RECTANGLE, 1, ""),
        (Verb.SHAPED, Thing.RECTANGLE, 1, ""),
        (Verb.STYLED, Thing.RECTANGLE, 1, ""),
        (Verb.CHANGED, Thing.RECTANGLE, 1, ""),
        (Verb.WROTE, Thing.TEXT, 1, "Big types"),
        (Verb.ORDERED, Thing.RECTANGLE, 1, ""),
        (Verb.ADDED, Thing.LINE, 2, ""),
        (Verb.ADDED, Thing.GROUP, 1, ""),
        (Verb.REMOVED, Thing.OTHER, 2, ""),
    ]


def test_a_removed_text_is_quoted_as_it_was():
    mine = board("a", element("svg"))
    text = write(mine, "Old words")
    with mine.transact(Origin.LOCAL) as edit:
        edit.trash(text)
    assert timeline_of(mine).moments[-1].deed == Deed(
        Verb.REMOVED, Thing.TEXT, (text,), "Old words"
    )


def test_the_story_of_an_element_names_who_made_and_who_changed_it_and_when():
    ana = board("ana", element("svg"))
    text = write(ana, "Hello")
    (ben,) = others(ana, "ben")
    with ben.transact(Origin.LOCAL) as edit:
        edit.splice_text(ben.children(text)[0], 5, 0, " you")
    exchange(ana, ben)
    timeline = timeline_of(ana)
    origin = timeline.origin(text)
    assert (origin.made.party, origin.changed.party) == (Party("ana"), Party("ben"))
    assert [timeline.moments[deed.seq - 1].time for deed in (origin.made, origin.changed)] == [
        1001.0,
        1002.0,
    ]
    assert [moment.seq for moment in timeline.story(text)] == [2, 3]
    assert timeline.origin("nobody.1") is None


def test_the_position_stays_while_the_live_board_goes_on():
    ana = board("ana", element("svg"))
    draw(ana, "rect")
    timeline = timeline_of(ana)
    timeline.seek(1)
    before = list(timeline.picture)
    draw(ana, "path")
    timeline.add(Kept(batch, 2000.0) for batch in ana.batches_since(timeline.vv))
    assert (timeline.position, len(timeline)) == (1, 3)
    assert list(timeline.picture) == before
    timeline.seek(3)
    assert list(timeline.picture.children(timeline.picture.root)) == list(ana.children(ana.root))


def test_a_seek_can_be_interrupted_and_goes_on():
    ana = board("ana", element("svg"))
    for _ in range(300):
        draw(ana, "rect")
    timeline = timeline_of(ana)
    assert not timeline.seek(301, stop=lambda: True)
    assert 0 < timeline.position < 301
    assert timeline.seek(301)
    assert timeline.seek(5)
    assert timeline.position == 5


def test_a_step_forwards_or_back_costs_what_changed():
    ana = board("ana", element("svg"))
    for _ in range(200):
        draw(ana, "rect")
    timeline = timeline_of(ana)
    timeline.seek(200)
    told = []
    timeline.picture.on_commit.subscribe(lambda commit: told.append(commit.changes))
    timeline.seek(201)
    timeline.seek(200)
    assert [(len(one.added), len(one.removed)) for one in told] == [(1, 0), (0, 1)]


def test_messages_without_a_time_count_with_the_one_before():
    ana = board("ana", element("svg"))
    draw(ana, "rect")
    draw(ana, "rect")
    first, second, third = ana.batches_since({})
    timeline = Timeline(board("0"))
    timeline.add([Kept(first, 50.0), Kept(second), Kept(third, 40.0)])
    assert (timeline.at(49.0), timeline.at(50.0)) == (0, 3)
    assert timeline.moments[1].time is None


def test_the_work_of_a_forked_chain_is_nobodys():
    ana = board("ana", element("svg"))
    ben, twin = others(ana, "ben", "ben")
    rid = draw(ben, "rect")
    draw(twin, "path")
    timeline = timeline_of(ana)
    timeline.add(Kept(batch, 5.0) for batch in ben.batches_since(ana.vv))
    timeline.seek(len(timeline))
    assert timeline.picture.is_visible(rid)
    timeline.add(Kept(batch, 6.0) for batch in twin.batches_since(ana.vv))
    assert timeline.authors.of(rid) is None
    assert timeline.authors.touched_by(Party("ben")) == ()
    assert timeline.seek(len(timeline))
    assert not timeline.picture.is_visible(rid)


def test_a_moderator_takes_back_one_persons_work_and_one_undo_brings_it_again():
    ana = board("ana", element("svg"))
    rect = draw(ana, "rect", x="1", fill="red")
    text = write(ana, "Hello world")
    gone = draw(ana, "circle")
    (ben,) = others(ana, "ben")
    scrawl = draw(ben, "path")
    change(ben, rect, fill="black", stroke="black")
    with ben.transact(Origin.LOCAL) as edit:
        edit.splice_text(ben.children(text)[0], 0, 5, "Goodbye")
        edit.trash(gone)
    exchange(ana, ben)
    with ana.transact(Origin.LOCAL) as edit:
        words = ana.children(text)[0]
        edit.splice_text(words, len(ana.text(words)), 0, "!")
    before = ana.c14n()
    editor = Editor(ana)
    assert undo_work_of(ana, "ben") == ()
    assert not ana.is_visible(scrawl)
    assert ana.is_visible(gone)
    assert dict(ana.attributes(rect)) == {("", "fill"): "red", ("", "x"): "1"}
    assert ana.text(words) == "Hello world!"
    exchange(ana, ben)
    assert ben.c14n() == ana.c14n()
    editor.undo()
    assert ana.c14n() == before


def test_what_others_have_built_on_stays_and_is_named():
    ana = board("ana", element("svg"))
    rect = draw(ana, "rect", fill="red")
    (ben,) = others(ana, "ben")
    with ben.transact(Origin.LOCAL) as edit:
        group = edit.add(ben.root, element("g"))
    change(ben, rect, fill="black")
    exchange(ana, ben)
    with ana.transact(Origin.LOCAL) as edit:
        inside = edit.add(group, element("rect"))
    change(ana, rect, fill="green")
    skipped = undo_work_of(ana, "ben")
    assert [(one.rid, one.why) for one in skipped] == [(group, Why.OTHERS_INSIDE)]
    assert ana.is_visible(inside)
    assert ana.attribute(rect, "fill") == "green"


def test_a_text_that_changed_meanwhile_is_left_alone():
    ana = board("ana", element("svg"))
    text = write(ana, "Hello")
    (ben,) = others(ana, "ben")
    with ben.transact(Origin.LOCAL) as edit:
        edit.splice_text(ben.children(text)[0], 5, 0, " you")
    exchange(ana, ben)
    words = ana.children(text)[0]
    texts = typed(ana.batches_since({}), Party("ben"))
    with ana.transact(Origin.LOCAL) as edit:
        edit.splice_text(words, 0, 0, "Oh ")
    skipped = take_back(ana, Party("ben"), [words], texts)
    assert [one.why for one in skipped] == [Why.CHANGED_SINCE]
    assert ana.text(words) == "Oh Hello you"


def test_only_the_chosen_elements_are_restored():
    ana = board("ana", element("svg"))
    one = draw(ana, "rect", x="1")
    two = draw(ana, "rect", x="2")
    timeline = timeline_of(ana)
    timeline.seek(len(timeline))
    change(ana, one, x="10")
    change(ana, two, x="20")
    new = draw(ana, "path")
    with ana.transact(Origin.LOCAL) as edit:
        edit.trash(one)
    assert restore(ana, timeline.picture, [one])
    assert (ana.attribute(one, "x"), ana.attribute(two, "x")) == ("1", "20")
    assert ana.is_visible(new)
    assert list(ana.children(ana.root)) == [one, two, new]


def test_what_lay_in_a_group_that_is_gone_comes_back_onto_the_board():
    ana = board("ana", element("svg", element("g", element("rect", x="1"))))
    group = ana.children(ana.root)[0]
    rect = ana.children(group)[0]
    timeline = timeline_of(ana)
    timeline.seek(1)
    with ana.transact(Origin.LOCAL) as edit:
        edit.trash(group)
    assert restore(ana, timeline.picture, [rect])
    assert ana.parent(rect) == ana.root
    assert not ana.is_visible(group)


def test_the_empty_board_keeps_its_root():
    ana = board("ana", element("svg"))
    draw(ana, "rect")
    timeline = timeline_of(ana)
    assert restore(ana, timeline.picture)
    assert ana.root is not None
    assert ana.children(ana.root) == ()


def test_a_board_that_begins_with_a_state_shows_it_and_says_who_made_it():
    ana = board("ana", element("svg"))
    rect = draw(ana, "rect", x="1")
    (ben,) = others(ana, "ben")
    change(ben, rect, x="2")
    exchange(ana, ben)
    assert ana.fold(ana.vv)
    base = ana.folded()
    later = draw(ben, "path")
    timeline = Timeline(board("0").like(base), base)
    timeline.add(Kept(batch, 50.0) for batch in ben.batches_since(base.floor))
    assert (len(timeline), timeline.position) == (1, 0)
    assert timeline.picture.children(timeline.picture.root) == (rect,)
    origin = timeline.origin(rect)
    assert (origin.made.party, origin.changed.party) == (Party("ana"), Party("ben"))
    assert (origin.made.seq, origin.changed.seq) == (0, 0)
    assert timeline.seek(1)
    assert timeline.picture.children(timeline.picture.root) == (rect, later)
    assert timeline.seek(0)
    assert timeline.picture.children(timeline.picture.root) == (rect,)


def written(commits):
    """How many operations each transaction wrote, literals by their nodes."""
    return [
        sum(len(list(op)) if isinstance(op, Literal) else 1 for b in one.batches for op in b.ops)
        for one in commits
    ]


def test_restoring_much_writes_little_in_each_transaction_and_is_one_step():
    ana = board("ana", element("svg"))
    things = [draw(ana, "rect", x="1", fill="red") for _ in range(400)]
    timeline = timeline_of(ana)
    timeline.seek(len(timeline))
    for rid in things[:300]:
        change(ana, rid, x="2")
    with ana.transact(Origin.LOCAL) as edit:
        for rid in things[300:]:
            edit.trash(rid)
        new = [edit.add(ana.root, element("path")) for _ in range(200)]
    before = ana.c14n()
    editor, commits = Editor(ana), []
    ana.on_commit.subscribe(commits.append)
    shares = list(restoring(ana, timeline.picture))
    assert shares == sorted(shares)
    assert len(commits) > 5
    assert max(written(commits)) <= 2 * AT_ONCE
    assert list(ana.children(ana.root)) == things
    assert {ana.attribute(rid, "x") for rid in things} == {"1"}
    assert not any(ana.is_visible(rid) for rid in new)
    editor.undo()
    assert ana.c14n() == before
    assert not editor.can_undo


def test_undoing_much_work_writes_little_in_each_transaction_and_is_one_step():
    ana = board("ana", element("svg"))
    mine = [draw(ana, "rect", fill="red") for _ in range(300)]
    (ben,) = others(ana, "ben")
    with ben.transact(Origin.LOCAL) as edit:
        theirs = edit.add(ben.root, element("g", *(element("path") for _ in range(300))))
        for rid in mine:
            edit.set_attribute(rid, "fill", "black")
    exchange(ana, ben)
    before = ana.c14n()
    editor, commits = Editor(ana), []
    ana.on_commit.subscribe(commits.append)
    rids = timeline_of(ana).authors.touched_by(Party("ben"))
    assert len(list(taking_back(ana, Party("ben"), rids, {}))) > 5
    assert max(written(commits)) <= AT_ONCE
    assert {ana.attribute(rid, "fill") for rid in mine} == {"red"}
    assert not ana.is_visible(theirs)
    editor.undo()
    assert ana.c14n() == before


def test_a_text_that_is_too_long_to_tell_letters_apart_is_left_alone():
    ana = board("ana", element("svg"))
    text = write(ana, "a" * 15_000)
    (ben,) = others(ana, "ben")
    words = ben.children(text)[0]
    with ben.transact(Origin.LOCAL) as edit:
        edit.splice_text(words, 5, 0, "b" * 6_000)
    exchange(ana, ben)
    assert [one.why for one in undo_work_of(ana, "ben")] == [Why.CHANGED_SINCE]
    assert "b" in ana.text(words)


def test_what_somebody_may_not_change_stays_as_it_is():
    ground = Ground(creator=Party("ana"))
    ana, ben = (Document(SESSION, Party(n), Replica(n), ground=ground) for n in ("ana", "ben"))
    with ana.transact(Origin.LOCAL) as edit:
        edit.add_root(element("svg"))
    first = draw(ana, "rect", x="1")
    exchange(ana, ben)
    second = draw(ben, "rect", x="1")
    change(ben, first, x="2")
    exchange(ana, ben)
    ana.mark_complete(first)
    exchange(ana, ben)
    timeline = timeline_of(ben)
    timeline.seek(2)
    before = ben.c14n()
    assert restore(ben, timeline.picture)
    assert ben.c14n() != before
    assert ben.attribute(first, "x") == "2"
    assert not ben.is_visible(second)
    ana.grant(Party("ben"), Role.VIEWER)
    exchange(ana, ben)
    assert not restore(ben, timeline.picture)
    skipped = undo_work_of(ben, "ben")
    assert {one.why for one in skipped} == {Why.NOT_PERMITTED}
