"""Flights of the view: where they end, what they keep whole, and when a person takes over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from whiteboard.canvas.camera import Camera
from whiteboard.canvas.flight import FLIGHT, Flight
from whiteboard.svg.plan import Rect
from whiteboard.util.clock import ManualClock


@pytest.fixture
def flying(qapp):
    holder = QObject()
    camera, clock = Camera(1000, 800), ManualClock()
    flight = Flight(camera, clock, holder)
    steered, moved = [], []
    flight.steered.subscribe(steered.append)
    flight.moved.subscribe(moved.append)
    yield camera, clock, flight, steered, moved
    flight.close()


def contains(outer: Rect, inner: Rect) -> bool:
    slack = 1e-6 * max(1.0, inner.width, inner.height) + 1 / 1000
    return (
        outer.x <= inner.x + slack
        and outer.y <= inner.y + slack
        and outer.x + outer.width >= inner.x + inner.width - slack
        and outer.y + outer.height >= inner.y + inner.height - slack
    )


def test_a_flight_ends_where_it_should_and_is_no_steering(flying):
    camera, clock, flight, steered, moved = flying
    place = Rect(5000, -300, 400, 900)
    flight.to(place, FLIGHT, margin=40)
    assert flight.is_flying
    scales = []
    for _ in range(40):
        clock.advance(0.016)
        flight._step()
        scales.append(camera.scale)
    assert not flight.is_flying
    assert contains(camera.visible, place)
    assert camera.scale == pytest.approx(720 / 900)
    assert scales == sorted(scales, reverse=True), "no bounce"
    assert steered == []
    assert moved


def test_at_once_where_no_time_is_wanted(flying):
    camera, _, flight, steered, _ = flying
    place = Rect(-100, -100, 4000, 10)
    flight.to(place, 0.0)
    assert not flight.is_flying
    assert contains(camera.visible, place)
    assert steered == []


def test_whoever_moves_the_view_ends_the_flight(flying):
    camera, clock, flight, steered, _ = flying
    flight.to(Rect(5000, 0, 100, 100), FLIGHT)
    clock.advance(0.05)
    flight._step()
    camera.pan(3, 0)
    assert len(steered) == 1
    assert not flight.is_flying


def test_another_size_of_the_window_is_no_steering(flying):
    camera, _, _, steered, moved = flying
    camera.resize(500, 400)
    assert steered == []
    assert moved


@pytest.mark.parametrize("box", [Rect(0, 0, 0, 0), Rect(1e7, -1e7, 1e7, 1e7), Rect(3, 3, 1e-9, 0)])
def test_odd_places_do_no_harm(flying, box):
    camera, clock, flight, _, _ = flying
    flight.to(box, FLIGHT)
    clock.advance(1.0)
    flight._step()
    assert 0 < camera.scale <= 256
    assert abs(camera.visible.x) < 1e10
