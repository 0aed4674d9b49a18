"""`whiteboard demo`: two people on one board, on this machine, with a server of its own.

Where there is no Prosody (or with `--server none`) they meet inside the process: the same sessions
and messages, only nothing travels. With a display: two windows side by side, to draw in. Without
one it says so, lets both draw by themselves, and writes what each side shows as SVG and PNG.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication

from whiteboard.app import collector
from whiteboard.app.errors import CommandError
from whiteboard.app.local_server import LocalServer, ServerError, is_installed
from whiteboard.app.main import make_application, run_in_loop
from whiteboard.app.output import write_whole
from whiteboard.app.paths import Paths
from whiteboard.app.settings import SettingsStore
from whiteboard.app.wiring import Program
from whiteboard.canvas.export import png_bytes, render_document
from whiteboard.formats.svgfile import save
from whiteboard.im.account import AccountSettings, TlsMode
from whiteboard.im.links import BoardLink
from whiteboard.session.boards import BoardState
from whiteboard.tools.events import Phase, PointerEvent
from whiteboard.transport.local import LocalRoom
from whiteboard.ui.main_window import MainWindow
from whiteboard.util.display import has_display

NAMES = ("Ana", "Mira")
ROOM = "board"
PATIENCE = 30.0
"""Seconds that signing in and joining may take on a slow machine."""


def run_demo(server: str, output: Path) -> int:
    """Start the server, the two programs, and wait until a window is closed."""
    if server == "prosody" and not is_installed():
        print("Prosody is not installed, so both sides meet without a server.", flush=True)
        server = "none"
    shown = has_display()
    if not shown:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        print("There is no display here: both sides draw offscreen.", flush=True)
    application = make_application()
    try:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            local = stack.enter_context(LocalServer()) if server == "prosody" else None
            demo = _Demo(local, folder, output)
            return run_in_loop(application, demo.watch if shown else demo.draw)
    except ServerError as error:
        raise CommandError(str(error)) from error


class _Demo:
    def __init__(self, server: LocalServer | None, folder: Path, output: Path) -> None:
        self._server = server
        self._folder = folder
        self._output = output

    async def watch(self) -> int:
        """Two windows, until one of them is closed."""
        programs = self._programs()
        try:
            windows = self._open(programs)
            screen = QGuiApplication.primaryScreen().availableGeometry()
            half = screen.width() // 2
            for i, window in enumerate(windows):
                window.body.open_pane(window.sessions, opened=False, remember=False)
                place = QRect(screen.x() + i * half, screen.y(), half, screen.height())
                window.setGeometry(place.adjusted(4, 32, -4, -8))
                window.show()
            collector.tame()
            await asyncio.wait(
                [asyncio.ensure_future(program.ended.wait()) for program in programs],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            await self._close(programs)
        return 0

    async def draw(self) -> int:
        """Both draw by themselves; what they then show is written to files."""
        programs = self._programs()
        try:
            windows = self._open(programs)
            for window in windows:
                window.resize(640, 800)
                window.show()
            await self._until(lambda: all(len(_people(w)) == 2 for w in windows), programs)
            for window, draw in zip(windows, (_wave, _ring), strict=True):
                draw(window)
            await self._until(lambda: _same(windows), programs)
            self._write(windows)
        finally:
            await self._close(programs)
        return 0

    def _programs(self) -> list[Program]:
        return [
            Program(
                SettingsStore(Paths(self._folder / name).settings),
                paths=Paths(self._folder / name),
                title_suffix=name,
                keep_password=lambda *_: None,
            )
            for name in NAMES
        ]

    def _open(self, programs: list[Program]) -> list[MainWindow]:
        windows = [program.open_window() for program in programs]
        if self._server is None:
            _meet_here(programs, windows)
        else:
            for name, program, window in zip(NAMES, programs, windows, strict=True):
                self._meet_at(self._server, name, program, window)
        return windows

    @staticmethod
    def _meet_at(server: LocalServer, name: str, program: Program, window: MainWindow) -> None:
        address = server.add_account(name.lower(), "demo")
        program.people.sign_in_for_now(
            AccountSettings(address, "demo", name, "127.0.0.1", server.port, TlsMode.PLAINTEXT)
        )
        program.go_to(BoardLink(f"{ROOM}@{server.rooms}", is_room=True), window, name)

    async def _until(self, is_so: Callable[[], bool], programs: list[Program]) -> None:
        changed = asyncio.Event()

        def note(_none: None) -> None:
            changed.set()

        for program in programs:
            program.people.changed.subscribe(note)
            program.network.boards.changed.subscribe(note)
        end = time.monotonic() + PATIENCE
        while not is_so():
            changed.clear()
            if time.monotonic() > end:
                raise CommandError("The two sides did not come together. The server is too slow.")
            try:
                await asyncio.wait_for(changed.wait(), 0.25)
            except TimeoutError:
                continue

    def _write(self, windows: list[MainWindow]) -> None:
        self._output.mkdir(parents=True, exist_ok=True)
        for name, window in zip(NAMES, windows, strict=True):
            page = window.pages.front
            assert page is not None
            base = self._output / name.lower()
            write_whole(base.with_suffix(".svg"), save(page.board.document))
            picture = render_document(page.board.document, scale=2.0, whole=True)
            write_whole(base.with_suffix(".png"), png_bytes(picture))
            print(f"{name} shows {base}.svg and {base}.png, state {_hash(window)[:16]}")

    async def _close(self, programs: list[Program]) -> None:
        for program in programs:
            await program.close()


def _meet_here(programs: list[Program], windows: list[MainWindow]) -> None:
    """Both on one board over a group chat inside this process."""
    room = LocalRoom(f"{ROOM}@localhost")
    for name, program, window in zip(NAMES, programs, windows, strict=True):
        board = program.network.boards.new_board(ROOM)
        if program is programs[0]:
            room.share(board, name)
        else:
            room.join(board, name)
        window.show_board(board)


def _people(window: MainWindow) -> list[str]:
    page = window.pages.front
    if page is None or page.board.state is not BoardState.LIVE:
        return []
    return [one.id for one in page.board.participants if not one.away]


def _hash(window: MainWindow) -> str:
    page = window.pages.front
    return page.board.document.state_hash() if page is not None else ""


def _same(windows: list[MainWindow]) -> bool:
    """Whether all show one document with both drawings in it."""
    pages = [window.pages.front for window in windows]
    documents = [page.board.document for page in pages if page is not None]
    drawn = [len(d.children(d.root)) for d in documents if d.root is not None]
    return min(drawn, default=0) >= 2 and len({d.state_hash() for d in documents}) == 1


def _stroke(window: MainWindow, tool: str, points: list[tuple[float, float]]) -> None:
    page = window.pages.front
    assert page is not None
    surface = page.surface
    surface.choose(tool)
    handle = getattr(surface, "tools").handle  # noqa: B009 - the port of windows has no events
    last = len(points) - 1
    for i, (x, y) in enumerate(points):
        phase = Phase.DOWN if i == 0 else Phase.UP if i == last else Phase.MOVE
        handle(PointerEvent(phase, x, y, x, y, i * 0.01))


def _wave(window: MainWindow) -> None:
    _stroke(window, "pen", [(60 + 4 * i, 200 + 60 * math.sin(i / 8)) for i in range(100)])


def _ring(window: MainWindow) -> None:
    _stroke(window, "ellipse", [(120, 90), (200, 150), (420, 330)])
