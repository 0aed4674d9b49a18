"""The merge engine: operations a second, beside pycrdt (Yjs, in Rust) on the same 10 000 shapes.

An operation is one record made or one property changed, so a shape counts nine. Ours and the peer's
are timed alike: the same shapes, the same number of transactions, and at the receiver the same
number of messages. Only merging is measured on both sides: ours starts from decoded messages, while
pycrdt decodes its updates, which is a small part of its work (a few µs of each). Processor time,
since other programs run too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pycrdt import Array, Doc, Map

from benchmarks import scenes
from benchmarks.figure import Figure, cpu_seconds
from benchmarks.scenes import OPS_OF_SHAPE, PROPERTIES, SHAPES
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch

CREATED = SHAPES * OPS_OF_SHAPE
RECORDS_A_SECOND = 20_000
"""What PRODUCT section 4 aims at in pure Python."""
IN_ORDER_A_SECOND = 100_000
"""SYNC section 10, scenario 47."""


def change_one_by_one(document: Document) -> None:
    for i, rid in enumerate(scenes.shapes_of(document)):
        with document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(rid, "x", str(i))


def change_at_once(document: Document) -> None:
    with document.transact(Origin.LOCAL) as edit:
        for i, rid in enumerate(scenes.shapes_of(document)):
            edit.set_attribute(rid, "y", str(i))


def receiver(source: Document) -> Document:
    return Document(SessionId(source.session), Party("b"), Replica("bbbbbbbb"))


def receive(document: Document, batches: Sequence[Batch]) -> None:
    """One call a message, as they come from a stream."""
    for batch in batches:
        document.receive((batch,))


# --- the same with pycrdt


def peer_board() -> Doc[Array]:
    doc: Doc[Array] = Doc()
    doc["shapes"] = Array()
    return doc


def peer_draw_one_by_one(doc: Doc[Array]) -> None:
    array = doc["shapes"]
    for i in range(SHAPES):
        with doc.transaction():
            array.append(Map(dict(zip(PROPERTIES, scenes.values(i), strict=True))))


def peer_draw_at_once(doc: Doc[Array]) -> None:
    array = doc["shapes"]
    with doc.transaction():
        for i in range(SHAPES):
            array.append(Map(dict(zip(PROPERTIES, scenes.values(i), strict=True))))


def peer_change_one_by_one(doc: Doc[Array]) -> None:
    array = doc["shapes"]
    for i, element in enumerate(list(array)):
        with doc.transaction():
            element["x"] = str(i)


def peer_change_at_once(doc: Doc[Array]) -> None:
    array = doc["shapes"]
    with doc.transaction():
        for i, element in enumerate(list(array)):
            element["y"] = str(i)


def peer_receive(doc: Doc[Array], updates: Sequence[bytes]) -> None:
    for update in updates:
        doc.apply_update(update)


# --- the figures

Step = tuple[str, int, Callable[[Document], None], Callable[[Doc[Array]], None]]
STEPS: tuple[Step, ...] = (
    (
        "10 000 shapes x 8 properties, one at a time", CREATED,
        scenes.draw_one_by_one, peer_draw_one_by_one,
    ),
    ("one property of each, one at a time", SHAPES, change_one_by_one, peer_change_one_by_one),
    (
        "10 000 shapes x 8 properties at once", CREATED,
        scenes.draw_at_once, peer_draw_at_once,
    ),
    ("one property of each at once", SHAPES, change_at_once, peer_change_at_once),
)  # fmt: skip


def figures() -> list[Figure]:
    local: list[Figure] = []
    remote: list[Figure] = []
    for steps in (STEPS[:2], STEPS[2:]):  # a fresh board for each way of drawing
        document, doc = new_document(), peer_board()
        other, peer_other = receiver(document), Doc[Array]()
        other.receive(document.batches_since({}))
        peer_other.apply_update(doc.get_update())
        peer_other["shapes"] = Array()
        for name, count, work, peer_work in steps:
            seen, updates = dict(document.vv), list[bytes]()
            # An update is made for every transaction, as our messages are.
            subscription = doc.observe(lambda event, to=updates: to.append(event.update))
            ours = count / cpu_seconds(partial(work, document))
            theirs = count / cpu_seconds(partial(peer_work, doc))
            doc.unobserve(subscription)
            local.append(
                Figure(f"local: {name}", ours, "op/s", RECORDS_A_SECOND, True, "pycrdt", theirs)
            )
            batches = document.batches_since(seen)
            ours = count / cpu_seconds(partial(receive, other, batches))
            theirs = count / cpu_seconds(partial(peer_receive, peer_other, updates))
            remote.append(
                Figure(f"remote: {name}", ours, "op/s", IN_ORDER_A_SECOND, True, "pycrdt", theirs)
            )
        assert other.c14n() == document.c14n()
        assert [dict(m) for m in peer_other["shapes"]] == [dict(m) for m in doc["shapes"]]
    return local + remote
