"""Giving others what they lack: the state to a joiner, history to whoever asks.

A transfer is frozen when it begins: the messages held at that moment, verbatim, in answers of about
8 KiB. Only so many bytes are on their way at once to one peer; `sent` lets the next pages go
(SYNC 0.3.13: paced by bytes in flight, nothing else). Live edits need not wait for it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from whiteboard.model.folded import Folded
from whiteboard.model.ids import Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.parts import cut
from whiteboard.session.ports import Effect, Send, ToPeer
from whiteboard.wire.codec import stanza
from whiteboard.wire.messages import (
    EMPTY,
    Answer,
    Description,
    EditMessage,
    Message,
    Page,
    Peer,
    StateBegin,
    StateEnd,
    StateOffer,
    StatePart,
    StrictMessage,
    Vector,
)
from whiteboard.wire.strict import strict_stanza
from whiteboard.wire.xml import to_xml

PAGE_BYTES = 8 * 1024
WINDOW_BYTES = 48 * 1024
"""On the way to one peer at once."""
WINDOW_PAGES = 6
"""Likewise: on a slow link pages are small, and made when they can go."""
PART_SHARE = 0.75
"""Of a page's bytes that a part of a folded state has: quotation marks grow in XML."""
ENVELOPE_BYTES = 90
"""`<forwarded/>` around one message, roughly."""
MAX_TRANSFERS = 64
MAX_OFFERS = 256
OFFER_SECONDS = 60.0
QUESTIONS = 30
"""That one party may ask at once."""
QUESTIONS_A_SECOND = 2.0
WHOLE_TIMES = 4
"""So often may a party have as much as is held, in so many seconds, and some messages more."""
WHOLE_SECONDS = 3600.0
SOME_MORE = 2000
MAX_ASKERS = 4096


def coverage(batches: Iterable[Batch], since: Vector = EMPTY) -> dict[Replica, int]:
    """Per replica how far the numbers of `batches` go without a gap beyond `since`."""
    numbers: dict[Replica, set[int]] = {}
    for batch in batches:
        numbers.setdefault(batch.r, set()).add(batch.n)
    vector: dict[Replica, int] = {}
    for r, held in numbers.items():
        n = since.get(r, 0)
        while n + 1 in held:
            n += 1
        if n:
            vector[r] = n
    return vector


class Askers:
    """How much each party has asked for: a small question can have a large answer."""

    def __init__(self) -> None:
        self._askers: OrderedDict[str, _Asker] = OrderedDict()

    def may_ask(self, who: str, now: float) -> bool:
        """Whether to look at a question at all; counts it."""
        asker = self._asker(who, now)
        asker.questions = min(
            QUESTIONS, asker.questions + (now - asker.counted) * QUESTIONS_A_SECOND
        )
        asker.counted = now
        if asker.questions < 1:
            return False
        asker.questions -= 1
        return True

    def may_have(self, who: str, messages: int, held: int, now: float) -> bool:
        """Whether to send so many messages, where `held` are held in all; counts them."""
        asker = self._asker(who, now)
        if now - asker.since >= WHOLE_SECONDS:
            asker.since, asker.messages = now, 0
        if asker.messages + messages > WHOLE_TIMES * held + SOME_MORE:
            return False
        asker.messages += messages
        return True

    def _asker(self, who: str, now: float) -> _Asker:
        asker = self._askers.get(who)
        if asker is None:
            asker = self._askers[who] = _Asker(counted=now, since=now)
            while len(self._askers) > MAX_ASKERS:
                self._askers.popitem(last=False)
        self._askers.move_to_end(who)
        return asker


@dataclass(slots=True)
class _Asker:
    counted: float
    since: float
    questions: float = QUESTIONS
    messages: int = 0


@dataclass
class _Transfer:
    """What still goes to one peer; `ends` = a StateEnd that follows the last page."""

    waiting: deque[Batch] = field(default_factory=deque)
    dots: set[tuple[Replica, int]] = field(default_factory=set)
    parts: deque[tuple[int, str]] = field(default_factory=deque)
    """Of a folded state, which goes first."""
    pages: deque[StrictMessage] = field(default_factory=deque)
    """Of the state of a strict session; then there is nothing else."""
    in_flight: int = 0
    end: StateEnd | None = None

    @property
    def has_more(self) -> bool:
        """Whether anything waits to be sent."""
        return bool(self.pages or self.parts or self.waiting)


class Serving:
    """Offers made and transfers under way.

    Args:
        session: id of the session.
        author: who to name as the sender of a batch.
        receipts: gives out receipt numbers that nobody else uses.
    """

    def __init__(
        self, session: SessionId, author: Callable[[Batch], Peer], receipts: Callable[[], int]
    ) -> None:
        self._session = session
        self._author = author
        self._receipts = receipts
        self._offers: dict[str, float] = {}
        self._transfers: dict[str, _Transfer] = {}
        self._flying: dict[int, tuple[str, int]] = {}
        self.page_bytes = PAGE_BYTES
        """Aim of one stanza, by how fast the link is."""

    def offer(self, to: str, description: Description, now: float) -> list[Effect]:
        """Offer the state; the offer stands for a minute."""
        self._offers = {a: t for a, t in self._offers.items() if now - t < OFFER_SECONDS}
        if len(self._offers) >= MAX_OFFERS:
            return []
        self._offers[to] = now
        return [Send(ToPeer(to), StateOffer(self._session, description))]

    def forget(self, to: str) -> None:
        """The offer was refused, or the peer is gone: nothing more goes there."""
        self._offers.pop(to, None)
        self._transfers.pop(to, None)

    def keep_offer(self, to: str, now: float) -> None:
        """The offer stands for another minute: it may be taken in another way."""
        self._offers[to] = now

    def has_offered(self, to: str) -> bool:
        """Whether an offer to this peer stands."""
        return to in self._offers

    def is_giving(self, to: str) -> bool:
        """Whether some of a state is still to be sent there."""
        transfer = self._transfers.get(to)
        return transfer is not None and transfer.has_more

    def give_state(
        self,
        to: str,
        batches: Sequence[Batch],
        since: Vector,
        prolog: str,
        folded: Folded | None = None,
    ) -> list[Effect]:
        """Send the state: `batches` are all that a joiner lacks who has `since`.

        With `folded` that is what lies inside it: it goes first, in parts.
        """
        self._offers.pop(to, None)
        vv = coverage(batches, since)
        parts: tuple[str, ...] = ()
        if folded is not None:
            parts = cut(folded, round(self.page_bytes * PART_SHARE))
            vv = {**folded.floor, **vv}
        transfer = _Transfer(parts=deque(enumerate(parts)), end=StateEnd(self._session, vv))
        self._transfers[to] = transfer
        _queue(transfer, batches)
        begin = StateBegin(self._session, prolog, len(transfer.waiting), vv, len(parts))
        return [Send(ToPeer(to), begin), *self._pump(to)]

    def give_pages(self, to: str, pages: Iterable[StrictMessage]) -> list[Effect]:
        """Send the state of a strict session; one that was on its way there is left off."""
        self._offers.pop(to, None)
        transfer = self._transfers[to] = _Transfer(pages=deque(pages))
        # What is in flight of the one before must not let these go.
        self._flying = {r: (who, size) for r, (who, size) in self._flying.items() if who != to}
        assert transfer.pages
        return self._pump(to)

    def give_history(self, to: str, batches: Iterable[Batch]) -> list[Effect] | None:
        """Send these messages, without those already on their way; None if too many are served."""
        transfer = self._transfers.get(to)
        if transfer is None:
            if len(self._transfers) >= MAX_TRANSFERS:
                return None
            transfer = self._transfers[to] = _Transfer()
        _queue(transfer, batches)
        return self._pump(to)

    def give_page(
        self, to: str, found: Iterable[tuple[int, Batch]], index: int, count: int
    ) -> list[Effect]:
        """One page of a history: as many of the messages found as fit into a stanza.

        Args:
            to: who asked.
            found: the messages and their positions, in order.
            index: how many that answer the question stand before them.
            count: how many do in all.
        """
        page: list[EditMessage] = []
        size = first = last = 0
        for position, batch in found:
            original = EditMessage(batch, self._author(batch))
            length = len(to_xml(stanza(original)).encode()) + ENVELOPE_BYTES
            if page and size + length > PAGE_BYTES:
                break
            page.append(original)
            size += length
            first, last = first or position, position
        info = Page(first, last, index if page else 0, count)
        answer = Answer(self._session, tuple(page), info)
        return [Send(ToPeer(to), answer, receipt=self._receipts())]

    def sent(self, receipt: int) -> list[Effect]:
        """A page has left: the next may go."""
        to, size = self._flying.pop(receipt, ("", 0))
        transfer = self._transfers.get(to)
        if transfer is None:
            return []
        transfer.in_flight = max(0, transfer.in_flight - size)
        return self._pump(to)

    def _pump(self, to: str) -> list[Effect]:
        transfer = self._transfers[to]
        effects: list[Effect] = []
        window = min(WINDOW_BYTES, WINDOW_PAGES * self.page_bytes)
        while transfer.has_more and transfer.in_flight < window:
            message: Message
            if transfer.pages:
                message = transfer.pages.popleft()
                size = len(to_xml(strict_stanza(message)).encode())
            elif transfer.parts:
                number, text = transfer.parts.popleft()
                message, size = StatePart(self._session, number, text), len(text)
            else:
                page, size = self._page(transfer)
                message = Answer(self._session, page)
            receipt = self._receipts()
            transfer.in_flight += size
            self._flying[receipt] = (to, size)
            effects.append(Send(ToPeer(to), message, receipt=receipt))
        if not transfer.has_more:
            if transfer.end is not None:
                effects.append(Send(ToPeer(to), transfer.end))
                transfer.end = None
            if transfer.in_flight == 0:
                del self._transfers[to]
        return effects

    def _page(self, transfer: _Transfer) -> tuple[tuple[EditMessage, ...], int]:
        page: list[EditMessage] = []
        size = 0
        while transfer.waiting:
            batch = transfer.waiting[0]
            original = EditMessage(batch, self._author(batch))
            length = len(to_xml(stanza(original)).encode()) + ENVELOPE_BYTES
            if page and size + length > self.page_bytes:
                break
            transfer.waiting.popleft()
            transfer.dots.discard(batch.dot)
            page.append(original)
            size += length
        return tuple(page), size


def _queue(transfer: _Transfer, batches: Iterable[Batch]) -> None:
    known = set(transfer.dots)  # both contents of a forked dot may go
    for batch in batches:
        if batch.dot not in known:
            transfer.waiting.append(batch)
            transfer.dots.add(batch.dot)
