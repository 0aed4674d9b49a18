"""A chat client that knows nothing of boards, on bare slixmpp: what friends use."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET

from slixmpp import ClientXMPP, Message

MUC = "http://jabber.org/protocol/muc"
SECONDS = 10


class PlainChat(ClientXMPP):
    """Signs in, enters rooms, says things as they are given, keeps what it hears."""

    def __init__(self, jid: str, password: str) -> None:
        super().__init__(
            f"{jid}/plain",
            password,
            plugin_config={
                "feature_mechanisms": {"unencrypted_scram": True, "unencrypted_plain": True}
            },
        )
        self.enable_starttls = self.enable_direct_tls = False
        self.enable_plaintext = True
        self.heard: list[Message] = []
        self._changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._rooms: set[str] = set()
        self.add_event_handler("session_start", self._started)
        self.add_event_handler("message", self._on_message)
        self.add_event_handler("groupchat_message", self._on_message)
        self.add_event_handler("presence", self._on_presence)

    def _started(self, _event: object) -> None:
        self.send_presence()
        self._ready.set()

    def _on_message(self, message: Message) -> None:
        self.heard.append(message)
        self._changed.set()

    def _on_presence(self, presence: object) -> None:
        self._rooms.add(str(presence["from"].bare))
        self._changed.set()

    async def until(self, is_so) -> None:
        async with asyncio.timeout(SECONDS):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()

    async def sign_in(self, port: int) -> None:
        self.connect("127.0.0.1", port)
        await asyncio.wait_for(self._ready.wait(), SECONDS)

    async def enter(self, room: str, nick: str) -> None:
        presence = self.make_presence(pto=f"{room}/{nick}")
        ET.SubElement(presence.xml, f"{{{MUC}}}x")
        presence.send()
        await self.until(lambda: room in self._rooms)

    def say(self, to: str, kind: str, body: str, inside: str = "", **attributes: str) -> None:
        """Send a `<message/>` with a body and other children as they are."""
        message = self.make_message(mto=to, mtype=kind)
        for name, value in attributes.items():
            message.xml.set(name, value)
        if body:
            ET.SubElement(message.xml, "{jabber:client}body").text = body
        for child in ET.fromstring(f"<x>{inside}</x>"):
            message.xml.append(child)
        message.send()

    async def until_heard(self, text: str) -> Message:
        """The message with this body, once it is here."""
        await self.until(lambda: any(one["body"] == text for one in self.heard))
        return next(one for one in self.heard if one["body"] == text)
