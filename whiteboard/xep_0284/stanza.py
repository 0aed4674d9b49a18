"""The one outer stanza class of XEP-0284; what is inside it stays raw ElementTree."""

from __future__ import annotations

from typing import ClassVar

from slixmpp.xmlstream import ElementBase

NAMESPACE = "urn:xmpp:sxe:0"
TRANSPORT_NAMESPACE = "urn:xmpp:jingle:transports:sxe"


class SXE(ElementBase):
    """`<sxe session= id= name=/>`: in messages (XEP-0284 section 8 on) and in presence (section 6).

    The children (`<connect/>`, `<state/>`, …) are reached through `.xml`: a class for each would
    make receiving a message of 100 edits five times slower.
    """

    name = "sxe"
    namespace = NAMESPACE
    plugin_attrib = "sxe"
    interfaces: ClassVar[set[str]] = {"session", "id", "name"}
