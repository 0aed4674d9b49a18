import random

import pytest
from lxml import etree

from tests.helpers.random_board import Follower, random_edit
from tests.unit.model.boards import board, element, others
from whiteboard.model.changes import Changes, Origin
from whiteboard.model.tree import Tree


@pytest.mark.parametrize("seed", range(60))
def test_whoever_looks_only_at_what_changed_misses_nothing(seed):
    rng = random.Random(seed)
    a = board("a", element("svg", element("g", "t", element("rect", x="1")), "u"))
    (b,) = others(a, "b")
    documents = (a, b)
    followers = [Follower(document) for document in documents]
    known = [a.root, *a.children(a.root)]
    for document in documents:
        assert document.tree.root is not None
    for _ in range(25):
        document = rng.choice(documents)
        if rng.random() < 0.7:
            random_edit(document, rng, known)
        else:
            other = b if document is a else a
            document.receive(other.batches_since(document.vv))
        for follower in followers:
            follower.check()
        known = [rid for rid in known if a.kind(rid) and b.kind(rid)] or [a.root or b.root]
        check_tree(document)


def check_tree(document):
    """The nodes followed edit by edit are those of a tree made now, and say what C14N says."""
    kept, fresh = document.tree, Tree(document._projection)
    if kept.root is None:
        assert fresh.root is None
        assert document.c14n() == b""
        return
    assert signature(kept) == signature(fresh)
    parsed = etree.fromstring(document.c14n())
    assert plain(kept.root) == plain(parsed)
    for rid, node in kept._nodes.items():
        assert document.rid_of(node) == rid
        assert document.is_visible(rid)


def plain(node):
    target = node.target if isinstance(node, etree._ProcessingInstruction) else None
    tag = node.tag if isinstance(node.tag, str) else target
    text = node.text or ""
    return (tag, dict(node.attrib), text, [(plain(kid), kid.tail or "") for kid in node])


def signature(tree):
    beside = [*tree.root.itersiblings(preceding=True)][::-1], [*tree.root.itersiblings()]
    return plain(tree.root), [[plain(node) for node in nodes] for nodes in beside]


def test_a_hidden_subtree_is_removed_with_all_in_it_and_added_with_all_when_it_comes_back():
    doc = board("a", element("svg", element("g", element("rect", "t"), x="1")))
    (group,) = doc.children(doc.root)
    (rect,) = doc.children(group)
    (text,) = doc.children(rect)
    commits = []
    doc.on_commit.subscribe(lambda commit: commits.append(commit.changes))
    with doc.transact(Origin.LOCAL) as edit:
        edit.trash(group)
    with doc.transact(Origin.LOCAL) as edit:
        edit.set_attribute(group, "x", "2")
    with doc.transact(Origin.LOCAL) as edit:
        edit.move(group, doc.root)
    everything = frozenset({group, rect, text})
    assert commits == [Changes(removed=everything), Changes(), Changes(added=everything)]


def test_the_same_picture_again_is_no_change():
    doc = board("a", element("svg", element("g", x="1")))
    (group,) = doc.children(doc.root)
    commits = []
    doc.on_commit.subscribe(lambda commit: commits.append(commit.changes))
    with doc.transact(Origin.LOCAL) as edit:
        edit.set_attribute(group, "x", "2")
        edit.set_attribute(group, "x", "1")
        added = edit.add(doc.root, element("rect"))
        edit.trash(added)
    assert commits == [Changes()]


def test_nodes_keep_their_identity_while_their_record_is_seen():
    doc = board("a", element("svg", element("g"), element("rect", "t")))
    group, rect = doc.children(doc.root)
    node = doc.node(rect)
    with doc.transact(Origin.LOCAL) as edit:
        edit.move(rect, group)
        edit.set_attribute(rect, "x", "1")
        edit.rename(rect, "path", "")
    assert doc.node(rect) is node
    assert node.getparent() is doc.node(group)
    assert (node.tag, node.get("x"), node.text) == ("path", "1", "t")


def test_a_text_that_moves_into_a_new_element_is_written_there():
    doc = board("a", element("svg", "old"))
    (text,) = doc.children(doc.root)
    node = doc.node(doc.root)
    with doc.transact(Origin.LOCAL) as edit:
        group = edit.add(doc.root, element("g"))
        edit.move(text, group)
        edit.set_text(text, "new")
    assert node.text is None
    assert doc.node(group).text == "new"
