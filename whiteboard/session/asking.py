"""A history from other members, page by page (requirements H2 and H3, XEP-0059).

One member is asked at a time, the next page when the last one is here. A member that falls silent
or goes gives way to another, which is told by vector what is here already: positions mean something
in one member's log only, vectors in everybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from whiteboard.model.ids import Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.ports import CancelTimer, Effect, Send, StartTimer, ToPeer
from whiteboard.session.serving import coverage
from whiteboard.wire.messages import Answer, EditMessage, Get, Paging, Vector

PAGE_TIMER = "history-page"
PAGE_SECONDS = 10.0
PAGE_MESSAGES = 200
MOST_TRIES = 6
MAX_MESSAGES = 1_000_000

Came = Callable[[Sequence[EditMessage]], object]
Done = Callable[[bool], object]


@dataclass
class Asking:
    """One question on its way.

    Attributes:
        session: whose history.
        came: gets the messages of each page that were not here before.
        done: told at the end whether all is here.
        since, upto: as of `Get`.
        since_seq: a position in the log of the first member that is asked; None = none.
    """

    session: SessionId
    came: Came
    done: Done
    since: Vector = field(default_factory=dict)
    upto: Vector = field(default_factory=dict)
    since_seq: int | None = None
    asked: str = ""
    progress: float | None = None
    """0 to 1; None until the first page came."""
    _tries: int = 0
    _seq: int | None = None
    _after: int = 0
    _asked_since: Vector = field(default_factory=dict)
    _here: dict[Replica, int] = field(default_factory=dict)
    _count: int = 0

    def ask(self, members: Sequence[str]) -> list[Effect]:
        """Ask another member than the last one, if there is one; the end, if there is nobody."""
        others = [address for address in members if address != self.asked] or list(members)
        self._tries += 1
        if not others or self._tries > MOST_TRIES:
            return self.end(is_whole=False)
        self._seq = self.since_seq if not self.asked else None
        self.asked = others[self._tries % len(others)]
        self._asked_since, self._after = {**self.since, **self._here}, 0
        return self._send()

    def takes(self, address: str, message: Answer) -> bool:
        """Whether this is a page that was asked for."""
        return message.page is not None and address == self.asked

    def page(self, message: Answer, admitted: Sequence[Batch]) -> list[Effect]:
        """A page came, of which these messages are their senders'."""
        assert message.page is not None
        page = message.page
        fresh = {batch.dot for batch in admitted}
        news = [one for one in message.messages if one.batch.dot in fresh]
        self._count += len(news)
        known = {**self.since, **self._here}
        self._here.update(coverage((one.batch for one in news), known))
        self.came(news)
        seen = page.index + len(message.messages)
        if not page.last or seen >= page.count:
            self.progress = 1.0
            return self.end(is_whole=self._is_covered and (not page.count or bool(page.last)))
        if self._count > MAX_MESSAGES or page.last <= self._after:
            return self.end(is_whole=False)
        left = page.count - seen
        self.progress = self._count / (self._count + left)
        self._tries, self._after = 0, page.last
        return self._send()

    @property
    def _is_covered(self) -> bool:
        """Whether all that was named is here: who answered may not have had it."""
        here = {**self.since, **self._here}
        return all(here.get(r, 0) >= n for r, n in self.upto.items())

    def end(self, *, is_whole: bool) -> list[Effect]:
        """It is over."""
        self.asked = ""
        self.done(is_whole)
        return [CancelTimer(PAGE_TIMER)]

    def _send(self) -> list[Effect]:
        get = Get(
            self.session,
            self._asked_since,
            self.upto,
            since_seq=self._seq,
            paging=Paging(PAGE_MESSAGES, self._after),
        )
        return [Send(ToPeer(self.asked), get), StartTimer(PAGE_TIMER, PAGE_SECONDS)]
