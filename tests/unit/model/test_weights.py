import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteboard.model.weights import (
    LONGEST_RUN,
    SHORT,
    between,
    format_weight,
    make_room,
    parse_weight,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("+.5", 0.5),
        ("-2.", -2.0),
        ("1e3", 1000.0),
        ("NaN", 0.0),
        ("INF", 0.0),
        ("1_0", 0.0),
        ("1e999", 0.0),
        ("", 0.0),
        (" 1", 0.0),
        ("٣", 0.0),
        ("-0", 0.0),
    ],
)
def test_a_weight_is_a_plain_decimal_or_zero(text, value):
    parsed = parse_weight(text)
    assert parsed == value
    assert math.copysign(1, parsed) == math.copysign(1, value)


@pytest.mark.parametrize(
    ("weight", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (0.25, "0.25"),
        (1e-5, "1e-5"),
        (1e22, "1e22"),
        (1e15, "1" + "0" * 15),
    ],
)
def test_a_weight_is_written_short(weight, text):
    assert format_weight(weight) == text


@given(finite)
def test_a_written_weight_reads_back_as_itself(weight):
    assert parse_weight(format_weight(weight)) == weight


@pytest.mark.parametrize(
    ("low", "high", "middle"),
    [
        (1, 2, 1.5),
        (1, 3, 2),
        (9, 11, 10),
        (-1, 1, 0),
        (0.1, 0.2, 0.15),
        (1, 1000, 500),
        (1, 1.01, 1.005),
    ],
)
def test_the_shortest_number_between_two_is_found_near_the_middle(low, high, middle):
    assert between(low, high) == middle


@given(finite, finite)
def test_a_number_between_is_strictly_between(one, other):
    low, high = sorted((one, other))
    middle = between(low, high)
    assert middle is None or low < middle < high


def test_sixty_insertions_at_one_gap_stay_in_order_with_short_weights():
    weights = [1.0, 2.0]
    stepped_aside = 0
    for _ in range(60):
        weight, aside = make_room(weights, 1)
        assert len(aside) <= LONGEST_RUN
        stepped_aside += len(aside)
        for i, value in aside.items():
            weights[i] = value
        weights.insert(1, weight)
        assert all(low < high for low, high in itertools.pairwise(weights))
    assert stepped_aside
    assert all(len(format_weight(w).strip("-").replace(".", "")) <= SHORT + 1 for w in weights)


@given(st.lists(st.integers(-50, 50).map(lambda n: n / 8), max_size=40), st.data())
def test_room_is_made_at_any_place_among_any_siblings(values, data):
    weights = sorted(values)
    slot = data.draw(st.integers(0, len(weights)))
    weight, aside = make_room(weights, slot)
    after = [aside.get(i, w) for i, w in enumerate(weights)]
    assert after == sorted(after)
    crowded = 0 < slot < len(weights) and after[slot - 1] == after[slot]
    if not crowded:  # a run of more than 16 equal ones is left to the rids
        assert all(w < weight for w in after[:slot])
        assert all(w > weight for w in after[slot:])


def test_behind_a_huge_weight_the_last_siblings_step_aside():
    weights = [1.0, 1e300]
    weight, aside = make_room(weights, 2)
    assert aside[1] > 1
    assert weight > aside[1]
