"""A window of a member of a group chat's board, and its host without one: `python -m` this.

Arguments: address of the host, of the member, their password, the server's port, a room. It plays
what roles and finished parts are for a person, and prints a line for each thing that was so.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.helpers.fake_services import World
from whiteboard.im.account import AccountSettings, TlsMode
from whiteboard.im.people import RoomState
from whiteboard.session.boards import Board, BoardState
from whiteboard.session.permissions import Deed
from whiteboard.transport.service import Network
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.page import CanvasSurface

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
STROKE = ((300, 200), (340, 260), (400, 220), (460, 280))


def say(line: str) -> None:
    """To who started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """The loop goes on until it is so; Qt's own work has no event that could be waited for."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError(f"not so in time: {what}")
        await asyncio.sleep(0.01)


async def sign_in(network: Network, address: str, password: str, port: int, room: str) -> None:
    settings = AccountSettings(
        address, password, host="127.0.0.1", port=port, tls=TlsMode.PLAINTEXT
    )
    network.people.sign_in(settings)
    await until(network.people.suggested_room_service, f"{address} is online")
    network.people.join_room(room)
    rooms = network.people
    await until(
        lambda: any(r.address == room and r.state is RoomState.IN for r in rooms.rooms), "in"
    )


class Play:
    """The host's board and the member's window."""

    def __init__(self, first: Board, window: MainWindow) -> None:
        self.first = first
        self.window = window

    @property
    def surface(self) -> CanvasSurface:
        surface = self.window.pages.front.surface
        assert isinstance(surface, CanvasSurface)
        return surface

    @property
    def rights(self):
        return self.surface.board.permissions

    @property
    def member(self) -> str:
        return next(one.id for one in self.first.participants if not one.me)

    @property
    def notice(self) -> str:
        notice = self.window.frame.toast.notice
        return words.plain(notice.text) if notice is not None else ""

    def read_notices(self) -> None:
        while self.window.frame.toast.notice is not None:
            self.window.frame.toast.next()

    def press(self) -> None:
        QTest.mousePress(self.surface.view, LEFT, PLAIN, QPoint(*STROKE[0]))
        for point in STROKE[1:]:
            QTest.mouseMove(self.surface.view, QPoint(*point))

    def release(self) -> None:
        QTest.mouseRelease(self.surface.view, LEFT, PLAIN, QPoint(*STROKE[-1]))

    def drawn(self) -> int:
        document = self.first.document
        return len(document.children(document.root))

    async def draws(self) -> None:
        self.surface.choose("pen")
        self.press()
        self.release()
        await until(lambda: self.drawn() == 1, "the host sees the stroke")
        say("draws")

    async def loses_the_pen_in_mid_stroke(self) -> None:
        self.press()
        self.first.permissions.do(Deed.TAKE_PEN, self.member)
        await until(lambda: not self.surface.may_draw, "the pen is taken")
        self.release()
        assert self.surface.view._kept_back.is_shown
        assert "is not on the board" in self.notice, self.notice
        pen = self.window.frame.tools.buttons["pen"]
        await until(lambda: not pen.isEnabled(), "the pen looks so")
        self.press()
        self.release()
        assert self.drawn() == 1
        say("loses the pen in mid-stroke, and cannot draw")

    async def asks_and_draws_again(self) -> None:
        ask = self.window.frame.tools.pen.ask
        await until(ask.isVisible, "the pen can be asked for")
        ask.click()
        await until(lambda: self.first.permissions.requests, "the host is asked")
        (request,) = self.first.permissions.requests
        self.first.permissions.answer(request.id, give=True)
        await until(lambda: self.surface.may_draw, "the pen is given")
        chip = self.window.frame.tools.pen
        await until(lambda: chip.text == "You may draw now", "that is said")
        assert self.surface.tool == "pen"
        self.press()
        self.release()
        await until(lambda: self.drawn() == 2, "the host sees the second stroke")
        say("asks for the pen, and draws again")

    async def is_refused_a_finished_part(self) -> None:
        done = self.first.document.children(self.first.document.root)[0]
        self.first.permissions.finish([done])
        await until(lambda: self.rights.finished_at(done), "it is finished here too")
        self.surface.choose("select")
        self.surface.editor.selection.set((done,))
        await until(lambda: self.window.frame.selection.lock.text, "the lock is shown")
        assert self.window.frame.selection.lock.text.startswith("Finished by")
        self.read_notices()
        self.surface.do("delete")
        assert self.notice == "This part is finished. Moderators can change or reopen it."
        assert self.drawn() == 2
        self.first.permissions.do(Deed.MAKE_MODERATOR, self.member)
        await until(lambda: self.rights.may_finish, "a moderator now")
        self.surface.do("delete")
        await until(lambda: self.drawn() == 1, "a moderator may")
        say("is refused a finished part, and may change it as a moderator")

    async def is_banned(self) -> None:
        self.first.permissions.do(Deed.UNMAKE_MODERATOR, self.member)
        await until(lambda: not self.rights.may_finish, "a moderator no more")
        self.read_notices()
        self.first.permissions.do(Deed.BAN, self.member)
        board = self.surface.board
        await until(lambda: board.state is BoardState.ENDED, "out")
        await until(lambda: "removed you from this board" in self.notice, "said")
        self.surface.choose("pen")
        self.press()
        self.release()
        assert len(board.document.children(board.document.root)) == 2
        assert self.drawn() == 1
        say("is banned, and keeps a copy to draw on")


async def main(host: str, member: str, password: str, port: int, room: str) -> None:
    ana, ben = Network(), Network()
    await sign_in(ana, host, password, port, room)
    first = ana.boards.new_board("Plan")
    ana.boards.share_in_room(first, room)
    await sign_in(ben, member, password, port, room)
    await until(lambda: any(r.boards for r in ben.people.rooms), "the board is announced")
    world = World()
    services = replace(world.services, people=ben.people, boards=ben.boards)
    window = MainWindow(services, CanvasSurface)
    window.resize(1280, 800)
    window.show()
    window.people_flow.join_in_room(room, first.session)
    play = Play(first, window)
    await until(lambda: play.surface.board.session == first.session, "joining")
    await until(lambda: play.surface.board.state is BoardState.LIVE, "joined")
    await until(lambda: len(first.participants) == 2, "seen by the host")
    await play.draws()
    await play.loses_the_pen_in_mid_stroke()
    await play.asks_and_draws_again()
    await play.is_refused_a_finished_part()
    await play.is_banned()
    window.let_go()
    window.hide()
    await ana.close()
    await ben.close()


if __name__ == "__main__":
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    qasync.run(main(*sys.argv[1:4], int(sys.argv[4]), sys.argv[5]))
