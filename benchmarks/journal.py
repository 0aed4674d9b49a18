"""The journal: how soon an edit is on disk, what that costs the loop, how fast a board opens.

The disk is the one of the system's temporary folder. Opening is reading and applying every message;
it grows with their number.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.figure import Figure
from whiteboard.journal.file import About
from whiteboard.journal.folder import Folder, Journal
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import Batch, LiteralElement
from whiteboard.svg.plan import SVG_NS

EDITS = 1000
MESSAGES = 20_000


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_figures(Path(folder)))


async def _figures(folder: Path) -> list[Figure]:
    document, shelf = new_document(), Folder(folder / "boards", folder / "state")
    journal = shelf.create()
    about = About(session=document.session, party=document.party, replica=document.replica)
    journal.tell(about)
    journal.append(tuple(document.batches_since({})))
    safe, given = await _latencies(journal, document)
    for x in range(MESSAGES):
        journal.append(_draw(document, x))
    shelf.shut()
    start = time.perf_counter()
    _journal, _about, entries, _newest = shelf_again(folder).open(journal.key)
    Document(document.session, document.party, document.replica).receive(
        entry.batch for entry in entries
    )
    opened = time.perf_counter() - start
    return [
        Figure("journal: edit on disk, p95", 1000 * safe, "ms", 10, more_is_better=False),
        Figure("journal: of that in the loop, p95", 1e6 * given, "µs"),
        Figure("journal: messages read and applied at opening", len(entries) / opened, "1/s"),
    ]


def shelf_again(folder: Path) -> Folder:
    return Folder(folder / "boards", folder / "state")


async def _latencies(journal: Journal, document: Document) -> tuple[float, float]:
    safe: list[float] = []
    given: list[float] = []
    for x in range(EDITS):
        batches = _draw(document, x)
        done = asyncio.Event()
        start = time.perf_counter()
        journal.append(batches)
        journal.when_safe(done.set)
        given.append(time.perf_counter() - start)
        await done.wait()
        safe.append(time.perf_counter() - start)
    at = EDITS * 95 // 100
    return sorted(safe)[at], sorted(given)[at]


def _draw(document: Document, x: int) -> tuple[Batch, ...]:
    made: list[Batch] = []
    stop = document.on_commit.subscribe(lambda commit: made.extend(commit.batches))
    attributes = (("", "x", str(x)), ("", "width", "10"), ("", "height", "8"))
    with document.transact(Origin.LOCAL) as edit:
        edit.add(document.root, LiteralElement(SVG_NS, "rect", attributes))
    stop()
    return tuple(made)
