"""People at their windows: whole programs in one Qt loop, worked with mouse and keys."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import keyring
import keyring.errors
import pytest
import qasync
from keyring.backend import KeyringBackend
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from tests.helpers.prosody import PASSWORD
from whiteboard.app.cli import set_up_logging
from whiteboard.app.local_server import LocalServer
from whiteboard.app.main import make_application
from whiteboard.app.paths import Paths
from whiteboard.app.settings import SettingsStore
from whiteboard.app.wiring import Program
from whiteboard.im.account import AccountSettings, ConnectionState, TlsMode
from whiteboard.im.people import RoomState
from whiteboard.session.boards import Board
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow

PICTURES = Path("build/e2e")
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class MemoryKeyring(KeyringBackend):
    """A keyring that is gone with the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.passwords.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError(username)


async def turn() -> None:
    """Let what was posted arrive."""
    for _ in range(5):
        await asyncio.sleep(0)


async def by_hand(work: Callable[..., object], *arguments: object) -> None:
    """Let a hand do something outside of any task, as Qt's own events come.

    Menus run the event loop a little by themselves; inside a task that would lose turns
    of others.
    """
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def run() -> None:
        try:
            work(*arguments)
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            done.set_exception(error)
        else:
            done.set_result(None)

    loop.call_soon(run)
    await done
    await turn()


async def until(is_so: Callable[[], object], seconds: float = 15, what: str = "") -> None:
    """Wait until something that a person can see is so.

    What is seen comes out of many events of two loops, so it is looked at 100 times a second.
    """
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited in vain: {what or _told(is_so)}"
        await asyncio.sleep(0.01)


def _told(is_so: Callable[[], object]) -> str:
    """A condition in words, and what everybody in it sees instead."""
    seen = [cell.cell_contents for cell in is_so.__closure__ or ()]
    persons = [repr(one) for one in seen if isinstance(one, Person)]
    return "\n".join((inspect.getsource(is_so).strip(), *persons))


async def press(widget: QWidget, at: QPoint | None = None) -> None:
    """Click a control, as long as it can be clicked."""
    assert widget.isVisible(), f"{widget} cannot be seen"
    assert widget.isEnabled(), f"{widget} is disabled"
    await by_hand(QTest.mouseClick, widget, LEFT, NONE, at or widget.rect().center())


async def enter(widget: QWidget) -> None:
    """The Enter key."""
    await by_hand(QTest.keyClick, widget, Qt.Key.Key_Return)


async def write(field: QLineEdit, text: str) -> None:
    """Replace what stands in a field, by keys."""
    assert field.isVisible()
    await by_hand(_type, field, text)


def _type(field: QLineEdit, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    for character in text:  # QTest knows the keys of ASCII only
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(field, QKeyEvent(kind, 0, NONE, character))


class Person:
    """Somebody with a profile folder, a program and its first window."""

    def __init__(self, stage: Stage, name: str, store: SettingsStore, paths: Paths) -> None:
        self.stage = stage
        self.name = name
        self.address = f"{name}@{LocalServer.domain}"
        self.program = Program(store, paths=paths)
        self.window = self._shown(self.program.open_window())
        self.program.recover(self.window)

    @staticmethod
    def _shown(window: MainWindow) -> MainWindow:
        window.resize(1280, 800)
        window.show()
        return window

    def __repr__(self) -> str:
        rows = [words.plain(row.spoken) for row in self.window.sessions.list.rows.rows]
        return (
            f"{self.name}: chip {self.chip!r} toast {self.toast!r} card {self.card!r} tabs "
            f"{self.tabs} drawn {self.drawn()} rows {rows}"
        )

    # --- what is seen ---

    @property
    def people(self):
        return self.program.people

    @property
    def board(self) -> Board:
        """The one in front."""
        return self.window.pages.front.board

    @property
    def tabs(self) -> list[str]:
        return [page.board.name for page in self.window.pages.all]

    @property
    def dialog(self):
        return self.window.people_flow.dialog

    @property
    def toast(self) -> str:
        """What the toast says, '' if there is none."""
        notice = self.window.frame.toast.notice
        return words.plain(notice.text) if notice is not None else ""

    @property
    def chip(self) -> str:
        return words.plain(self.window.top.chip.text)

    @property
    def card(self) -> str:
        """Title of the invitation card, '' if there is none."""
        card = self.window.frame.invitation
        return "" if card.isHidden() else words.plain(card._title.text())

    def row(self, key: str):
        return self.window.sessions.list.row_at(key)

    def says(self, key: str) -> str:
        """Second line of a row in the Sessions pane, '' if there is no such row."""
        row = self.row(key)
        return words.plain(row.subtitle) if row is not None else ""

    def drawn(self) -> int:
        """How many things are on the board in front."""
        document = self.board.document
        return len(document.children(document.root)) if document.root is not None else 0

    # --- what is done ---

    async def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """A key on the canvas."""
        await self.come_to_front()
        canvas = self.window.pages.front.surface.widget
        canvas.setFocus()
        await by_hand(QTest.keyClick, canvas, key, modifiers)

    async def come_to_front(self) -> None:
        """Only the active window hears keys."""
        self.window.activateWindow()
        await until(self.window.isActiveWindow, what=f"{self.name}'s window is active")

    async def draw(self, x: int = 300, y: int = 300, *, release: bool = True) -> None:
        """A stroke with what is in the hand, from a place of the canvas (px)."""
        canvas = self.window.pages.front.surface.widget
        await by_hand(QTest.mousePress, canvas, LEFT, NONE, QPoint(x, y))
        for step in range(1, 13):
            await by_hand(QTest.mouseMove, canvas, QPoint(x + 8 * step, y + 5 * (step % 4)))
        if release:
            await self.let_go()

    async def let_go(self) -> None:
        """Lift the pen."""
        canvas = self.window.pages.front.surface.widget
        await by_hand(QTest.mouseRelease, canvas, LEFT, NONE, canvas.rect().center())

    async def act(self, key: str, action: str) -> None:
        """Move over a row of the Sessions pane and press the button that appears."""
        view = self.window.sessions.list
        await until(
            lambda: (
                view.rows.place(key) is not None
                and action in {button.action for button in view.row_at(key).buttons}
            ),
            what=f"{self.name}: row {key} offers {action}: {[r.key for r in view.rows.rows]}",
        )
        view.scrollTo(view.rows.index(view.rows.place(key), 0))
        await turn()
        rect = view.button_rect(key, action)
        await by_hand(QTest.mouseMove, view.viewport(), rect.center())
        await press(view.viewport(), rect.center())

    async def choose(self, menu_button: QWidget, text: str) -> None:
        """Open a menu and choose an entry."""
        await press(menu_button)
        menu = QApplication.activePopupWidget()
        assert menu is not None
        entry = next(one for one in menu.actions() if one.text() == text)
        await press(menu, menu.actionGeometry(entry).center())

    async def pick_file(self, path: Path) -> None:
        """Type a path into the file dialog that is open, and Enter."""
        await until(lambda: self.window.files.chooser is not None)
        field = self.window.files.chooser.findChild(QLineEdit, "fileNameEdit")
        await write(field, str(path))
        await enter(field)

    async def open_file(self, path: Path) -> None:
        await self.key(Qt.Key.Key_O, CONTROL)
        await self.pick_file(path)

    async def sign_in(self, server: LocalServer | None = None) -> None:
        """As if the account had been in the settings, without encryption."""
        port = (server or self.stage.server).port
        self.people.sign_in(
            AccountSettings(
                self.address, PASSWORD, host="127.0.0.1", port=port, tls=TlsMode.PLAINTEXT
            )
        )
        await self.until_online()

    async def until_online(self, seconds: float = 15) -> None:
        await until(
            lambda: (
                self.people.account is not None
                and self.people.account.connection is ConnectionState.ONLINE
                and self.people.suggested_room_service()
            ),
            seconds,
            f"{self.name} online: {self.people.account}",
        )

    async def add(self, other: Person) -> None:
        """Add a contact through the form; the other allows it."""
        await press(self.window.sessions.add_contact)
        await write(self.dialog.address, other.address)
        await press(self.dialog.add)
        await other.act(f"request:{self.address}", "allow")
        for one, another in ((self, other), (other, self)):
            key = f"contact:{another.address}"
            await until(lambda one=one, key=key: one.says(key) == "Online · can draw")

    async def until_in(self, room: str) -> None:
        await until(
            lambda: any(
                one.address == room and one.state is RoomState.IN for one in self.people.rooms
            )
        )


class Stage:
    """Everybody in a test.

    Attributes:
        expected: words of the log lines that this test means to cause.
    """

    def __init__(self, folder: Path, server: LocalServer, caplog: pytest.LogCaptureFixture) -> None:
        self.folder = folder
        self.server = server
        self.expected: tuple[str, ...] = ()
        self.persons: list[Person] = []
        self._caplog = caplog

    def person(self, name: str, *, account: bool = True, at: LocalServer | None = None) -> Person:
        """Somebody starts the program, for the first time or again."""
        if account:
            (at or self.server).add_account(name, PASSWORD)
        return self.again(name)

    def again(self, name: str) -> Person:
        paths = Paths(self.folder / name)
        self.persons.append(Person(self, name, SettingsStore(paths.settings), paths))
        return self.persons[-1]

    async def two(self, *names: str) -> list[Person]:
        """Two people who are on each other's list and online."""
        persons = [self.person(name) for name in names]
        await asyncio.gather(*(person.sign_in() for person in persons))
        await persons[0].add(persons[1])
        return persons

    async def gone(self, person: Person) -> None:
        """Somebody's program ends."""
        self.persons.remove(person)
        await person.program.close()
        for window in person.program.windows or [person.window]:
            window.deleteLater()

    async def close(self) -> None:
        for person in tuple(self.persons):
            await self.gone(person)
        await turn()

    def pictures(self, name: str) -> None:
        """What everybody sees, for whoever looks into a failure."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for person in self.persons:
            person.window.grab().save(str(PICTURES / f"{name}-{person.name}.png"))

    def check_log(self) -> None:
        """Nothing is logged in ordinary use that a person would have to wonder about."""
        lines = [
            record.getMessage()
            for record in self._caplog.get_records("call")
            if record.levelno >= logging.WARNING
        ]
        surprises = [
            line for line in lines if not any(expected in line for expected in self.expected)
        ]
        assert not surprises, surprises


@pytest.fixture
def stage(
    qapp: QApplication,
    tmp_path: Path,
    server: LocalServer,
    caplog: pytest.LogCaptureFixture,
) -> Stage:
    make_application()
    set_up_logging(None)
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield Stage(tmp_path, server, caplog)
    keyring.set_keyring(before)


def in_qt_loop(story: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that runs in the loop of the program; it takes the fixture `stage` first."""

    def run(stage: Stage, **fixtures: object) -> None:
        loop = qasync.QEventLoop(QApplication.instance())
        faults: list[dict[str, object]] = []
        loop.set_exception_handler(lambda _loop, context: faults.append(context))

        async def whole() -> None:
            try:
                await story(stage, **fixtures)
            except BaseException:
                stage.pictures(story.__name__)
                raise
            finally:
                await stage.close()

        asyncio.set_event_loop(loop)
        with loop:
            loop.run_until_complete(asyncio.wait_for(whole(), 60))
        asyncio.set_event_loop(None)
        assert not faults, faults
        stage.check_log()

    functools.update_wrapper(run, story)
    del run.__wrapped__
    run.__signature__ = inspect.signature(story)
    return run
