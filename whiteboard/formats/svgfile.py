"""SVG files: read with suspicion, filled into a document, written plainly.

`load` gives plain values (so that it may run in another process), `fill` or `filling` put them into
a fresh document as one transaction, `save` writes a document. Nothing is dropped on the way: white
space, comments, processing instructions and unknown elements stay. A file is never asked to load
anything: no DTD, no entity from outside.

Every fault of a file is a `FileError` whose text is for a person (DESIGN section 10).
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from whiteboard.formats.entities import EntityError, without_doctype
from whiteboard.formats.tree import Child, Comment, Element, Instruction, LoadedFile
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.shared import SharedDocument
from whiteboard.model.transaction import Transaction
from whiteboard.svg.plan import SVG_NS, XLINK_NS

MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a file, unpacked."""
MAX_DEPTH = 256
"""Elements inside each other."""
_LITERAL_SIZE = 100
"""Nodes that go into the document as one literal; larger things in parts, to load in slices."""
_SLICE = 200
"""Nodes between two yields of `filling`: a few milliseconds."""

_DECLARATION = re.compile(r"\ufeff?<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._\-]{0,39})[\"']")
_TEXT_ENCODINGS = re.compile(
    r"(utf-?(8|16|32)|us-?ascii|ascii|iso-?8859|latin|windows|cp|koi8|shift_?jis|euc|gb|big5|mac)",
    re.IGNORECASE,
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_UNBOUND = re.compile(r"Namespace prefix (\w+) ")
_KNOWN_PREFIXES = {
    "xlink": XLINK_NS,
    "inkscape": "http://www.inkscape.org/namespaces/inkscape",
    "sodipodi": "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
}


class FileError(Exception):
    """A file cannot be opened as it is; the text says why to a person."""


class FileUnreadableError(FileError):
    """The file is not there or may not be read."""


class FileTooLargeError(FileError):
    """Larger than `MAX_SIZE`, unpacked."""


class FileTooDeepError(FileError):
    """More elements inside each other than `MAX_DEPTH`."""


class FileForbiddenError(FileError):
    """Its DOCTYPE asks for something that is not done."""


class NotSvgError(FileError):
    """It is no SVG drawing at all."""


class FileDamagedError(FileError):
    """Not well-formed.

    Attributes:
        line: The last line that could be read.
        recovered: What stands before the damage, or None if there is nothing.
    """

    def __init__(self, name: str, line: int, recovered: LoadedFile | None) -> None:
        count = 0 if recovered is None else recovered.objects
        objects = "1 object" if count == 1 else f"{count} objects"
        super().__init__(f"“{name}” is damaged after line {line}. {objects} could be opened.")
        self.line = line
        self.recovered = recovered


def load(source: bytes | Path, name: str | None = None) -> LoadedFile:
    """Read an SVG file.

    Args:
        source: Its bytes, or where it is; gzip (.svgz) is unpacked.
        name: What a person calls it; the file's name if there is one.

    Raises:
        FileError: one of its kinds, with a sentence for a person.
    """
    if isinstance(source, bytes):
        return _Loader(name or "The drawing").load(source)
    called = name or source.name
    try:
        with source.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise FileUnreadableError(f"“{called}” cannot be read: {error.strerror}.") from error
    return _Loader(called).load(data)


class _Loader:
    """One attempt at one file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def load(self, data: bytes) -> LoadedFile:
        data, is_cut = self._unpacked(data)
        if len(data) > MAX_SIZE:
            raise self._too_large()
        text, bad_line = self._decoded(data)
        declaration = _DECLARATION.match(text)
        if declaration is not None:
            text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
        text = text.removeprefix("\ufeff")
        try:
            text = without_doctype(text)
        except EntityError as error:
            raise FileForbiddenError(
                f"“{self._name}” uses {error} in its DOCTYPE, which Whiteboard does not open."
            ) from error
        loaded = self._parsed(text)
        if bad_line is not None or is_cut:
            line = bad_line if bad_line is not None else text.count("\n") + 1
            raise FileDamagedError(self._name, line, loaded)
        return loaded

    def _too_large(self) -> FileTooLargeError:
        return FileTooLargeError(
            f"“{self._name}” is larger than {MAX_SIZE // 2**20} MB, the most Whiteboard opens."
        )

    def _unpacked(self, data: bytes) -> tuple[bytes, bool]:
        """The bytes, unpacked if they are gzip; and whether they end too early."""
        if not data.startswith(b"\x1f\x8b"):
            return data, False
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            plain = unpacker.decompress(data, MAX_SIZE + 1)
        except zlib.error:
            raise FileDamagedError(self._name, 0, None) from None
        if len(plain) > MAX_SIZE:
            raise self._too_large()
        return plain, not unpacker.eof

    def _decoded(self, data: bytes) -> tuple[str, int | None]:
        """The text, and the line of the first byte that is none in its encoding."""
        encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
        if encoding is None:
            declared = _ENCODING.match(data)
            encoding = declared[1].decode("ascii") if declared else "utf-8"
            if _TEXT_ENCODINGS.match(encoding) is None:
                encoding = "utf-8"
        try:
            return data.decode(encoding), None
        except UnicodeDecodeError as error:
            text = data.decode(encoding, "replace")
            line = data[: error.start].decode(encoding, "replace").count("\n") + 1
            return text, line
        except (LookupError, ValueError):
            raise NotSvgError(
                f"“{self._name}” is written in “{encoding}”, which Whiteboard cannot read."
            ) from None

    def _parsed(self, text: str) -> LoadedFile:
        for _ in range(len(_KNOWN_PREFIXES) + 1):
            try:
                root = etree.fromstring(text.encode("utf-8", "replace"), _parser())
            except etree.XMLSyntaxError as error:
                mended = _with_prefix(text, error)
                if mended is None:
                    raise self._damage(text, error) from None
                text = mended
            else:
                return self._converted(root)
        raise NotSvgError(f"“{self._name}” is not an SVG drawing.")

    def _damage(self, text: str, error: etree.XMLSyntaxError) -> FileError:
        """The error to raise, with what could be read before it."""
        if "xcessive depth" in str(error):
            return self._too_deep()
        line, column = error.position
        if line is None or not text.strip():
            return NotSvgError(f"“{self._name}” is not an SVG drawing.")
        lines = text.split("\n")
        sound = "\n".join([*lines[: line - 1], lines[line - 1][:column]])
        recovered: LoadedFile | None = None
        # What was begun last may be what is broken: try before each of the last few tags.
        for _ in range(4):
            sound = sound[: max(sound.rfind("<"), 0)]
            root = _sound_root(sound)
            if root is not None:
                recovered = self._converted(root)
                break
        if recovered is None and "<svg" not in text and ":svg" not in text:
            return NotSvgError(f"“{self._name}” is not an SVG drawing.")
        return FileDamagedError(self._name, sound.count("\n") + 1, recovered)

    def _too_deep(self) -> FileTooDeepError:
        return FileTooDeepError(
            f"“{self._name}” has more than {MAX_DEPTH} elements inside each other, the most "
            "Whiteboard opens."
        )

    def _converted(self, root: etree._Element) -> LoadedFile:
        name = etree.QName(root)
        if name.localname != "svg" or name.namespace not in (None, SVG_NS):
            raise NotSvgError(f"“{self._name}” is not an SVG drawing.")
        # A drawing that forgot its namespace is taken for what it means to be.
        return LoadedFile(
            _beside(root, following=False),
            self._element(root, SVG_NS if name.namespace is None else ""),
            _beside(root, following=True),
        )

    def _element(self, node: etree._Element, bare: str, depth: int = 1) -> Element:
        """The element as plain values; `bare` is the namespace of elements that have none."""
        if depth > MAX_DEPTH:
            raise self._too_deep()
        children: list[Child] = []
        size, is_plain = 1, True
        _add_text(children, node.text)
        for child in node:
            if _is_leaf(child):
                children.append(_leaf(child))
                is_plain = False
                size += 1
            elif isinstance(child.tag, str):
                below = self._element(child, bare, depth + 1)
                children.append(below)
                size += below.size
                is_plain = is_plain and below.is_plain
            _add_text(children, child.tail)
        name = etree.QName(node)
        attributes = tuple(
            (q.namespace or "", q.localname, str(value))
            for key, value in node.attrib.items()
            for q in (etree.QName(key),)
        )
        size += sum(1 for child in children if isinstance(child, str))
        return Element(
            name.namespace or bare, name.localname, attributes, tuple(children), size, is_plain
        )


def _parser(*, recover: bool = False) -> etree.XMLParser[etree._Element]:
    """A parser that loads nothing; limits are ours, so that large embedded pictures get through."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
        recover=recover,
    )


def _with_prefix(text: str, error: etree.XMLSyntaxError) -> str | None:
    """The text with a well-known prefix declared that it forgot to declare."""
    match = _UNBOUND.search(str(error))
    namespace = _KNOWN_PREFIXES.get(match[1]) if match else None
    if match is None or namespace is None or f"xmlns:{match[1]}=" in text:
        return None
    return re.sub(r"<((?:\w+:)?svg)\b", rf'<\1 xmlns:{match[1]}="{namespace}"', text, count=1)


def _sound_root(text: str) -> etree._Element | None:
    """The root of a beginning of a file whose only fault is that elements are still open."""
    if text.rfind("<") > text.rfind(">"):
        return None  # it ends inside a tag
    puller = etree.XMLPullParser(events=(), resolve_entities=False, huge_tree=True)
    try:
        puller.feed(text)
        return etree.fromstring(text.encode("utf-8", "replace"), _parser(recover=True))
    except etree.XMLSyntaxError:
        return None


def _add_text(children: list[Child], text: str | None) -> None:
    if text:
        if children and isinstance(children[-1], str):
            children[-1] += text
        else:
            children.append(text)


# lxml's names for the classes of what its factories Comment and PI make; public in all but name.
_COMMENT = etree._Comment  # noqa: SLF001
_INSTRUCTION = etree._ProcessingInstruction  # noqa: SLF001


def _is_leaf(node: etree._Element) -> bool:
    """Whether lxml gives a comment or processing instruction as this odd kind of element."""
    return isinstance(node, _COMMENT | _INSTRUCTION)


def _leaf(node: etree._Element) -> Comment | Instruction:
    if isinstance(node, _COMMENT):
        return Comment(node.text or "")
    return Instruction(str(getattr(node, "target", "")), node.text or "")


def _beside(root: etree._Element, *, following: bool) -> tuple[Comment | Instruction, ...]:
    found = [_leaf(node) for node in root.itersiblings(preceding=not following) if _is_leaf(node)]
    return tuple(found if following else reversed(found))


# --- into a document


def fill(document: Document, loaded: LoadedFile) -> None:
    """Put a file's contents into a document that has no root yet, as one LOAD transaction."""
    for _ in filling(document, loaded):
        pass


def filling(document: Document, loaded: LoadedFile) -> Iterator[float]:
    """As `fill`, in slices: yields the share that is done, 0 to 1.

    The transaction is open in between, so the document must be nobody else's yet. Closing the
    generator early rolls everything back.
    """
    with document.transact(Origin.LOAD) as edit:
        for leaf in loaded.prolog:
            _add_leaf(edit, DOCUMENT, leaf)
        total = loaded.root.size
        root = loaded.root
        if root.is_plain and root.size <= _LITERAL_SIZE:
            edit.add_root(root.literal())
        else:
            rid = edit.add_root(root.literal(alone=True))
            yield from _fill_parts(edit, rid, root, total)
        for leaf in loaded.epilog:
            _add_leaf(edit, DOCUMENT, leaf)
    yield 1.0


def _fill_parts(edit: Transaction, rid: Rid, root: Element, total: int) -> Iterator[float]:
    """The children of a root that is there; what is large goes in part by part."""
    done = since = 0
    stack = [(rid, iter(root.children))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            continue
        size = 1
        if isinstance(child, str):
            edit.add_text(parent, child)
        elif not isinstance(child, Element):
            _add_leaf(edit, parent, child)
        elif child.is_plain and child.size <= _LITERAL_SIZE:
            edit.add(parent, child.literal())
            size = child.size
        else:
            stack.append((edit.add(parent, child.literal(alone=True)), iter(child.children)))
        done += size
        since += size
        if since >= _SLICE:
            since = 0
            yield min(1.0, done / total)


def _add_leaf(edit: Transaction, parent: Rid, leaf: Comment | Instruction) -> None:
    if isinstance(leaf, Comment):
        edit.add_comment(parent, leaf.text)
    else:
        edit.add_instruction(parent, leaf.target, leaf.data)


def save(document: SharedDocument) -> bytes:
    """The document as a plain SVG file: UTF-8, XML declaration, a line end at the end."""
    data = document.serialise()
    return data if data.endswith(b"\n") else data + b"\n"
