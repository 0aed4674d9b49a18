"""A window is killed in the middle of strokes: what was on disk comes back and reaches the others.

A real window on a virtual screen, a real mouse, SIGKILL at random moments, a real server. What the
journal had at that moment, read from outside, may not be missing anywhere afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.e2e.test_two_windows_and_a_bot import Window, line, open_window, sign_in
from tests.helpers.drawing import draw
from tests.helpers.killed import moments
from tests.helpers.prosody import PASSWORD, Party, needs_prosody, own_server, room_address
from whiteboard.app.local_server import LocalServer
from whiteboard.app.paths import Paths
from whiteboard.journal.file import JournalError
from whiteboard.journal.reading import JournalReader
from whiteboard.model.document import Document
from whiteboard.model.ids import Replica
from whiteboard.session.boards import Board

__all__ = ["open_window", "own_server"]

MOMENTS = moments()[1]

pytestmark = [pytest.mark.prosody, pytest.mark.xvfb, needs_prosody]


class OnDisk:
    """The journals of a profile, read while the program runs or lies dead."""

    def __init__(self, profile: Path, session: str) -> None:
        self._folder, self._session = Paths(profile).boards, session

    async def until_holds(self, board: Board) -> None:
        """Wait for all that `board` has; a file of another process has no event, so look."""
        for _ in range(1200):
            if holds(self.document(), board.document.vv):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the window's journal lacks something after a minute")

    def document(self) -> Document:
        """The board of the session, as its one journal has it."""
        found = []
        for path in self._folder.glob("*.board"):
            with contextlib.suppress(JournalError), JournalReader(path) as reader:
                if reader.about.session == self._session:
                    found.append([line.batch() for line in reader.lines()])
        assert len(found) <= 1, "one board, one journal"
        document = Document(self._session, "reader", Replica("0"), limits=None)
        document.receive(found[0] if found else ())
        return document


async def killed_in_a_stroke(window: Window, rng: random.Random, disk: OnDisk) -> dict[str, int]:
    """Draw, and be killed at some moment of it; the vector of what was safe then."""
    for _ in range(rng.randrange(3)):
        await window.draw(stroke(rng))
    drawing = asyncio.create_task(window.draw(stroke(rng)))
    await asyncio.sleep(rng.uniform(0, 0.5))  # not a wait for anything: the moment is the point
    safe = dict(disk.document().vv)
    window.process.kill()
    await drawing
    await asyncio.to_thread(window.process.wait)
    return safe


def stroke(rng: random.Random) -> list[tuple[int, int]]:
    start = (rng.randrange(80, 560), rng.randrange(120, 640))
    return [start, *line(start, (rng.randrange(80, 560), rng.randrange(120, 640)))]


def holds(document: Document, vv: Mapping[str, int]) -> bool:
    return all(document.vv.get(r, 0) >= n for r, n in vv.items())


@pytest.mark.timeout(120 + 60 * MOMENTS)
async def test_a_window_that_is_killed_in_the_middle_of_strokes_loses_nothing_that_was_safe(
    open_window: Callable[..., Window], own_server: Callable[..., LocalServer], tmp_path: Path
):
    server = own_server()
    for name in ("ben", "watcher"):
        server.add_account(name, PASSWORD)
    room, rng = room_address(), random.Random(MOMENTS)
    watcher = Party(server, "watcher")
    await watcher.sign_in()
    await watcher.enter(room)
    theirs = await watcher.share(room)
    disk = OnDisk(tmp_path / "ben", theirs.session)

    async def window_again() -> Window:
        window = open_window(
            "ben", f"xmpp:{room}?join", *sign_in(tmp_path, "ben", server.port),
            "--profile", str(tmp_path / "ben"), "--theme", "light",
        )  # fmt: skip
        window.left = 0
        await window.appear()
        return window

    safe: dict[str, int] = {}
    window = await window_again()
    await disk.until_holds(theirs)
    for moment in range(MOMENTS):
        safe |= await killed_in_a_stroke(window, rng, disk)
        draw(theirs, id=f"meanwhile {moment}")
        kept = disk.document().vv
        assert all(kept.get(r, 0) >= n for r, n in safe.items()), f"moment {moment}"
        window = await window_again()
        await disk.until_holds(theirs)
        await watcher.until_document(theirs, lambda: holds(theirs.document, safe), 60)  # noqa: B023 - awaited
    before = len(theirs.document.children(theirs.document.root))
    await window.draw(stroke(rng))
    await watcher.until_document(
        theirs, lambda: len(theirs.document.children(theirs.document.root)) > before, 30
    )
    await disk.until_holds(theirs)
    assert disk.document().state_hash() == theirs.document.state_hash()
    assert not theirs.document.forks
    assert before > MOMENTS, "every stroke that was ended is there"
    await watcher.network.close()
