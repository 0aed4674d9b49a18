"""The Jingle stanza: attributes, contents and reason; application and transport stay raw."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import ClassVar

from slixmpp.xmlstream import ElementBase

NAMESPACE = "urn:xmpp:jingle:1"
ERRORS_NAMESPACE = "urn:xmpp:jingle:errors:1"

_CONTENT = f"{{{NAMESPACE}}}content"
_REASON = f"{{{NAMESPACE}}}reason"
_TEXT = f"{{{NAMESPACE}}}text"


class Jingle(ElementBase):
    """`<jingle action= sid= initiator= responder=/>` (XEP-0166 section 7.1)."""

    name = "jingle"
    namespace = NAMESPACE
    plugin_attrib = "jingle"
    interfaces: ClassVar[set[str]] = {"action", "sid", "initiator", "responder"}

    def contents(self) -> list[ET.Element]:
        """The `<content/>` elements."""
        return self.xml.findall(_CONTENT)

    def reason(self) -> tuple[str, str]:
        """(condition, text) of the `<reason/>`; two empty strings without one."""
        reason = self.xml.find(_REASON)
        if reason is None:
            return "", ""
        conditions = [
            child.tag.removeprefix(f"{{{NAMESPACE}}}")
            for child in reason
            if child.tag != _TEXT and child.tag.startswith(f"{{{NAMESPACE}}}")
        ]
        return (conditions[0] if conditions else ""), reason.findtext(_TEXT) or ""
