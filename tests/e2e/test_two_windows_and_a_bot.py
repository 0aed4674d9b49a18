"""The whole program from outside: two windows, a bot, a late joiner, one room on a real Prosody.

Real processes, real mouse and keys on a virtual screen; the test itself takes part with the
program's own network code, so that it can wait for what arrives instead of sleeping.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from tests.helpers.processes import require
from tests.helpers.prosody import PASSWORD, Party, needs_prosody, own_server, room_address
from tests.helpers.proxy import Proxy
from tests.helpers.screen import Screen
from whiteboard.app.local_server import LocalServer
from whiteboard.app.replay import read_log
from whiteboard.session.boards import Board

__all__ = ["own_server"]

pytestmark = [pytest.mark.prosody, pytest.mark.xvfb, needs_prosody]

PICTURES = Path("build/e2e")
COLOURS = ("ink", "grey", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink")
CUT = 5.0
"""Seconds without the server."""


class Window:
    """One `whiteboard` process; its window fills one half of the screen.

    The screen is worked from a thread: the loop has a proxy and a participant to run meanwhile.
    """

    def __init__(self, screen: Screen, side: int, name: str, arguments: list[str]) -> None:
        self.screen = screen
        self.name = name
        self.left = side * 640
        self.process = subprocess.Popen(
            [sys.executable, "-m", "whiteboard", *arguments], env=screen.environment
        )
        self.id = ""

    async def _find(self, title: str) -> str:
        words = ("search", "--all", "--sync", "--onlyvisible", "--pid", str(self.process.pid))
        for _ in range(20):
            # xdotool gives up where a window goes while it looks at all there are.
            with contextlib.suppress(subprocess.CalledProcessError):
                found = await asyncio.to_thread(self.screen.do, *words, "--name", title)
                return found.split()[0]
        raise AssertionError(f"no window {title!r} of {self.name}")

    async def appear(self) -> None:
        """Wait for the window and put it in its place."""
        self.id = await self._find("Whiteboard")
        await asyncio.to_thread(self.screen.do, "windowmove", self.id, str(self.left), "0",
                                "windowsize", "--sync", self.id, "640", "800")  # fmt: skip

    async def focus(self) -> None:
        await asyncio.to_thread(self.screen.do, "windowfocus", "--sync", self.id)

    async def press(self, points: list[tuple[int, int]]) -> None:
        """Press and move through these points of the window (px), as fast as a hand."""
        await self.focus()
        await asyncio.to_thread(self.screen.press, [(self.left + x, y) for x, y in points])

    async def draw(self, points: list[tuple[int, int]]) -> None:
        """`press`, then release."""
        await self.press(points)
        await asyncio.to_thread(self.screen.do, "mouseup", "1")

    async def click(self, x: int, y: int) -> None:
        await asyncio.to_thread(self.screen.click, self.left + x, y)

    async def colour(self, name: str) -> None:
        """Take a colour from the pen's options, which float above the tool bar."""
        await self.focus()
        await self.click(90 + 34 * COLOURS.index(name), 710)

    async def key(self, *keys: str) -> None:
        await self.focus()
        await asyncio.to_thread(self.screen.key, *keys)

    async def type(self, text: str) -> None:
        await asyncio.to_thread(self.screen.type, text)

    async def save(self, path: Path) -> Path:
        """Ctrl+S, the path typed into the dialog, Enter; wait until the dialog has gone."""
        await self.key("ctrl+s")
        dialog = await self._find("Save the board")
        await asyncio.to_thread(self.screen.do, "windowfocus", "--sync", dialog)
        await asyncio.to_thread(self.screen.key, "ctrl+a")
        await self.type(str(path))
        await asyncio.to_thread(self.screen.key, "Return")
        await asyncio.to_thread(wait_for_file, path)
        return path

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture
def open_window(request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """Starts windows on one virtual screen; its last picture is kept, whatever happens."""
    require("Xvfb", "xdotool")
    made: list[Window] = []
    with Screen(1280, 800) as screen:

        def start(name: str, *arguments: str) -> Window:
            made.append(Window(screen, len(made), name, [*arguments]))
            return made[-1]

        yield start
        screen.picture(PICTURES / f"{request.node.name}.png")
        for window in made:
            window.close()


def wait_for_file(path: Path) -> None:
    """A file of another process has no event to wait for: look 20 times a second."""
    end = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < end, f"{path} was not written"
        time.sleep(0.05)


def sign_in(folder: Path, name: str, port: int) -> list[str]:
    """Command-line options of one person's account."""
    secret = folder / f"{name}.password"
    secret.write_text(PASSWORD, encoding="utf-8")
    return [
        "--jid", f"{name}@{LocalServer.domain}", "--password-file", str(secret),
        "--server", f"127.0.0.1:{port}", "--allow-plaintext", "--nick", name.capitalize(),
    ]  # fmt: skip


async def run_bot(stack: contextlib.AsyncExitStack, *arguments: str) -> asyncio.subprocess.Process:
    """`whiteboard join`; it ends with `stack` if it is still there."""
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "whiteboard", "join", *arguments, stdout=subprocess.PIPE
    )

    async def end() -> None:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()

    stack.push_async_callback(end)
    return bot


def line(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Points on the way to `end`."""
    (x1, y1), (x2, y2) = start, end
    return [(x1 + (x2 - x1) * i // 20, y1 + (y2 - y1) * i // 20) for i in range(1, 21)]


def ray(x: int, y: int, near: int, far: int, degrees: int) -> list[tuple[int, int]]:
    """A stroke away from a centre."""
    dx, dy = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    start, end = ((round(x + r * dx), round(y + r * dy)) for r in (near, far))
    return [start, *line(start, end)]


def wave(left: int, top: int, width: int = 260) -> list[tuple[int, int]]:
    return [(left + x, top + int(30 * math.sin(x / 24))) for x in range(0, width, 3)]


def drawn(board: Board) -> list[str]:
    """Names of the elements in the root, in order."""
    document = board.document
    assert document.root is not None
    return [document.name(rid) for rid in document.children(document.root)]


def c14n(path: Path) -> bytes:
    return etree.tostring(etree.parse(path), method="c14n", with_comments=True)


async def test_two_windows_a_bot_and_a_late_joiner_hold_the_same_after_a_cut(
    open_window: Callable[..., Window], own_server: Callable[..., LocalServer], tmp_path: Path
):
    server = own_server()
    for name in ("ana", "mira", "bot", "late", "watcher"):
        server.add_account(name, PASSWORD)
    room = room_address()
    uri = f"xmpp:{room}?join"
    shutil.rmtree(PICTURES, ignore_errors=True)
    async with Proxy(server.port) as proxy, contextlib.AsyncExitStack() as stack:
        watcher = Party(server, "watcher")
        stack.push_async_callback(watcher.network.close)
        await watcher.sign_in()
        await watcher.enter(room)

        windows = []
        for name in ("ana", "mira"):
            options = sign_in(tmp_path, name, proxy.port)
            profile = ["--profile", str(tmp_path / f"{name}-profile"), "--theme", "light"]
            windows.append(open_window(name, uri, *options, *profile))
            await windows[-1].appear()
            if name == "ana":
                await watcher.until(lambda: watcher.room(room).boards, 30)
        ana, mira = windows
        board = await watcher.join(room, watcher.room(room).boards[0].session)
        bot_svg, bot_log = tmp_path / "bot.svg", tmp_path / "bot.xml"
        bot = await run_bot(
            stack, uri, *sign_in(tmp_path, "bot", server.port), "--until", "closed",
            "--record", str(bot_log), "--export", str(bot_svg),
        )  # fmt: skip
        await watcher.until(lambda: len(board.participants) == 4, 30)

        async def until_drawn(count: int) -> None:
            await watcher.until_document(board, lambda: len(drawn(board)) == count)

        # Ana: a house and its name; Mira: a sun, and grass that is still being drawn.
        await ana.colour("blue")
        await ana.draw([(150, 300), *line((150, 300), (250, 210)), *line((250, 210), (350, 300))])
        await until_drawn(1)
        await ana.key("r")
        await ana.draw([(170, 300), (250, 380), (330, 440)])
        await until_drawn(2)
        await mira.key("o")
        await mira.draw([(440, 160), (490, 210), (540, 260)])
        await until_drawn(3)
        await mira.key("p")
        await mira.colour("orange")
        for angle in range(0, 360, 45):
            await mira.draw(ray(490, 210, 64, 92, angle))
        await until_drawn(11)
        await ana.key("t")
        await ana.click(150, 520)
        await ana.type("Our house")
        await ana.key("Escape")
        await watcher.until_document(board, lambda: b"Our house" in board.document.c14n())
        assert drawn(board) == ["path", "rect", "ellipse", *["path"] * 8, "text"]

        # A picture while Mira draws: her ink and cursor are on Ana's side before she lets go.
        await ana.key("p")
        await mira.colour("green")
        shown = asyncio.ensure_future(watcher.until_ephemeral(board))
        await mira.press(wave(90, 455, 420))
        await shown
        ana.screen.picture(PICTURES / "two-people.png")
        ana.screen.do("mouseup", "1")
        await until_drawn(13)

        proxy.refuse()
        proxy.cut()
        cut = asyncio.create_task(asyncio.sleep(CUT))
        await ana.draw(wave(60, 660, 120))
        await mira.draw(wave(380, 240, 160))
        ana.screen.picture(PICTURES / "cut.png")
        await cut
        assert len(drawn(board)) == 13, "what was drawn during the cut cannot be here yet"
        proxy.allow()
        await watcher.until_document(board, lambda: len(drawn(board)) == 15, 60)

        late_svg = tmp_path / "late.svg"
        late = await run_bot(
            stack,
            uri,
            *sign_in(tmp_path, "late", server.port),
            "--until",
            "idle",
            "--export",
            str(late_svg),
        )
        assert await late.wait() == 0
        bot.send_signal(signal.SIGTERM)
        assert await bot.wait() == 0
        saved = [await window.save(tmp_path / f"{window.name}.svg") for window in windows]
        files = [bot_svg, late_svg, *saved]
        ana.screen.picture(PICTURES / "end.png")

        forms = {path.name: c14n(path) for path in files}
        assert set(forms.values()) == {board.document.c14n()}, forms
        assert read_log(bot_log)[0].c14n() == board.document.c14n()
        assert all(window.process.poll() is None for window in windows)
