"""Nothing is lost on the way through the stream: white space in attributes, unknown namespaces.

Sending: slixmpp 1.17 writes TAB, LF and CR in attribute values as they are, so that every parser
turns them into spaces, and leaves out attributes of namespaces it has no prefix for (SYNC 1.1).
`install` puts `wire`'s writer in the place where the stream turns a stanza into text; stanzas that
stream management sends again pass there too.

Receiving: Prosody 0.12 undoes that. It reads `&#10;` and writes a plain LF into the attribute; our
parser would turn into a space. `AttributeGuard` puts the references back before the parser
sees the bytes. No server breaks lines inside attribute values of its own accord.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from slixmpp.xmlstream import XMLStream, xmlstream

from whiteboard.wire.xml import split_tag, to_xml

_original = xmlstream.tostring  # type: ignore[attr-defined]  # imported there, not exported


def _tostring(
    xml: ET.Element | None = None,
    xmlns: str = "",
    stream: XMLStream | None = None,
    *arguments: Any,
    **options: Any,
) -> str:
    """Like slixmpp's `tostring` for what belongs to the stream itself, `to_xml` for all stanzas."""
    if (
        xml is None
        or stream is None
        or options.get("open_only")
        or split_tag(xml.tag)[0] in stream.namespace_map
    ):
        text: str = _original(xml, xmlns, stream, *arguments, **options)
        return text
    return to_xml(xml, xmlns, (stream.default_ns,))


def install() -> None:
    """Use `to_xml` for every stanza any stream of this process sends."""
    xmlstream.tostring = _tostring  # type: ignore[attr-defined]  # see the module's docstring


class AttributeGuard:
    """Replaces TAB, LF and CR inside attribute values by character references, chunk by chunk."""

    _REFERENCES = ((b"\t", b"&#9;"), (b"\n", b"&#10;"), (b"\r", b"&#13;"))

    def __init__(self) -> None:
        self._inside = b""
        """b'' in text, b'>' in a tag, else the quote that ends the attribute value."""

    def feed(self, data: bytes) -> bytes:
        """The next bytes of the stream, mended; they may begin and end in the middle of a value."""
        if not any(plain in data for plain, _ in self._REFERENCES):
            # Nothing to mend, which is the rule: only where the chunk ends matters, and a `<`
            # always begins a tag, for it is forbidden in values.
            last = data.rfind(b"<")
            if last >= 0:
                self._inside = b""
            self._scan(data, max(last, 0))
            return data
        return self._scan(data, 0)

    def _scan(self, data: bytes, at: int) -> bytes:
        out: list[bytes] = []
        size = len(data)
        while at < size:
            start = at
            if not self._inside:
                found = data.find(b"<", at)
                at = size if found < 0 else found + 1
                if found >= 0:
                    self._inside = b">"
                out.append(data[start:at])
            elif self._inside == b">":
                found, self._inside = self._in_tag(data, at)
                at = size if found < 0 else found + 1
                out.append(data[start:at])
            else:
                found = data.find(self._inside, at)
                at = size if found < 0 else found + 1
                if found >= 0:
                    self._inside = b">"
                out.append(self._mend(data[start:at]))
        return b"".join(out)

    @staticmethod
    def _in_tag(data: bytes, at: int) -> tuple[int, bytes]:
        """Where the tag ends or a value begins, and what is then inside."""
        end = data.find(b">", at)
        stop = len(data) if end < 0 else end
        single, double = data.find(b"'", at, stop), data.find(b'"', at, stop)
        if single >= 0 and (double < 0 or single < double):
            return single, b"'"
        if double >= 0:
            return double, b'"'
        return end, (b"" if end >= 0 else b">")

    @classmethod
    def _mend(cls, value: bytes) -> bytes:
        for plain, reference in cls._REFERENCES:
            if plain in value:
                value = value.replace(plain, reference)
        return value
