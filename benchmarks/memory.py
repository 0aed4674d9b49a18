"""What a large board takes in memory, each in a process of its own.

`python -m benchmarks.memory shown` and `... touched` print one figure: the parent reads them.
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import tracemalloc

from benchmarks.figure import Figure
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS

ELEMENTS = 100_000
TOUCHED = 10_000
ALL_MB = 500
RECORD_BYTES = 1_500
"""Issue 3: 100 000 elements with 6 attributes and their tree; a record that somebody wrote to."""


def figures() -> list[Figure]:
    return [
        Figure(
            "memory: 100 000 elements with 6 attributes + tree", measured("shown"), "MB",
            ALL_MB, more_is_better=False,
        ),
        Figure(
            "memory: of an attribute of a literal, untouched", measured("untouched"), "bytes",
            0, more_is_better=False,
        ),
        Figure(
            "memory: of an attribute written to once", measured("touched"), "bytes",
            RECORD_BYTES, more_is_better=False,
        ),
        Figure("memory: of each further write", measured("again"), "bytes"),
    ]  # fmt: skip


def measured(what: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", what],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


def shape(i: int, attributes: int = 6) -> LiteralElement:
    values = (("x", f"{i}"), ("y", f"{i + 1}"), ("width", "14"), ("height", "12"),
              ("fill", "#2265d8"), ("rx", "4"))  # fmt: skip
    return LiteralElement(SVG_NS, "rect", tuple(("", *pair) for pair in values[:attributes]))


def drawn(count: int, attributes: int = 6) -> Document:
    """A board received from its author, with the messages that made it."""
    author = new_document()
    root = author.root
    assert root is not None
    document = Document(SessionId(author.session), Party("b"), Replica("bbbbbbbb"))
    document.receive(author.batches_since({}))
    for start in range(0, count, 1000):
        with author.transact(Origin.LOCAL) as edit:
            for i in range(start, start + 1000):
                edit.add(root, shape(i, attributes))
        document.receive(author.batches_since(document.vv))
    return document


def shown() -> float:
    """Peak memory of a process that draws all of it, in MB; one copy of the board, and its tree."""
    document = new_document()
    root = document.root
    assert root is not None
    assert document.tree.root is not None
    for start in range(0, ELEMENTS, 1000):
        with document.transact(Origin.LOCAL) as edit:
            for i in range(start, start + 1000):
                edit.add(root, shape(i))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def untouched() -> float:
    """Records beyond one an element, in bytes an attribute: what six attributes add to none."""
    sizes: list[int] = []
    for attributes in (0, 6):
        document = drawn(TOUCHED, attributes)
        records = document._projection.records.values()
        sizes.append(sum(sys.getsizeof(record) for record in records))
    return (sizes[1] - sizes[0]) / (6 * TOUCHED)


def written(rounds: int) -> float:
    """Bytes a record that are new after so many writes, without the messages themselves."""
    document = drawn(TOUCHED)
    author = document.like()
    author.receive(document.batches_since({}))
    root = author.root
    assert root is not None
    writer = Document(author.session, Party("c"), Replica("cccccccc"))
    writer.receive(author.batches_since({}))
    shapes = writer.children(root)
    for i in range(rounds):
        with writer.transact(Origin.LOCAL) as edit:
            for rid in shapes:
                edit.set_attribute(rid, "x", f"new {i}")
    batches = writer.batches_since(document.vv)
    gc.collect()
    tracemalloc.start()
    document.receive(batches)
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / TOUCHED


def main(what: str) -> None:
    results = {
        "shown": shown,
        "untouched": untouched,
        "touched": lambda: written(1),
        "again": lambda: (written(11) - written(1)) / 10,
    }
    print(results[what]())


if __name__ == "__main__":
    main(sys.argv[1])
