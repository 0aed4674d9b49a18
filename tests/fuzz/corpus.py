"""Sound inputs and words of the formats: where a fuzzer begins."""

from __future__ import annotations

import re
from pathlib import Path

from tests.fuzz import vocabulary

ROOT = Path(__file__).resolve().parents[2]
PLAIN, BUILT = b"\x00", b"\x80"
"""First byte of an input: the rest as it is, or what builds something."""


def seeds(target: str) -> list[bytes]:
    """Inputs that a target takes for what they are."""
    protocol = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    stanzas = [text.encode() for text in re.findall(r"```xml\n(.*?)```", protocol, re.DOTALL)]
    built = [BUILT + bytes((i * k) % 256 for i in range(200)) for k in (1, 7, 31, 77, 113)]
    if target == "stanza":
        return [*(PLAIN + text for text in stanzas), *built]
    if target == "log":
        head = b"<log xmlns='urn:x-whiteboard:log:0' session='851ba2' mode='%s'>"
        logs = [head % mode + b"".join(stanzas) + b"</log>" for mode in (b"merge", b"strict")]
        return [*(PLAIN + text for text in logs), *built]
    if target == "chat":
        chat = (
            b"<message xmlns='jabber:client' id='m1'><body>hello \xe2\x80\xae</body>"
            b"<replace xmlns='urn:xmpp:message-correct:0' id='m0'/>"
            b"<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T12:00:00Z'/></message>"
        )
        return [PLAIN + chat, PLAIN + b"xmpp:room@host?join;session=851ba2", *built]
    drawing = (
        b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'"
        b" viewBox='0 0 9 9'><style>rect{fill:red}</style><g transform='scale(2)'><rect id='r'"
        b" width='5' height='5'/><use href='#r'/><text x='1'>a &a; <tspan dy='1'>b</tspan></text>"
        b"<path d='M0 0h5v5z' marker-end='url(#m)'/><!-- c --><?p q?></g></svg>"
    )
    return [PLAIN + drawing, PLAIN + drawing.decode().encode("utf-16"), *built]


def words() -> list[str]:
    """What the formats are written with."""
    names = (*vocabulary.STANZA_TAGS, *vocabulary.SVG_TAGS)
    attributes = (*vocabulary.STANZA_ATTRIBUTES, *vocabulary.SVG_ATTRIBUTES)
    all_words = {word.rpartition("}")[2] for word in (*names, *attributes)}
    return sorted(all_words | set(vocabulary.SVG_VALUES) | {"<!ENTITY", "<![CDATA[", "xmlns="})
