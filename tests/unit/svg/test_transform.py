import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteboard.svg import transform as t
from whiteboard.svg.plan import IDENTITY, Rect

number = st.floats(-100, 100, allow_nan=False)
matrix = st.tuples(number, number, number, number, number, number).filter(
    lambda m: abs(m[0] * m[3] - m[1] * m[2]) > 0.01
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", IDENTITY),
        ("none", IDENTITY),
        ("translate(3)", (1, 0, 0, 1, 3, 0)),
        ("translate(3,4) scale(2)", (2, 0, 0, 2, 3, 4)),
        ("scale(2 3)translate(1-1)", (2, 0, 0, 3, 2, -3)),
        ("rotate(90)", (0, 1, -1, 0, 0, 0)),
        ("rotate(180 5 5)", (-1, 0, 0, -1, 10, 10)),
        ("matrix(1 2 3 4 5 6)", (1, 2, 3, 4, 5, 6)),
        ("rotate(.25turn)", (0, 1, -1, 0, 0, 0)),
        ("translate(4px, 2px)", (1, 0, 0, 1, 4, 2)),
    ],
)
def test_transform_lists(text, wanted):
    assert t.parse_transform(text) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "text", ["translate()", "scale(1 2 3)", "foo(1)", "matrix(1 2 3)", "scale(1) x", "scale(1e999)"]
)
def test_a_wrong_list_is_none(text):
    assert t.parse_transform(text) is None


def test_skew_is_by_the_tangent():
    assert t.parse_transform("skewX(45)")[2] == pytest.approx(1)
    assert t.parse_transform("skewY(45)")[1] == pytest.approx(1)


@given(matrix, number, number)
def test_the_inverse_leads_back(m, x, y):
    back = t.apply(t.invert(m), *t.apply(m, x, y))
    assert back == pytest.approx((x, y), abs=1e-3)


@given(matrix, matrix, number, number)
def test_a_product_applies_the_right_one_first(a, b, x, y):
    assert t.apply(t.multiply(a, b), x, y) == pytest.approx(
        t.apply(a, *t.apply(b, x, y)), rel=1e-6, abs=1e-3
    )


@given(matrix)
def test_what_is_taken_apart_goes_together_again(m):
    assert t.compose(t.decompose(m)) == pytest.approx(m, rel=1e-6, abs=1e-6)


@given(matrix)
def test_what_is_written_is_read_back(m):
    assert t.parse_transform(t.format_transform(m, 3)) == pytest.approx(m, abs=1e-3)


@pytest.mark.parametrize(
    ("m", "text"),
    [
        (IDENTITY, ""),
        ((1, 0, 0, 1, 2.5, 0), "translate(2.5)"),
        ((1, 0, 0, 1, -0.0001, 3), "translate(0 3)"),
        ((2, 0, 0, 2, 0, 0), "scale(2)"),
        ((0, 1, -1, 0, 0, 0), "matrix(0 1 -1 0 0 0)"),
    ],
)
def test_the_plainest_form_is_written(m, text):
    assert t.format_transform(m) == text


def test_a_flat_or_endless_matrix_has_no_inverse():
    assert t.invert((1, 1, 1, 1, 0, 0)) is None
    assert t.invert((math.inf, 0, 0, 1, 0, 0)) is None


def test_a_box_is_mapped_to_the_box_around_it():
    assert t.map_rect((-1, 0, 0, 2, 5, 0), Rect(0, 1, 2, 3)) == Rect(3, 2, 2, 6)
    turned = t.map_rect(t.rotation(45), Rect(0, 0, 1, 1))
    assert (turned.width, turned.height) == pytest.approx((math.sqrt(2), math.sqrt(2)))
