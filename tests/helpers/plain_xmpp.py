"""A client on a plain socket: RFC 6120 and 6121, XEP-0030, 0045 and 0115 with what Python has.

Nothing of the program is in it, nor of a library for XMPP: it says what the texts say.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

CLIENT = "jabber:client"
STREAM = "http://etherx.jabber.org/streams"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
INFO = "http://jabber.org/protocol/disco#info"
CAPS = "http://jabber.org/protocol/caps"
MUC = "http://jabber.org/protocol/muc"
NODE = "https://plain.example/"


class PlainClient:
    """One signed-in client; what it gets goes to the methods `on_...` of who derives from it.

    Args:
        features: What it tells others that it can do.
    """

    def __init__(self, features: tuple[str, ...]) -> None:
        self.features = tuple(sorted((INFO, *features)))
        self.address = ""
        self.room = ""
        self.changed = asyncio.Event()
        self._ids = itertools.count(1)
        self._answers: dict[str, asyncio.Future[ET.Element]] = {}
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._parser: ET.XMLPullParser
        self._task: asyncio.Task[None] | None = None

    # --- the stream

    async def sign_in(self, port: int, user: str, domain: str, password: str) -> None:
        """Connect, authenticate by SASL PLAIN, bind a resource and send presence."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        await self._open(domain)
        secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.write(f"<auth xmlns='{SASL}' mechanism='PLAIN'>{secret}</auth>")
        answer = await self._next()
        assert answer.tag == f"{{{SASL}}}success", ET.tostring(answer)
        await self._open(domain)
        self._task = asyncio.create_task(self._read())
        answer = await self.ask("", "set", f"<bind xmlns='{BIND}'/>")
        self.address = answer.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid")
        self.write(f"<presence>{self._caps()}</presence>")

    async def _open(self, domain: str) -> None:
        self._parser = ET.XMLPullParser(("start", "end"))
        self._depth = 0
        self.write(
            f"<stream:stream to='{domain}' version='1.0' xmlns='{CLIENT}' xmlns:stream='{STREAM}'>"
        )
        features = await self._next()
        assert features.tag == f"{{{STREAM}}}features"

    async def _next(self) -> ET.Element:
        """The next element below the stream's own."""
        while True:
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == "start" and self._depth == 1:
                    self._stream = element
                if event == "end" and self._depth == 1:
                    self._stream.remove(element)
                    return element
            data = await self._reader.read(65536)
            if not data:
                raise EOFError
            self._parser.feed(data)

    async def _read(self) -> None:
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                self._take(await self._next())
                self.changed.set()

    def write(self, xml: str) -> None:
        """Put text on the stream."""
        self._writer.write(xml.encode())

    async def close(self) -> None:
        """End the stream."""
        self.write("</stream:stream>")
        if self._task is not None:
            await self._task
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Wait until something that came makes `condition` true."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    # --- stanzas

    def new_id(self) -> str:
        """An id that this client never used."""
        return f"p{next(self._ids)}"

    async def ask(self, to: str, kind: str, payload: str) -> ET.Element:
        """Send an iq; the answer."""
        id_ = self.new_id()
        done = self._answers[id_] = asyncio.get_running_loop().create_future()
        address = f" to={quoteattr(to)}" if to else ""
        self.write(f"<iq type='{kind}' id='{id_}'{address}>{payload}</iq>")
        return await done

    def message(self, to: str, payload: str, *, to_all: bool = False) -> None:
        """Send a message without a body."""
        kind = " type='groupchat'" if to_all else ""
        self.write(f"<message to={quoteattr(to)}{kind}>{payload}</message>")

    def enter(self, room: str, nick: str) -> None:
        """Enter a group chat."""
        self.room, self.address_here = room, f"{room}/{nick}"
        self.write(
            f"<presence to={quoteattr(self.address_here)}><x xmlns='{MUC}'/>{self._caps()}"
            "</presence>"
        )

    def _caps(self) -> str:
        """XEP-0115: who knows the hash knows the features."""
        text = "client/pc//Plain<" + "".join(f"{feature}<" for feature in self.features)
        ver = base64.b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()
        return f"<c xmlns='{CAPS}' hash='sha-1' node='{NODE}' ver='{ver}'/>"

    def _take(self, stanza: ET.Element) -> None:
        name, kind = stanza.tag.removeprefix(f"{{{CLIENT}}}"), stanza.get("type")
        if name == "iq" and kind in {"result", "error"}:
            waiting = self._answers.pop(stanza.get("id", ""), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(stanza)
        elif name == "iq":
            self._answer(stanza)
        elif name == "message" and kind != "error":
            self.on_message(stanza)
        elif name == "presence":
            self.on_presence(stanza)

    def _answer(self, iq: ET.Element) -> None:
        query = iq.find(f"{{{INFO}}}query")
        if query is not None:
            node = f" node={quoteattr(query.get('node'))}" if query.get("node") else ""
            features = "".join(f"<feature var='{feature}'/>" for feature in self.features)
            payload = (
                f"<query xmlns='{INFO}'{node}><identity category='client' type='pc' name='Plain'/>"
                f"{features}</query>"
            )
            self._reply(iq, "result", payload)
        elif self.on_iq(iq):
            self._reply(iq, "result", "")
        else:
            stanzas = "urn:ietf:params:xml:ns:xmpp-stanzas"
            error = f"<error type='cancel'><service-unavailable xmlns='{stanzas}'/></error>"
            self._reply(iq, "error", error)

    def _reply(self, iq: ET.Element, kind: str, payload: str) -> None:
        to = quoteattr(iq.get("from", ""))
        self.write(f"<iq type='{kind}' id={quoteattr(iq.get('id', ''))} to={to}>{payload}</iq>")

    # --- for who derives from it

    def on_message(self, message: ET.Element) -> None:
        """A message that is no error."""

    def on_presence(self, presence: ET.Element) -> None:
        """Somebody came, went or changed."""

    def on_iq(self, iq: ET.Element) -> bool:
        """A request that is not about features; False if it is not understood."""
        return False
