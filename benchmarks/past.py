"""The history: how fast messages become moments, and how far one goes through time in a second."""

from __future__ import annotations

import random
import time

from benchmarks.figure import Figure
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.past.timeline import Kept, Timeline
from whiteboard.svg.plan import SVG_NS

MESSAGES = 20_000


def figures() -> list[Figure]:
    document = _board()
    kept = [Kept(batch, float(i)) for i, batch in enumerate(document.batches_since({}))]
    timeline = Timeline(document.like())
    start = time.perf_counter()
    timeline.add(kept)
    read = time.perf_counter() - start
    timeline.seek(len(timeline))
    start = time.perf_counter()
    timeline.seek(0)
    back = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(1000):
        timeline.seek(timeline.position + 1)
    step = (time.perf_counter() - start) / 1000
    return [
        Figure("history: messages taken in", len(kept) / read, "1/s"),
        Figure("history: messages gone back over", len(kept) / back, "1/s"),
        Figure("history: one step", 1e6 * step, "µs"),
    ]


def _board() -> Document:
    """Three of four messages draw, the others change something."""
    rng, document = random.Random(7), new_document()
    assert document.root is not None
    rect = LiteralElement(SVG_NS, "rect", (("", "x", "1"), ("", "y", "2"), ("", "fill", "red")))
    drawn = []
    for i in range(MESSAGES):
        with document.transact(Origin.LOCAL) as edit:
            if i % 4 or not drawn:
                drawn.append(edit.add(document.root, rect))
            else:
                edit.set_attribute(rng.choice(drawn), "x", str(i))
    return document
