"""XML text from elements without loss, and elements from hostile text.

The writer keeps TAB, LF and CR in attributes as references (SYNC 1.1: written plainly, every parser
turns them into spaces), declares each element's namespace as the default where it changes, and
writes what XML forbids as U+FFFD. The reader refuses document types and entities before they can
cost anything.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any
from xml.etree.ElementTree import Comment, Element, ProcessingInstruction, TreeBuilder
from xml.parsers import expat

from whiteboard.wire import ns
from whiteboard.wire.errors import Fault, RemoteProtocolError

MAX_DEPTH = 320
"""Elements inside each other in what is read: a literal of 256 levels in an answer fits."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTRIBUTE = re.compile("[&<>'\t\n\r]")
_TEXT = re.compile("[&<>\r]")
_NOT_PLAIN = re.compile("[^ -%(-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""All of the above: most values have none of it, and are not looked at again."""
_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    "'": "&apos;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


def split_tag(tag: str) -> tuple[str, str]:
    """(namespace, local name) of ElementTree's `{ns}name`."""
    end = tag.rfind("}")
    if end < 0 or tag[0] != "{":
        return "", tag
    return tag[1:end], tag[end + 1 :]


def representable(text: str) -> str:
    """`text` with every character that XML 1.0 forbids replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text) if _NOT_PLAIN.search(text) else text


def _escape(value: str, special: re.Pattern[str]) -> str:
    if _NOT_PLAIN.search(value) is None:
        return value
    return special.sub(lambda found: _ESCAPES[found.group()], representable(value))


def to_xml(element: Element, inherited: str = "", undeclared: Container[str] = ()) -> str:
    """`element` as XML in which every attribute and every character survives.

    Args:
        element: what to write; its tail is left out.
        inherited: the default namespace where the text will stand.
        undeclared: namespaces that the outermost element need not declare (a stream's).
    """
    out: list[str] = []
    # A stack instead of recursion: depth is the sender's choice. Entries are text to write, or
    # (element, default namespace around it).
    namespace, _ = split_tag(element.tag)
    stack: list[str | tuple[Element, str]] = [
        (element, namespace if namespace in undeclared else inherited)
    ]
    while stack:
        entry = stack.pop()
        if isinstance(entry, str):
            out.append(entry)
            continue
        node, around = entry
        namespace, name = split_tag(node.tag)
        out.append(_start_tag(node, namespace, name, around))
        if node.text is None and not len(node):
            out.append("/>")
            continue
        out.append(">")
        if node.text:
            out.append(_escape(node.text, _TEXT))
        stack.append(f"</{name}>")
        for child in reversed(node):
            if child.tail:
                stack.append(_escape(child.tail, _TEXT))
            stack.append((child, namespace))
    return "".join(out)


def _start_tag(node: Element, namespace: str, name: str, around: str) -> str:
    out = [f"<{name}"]
    if namespace != around:
        out.append(f" xmlns='{_escape(namespace, _ATTRIBUTE)}'")
    prefixes: dict[str, str] = {}
    for key, value in node.attrib.items():
        if "}" not in key:
            out.append(f" {key}='{_escape(value, _ATTRIBUTE)}'")
            continue
        attribute_ns, local = split_tag(key)
        if attribute_ns == ns.XML:
            local = f"xml:{local}"
        elif attribute_ns:
            prefix = prefixes.get(attribute_ns)
            if prefix is None:
                prefix = prefixes[attribute_ns] = f"ns{len(prefixes)}"
                out.append(f" xmlns:{prefix}='{_escape(attribute_ns, _ATTRIBUTE)}'")
            local = f"{prefix}:{local}"
        out.append(f" {local}='{_escape(value, _ATTRIBUTE)}'")
    return "".join(out)


class Reader:
    """Parses XML in pieces and gives each finished child of the root element.

    `root` is the root's start (attributes, no children) once it was seen. Comments and processing
    instructions inside a child are kept as ElementTree's special nodes, so that who reads it can
    refuse them. Children of the root that are over `max_bytes` are refused.
    """

    def __init__(self, max_bytes: int = 1 << 20) -> None:
        self.root: Element | None = None
        self.closed = False
        self._max_bytes = max_bytes
        self._depth = 0
        self._child_start = 0
        self._children: list[Element] = []
        self._builder: TreeBuilder | None = None
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        self._parser = parser

    def feed(self, data: bytes, *, final: bool = False) -> list[Element]:
        """The children of the root that `data` completes.

        Raises:
            RemoteProtocolError: not well-formed, a document type, too deep or too large.
        """
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise RemoteProtocolError(Fault.MALFORMED, f"not well-formed XML: {error}") from error
        if self._depth > 1 and self._parser.CurrentByteIndex - self._child_start > self._max_bytes:
            raise RemoteProtocolError(Fault.TOO_LARGE, "an element is larger than allowed")
        children, self._children = self._children, []
        return children

    def _refuse(self, *_args: Any) -> None:
        raise RemoteProtocolError(Fault.MALFORMED, "a document type or entity is not allowed")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RemoteProtocolError(Fault.TOO_LARGE, "elements are nested too deeply")
        tag = _clark(tag)
        named = {_clark(name): value for name, value in attributes.items()}
        if self._depth == 1:
            self.root = Element(tag, named)
            return
        if self._depth == 2:
            self._child_start = self._parser.CurrentByteIndex
            self._builder = TreeBuilder(insert_comments=True, insert_pis=True)
        assert self._builder is not None
        self._builder.start(tag, named)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self.closed = True
            return
        assert self._builder is not None
        self._builder.end(_clark(tag))
        if self._depth == 1:
            if self._parser.CurrentByteIndex - self._child_start > self._max_bytes:
                raise RemoteProtocolError(Fault.TOO_LARGE, "an element is larger than allowed")
            self._children.append(self._builder.close())
            self._builder = None

    def _text(self, data: str) -> None:
        if self._builder is not None:
            self._builder.data(data)

    def _comment(self, data: str) -> None:
        if self._builder is not None:
            self._builder.comment(data)

    def _instruction(self, target: str, data: str) -> None:
        if self._builder is not None:
            self._builder.pi(target, data)


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name


def parse(text: str | bytes) -> Element:
    """One element from XML text.

    Raises:
        RemoteProtocolError: as `Reader.feed`.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    reader = Reader()
    children = reader.feed(b"<r>" + data + b"</r>", final=True)
    if len(children) != 1:
        raise RemoteProtocolError(Fault.MALFORMED, "not exactly one element")
    return children[0]


def is_element(node: Any) -> bool:
    """True for an element proper, False for a comment or processing instruction among its kind.

    Those have a function as tag, which is not what the type of an `Element` says.
    """
    return node.tag is not Comment and node.tag is not ProcessingInstruction
