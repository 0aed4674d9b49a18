"""Real servers for the integration tests: one for the whole run, more where a test breaks it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.ejabberd import Ejabberd
from tests.helpers.ejabberd import is_installed as is_ejabberd_installed
from whiteboard.app.local_server import LocalServer
from whiteboard.app.paths import Paths
from whiteboard.im.account import AccountSettings, ConnectionState, TlsMode
from whiteboard.im.people import RoomState
from whiteboard.model.ephemeral import InkPreview
from whiteboard.session.boards import Board, BoardState, Ephemera
from whiteboard.transport.account import BackOff
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf

PASSWORD = "pässwörd 1"

needs_prosody = pytest.mark.skipif(
    shutil.which("prosody") is None and not os.environ.get("WHITEBOARD_REQUIRE_SERVERS"),
    reason="no Prosody here",  # where the set-up has promised one, its absence is a failure
)

_counter = itertools.count(1)


def unique(stem: str) -> str:
    """A name nobody else uses in this run."""
    return f"{stem}{next(_counter)}"


on_both_servers = pytest.mark.parametrize("server", ["prosody", "ejabberd"], indirect=True)
"""A test that runs on each server there is: what a room or an account does is the server's."""


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer | Ejabberd]:
    """One Prosody, or one ejabberd (`on_both_servers`), for all tests that do not break it."""
    if getattr(request, "param", "prosody") == "prosody":
        with LocalServer() as running:
            yield running
        return
    if not is_ejabberd_installed() and not os.environ.get("WHITEBOARD_REQUIRE_SERVERS"):
        pytest.skip("no ejabberd here")
    with Ejabberd() as running:
        yield running


@pytest.fixture
def own_server() -> Iterator[Callable[..., LocalServer]]:
    """Makes servers that the test may kill; they end with it."""
    with contextlib.ExitStack() as stack:

        def make(**options: object) -> LocalServer:
            return stack.enter_context(LocalServer(**options))  # type: ignore[arg-type]

        yield make


def room_address() -> str:
    """The address of a room that does not exist yet."""
    return f"{unique('room')}@{LocalServer.rooms}"


def settings(
    server: LocalServer, address: str, *, port: int | None = None, **changes: object
) -> AccountSettings:
    """How a test signs in."""
    values: dict[str, object] = {
        "address": address,
        "password": PASSWORD,
        "host": "127.0.0.1",
        "port": port or server.port,
        "tls": TlsMode.PLAINTEXT,
        **changes,
    }
    return AccountSettings(**values)  # type: ignore[arg-type]


async def until(event_source: object, condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait for `condition`, looked at whenever `event_source` (an Event, or several) fires."""
    sources = event_source if isinstance(event_source, tuple) else (event_source,)
    fired = asyncio.Event()
    undo = [source.subscribe(lambda _: fired.set()) for source in sources]
    try:
        async with asyncio.timeout(seconds):
            while not condition():
                fired.clear()
                await fired.wait()
    finally:
        for unsubscribe in undo:
            unsubscribe()


class Party:
    """Somebody at a computer: a network, its account, and waits for what becomes of it."""

    def __init__(
        self,
        server: LocalServer | Ejabberd,
        name: str,
        port: int | None = None,
        profile: Path | None = None,
    ) -> None:
        self.server = server
        self.name = name
        self.address = f"{name}@{server.domain}"
        self.port = port
        paths = Paths(profile) if profile is not None else None
        shelf = Shelf(paths.boards, paths.board_marks) if paths is not None else None
        self.preferences: dict[str, str] = {}
        self.network = Network(
            back_off=lambda: BackOff(first=0.1, most=0.5),
            shelf=shelf,
            preference=lambda key: self.preferences.get(key, ""),
        )
        self.people = self.network.people
        self.boards = self.network.boards

    def settings(self, **changes: object) -> AccountSettings:
        return settings(self.server, self.address, **{"port": self.port, **changes})

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something about accounts, people, rooms or boards is so."""
        try:
            await until((self.people.changed, self.boards.changed), condition, seconds)
        except TimeoutError:
            raise AssertionError(
                f"{self.name}: {self.people.account} {self.people.rooms} "
                f"{[(b.state, b.problem) for b in self.boards.boards]} {self.boards.invitations}"
            ) from None

    async def sign_in(self, **changes: object) -> None:
        self.people.sign_in(self.settings(**changes))
        await self.until_online()

    async def until_online(self) -> None:
        # The suggested service is the last thing asked at sign-in: roster and presence are done.
        await self.until(
            lambda: (
                self.people.account.connection is ConnectionState.ONLINE
                and self.people.suggested_room_service()
            )
        )

    async def until_problem(self, kind: object) -> None:
        await self.until(
            lambda: (
                self.people.account.problem is not None and self.people.account.problem.kind is kind
            )
        )

    def contact(self, other: Party):
        return next(row for row in self.people.contacts if row.address == other.address)

    async def befriend(self, other: Party) -> None:
        """Both on each other's list, seeing each other and that they can draw."""
        self.people.add_contact(other.address)
        await other.until(lambda: other.people.requests)
        other.people.answer_request(self.address, allow=True)
        for one, another in ((self, other), (other, self)):
            await one.until(
                lambda one=one, another=another: any(
                    row.address == another.address and row.can_draw for row in one.people.contacts
                )
            )

    def room(self, address: str):
        return next(room for room in self.people.rooms if room.address == address)

    async def enter(self, room: str, **options: object) -> None:
        self.people.join_room(room, **options)
        await self.until(lambda: self.room(room).state is RoomState.IN)

    async def until_live(self, board: Board, seconds: float = 10) -> None:
        await self.until(lambda: board.state is BoardState.LIVE, seconds)

    async def share(self, room: str, name: str = "Plan") -> Board:
        board = self.boards.new_board(name)
        self.boards.share_in_room(board, room)
        # The opener waits 1 to 2 s whether somebody else opened one at the same moment.
        await self.until(lambda: any(b.session == board.session for b in self.room(room).boards))
        return board

    async def join(self, room: str, session: str) -> Board:
        await self.until(lambda: any(b.session == session for b in self.room(room).boards))
        board = self.boards.join_in_room(room, session)
        await self.until_live(board)
        return board

    async def until_document(
        self, board: Board, condition: Callable[[], object], seconds: float = 20
    ) -> None:
        """Wait until something about a board's document is so."""
        await until((board.changed, board.document.on_commit), condition, seconds)

    async def until_ephemeral(self, board: Board, seconds: float = 10) -> None:
        """Wait until somebody shows ink that is not kept yet."""
        seen: list[Ephemera] = []
        unsubscribe = board.ephemeral.subscribe(seen.append)
        try:
            await until(
                board.ephemeral,
                lambda: any(isinstance(e.what, InkPreview) for e in seen),
                seconds,
            )
        finally:
            unsubscribe()


@pytest.fixture
async def party(server: LocalServer | Ejabberd) -> AsyncIterator[Callable[..., Awaitable[Party]]]:
    """Makes signed-in parties, each with an account of its own."""
    made: list[Party] = []

    async def make(
        name: str,
        *,
        at: LocalServer | None = None,
        port: int | None = None,
        sign_in: bool = True,
        profile: Path | None = None,
        again: str = "",
    ) -> Party:
        """`profile`: boards are kept there; `again`: the account of an earlier one."""
        where = at or server
        one = Party(where, again or unique(name), port, profile)
        if not again:
            where.add_account(one.name, PASSWORD)
        made.append(one)
        if sign_in:
            await one.sign_in()
        return one

    yield make
    for one in made:
        await one.network.close()


def same_document(*boards: Board) -> bool:
    """All boards show byte-identical Canonical XML."""
    return len({board.document.c14n() for board in boards}) == 1


async def until_same(*boards: Board, seconds: float = 15) -> None:
    """Wait until all boards show the same, and something."""
    events = tuple(board.changed for board in boards)
    commits = tuple(board.document.on_commit for board in boards)
    await until((*events, *commits), lambda: same_document(*boards), seconds)
