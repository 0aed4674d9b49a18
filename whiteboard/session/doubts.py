"""Equal messages and unequal documents (SYNC 5.4): who is wrong?

A document is a pure function of its messages, so whoever is wrong finds out by making it anew from
the messages held. That is done beside the work, in parts; only if something else comes of it is the
document replaced. If nothing else comes of it the other side is wrong, by a fault or on purpose: it
makes its document anew too when it hears this member. As a liar may go on for ever, it has this
member look again only after ever longer times, and the person is told once.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass

from whiteboard.model.document import Document
from whiteboard.model.ids import Party
from whiteboard.model.ops import Batch
from whiteboard.session.ports import Disbelieved, Effect, Incident, StartTimer
from whiteboard.wire.messages import Peer

LOOK_TIMER = "look-again"
PART = 100
"""Messages in one step: some milliseconds."""
PAUSE = 0.005
"""Seconds between two steps, for the window."""
FIRST_WAIT = 60.0
LONGEST_WAIT = 86_400.0
BETWEEN = 10.0
"""Seconds between two looks, whoever asks for them."""
MOST = 256
"""Parties whose claims are remembered."""


@dataclass(slots=True)
class _Claim:
    """What a party said that was not so."""

    wait: float = FIRST_WAIT
    until: float = float("-inf")
    is_told: bool = False


class Doubts:
    """Finds out whose document is wrong."""

    def __init__(self) -> None:
        self._claims: collections.OrderedDict[Party, _Claim] = collections.OrderedDict()
        self._of: Document | None = None
        """The document that is looked into."""
        self._copy: Document | None = None
        self._rest: Sequence[Batch] = ()
        self._party = Party("")
        self._not_before = float("-inf")

    def would_look(self, party: Party, now: float) -> bool:
        """Whether a claim of this party is looked into now."""
        return now >= self._claim(party).until and now >= self._not_before

    def begin(self, document: Document, party: Party, peer: Peer, now: float) -> list[Effect]:
        """`party` says that these messages make another document."""
        claim = self._claim(party)
        if now < claim.until:
            return []
        if claim.wait > FIRST_WAIT and not claim.is_told:
            claim.is_told = True
            return [Disbelieved(party), *self._look(document, party, peer, now)]
        return self._look(document, party, peer, now)

    def _look(self, document: Document, party: Party, peer: Peer, now: float) -> list[Effect]:
        if self._of is document or now < self._not_before:
            return []
        self._party = party
        self._of = document
        self._copy = document.like(document.folded())
        self._rest = document.batches_since(document.floor)
        incident = Incident("documents-differ", "equal messages made unequal documents", peer)
        return [incident, StartTimer(LOOK_TIMER, PAUSE)]

    def step(self, document: Document, now: float) -> tuple[list[Effect], Document | None]:
        """Take in a part more.

        Returns:
            Effects, and the sound document that is to replace `document`, if that is wrong.
        """
        copy = self._copy
        if copy is None or self._of is not document:
            return [], None  # it was replaced for another reason
        part, self._rest = self._rest[:PART], self._rest[PART:]
        copy.receive(part)
        if self._rest:
            return [StartTimer(LOOK_TIMER, PAUSE)], None
        copy.receive(document.batches_since(copy.vv))  # what came meanwhile
        self._of = self._copy = None
        self._not_before = now + BETWEEN
        if copy.state_hash() != document.state_hash():
            return [Incident("healed", "the document was made anew from its messages")], copy
        claim = self._claim(self._party)
        claim.until = now + claim.wait
        claim.wait = min(LONGEST_WAIT, 2 * claim.wait)
        return [], None

    def _claim(self, party: Party) -> _Claim:
        claim = self._claims.setdefault(party, _Claim())
        self._claims.move_to_end(party)
        while len(self._claims) > MOST:
            self._claims.popitem(last=False)
        return claim
