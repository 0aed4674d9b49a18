"""What comes in waits here: one sender can neither hold up the window nor starve the others.

1. What comes while there is time is handled at once. After `SLICE` seconds of one turn of the loop
   the rest waits for the next turn, and the window is painted in between.
2. Senders take turns, one message each; what one sender sent keeps its order.
3. Each sender has an allowance of bytes that fills up again. Who has used it up waits: the message
   is handled later, never judged by it (SYNC 6.7: rate is never a reason to void).
4. What waits is bounded. Beyond that the newest of whoever has most falls out; what of it matters
   is asked for again (SYNC 5.2d).
"""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.etree.ElementTree import Element

from whiteboard.util.clock import Clock
from whiteboard.util.event import Event
from whiteboard.wire.messages import Peer

Call: TypeAlias = Callable[[], object]

SLICE = 0.008
"""Seconds of one turn: half a frame at 60 a second, so that the other half is for painting."""
ALLOWANCE = 8 * 1024 * 1024
"""Bytes that a sender may send at once: a large drawing."""
RATE = 256 * 1024
"""Bytes a second that come back of it: a fast pen sends 10 kB."""
MESSAGE_COST = 1024
"""At least so many bytes are counted for a message: the work is not in the bytes alone."""
ELEMENT_BYTES = 200
"""Of an element without its text and attributes."""
ANSWER_SHARE = 1 / 64
"""What was asked for counts as so much: the state of a large board is hundreds of megabytes."""
MAX_BYTES = 64 * 1024 * 1024
"""Of all senders together, in memory."""
MAX_SENDERS = 4096
SHORTEST_PAUSE = 0.001
"""So that rounding cannot make a pause that ends before the debt does."""
FLOOD_SECONDS = 2.0
"""Who has to wait so long sends more than can be shown at once."""
QUIET_SECONDS = 60.0
"""So long after a flood it is over, and another one is told again."""


def sender_of(peer: Peer) -> str:
    """Whose allowance a message uses: the person where the place shows it, not the device."""
    return peer.occupant_id or peer.jid or peer.address


def size_of(stanza: Element) -> int:
    """Roughly how many bytes a stanza takes in memory."""
    return sum(
        ELEMENT_BYTES
        + len(element.text or "")
        + sum(len(key) + len(value) for key, value in element.attrib.items())
        for element in stanza.iter()
    )


@dataclass(slots=True)
class _Sender:
    waiting: collections.deque[tuple[Call, int, float]] = field(default_factory=collections.deque)
    """What to do, bytes, bytes that the allowance is charged with."""
    bytes: int = 0
    credit: float = ALLOWANCE
    counted: float = 0.0
    """When the credit was counted last."""
    blocked_since: float | None = None
    told: float = float("-inf")

    def refill(self, now: float) -> None:
        self.credit = min(ALLOWANCE, self.credit + (now - self.counted) * RATE)
        self.counted = now


class Inbox:
    """A fair, bounded queue in front of whoever handles messages.

    Args:
        clock: measures slices and allowances.
        call_later: runs a call after so many seconds, 0 = in the next turn of the loop; the running
            loop's if it is not given.
    """

    def __init__(
        self, clock: Clock, call_later: Callable[[float, Call], object] | None = None
    ) -> None:
        self._clock = clock
        self._call_later = call_later or _in_loop
        self._senders: collections.OrderedDict[str, _Sender] = collections.OrderedDict()
        """Whose turn is next first."""
        self._bytes = 0
        self._spent = 0.0
        self._turn_is_set = False
        self._closed = False
        self.fell_out = 0
        """Messages that did not fit."""
        self.flooded: Event[str] = Event()
        """This sender sends more than can be shown at once."""

    @property
    def waiting(self) -> int:
        """Messages that wait."""
        return sum(len(sender.waiting) for sender in self._senders.values())

    def put(self, sender: str, call: Call, size: int, *, is_answer: bool = False) -> None:
        """Handle a message of `size` bytes now, or when it is the sender's turn.

        Args:
            sender: who sent it, by a name that it cannot change at will.
            call: handles it.
            size: bytes it takes in memory while it waits.
            is_answer: it brings what was asked for, or says so.
        """
        if self._closed:
            return
        known = self._sender(sender)
        charge = max(size, MESSAGE_COST) * (ANSWER_SHARE if is_answer else 1.0)
        self._begin_turn()
        if self._bytes == 0 and self._spent < SLICE and self._may(known):
            self._handle(known, call, charge)
            return
        known.waiting.append((call, size, charge))
        known.bytes += size
        self._bytes += size
        while self._bytes > MAX_BYTES:
            self._drop()

    def after(self, sender: str, call: Call) -> None:
        """Do this behind all that waits from `sender`: it has left, for instance."""
        known = self._senders.get(sender)
        if known is None or not known.waiting:
            call()
        else:
            known.waiting.append((call, 1, 0.0))
            known.bytes += 1
            self._bytes += 1

    def clear(self) -> None:
        """Forget what waits: the stream is cut, and who comes back is asked for what is missing."""
        for sender in self._senders.values():
            sender.waiting.clear()
            sender.bytes = 0
        self._bytes = 0

    def close(self) -> None:
        """Take nothing any more."""
        self.clear()
        self._closed = True

    # --- turns ---

    def _begin_turn(self) -> None:
        if not self._turn_is_set:
            self._spent = 0.0
            self._set_turn(0.0)

    def _set_turn(self, seconds: float) -> None:
        self._turn_is_set = True
        self._call_later(seconds, self._turn)

    def _turn(self) -> None:
        """The next turn of the loop: go on with what waits."""
        self._turn_is_set = False
        self._spent = 0.0
        try:
            while self._bytes and self._spent < SLICE and self._next():
                pass
        finally:  # a fault in handling one message is the loop's to report, and holds up no other
            if self._bytes:
                self._set_turn(self._pause())

    def _next(self) -> bool:
        """Handle one message of whose turn it is; False if all have to wait."""
        for name in tuple(self._senders):
            sender = self._senders[name]
            self._senders.move_to_end(name)
            if not sender.waiting:
                continue
            if not self._may(sender):
                self._look_for_flood(name, sender)
                continue
            call, size, charge = sender.waiting.popleft()
            sender.bytes -= size
            self._bytes -= size
            if not sender.waiting:
                sender.blocked_since = None
            self._handle(sender, call, charge)
            return True
        return False

    def _handle(self, sender: _Sender, call: Call, charge: float) -> None:
        sender.credit -= charge
        begin = self._clock.now()
        try:
            call()
        finally:
            self._spent += self._clock.now() - begin

    def _pause(self) -> float:
        """Seconds until somebody who waits may go on."""
        debts = (-sender.credit for sender in self._senders.values() if sender.waiting)
        debt = min(debts)
        return debt / RATE + SHORTEST_PAUSE if debt > 0 else 0.0

    # --- allowances ---

    def _may(self, sender: _Sender) -> bool:
        sender.refill(self._clock.now())
        return sender.credit >= 0

    def _look_for_flood(self, name: str, sender: _Sender) -> None:
        now = self._clock.now()
        if sender.blocked_since is None:
            sender.blocked_since = now
        if now - sender.blocked_since >= FLOOD_SECONDS:
            is_new = now - sender.told >= QUIET_SECONDS
            sender.told = now
            if is_new:
                self.flooded.emit(name)

    def _sender(self, name: str) -> _Sender:
        sender = self._senders.get(name)
        if sender is None:
            if len(self._senders) >= MAX_SENDERS:
                self._forget_one()
            sender = self._senders[name] = _Sender(counted=self._clock.now())
        return sender

    def _forget_one(self) -> None:
        """Make room for a new sender: somebody with a full allowance, else with nothing waiting."""
        idle = [name for name, sender in self._senders.items() if not sender.waiting]
        best = max(idle or self._senders, key=lambda name: self._senders[name].credit)
        self._bytes -= self._senders.pop(best).bytes

    def _drop(self) -> None:
        sender = max(self._senders.values(), key=lambda one: one.bytes)
        _, size, _ = sender.waiting.pop()
        sender.bytes -= size
        self._bytes -= size
        self.fell_out += 1


def _in_loop(seconds: float, call: Call) -> object:
    loop = asyncio.get_running_loop()
    return loop.call_later(seconds, call) if seconds > 0 else loop.call_soon(call)
