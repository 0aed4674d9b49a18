"""The outbox: order, pace, what survives which loss of the connection."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from whiteboard.transport.outbox import MOST_BYTES, Kind, Outbox, TooLargeError
from whiteboard.util.clock import ManualClock


class Timer:
    def __init__(self, at, callback):
        self.at, self.callback = at, callback

    def cancel(self):
        self.callback = lambda: None


class Line:
    """An outbox with a connection that the test holds in its hands."""

    def __init__(self):
        self.clock = ManualClock()
        self.sent = []
        self.asked = 0
        self.timers = []
        self.taken = []
        self.box = Outbox(self._send, self._ask, self.clock, self._later)

    def _send(self, message):
        self.sent.append(message)

    def _ask(self):
        self.asked += 1

    def _later(self, seconds, callback):
        timer = Timer(self.clock.now() + seconds, callback)
        self.timers.append(timer)
        return timer

    def put(self, name, kind=Kind.EDIT, to="room@x", size=0):
        message = ET.Element("{jabber:client}message", to=to)
        message.text = name + "." * size
        return self.box.put(message, kind, lambda: self.taken.append(name))

    def names(self):
        return [message.text.rstrip(".") for message in self.sent]

    def acknowledge_all(self):
        for message_id in self.box.in_flight_ids():
            self.box.acknowledge(message_id)

    def pass_time(self, seconds):
        self.clock.advance(seconds)
        due, self.timers = self.timers, []
        for timer in due:
            if timer.at <= self.clock.now() + 1e-9:
                timer.callback()
            else:
                self.timers.append(timer)


@pytest.fixture
def line():
    return Line()


def test_nothing_leaves_while_the_connection_is_down_and_edits_leave_in_order_when_it_is_up(line):
    for n in range(5):
        assert line.put(str(n))
    assert line.sent == []
    assert line.box.waiting == 5
    line.box.connected()
    assert line.names() == ["0", "1", "2", "3", "4"]
    line.acknowledge_all()
    assert line.taken == ["0", "1", "2", "3", "4"]
    assert line.box.idle


def test_control_and_ephemeral_messages_are_dropped_while_down(line):
    assert not line.put("beat", Kind.CONTROL)
    assert not line.put("cursor", Kind.EPHEMERAL)
    line.box.connected()
    assert line.sent == []


def test_after_a_resumption_only_what_the_stream_does_not_send_itself_goes_again(line):
    line.box.connected()
    for n in range(4):
        line.put(str(n))
    line.box.acknowledge(line.sent[0].get("id"))
    line.box.disconnected()
    line.put("late")
    line.box.connected(still_tracked={line.sent[1].get("id"), line.sent[2].get("id")})
    assert line.names() == ["0", "1", "2", "3", "3", "late"]
    line.acknowledge_all()
    assert line.box.idle


def test_a_new_session_sends_untaken_edits_again_before_younger_ones_and_no_old_control(line):
    line.box.connected()
    line.put("0")
    line.put("beat", Kind.CONTROL)
    line.put("1")
    line.box.disconnected()
    line.put("2")
    line.box.connected()
    assert line.names() == ["0", "beat", "1", "0", "1", "2"]


def test_what_is_meant_for_a_room_one_is_not_in_waits_and_the_rest_goes(line):
    line.box.connected()
    line.box.hold("room@x")
    line.put("a")
    line.put("other", to="ben@x/phone")
    assert not line.put("beat", Kind.CONTROL)
    assert line.names() == ["other"]
    line.box.release("room@x")
    assert line.names() == ["other", "a"]


def test_edits_go_at_ten_a_second_after_a_burst(line):
    line.box.connected()
    for n in range(30):
        line.put(str(n))
        line.acknowledge_all()
    assert len(line.sent) == 20
    line.pass_time(0.5)
    assert 24 <= len(line.sent) <= 26


def test_a_backlog_is_limited_by_bytes_in_flight_only(line):
    for n in range(500):
        line.put(str(n))
    line.box.connected()
    for _ in range(500):
        line.acknowledge_all()
    assert line.names() == [str(n) for n in range(500)]


def test_late_acknowledgements_shrink_what_is_in_flight_and_quick_ones_let_it_grow(line):
    line.box.connected()
    most = []
    for latency in (3.0, 3.0, 3.0, 0.01, 0.01, 0.01, 0.01):
        for n in range(60):
            line.put(str(n), Kind.CONTROL, size=1000)
        most.append(line.box.waiting_bytes and len(line.box.in_flight_ids()))
        while not line.box.idle:
            line.clock.advance(latency)
            line.acknowledge_all()
    assert most[3] < most[0]
    assert most[-1] > most[3]


def test_ephemeral_messages_go_only_when_nothing_waits(line):
    line.box.connected()
    assert line.put("cursor", Kind.EPHEMERAL)
    line.put("big", size=5000)
    assert not line.put("cursor", Kind.EPHEMERAL)
    line.acknowledge_all()
    assert line.put("cursor", Kind.EPHEMERAL)


def test_a_stanza_that_servers_would_close_the_stream_for_is_refused(line):
    line.box.connected()
    with pytest.raises(TooLargeError):
        line.put("huge", size=MOST_BYTES)
    assert line.box.idle


def test_acknowledgements_are_asked_for_once_until_they_came(line):
    line.box.connected()
    for n in range(5):
        line.put(str(n))
    assert line.asked == 1
    line.box.acknowledge(line.sent[0].get("id"))
    assert line.asked == 2


def test_what_is_said_is_kept_like_an_edit_and_not_counted_as_one(line):
    line.put("before", Kind.CHAT)
    line.box.connected()
    line.put("sent", Kind.CHAT)
    line.box.disconnected()
    line.put("later", Kind.CHAT)
    assert line.box.waiting == 0
    line.sent.clear()
    line.box.connected()
    assert line.names() == ["before", "sent", "later"]
    line.acknowledge_all()
    assert line.taken == ["before", "sent", "later"]
