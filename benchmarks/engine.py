"""The merge engine: operations a second, beside pycrdt (Yjs, in Rust) on the same 10 000 shapes.

An operation is one record made or one property changed, so a shape counts nine. Ours and the peer's
are timed alike: the same shapes, the same number of transactions, and at the receiver the same
number of messages. Only merging is measured on both sides: ours starts from decoded messages, while
pycrdt decodes its updates, which is a small part of its work (a few µs of each). Processor time,
since other programs run too.

"remote" ends with our records beside pycrdt's own store. "remote, to tree" ends with lxml nodes on
both sides: pycrdt's observer makes them, since nothing else of it can be drawn or saved as XML.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from functools import partial

from lxml import etree
from pycrdt import Array, ArrayEvent, Doc, Map, MapEvent

from benchmarks import scenes
from benchmarks.figure import Figure, cpu_seconds
from benchmarks.scenes import OPS_OF_SHAPE, PROPERTIES, SHAPES
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.ops import Batch
from whiteboard.svg.plan import SVG_NS
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, stanza
from whiteboard.wire.messages import EditMessage
from whiteboard.wire.xml import to_xml

CREATED = SHAPES * OPS_OF_SHAPE
RECORDS_A_SECOND = 20_000
"""What PRODUCT section 4 aims at in pure Python."""
IN_ORDER_A_SECOND = 100_000
"""SYNC section 10, scenario 47."""
FROM_BYTES_A_SECOND = 20_000
"""From the bytes of a stanza to the tree."""
SIZES = (1_000, 10_000, 100_000)
"""Elements on the board, of which each edit concerns one."""
EDITS = 1_000


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


class PeerTree:
    """Follows a peer's shapes with lxml nodes."""

    def __init__(self, array: Array) -> None:
        self.root = etree.Element(f"{{{SVG_NS}}}svg", nsmap={None: SVG_NS})
        self._nodes: list[etree._Element] = []
        self._subscription = array.observe_deep(self._follow)

    def _follow(self, events: Sequence[ArrayEvent | MapEvent]) -> None:
        for event in events:
            if isinstance(event, ArrayEvent):
                for step in event.delta:  # shapes come at the end
                    self._nodes += (
                        etree.SubElement(self.root, f"{{{SVG_NS}}}rect", dict(shape))
                        for shape in step.get("insert", ())
                    )
            else:
                node = self._nodes[event.path[-1]]
                for name, change in event.keys.items():
                    node.set(name, change["newValue"])


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
    to_tree: list[Figure] = []
    for steps in (STEPS[:2], STEPS[2:]):  # a fresh board for each way of drawing
        document, doc = new_document(), peer_board()
        plain, shown = receiver(document), receiver(document)
        peer_plain, peer_shown = Doc[Array](), Doc[Array]()
        for other in (plain, shown):
            other.receive(document.batches_since({}))
        assert shown.tree.root is not None  # from now on it is kept up to date
        for peer_other in (peer_plain, peer_shown):
            peer_other.apply_update(doc.get_update())
            peer_other["shapes"] = Array()
        peer_tree = PeerTree(peer_shown["shapes"])
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
            for rows, kind, other, peer_other in (
                (remote, "remote", plain, peer_plain),
                (to_tree, "remote, to tree", shown, peer_shown),
            ):
                ours = count / cpu_seconds(partial(receive, other, batches))
                theirs = count / cpu_seconds(partial(peer_receive, peer_other, updates))
                peer = "pycrdt" if rows is remote else "pycrdt + lxml"
                rows.append(
                    Figure(f"{kind}: {name}", ours, "op/s", IN_ORDER_A_SECOND, True, peer, theirs)
                )
        assert plain.c14n() == shown.c14n() == document.c14n()
        root = shown.tree.root
        assert [dict(x.attrib) for x in root] == [dict(x.attrib) for x in peer_tree.root]
    return [*local, *remote, *to_tree, *from_bytes(), *by_size()]


def from_bytes() -> list[Figure]:
    """Stanzas as they come from the stream, until the nodes have changed."""
    rows: list[Figure] = []
    for name, count, work in (
        ("10 000 shapes at once", CREATED, scenes.draw_at_once),
        ("one property of each at once", SHAPES, change_at_once),
        ("one property of each, one at a time", SHAPES, change_one_by_one),
    ):
        document = scenes.full_board(at_once=True) if count == SHAPES else new_document()
        other = receiver(document)
        other.receive(document.batches_since({}))
        assert other.tree.root is not None
        work(document)
        batches = document.batches_since(other.vv)
        raw = [to_xml(stanza(EditMessage(x)), ns.CLIENT, (ns.CLIENT,)).encode() for x in batches]
        speed = count / cpu_seconds(partial(receive_bytes, other, raw))
        assert other.c14n() == document.c14n()
        rows.append(Figure(f"bytes to tree: {name}", speed, "op/s", FROM_BYTES_A_SECOND))
    return rows


def receive_bytes(document: Document, stanzas: Sequence[bytes]) -> None:
    """Through one parser for the whole stream, used as slixmpp does."""
    parser = ET.XMLPullParser(("start", "end"))
    parser.feed(f"<stream xmlns='{ns.CLIENT}'>".encode())
    depth = 0
    for text in stanzas:
        parser.feed(text)
        for event, element in parser.read_events():
            depth += 1 if event == "start" else -1
            if depth == 1 and event == "start":
                stream = element
            elif depth == 1:
                message = decode(element)
                assert isinstance(message, EditMessage)
                document.receive((message.batch,))
                stream.remove(element)


def by_size() -> list[Figure]:
    """One edit a transaction and a message, on boards of different sizes, to the tree."""
    rows: list[Figure] = []
    for size in SIZES:
        document = new_document()
        scenes.draw_at_once(document, size)
        other = receiver(document)
        other.receive(document.batches_since({}))
        assert document.tree.root is not None
        assert other.tree.root is not None
        shapes = scenes.shapes_of(document)[:: size // EDITS]
        for name, work in (
            ("sets", partial(set_one_by_one, document, shapes)),
            ("shapes made", partial(scenes.draw_one_by_one, document, EDITS)),
        ):
            seen = dict(document.vv)
            local = EDITS / cpu_seconds(work)
            remote = EDITS / cpu_seconds(partial(receive, other, document.batches_since(seen)))
            rows.append(Figure(f"{name} on {size:,} elements, local", local, "1/s"))
            rows.append(Figure(f"{name} on {size:,} elements, remote", remote, "1/s"))
    return sorted(rows, key=lambda row: row.name.split(" on ")[0])


def set_one_by_one(document: Document, shapes: Sequence[Rid]) -> None:
    for i, rid in enumerate(shapes):
        with document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(rid, "x", str(i))
