"""How long what is on its way still takes."""

from __future__ import annotations

import pytest

from whiteboard.session.estimate import Estimate


def test_the_pace_of_the_last_seconds_is_what_counts():
    estimate = Estimate()
    estimate.note(0.0, 0.0)
    estimate.note(0.3, 1.0)  # the burst that a throttling server lets through
    assert estimate.left(1.0) is None
    for second in range(2, 31):
        estimate.note(0.3 + 0.01 * second, float(second))
    assert estimate.left(30.0) == pytest.approx(40.0, abs=1.0)


def test_nothing_is_said_of_what_stands_still_or_begins_anew():
    estimate = Estimate()
    for second in range(10):
        estimate.note(0.5, float(second))
    assert estimate.left(9.0) is None
    estimate.note(0.1, 10.0)
    assert estimate.left(10.0) is None
