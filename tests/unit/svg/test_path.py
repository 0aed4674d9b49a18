import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteboard.svg import path as paths
from whiteboard.svg.plan import Rect

coordinate = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 2))
point = st.tuples(coordinate, coordinate)
segment = st.one_of(
    point.map(lambda p: ("L", *p)),
    st.tuples(point, point, point).map(lambda c: ("C", *c[0], *c[1], *c[2])),
)


@st.composite
def any_path(draw):
    out = []
    for _ in range(draw(st.integers(1, 3))):
        out.append(("M", *draw(point)))
        out.extend(draw(st.lists(segment, min_size=1, max_size=5)))
        if draw(st.booleans()):
            out.append(("Z",))
    return tuple(out)


@pytest.mark.parametrize(
    ("d", "wanted"),
    [
        ("M10 20 30 40", (("M", 10, 20), ("L", 30, 40))),
        ("m1 1 2 2-3 0", (("M", 1, 1), ("L", 3, 3), ("L", 0, 3))),
        ("M0 0H5V6h-2v-3", (("M", 0, 0), ("L", 5, 0), ("L", 5, 6), ("L", 3, 6), ("L", 3, 3))),
        ("M.5.5.5.5", (("M", 0.5, 0.5), ("L", 0.5, 0.5))),
        ("M1e1-1E1", (("M", 10, -10),)),
        ("M0 0C1 2 3 4 5 6S7 8 9 10", None),
        ("M1 2ZL3 3", (("M", 1, 2), ("Z",), ("M", 1, 2), ("L", 3, 3))),
        ("M0 0A0 5 0 0 1 4 4", (("M", 0, 0), ("L", 4, 4))),
        ("M0 0A5 5 0 0 1 0 0", (("M", 0, 0),)),
        (None, ()),
        ("none", ()),
    ],
)
def test_sound_path_data_is_read_to_its_end(d, wanted):
    path, sound = paths.parse(d)
    assert sound
    if wanted is not None:
        assert path == wanted


@pytest.mark.parametrize(
    ("d", "segments"),
    [
        ("M10 20L30 40L50", 2),
        ("M10 20L30,,40", 1),
        ("M1 1x3", 1),
        ("L1 1", 0),
        ("M1 1L10,10,", 2),
        ("M0 0L5 5M", 2),
        ("M0 0A5 5 0 2 1 3 3L9 9", 1),
        ("M0 0L" + "9" * 400 + " 3", 1),
        ("#", 0),
        ("M0 0L1 1 NaN 2", 2),
    ],
)
def test_a_path_in_error_is_drawn_up_to_the_error(d, segments):
    path, sound = paths.parse(d)
    assert not sound
    assert len(path) == segments


def test_smooth_curves_mirror_the_handle_before():
    path = paths.parse_path("M0 0C0 10 10 10 10 0S20-10 20 0")
    assert path[2] == ("C", 10, -10, 20, -10, 20, 0)
    assert paths.parse_path("M5 5S9 9 10 5")[1] == ("C", 5, 5, 9, 9, 10, 5)
    path = paths.parse_path("M0 0Q5 10 10 0T20 0")
    assert path[2][2] == pytest.approx(-20 / 3)


@pytest.mark.parametrize("flags", ["0 0", "0 1", "1 0", "1 1"])
def test_an_arc_runs_along_its_ellipse_and_ends_where_it_says(flags):
    path = paths.parse_path(f"M30 0A30 30 0 {flags} 0 30")
    assert path[-1][-2:] == (0.0, 30.0)
    centre = (30, 30) if flags in ("0 0", "1 1") else (0, 0)
    for line in paths.flatten(path, 0.01):
        for x, y in line:
            assert math.dist((x, y), centre) == pytest.approx(30, abs=0.02)


def test_glued_arc_flags_are_two_flags_and_a_number():
    assert paths.parse_path("M0 0a5 5 0 0110 0")[-1][-2:] == (10.0, 0.0)


@given(any_path())
def test_what_is_written_is_read_back_within_the_rounding(path):
    again, sound = paths.parse(paths.format_path(path, 2))
    assert sound
    assert len(again) == len(path)
    for a, b in zip(path, again, strict=True):
        assert a[0] == b[0]
        assert b[1:] == pytest.approx(a[1:], abs=1e-6)


@given(any_path())
def test_the_box_is_the_box_of_the_flattened_path(path):
    box = paths.bounds(path)
    points = [p for line in paths.flatten(path, 0.001) for p in line]
    assert min(p[0] for p in points) >= box.x - 1e-6
    assert max(p[0] for p in points) <= box.x + box.width + 1e-6
    assert min(p[1] for p in points) == pytest.approx(box.y, abs=0.05)
    assert max(p[1] for p in points) == pytest.approx(box.y + box.height, abs=0.05)


def test_the_box_of_a_curve_is_that_of_its_bend_not_of_its_handles():
    box = paths.bounds(paths.parse_path("M0 0C0 40 30 40 30 0"))
    assert box == Rect(0, 0, 30, 30)


def test_length_of_a_circle_and_of_nothing():
    circle = paths.parse_path("M10 0A10 10 0 1 1-10 0A10 10 0 1 1 10 0z")
    assert paths.length(circle, 0.001) == pytest.approx(20 * math.pi, rel=1e-3)
    assert paths.length(()) == 0


@given(any_path())
def test_reversing_twice_gives_the_same_area(path):
    back = paths.reversed_path(path)
    assert paths.area(back) == pytest.approx(-paths.area(path), rel=1e-6, abs=1e-3)


def test_numbers_beyond_all_bounds_are_clamped():
    path, cut = paths.clamped((("M", 0.0, 1e300), ("L", math.nan, -math.inf)))
    assert cut
    assert path == (("M", 0.0, 1e7), ("L", 0.0, -1e7))
    assert paths.clamped((("M", 0.0, 1.0),)) == ((("M", 0.0, 1.0),), False)


def test_hostile_data_takes_no_longer_than_it_is_long():
    d = "M0 0L" + "1" * 200_000 + "x"
    assert paths.parse(d)[1] is False
    assert paths.parse("M0 0L" + "1 " * 100_000 + "!")[1] is False
