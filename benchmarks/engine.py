"""The merge engine: operations per second, beside pycrdt (Yjs in Rust) on the same 10 000 shapes."""

from __future__ import annotations

from pycrdt import Array, Doc, Map

from benchmarks.figure import Figure, seconds
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS

SHAPES = 10_000
PROPERTIES = ("x", "y", "width", "height", "fill", "stroke", "stroke-width", "rx")
OPS = SHAPES * (1 + len(PROPERTIES))


def shape(i: int) -> LiteralElement:
    values = (str(i % 500), str(i // 500), "40", "30", "#2265d8", "none", "2", "4")
    attributes = tuple(("", name, value) for name, value in zip(PROPERTIES, values, strict=True))
    return LiteralElement(SVG_NS, "rect", attributes)


def draw_one_by_one(document: Document) -> None:
    assert document.root is not None
    for i in range(SHAPES):
        with document.transact(Origin.LOCAL) as t:
            t.add(document.root, shape(i))


def set_one_by_one(document: Document) -> None:
    for i, rid in enumerate(shapes(document)):
        with document.transact(Origin.LOCAL) as t:
            t.set_attribute(rid, "x", str(i))


def shapes(document: Document) -> list[str]:
    assert document.root is not None
    return [rid for rid in document.children(document.root) if document.name(rid) == "rect"]


def receive_all(source: Document) -> Document:
    other = Document(SessionId(source.session), Party("b"), Replica("bbbbbbbb"))
    for batch in source.batches_since({}):
        other.receive((batch,))
    return other


def pycrdt_draw() -> Doc[Array]:
    doc: Doc[Array] = Doc()
    doc["shapes"] = array = Array()
    for i in range(SHAPES):
        element = shape(i)
        with doc.transaction():
            array.append(Map({name: value for _, name, value in element.attributes}))
    return doc


def pycrdt_set(doc: Doc[Array]) -> None:
    array = doc["shapes"]
    for i in range(SHAPES):
        with doc.transaction():
            array[i]["x"] = str(i)


def pycrdt_receive(updates: list[bytes]) -> None:
    doc: Doc[Array] = Doc()
    doc["shapes"] = Array()
    for update in updates:
        doc.apply_update(update)


def pycrdt_updates() -> list[bytes]:
    doc: Doc[Array] = Doc()
    doc["shapes"] = array = Array()
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    for i in range(SHAPES):
        with doc.transaction():
            array.append(Map({name: value for _, name, value in shape(i).attributes}))
    doc.unobserve(subscription)
    return updates


def figures() -> list[Figure]:
    document = new_document()
    local = seconds(lambda: draw_one_by_one(document), repeat=1)
    change = seconds(lambda: set_one_by_one(document), repeat=1)
    remote = seconds(lambda: receive_all(document), repeat=1)
    doc = pycrdt_draw()
    peer_local = seconds(pycrdt_draw)
    peer_change = seconds(lambda: pycrdt_set(doc), repeat=1)
    updates = pycrdt_updates()
    peer_remote = seconds(lambda: pycrdt_receive(updates))
    return [
        Figure("local: create 10 000 shapes x 8 properties", OPS / local, "op/s", 30_000, True,
               "pycrdt", OPS / peer_local),
        Figure("local: change one property of each", SHAPES / change, "op/s", 10_000, True,
               "pycrdt", SHAPES / peer_change),
        Figure("remote: the same messages received", (OPS + SHAPES) / remote, "op/s", 30_000, True,
               "pycrdt (create only)", OPS / peer_remote),
    ]  # fmt: skip
