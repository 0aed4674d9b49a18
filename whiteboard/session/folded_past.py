"""The folded past of the document: when it is folded, read again, or had from others (SYNC 5.5).

The document, and what is known of who lacks what, come with each question: a session replaces both
when it goes on as another replica.
"""

from __future__ import annotations

from whiteboard.model.document import Document
from whiteboard.model.folded import Folded, FormatError
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.members import People
from whiteboard.session.memory import Later, Memory
from whiteboard.session.parts import HELP_SECONDS, HELP_TIMER, Help
from whiteboard.session.ports import Effect, ReadHistory, Send, StartTimer, ToPeer
from whiteboard.session.sync import Sync
from whiteboard.session.table import Refusal
from whiteboard.wire.messages import Get, StateBegin, StatePart, Vector

FOLD_TIMER = "fold"
FOLD_AT_ONCE = 200
"""Edits of texts that are folded in one turn: about 20 ms."""
FOLD_PAUSE = 0.05


class FoldedPast:
    """What one member does to fold the past, and to have it when something does not fit without.

    Args:
        session: its id.
        people: who is there.

    Attributes:
        memory: who has what, and what waits for the past.
    """

    def __init__(self, session: SessionId, people: People) -> None:
        self.memory = Memory()
        self._session = session
        self._people = people
        self._help: Help | None = None
        """Deep help under way."""

    # --- folding

    def fold(self, document: Document, now: float) -> list[Effect]:
        """Free memory, if that is worth its while."""
        w = self.memory.choose(document, now)
        if w is not None:
            document.fold(w, FOLD_AT_ONCE)
        return _more_to_fold(document)

    def fold_on(self, document: Document) -> list[Effect]:
        """`FOLD_TIMER` ran out."""
        document.fold_on(FOLD_AT_ONCE)
        return _more_to_fold(document)

    # --- from the own journal

    def read(self, document: Document) -> list[Effect]:
        """Read the past from the journal, unless that is under way."""
        if self.memory.is_reading:
            return []
        self.memory.is_reading = True
        return [ReadHistory(document)]

    def with_history(self, document: Document, then: Later) -> list[Effect]:
        """Do this as soon as everything that the journal has is in memory; now, if it is."""
        if not self.is_deeper_in_journal(document):
            return then(0.0)
        self.memory.wait(then)
        return self.read(document)

    def is_deeper_in_journal(self, document: Document) -> bool:
        """Whether the journal has what the document has only folded."""
        return self.memory.may_fold() and dict(document.floor) != dict(self.memory.journal_floor)

    # --- from others

    def reach_below(self, document: Document, sync: Sync) -> list[Effect]:
        """Something came that has no room on what is folded: the journal's history, or a helper's.

        Steps 1 and 2 of SYNC 5.5; step 3 waits until nobody sends what is wanted.
        """
        if self.is_deeper_in_journal(document):
            return self.read(document)
        if self.memory.is_reading or self._help is not None:
            return []
        floor = document.floor
        address = self.memory.helper(floor)
        if address is None:
            return self._go_on_from_greatest(document, sync) if self.memory.is_stuck else []
        return self._ask(Help(address), floor)

    def nobody_sends(self, document: Document, sync: Sync) -> list[Effect]:
        """What others announced did not come: it may be folded everywhere (step 3)."""
        if self._help is not None or self.memory.is_reading:
            return []
        self.memory.is_stuck = True
        self.memory.helped()
        if document.is_blocked:
            return self.reach_below(document, sync)
        return self._go_on_from_greatest(document, sync)

    def _ask(self, help_: Help, floor: Vector) -> list[Effect]:
        self._help = help_
        return [
            Send(ToPeer(help_.helper), Get(self._session, floor=dict(floor))),
            StartTimer(HELP_TIMER, HELP_SECONDS),
        ]

    def _go_on_from_greatest(self, document: Document, sync: Sync) -> list[Effect]:
        """Ask the member who stays as it is for its state, if what it has cannot be had from here.

        Its messages would not do: it holds them only folded, or they are below my floor.
        """
        memory = self.memory
        memory.is_stuck = False
        address = memory.greatest(document.replica, self._people.present())
        if not address:
            return []
        floor = memory.floor_of(address)
        below = document.waiting_batches() if document.is_blocked else ()
        waiting = {batch.r for batch in below}
        for r, n in sync.lacks(address).items():
            is_folded = n <= floor.get(r, 0) and not sync.is_offered(r, n, memory.floor_of)
            if is_folded or r in waiting:
                return self._ask(Help(address, is_last=True), floor)
        return []

    # --- the help on its way

    def help_begins(self, address: str, message: StateBegin) -> list[Effect] | Refusal:
        """How much comes."""
        if self._help is None or self._help.helper != address:
            return Refusal.NOT_ASKED
        self._help.begin(message.parts, message.count)
        return [StartTimer(HELP_TIMER, HELP_SECONDS)]

    def help_part(self, address: str, message: StatePart) -> list[Effect] | Refusal:
        """A part of the state where the helper's journal begins."""
        if self._help is None or self._help.helper != address or self._help.parts is None:
            return Refusal.NOT_ASKED
        self._help.parts.add(message.number, message.text)
        return [StartTimer(HELP_TIMER, HELP_SECONDS)]

    def takes(self, address: str, batches: list[Batch]) -> bool:
        """Take messages in, if they are part of the help."""
        return self._help is not None and self._help.takes(address, batches)

    def help_ends(self, address: str) -> Help | Refusal:
        """All of it is here."""
        given = self._help
        if given is None or given.helper != address:
            return Refusal.NOT_ASKED
        self._help = None
        return given

    def stop_help(self) -> None:
        """The stream is cut: whoever was to help is asked anew."""
        self._help = None

    def help_failed(self, document: Document, sync: Sync) -> list[Effect]:
        """The helper fell silent, or is gone: the next one."""
        self._help = None
        return self.reach_below(document, sync) if document.is_blocked else []


def with_help(document: Document, base: Folded | None, given: Help, vv: Vector) -> Document:
    """What the helper sent, as a document.

    Args:
        document: the present one; only its party, replica and rules count.
        base: where the helper's journal begins.
        given: the messages since.
        vv: what the helper says that it is.

    Raises:
        FormatError: messages are missing.
    """
    rebuilt = document.like(base)
    rebuilt.receive(given.batches)
    if not all(rebuilt.holds(r, n) for r, n in vv.items()):
        raise FormatError("messages are missing")
    return rebuilt


def _more_to_fold(document: Document) -> list[Effect]:
    return [StartTimer(FOLD_TIMER, FOLD_PAUSE)] if document.is_folding else []
