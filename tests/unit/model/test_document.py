import pytest
from lxml import etree

from tests.unit.model.boards import SVG, batch, board, element, exchange, others, rect
from whiteboard.model.canonical import canonical_size
from whiteboard.model.changes import Origin
from whiteboard.model.document import ChainForkedError, new_document
from whiteboard.model.history import MAX_CANONICAL
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, SessionId
from whiteboard.model.ops import Kind, Literal, LiteralElement, New, Set
from whiteboard.model.transaction import AIM

XLINK = "http://www.w3.org/1999/xlink"


def svg(*children, **attributes):
    return board("a", element("svg", *children, **attributes))


def test_reads_inside_a_transaction_see_its_writes():
    doc = svg()
    with doc.transact(Origin.LOCAL) as edit:
        rid = edit.add(doc.root, element("rect", "hi", id="r", x="1"))
        assert doc.children(doc.root) == (rid,)
        assert doc.attribute(rid, "x") == "1"
        assert doc.by_id("r") == rid
        edit.set_attribute(rid, "x", "2")
        edit.set_attribute(rid, "id", None)
        assert doc.attribute(rid, "x") == "2"
        assert doc.by_id("r") is None
        edit.trash(rid)
        assert not doc.is_visible(rid)
        assert doc.parent(rid) == TRASH


def test_one_commit_tells_of_a_whole_transaction_after_it_closed():
    doc = svg()
    commits = []
    doc.on_commit.subscribe(lambda commit: commits.append((commit, doc.c14n())))
    with doc.transact(Origin.LOCAL, "Draw") as edit:
        rid = edit.add(doc.root, element("rect"))
        edit.set_attribute(rid, "x", "1")
        assert not commits
    ((commit, seen),) = commits
    assert (commit.origin, commit.label) == (Origin.LOCAL, "Draw")
    assert commit.changes.added == {rid}
    assert b'<rect x="1">' in seen
    assert [b.dot for b in commit.batches] == [("a", 2)]


def test_a_transaction_without_writes_makes_no_commit_and_no_message():
    doc = svg()
    commits = []
    doc.on_commit.subscribe(commits.append)
    with doc.transact(Origin.LOCAL):
        pass
    assert not commits
    assert doc.vv == {"a": 1}


def test_an_exception_takes_the_whole_transaction_back():
    doc = svg(element("rect", "text", x="1"))
    rid = doc.children(doc.root)[0]
    before = doc.c14n(), doc.state_hash(), dict(doc.vv), doc.clock
    commits = []
    doc.on_commit.subscribe(commits.append)

    def fail():
        with doc.transact(Origin.LOCAL) as edit:
            edit.set_attribute(rid, "x", "2")
            edit.add(doc.root, element("g"))
            edit.trash(rid)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert (doc.c14n(), doc.state_hash(), dict(doc.vv), doc.clock) == before
    assert not commits
    with doc.transact(Origin.LOCAL) as edit:  # and the door is open again
        edit.set_attribute(rid, "x", "3")
    assert doc.attribute(rid, "x") == "3"
    assert doc.node(rid).get("x") == "3"


def test_transactions_do_not_nest_and_subscribers_may_not_write():
    doc = svg()
    refused = []

    def write(commit):
        with pytest.raises(RuntimeError) as caught, doc.transact(Origin.REPAIR):
            pass
        refused.append(caught.value)
        with pytest.raises(RuntimeError):
            doc.receive([])

    doc.on_commit.subscribe(write)
    with doc.transact(Origin.LOCAL) as edit:
        with pytest.raises(RuntimeError), doc.transact(Origin.LOCAL):
            pass
        with pytest.raises(RuntimeError):
            doc.receive([])
        edit.set_attribute(doc.root, "x", "1")
    assert len(refused) == 1
    with pytest.raises(RuntimeError):
        edit.set_attribute(doc.root, "x", "2")
    assert doc.attribute(doc.root, "x") == "1"


def test_line_ends_and_forbidden_characters_are_mended_before_they_are_written():
    doc = svg()
    with doc.transact(Origin.LOCAL) as edit:
        text = edit.add_text(doc.root, "a\r\nb\rc\x00\ud800\ufffe")
        edit.set_attribute(doc.root, "x", "\x01")
        edit.add(doc.root, element("g", "\x02", y="\x03"))
    assert doc.text(text) == "a\nb\nc\ufffd\ufffd\ufffd"
    assert etree.fromstring(doc.c14n()).get("x") == "\ufffd"
    assert all("\x02" not in repr(b.ops) for b in doc.batches_since({}))


def test_stamps_follow_the_clock_and_name_only_what_changed():
    a = svg()
    (b,) = others(a, "b")
    with b.transact(Origin.LOCAL) as edit:
        edit.set_attribute(b.root, "x", "1")
    with b.transact(Origin.LOCAL) as edit:
        edit.set_attribute(b.root, "x", "2")
    first, second = b.batches_since({"a": 1})
    assert (first.n, first.l, dict(first.deps)) == (1, 2, {"a": 1})
    assert (second.n, second.l, dict(second.deps)) == (2, 3, {})


def test_a_large_picture_becomes_messages_of_the_right_size_and_arrives_whole():
    inner = tuple(element("path", f"t{i}", d="M0 0" * 50, id=f"p{i}") for i in range(200))
    big = element("svg", *inner, "é" * 30_000, data="x" * 100_000)
    doc = board("a", big)
    batches = doc.batches_since({})
    sizes = [canonical_size(b, {}, 10 * MAX_CANONICAL) for b in batches]
    assert len(batches) > 20
    assert max(sizes) <= AIM
    (other,) = others(doc, "b")
    assert other.c14n() == doc.c14n()
    tree = etree.fromstring(other.c14n())
    assert tree.get("data") == "x" * 100_000
    assert len(tree) == 200
    assert tree[-1].tail == "é" * 30_000


def test_an_attribute_is_made_set_deleted_and_made_again_under_one_rid():
    doc = svg()
    with doc.transact(Origin.LOCAL) as edit:
        for value in ("1", "1", "2", None, None, "3"):
            edit.set_attribute(doc.root, "x", value)
        edit.set_attribute(doc.root, "href", "#a", XLINK)
    kinds = [type(op).__name__ for op in doc.batches_since({"a": 1})[0].ops]
    assert kinds == ["New", "Set", "Set", "New", "New"]
    assert doc.attributes(doc.root) == {("", "x"): "3", (XLINK, "href"): "#a"}
    assert doc.attribute_record(doc.root, "x") == f"{doc.root}@x"
    assert b"xlink:href" in doc.c14n()


def test_a_text_is_changed_by_the_smallest_edit():
    doc = svg("hello world")
    (text,) = doc.children(doc.root)
    with doc.transact(Origin.LOCAL) as edit:
        edit.set_text(text, "hello brave world")
        edit.set_text(text, "hello brave world")
    (edit_op,) = doc.batches_since({"a": 1})[0].ops
    assert (edit_op.chdata, edit_op.replace) == ("brave ", (6, 0))
    assert doc.text(text) == "hello brave world"


def test_instructions_and_comments_may_stand_beside_the_root():
    doc = svg()
    with doc.transact(Origin.LOCAL) as edit:
        edit.add_instruction(DOCUMENT, "xml-stylesheet", "href='a?>b'", before=doc.root)
        last = edit.add_comment(DOCUMENT, "a--b-")
    assert doc.c14n() == (
        b"<?xml-stylesheet href='a? >b'?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n"
        b"<!--a- -b- -->"
    )
    with doc.transact(Origin.LOCAL) as edit:
        edit.set_text(last, "other")
    assert doc.c14n().endswith(b"<!--other-->")


def test_the_canonical_form_is_that_of_lxml():
    doc = svg(element("g", "a<&>\r\"'", element("h"), "tail", x="\t\n<&>\"'"), "end")
    with doc.transact(Origin.LOCAL) as edit:
        other = LiteralElement("urn:o", "o", (("urn:b", "b", "2"), ("urn:a", "a", "1")))
        rid = edit.add(doc.root, other)
        edit.add(rid, LiteralElement("", "none", ((XLINK, "href", "#x"), ("", "z", ""))))
        edit.add_instruction(doc.root, "pi", "data")
        edit.add_instruction(doc.root, "bare", "")
    ours = doc.c14n()
    parsed = etree.fromstring(ours).getroottree()
    assert etree.tostring(parsed, method="c14n", with_comments=True) == ours
    plain = etree.fromstring(doc.serialise()).getroottree()
    assert etree.tostring(plain, method="c14n", with_comments=True) == ours


def test_received_messages_are_one_commit_that_says_what_was_lost():
    a = svg(element("rect", fill="black"))
    (b,) = others(a, "b")
    rid = a.children(a.root)[0]
    for doc, colour in ((a, "red"), (b, "green")):
        with doc.transact(Origin.LOCAL) as edit:
            edit.set_attribute(rid, "fill", colour)
    commits = []
    a.on_commit.subscribe(commits.append)
    received = a.receive([*b.batches_since({"a": 1}), *b.batches_since({"a": 1})])
    assert (len(received.applied), received.duplicates, received.buffered) == (1, 1, 0)
    (commit,) = commits
    assert commit.origin is Origin.REMOTE
    assert commit.changes.attributes == {rid: {("", "fill")}}
    (lost,) = commit.lost
    assert (lost.rid, lost.field, lost.mine.r, lost.theirs.r) == (f"{rid}@fill", "chdata", "a", "b")
    exchange(a, b)
    assert a.c14n() == b.c14n()


def test_a_forked_own_chain_can_be_written_to_no_more():
    doc = svg()
    received = doc.receive([batch("a", 1, 1, rect("a.9", ""))])
    assert received.forks == ("a",)
    assert doc.c14n() == b""
    with pytest.raises(ChainForkedError), doc.transact(Origin.LOCAL):
        pass
    assert doc.receive([]).applied == ()


def test_own_messages_from_a_journal_are_continued():
    doc = svg(element("g"))
    with doc.transact(Origin.LOCAL) as edit:
        taken = edit.add(doc.root, element("rect"))
    again = board("a")
    again.receive(doc.batches_since({}))
    with again.transact(Origin.LOCAL) as edit:
        fresh = edit.add(again.root, element("rect"))
    assert fresh != taken
    assert again.batches_since(doc.vv)[0].dot == ("a", 3)
    doc.receive(again.batches_since(doc.vv))
    assert doc.c14n() == again.c14n()


def test_a_board_of_ones_own_goes_on_under_another_identity():
    doc = new_document()
    with doc.transact(Origin.LOCAL) as edit:
        rid = edit.add(doc.root, element("text", "hello", fill="red"))
        edit.set_text(doc.children(rid)[0], "hello you")
        edit.move(rid, edit.add(doc.root, element("g")))
    copy = doc.reidentify(SessionId("s"), Party("me"), Replica("NEW"))
    assert copy.c14n() == doc.c14n()
    assert copy.root.startswith("~NEW.")
    assert all(
        b.r == "NEW" and b.party == "me" and b.session == "s" for b in copy.batches_since({})
    )
    with copy.transact(Origin.LOCAL) as edit:
        assert edit.add(copy.root, element("rect")) not in {rid, "NEW.1", "NEW.2", "NEW.3"}
    (other,) = others(svg(), "b")
    with other.transact(Origin.LOCAL) as edit:
        edit.set_attribute(other.root, "x", "1")
    with pytest.raises(ValueError, match="others"):
        other.reidentify(SessionId("s"), Party("me"), Replica("NEW"))


def test_all_writes_of_a_field_are_there_for_undo():
    doc = svg("abc")
    (text,) = doc.children(doc.root)
    with doc.transact(Origin.LOCAL) as edit:
        edit.splice_text(text, 3, 0, "d")
        full = edit.do(Set(text, chdata="new"))
        edit.splice_text(text, 0, 0, "x")
        typed = doc.writes(text, "chdata")[-1].ts
        edit.do(Set(text, chdata="", replace=(0, 0)), {"chdata": typed})
    born, second, partial, cancel = doc.writes(text, "chdata")
    assert (born.value, born.partial, born.alias) == ("abcd", False, born.ts)
    assert (second.ts, second.value) == (full, "new")
    assert (partial.value, partial.partial, partial.active) == ("x", True, False)
    assert (cancel.alias, cancel.party) == (typed, "a")
    assert doc.text(text) == "new"
    assert [w.value for w in doc.writes(text, "parent")] == [doc.root]
    with pytest.raises(ValueError, match="no field"):
        doc.writes(text, "weight")


def test_what_an_operation_may_not_do_has_no_effect():
    doc = svg()
    foreign = New("b.1", Kind.ELEMENT, doc.root, 1.0, SVG, "g")
    blank = New("a.x y", Kind.ELEMENT, doc.root, 1.0, SVG, "g")
    long = New(f"a.{'1' * 1024}", Kind.ELEMENT, doc.root, 1.0, SVG, "g")
    literal = Literal("b.2", doc.root, 1.0, element("g", element("h")))
    before = doc.c14n()
    with doc.transact(Origin.LOCAL) as edit:
        for op in (foreign, blank, long, literal, Set(TRASH, parent=doc.root), Set("", name="x")):
            edit.do(op)
    assert doc.c14n() == before
    with doc.transact(Origin.LOCAL) as edit:
        group = edit.add(doc.root, element("g", x="1"))
        edit.do(Set(f"{group}@x", parent=doc.root, weight=0.0))
    assert doc.attribute(group, "x") == "1"
