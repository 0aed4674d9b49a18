"""What is fuzzed: each target takes any bytes and must come back, quietly and soon.

A target lets pass only what its callers are told to expect; any other exception is a fault of ours.
The first byte chooses whether the rest is taken as it is, or builds something nearly right.
"""

from __future__ import annotations

import contextlib
import io
import random
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from types import MappingProxyType

from tests.fuzz import vocabulary
from tests.helpers.boards import IN_ROOM, ROOM
from whiteboard.canvas.nodes import DocumentSource
from whiteboard.formats import clipboard, svgfile
from whiteboard.im.chat import Conversation, Delivery, clean, message_of
from whiteboard.im.links import LinkError, read_link
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, SessionId
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.identity import new_replica
from whiteboard.session.replay import replay
from whiteboard.session.session import State
from whiteboard.svg.planner import Planner
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire import ns
from whiteboard.wire.chat import MAX_BODY, read_chat, write_body
from whiteboard.wire.codec import decode
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.log import LogReader
from whiteboard.wire.messages import Connect, Description, Message, Peer, StateOffer
from whiteboard.wire.xml import is_element

EVE = Peer(f"{ROOM}/eve", "id-eve")
NETWORK_SEED = 1
SETTLE_SECONDS = 30.0
"""On the network's own clock: timers run out, questions are asked again."""


def stanza(data: bytes) -> None:
    """Stanzas from Eve to a member that draws and to one that Eve gives the state to."""
    network, ana, bea, own = _session()
    assert ana.session is not None
    session = ana.session.session
    others = ana.session.document.replica if ana.session.document else ""
    for piece in data[1:].split(b"\xff\xfe")[:20]:
        if data[:1] < b"\x80":
            stanzas = _parsed(piece)
        else:
            built = vocabulary.stanza(piece, session, own, others)
            stanzas = _parsed(ET.tostring(built))
        for one in stanzas:
            message = _decoded(one)
            if message is not None:
                ana.receive(EVE, message)
                bea.receive(EVE, message)
    network.run(SETTLE_SECONDS)
    for node in (ana, bea):
        document = node.session.document if node.session is not None else None
        if document is not None:
            document.c14n()
            document.state_hash()


def _session() -> tuple[MemoryNetwork, Node, Node, str]:
    """A board with Ana on it, and Bea half way in, with Eve as the giver of the state."""
    network = MemoryNetwork(NETWORK_SEED)
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), IN_ROOM)
    network.run(0.1)
    assert ana.session is not None
    session = ana.session.session
    bea = network.enter_room(ROOM, "bea")
    bea.join(session, [EVE])
    description: Description | None = ana.session.description
    assert description is not None
    bea.receive(EVE, StateOffer(session, description))
    assert bea.session is not None
    assert bea.session.state is State.RECEIVING
    ana.receive(EVE, Connect(session))
    own = new_replica(SessionId(session), Party("id-eve"), random.Random(NETWORK_SEED))
    return network, ana, bea, own


def _parsed(piece: bytes) -> list[ET.Element]:
    """The elements inside an element of a stream, with the comments that a stream cannot have."""
    head = f"<stream xmlns='{ns.CLIENT}'>".encode()
    builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
    try:
        root = ET.fromstring(head + piece + b"</stream>", ET.XMLParser(target=builder))
        return list(filter(is_element, root))
    except (ET.ParseError, ValueError, LookupError):
        return []


def _decoded(one: ET.Element) -> Message | None:
    try:
        return decode(one)
    except RemoteProtocolError:
        return None


def svg(data: bytes) -> None:
    """A file into a document, its paint plan, and a file again."""
    is_built, rest = data[:1] >= b"\x80", data[1:]
    try:
        loaded = svgfile.load(ET.tostring(vocabulary.drawing(rest)) if is_built else rest)
    except svgfile.FileDamagedError as error:
        if error.recovered is None:
            return
        loaded = error.recovered
    except svgfile.FileError:
        return
    document = new_document_without_root()
    svgfile.fill(document, loaded)
    planner = Planner(DocumentSource(document))
    planner.update()
    planner.notices()
    svgfile.save(document)


def new_document_without_root() -> Document:
    """As a file is read into."""
    rng = random.Random(1)
    replica = new_replica(SessionId("s"), Party("p"), rng)
    return Document(SessionId("s"), Party("p"), replica)


def log(data: bytes) -> None:
    """A session log into a document."""
    is_built, rest = data[:1] >= b"\x80", data[1:]
    file = io.BytesIO(_built_log(rest) if is_built else rest)
    try:
        document = replay(LogReader(file))
    except RemoteProtocolError:
        return
    assert isinstance(document, Document | StrictDocument)
    document.c14n()
    document.state_hash()
    document.serialise()


def _built_log(data: bytes) -> bytes:
    mode = "strict" if data[:1] >= b"\x80" else "merge"
    root = ET.Element(f"{{{ns.LOG}}}log", {"session": "s", "mode": mode})
    for piece in data[1:].split(b"\xff\xfe")[:50]:
        one = vocabulary.stanza(piece, "s", "eve", "ana")
        one.set("from", "room@example/eve" if piece[:1] < b"\xc0" else "room@example/ana")
        root.append(one)
    return ET.tostring(root)


def paste(data: bytes) -> None:
    """What somebody pastes, and copies again."""
    if data[:1] >= b"\x80":
        text = ET.tostring(vocabulary.drawing(data[1:]), encoding="unicode")
    else:
        text = data[1:].decode("utf-8", "replace")
    try:
        elements = clipboard.from_text(text).elements
    except svgfile.FileError:
        return
    again = clipboard.from_text(clipboard.to_text(elements))
    assert len(again.elements) == len(elements)


def chat(data: bytes) -> None:
    """What is said in a chat, by somebody who corrects and repeats; and links to boards."""
    text = data[1:].decode("utf-8", "replace")
    with contextlib.suppress(LinkError):
        assert read_link(str(read_link(text))).address
    talk = Conversation(ROOM)
    is_built = data[:1] >= b"\x80"
    for piece in data[1:].split(b"\xff\xfe")[:20]:
        stanzas = [_said(piece)] if is_built else _parsed(piece)
        for said in filter(None, map(read_chat, stanzas)):
            key = said.id or "none"
            message = message_of(key, "eve", said.origin, EVE.address, said.body, said.sent_at or 0)
            talk.take(message, said.archived)
            talk.correct(said.replaces, "eve", said.body)
            talk.deliver(said.received, Delivery.RECEIVED)
    for message in talk.messages:
        assert clean(message.text) == message.text
        assert len(message.text) <= MAX_BODY * 4


def _said(piece: bytes) -> ET.Element:
    message = ET.Element(f"{{{ns.CLIENT}}}message", {"id": str(piece[:1])})
    text = piece[2:].decode("utf-16", "replace") if piece[1:2] < b"\x80" else str(piece[2:])
    write_body(message, text, replaces=str(piece[2:3]), in_room=piece[:1] < b"\x80")
    ET.SubElement(message, f"{{{ns.DELAY}}}delay", {"stamp": text[:30]})
    return message


TARGETS: Mapping[str, Callable[[bytes], None]] = MappingProxyType(
    {"stanza": stanza, "svg": svg, "log": log, "paste": paste, "chat": chat}
)
