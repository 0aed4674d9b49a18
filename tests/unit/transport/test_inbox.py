"""The queue in front of sessions: fair, in order, bounded, never more than a slice at once."""

from __future__ import annotations

import heapq
import itertools
from xml.etree.ElementTree import fromstring

import pytest

from whiteboard.transport import inbox
from whiteboard.transport.inbox import ALLOWANCE, MAX_BYTES, RATE, SLICE, Inbox, sender_of, size_of
from whiteboard.util.clock import ManualClock
from whiteboard.wire.messages import Peer


class Bench:
    """An inbox on a clock that a test moves, with messages that take time to handle."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.order = itertools.count()
        self.calls: list[tuple[float, int, object]] = []
        self.inbox = Inbox(self.clock, self.later)
        self.handled: list[tuple[str, int]] = []
        self.floods: list[str] = []
        self.inbox.flooded.subscribe(self.floods.append)

    def later(self, seconds, call):
        heapq.heappush(self.calls, (self.clock.now() + seconds, next(self.order), call))

    def put(self, sender: str, number: int, *, size: int = 100, takes: float = 0.0, **options):
        def handle() -> None:
            self.handled.append((sender, number))
            self.clock.advance(takes)

        self.inbox.put(sender, handle, size, **options)

    def turn(self) -> None:
        """The next call that the loop would make."""
        when, _, call = heapq.heappop(self.calls)
        self.clock.advance(max(0.0, when - self.clock.now()))
        call()

    def run(self) -> None:
        while self.calls:
            self.turn()

    def numbers(self, sender: str) -> list[int]:
        return [number for who, number in self.handled if who == sender]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_what_comes_while_there_is_time_is_handled_at_once(bench):
    for number in range(5):
        bench.put("ana", number)
    assert bench.numbers("ana") == [0, 1, 2, 3, 4]
    assert bench.inbox.waiting == 0


def test_a_turn_of_the_loop_ends_after_a_slice_and_the_next_goes_on(bench):
    for number in range(100):
        bench.put("eve", number, takes=SLICE / 4)
    assert len(bench.handled) == 4
    bench.turn()
    assert len(bench.handled) == 8
    bench.run()
    assert bench.numbers("eve") == list(range(100))


def test_who_says_little_waits_for_one_message_of_the_flood_not_for_all(bench):
    for number in range(1000):
        bench.put("eve", number, takes=SLICE)
    bench.put("ana", 0, takes=SLICE)
    bench.put("mira", 0, takes=SLICE)
    before = len(bench.handled)
    for _ in range(4):
        bench.turn()
    assert {who for who, _ in bench.handled[before:]} == {"ana", "mira", "eve"}


def test_who_used_up_the_allowance_waits_and_nothing_of_it_is_lost(bench):
    big = ALLOWANCE // 4
    for number in range(20):
        bench.put("eve", number, size=big)
    now = len(bench.handled)
    assert now == 5, "the allowance may be overdrawn by one message"
    bench.put("ana", 0)
    assert bench.numbers("ana") == []  # something waits, so it takes its turn
    bench.turn()
    assert bench.numbers("ana") == [0]
    begin = bench.clock.now()
    bench.run()
    assert bench.numbers("eve") == list(range(20))
    assert bench.clock.now() - begin >= 14 * big / RATE
    assert bench.inbox.fell_out == 0


def test_a_flood_is_told_once_and_a_burst_is_not(bench):
    for number in range(300):
        bench.put("ana", number, size=1000, takes=SLICE)
    bench.run()
    assert bench.floods == []
    for number in range(40):
        bench.put("eve", number, size=ALLOWANCE // 4)
    bench.run()
    assert bench.floods == ["eve"]


def test_what_was_asked_for_does_not_use_up_the_allowance_like_that(bench):
    for number in range(100):
        bench.put("ana", number, size=ALLOWANCE // 4, is_answer=True)
    assert bench.numbers("ana") == list(range(100))


def test_what_does_not_fit_falls_out_of_the_longest_queue_newest_first(bench):
    bench.put("ana", 0, takes=SLICE)
    bench.put("ana", 1)
    for number in range(100):
        bench.put("eve", number, size=MAX_BYTES // 50)
    assert bench.inbox.fell_out > 0
    bench.run()
    assert bench.numbers("ana") == [0, 1]
    kept = bench.numbers("eve")
    assert kept == list(range(len(kept)))
    assert len(kept) + bench.inbox.fell_out == 100


def test_who_leaves_leaves_behind_all_that_they_said(bench):
    bench.put("ana", 0, takes=SLICE)
    bench.put("ana", 1)
    bench.inbox.after("ana", lambda: bench.handled.append(("ana", -1)))
    bench.inbox.after("mira", lambda: bench.handled.append(("mira", -1)))
    bench.run()
    assert bench.handled == [("ana", 0), ("mira", -1), ("ana", 1), ("ana", -1)]


def test_a_fault_in_one_message_does_not_hold_up_the_others(bench):
    bench.put("ana", 0, takes=SLICE)

    def fail() -> None:
        raise RuntimeError("ours")

    bench.inbox.put("ana", fail, 1)
    bench.put("mira", 0)
    bench.put("ana", 1)
    with pytest.raises(RuntimeError):
        bench.run()
    bench.run()
    assert bench.numbers("mira") == [0]
    assert bench.numbers("ana") == [0, 1]


def test_senders_are_bounded_and_who_is_in_debt_is_not_forgotten_for_it(bench, monkeypatch):
    monkeypatch.setattr(inbox, "MAX_SENDERS", 3)
    bench.put("eve", 0, size=2 * ALLOWANCE)
    for number, name in enumerate("abcde"):
        bench.put(name, number)
    assert len(bench.handled) == 6
    bench.put("eve", 1)
    assert bench.numbers("eve") == [0]
    bench.run()
    assert bench.numbers("eve") == [0, 1]


def test_after_the_end_nothing_is_taken(bench):
    bench.put("ana", 0, takes=SLICE)
    bench.put("ana", 1)
    bench.inbox.close()
    bench.put("ana", 2)
    bench.run()
    assert bench.numbers("ana") == [0]


def test_an_allowance_belongs_to_the_person_where_the_place_shows_it():
    assert sender_of(Peer("room@x/ana", "id-ana", "ana@x")) == "id-ana"
    assert sender_of(Peer("ana@x/desk", jid="ana@x")) == sender_of(Peer("ana@x/phone", jid="ana@x"))
    assert sender_of(Peer("room@x/ana")) == "room@x/ana"


def test_the_size_of_a_stanza_grows_with_its_elements_and_its_text():
    small = size_of(fromstring("<a/>"))
    assert size_of(fromstring("<a b='" + "c" * 1000 + "'/>")) > small + 1000
    assert size_of(fromstring("<a>" + "<b/>" * 100 + "</a>")) > 100 * small
