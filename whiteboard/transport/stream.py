"""The XMPP stream: slixmpp's client with one door for what comes in and no will of its own.

It makes one connection attempt when asked, never retries, follows no redirect, keeps no roster:
`account` decides. Whatever a peer sends, an exception ends at this door.
"""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from slixmpp import JID, ClientXMPP, Iq, Message, Presence
from slixmpp.xmlstream import StanzaBase

from whiteboard import __version__
from whiteboard.im.account import AccountSettings, TlsMode
from whiteboard.transport import certificates, serialise
from whiteboard.util.log import XMPP
from whiteboard.wire import ns
from whiteboard.xep_0166 import XEP_0166
from whiteboard.xep_0284 import XEP_0284

APPLICATION_TYPES = (ns.APPLICATION_SVG, ns.MERGE, ns.PSI_SXE, ns.PSI_SVG)
"""Features that say what we edit and how (SYNC section 4)."""

CAPS_NODE = "urn:x-whiteboard:client"

_SM_REQUEST = "<r xmlns='urn:xmpp:sm:3'/>"


class Stream(ClientXMPP):
    """One account's stream. Events beside slixmpp's: `attempt_failed`, `roster`, `any_presence`."""

    def __init__(self, settings: AccountSettings, resource: str, *, registering: bool) -> None:
        serialise.install()
        plaintext = settings.tls is TlsMode.PLAINTEXT
        jid = JID(settings.address)
        jid.resource = resource
        super().__init__(
            jid,
            settings.password,
            plugin_config={
                "feature_mechanisms": {
                    "unencrypted_scram": plaintext,
                    "unencrypted_plain": plaintext,
                },
                "xep_0115": {"caps_node": CAPS_NODE},
                "xep_0198": {"window": 1_000_000},  # acknowledgements are asked for by the outbox
                "xep_0284": {"application_types": (*APPLICATION_TYPES, *settings.applications)},
            },
        )
        self.max_redirects = -1
        self.enable_direct_tls = settings.tls is TlsMode.DIRECT
        self.enable_starttls = settings.tls is TlsMode.STARTTLS
        self.enable_plaintext = plaintext
        self.whitespace_keepalive = False
        self.last_error: object = None
        """The newest reason for which a connection could not be made."""
        for name in ("xep_0004", "xep_0030", "xep_0115", "xep_0198", "xep_0199"):
            self.register_plugin(name)
        if registering:
            self.register_plugin("xep_0077")
        self.register_plugin("xep_0284", module=XEP_0284.__module__)
        self.register_plugin("xep_0166", module=XEP_0166.__module__)
        caps = self.plugin["xep_0115"]
        # An asynchronous filter makes a task of every stanza sent and lets slow ones be overtaken:
        # presence gets its capabilities in `caps.py` instead, which also looks up those of others.
        self.del_filter("out", caps._filter_add_caps)  # type: ignore[arg-type]  # noqa: SLF001 - there is no option for it
        self.del_event_handler("entity_caps", caps._process_caps)  # noqa: SLF001 - as above
        self.plugin["xep_0030"].add_identity(
            category="client", itype="pc", name=f"Whiteboard {__version__}"
        )
        self.add_event_handler("connection_failed", self._note_error)

    @property
    def jingle(self) -> XEP_0166:
        """The Jingle plugin."""
        plugin = self.plugin.get("xep_0166", None)
        assert isinstance(plugin, XEP_0166)
        return plugin

    def use_context(self, *, pinning: bool) -> None:
        """Choose how the next connection judges certificates; see `certificates`."""
        self.ssl_context = (
            certificates.pinning_context() if pinning else certificates.verifying_context()
        )

    # --- what the stream is asked to send ---

    def send_message_xml(self, element: ET.Element) -> None:
        """Send a complete `<message/>`."""
        Message(self, xml=element).send()

    def request_server_ack(self) -> bool:
        """Ask for an acknowledgement (XEP-0198), in order with stanzas; False if not in use."""
        if "stream_management" not in self.features:
            return False
        self.send(_SM_REQUEST)
        return True

    def tracked_ids(self) -> Iterator[str]:
        """Ids of the stanzas that stream management sends again after a resumption."""
        for _, stanza in self.plugin["xep_0198"].unacked_queue:
            yield stanza.xml.get("id", "")

    def forget_resumption(self) -> None:
        """The next connection is a new session."""
        self.plugin["xep_0198"].session_end(None)

    # --- slixmpp's decisions, taken away ---

    def reschedule_connection_attempt(self) -> None:
        """An attempt failed: say so instead of trying again."""
        self._current_connection_attempt = None
        self.event("attempt_failed", self.last_error)

    def _note_error(self, error: object) -> None:
        self.last_error = error

    def _handle_stream_error(self, error: StanzaBase) -> None:
        self.event("stream_error", error)

    def _handle_presence(self, presence: Presence) -> None:
        self.event("any_presence", presence)

    def _handle_roster(self, iq: Iq) -> None:
        self.event("roster", iq)
        if iq["type"] == "set":
            iq.reply(clear=True).send()

    def init_parser(self) -> None:
        """A stream begins: forget the state of the one before."""
        self._guard = serialise.AttributeGuard()
        super().init_parser()

    def data_received(self, data: bytes | str) -> None:
        """Bytes came: attribute values keep their white space."""
        if isinstance(data, bytes) and self.parser is not None:
            data = self._guard.feed(data)
        super().data_received(data)

    def _spawn_event(self, xml: ET.Element) -> None:
        # The one door: a fault in any handler, or in what a peer wrote, ends here. Let through, it
        # would reach asyncio, which closes the connection.
        try:
            super()._spawn_event(xml)
        except Exception as error:  # noqa: BLE001 - see above
            XMPP.warning("a stanza was ignored: %s: %s", type(error).__name__, error)

    def exception(self, exception: Exception) -> None:
        """A handler failed: log one line, go on."""
        XMPP.warning("a handler failed: %s: %s", type(exception).__name__, exception)

    async def close(self) -> None:
        """End the stream and every task slixmpp keeps for it."""
        self.cancel_connection_attempt()
        if self.transport is not None:
            self.end_session_on_disconnect = True
            ended = self.disconnected
            self.disconnect(wait=1.0)
            try:
                await asyncio.wait_for(asyncio.shield(ended), 2.5)
            except TimeoutError:
                self.abort()
                await asyncio.sleep(0)  # the socket is closed in the loop's next turn
        sender = self._run_out_filters
        if sender is not None:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
