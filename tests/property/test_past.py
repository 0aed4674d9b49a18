"""The past is what it was: every moment equals the messages up to it, whoever asks, either way."""

import random

from hypothesis import example, given
from hypothesis import strategies as st

from tests.helpers.random_board import picture as seen
from tests.property.test_incremental_equals_rebuilt import edited_board
from tests.unit.model.boards import board
from whiteboard.editing.editor import Editor
from whiteboard.model.changes import Origin
from whiteboard.model.ids import DOCUMENT, Party
from whiteboard.model.merge import FIELDS
from whiteboard.model.ops import Kind, Remove
from whiteboard.past.authors import writes_of
from whiteboard.past.restoring import restore, restoring
from whiteboard.past.taking_back import take_back, typed
from whiteboard.past.timeline import Kept, Timeline

seeds = st.integers(0, 2**32)
steps = st.integers(1, 40)


def shown(document):
    """Everything that is visible, with its place."""
    return {
        rid: (what, document.parent(rid), document.weight(rid))
        for rid, what in seen(document).items()
    }


def looks(document):
    """What a person can see: nodes in order, without identities and weights."""

    def of(rid):
        kind = document.kind(rid)
        what = (kind, document.ns(rid), document.name(rid), dict(document.attributes(rid)))
        text = "" if kind is Kind.ELEMENT else document.text(rid)
        return (*what, text, [of(kid) for kid in document.children(rid)])

    return [of(rid) for rid in document.children(DOCUMENT)]


def everything_of(rng, count):
    authors = edited_board(rng, count)
    whole = board("z")
    for author in authors:
        for batch in author.batches_since(whole.vv):
            whole.receive([batch])
    return whole


def timeline_of(document):
    timeline = Timeline(board("0"))
    timeline.add(Kept(batch, 100.0 + i) for i, batch in enumerate(document.batches_since({})))
    return timeline


def result_of(work):
    """What a generator returns at the end."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def after(batches, seq):
    document = board("y")
    for batch in batches[:seq]:
        document.receive([batch])
    return document


@given(seed=seeds, count=steps)
def test_the_board_at_every_number_is_that_of_so_many_messages(seed, count):
    rng = random.Random(seed)
    batches = everything_of(rng, count).batches_since({})
    timeline = Timeline(board("0"))
    timeline.add(Kept(batch) for batch in batches)
    assert len(timeline) == len(batches)
    numbers = [*range(len(batches) + 1), *reversed(range(len(batches) + 1))]
    numbers += [rng.randrange(len(batches) + 1) for _ in range(10)]
    for seq in numbers:
        assert timeline.seek(seq)
        assert shown(timeline.picture) == shown(after(batches, seq))
        assert looks(timeline.picture) == looks(after(batches, seq))


@given(seed=seeds, count=steps)
def test_the_picture_tells_all_that_changes(seed, count):
    rng = random.Random(seed)
    timeline = timeline_of(everything_of(rng, count))
    known = {}

    def follow(commit):
        changes = commit.changes
        now = shown(timeline.picture)
        if not changes.reset:
            named = {*changes.added, *changes.removed, *changes.moved, *changes.renamed}
            named |= {*changes.attributes}
            named |= {kid for rid in changes.text for kid in timeline.picture.children(rid)}
            assert {rid for rid in {*now, *known} if now.get(rid) != known.get(rid)} <= named
            assert {*now} - {*known} == changes.added
            assert {*known} - {*now} == changes.removed
        known.clear()
        known.update(now)

    timeline.picture.on_commit.subscribe(follow)
    for _ in range(20):
        timeline.seek(rng.randrange(len(timeline) + 1))
        assert known == shown(timeline.picture)


@given(seed=seeds, count=steps)
def test_what_is_new_since_a_number_a_time_and_a_vector_is_what_is_lacking(seed, count):
    rng = random.Random(seed)
    whole = everything_of(rng, count)
    batches = list(whole.batches_since({}))
    timeline = timeline_of(whole)
    for seq in {0, len(batches), rng.randrange(len(batches) + 1)}:
        assert list(timeline.since(seq)) == batches[seq:]
        assert list(timeline.since_time(99.5 + seq)) == batches[seq:]
        assert timeline.at(99.5 + seq) == seq
        vv = {}
        for batch in batches[:seq]:
            vv[batch.r] = batch.n
        assert sorted(b.dot for b in timeline.since_vv(vv)) == sorted(
            b.dot for b in batches[seq:] if b.n > vv.get(b.r, 0)
        )


@given(seed=seeds, count=steps)
def test_who_made_and_who_changed_is_what_a_search_through_all_writes_finds(seed, count):
    rng = random.Random(seed)
    whole = everything_of(rng, count)
    batches = whole.batches_since({})
    timeline = timeline_of(whole)
    shuffled = Timeline(board("0"))
    shuffled.add(Kept(batch) for batch in rng.sample(batches, len(batches)))
    for rid in seen(whole):
        mine = [
            (ts, batch.party, new)
            for batch in batches
            for ts, one, new in writes_of(batch)
            if one == rid
        ]
        inside = [
            (ts, batch.party)
            for batch in batches
            for ts, one, new in writes_of(batch)
            if (new.parent if new is not None and new.kind is Kind.ATTRIBUTE else one)
            in {rid, *(name for name in (one,) if new is None and name.startswith(f"{rid}@"))}
        ]
        made = min(
            (ts, party)
            for ts, party, new in mine
            if new is not None and new.kind is not Kind.ATTRIBUTE
        )
        changed = max(inside)
        found = timeline.authors.of(rid)
        assert (found.made.ts, found.made.party) == made
        assert (found.changed.ts, found.changed.party) == changed
        assert batches[found.made.seq - 1].party == found.made.party
        other = shuffled.authors.of(rid)
        assert (other.made.ts, other.changed.ts) == (found.made.ts, found.changed.ts)


@example(seed=2099234008, count=24)  # roots that came to light one after the other
@given(seed=seeds, count=steps)
def test_restoring_a_moment_makes_the_board_look_as_it_did_and_one_undo_takes_it_back(seed, count):
    rng = random.Random(seed)
    whole = everything_of(rng, count)
    timeline = timeline_of(whole)
    before = looks(whole)
    seq = rng.randrange(1, len(timeline) + 1)
    timeline.seek(seq)
    if timeline.picture.root is None or has_purges(whole):
        restore(whole, timeline.picture)  # what is gone for ever comes back as a copy
        return
    expected = looks(timeline.picture)
    commits = []
    whole.on_commit.subscribe(commits.append)
    editor = Editor(whole)
    changed = result_of(restoring(whole, timeline.picture, at_once=rng.choice((1, 2, 7, None))))
    assert looks(whole) == expected
    assert changed == bool(commits) == (before != expected or changed)
    assert editor.can_undo == bool(commits)
    assert not restore(whole, timeline.picture)
    for commit in commits:
        assert commit.origin is Origin.LOCAL
    other = board("o")
    other.receive(whole.batches_since({}))
    assert looks(other) == expected


def has_purges(document):
    return any(isinstance(op, Remove) for one in document.batches_since({}) for op in one.ops)


def standing(document):
    """(record, field) -> (whose value it shows, the value), of all records there ever were."""
    found = {}
    for rid in document._projection.records:
        for field in FIELDS:
            writes = document.writes(rid, field)
            full = [w for w in writes if not w.partial]
            if not full:
                continue
            by_ts = {w.ts: w for w in full}
            found[rid, field] = (by_ts.get(full[-1].alias, full[-1]).party, full[-1].value)
    return found


@given(seed=seeds, count=steps)
def test_taking_back_one_persons_work_leaves_that_of_others(seed, count):
    rng = random.Random(seed)
    authors = edited_board(rng, count)
    for author in authors:
        for other in authors:
            author.receive(other.batches_since(author.vv))
    moderator, theirs = authors[0], Party("b")
    timeline = timeline_of(moderator)
    visible = set(seen(moderator))
    before = standing(moderator)
    texts = typed(moderator.batches_since({}), theirs)
    skipped = take_back(moderator, theirs, timeline.authors.touched_by(theirs), texts)
    now = standing(moderator)
    for key, (party, value) in before.items():
        if party == theirs or key[1] == "chdata":
            continue
        assert now[key][1] == value, key
        assert now[key][0] == party or key[1] == "primary-weight", key  # a move restates it
    left = {(one.rid, one.field) for one in skipped}
    for rid in visible & set(seen(moderator)):
        full = [w for w in moderator.writes(rid, "parent") if not w.partial]
        if full[0].party == theirs or (rid, "parent") in left:
            continue
        for field in FIELDS:
            party, value = now.get((rid, field), (None, None))
            values = [w.value for w in moderator.writes(rid, field) if w.party != theirs]
            assert party != theirs or value in values or (rid, field) in left
