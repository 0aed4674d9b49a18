"""Our own ordered outbox: what is put in goes out in that order, once or more, until it was taken.

Stream resumption of slixmpp reorders what is sent while the connection is down and forgets what it
cannot resume (STACK section 3), so nothing is handed to the stream while it is down, and what the
server has not acknowledged is kept here. After a resumption that failed it is sent again; receivers
know duplicates by (replica, number).

Pace (SYNC 0.3.13, INFRA trap 5): a person's edits go at most 10 a second with short bursts; a long
backlog is limited only by the bytes the server has not acknowledged, a window that shrinks when
acknowledgements come late; ephemeral things go only when no edit waits. The state for joiners and
history stand behind all that, in a window of their own (`bulk`), so that on a slow server nothing
else waits for them longer than a moment.
"""

from __future__ import annotations

import asyncio
import collections
import enum
import itertools
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable, Container
from dataclasses import dataclass

from whiteboard.transport.bulk import BulkWindow
from whiteboard.util.clock import Clock
from whiteboard.util.event import Event
from whiteboard.util.log import XMPP
from whiteboard.wire import ns
from whiteboard.wire.xml import to_xml

MOST_BYTES = 200 * 1024
"""Longest stanza sent; servers close the stream at 256 KiB (STACK section 3)."""

_RATE = 10.0
_BURST = 20.0
_BACKLOG = 20
_WINDOW_START = 32 * 1024
_WINDOW_LEAST = 6 * 1024
_WINDOW_MOST = 512 * 1024
_EPHEMERAL_ROOM = 3 * 1024
_FAST_ACK = 0.4
_SLOW_ACK = 1.5


class Kind(enum.Enum):
    """How a message is treated."""

    EDIT = "edit"
    """Kept until the server took it, over any number of connections."""
    CHAT = "chat"
    """Kept and paced like an edit, and not counted as one."""
    CONTROL = "control"
    """Negotiation, heartbeats: in order with the edits; dropped when the session is lost."""
    BULK = "bulk"
    """State for a joiner, history: in order among each other, behind all else; dropped likewise."""
    EPHEMERAL = "ephemeral"
    """Cursors, previews: dropped when the link is busy or down."""


_OF_THE_MOMENT = (Kind.CONTROL, Kind.BULK)
"""Mean something only in the session with the server in which they were said."""
_KEPT = frozenset({Kind.EDIT, Kind.CHAT})
"""What is kept over any number of connections."""


class TooLargeError(ValueError):
    """A stanza is longer than servers allow."""


@dataclass(slots=True)
class _Entry:
    id: str
    message: ET.Element
    size: int
    kind: Kind
    taken: Callable[[], object] | None
    sent: bool = False

    @property
    def place(self) -> str:
        """Bare address it goes to."""
        return self.message.get("to", "").partition("/")[0]


@dataclass(slots=True)
class _AckRequest:
    at: float
    ids: set[str]
    size: int


class Outbox:
    """What waits for the server, in order.

    Args:
        send: hands one complete `<message/>` to the stream; called only while connected.
        request_ack: asks the server to acknowledge what it has got so far; called after `send`s.
        clock: for pace and latency.
        call_later: (seconds, callback) -> handle with `cancel`, the loop's.
    """

    def __init__(
        self,
        send: Callable[[ET.Element], object],
        request_ack: Callable[[], object],
        clock: Clock,
        call_later: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
    ) -> None:
        self._send = send
        self._request_ack = request_ack
        self._clock = clock
        self._call_later = call_later
        self._queue: collections.deque[_Entry] = collections.deque()
        self._bulk: collections.deque[_Entry] = collections.deque()
        self._bulk_in_flight = 0
        self.bulk = BulkWindow()
        self._in_flight: collections.OrderedDict[str, _Entry] = collections.OrderedDict()
        self._bytes_in_flight = 0
        self._window = float(_WINDOW_START)
        self._was_full = False
        """Since the last acknowledgement: else how fast it came says nothing about the window."""
        self._tokens = _BURST
        self._tokens_at = clock.now()
        self._catching_up = False
        self._up = False
        self._held: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._asked: _AckRequest | None = None
        self._prefix = secrets.token_hex(4)
        self._counter = itertools.count(1)
        self.changed: Event[None] = Event()
        """Something was put in, taken or dropped."""
        self.latency = 0.0
        """Seconds from the newest acknowledgement's request to its arrival."""

    @property
    def waiting(self) -> int:
        """Edits the server has not taken."""
        return sum(
            entry.kind is Kind.EDIT
            for entry in itertools.chain(self._in_flight.values(), self._queue)
        )

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing is unacknowledged."""
        return not self._queue and not self._bulk and not self._in_flight

    @property
    def waiting_bytes(self) -> int:
        """Bytes of everything but bulk that the server has not taken."""
        return self._bytes_in_flight + sum(entry.size for entry in self._queue)

    @property
    def has_room(self) -> bool:
        """An ephemeral message would go out now."""
        self._refill()
        return (
            self._up
            and not self._queue
            and self._bytes_in_flight <= _EPHEMERAL_ROOM
            and self._tokens >= 1
        )

    def put(
        self, message: ET.Element, kind: Kind, taken: Callable[[], object] | None = None
    ) -> bool:
        """Queue a `<message/>`; it gets an id. `taken` is called once the server has it.

        Returns:
            False if it was dropped: ephemeral without room, control or bulk while down.

        Raises:
            TooLargeError: the stanza is longer than servers allow; it was not queued.
        """
        message_id = f"{self._prefix}-{next(self._counter):x}"
        message.set("id", message_id)
        size = len(to_xml(message, ns.CLIENT).encode())
        if size > MOST_BYTES:
            raise TooLargeError(f"a stanza of {size} bytes")
        entry = _Entry(message_id, message, size, kind, taken)
        if kind is Kind.EPHEMERAL:
            if not self.has_room:
                return False
            self._queue.append(entry)
        elif kind in _OF_THE_MOMENT and (not self._up or entry.place in self._held):
            return False
        elif kind is Kind.BULK:
            self._bulk.append(entry)
        else:
            self._queue.append(entry)
        self._pump()
        self.changed.emit(None)
        return True

    def drop(self, unwanted: Callable[[ET.Element], bool]) -> None:
        """Forget the messages that are not sent yet and for which `unwanted` holds."""
        for queue in (self._queue, self._bulk):
            kept = [entry for entry in queue if not unwanted(entry.message)]
            queue.clear()
            queue.extend(kept)
        self.changed.emit(None)

    def hold(self, place: str) -> None:
        """Keep back what goes to this bare address: a group chat I am not in."""
        self._held.add(place)

    def release(self, place: str) -> None:
        """What goes to this bare address may leave again."""
        self._held.discard(place)
        self._pump()

    def connected(self, *, still_tracked: Container[str] | None = None) -> None:
        """The session is up: send.

        Args:
            still_tracked: after a resumption, the ids that the stream sends again by itself; None
                after a new session: all that was not taken goes again, except control messages,
                whose context the new session may not have.
        """
        again: list[_Entry] = []
        for entry in list(self._in_flight.values()):
            if still_tracked is not None and entry.id in still_tracked:
                continue
            del self._in_flight[entry.id]
            if entry.kind in _KEPT or (still_tracked is not None and entry.kind in _OF_THE_MOMENT):
                entry.sent = False
                again.append(entry)
        if still_tracked is None:
            self._queue = collections.deque(e for e in self._queue if e.kind in _KEPT)
            self._bulk.clear()
        for entry in reversed(again):
            (self._bulk if entry.kind is Kind.BULK else self._queue).appendleft(entry)
        in_flight = self._in_flight.values()
        self._bulk_in_flight = sum(e.size for e in in_flight if e.kind is Kind.BULK)
        self._bytes_in_flight = sum(e.size for e in in_flight) - self._bulk_in_flight
        self._asked = None
        self._up = True
        if self._in_flight:
            self._ask()
        self._pump()
        self.changed.emit(None)

    def disconnected(self) -> None:
        """The session is down: keep everything but what is ephemeral."""
        self._up = False
        self._asked = None
        self._stop_timer()
        self._queue = collections.deque(e for e in self._queue if e.kind is not Kind.EPHEMERAL)
        self.changed.emit(None)

    def close(self) -> None:
        """Send nothing any more; nobody is told."""
        self._up = False
        self._stop_timer()

    def in_flight_ids(self) -> tuple[str, ...]:
        """Ids sent and not taken, in order."""
        return tuple(self._in_flight)

    def acknowledge(self, message_id: str) -> None:
        """The server has taken the message with this id."""
        entry = self._in_flight.pop(message_id, None)
        if self._asked is not None:
            self._asked.ids.discard(message_id)
            if not self._asked.ids:
                self._answered(self._asked)
        if entry is None:
            return
        self._count_in_flight(entry, -entry.size)
        if entry.taken is not None:
            entry.taken()
        if self._in_flight and self._asked is None:
            self._ask()
        self._pump()
        self.changed.emit(None)

    def _count_in_flight(self, entry: _Entry, size: int) -> None:
        if entry.kind is Kind.BULK:
            self._bulk_in_flight += size
        else:
            self._bytes_in_flight += size

    def _answered(self, request: _AckRequest) -> None:
        self._asked = None
        self.latency = self._clock.now() - request.at
        self.bulk.answered(request.size, self.latency)
        if self.latency > _SLOW_ACK:
            self._window = max(_WINDOW_LEAST, self._window / 2)
        elif self.latency < _FAST_ACK and self._was_full:
            self._window = min(_WINDOW_MOST, self._window * 1.5)
            self._was_full = False

    def _ask(self) -> None:
        if self._asked is None and self._in_flight:
            self._asked = _AckRequest(
                self._clock.now(),
                set(self._in_flight),
                self._bytes_in_flight + self._bulk_in_flight,
            )
            self._request_ack()

    def _refill(self) -> None:
        now = self._clock.now()
        self._tokens = min(_BURST, self._tokens + max(0.0, now - self._tokens_at) * _RATE)
        self._tokens_at = now

    def _pump(self) -> None:
        if not self._up:
            return
        self._refill()
        if len(self._queue) - self._count_held() > _BACKLOG:
            self._catching_up = True
        sent_any = False
        while (index := self._next()) is not None:
            entry = self._queue[index]
            if self._bytes_in_flight and self._bytes_in_flight + entry.size > self._window:
                self._was_full = True
                break
            paced = entry.kind is not Kind.CONTROL and not self._catching_up
            if paced and self._tokens < 1:
                self._start_timer((1 - self._tokens) / _RATE)
                break
            del self._queue[index]
            if entry.kind is not Kind.CONTROL:
                self._tokens = max(0.0, self._tokens - 1)
            sent_any = True
            self._let_go(entry)
        if self._next() is None:
            self._catching_up = False
        if not self._catching_up:
            sent_any = self._pump_bulk() or sent_any
        if sent_any:
            self._ask()

    def _pump_bulk(self) -> bool:
        """Let go of what can wait, as much as the server keeps up with; whether there was any."""
        sent_any = False
        while self._bulk and self.bulk.has_room(self._bulk_in_flight, self._bulk[0].size):
            sent_any = True
            self._let_go(self._bulk.popleft())
        if not self._bulk and not self._bulk_in_flight:
            self.bulk.idle()
        return sent_any

    def _let_go(self, entry: _Entry) -> None:
        entry.sent = True
        self._in_flight[entry.id] = entry
        self._count_in_flight(entry, entry.size)
        self._send(entry.message)

    def _next(self) -> int | None:
        """Position of the first entry that is not held back."""
        for index, entry in enumerate(self._queue):
            if entry.place not in self._held:
                return index
        return None

    def _count_held(self) -> int:
        if not self._held:
            return 0
        return sum(entry.place in self._held for entry in self._queue)

    def _start_timer(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = self._call_later(seconds + 0.005, self._timer_fired)

    def _timer_fired(self) -> None:
        self._timer = None
        self._pump()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def log_too_large(error: TooLargeError) -> None:
    """One way to report what `put` refused."""
    XMPP.error("not sent: %s", error)
