"""Scenarios of SYNC section 10 about forks, clocks, foreign rids and what XML cannot say."""

import pytest

from tests.helpers.merging import SESSION, Member, agree, agreed, element, members, message, sync
from whiteboard.model.document import Document
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, Rid, attribute_rid
from whiteboard.model.ops import Invalid, Kind, Literal, New, Remove, Set, Ts
from whiteboard.model.rights import Ground
from whiteboard.model.weights import parse_weight

ROOT = Rid("~a.0")
START = message("a", 1, 1, New(ROOT, Kind.ELEMENT, DOCUMENT, name="svg"))


def rect(rid: str, weight: float = 1.0, parent: Rid = ROOT) -> New:
    return New(Rid(rid), Kind.ELEMENT, parent, weight, name="rect")


def test_21_a_rid_that_two_replicas_claim_belongs_to_the_one_whose_name_it_bears():
    view = agree(
        [
            START,
            message("a", 2, 2, rect("a.1")),
            message("b", 1, 2, New(Rid("a.1"), Kind.TEXT, ROOT, chdata="mine"), deps={"a": 1}),
        ]
    )
    assert view.records[Rid("a.1")].kind is Kind.ELEMENT


@pytest.mark.parametrize("scenario", ["45", "64"])
def test_45_and_64_two_messages_with_one_dot_void_each_other_and_the_rest_of_the_chain(scenario):
    del scenario
    view = agree(
        [
            START,
            message("b", 1, 2, rect("b.1"), deps={"a": 1}),
            message("b", 2, 3, rect("b.2")),
            message("b", 2, 3, rect("b.3")),
            message("b", 3, 4, rect("b.4")),
            message("c", 1, 5, rect("c.1"), deps={"a": 1, "b": 3}),
        ],
        limit=720,
    )
    assert view.children(ROOT) == ["b.1", "c.1"]


def test_64_the_other_version_of_a_dot_takes_back_what_was_shown():
    doc = Document(SESSION, Party("x"), Replica("x"))
    doc.receive([START, message("b", 1, 2, rect("b.1"), deps={"a": 1})])
    assert list(doc.children(ROOT)) == ["b.1"]
    received = doc.receive([message("b", 1, 2, rect("b.2"), deps={"a": 1})])
    assert received.forks == ("b",)
    assert list(doc.children(ROOT)) == []


def test_64_the_same_content_with_its_dependencies_told_again_is_no_fork():
    again = message("b", 2, 3, rect("b.2"), deps={"a": 1})
    view = agree(
        [
            START,
            message("b", 1, 2, rect("b.1"), deps={"a": 1}),
            message("b", 2, 3, rect("b.2")),
            again,
        ]
    )
    assert view.children(ROOT) == ["b.1", "b.2"]


def test_63_a_clock_that_runs_ahead_voids_the_message_and_nobodys_clock_follows():
    a, b = members("ab")
    root = a.start()
    before = a.doc.clock
    wild = message("w", 1, 2**63, rect("w.1", parent=root), deps={"a": 1})
    for member in (a, b):
        member.doc.receive([*a.sent, wild])
    assert a.doc.clock == before
    a.add(root, element("rect"))
    assert a.sent[-1].l == a.sent[0].l + 1
    view = agree([*a.sent, wild])
    assert Rid("w.1") not in view.records


def test_63_a_clock_that_lags_behind_its_past_voids_the_message():
    view = agree(
        [
            START,
            message("a", 2, 2, rect("a.1")),
            message("w", 1, 2, rect("w.1"), deps={"a": 2}),
            message("w", 2, 3, rect("w.2")),
        ]
    )
    assert view.children(ROOT) == ["a.1", "w.2"]


def test_63_a_void_message_is_still_a_dependency_and_its_clock_binds_nobody():
    view = agree(
        [
            START,
            message("w", 1, 99, rect("w.1"), deps={"a": 1}),
            message("b", 1, 2, rect("b.1"), deps={"a": 1, "w": 1}),
        ]
    )
    assert view.children(ROOT) == ["b.1"]


@pytest.mark.parametrize(
    "op",
    [
        rect("b.7"),
        rect("~trash"),
        rect(""),
        rect("w"),
        rect("w.a b"),
        rect("w." + "x" * 1023),
        New(Rid(f"{ROOT}@fill"), Kind.ATTRIBUTE, ROOT, name="stroke", chdata="red"),
        New(Rid(f"{ROOT}@fill"), Kind.ELEMENT, ROOT, name="fill"),
        New(Rid("w.1"), Kind.ELEMENT, ROOT, name="x" * 257),
        Set(TRASH, parent=ROOT, weight=1.0),
        Set(DOCUMENT, parent=ROOT, weight=1.0),
        Remove(TRASH),
        Remove(DOCUMENT),
        Invalid("nonsense"),
    ],
    ids=repr,
)
def test_65_what_a_modified_client_may_not_say_has_no_effect(op):
    plain = agree([START, message("w", 1, 2, deps={"a": 1})])
    view = agree([START, message("w", 1, 2, op, deps={"a": 1})])
    assert view.state_hash() == plain.state_hash()


def test_65_a_foreign_literal_does_not_overwrite_the_records_whose_rids_it_claims():
    literal = Literal(Rid("b.1"), ROOT, 1.0, element("g", "forged"))
    own = Literal(Rid("b.1"), ROOT, 1.0, element("g", "true"))
    view = agree(
        [
            START,
            message("b", 1, 2, own, deps={"a": 1}),
            message("w", 1, 3, literal, deps={"a": 1, "b": 1}),
        ]
    )
    assert view.records[Rid("b.1/1")].value == "true"


def test_65_an_invalid_operation_takes_its_index():
    cancel = Set(Rid("w.1"), chdata="", replace=(0, 0))
    view = agree(
        [
            START,
            message(
                "w",
                1,
                2,
                Invalid("?"),
                New(Rid("w.1"), Kind.TEXT, ROOT, chdata="abc"),
                Set(Rid("w.1"), chdata="X", replace=(0, 0)),
                Set(Rid("w.1"), chdata="Y", replace=(0, 0)),
                cancel,
                deps={"a": 1},
                restores={(4, "chdata"): Ts(2, Replica("w"), 2)},
            ),
        ]
    )
    assert view.records[Rid("w.1")].value == "Yabc"


def test_65_a_removal_counts_only_from_a_host():
    ground = Ground(Party("a"))
    a, b = members("ab", ground=ground)
    root = a.start()
    first, second = a.add(root, element("rect")), a.add(root, element("rect"))
    sync(a, b)
    b.do(Remove(first))
    a.do(Remove(second))
    assert agreed(a, b, ground=ground).children(root) == [first]


def test_64_after_a_fork_honest_work_that_rests_on_the_lost_part_of_it_stays_valid():
    """Eight messages of the forker were seen before the fork shows (SYNC 0.2/5.2c, 11.1)."""
    chain = [message("f", n, n, rect(f"f.{n}")) for n in range(1, 9)]
    seen = message("c", 1, 9, rect("c.1"), deps={"f": 8})
    other = message("f", 3, 3, rect("f.other"))
    ana = Member("a")
    ana.doc.receive([*chain[:3], other, seen])  # the rest of the chain never comes
    assert ana.doc.forks == {"f": 3}
    ana.start()
    mira = Member("m")
    mira.doc.receive([*chain, other, seen, *ana.sent])
    assert mira.doc.root == ana.doc.root is not None
    agree([*chain[:3], other, *chain[3:], seen, *ana.sent], limit=30)


def test_nobody_can_cancel_anothers_typing():
    a, b = members("ab")
    holder = a.add(a.start(), element("text", "x"))
    text = a.doc.children(holder)[0]
    a.splice(text, 1, 0, "mine")
    sync(a, b)
    ts = a.doc.writes(text, "chdata")[-1].ts
    b.do(Set(text, chdata="", replace=(0, 0)), restores={"chdata": ts})
    assert agreed(a, b).records[text].value == "xmine"


def test_43_names_that_xml_cannot_say_are_hidden_and_values_are_repaired():
    ops = [
        New(Rid("a.1"), Kind.ELEMENT, ROOT, 1.0, name="1x"),
        New(Rid("a.2"), Kind.ELEMENT, ROOT, 1.0, name="a b"),
        New(Rid("a.3"), Kind.ELEMENT, ROOT, 1.0, name=""),
        New(Rid("a.4"), Kind.ELEMENT, ROOT, 1.0, name="a:b"),
        New(attribute_rid(ROOT, "xmlns"), Kind.ATTRIBUTE, ROOT, name="xmlns", chdata="urn:x"),
        New(attribute_rid(ROOT, "xlink:href"), Kind.ATTRIBUTE, ROOT, name="xlink:href"),
        New(Rid("a.5"), Kind.COMMENT, ROOT, 2.0, chdata="a--b---"),
        New(Rid("a.6"), Kind.INSTRUCTION, ROOT, 3.0, pitarget="t", pidata="a?>b"),
        New(Rid("a.7"), Kind.INSTRUCTION, ROOT, 3.0, pitarget="XML", pidata=""),
        New(Rid("a.8"), Kind.ELEMENT, Rid("a.5"), 3.0, name="inside"),
        New(Rid("a.9"), Kind.TEXT, DOCUMENT, chdata="outside"),
        New(Rid("a.a"), Kind.COMMENT, DOCUMENT, -1.0, chdata="before"),
        New(attribute_rid(ROOT, "space", "xml"), Kind.ATTRIBUTE, ROOT, 0.0, "xml", "space", "p"),
    ]
    view = agree([START, *(message("a", n, n, op) for n, op in enumerate(ops, 2))], limit=60)
    expected = b'<!--before-->\n<svg xml:space="p"><!--a- -b- - - --><?t a? >b?></svg>'
    assert view.c14n() == expected


@pytest.mark.parametrize("weight", ["NaN", "1_0", "1e999", "", "-Infinity", "0x1", " 1", "١"])
def test_44_a_weight_that_is_no_number_counts_as_zero_everywhere(weight):
    view = agree(
        [
            START,
            message(
                "a", 2, 2, rect("a.1", -1.0), rect("a.2", 1.0), rect("a.3", parse_weight(weight))
            ),
        ]
    )
    assert view.children(ROOT) == ["a.1", "a.3", "a.2"]
    assert view.records[Rid("a.3")].weight == 0


def test_an_attribute_of_what_is_no_element_is_hidden_also_in_the_hash():
    text = Rid("a.1")
    view = agree(
        [
            START,
            message("a", 2, 2, New(text, Kind.TEXT, ROOT, 1.0, chdata="t")),
            message(
                "b",
                1,
                3,
                New(attribute_rid(text, "fill"), Kind.ATTRIBUTE, text, name="fill", chdata="red"),
                deps={"a": 2},
            ),
        ]
    )
    assert list(view.records) == [ROOT, text]


def test_deep_nesting_is_cut_alike_everywhere():
    ops = [rect(f"a.{i}", parent=Rid(f"a.{i - 1}") if i > 1 else ROOT) for i in range(1, 300)]
    view = agree([START, message("a", 2, 2, *ops)])
    assert Rid("a.255") in view.records
    assert Rid("a.256") not in view.records


def test_a_removed_subtree_and_a_moved_out_part_of_it():
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g", element("rect"), element("circle")))
    inner, circle = a.doc.children(group)
    sync(a, b)
    a.do(Remove(group))
    b.move(inner, root)
    view = agreed(a, b)
    assert inner in view.records
    assert circle not in view.records


def test_a_member_whose_own_chain_was_forged_shows_what_all_others_show():
    a, b = members("ab")
    root = a.start()
    a.add(root, element("rect"))
    forged = message("a", 2, 2, rect("a.forged", parent=root))
    batches = [*a.sent, forged]
    view = agree(batches)
    for member in (a, b):
        member.doc.receive(batches)
        assert member.doc.state_hash() == view.state_hash()
    assert isinstance(a, Member)


def test_65_a_rid_with_white_space_names_no_record_that_could_stand_in_the_way():
    spaced = Rid("w.a b")
    view = agree(
        [
            START,
            message("a", 2, 2, rect("a.1")),
            message(
                "w",
                1,
                3,
                Set(spaced, parent=Rid("a.1"), weight=1.0),
                Set(Rid("a.1"), parent=spaced, weight=1.0),
                deps={"a": 2},
            ),
        ]
    )
    assert view.children(ROOT) == []


def test_an_attribute_of_the_document_itself_is_hidden_and_the_hash_is_still_told():
    stray = New(Rid("a.1"), Kind.ATTRIBUTE, DOCUMENT, name="fill", chdata="red")
    view = agree([START, message("a", 2, 2, stray)])
    assert list(view.records) == [ROOT]
