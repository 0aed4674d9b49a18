import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteboard.svg import hit
from whiteboard.svg.path import flatten, parse
from whiteboard.svg.stroke import fit, fit_path

coordinate = st.floats(-500, 500, allow_nan=False)
samples = st.lists(st.tuples(coordinate, coordinate, st.floats(0, 1)), max_size=60)


def handwriting(count, noise=0.2, seed=1):
    choose = random.Random(seed)
    return [
        (
            100 + 2 * i + choose.uniform(-noise, noise),
            200 + 40 * math.sin(i / 9) + 20 * math.sin(i / 4) + choose.uniform(-noise, noise),
            0.5,
        )
        for i in range(count)
    ]


def worst(points, d):
    lines = flatten(parse(d)[0], 0.02)
    return max(hit.distance(lines, x, y) for x, y, *_ in points)


def test_a_stroke_of_200_points_is_short_and_close():
    points = handwriting(200)
    d = fit(points, 3)
    assert len(d) <= 1500
    assert worst(points, d) < 1.2


def test_a_straight_stroke_is_one_line():
    assert fit([(i, i / 2) for i in range(0, 200, 3)], 3) == "M0 0l198 99"


def test_a_corner_stays_sharp():
    points = [(i, 0) for i in range(0, 60, 3)] + [(57, j) for j in range(3, 60, 3)]
    assert worst([(57, 0)], fit(points, 3)) < 0.11


def test_a_touch_is_a_dot_and_nothing_is_nothing():
    assert fit([(3, 4, 1)], 3) == "M3 4l.1 0"
    assert fit([(3, 4), (3, 4), (3.01, 4)], 3) == "M3 4l.1 0"
    assert fit([], 3) == ""
    assert fit([(math.nan, 1)], 3) == ""


@settings(max_examples=150, deadline=None)
@given(samples)
def test_any_points_give_a_sound_path_from_the_first_to_the_last(points):
    d = fit(points, 3)
    path, sound = parse(d)
    assert sound
    assert bool(path) == bool(points)
    if path:
        assert math.dist(path[0][1:], points[0][:2]) < 0.3
        assert math.dist(path[-1][-2:], points[-1][:2]) < 0.4


@pytest.mark.parametrize("scale", [0.1, 1, 4, 100])
def test_zoomed_in_the_curve_keeps_closer_to_the_hand(scale):
    assert len(fit(handwriting(100), 3, scale=scale)) >= len(fit(handwriting(100), 3, scale=0.1))


def test_very_many_points_are_thinned():
    assert fit_path([(math.cos(i / 900) * 300, math.sin(i / 900) * 300) for i in range(60_000)], 1)
