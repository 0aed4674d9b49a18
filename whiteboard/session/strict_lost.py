"""Own edits that a state lacks, though nobody said no to them: they are made again (SYNC 5.6).

An edit counts as delivered when the room sent it back, or between two when it was sent. If it was
lost on the way to somebody all the same (a stream that could not be resumed), and that member's
state replaces this one because it holds more, the edit would be gone without a word. So own edits
are remembered until the documents were found equal, and what a state does not hold of them is made
again, once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

from whiteboard.model.ops import New, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza, StanzaId
from whiteboard.model.strict.reassert import again

MOST = 1000
"""Own stanzas that are remembered."""
SECONDS = 600.0
"""So long: what was lost shows within a heartbeat or two."""


class Unproved:
    """Own stanzas that others may lack."""

    def __init__(self) -> None:
        self._stanzas: OrderedDict[StanzaId, tuple[Stanza, float]] = OrderedDict()

    def note(self, stanzas: Iterable[Stanza], now: float) -> None:
        """These were sent."""
        for stanza in stanzas:
            self._stanzas[stanza.key] = stanza, now
        while len(self._stanzas) > MOST:
            self._stanzas.popitem(last=False)

    def proved(self) -> None:
        """Everybody has them."""
        self._stanzas.clear()

    def lacking(self, document: StrictDocument, state: Sequence[Stanza], now: float) -> Lacking:
        """Those that a state lacks which is about to be installed; none is remembered any more.

        Args:
            document: As it is before.
            state: Of another member.
            now: Seconds.
        """
        stanzas = [one for one, at in self._stanzas.values() if now - at <= SECONDS]
        self._stanzas.clear()
        return Lacking(document, state, [s for s in stanzas if s.key not in document.pending])


class Lacking:
    """What has to be made again once a state is installed.

    Args:
        document: as it is before.
        state: what is to be installed.
        stanzas: own ones.
    """

    def __init__(
        self, document: StrictDocument, state: Sequence[Stanza], stanzas: Sequence[Stanza]
    ) -> None:
        said = [op for stanza in state for _, op in stanza.operations()]
        news = {op.rid for op in said if isinstance(op, New)}
        sets = {(op.rid, op.version) for op in said if isinstance(op, Set)}
        self._ops: list[tuple[New | Set, str | None]] = []
        for stanza in stanzas:
            for opid, op in stanza.operations():
                if isinstance(op, New) and op.rid not in news | document.removed:
                    self._ops.append((op, None))
                elif isinstance(op, Set) and (op.rid, op.version) not in sets:
                    self._ops.append((op, document.text_before(opid)))

    def ops(self, document: StrictDocument) -> Iterator[New | Set]:
        """What is to be sent, of a document with the state; each is written before the next."""
        for op, before in self._ops:
            record = document.record(op.rid)
            if isinstance(op, Set):
                fresh = again(document, op.rid, op, before)
                if fresh is not None:
                    yield fresh
            elif record is None or not record.news:
                yield op
