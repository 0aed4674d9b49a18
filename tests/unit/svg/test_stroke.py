import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteboard.svg import hit
from whiteboard.svg.path import flatten, parse
from whiteboard.svg.smoothing import smoothed
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


def sampled_by_a_mouse(points):
    """Whole pixels, as a mouse says them."""
    return [(round(x), round(y)) for x, y in points]


def sharpest_join(d):
    """The largest turn between two pieces of the path, degrees."""
    path, _ = parse(d)
    worst_turn, here, into = 0.0, path[0][1:], None
    for segment in path[1:]:
        first, last = (segment[1:3], segment[3:5]) if segment[0] == "C" else (segment[1:3], here)
        end = segment[-2:]
        out = (first[0] - here[0], first[1] - here[1])
        if into is not None and math.hypot(*out) > 0.3 and math.hypot(*into) > 0.3:
            turn = math.atan2(
                into[0] * out[1] - into[1] * out[0], into[0] * out[0] + into[1] * out[1]
            )
            worst_turn = max(worst_turn, abs(math.degrees(turn)))
        into, here = (end[0] - last[0], end[1] - last[1]), end
    return worst_turn


@pytest.mark.parametrize(
    "points",
    [
        [(i * 4, 60 + 40 * math.sin(i / 6)) for i in range(75)],
        [(i * 3, 60 + 30 * math.sin(i / 4)) for i in range(90)],
        [(50 * math.cos(i / 12), 50 * math.sin(i / 12)) for i in range(78)],
        [(i * 1.6 + 20 * math.cos(i / 5), 22 * math.sin(i / 5)) for i in range(200)],
        [(i * 16, 60 + 40 * math.sin(i / 1.5)) for i in range(18)],
        [(i * 0.7, 6 * math.sin(i / 29)) for i in range(300)],
    ],
    ids=["wave", "narrow wave", "circle", "loops", "fast", "slow"],
)
def test_bends_drawn_with_a_mouse_have_no_corners(points):
    seen = sampled_by_a_mouse(points)
    d = fit(seen, 3)
    assert sharpest_join(d) < 8, "only what quantising the handles makes"
    assert worst(seen, d) < 1.0
    assert len(d) <= 900


def test_a_zigzag_drawn_with_a_mouse_keeps_its_corners_and_straight_legs():
    tips = [(20, 20), (50, 80), (80, 20), (110, 80), (200, 80), (200, 20)]
    points = []
    for (ax, ay), (bx, by) in itertools.pairwise(tips):
        steps = int(math.dist((ax, ay), (bx, by)) / 4)
        points += [(ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps) for k in range(steps)]
    path, _ = parse(fit(sampled_by_a_mouse([*points, tips[-1]]), 3))
    assert [segment[0] for segment in path] == ["M", "L", "L", "L", "L", "L"]
    for segment, tip in zip(path, tips, strict=True):
        assert math.dist(segment[1:], tip) < 0.5


def test_a_long_scribble_is_fitted_within_bounds():
    parts = smoothed([(200 * math.sin(i / 7), 200 * math.cos(i / 9)) for i in range(3000)], 1.0)
    assert sum(map(len, parts)) < 2 * 2000 + 2 * len(parts)
