"""Where things are, asked of the index as a tool asks."""

import random

import pytest

from tests.helpers.svgtree import Tree
from whiteboard.svg import hit
from whiteboard.svg.index import PlanIndex
from whiteboard.svg.plan import Rect
from whiteboard.svg.planner import Planner


def board(body):
    tree = Tree(f"<svg viewBox='0 0 200 100'>{body}</svg>")
    planner = Planner(tree)
    planner.update()
    index = PlanIndex(planner)

    def names(rids):
        return [tree.node(rid).get("id") for rid in rids]

    def rid(name):
        return tree.by_id(name).rid

    return tree, planner, index, names, rid


def test_a_filled_shape_is_hit_inside_and_an_empty_one_on_its_line():
    _, _, index, names, _ = board(
        "<rect id='a' width='20' height='20'/>"
        "<rect id='b' x='40' width='20' height='20' fill='none' stroke='red' stroke-width='4'/>"
    )
    assert names(index.hits(10, 10, 0)) == ["a"]
    assert names(index.hits(50, 10, 1)) == []
    assert names(index.hits(41.5, 10, 0)) == ["b"]
    assert names(index.hits(44, 10, 3)) == ["b"]
    assert names(index.hits(22, 10, 3)) == ["a"]


def test_hits_are_topmost_first_and_name_use_not_what_it_shows():
    _, _, index, names, _ = board(
        "<rect id='a' width='20' height='20'/><circle id='b' r='9'/><use id='u' href='#a' x='5'/>"
    )
    assert names(index.hits(6, 6, 0)) == ["u", "b", "a"]


def test_the_fill_rule_decides_about_holes():
    d = "M0 0h30v30h-30zM10 10h10v10h-10z"
    _, _, index, names, _ = board(
        f"<path id='a' d='{d}' fill-rule='evenodd'/>"
        f"<path id='b' transform='translate(50)' d='{d}'/>"
    )
    assert names(index.hits(15, 15, 0)) == []
    assert names(index.hits(65, 15, 0)) == ["b"]


def test_what_a_clip_hides_is_not_hit():
    _, _, index, names, rid = board(
        "<clipPath id='c'><rect width='10' height='10'/></clipPath>"
        "<g id='g' clip-path='url(#c)'><rect id='a' width='50' height='50'/></g>"
    )
    assert names(index.hits(5, 5, 0)) == ["a"]
    assert names(index.hits(20, 20, 0)) == []
    assert index.bounds(rid("g")) == Rect(0, 0, 10, 10)


def test_bounds_hold_the_stroke_and_shape_bounds_do_not():
    _, _, index, _, rid = board(
        "<g id='g' transform='translate(10 10)'>"
        "<path id='p' d='M0 0L20 0' fill='none' stroke='red' stroke-width='4'/></g><g id='e'/>"
    )
    assert index.bounds(rid("p")) == Rect(8, 8, 24, 4)
    assert index.shape_bounds(rid("p")) == Rect(10, 10, 20, 0)
    assert index.bounds(rid("g")) == index.bounds(rid("p"))
    assert index.bounds(rid("e")) is None
    assert index.bounds("no such thing") is None


def test_sharp_joins_reach_as_far_as_they_are_drawn():
    _, _, index, _, rid = board(
        "<path id='a' d='M0 0L10 0L10 10' stroke='red' stroke-width='2' fill='none'/>"
    )
    box = index.bounds(rid("a"))
    assert box.x + box.width == pytest.approx(10 + 2**0.5)


def test_a_rotated_shape_has_the_box_of_what_is_seen():
    _, _, index, _, rid = board("<circle id='a' r='10' transform='rotate(45)'/>")
    box = index.bounds(rid("a"))
    assert (box.x, box.width) == pytest.approx((-10, 20), abs=0.01)


def test_a_marquee_takes_what_lies_inside_or_what_it_touches():
    _, _, index, names, _ = board(
        "<rect id='a' width='10' height='10'/><rect id='b' x='30' width='10' height='10'/>"
        "<path id='c' d='M0 50L100 50' stroke='red'/>"
        "<path id='ring' d='M0 0H190V90H0z' fill='none' stroke='red'/>"
    )
    assert names(index.inside(Rect(-1, -1, 35, 20), touch=False)) == ["a"]
    assert names(index.inside(Rect(-5, -5, 40, 20), touch=True)) == ["a", "b", "ring"]
    assert names(index.inside(Rect(60, 45, 5, 10), touch=True)) == ["c"]
    assert names(index.inside(Rect(60, 60, 5, 5), touch=True)) == []


def test_a_marquee_within_a_large_filled_shape_touches_it():
    _, _, index, names, _ = board("<rect id='a' width='100' height='100'/>")
    assert names(index.inside(Rect(40, 40, 5, 5), touch=True)) == ["a"]
    assert names(index.inside(Rect(40, 40, 5, 5), touch=False)) == []


def test_an_eraser_meets_what_it_passes_however_fast():
    _, _, index, names, _ = board(
        "<path id='a' d='M50 0V100' stroke='red'/><path id='b' d='M0 90H10' stroke='red'/>"
        "<rect id='c' x='150' y='10' width='30' height='30'/>"
    )
    assert names(index.along([(0, 50), (100, 50)], 2)) == ["a"]
    assert names(index.along([(5, 84)], 6)) == ["b"]
    assert names(index.along([(160, 20), (161, 20)], 2)) == ["c"]
    assert names(index.along([], 2)) == []


def test_text_is_measured_by_the_table():
    _, _, index, names, rid = board(
        "<text id='t' x='100' y='50' font-size='10' text-anchor='middle'>abcd</text>"
    )
    assert index.bounds(rid("t")) == Rect(90, 42, 20, 10)
    assert names(index.hits(91, 45, 0)) == ["t"]


def test_spaces_lead_to_the_root():
    _, _, index, _, rid = board(
        "<g transform='scale(2)'><rect id='a' transform='translate(3 4)' width='1' height='1'/></g>"
    )
    assert index.to_root(rid("a")) == (2, 0, 0, 2, 6, 8)
    assert index.parent_to_root(rid("a")) == (2, 0, 0, 2, 0, 0)
    assert index.top(rid("a")) != rid("a")


def test_the_index_follows_the_plan():
    tree, planner, index, names, _ = board("<rect id='a' width='10' height='10'/>")
    tree.set(tree.by_id("a"), "transform", "translate(50 0)")
    tree.insert(tree.root, 1, tree.read("<circle id='b' r='5'/>"))
    planner.mark(tree.take())
    index.apply(planner.update())
    assert names(index.hits(5, 5, 0)) == []
    assert names(index.hits(55, 5, 0)) == ["a"]
    assert names(index.hits(0, 4, 0)) == ["b"]
    tree.remove(tree.by_id("a"))
    planner.mark(tree.take())
    index.apply(planner.update())
    assert index.all_bounds() == Rect(-5, -5, 10, 10)


def test_the_grid_finds_what_looking_at_everything_finds():
    choose = random.Random(7)
    shapes = "".join(
        f"<rect x='{choose.uniform(-900, 900)}' y='{choose.uniform(-900, 900)}' "
        f"width='{2 ** choose.uniform(0, 9)}' height='{2 ** choose.uniform(0, 9)}'/>"
        for _ in range(300)
    )
    tree, _, index, _, _ = board(shapes)
    boxes = {n.rid: index.bounds(n.rid) for n in tree.root.children}
    for _ in range(50):
        x, y = choose.uniform(-1000, 1000), choose.uniform(-1000, 1000)
        wanted = {
            rid
            for rid, b in boxes.items()
            if b.x <= x < b.x + b.width and b.y <= y < b.y + b.height
        }
        assert set(index.hits(x, y, 0)) == wanted


def test_boxes_can_be_made_in_slices():
    _, _, index, _, _ = board("<rect width='1' height='1'/>" * 5)
    assert not index.catch_up(lambda: True)
    assert index.catch_up()


def test_crossing_strokes_are_near_and_far_ones_are_not():
    line = [[(0.0, 0.0), (10.0, 10.0)]]
    assert hit.near(line, [(0, 10), (10, 0)], 0.1)
    assert not hit.near(line, [(20, 0), (30, 0)], 5)
    assert hit.near([[(3.0, 3.0)]], [(4, 3)], 1.5)
