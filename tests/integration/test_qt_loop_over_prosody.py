"""The same transport in Qt's event loop as in asyncio's own, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.prosody import PASSWORD, needs_prosody, room_address, unique

pytestmark = [pytest.mark.prosody, needs_prosody]

PROGRAM = """
import asyncio, sys
import qasync
from PySide6.QtWidgets import QApplication
from whiteboard.im.account import AccountSettings, TlsMode
from whiteboard.model.ops import LiteralElement
from whiteboard.transport.headless import Task, Until, take_part

async def main():
    names, password, port, room = sys.argv[1].split(","), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    first = asyncio.Event()
    def task(name, until=Until.IDLE):
        settings = AccountSettings(
            name, password, host="127.0.0.1", port=port, tls=TlsMode.PLAINTEXT
        )
        shape = LiteralElement("http://www.w3.org/2000/svg", "path", (("", "id", name),))
        return Task(settings, room=room, draw=(shape,), until=until)
    one = asyncio.ensure_future(take_part(task(names[0], 6.0), joined=lambda _: first.set()))
    await asyncio.wait_for(first.wait(), 20)
    two = await take_part(task(names[1]))
    one = await one
    assert one.session == two.session
    assert one.document.c14n() == two.document.c14n()
    assert all(name.encode() in two.document.c14n() for name in names)

app = QApplication([])
app.setQuitOnLastWindowClosed(False)
qasync.run(main())
print("the same in both")
"""


def test_two_participants_draw_together_under_qasync(server):
    names = [unique("qt") for _ in range(2)]
    for name in names:
        server.add_account(name, PASSWORD)
    addresses = ",".join(f"{name}@{server.domain}" for name in names)
    port = str(server.port)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, addresses, PASSWORD, port, room_address()],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "the same in both" in result.stdout
    assert "Task was destroyed" not in result.stderr
    assert "Traceback" not in result.stderr
