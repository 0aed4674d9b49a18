"""The state for a joiner beside all else: how much of it is on its way, and what overtakes it."""

from __future__ import annotations

from tests.unit.transport.test_outbox import Line
from whiteboard.transport.bulk import BulkWindow
from whiteboard.transport.outbox import Kind


def test_whatever_else_is_said_overtakes_the_state_and_pages_keep_their_order():
    line = Line()
    line.box.connected()
    for n in range(10):
        line.put(f"page {n}", Kind.BULK, size=2000)
    line.put("edit")
    line.put("beat", Kind.CONTROL)
    line.put("stroke", Kind.EPHEMERAL)
    while not line.box.idle:
        line.acknowledge_all()
    assert line.names()[0] == "page 0"
    assert line.names().index("stroke") < line.names().index("page 3")
    assert [name for name in line.names() if "page" in name] == [f"page {n}" for n in range(10)]


def test_the_state_is_not_counted_as_what_a_stroke_waits_for():
    line = Line()
    line.box.connected()
    for n in range(50):
        line.put(f"page {n}", Kind.BULK, size=2000)
    assert line.box.waiting_bytes == 0
    assert line.box.has_room


def test_pages_are_dropped_with_the_session_in_which_they_were_meant_and_kept_over_a_resumption():
    line = Line()
    assert not line.put("page", Kind.BULK)
    line.box.connected()
    for n in range(6):
        line.put(f"page {n}", Kind.BULK, size=2000)
    line.box.disconnected()
    line.box.connected(still_tracked=())
    while not line.box.idle:
        line.acknowledge_all()
    names = line.names()
    assert names[-6:] == [f"page {n}" for n in range(6)]
    for n in range(6):
        line.put(f"more {n}", Kind.BULK, size=2000)
    line.box.disconnected()
    line.box.connected()
    assert line.box.idle


def fill(window: BulkWindow) -> int:
    """Ask for room until there is none; the bytes then on their way."""
    size = 0
    while window.has_room(size, 500):
        size += 500
    return size


def test_a_server_that_takes_10_kb_a_second_has_no_more_than_a_moments_worth_on_the_way():
    window = BulkWindow()
    for _ in range(20):
        # Prosody reads 8 KiB and answers, then pauses for as long as those bytes may take.
        window.answered(fill(window), 0.001)
        size = fill(window)
        window.answered(size, size / 10_000)
        assert window.page <= 4096
    assert fill(window) <= 2500


def test_a_fast_server_is_given_large_pages_soon():
    window = BulkWindow()
    for _ in range(12):
        window.answered(fill(window), 0.02)
    assert window.page == 8 * 1024
    assert fill(window) > 40_000


def test_what_does_not_fill_the_window_does_not_widen_it():
    window = BulkWindow()
    for _ in range(50):
        window.answered(300, 0.001)
    assert fill(window) <= 4096
