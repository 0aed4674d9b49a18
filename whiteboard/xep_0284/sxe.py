"""The XEP-0284 plugin: registers the stanza and the features, raises `sxe` for every message."""

from __future__ import annotations

from typing import ClassVar

from slixmpp import Message, Presence
from slixmpp.plugins.base import BasePlugin, register_plugin
from slixmpp.xmlstream import StanzaBase, register_stanza_plugin
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from whiteboard.xep_0284 import stanza


class XEP_0284(BasePlugin):  # noqa: N801 - slixmpp names plugins so
    """XEP-0284: Shared XML Editing.

    Events: `sxe` with the Message, for every message that carries `<sxe/>`, also of type error.
    Configuration: `application_types`, the Jingle application namespaces announced beside the SXE
    transport.
    """

    name = "xep_0284"
    description = "XEP-0284: Shared XML Editing"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    stanza = stanza
    default_config: ClassVar[dict[str, object]] = {"application_types": ()}

    application_types: tuple[str, ...]

    def plugin_init(self) -> None:
        """Register stanzas and the handler."""
        register_stanza_plugin(Message, stanza.SXE)
        register_stanza_plugin(Presence, stanza.SXE)
        self.xmpp.register_handler(
            Callback(
                "SXE",
                MatchXPath(f"{{{self.xmpp.default_ns}}}message/{{{stanza.NAMESPACE}}}sxe"),
                self._handle_sxe,
            )
        )

    def plugin_end(self) -> None:
        """Undo `plugin_init` and `session_bind`."""
        self.xmpp.remove_handler("SXE")
        for feature in self._features():
            self.xmpp.plugin["xep_0030"].del_feature(feature=feature)

    def session_bind(self, jid: object) -> None:
        """Announce the features (XEP-0284 section 5)."""
        for feature in self._features():
            self.xmpp.plugin["xep_0030"].add_feature(feature)

    def _features(self) -> tuple[str, ...]:
        return (stanza.NAMESPACE, stanza.TRANSPORT_NAMESPACE, *self.application_types)

    def _handle_sxe(self, message: StanzaBase) -> None:
        self.xmpp.event("sxe", message)


register_plugin(XEP_0284)
