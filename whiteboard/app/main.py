"""The desktop application: one loop for Qt and asyncio, one program in it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import qasync
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication

from whiteboard.app import collector
from whiteboard.app.address import file_of, parse_address
from whiteboard.app.errors import CommandError
from whiteboard.app.instance import DesktopLinks, Instance, hand_over
from whiteboard.app.paths import Paths
from whiteboard.app.settings import SettingsStore
from whiteboard.app.sign_in import account_of
from whiteboard.app.wiring import Program
from whiteboard.im.links import is_link
from whiteboard.ui.theme import theme
from whiteboard.util.display import has_display

NO_DISPLAY = "There is no display here. Try: whiteboard demo, or whiteboard join."


def open_window(options: argparse.Namespace) -> int:
    """Show the window and stay until it is closed."""
    if not has_display():
        raise CommandError(NO_DISPLAY)
    what: str | None = options.what
    address = parse_address(what) if what is not None and is_link(what) else None
    path = file_of(what) if what is not None and address is None else None
    account = account_of(options)
    paths = Paths(options.profile)
    store = SettingsStore(paths.settings)
    if options.theme:
        store.override("theme", options.theme)
    application = make_application()
    link = what if address is not None and account is None else None
    if link is not None and hand_over(paths.settings, link):
        return 0  # the program that runs already opens it

    async def run() -> int:
        program = Program(store, paths=paths)
        instance = Instance(paths.settings, program.open_link)
        desktop = DesktopLinks(application, program.open_link)
        try:
            window = program.open_window()
            window.show()
            program.recover(window)
            if account is not None:
                program.people.sign_in_for_now(account)
            else:
                program.people.start()
            if link is not None:
                program.open_link(link)
            elif address is not None:
                program.go_to(address, window, options.nick)
            if path is not None:
                window.open_path(path)
            collector.tame()
            await program.ended.wait()
        finally:
            application.removeEventFilter(desktop)
            instance.close()
            await program.close()
        return 0

    return run_in_loop(application, run)


def make_application() -> QApplication:
    """Qt, with our theme.

    Closing the last window does not end it: goodbyes are still to be said. Every move of the mouse
    is heard, because a stroke is made of them.
    """
    running = QApplication.instance()
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("whiteboard")
    application.setApplicationDisplayName("")
    application.setDesktopFileName("org.whiteboard.Whiteboard")
    application.setQuitOnLastWindowClosed(False)
    if QLocale.system().language() == QLocale.Language.C:
        # A system that was told no language (containers, bare servers) would write 22 11 2025.
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.World))
    theme()
    return application


def run_in_loop(application: QApplication, work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine in a loop that Qt and asyncio share; returns what it returns.

    SIGTERM and SIGINT cancel it, so that it can say goodbye to the others; that is no failure.
    """

    async def collecting() -> int:
        async with collector.only_here():
            return await work()

    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    logging.getLogger("qasync").setLevel(logging.WARNING)
    with loop:
        task = loop.create_task(collecting())
        with _signals(loop, task.cancel):
            try:
                result: int = loop.run_until_complete(task)
            except asyncio.CancelledError:
                return 0
            return result


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` when the system or the terminal asks the program to end.

    qasync has no `add_signal_handler`, and Python runs handlers only between two instructions of
    its own, which may be long in coming while Qt waits: a byte in a socket wakes the loop.
    """
    ours, interpreters = socket.socketpair()
    ours.setblocking(False)
    interpreters.setblocking(False)
    before = {
        which: signal.signal(which, lambda *_: stop()) for which in (signal.SIGTERM, signal.SIGINT)
    }
    wakeup = signal.set_wakeup_fd(interpreters.fileno(), warn_on_full_buffer=False)
    loop.add_reader(ours.fileno(), ours.recv, 4096)
    try:
        yield
    finally:
        loop.remove_reader(ours.fileno())
        signal.set_wakeup_fd(wakeup)
        for which, handler in before.items():
            signal.signal(which, handler)
        ours.close()
        interpreters.close()
