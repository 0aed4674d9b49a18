"""The network as the windows know it: one account with people, group chats and boards.

`Network` holds the two services and the connection behind them; `People` implements
`im.service.PeopleService`. Everything runs in the present asyncio loop, plain or Qt's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from whiteboard.im.account import AccountSettings, AccountState, ConnectionState
from whiteboard.im.people import Contact, Room, SubscriptionRequest
from whiteboard.transport.account import BackOff, new_resource
from whiteboard.transport.boards import Boards
from whiteboard.transport.chats import Chats
from whiteboard.transport.connection import Connection
from whiteboard.transport.shelf import Shelf
from whiteboard.transport.soon import Soon
from whiteboard.transport.stanzas import local, valid_jid
from whiteboard.transport.wishes import Wishes
from whiteboard.util.event import Event
from whiteboard.validation.applications import DRAWINGS


class People:
    """Implements `im.service.PeopleService`.

    Args:
        boards: told before a group chat is left, and fed by connections.
        chats: fed by connections, if somebody `listens`.
        back_off: makes the waits between attempts; for tests.
    """

    def __init__(
        self,
        boards: Boards,
        chats: Chats,
        back_off: Callable[[], BackOff],
        *,
        listens: bool = True,
    ) -> None:
        self._boards = boards
        self._chats = chats
        self._listens = listens
        self._back_off = back_off
        self._resource = new_resource()
        self._ending: set[asyncio.Task[None]] = set()
        self._settings: AccountSettings | None = None
        self.connection: Connection | None = None
        self.changed: Event[None] = Event()
        self._changed = Soon(self.changed)
        self._drawing_with: frozenset[str] = frozenset()
        boards.changed.subscribe(self._look_at_boards)

    # --- what is shown ---

    @property
    def account(self) -> AccountState | None:
        """See `PeopleService`."""
        if self.connection is not None:
            return self.connection.account.state
        if self._settings is not None:
            return AccountState(
                self._settings.address, self._settings.name, ConnectionState.OFFLINE
            )
        return None

    @property
    def contacts(self) -> Sequence[Contact]:
        """See `PeopleService`."""
        return self.connection.roster.contacts if self.connection is not None else ()

    @property
    def requests(self) -> Sequence[SubscriptionRequest]:
        """See `PeopleService`."""
        return self.connection.roster.requests if self.connection is not None else ()

    @property
    def rooms(self) -> Sequence[Room]:
        """See `PeopleService`."""
        return self.connection.rooms.rows if self.connection is not None else ()

    def suggested_room_service(self) -> str:
        """See `PeopleService`."""
        return self.connection.rooms.service if self.connection is not None else ""

    # --- the account ---

    def sign_in(self, settings: AccountSettings) -> None:
        """See `PeopleService`."""
        self._connect(settings, register=False)

    def register(self, settings: AccountSettings) -> None:
        """See `PeopleService`."""
        self._connect(settings, register=True)

    def sign_out(self) -> None:
        """See `PeopleService`."""
        self._disconnect()
        if self._settings is not None:
            self._settings = replace(self._settings, password="")
        self._changed()

    def retry_now(self) -> None:
        """See `PeopleService`."""
        if self.connection is not None:
            self.connection.account.retry_now()

    def trust_certificate(self, sha256: str) -> None:
        """See `PeopleService`."""
        if self.connection is not None:
            self.connection.account.trust(sha256)

    async def close(self) -> None:
        """Sign out and wait until everything has ended."""
        self._disconnect()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _look_at_boards(self, _: object) -> None:
        if self.connection is not None:
            self.connection.roster.look_again()
        drawing_with = self._boards.drawing_with()
        if drawing_with != self._drawing_with:
            self._drawing_with = drawing_with
            self._changed()

    def _connect(self, settings: AccountSettings, *, register: bool) -> None:
        self._disconnect()
        if self._settings is not None and self._settings.address != settings.address:
            self._boards.leave_all()
            self._chats.forget()
        self._settings = settings
        self.connection = Connection(
            settings,
            self._boards,
            lambda address: address in self._drawing_with,
            register=register,
            back_off=self._back_off(),
            resource=self._resource,
            chats=self._chats if self._listens else None,
        )
        self.connection.changed.subscribe(self._changed)
        self.connection.start()
        self._changed()

    def _disconnect(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            task = asyncio.ensure_future(connection.stop())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    # --- contacts ---

    def add_contact(self, address: str, name: str = "") -> None:
        """See `PeopleService`."""
        jid = valid_jid(address)
        if self.connection is not None and jid is not None and "/" not in jid:
            self.connection.roster.add(jid, name)

    def rename_contact(self, address: str, name: str) -> None:
        """See `PeopleService`."""
        if self.connection is not None and self.connection.roster.is_contact(address):
            self.connection.roster.rename(address, name)

    def remove_contact(self, address: str) -> None:
        """See `PeopleService`."""
        if self.connection is not None and self.connection.roster.is_contact(address):
            self.connection.roster.remove(address)

    def answer_request(self, address: str, *, allow: bool) -> None:
        """See `PeopleService`."""
        if self.connection is not None:
            self.connection.roster.answer(address, allow=allow)

    # --- group chats ---

    def join_room(self, address: str, nick: str = "", password: str = "") -> None:
        """See `PeopleService`."""
        if self.connection is not None:
            self.connection.rooms.join(address, nick or self._nick, password)

    def create_room(
        self, address: str, nick: str = "", name: str = "", *, members_only: bool = False
    ) -> None:
        """See `PeopleService`."""
        if self.connection is not None:
            self.connection.rooms.join(
                address, nick or self._nick, name=name, members_only=members_only
            )

    def leave_room(self, address: str) -> None:
        """See `PeopleService`."""
        if self.connection is not None:
            self._boards.leave_room(address)
            self.connection.rooms.leave(address)

    @property
    def _nick(self) -> str:
        settings = self._settings
        return (settings.name or local(settings.address)) if settings is not None else ""


class Network:
    """People and boards over one account.

    Args:
        back_off: makes the waits between attempts; for tests.
        rng: chooses ids and delays.
        shelf: keeps boards on disk; None keeps nothing.
        applications: namespaces of the application types to take part in.
        preference: the value of a preference, '' where it was never set; see `wishes`.
        listens: a person reads the text chat. Without, nothing is announced or confirmed.
    """

    def __init__(
        self,
        *,
        back_off: Callable[[], BackOff] = BackOff,
        rng: random.Random | None = None,
        shelf: Shelf | None = None,
        applications: Collection[str] = DRAWINGS,
        preference: Callable[[str], str] = lambda _key: "",
        listens: bool = True,
    ) -> None:
        self._shelf = shelf
        wishes = Wishes(preference)
        self.boards = Boards(lambda: self.people.connection, rng, shelf, applications, wishes)
        self.chats = Chats(lambda: self.people.connection)
        self.people = People(self.boards, self.chats, back_off, listens=listens)

    async def close(self) -> None:
        """Leave every board, sign out, wait until everything has ended and is on disk."""
        self.boards.close_all()
        if self._shelf is not None:
            await self._shelf.settle()  # what was said last waits for the disk
        connection = self.people.connection
        if connection is not None:
            await connection.settle(2.0)
        await self.people.close()
        if self._shelf is not None:
            await self._shelf.shut()
