"""Whatever is edited, in whatever order it is told: the kept plan is the plan made from scratch."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.svgtree import Tree, TreeNode
from whiteboard.svg.index import PlanIndex
from whiteboard.svg.planner import Planner, plan

START = """
<svg viewBox="0 0 200 100">
  <style>.warm{fill:red} g > .cold{fill:blue;opacity:.5} rect[data-x="1"]{stroke:lime}</style>
  <defs>
    <linearGradient id="a"><stop offset="0" stop-color="red"/><stop offset="1"/></linearGradient>
    <radialGradient id="b" xlink:href="#a" r=".6"/>
    <clipPath id="c"><circle cx="20" cy="20" r="15"/></clipPath>
    <marker id="m" orient="auto" markerWidth="4" markerHeight="4"><path d="M0 0L4 2L0 4z"/></marker>
    <symbol id="s" viewBox="0 0 10 10"><rect id="in" width="5" height="5"/></symbol>
  </defs>
  <g id="g1"><rect class="warm" width="10" height="10"/><circle class="cold" r="4"/></g>
  <g id="g2" opacity=".5"><path d="M0 0L9 9H3z" fill="url(#a)"/><rect width="4" height="4"/></g>
  <use href="#g1" x="30"/>
  <use href="#s" y="30" width="20" height="20"/>
  <line x1="3" x2="60" y2="30" stroke="black" marker-end="url(#m)"/>
  <g clip-path="url(#c)"><rect width="50" height="50" fill="url(#b)"/></g>
  <text x="5" y="50" font-size="12">Hello <tspan fill="red">there</tspan></text>
</svg>
"""
LEAVES = (
    '<rect width="7" height="3" class="warm"/>',
    '<circle r="5" fill="url(#a)"/>',
    '<path d="M0 0c5 5 9 1 20 3" stroke="url(#b)" marker-end="url(#m)"/>',
    '<g opacity=".4"><rect width="9" height="9"/><use href="#in"/></g>',
    "<g><rect width='1' height='2'/><g><circle r='2' class='cold'/></g></g>",
    '<use href="#g1"/>',
    '<text y="9">new</text>',
    "<style>rect{fill-opacity:.3}</style>",
    '<linearGradient id="a"><stop stop-color="green"/></linearGradient>',
    '<g clip-path="url(#c)"><line x2="9" stroke="red"/></g>',
    "<a><rect width='4' height='5'/></a>",
    "<switch><g systemLanguage='xx'/><rect width='3' height='3'/></switch>",
)
SETTINGS = (
    ("transform", "translate(3 4)"),
    ("transform", "rotate(30)"),
    ("transform", None),
    ("class", "cold"),
    ("class", "warm"),
    ("data-x", "1"),
    ("fill", "url(#b)"),
    ("fill", "none"),
    ("stroke", "navy"),
    ("opacity", ".5"),
    ("opacity", None),
    ("display", "none"),
    ("display", None),
    ("id", "a"),
    ("id", "c"),
    ("id", "g1"),
    ("id", None),
    ("clip-path", "url(#c)"),
    ("style", "fill:teal!important"),
    ("viewBox", "0 0 50 50"),
    ("r", "11"),
    ("width", "12"),
    ("href", "#in"),
    ("href", "#g2"),
    ("color", "red"),
    ("font-size", "20"),
    ("offset", ".4"),
)


def is_in(node: TreeNode, other: TreeNode) -> bool:
    return any(one is node for one in other.walk())


def edit(tree: Tree, choose: random.Random) -> None:
    """One random change of the tree."""
    elements = tree.elements()
    node = choose.choice(elements)
    match choose.randrange(6):
        case 0 | 1:
            name, value = choose.choice(SETTINGS)
            tree.set(node, name, value)
        case 2:
            tree.insert(
                node, choose.randint(0, len(node.children)), tree.read(choose.choice(LEAVES))
            )
        case 3 if node is not tree.root:
            tree.remove(node)
        case 4 if node is not tree.root:
            parent = choose.choice(elements)
            if not is_in(parent, node):
                tree.move(node, parent, choose.randint(0, len(parent.children)))
        case 5:
            texts = [one for one in tree.root.walk() if not one.name]
            if texts:
                tree.set_text(
                    choose.choice(texts), choose.choice(("", "x", " two words ", ".warm{fill:tan}"))
                )


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 25), st.sampled_from((1, 3)), st.booleans())
def test_the_kept_plan_equals_the_plan_from_scratch(seed, steps, every, sliced):
    choose = random.Random(seed)
    tree = Tree(START if choose.random() < 0.7 else START.replace("g >", "g +"))
    planner = Planner(tree)
    known = {}

    def follow():
        while True:
            update = planner.update((lambda: True) if sliced else None)
            for key in update.removed:
                del known[key]
            for placed in update.placed:
                known[placed.node.key] = placed
            if update.done:
                break
            if sliced and choose.random() < 0.2:
                edit(tree, choose)
                planner.mark(tree.take())

    follow()
    index = PlanIndex(planner)
    for step in range(steps):
        edit(tree, choose)
        planner.mark(tree.take())
        if step % every == 0:
            follow()
    follow()
    wanted = plan(tree)
    assert planner.nodes() == wanted
    told = [placed.node for placed in sorted(known.values(), key=lambda placed: placed.z)]
    assert told == wanted
    assert index is not None


def test_one_new_stroke_on_a_large_board_places_one_node():
    tree = Tree("<svg>" + '<path d="M0 0L5 5" stroke="red"/>' * 500 + "</svg>")
    planner = Planner(tree)
    planner.update()
    tree.insert(tree.root, 500, tree.read('<path d="M1 1L2 2" stroke="blue"/>'))
    planner.mark(tree.take())
    update = planner.update()
    assert len(update.placed) == 1
    assert update.placed[0].z == max(planner.placed(n.key).z for n in planner.nodes())


def test_an_attribute_that_nothing_inherits_leaves_the_children_of_a_group_alone():
    tree = Tree("<svg><g><rect width='1' height='1'/></g></svg>")
    planner = Planner(tree)
    planner.update()
    tree.set(tree.root.children[0], "data-name", "Layer")
    planner.mark(tree.take())
    assert planner.update().placed == ()


@pytest.mark.parametrize("place", ["front", "back", "middle"])
def test_many_insertions_at_one_place_keep_their_order(place):
    tree = Tree("<svg><circle r='1'/><circle r='2'/></svg>")
    planner = Planner(tree)
    planner.update()
    for i in range(120):
        at = {"front": 0, "back": len(tree.root.children), "middle": 1}[place]
        tree.insert(tree.root, at, tree.read(f"<rect width='{i + 1}' height='1'/>"))
        planner.mark(tree.take())
        planner.update()
    assert planner.nodes() == plan(tree)


def test_an_update_can_be_done_in_slices():
    tree = Tree("<svg>" + "<rect width='1' height='1'/>" * 10 + "</svg>")
    planner = Planner(tree)
    slices = []
    while not slices or not slices[-1].done:
        slices.append(planner.update(lambda: True))
    assert len(slices) > 5
    assert planner.nodes() == plan(tree)


def test_a_gradient_that_changes_repaints_what_uses_it_and_nothing_else():
    tree = Tree(START)
    planner = Planner(tree)
    planner.update()
    stop = next(node for node in tree.elements() if node.name == "stop")
    tree.set(stop, "stop-color", "purple")
    planner.mark(tree.take())
    changed = {tree.node(placed.node.key[0]).get("id") for placed in planner.update().placed}
    assert changed == {"g2", None}  # the group with the path, and the clipped one


def test_an_element_whose_reference_appears_later_is_painted_then():
    tree = Tree('<svg><use href="#late"/></svg>')
    planner = Planner(tree)
    assert planner.update().placed == ()
    tree.insert(tree.root, 0, tree.read('<defs><rect id="late" width="1" height="1"/></defs>'))
    planner.mark(tree.take())
    assert len(planner.update().placed) == 1


def test_work_of_any_size_is_done_in_small_slices():
    tree = Tree("<svg><g id='g'>" + "<rect width='1' height='1'/>" * 2000 + "</g></svg>")
    asked = 0
    look_up = tree.node

    def counted(rid):
        nonlocal asked
        asked += 1
        return look_up(rid)

    tree.node = counted
    planner = Planner(tree)
    updates = [planner.update(lambda: True)]
    placed = 0
    while not updates[-1].done:
        before = asked
        updates.append(planner.update(lambda: True))
        placed += len(updates[-1].placed)
        assert asked - before < 200
    assert placed == 2000
    assert planner.nodes() == plan(tree)


def test_what_changes_between_slices_is_seen():
    tree = Tree("<svg><g id='g'>" + "<rect width='1' height='1'/>" * 500 + "</g></svg>")
    planner = Planner(tree)
    choose = random.Random(5)
    for _ in range(80):
        planner.update(lambda: True)
        group = tree.root.children[0]
        victim = choose.choice(group.children)
        tree.remove(victim)
        tree.insert(group, choose.randrange(400), tree.read("<circle r='2'/>"))
        tree.set(choose.choice(group.children), "fill", "red")
        planner.mark(tree.take())
    while not planner.update(lambda: True).done:
        pass
    assert planner.nodes() == plan(tree)
