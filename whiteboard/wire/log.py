"""Session logs: one XML file with a session's messages as they were processed (SYNC 0.3.16).

    <log xmlns='urn:x-whiteboard:log:0' session='…' mode='merge'>
      <description xmlns='urn:xmpp:jingle:apps:svg'>…</description>
      <folded xmlns='urn:x-whiteboard:sync:0' part='0'>…</folded> …
      <message xmlns='jabber:client' from='…'>…</message> …
    </log>

Reading is incremental and takes nothing on trust: no document type, no entities, bounded depth
and size. A log that breaks off (the program died while writing it) is good up to its last whole
message; a message that says nothing acceptable is counted and passed over. The log of a strict
session gives `StrictMessage`s. `folded`: where it does not begin with the first message, the state
that does, in parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol, TypeAlias
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import SessionId
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, sender_of, stanza
from whiteboard.wire.description import read_description, write_description
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import Description, EditMessage, Mode, StrictMessage
from whiteboard.wire.strict import decode_strict, strict_stanza
from whiteboard.wire.xml import Reader, split_tag, to_xml

_ROOT = f"{{{ns.LOG}}}log"
_MESSAGE = f"{{{ns.CLIENT}}}message"
_FOLDED = f"{{{ns.SYNC}}}folded"
_DELAY = f"{{{ns.DELAY}}}delay"
_PIECE = 1 << 16

Logged: TypeAlias = EditMessage | StrictMessage


@dataclass(slots=True)
class LogHeader:
    """What the start of a log says."""

    session: SessionId
    mode: Mode
    description: Description | None = None


class Source(Protocol):
    """Where a log is read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; b'' at the end."""


class LogReader:
    """Reads a log: iterate over it to get its edits, in the order of the file.

    Attributes:
        header: session, mode and description; known once the first edit is given.
        faults: messages that were passed over, or were not understood in part, by fault.
        is_cut_off: the file ends before its end tag.
        folded: texts of the parts of a folded state, in order.
        until: read only so many `<message/>` elements, edits or not; None = all.
    """

    def __init__(self, file: Source, until: int | None = None) -> None:
        self.header: LogHeader | None = None
        self.faults: dict[Fault, int] = {}
        self.is_cut_off = False
        self.folded: list[str] = []
        self._file = file
        self.until = until
        self._read = 0
        self._reader = Reader()

    def __iter__(self) -> Iterator[Logged]:
        """The edits.

        Raises:
            RemoteProtocolError: this is no session log, it is hostile, or not XML where it matters.
        """
        while piece := self._file.read(_PIECE):
            if self._is_at_end() and self.header is not None:
                return
            yield from self._take(piece, final=False)
        if self._reader.root is None:
            raise RemoteProtocolError(Fault.MALFORMED, "this is not a session log")
        self._read_header()
        self.is_cut_off = not self._reader.closed

    def _take(self, piece: bytes, *, final: bool) -> Iterator[Logged]:
        children = self._reader.feed(piece, final=final)
        if self._reader.root is not None:
            self._read_header()
        for child in children:
            if self._is_at_end():
                return
            self._read += child.tag == _MESSAGE
            message = self._read_child(child)
            if message is not None:
                yield message

    def _is_at_end(self) -> bool:
        return self.until is not None and self._read >= self.until

    def _read_header(self) -> None:
        root = self._reader.root
        if self.header is not None or root is None:
            return
        session = root.get("session", "")
        if root.tag != _ROOT or len(session) > 1024:
            raise RemoteProtocolError(Fault.MALFORMED, "this is not a session log")
        try:
            mode = Mode(root.get("mode", "merge"))
        except ValueError as error:
            raise RemoteProtocolError(Fault.UNSUPPORTED, "a log of an unknown mode") from error
        self.header = LogHeader(SessionId(session), mode)

    def _read_child(self, child: Element) -> Logged | None:
        assert self.header is not None
        try:
            if child.tag == _MESSAGE:
                return self._read_message(child)
            if child.tag == _FOLDED and child.get("part") == str(len(self.folded)):
                self.folded.append(child.text or "")
            elif split_tag(child.tag)[1] == "description" and self.header.description is None:
                self.header.description = read_description(child)
                self.header.mode = self.header.description.mode
        except RemoteProtocolError as error:
            self._count(error.fault)
        return None

    def _count(self, fault: Fault) -> None:
        self.faults[fault] = self.faults.get(fault, 0) + 1

    def _read_message(self, child: Element) -> Logged | None:
        assert self.header is not None
        strict = self.header.mode is Mode.STRICT
        message = decode_strict(child) if strict else decode(child)
        if not isinstance(message, EditMessage | StrictMessage):
            return None
        if self.header.session and message.session != self.header.session:
            raise RemoteProtocolError(Fault.WRONG_SESSION, "a message of another session")
        delay = child.find(_DELAY)
        stamp = "" if delay is None else delay.get("stamp", "")[:64]
        for fault in message.faults if isinstance(message, EditMessage) else ():
            self._count(fault)
        return replace(message, sender=sender_of(child), stamp=stamp)


class LogWriter:
    """Writes a log message by message; what was written is readable at every moment.

    The file is flushed by whoever opened it.
    """

    def __init__(
        self,
        file: BinaryIO,
        session: SessionId,
        mode: Mode = Mode.MERGE,
        description: Description | None = None,
    ) -> None:
        self._file = file
        start = to_xml(Element(_ROOT, {"session": session, "mode": mode.value}))
        self._write("<?xml version='1.0' encoding='UTF-8'?>\n" + start.removesuffix("/>") + ">\n")
        if description is not None:
            self._write(to_xml(write_description(description), ns.LOG) + "\n")

    def write_folded(self, parts: Iterable[str]) -> None:
        """Add the state from which the messages go on; before the first of them."""
        for number, text in enumerate(parts):
            element = Element(_FOLDED, {"part": str(number)})
            element.text = text
            self.write_stanza(element)

    def write(self, message: Logged) -> None:
        """Add an edit with its sender and time."""
        element = strict_stanza(message) if isinstance(message, StrictMessage) else stanza(message)
        if message.stamp:
            SubElement(element, _DELAY, {"stamp": message.stamp})
        self.write_stanza(element)

    def write_stanza(self, element: Element) -> None:
        """Add a `<message/>` as it was received."""
        self._write(to_xml(element, ns.LOG) + "\n")

    def close(self) -> None:
        """Write the end tag; the file stays open."""
        self._write("</log>\n")

    def _write(self, text: str) -> None:
        self._file.write(text.encode("utf-8"))
