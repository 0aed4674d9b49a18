"""Messages to payload elements and back: the one door between `messages` and XML.

Elements are `xml.etree` ones, as slixmpp gives and takes them. Nothing here knows slixmpp.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from whiteboard.wire.messages import Message


def encode(message: Message) -> list[Element]:
    """The children that carry `message`: of a `<message/>`, of presence (Advertisement), or `<jingle/>`."""
    raise NotImplementedError


def decode(stanza: Element) -> Message | None:
    """What a received `<message/>`, `<presence/>` or `<iq/>` says, if it is ours.

    Raises:
        RemoteProtocolError: it is ours but says nothing acceptable.
    """
    raise NotImplementedError
