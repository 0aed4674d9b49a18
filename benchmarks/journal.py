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
SHAPES = 10_000
LONG = 1_000_000
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
        _long_opening(folder),
        Figure("journal: edit on disk, p95", 1000 * safe, "ms", 10, more_is_better=False),
        Figure("journal: of that in the loop, p95", 1e6 * given, "µs"),
        Figure("journal: messages read and applied at opening", len(entries) / opened, "1/s"),
    ]


def _long_opening(folder: Path) -> Figure:
    """A board of 10 000 shapes with 1 000 000 changes, closed in order and opened again."""
    document, shelf = new_document(), Folder(folder / "long", folder / "state")
    journal = shelf.create()
    journal.tell(About(session=document.session, party=document.party, replica=document.replica))
    journal.append(tuple(document.batches_since({})))
    stop = document.on_commit.subscribe(lambda commit: journal.append(commit.batches))
    with document.transact(Origin.LOCAL) as edit:
        shapes = [edit.add(document.root, _rect(x)) for x in range(SHAPES)]
    for first in range(0, LONG, SHAPES):
        with document.transact(Origin.LOCAL) as edit:
            for x, rid in enumerate(shapes):
                edit.set_attribute(rid, "x", str(first + x))
    stop()
    expected = document.state_hash()
    shelf.shut()
    start = time.perf_counter()
    _journal, _about, past, _newest = Folder(folder / "long", folder / "state").open_past(
        journal.key
    )
    document = Document(document.session, document.party, document.replica).like(past.folded)
    document.receive(past.batches)
    opened = time.perf_counter() - start
    if document.state_hash() != expected:
        raise RuntimeError("the board came back as another one")
    return Figure("journal: 1 000 000 edits opened", opened, "s", 2, more_is_better=False)


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
    with document.transact(Origin.LOCAL) as edit:
        edit.add(document.root, _rect(x))
    stop()
    return tuple(made)


def _rect(x: int) -> LiteralElement:
    attributes = (("", "x", str(x)), ("", "width", "10"), ("", "height", "8"))
    return LiteralElement(SVG_NS, "rect", attributes)
