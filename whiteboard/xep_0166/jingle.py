"""The Jingle plugin: sends requests, acknowledges received ones, hands them to one consumer."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from asyncio import Future
from collections.abc import Callable
from typing import ClassVar

from slixmpp import JID, Iq
from slixmpp.plugins.base import BasePlugin, register_plugin
from slixmpp.xmlstream import StanzaBase, register_stanza_plugin
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from whiteboard.xep_0166 import stanza

ACTIONS = frozenset({"session-initiate", "session-accept", "session-info", "session-terminate"})
"""What this plugin knows; the rest of XEP-0166 is answered `feature-not-implemented`."""


class JingleError(Exception):
    """Raised by the consumer to refuse a request.

    Args:
        condition: RFC 6120 error condition, such as `item-not-found`.
        jingle_condition: condition of XEP-0166 section 7.5, such as `unknown-session`; '' for none.
        kind: RFC 6120 error type.
    """

    def __init__(self, condition: str, jingle_condition: str = "", kind: str = "cancel") -> None:
        super().__init__(condition)
        self.condition = condition
        self.jingle_condition = jingle_condition
        self.kind = kind


class XEP_0166(BasePlugin):  # noqa: N801 - slixmpp names plugins so
    """XEP-0166: Jingle.

    Set `consumer` to a callable that takes (sender, Jingle) for every well-formed request. It
    returns to acknowledge, or raises `JingleError` to refuse.
    """

    name = "xep_0166"
    description = "XEP-0166: Jingle"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    stanza = stanza

    consumer: Callable[[JID, stanza.Jingle], object] | None

    def plugin_init(self) -> None:
        """Register the stanza and the handler."""
        self.consumer = None
        register_stanza_plugin(Iq, stanza.Jingle)
        self.xmpp.register_handler(
            Callback("Jingle", StanzaPath("iq@type=set/jingle"), self._handle_request)
        )

    def plugin_end(self) -> None:
        """Undo `plugin_init` and `session_bind`."""
        self.xmpp.remove_handler("Jingle")
        self.xmpp.plugin["xep_0030"].del_feature(feature=stanza.NAMESPACE)

    def session_bind(self, jid: object) -> None:
        """Announce the feature."""
        self.xmpp.plugin["xep_0030"].add_feature(stanza.NAMESPACE)

    def request(self, to: str, jingle: ET.Element, timeout: float = 20) -> Future[Iq]:
        """Send a complete `<jingle/>`; the future ends with the acknowledgement.

        Args:
            to: full address of the other party.
            jingle: action, session id, contents and reason as XEP-0166 section 7 says.
            timeout: seconds until the future raises IqTimeout.

        Raises:
            slixmpp.exceptions.IqError: (from the future) the request was refused.
        """
        iq = self.xmpp.make_iq_set(ito=to)
        iq.xml.append(jingle)
        answer: Future[Iq] = iq.send(timeout=timeout)
        return answer

    def _handle_request(self, iq: StanzaBase) -> None:
        assert isinstance(iq, Iq)
        jingle = iq["jingle"]
        try:
            if not jingle["sid"] or not jingle["action"]:
                raise JingleError("bad-request", kind="modify")  # noqa: TRY301 - one exit for refusals
            if jingle["action"] not in ACTIONS:
                raise JingleError("feature-not-implemented")  # noqa: TRY301 - as above
            if self.consumer is None:
                raise JingleError("service-unavailable")  # noqa: TRY301 - as above
            self.consumer(iq["from"], jingle)
        except JingleError as refusal:
            self._refuse(iq, refusal)
        else:
            iq.reply(clear=True).send()

    @staticmethod
    def _refuse(iq: Iq, refusal: JingleError) -> None:
        reply = iq.reply(clear=True)
        reply["error"]["type"] = refusal.kind
        reply["error"]["condition"] = refusal.condition
        if refusal.jingle_condition:
            reply["error"].append(
                ET.Element(f"{{{stanza.ERRORS_NAMESPACE}}}{refusal.jingle_condition}")
            )
        reply.send()


register_plugin(XEP_0166)
