"""Who can draw: entity capabilities of others (XEP-0115), asked once per kind of client.

An answer is believed for everybody who announces the same hash only if the hash fits it; else for
the one address that gave it.
"""

from __future__ import annotations

import asyncio
import collections
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable

from slixmpp import Iq
from slixmpp.exceptions import XMPPError

from whiteboard.transport.account import Account
from whiteboard.transport.stream import CAPS_NODE
from whiteboard.util.event import Event
from whiteboard.wire import ns
from whiteboard.wire.messages import Dialect, Mode

CAPS = "http://jabber.org/protocol/caps"
DISCO_INFO = "http://jabber.org/protocol/disco#info"

_MOST = 2000
_MOST_ASKED = 50
"""Questions under way at once: announcing ever new versions costs nothing."""

Features = frozenset[str]
Rules = tuple[Mode, Dialect]
"""Of a session, fixed for ever when it is opened."""


def own_element(version: str) -> ET.Element:
    """The `<c/>` of our own presence."""
    return ET.Element(f"{{{CAPS}}}c", {"hash": "sha-1", "node": CAPS_NODE, "ver": version})


class Capabilities:
    """Features of other clients, by full address."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._by_version: collections.OrderedDict[tuple[str, str], Features] = (
            collections.OrderedDict()
        )
        self._by_address: collections.OrderedDict[str, Features] = collections.OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Future[None]] = {}
        self._unknown: set[str] = set()
        """Full addresses of which it is being found out: one question each at a time."""
        self.learned: Event[str] = Event()
        """The features of this full address are known now, and differ from before."""

    def can_draw(self, address: str) -> bool:
        """Whether the client at this full address can take part in a board of some kind."""
        return self.knows_xep(address) or self.is_psi(address)

    def can_merge(self, address: str) -> bool:
        """Whether it knows our better way of drawing together."""
        return self.knows_xep(address) and ns.MERGE in self._features(address)

    def is_plain(self, address: str) -> bool:
        """Whether it knows plain XEP-0284 and not our way."""
        return self.knows_xep(address) and not self.can_merge(address)

    def is_psi(self, address: str) -> bool:
        """Whether it knows Psi's dialect and not XEP-0284."""
        return not self.knows_xep(address) and self.knows_psi(address)

    def knows_psi(self, address: str) -> bool:
        """Whether it knows Psi's dialect, as our own program does."""
        return {ns.PSI_SXE, ns.PSI_SVG} <= self._features(address)

    def knows_xep(self, address: str) -> bool:
        """Whether it knows XEP-0284, whatever else."""
        return {ns.SXE, ns.SXE_TRANSPORT} <= self._features(address)

    def rules_for(self, devices: Iterable[str]) -> Rules:
        """The best rules that one of these devices knows; without any the best there are."""
        devices = tuple(devices)
        if not devices or any(map(self.can_merge, devices)):
            return Mode.MERGE, Dialect.XEP
        is_psi = not any(map(self.knows_xep, devices))
        return Mode.STRICT, Dialect.PSI if is_psi else Dialect.XEP

    def able(self, devices: Iterable[str], rules: Rules, *, in_room: bool = False) -> list[str]:
        """Those of the devices that know the rules of a session, and how one is invited to it.

        Psi itself cannot be invited from elsewhere to a board of a group chat.
        """
        mode, dialect = rules
        knows = self.can_merge if mode is Mode.MERGE else self.knows_xep
        if dialect is Dialect.PSI:
            knows = self.can_merge if in_room else self.knows_psi
        return list(filter(knows, devices))

    def _features(self, address: str) -> Features:
        return self._by_address.get(address, frozenset())

    def is_asking(self, address: str) -> bool:
        """Whether this is being found out of the client at this full address."""
        return address in self._unknown

    def forget(self, address: str) -> None:
        """The client is gone."""
        self._by_address.pop(address, None)

    def heard(self, address: str, presence: ET.Element) -> None:
        """An available presence came from this full address."""
        caps = presence.find(f"{{{CAPS}}}c")
        if caps is None:
            return
        key = (caps.get("hash", ""), caps.get("ver", ""))
        known = self._by_version.get(key)
        if known is not None:
            self._learn(address, known)
        elif (
            len(self._asking) < _MOST_ASKED
            and len(self._unknown) < _MOST
            and address not in self._unknown
        ):
            self._unknown.add(address)
            node = f"{caps.get('node', '')}#{key[1]}"
            self._account.spawn(asyncio.ensure_future(self._ask(address, key, node)))

    async def _ask(self, address: str, key: tuple[str, str], node: str) -> None:
        try:
            await self._find_out(address, key, node)
        finally:
            self._unknown.discard(address)

    async def _find_out(self, address: str, key: tuple[str, str], node: str) -> None:
        while (asking := self._asking.get(key)) is not None:
            await asking
            if (known := self._by_version.get(key)) is not None:
                self._learn(address, known)
                return
        done = asyncio.get_running_loop().create_future()
        self._asking[key] = done
        try:
            info = await self._info(address, node)
        finally:
            del self._asking[key]
            done.set_result(None)
        if info is None or self._account.stream is None:
            return
        disco = info["disco_info"]
        features = frozenset(str(feature) for feature in disco.get_features())
        caps = self._account.stream.plugin["xep_0115"]
        if key[0] == "sha-1" and caps.generate_verstring(disco, "sha-1") == key[1]:
            self._by_version[key] = features
            while len(self._by_version) > _MOST:
                self._by_version.popitem(last=False)
        self._learn(address, features)

    async def _info(self, address: str, node: str) -> Iq | None:
        stream = self._account.stream
        if stream is None:
            return None
        try:
            return await self._account.request(disco_info(stream.make_iq_get, address, node))
        except XMPPError:
            return None

    def _learn(self, address: str, features: Features) -> None:
        if self._by_address.get(address) != features:
            self._by_address[address] = features
            while len(self._by_address) > _MOST:
                self._by_address.popitem(last=False)
            self.learned.emit(address)


def disco_info(make_iq: Callable[..., Iq], address: str, node: str = "") -> Iq:
    """A disco#info request."""
    iq = make_iq(ito=address)
    query = iq["disco_info"]
    if node:
        query["node"] = node
    return iq
