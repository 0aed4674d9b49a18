"""Performs what a session or an invitation asks for: the asyncio side of `session.ports`.

What goes to the others waits until what it rests on is on disk (`Persist`), in order; what is shown
here, and timers, do not wait.
"""

from __future__ import annotations

import asyncio
import collections
import functools
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from whiteboard.model.document import Document
from whiteboard.model.shared import SharedDocument
from whiteboard.session.ports import (
    Advertise,
    Beside,
    CancelTimer,
    Effect,
    Ended,
    Fetch,
    Incident,
    Link,
    NewDocument,
    Persist,
    ReadHistory,
    Send,
    StartTimer,
    Upload,
)
from whiteboard.util.clock import Clock
from whiteboard.util.log import SYNC


class Actor(Protocol):
    """What a driver drives beside single calls: a `Session` or an `Invitation`."""

    def timer(self, name: str, now: float) -> Sequence[Effect]:
        """A timer that was started ran out."""


class Files(Protocol):
    """Carries files beside the stream."""

    def put(self, data: bytes, then: Callable[[str], object]) -> None:
        """Put it where others can fetch it; its address, '' if that failed, goes to `then`."""

    def fetch(
        self,
        url: str,
        size: int,
        came: Callable[[int], object],
        then: Callable[[bytes], object],
    ) -> None:
        """Fetch it; it, b'' if that failed, goes to `then`."""


def _failed(effect: Upload | Fetch, now: float) -> Sequence[Effect]:
    if isinstance(effect, Upload):
        return effect.then("", now)
    return effect.then(b"", now)


class Driver:
    """One session's (or invitation's) effects, performed in order.

    Args:
        actor: whom timers belong to.
        link: the way to the others.
        clock: gives `now`.
        show: told every effect that is neither sending, timing nor persisting.
        subscribe: listens to a new document's commits; returns the undo.
        persist: keeps batches durably and then calls its second argument, at once or later in the
            loop; what is sent after a `Persist` waits for that, also when the driver is closed.
        read_back: see `ReadHistory`.
        files: puts and fetches files; None can do neither.
    """

    def __init__(
        self,
        actor: Actor,
        link: Link,
        clock: Clock,
        show: Callable[[Effect], object],
        *,
        subscribe: Callable[[SharedDocument], Callable[[], None]] | None = None,
        persist: Callable[[Persist, Callable[[], None]], object] | None = None,
        read_back: Callable[[Document], object] | None = None,
        files: Files | None = None,
    ) -> None:
        self._files = files
        self._actor = actor
        self._link = link
        self._clock = clock
        self._show = show
        self._subscribe = subscribe
        self._persist = persist
        self._read_back = read_back
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._waiting: collections.deque[Effect] = collections.deque()
        self._performing = False
        self._asked = 0
        self._safe = 0
        self._held: collections.deque[tuple[int, Send | Advertise]] = collections.deque()
        """With the number of the `Persist` that each waits for."""
        self._unsubscribe: Callable[[], None] | None = None
        self._ended = False
        self._closed = False

    def run(self, call: Callable[[float], Sequence[Effect]]) -> None:
        """Make one call of the actor with the present time and perform what it asks for.

        A call made while effects are performed adds its own behind them. After `Ended` nothing
        is called any more.
        """
        if self._closed:
            return
        self._waiting.extend(call(self._clock.now()))
        if self._performing:
            return
        self._performing = True
        try:
            while self._waiting:
                self._perform(self._waiting.popleft())
        finally:
            self._performing = False
        if self._ended:
            self.close()

    def close(self) -> None:
        """Perform nothing any more."""
        self._closed = True
        self._waiting.clear()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.forget_document()

    def listen(self, document: SharedDocument) -> None:
        """The actor has this document already: hand it the commits from now on."""
        self.forget_document()
        if self._subscribe is not None:
            self._unsubscribe = self._subscribe(document)

    def forget_document(self) -> None:
        """Listen to the document no longer."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, Send | Advertise):
            if self._safe < self._asked:
                self._held.append((self._asked, effect))
            else:
                self._let_out(effect)
        elif isinstance(effect, StartTimer):
            self._start_timer(effect)
        elif isinstance(effect, CancelTimer):
            self._cancel_timer(effect.name)
        elif isinstance(effect, Persist):
            self._keep(effect)
        elif isinstance(effect, ReadHistory):
            if self._read_back is not None:
                self._read_back(effect.document)
        elif isinstance(effect, Beside):
            self._make_beside(effect)
        elif isinstance(effect, Upload | Fetch):
            self._carry(effect)
        else:
            if isinstance(effect, NewDocument):
                self.listen(effect.document)
            elif isinstance(effect, Ended):
                self._ended = True
            elif isinstance(effect, Incident):
                # Not for stderr: any peer can cause it, and the person can do nothing about it.
                SYNC.info("%s: %s (%s)", effect.kind, effect.text, effect.peer)
            self._show(effect)
            if isinstance(effect, NewDocument):
                self._keep(Persist(()))  # showing it made a store keep the whole of it

    def _keep(self, effect: Persist) -> None:
        if self._persist is not None:
            self._asked += 1
            self._persist(effect, functools.partial(self._persisted, self._asked))

    def _make_beside(self, effect: Beside) -> None:
        made = asyncio.get_running_loop().run_in_executor(None, effect.make)

        def done(made: asyncio.Future[Any]) -> None:
            if not made.cancelled():
                self.run(lambda now: effect.then(made.result(), now))

        made.add_done_callback(done)

    def _carry(self, effect: Upload | Fetch) -> None:
        files = self._files
        if files is None:
            self.run(lambda now: _failed(effect, now))
        elif isinstance(effect, Upload):
            files.put(effect.data, lambda url: self.run(lambda now: effect.then(url, now)))
        else:
            files.fetch(
                effect.url,
                effect.size,
                lambda count: self.run(lambda _now: effect.came(count)),
                lambda data: self.run(lambda now: effect.then(data, now)),
            )

    def _let_out(self, effect: Send | Advertise) -> None:
        if isinstance(effect, Send):
            self._link.send(effect)
        else:
            self._link.advertise(effect.what)

    def _persisted(self, number: int) -> None:
        self._safe = max(self._safe, number)
        while self._held and self._held[0][0] <= self._safe:
            self._let_out(self._held.popleft()[1])

    def _start_timer(self, effect: StartTimer) -> None:
        self._cancel_timer(effect.name)
        loop = asyncio.get_running_loop()
        # Qt's timers may fire up to 5 % early (STACK section 2): a session compares times.
        seconds = max(0.0, effect.seconds) + 0.001
        self._timers[effect.name] = loop.call_later(seconds, self._ran_out, effect.name)

    def _cancel_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _ran_out(self, name: str) -> None:
        self._timers.pop(name, None)
        self.run(lambda now: self._actor.timer(name, now))
