"""A group chat inside this process, for boards that need no server: `whiteboard demo`.

It behaves as a real one does: every message goes through XML and comes back to its sender too, all
in the order sent; presence shows who takes part; who leaves is seen to leave.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Callable
from xml.etree.ElementTree import Element

from whiteboard.session.ports import InRoom, Send, ToPeer
from whiteboard.session.serving import PAGE_BYTES
from whiteboard.session.session import Session, State
from whiteboard.transport.board import SharedBoard
from whiteboard.util.event import Event
from whiteboard.util.log import SYNC
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, encode
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import Advertisement, Description, Identity, Message, Peer
from whiteboard.wire.xml import parse, to_xml


class LocalRoom:
    """Boards that draw together without a network.

    Args:
        address: what the room is called; people are `address/NAME`.
    """

    def __init__(self, address: str) -> None:
        self._place = InRoom(address)
        self._links: dict[str, LocalLink] = {}

    def share(self, board: SharedBoard, name: str) -> None:
        """Let a board run here, as the one called `name` in this room."""
        me = self._peer(name)
        description = Description(name=board.name, identity=Identity.NICK)
        session = Session.share(board.document, description, me, self._place, _rng(), yields=False)
        self._attach(board, session, me)

    def join(self, board: SharedBoard, name: str) -> None:
        """Take part in the board that runs here.

        Raises:
            ValueError: none does.
        """
        # What they say waits for the disk, their presence too: who is live can be asked already.
        running = [
            link
            for link in self._links.values()
            if link.board.actor is not None and link.board.actor.state is State.LIVE
        ]
        if not running:
            raise ValueError("no board runs in this room")
        me = self._peer(name)
        shared = running[0].board.actor
        assert shared is not None
        session = Session.join(
            shared.session,
            me,
            self._place,
            _rng(),
            ask=[link.peer for link in running],
            name=shared.name,
        )
        self._attach(board, session, me)
        for link in running:
            if link.advertised is not None:
                self.carry(link.peer, self._links[me.address], link.advertised)

    def others(self, of: LocalLink) -> list[LocalLink]:
        """Everyone else here."""
        return [link for link in self._links.values() if link is not of]

    def send(self, link: LocalLink, send: Send) -> None:
        """Carry a message of one to whom it is for."""
        if isinstance(send.to, ToPeer):
            target = self._links.get(send.to.address)
            if target is None:
                _soon(link.board.bounced, send.to, send.message, "item-not-found")
            else:
                self.carry(link.peer, target, send.message)
        else:
            for target in tuple(self._links.values()):
                self.carry(link.peer, target, send.message)
        if send.receipt:
            _soon(link.board.sent, send.receipt)

    def carry(self, sender: Peer, target: LocalLink, message: Message) -> None:
        """Put one message on its way, as XML."""
        tag = "presence" if isinstance(message, Advertisement) else "message"
        stanza = Element(f"{{{ns.CLIENT}}}{tag}", {"from": sender.address})
        stanza.extend(encode(message))
        _soon(target.arrived, sender, to_xml(stanza))

    def leave(self, link: LocalLink) -> None:
        """Somebody goes; the others see it after what they said before."""
        if self._links.pop(link.peer.address, None) is not None:
            for other in self._links.values():
                _soon(other.board.left, link.peer)

    def _peer(self, name: str) -> Peer:
        return Peer(f"{self._place.room}/{name}")

    def _attach(self, board: SharedBoard, session: Session, me: Peer) -> None:
        link = LocalLink(self, board, me, self._place)
        self._links[me.address] = link
        board.attach(session, lambda _board: link, self._place)


class LocalLink:
    """One board's way into a `LocalRoom`: implements `transport.board.BoardLink`."""

    def __init__(self, room: LocalRoom, board: SharedBoard, peer: Peer, place: InRoom) -> None:
        self._room = room
        self.board = board
        self.peer = peer
        self.place = place
        self.advertised: Advertisement | None = None
        self.waiting = 0
        self.waiting_changed: Event[None] = Event()
        self.load = 0
        self.page = PAGE_BYTES
        self.has_archive = False
        self.upload_limit = 0
        self.can_fetch = False

    def send(self, send: Send) -> None:
        """See `session.ports.Link`."""
        self._room.send(self, send)

    def advertise(self, what: Advertisement | None) -> None:
        """See `session.ports.Link`; who takes part no longer has left."""
        self.advertised = what
        if what is None:
            self._room.leave(self)
            return
        for other in self._room.others(self):
            self._room.carry(self.peer, other, what)

    def put(self, data: bytes, then: Callable[[str], object]) -> None:
        """See `driver.Files`: nothing is large here."""
        then("")

    def fetch(
        self,
        url: str,
        size: int,
        came: Callable[[int], object],
        then: Callable[[bytes], object],
    ) -> None:
        """See `driver.Files`."""
        then(b"")

    def forget(self, session: str) -> None:
        """See `BoardLink`: nothing ever waits here."""

    def arrived(self, sender: Peer, text: str) -> None:
        """A message came."""
        try:
            message = decode(parse(text))
        except RemoteProtocolError as error:
            SYNC.error("a message within this process: %s", error)
            return
        if message is not None:
            self.board.receive(sender, message)


def _soon(call: Callable[..., object], *arguments: object) -> None:
    asyncio.get_running_loop().call_soon(call, *arguments)


def _rng() -> random.Random:
    return random.Random(secrets.randbits(128))
