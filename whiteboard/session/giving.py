"""What another member gets of the document: how much it may ask, and which messages that are.

How it goes out is `serving.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from whiteboard.model.document import Document
from whiteboard.model.folded import Folded
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.members import People
from whiteboard.session.parts import cut
from whiteboard.session.ports import Beside, Effect, Send, ToPeer, Upload
from whiteboard.session.positions import Positions
from whiteboard.session.serving import Askers, Serving, coverage
from whiteboard.session.table import Refusal
from whiteboard.session.uploading import Sealed, is_worth, sealed
from whiteboard.wire.messages import AcceptState, Description, EditMessage, Get, Peer, Vector
from whiteboard.wire.pack import pack

MAX_PAGE = 500
"""Messages of one page of a history."""


class Giving:
    """Answers to who asks for a history or the state.

    Args:
        session: its id.
        people: who is there.
        serving: what is on its way now; a session replaces it with each connection.
        is_live: whether the session is up and has its document.

    Attributes:
        positions: in which order the messages came here.
    """

    def __init__(
        self,
        session: SessionId,
        people: People,
        serving: Callable[[], Serving],
        is_live: Callable[[], bool],
    ) -> None:
        self.positions = Positions()
        self._session = session
        self._people = people
        self._serving = serving
        self._is_live = is_live
        self._askers = Askers()

    def may_ask(self, peer: Peer, now: float) -> bool:
        """Whether to look at a question at all; counts it."""
        return self._askers.may_ask(self._who(peer), now)

    def may_have(self, document: Document, peer: Peer, messages: int, now: float) -> bool:
        """Whether to send so many messages; counts them."""
        return self._askers.may_have(self._who(peer), messages, sum(document.vv.values()), now)

    def _who(self, peer: Peer) -> str:
        return self._people.party(peer) or peer.address

    # --- a history

    def history(
        self, document: Document, peer: Peer, asked: Get, now: float
    ) -> list[Effect] | Refusal:
        """What is asked for, as far as it is held message by message."""
        if asked.paging is not None or asked.since_seq is not None:
            return self._page(document, peer, asked, now)
        floor, upto = document.floor, asked.upto
        since = {r: max(n, floor.get(r, 0)) for r, n in {**floor, **asked.since}.items()}
        batches = [
            batch
            for batch in document.batches_since(since)
            if not upto or batch.n <= upto.get(batch.r, 0)
        ]
        if not self.may_have(document, peer, len(batches), now):
            return Refusal.TOO_MANY
        effects = self._serving().give_history(peer.address, batches)
        return Refusal.TOO_MANY if effects is None else effects

    def _page(
        self, document: Document, peer: Peer, asked: Get, now: float
    ) -> list[Effect] | Refusal:
        """One page of what is asked for, by positions in my log."""
        self.positions.catch_up(document.vv)
        floor, since, upto = document.floor, asked.since, asked.upto
        wanted = [
            (position, dot)
            for position, dot in self.positions.after(asked.since_seq or 0)
            if dot[1] > max(since.get(dot[0], 0), floor.get(dot[0], 0))
            and (not upto or dot[1] <= upto.get(dot[0], 0))
        ]
        paging = asked.paging
        index = 0 if paging is None else sum(at <= paging.after for at, _ in wanted)
        page = wanted[index:]
        if paging is not None:
            page = page[: min(paging.most, MAX_PAGE)]
        dots = {dot for _, dot in page}
        held = {b.dot: b for b in document.batches_since(floor) if b.dot in dots}
        if not self.may_have(document, peer, len(dots), now):
            return Refusal.TOO_MANY
        if paging is None:
            effects = self._serving().give_history(peer.address, held.values())
            return Refusal.TOO_MANY if effects is None else effects
        found = ((at, held[dot]) for at, dot in page if dot in held)
        return self._serving().give_page(peer.address, found, index, len(wanted))

    def deep(self, document: Document, peer: Peer, floor: Vector) -> list[Effect] | Refusal:
        """Deep help: the state where my journal begins, and all messages since.

        Whoever asks for just that floor has nobody with a deeper one, and goes on from mine.
        """
        mine = document.floor
        if dict(mine) != dict(floor) and all(mine.get(r, 0) >= n for r, n in floor.items()):
            return Refusal.NOTHING_TO_GIVE
        batches = list(document.batches_since(mine))
        folded = document.folded() if mine else None
        return self._serving().give_state(peer.address, batches, mine, "", folded)

    # --- the state

    def state(
        self,
        document: Document,
        description: Description,
        peer: Peer,
        asked: AcceptState,
        now: float,
        *,
        upload_limit: int,
    ) -> list[Effect] | Refusal:
        """The state to who accepted it; as a file, where that is worth it and can be done.

        Args:
            document: what is given.
            description: what the session is.
            peer: who gets it.
            asked: what the peer has, and whether it can fetch files.
            now: seconds.
            upload_limit: bytes of the largest file that can be put anywhere; 0 = none can.
        """
        since, folded = asked.since, None
        if not document.covers(since):
            since, folded = document.floor, document.folded()
        batches = list(document.batches_since(since))
        amount = len(batches) if folded is None else sum(document.vv.values())
        if not self.may_have(document, peer, amount, now):
            return Refusal.TOO_MANY
        if asked.fetches and upload_limit and is_worth(batches, folded):
            return self._file(peer.address, description, batches, since, folded, upload_limit)
        return self._serving().give_state(peer.address, batches, since, description.prolog, folded)

    def _file(
        self,
        to: str,
        description: Description,
        batches: Sequence[Batch],
        since: Vector,
        folded: Folded | None,
        limit: int,
    ) -> list[Effect]:
        """The state as a file; within the stream, if it cannot be put anywhere."""
        parts = cut(folded) if folded is not None else ()
        vv = {**(folded.floor if folded is not None else {}), **coverage(batches, since)}
        originals = tuple(EditMessage(b, self._people.author_of(b)) for b in batches)

        def make() -> Sealed:
            packed = pack(self._session, description, parts, originals)
            return sealed(packed, self._session, vv)

        def within_stream() -> list[Effect]:
            if not self._is_live() or not self._serving().has_offered(to):
                return []
            return self._serving().give_state(to, batches, since, description.prolog, folded)

        def made(file: Sealed, _now: float) -> list[Effect]:
            if len(file.data) > limit or not self._serving().has_offered(to):
                return within_stream()

            def put(url: str, now: float) -> list[Effect]:
                if not url:
                    return within_stream()
                self._serving().keep_offer(to, now)
                return [Send(ToPeer(to), replace(file.said, url=url))]

            return [Upload(file.data, put)]

        return [Beside(make, made)]


def is_at_hand(document: Document, since: Vector, upto: Vector) -> bool:
    """Whether what is asked for is held message by message."""
    return all(since.get(r, 0) >= n or (upto and r not in upto) for r, n in document.floor.items())
