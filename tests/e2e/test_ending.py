"""The ways to end the program: in order, in silence, and the others see it at once."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.e2e.test_two_windows_and_a_bot import sign_in
from tests.helpers.processes import require
from tests.helpers.prosody import PASSWORD, Party, needs_prosody, own_server, room_address
from tests.helpers.screen import Screen
from whiteboard.app.local_server import LocalServer

__all__ = ["own_server"]

pytestmark = [pytest.mark.prosody, pytest.mark.xvfb, needs_prosody]


async def test_the_program_ends_in_order_and_the_others_see_it_at_once(
    own_server: Callable[..., LocalServer], tmp_path
):
    require("Xvfb", "xdotool")
    server = own_server()
    names = ("signal", "keys")
    for name in ("watcher", *names):
        server.add_account(name, PASSWORD)
    room = room_address()
    watcher = Party(server, "watcher")
    await watcher.sign_in()
    await watcher.enter(room)
    board = await watcher.share(room)

    def others() -> set[str]:
        return {one.name for one in board.participants if not one.me and not one.away}

    with Screen(800, 600) as screen:
        for name in names:
            profile = tmp_path / name
            process = await asyncio.create_subprocess_exec(
                *[
                    sys.executable, "-m", "whiteboard", f"xmpp:{room}?join", "--theme", "dark",
                    "--profile", str(profile), *sign_in(tmp_path, name, server.port),
                ],
                env=screen.environment, stderr=subprocess.PIPE,
            )  # fmt: skip
            await watcher.until(lambda name=name: name.capitalize() in others(), 30)
            window = screen.do("search", "--sync", "--onlyvisible", "--name", "Whiteboard")
            if name == "signal":
                process.send_signal(signal.SIGTERM)
            else:
                screen.do("windowfocus", "--sync", window.split()[0])
                screen.key("ctrl+q")
            await watcher.until(lambda: not others(), 5)
            _, heard = await asyncio.wait_for(process.communicate(), 10)
            assert (process.returncode, heard.decode()) == (0, ""), name
            settings = profile / "config" / "settings.json"
            assert not settings.exists() or "dark" not in settings.read_text("utf-8"), (
                "for now only"
            )
    await watcher.network.close()
