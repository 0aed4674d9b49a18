"""The editor: what tools, menus and keys ask for."""

import pytest

from tests.helpers.tool_driver import ToolDriver, element
from whiteboard.editing.ordering import Place
from whiteboard.model.changes import Origin
from whiteboard.svg.plan import SVG_NS


@pytest.fixture
def board():
    return ToolDriver("select")


def three(board):
    return [board.rect(x, 0, 10, 10) for x in (0, 100, 200)]


# -- selection


def test_the_selection_keeps_its_order_tells_of_changes_and_forgets_what_goes(board):
    a, b, c = three(board)
    heard = []
    board.editor.selection.changed.subscribe(heard.append)
    board.editor.selection.set((c, a, c))
    board.editor.selection.set((c, a))
    board.editor.selection.toggle(b)
    board.editor.selection.toggle(a)
    assert heard == [(c, a), (c, a, b), (c, b)]
    board.remote_delete(c)
    assert board.editor.selection.rids == (b,)
    assert b in board.editor.selection
    board.editor.selection.clear()
    assert heard[-1] == ()


def test_select_all_takes_things_and_not_definitions(board):
    board.add(element("defs", element("marker")))
    a = board.rect(0, 0, 1, 1)
    board.editor.select_all()
    assert board.editor.selection.rids == (a,)


# -- making


def test_new_things_go_on_top_and_into_the_layer_in_its_own_space(board):
    three(board)
    layer = board.add(element("g", transform="translate(100 0)"))
    rid = board.editor.create(element("rect", x=110, y=0, width=5, height=5), "Rectangle")
    assert board.document.children(board.document.root)[-1] == rid
    board.editor.layer = layer
    rid = board.editor.create(element("rect", x=110, y=0, width=5, height=5), "Rectangle")
    assert board.document.parent(rid) == layer
    assert board.context.geometry.bounds(rid).x == 110


def test_nothing_can_be_made_where_nothing_may(board):
    board.editor.may_edit = lambda _rid: False
    assert board.editor.target is None
    assert board.editor.create(element("rect"), "Rectangle") is None
    assert board.editor.create_arrow(0, 0, 1, 1, board.editor.style) is None
    assert board.editor.paste((element("rect"),)) == ()
    assert board.commits == []


def test_deleting_takes_only_what_may_be_edited(board):
    a, b, _ = three(board)
    board.editor.may_edit = lambda rid: rid != a
    board.editor.delete((a, b))
    assert a in board.things
    assert b not in board.things


def test_deleting_a_group_and_its_member_is_one_step(board):
    group = board.add(element("g", element("rect")))
    board.editor.delete((group, board.document.children(group)[0]))
    assert board.things == ()
    board.editor.undo()
    assert board.things == (group,)


# -- copies


def test_a_copy_is_a_value_and_pastes_with_new_ids_and_its_references_following(board):
    rid = board.add(
        element(
            "g",
            element("linearGradient", id="paint"),
            element("rect", fill="url(#paint)", stroke="url('#other')", x=0, y=0),
            element("use", href="#paint"),
            id="g",
        )
    )
    values = board.editor.copy((rid,))
    board.editor.delete((rid,))
    (back,) = board.editor.paste(values)
    assert board.look(back)["id"] == "g", "nobody has the id any more"
    (again,) = board.editor.paste(values, 5, 5)
    gradient, rect, use = board.document.children(again)
    assert board.look(again) == {"id": "g-2", "transform": "translate(5 5)"}
    assert board.look(gradient)["id"] == "paint-2"
    assert board.look(rect)["fill"] == "url(#paint-2)"
    assert board.look(rect)["stroke"] == "url('#other')"
    assert board.look(use)["href"] == "#paint-2"
    assert board.editor.selection.rids == (again,)


def test_a_copy_out_of_a_group_keeps_its_place_on_the_board(board):
    group = board.add(
        element("g", element("rect", x=0, y=0, width=1, height=1), transform="scale(2)")
    )
    inner = board.document.children(group)[0]
    (copy,) = board.editor.duplicate((inner,), 10, 0)
    assert board.context.geometry.bounds(copy).x == 10
    assert board.context.geometry.bounds(copy).width == 2


def test_copies_come_in_document_order_and_members_of_a_copied_group_once(board):
    a, _, c = three(board)
    group = board.add(element("g", element("rect")))
    values = board.editor.copy((group, board.document.children(group)[0], c, a))
    assert [v.name for v in values] == ["rect", "rect", "g"]


# -- order


@pytest.mark.parametrize(
    ("chosen", "place", "result"),
    [
        ("a", Place.FRONT, "bcda"),
        ("d", Place.BACK, "dabc"),
        ("a", Place.FORWARD, "bacd"),
        ("d", Place.BACKWARD, "abdc"),
        ("ab", Place.FORWARD, "cabd"),
        ("cd", Place.BACKWARD, "acdb"),
        ("ac", Place.FRONT, "bdac"),
        ("ac", Place.FORWARD, "badc"),
        ("bd", Place.BACK, "bdac"),
        ("cd", Place.FORWARD, "abcd"),
        ("ab", Place.BACK, "abcd"),
    ],
)
def test_order_among_siblings(board, chosen, place, result):
    rids = {name: board.add(element("rect", id=name)) for name in "abcd"}
    board.editor.order([rids[name] for name in chosen], place)
    assert "".join(board.look(rid)["id"] for rid in board.things) == result
    assert len(board.commits) == (result != "abcd")
    if board.commits:
        board.editor.undo()
        assert board.things == tuple(rids.values())


# -- style


def test_style_is_set_as_attributes_and_leaves_the_style_attribute(board):
    rid = board.rect(0, 0, 1, 1, style="fill: red; stroke:blue;opacity:.5 !important")
    board.editor.set_style((rid,), {"fill": "#fff", "stroke": None})
    look = board.look(rid)
    assert look["fill"] == "#fff"
    assert look["style"] == "opacity:.5 !important"
    board.editor.set_style((rid,), {"opacity": "1"})
    assert "style" not in board.look(rid)
    board.editor.undo()
    assert board.look(rid)["style"] == "opacity:.5 !important"


def test_style_of_a_group_goes_to_its_members_and_colour_of_a_text_to_its_letters(board):
    group = board.add(element("g", element("rect"), element("text", "a")))
    rect, text = board.document.children(group)
    board.editor.set_colour((group,), "#D92D3A")
    assert board.look(rect) == {"stroke": "#D92D3A"}
    assert board.look(text) == {"fill": "#D92D3A"}
    assert len(board.commits) == 1


# -- groups


def test_a_group_stands_where_its_topmost_member_stood_and_ungrouping_gives_all_back(board):
    a, b, c = three(board)
    board.editor.selection.set((b, a))
    group = board.editor.group()
    assert board.things == (group, c)
    assert board.document.children(group) == (a, b)
    assert board.editor.selection.rids == (group,)
    board.editor.transform((group,), (1, 0, 0, 1, 5, 0))
    board.editor.set_style((), {})
    assert board.editor.ungroup() == (a, b)
    assert board.things == (a, b, c)
    assert board.context.geometry.bounds(b).x == 105
    assert board.editor.selection.rids == (a, b)


def test_ungrouping_keeps_the_look_that_members_had_from_the_group(board):
    group = board.add(element("g", element("rect"), element("rect", fill="red"), fill="blue"))
    plain, red = board.document.children(group)
    board.editor.ungroup((group,))
    assert board.look(plain)["fill"] == "blue"
    assert board.look(red)["fill"] == "red"


def test_members_from_other_groups_stay_where_they_are_seen(board):
    outer = board.add(
        element("g", element("rect", x=1, y=0, width=1, height=1), transform="scale(10)")
    )
    inner = board.document.children(outer)[0]
    top = board.rect(0, 0, 1, 1)
    board.editor.group((inner, top))
    assert board.context.geometry.bounds(inner).x == 10
    assert len(board.commits) == 1


# -- words


@pytest.mark.parametrize(
    ("literal", "words"),
    [
        (element("rect", stroke="#2265D8"), "Rectangle, blue"),
        (element("ellipse", style="stroke:#D92D3A"), "Ellipse, red"),
        (element("line", marker_end="url(#a)", stroke="#1B1F24"), "Arrow, ink"),
        (element("text", "Big", element("tspan", "type"), fill="#D92D3A"), "Text, “Big type”, red"),
        (element("path", d="M0 0", stroke="none"), "Drawing"),
        (element("g", element("title", "House")), "Group, “House”"),
        (element("rect", fill="#ffffff"), "Rectangle, white"),
        (element("rect", fill="currentColor"), "Rectangle, currentColor"),
        (element("sodium"), "sodium"),
        (element("text", "x" * 60), f"Text, “{'x' * 39}…”"),
    ],
)
def test_an_element_is_described_as_people_would(board, literal, words):
    assert board.editor.describe(board.add(literal)) == words


# -- undo


def test_undo_takes_back_only_what_this_person_did(board):
    rid = board.editor.create(element("rect", x=0, y=0, width=1, height=1), "Rectangle")
    other = board.remote()
    with other.transact(Origin.LOCAL) as transaction:
        theirs = transaction.add(other.root, element("circle"))
    board.document.receive(other.batches_since(board.document.vv))
    assert board.editor.can_undo
    board.editor.undo()
    assert board.things == (theirs,)
    assert board.editor.can_redo
    board.editor.redo()
    assert set(board.things) == {rid, theirs}
    assert board.document.ns(rid) == SVG_NS


def test_a_closed_editor_hears_nothing(board):
    a, *_ = three(board)
    board.editor.selection.set((a,))
    board.editor.close()
    board.remote_delete(a)
    assert board.editor.selection.rids == (a,)
