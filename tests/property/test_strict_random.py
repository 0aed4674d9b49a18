"""Long random deliveries in strict sessions: duplicates, any order, snapshots in between."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.strict import ROOT, SESSION, SVG, check, stanza
from whiteboard.model.ids import DOCUMENT
from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.model.strict import record
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import NewAt, Stanza
from whiteboard.model.strict.snapshot import snapshot
from whiteboard.model.tree import Tree

RIDS = ["a", "b", "c", "d", "~r", "~s", "~trash"]
PARENTS = [*RIDS, DOCUMENT, "nowhere"]

news = st.builds(
    NewAt,
    st.sampled_from(RIDS),
    st.sampled_from(Kind),
    st.sampled_from(PARENTS),
    st.sampled_from([0.0, 1.0, 1.0, 2.5, float("nan")]),
    st.sampled_from([None, "", SVG, "xml"]),
    st.sampled_from(["g", "g", "fill", "1x", "xmlns"]),
    st.sampled_from(["", "hello", "a--b-"]),
    st.sampled_from(["t", "xml"]),
    st.sampled_from(["", "a?>b"]),
    version=st.sampled_from([0, 0, 0, 1]),
)
sets = st.builds(
    Set,
    st.sampled_from(RIDS),
    st.integers(0, 6),
    st.none() | st.sampled_from(PARENTS),
    st.none() | st.sampled_from([0.0, 1.0, 3.0]),
    st.none() | st.sampled_from(["", SVG]),
    st.none() | st.sampled_from(["g", "fill", "1x"]),
    st.none() | st.sampled_from(["", "x", "😀"]),
    replace=st.none() | st.tuples(st.integers(0, 6), st.integers(0, 3)),
)
removes = st.builds(Remove, st.sampled_from(RIDS))
stanzas = st.builds(
    Stanza,
    st.sampled_from(["ana", "mira"]),
    st.integers(0, 30).map(str),
    st.lists(news | sets | sets | sets | removes, min_size=1, max_size=3).map(tuple),
)
FIRST = stanza("base", 0, ROOT, *(New(x, Kind.ELEMENT, "~r", 1.0, SVG, "g") for x in "abc"))


@pytest.fixture(scope="module", autouse=True)
def _checkpoints_are_frequent():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "EVERY", 2)
        yield


@given(st.lists(stanzas, min_size=3, max_size=40), st.randoms(use_true_random=False))
def test_whatever_is_delivered_shows_what_the_set_of_stanzas_makes(delivered, rng):
    """Two stanzas with one key are among them; then the one of the smaller form counts."""
    delivered = [FIRST, *delivered]
    made = StrictDocument(SESSION)
    assert made.tree.root is None
    order = delivered + [rng.choice(delivered) for _ in range(5)]
    rng.shuffle(order)
    for i, one in enumerate(order, 1):
        made.receive([one])
        check(made, order[:i])
        assert _nodes(made.tree) == _nodes(Tree(made._projection))
    again = StrictDocument(SESSION)
    again.receive(delivered)
    assert again.c14n() == made.c14n()


def _nodes(tree):
    """What the nodes say; not as XML, for lxml keeps declarations of namespaces that are gone."""
    if tree.root is None:
        return []
    return [
        (
            node.tag if isinstance(node.tag, str) else node.tag.__name__,
            dict(node.attrib),
            node.text or "",
            node.tail or "",
            getattr(node, "target", None),
        )
        for node in tree.root.getroottree().getroot().iter()
    ]


@pytest.mark.parametrize("seed", range(60))
def test_late_conflicts_of_one_record_with_many_edits(seed):
    rng = random.Random(seed)
    made = StrictDocument(SESSION)
    room = [FIRST]
    made.receive(room)
    for step in range(40):
        late = rng.random() < 0.2
        version = max(1, made.next_version("a") - (rng.randint(1, 9) if late else 0))
        op = rng.choice(
            [
                Set("a", version, parent=rng.choice(["~r", "b", "c"])),
                Set("a", version, weight=float(step)),
                Set("a", version, name=f"n{step}"),
            ]
        )
        room.append(stanza(rng.choice("xyz"), step, op))
        made.receive(room[-1:])
        check(made, room)


def test_a_new_of_a_lower_rank_comes_after_many_edits():
    room = [FIRST, *(stanza("x", v, Set("a", v, weight=float(v))) for v in range(1, 6))]
    room.append(stanza("y", 0, New("a", Kind.ELEMENT, "~r", 0.0, SVG, "circle")))
    made = StrictDocument(SESSION)
    for i, one in enumerate(room, 1):
        made.receive([one])
        check(made, room[:i])
    assert b"circle" in made.c14n()


@pytest.mark.parametrize("seed", range(150))
def test_members_who_see_each_other_late_agree_with_one_who_joined_by_a_snapshot(seed):
    """Honest clients: versions as they know them; a room's order; a joiner in the middle."""
    rng = random.Random(seed)
    members = {name: StrictDocument(SESSION) for name in "abc"}
    room, sent = [FIRST], dict.fromkeys(members, 0)
    places = dict.fromkeys(members, 0)
    queues = {name: [] for name in members}
    joiner = None
    for step in range(60):
        name = rng.choice("abc")
        member = members[name]
        action = rng.random()
        if action < 0.4 and member.root is not None:
            sent[name] += 1
            rid = rng.choice("abc")
            op = rng.choice(
                [
                    Set(rid, member.next_version(rid), name=f"n{step}"),
                    Set(rid, member.next_version(rid), parent=rng.choice(["~r", "a", "b", "c"])),
                    New(f"{name}{sent[name]}", Kind.ELEMENT, rid, 1.0, SVG, "g"),
                ]
            )
            one = stanza(name, sent[name], op)
            member.write(one)
            queues[name].append(one)
        elif action < 0.6 and queues[name]:
            room.append(queues[name].pop(0))
        elif places[name] < len(room):
            member.receive([room[places[name]]])
            places[name] += 1
        if joiner is None and step > 25 and places[name] > 3:
            state = snapshot(member)
            assert state.last == room[places[name] - 1].key
            joiner = StrictDocument(SESSION)
            joiner.receive([Stanza(name, "state", state.ops)])
            at = places[name]
    for queue in queues.values():
        room += queue
    for name, member in members.items():
        member.receive(room[places[name] :])
        assert not member.pending
        check(member, room)
        assert not member.waiting
    if joiner is not None:
        joiner.receive(room[at:])
        assert joiner.c14n() == members["a"].c14n()
        assert joiner.state_hash() == members["a"].state_hash()


def test_an_inner_element_that_becomes_the_root_is_the_root_of_its_lxml_document():
    """Once it was found by chance."""
    inner = NewAt("a", Kind.ELEMENT, "b", 0.0, None, "g", "", "t", "")
    outer = NewAt("a", Kind.ELEMENT, "", 0.0, None, "g", "", "t", "")
    document = StrictDocument(SESSION)
    assert document.tree.root is None
    for one in (
        FIRST,
        Stanza("ana", "0", (inner,)),
        Stanza("ana", "1", (Remove("~r"), inner, outer)),
    ):
        document.receive([one])
    assert _nodes(document.tree) == _nodes(Tree(document._projection)) != []
