"""The real client Psi on a screen of its own, worked with mouse and keys as a person would.

Without a window manager all windows lie at the top left corner, so the one that is to be worked is
raised and focused first. Dialogs are known by their titles.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from PySide6.QtGui import QImage

from tests.helpers.screen import Screen
from whiteboard.app.local_server import LocalServer

PASSWORD = "secret"
CONTACT = (100, 163)
"""Where the row of the only contact is."""
LEFT, TOP = 311, 362
"""Where the drawing's origin is, once the board's window has its place and size."""
_EVENT, _INVITED = "* Psi", "Whiteboarding Invitation?"
_EXISTING, _BOARD = "Open Existing SVG?", "Whiteboard ("

needs_psi = pytest.mark.skipif(
    (shutil.which("psi") is None or shutil.which("xdotool") is None)
    and not os.environ.get("WHITEBOARD_REQUIRE_SERVERS"),
    reason="no Psi here",
)

_ACCOUNTS = """<!DOCTYPE accounts>
<accounts xmlns="http://psi-im.org/options" version="1.5">
 <accounts comment=""><a0>
  <enabled type="bool">true</enabled><auto type="bool">true</auto>
  <name type="QString">test</name><jid type="QString">{jid}</jid>
  <password type="QString">{password}</password>
  <use-host type="bool">true</use-host><host type="QString">127.0.0.1</host>
  <port type="int">{port}</port><ssl type="QString">no</ssl>
  <allow-plain type="QString">always</allow-plain><security-level type="int">0</security-level>
  <require-mutual-auth type="bool">false</require-mutual-auth>
  <enable-sm type="bool">false</enable-sm><reconn type="bool">false</reconn>
  <automatic-resource type="bool">false</automatic-resource>
  <resource type="QString">Psi</resource><priority type="int">5</priority>
 </a0></accounts>
</accounts>
"""
_OPTIONS = """<!DOCTYPE psi>
<psi xmlns="http://psi-im.org/options" version="1.5"><options>
 <ui><tip><show type="bool">false</show></tip>
  <automatically-open-new-messages type="bool">false</automatically-open-new-messages>
  <systemtray><enable type="bool">false</enable></systemtray></ui>
</options></psi>
"""


def _encoded(password: str, key: str) -> str:
    """A password as Psi keeps it."""
    return "".join(f"{ord(c) ^ ord(key[i % len(key)]):04x}" for i, c in enumerate(password))


def befriend(server: LocalServer, one: str, other: str) -> None:
    """Put two accounts on each other's contact lists, before they sign in."""
    folder = server.folder / "data" / "localhost" / "roster"
    folder.mkdir(parents=True, exist_ok=True)
    for mine, theirs in ((one, other), (other, one)):
        item = f'subscription = "both"; name = "{theirs}"; groups = {{}}'
        items = f'["{theirs}@localhost"] = {{ {item} }}'
        text = f"return {{ [false] = {{ version = 1; pending = {{}} }}; {items} }};\n"
        (folder / f"{mine}.dat").write_text(text)


class Psi:
    """One Psi that is signed in.

    Args:
        server: where its account is.
        name: of the account, which is made.
        screen: where its windows are.
    """

    def __init__(self, server: LocalServer, name: str, screen: Screen) -> None:
        self.address = server.add_account(name, PASSWORD)
        self.screen = screen
        self._folder = Path(tempfile.mkdtemp(prefix="psi-"))
        profile = self._folder / "profiles" / "test"
        profile.mkdir(parents=True)
        text = _ACCOUNTS.format(
            jid=self.address, password=_encoded(PASSWORD, self.address), port=server.port
        )
        (profile / "accounts.xml").write_text(text)
        (profile / "options.xml").write_text(_OPTIONS)
        environment = {
            **screen.environment,
            "PSIDATADIR": str(self._folder),
            "LANG": "C.UTF-8",
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",  # it must not find the Psi of a desktop
        }
        self._process = subprocess.Popen(
            ["psi", "--profile=test"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, by a fault for instance."""
        return self._process.poll() is None

    # --- looking

    def windows(self) -> dict[str, str]:
        """Title -> window of what can be seen."""
        found: dict[str, str] = {}
        for window in self._visible():
            with contextlib.suppress(subprocess.CalledProcessError):
                found[self.screen.do("getwindowname", window)] = window
        return found

    def _visible(self) -> list[str]:
        done = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", ""],
            env=self.screen.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.split()

    def window(self, title: str) -> str:
        """The window with this in its title, '' if there is none."""
        return next((w for name, w in self.windows().items() if title in name), "")

    async def until(
        self, is_so: Callable[[], object], seconds: float = 20, again: Callable[[], object] = int
    ) -> None:
        """Wait until something that can be seen is so; `again` is done before each look.

        Another program's window tells nobody when it changes, so it is looked at.
        """
        async with asyncio.timeout(seconds):
            while True:
                again()
                await asyncio.sleep(0.3)
                if is_so():
                    return

    def colour(self, x: int, y: int) -> str:
        """What the board shows at this place of the drawing, as #rrggbb."""
        with tempfile.TemporaryDirectory() as folder:
            picture = QImage(str(self.screen.picture(Path(folder) / "board.png")))
        return picture.pixelColor(LEFT + x, TOP + y).name()

    # --- doing

    async def answer_invitation(self) -> None:
        """Open the invitation that the contact's row shows, and say yes."""
        await self.until(lambda: self.window(_EVENT))
        self._double_click_contact()
        await self.until(lambda: self.window(_INVITED))
        self._press(_INVITED, "alt+y")
        await self._show_board()

    def _double_click_contact(self) -> None:
        x, y = map(str, CONTACT)
        self.screen.do("mousemove", x, y, "click", "--repeat", "2", "--delay", "60", "1")

    async def invite(self) -> None:
        """Open a board with the contact: its menu, Advanced, Open a Whiteboard; an empty one."""

        x, y = map(str, CONTACT)
        closed = len(self._visible())
        await self.until(
            lambda: len(self._visible()) > closed,
            again=lambda: self.screen.do("mousemove", x, y, "click", "3", "sleep", "1"),
        )
        self.screen.key("e", "w")
        await self.until(lambda: self.window(_EXISTING))
        self._press(_EXISTING, "alt+n")

    async def show_invited_board(self) -> None:
        """The other side has accepted."""
        await self._show_board()

    async def _show_board(self) -> None:
        await self.until(lambda: self.window(_BOARD))
        window = self.window(_BOARD)
        self.screen.do("windowmove", window, "300", "320")
        self.screen.do("windowsize", window, "600", "460")  # smaller than any paper

    def _press(self, title: str, key: str) -> None:
        self.screen.do("windowfocus", self.window(title))
        self.screen.key(key)

    def draw(self, *points: tuple[int, int]) -> None:
        """A freehand line through these places of the drawing."""
        self.screen.drag([(LEFT + x, TOP + y) for x, y in points])

    def erase_over(self, *points: tuple[int, int]) -> None:
        """Choose the eraser in the menu of the board, and rub."""
        self.screen.do("mousemove", "875", "752", "mousedown", "1", "sleep", "0.6", "mouseup", "1")
        self.screen.do("sleep", "0.5", "mousemove", "910", "651", "sleep", "0.2", "click", "1")
        self.screen.do("sleep", "0.3")
        self.draw(*points)
