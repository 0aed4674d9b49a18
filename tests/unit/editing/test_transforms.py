"""Moving and resizing by attributes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.table_geometry import TableGeometry
from tests.helpers.tool_driver import element
from whiteboard.editing.editor import Editor
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.svg.transform import map_rect, rotation, translation


def board(literal, outer=None):
    document = new_document()
    with document.transact(Origin.LOAD) as transaction:
        parent = document.root
        if outer:
            parent = transaction.add(parent, element("g", transform=outer))
        rid = transaction.add(parent, literal)
    return Editor(document), rid


def look(editor, rid):
    return {name: v for (ns, name), v in editor.document.attributes(rid).items() if not ns}


def scaling(sx, sy):
    return (sx, 0.0, 0.0, sy, 0.0, 0.0)


THINGS = {
    "rect": element("rect", x=10, y=20, width=30, height=40),
    "circle": element("circle", cx=10, cy=20, r=5),
    "ellipse": element("ellipse", cx=10, cy=20, rx=5, ry=6),
    "line": element("line", x1=1, y1=2, x2=30, y2=40),
    "path": element("path", d="M10 20c5 5 10-5 15 3l-4 9"),
    "image": element("image", x=10, y=20, width=30, height=40, href="data:,"),
    "text": element("text", "one", element("tspan", "two", x=10, dy="1.2em"), x=10, y=20),
    "g": element("g", element("rect", x=10, y=20, width=30, height=40)),
}


@pytest.mark.parametrize("name", [name for name in THINGS if name != "g"])
def test_a_move_changes_plain_attributes_only(name):
    editor, rid = board(THINGS[name])
    before = TableGeometry(editor.document).bounds(rid)
    editor.transform((rid,), translation(7, -3))
    assert "transform" not in look(editor, rid)
    after = TableGeometry(editor.document).bounds(rid)
    assert (after.x, after.y) == pytest.approx((before.x + 7, before.y - 3))
    assert (after.width, after.height) == pytest.approx((before.width, before.height))


@pytest.mark.parametrize("name", ["rect", "circle", "ellipse", "line", "path", "image"])
def test_a_resize_changes_plain_attributes_so_that_strokes_keep_their_width(name):
    editor, rid = board(THINGS[name])
    expected = map_rect(scaling(2, 3), TableGeometry(editor.document).bounds(rid))
    editor.transform((rid,), scaling(2, 3))
    assert "transform" not in look(editor, rid)
    got = TableGeometry(editor.document).bounds(rid)
    assert (got.x, got.y, got.width, got.height) == pytest.approx(
        (expected.x, expected.y, expected.width, expected.height), abs=0.03
    )


def test_a_circle_stretched_one_way_becomes_an_ellipse_and_undo_makes_it_a_circle():
    editor, rid = board(THINGS["circle"])
    editor.transform((rid,), scaling(2, 1))
    assert editor.document.name(rid) == "ellipse"
    assert look(editor, rid) == {"cx": "20", "cy": "20", "rx": "10", "ry": "5"}
    editor.undo()
    assert editor.document.name(rid) == "circle"
    assert look(editor, rid) == {"cx": "10", "cy": "20", "r": "5"}


def test_a_relative_path_is_moved_by_its_first_point_alone():
    editor, rid = board(element("path", d="M10 20c5.123 5 10-5 15 3zm1 1l2 2"))
    editor.transform((rid,), translation(0.5, 1))
    assert look(editor, rid)["d"] == "M10.5 21c5.123 5 10-5 15 3zm1 1l2 2"


@pytest.mark.parametrize("d", ["M10 20 30 40", "M1 2L3 4", "m1 2 3 4", "M0 0a5 5 0 0 1 9 9"])
def test_paths_of_any_form_are_moved(d):
    from whiteboard.svg.path import parse_path, transformed

    editor, rid = board(element("path", d=d))
    editor.transform((rid,), translation(5, 6))
    got, want = parse_path(look(editor, rid)["d"]), transformed(parse_path(d), translation(5, 6))
    assert [s[0] for s in got] == [s[0] for s in want]
    for a, b in zip(got, want, strict=True):
        assert a[1:] == pytest.approx(b[1:], abs=0.011)


def test_points_are_moved():
    editor, rid = board(element("polygon", points="0,0 10 0, 10,10"))
    editor.transform((rid,), translation(1, 2))
    assert look(editor, rid)["points"] == "1,2 11,2 11,12"


def test_a_text_grows_by_its_font_size():
    editor, rid = board(element("text", "a", x=10, y=20, font_size=12))
    editor.transform((rid,), scaling(2, 2))
    assert look(editor, rid) == {"x": "20", "y": "40", "font-size": "24"}


def test_what_attributes_cannot_say_becomes_a_transform():
    editor, rid = board(THINGS["rect"])
    editor.transform((rid,), rotation(90))
    assert look(editor, rid)["transform"] == "matrix(0 1 -1 0 0 0)"
    editor, rid = board(THINGS["g"])
    editor.transform((rid,), translation(5, 0))
    editor.transform((rid,), translation(5, 0))
    assert look(editor, rid)["transform"] == "translate(10)"
    editor.transform((rid,), translation(-10, 0))
    assert "transform" not in look(editor, rid)


@pytest.mark.parametrize(
    "more", [{"fill": "url(#g)"}, {"style": "fill:url(#g)"}, {"clip_path": "url(#c)"}]
)
def test_what_is_painted_in_its_own_space_takes_its_paint_along(more):
    editor, rid = board(element("rect", x=1, y=2, width=3, height=4, **more))
    editor.transform((rid,), translation(5, 0))
    assert look(editor, rid)["transform"] == "translate(5)"
    assert look(editor, rid)["x"] == "1"


@pytest.mark.parametrize("x", ["10%", "1cm", "nonsense", "1e999"])
def test_lengths_with_units_are_left_and_a_transform_is_used(x):
    editor, rid = board(element("rect", x=x, y=2, width=3, height=4))
    editor.transform((rid,), translation(5, 0))
    assert look(editor, rid)["x"] == x
    assert look(editor, rid)["transform"] == "translate(5)"


def test_inside_a_scaled_group_a_move_is_as_long_as_it_looks_and_as_fine():
    editor, rid = board(element("rect", x=0, y=0, width=1, height=1), outer="scale(1000)")
    editor.transform((rid,), translation(1.5, 0))
    assert look(editor, rid)["x"] == "0.0015"


def test_what_is_flattened_to_a_line_stays_as_it_is():
    editor, rid = board(THINGS["rect"], outer="scale(0 1)")
    editor.transform((rid,), translation(5, 5))
    assert look(editor, rid)["x"] == "10"


matrices = st.one_of(
    st.builds(translation, st.integers(-50, 50), st.integers(-50, 50)),
    st.builds(scaling, st.sampled_from([0.5, 2, -1, 3]), st.sampled_from([0.5, 1, -2])),
    st.builds(rotation, st.integers(-180, 180)),
)
places = st.sampled_from(["", "translate(5 6)", "scale(2)", "rotate(30)", "scale(2 -1)"])


things = st.sampled_from(sorted(set(THINGS) - {"text"}))


@given(things, places, places, st.lists(matrices, max_size=3))
def test_whatever_the_space_a_thing_goes_where_the_matrix_says(name, outer, own, steps):
    from whiteboard.editing.literals import with_attributes

    literal = with_attributes(THINGS[name], transform=own or None)
    editor, rid = board(literal, outer)
    geometry = TableGeometry(editor.document)

    turned = "rotate" in outer + own
    for matrix in steps:
        turned = turned or matrix[1] != 0
        before = geometry.bounds(rid)
        editor.transform((rid,), matrix)
        after = geometry.bounds(rid)
        # The table knows boxes only: a turned outline lies in it more loosely.
        is_upright = matrix[1] == 0 == matrix[2]
        if is_upright and (name in ("rect", "image", "g") or not turned):
            want = map_rect(matrix, before)
            assert after.x == pytest.approx(want.x, abs=0.2)
            assert after.y == pytest.approx(want.y, abs=0.2)
