"""Texts that several people write at once: what one message costs on the loop, in the worst cases.

Processor time of `Document.receive`, one message a call, as they come from a stream.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence

from benchmarks.figure import Figure, percentile
from whiteboard.model.changes import Origin
from whiteboard.model.document import SVG_NS, Document, new_document
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.ops import Batch, Kind, LiteralElement, New, Set, Ts
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza

EDITS = 20_000
BEHIND = 256
LATE_MS = 5.0
"""Issue 3: a late edit on a text of 20 000 edits, whose author missed the last 256."""
LOOP_MS = 50.0
"""What holds the loop for longer is seen (ARCHITECTURE walk C)."""


class Text:
    """A board with one text, and whoever has seen it so far."""

    def __init__(self, content: str) -> None:
        self.board = new_document(LiteralElement(SVG_NS, "svg"))
        with self.board.transact(Origin.LOAD) as edit:
            root = self.board.root
            assert root is not None
            self.rid: Rid = edit.add_text(root, content)
        self.rng = random.Random(1)

    def somebody(self, name: str) -> Document:
        """A member who has seen everything up to now."""
        other = Document(SessionId(self.board.session), Party(name), Replica(name))
        other.receive(self.board.batches_since({}))
        return other

    def scatter(self, document: Document, edits: int, in_one: int = 1) -> None:
        """Edits all over the text, so many in a message."""
        for _ in range(edits // in_one):
            with document.transact(Origin.LOCAL) as edit:
                for _ in range(in_one):
                    size = len(document.text(self.rid))
                    at = self.rng.randrange(size + 1)
                    edit.splice_text(self.rid, at, self.rng.choice((0, 0, 0, 1)), "x")


def seconds(document: Document, batches: Iterable[Batch]) -> list[float]:
    """Processor time of each message."""
    spent: list[float] = []
    for batch in batches:
        start = time.process_time()
        document.receive((batch,))
        spent.append(time.process_time() - start)
    return spent


def worst_and_median(name: str, spent: Sequence[float], target: float) -> list[Figure]:
    return [
        Figure(f"{name}: median", 1000 * percentile(spent, 0.5), "ms", target, False),
        Figure("… worst", 1000 * max(spent), "ms", target, False),
    ]


def long_text() -> tuple[Text, Document]:
    """A text of 20 000 scattered edits, and a member who missed the last 256."""
    text = Text("a text of some length")
    text.scatter(text.board, EDITS - BEHIND)
    late = text.somebody("late")
    text.scatter(text.board, BEHIND)
    return text, late


def late_edits() -> list[Figure]:
    text, late = long_text()
    reader = Document(SessionId(text.board.session), Party("r"), Replica("r"))
    spent = seconds(reader, text.board.batches_since({}))
    text.scatter(late, 100)
    first = seconds(text.board, late.batches_since(text.board.vv))
    return [
        Figure("text: 20 000 scattered edits in order, one a message", EDITS / sum(spent), "op/s"),
        Figure("text: first late edit, author 256 behind", 1000 * first[0], "ms", LATE_MS, False),
        *worst_and_median("text: late edits, author 256 behind", first, LATE_MS),
    ]


def fresh_late_edits() -> list[Figure]:
    """Each by an author of its own, so that nothing is remembered of what he saw."""
    text, late = long_text()
    session, seen = SessionId(text.board.session), late.vv
    spent: list[float] = []
    for i in range(50):
        batch = Batch(
            session, Party("p"), Replica(f"p{i}"), 1, 1 + sum(seen.values()),
            (Set(text.rid, chdata="y", replace=(text.rng.randrange(9000), 1)),), seen,
        )  # fmt: skip
        spent += seconds(text.board, [batch])
    return worst_and_median("text: late edits, each by another author", spent, LATE_MS)


def scattered() -> list[Figure]:
    text = Text("word " * 200)
    other = text.somebody("other")
    text.scatter(text.board, 250)
    text.scatter(other, 250)
    spent = seconds(text.board, other.batches_since(text.board.vv))
    return [
        Figure("text: 250 scattered edits against 250, all", 1000 * sum(spent), "ms"),
        *worst_and_median("… one of them", spent, LATE_MS),
    ]


def abuse() -> list[Figure]:
    """Messages of almost 64 KiB, whose authors claim to have seen next to nothing."""
    text, _ = long_text()
    session, board = SessionId(text.board.session), text.board
    seen = {board.replica: 2}
    figures: list[Figure] = []
    ops = [
        Set(text.rid, chdata="y" if i % 3 else "", replace=(text.rng.randrange(500), i % 2))
        for i in range(500)
    ]
    everything = Set(text.rid, chdata="", replace=(0, 10**9))
    for name, content, deps in (
        ("500 scattered edits of the first text", ops, seen),
        ("500 edits at the start of it", [Set(text.rid, chdata="y", replace=(0, 0))] * 500, seen),
        ("500 edits of half of it", ops, {board.replica: EDITS // 2}),
        ("everything deleted", [everything], board.vv),
    ):
        spent = []
        for i in range(10):
            replica = Replica(f"abuse{len(figures)}x{i}")
            l = 1 + sum(deps.values())  # noqa: E741 - the name on the wire
            batch = Batch(session, Party("p"), replica, 1, l, tuple(content), deps)
            spent += seconds(board, [batch])
        figures.append(
            Figure(f"text: abuse, {name}: worst", 1000 * max(spent), "ms", LOOP_MS, False)
        )
    return figures


CANCELS = 300
"""With as many other edits between them they fill a message."""
HOSTILE_MS = 1000.0
"""What one crafted message may take at most."""


def cancels() -> list[Figure]:
    """One message each: all is deleted, that is taken back, that too, and so on."""
    text, _ = long_text()
    session, board = SessionId(text.board.session), text.board
    everything = Set(text.rid, chdata="", replace=(0, 10**9))
    nothing = Set(text.rid, chdata="", replace=(0, 0))
    typed = Set(text.rid, chdata="y", replace=(5000, 0))
    figures: list[Figure] = []
    for past in (EDITS - BEHIND, EDITS // 2):
        for name, between in (("a key between", typed), ("deleted anew between", everything)):
            replica, deps = Replica(f"cancels{len(figures)}"), {board.replica: past}
            l = 1 + past  # noqa: E741 - the name on the wire
            ops = [everything, *([nothing, between] * CANCELS)]
            back = 2 if between is typed else 1  # the cancel before it, or the deletion
            restores = {
                (k, "chdata"): Ts(l, replica, max(0, k - back)) for k in range(1, len(ops), 2)
            }
            batch = Batch(session, Party("p"), replica, 1, l, tuple(ops), deps, restores)
            spent = seconds(board, [batch])
            label = f"text: abuse, 300 cancels of a whole deletion, {name}, {EDITS - past} behind"
            figures.append(Figure(label, 1000 * spent[0], "ms", HOSTILE_MS, False))
    return figures


def strict() -> list[Figure]:
    """A strict session: an edit in conflict undoes all that was made on what it did not see."""
    svg, rid = Rid("~r"), Rid("t")
    document = StrictDocument(SessionId("s"))
    first = (New(svg, Kind.ELEMENT, ns=SVG_NS, name="svg"), New(rid, Kind.TEXT, svg))
    document.receive([Stanza(Party("a"), "new", first)])
    edits = [
        Stanza(Party("a"), str(v), (Set(rid, v, chdata="x", replace=(v - 1, 0)),))
        for v in range(1, EDITS + 1)
    ]
    spent: list[float] = []
    start = time.process_time()
    for one in edits:
        document.receive([one])
    in_order = EDITS / (time.process_time() - start)
    for i in range(20):
        version = EDITS - 10 * i - BEHIND // 8  # each undoes what the one before it left
        late = Stanza(Party("b"), f"late{i}", (Set(rid, version, chdata="y"),))
        start = time.process_time()
        document.receive([late])
        spent.append(time.process_time() - start)
    return [
        Figure("text, strict: 20 000 edits in order, one a message", in_order, "op/s"),
        *worst_and_median("text, strict: late edits, author 256 behind", spent, LATE_MS),
    ]


def figures() -> list[Figure]:
    return [*late_edits(), *fresh_late_edits(), *scattered(), *abuse(), *cancels(), *strict()]
