"""One program for each profile: a second start hands the link it was given to the first.

A desktop starts the program anew for each `xmpp:` link that somebody clicks. The first program of a
profile listens on a local socket that only its user can open; a later one writes one line there and
ends. What comes in is a link like any other, and read with the same suspicion.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from whiteboard.im.links import MAX_LINK, is_link
from whiteboard.util.log import UI

MAX_LINE = 4 * MAX_LINK
"""Bytes of what a second start may say."""
MAX_WAITING = 8
"""Second starts at the same time."""
PATIENCE_MS = 2000
"""After so long without an answer the first program is taken for gone."""
_DONE = b"ok\n"
_LONGEST_PATH = 100
"""Bytes: systems allow 104 to 108 for a socket."""


def _address(profile: Path) -> str:
    """Where the socket is: beside the settings, which only their owner reads."""
    beside = str(profile.absolute().with_name("links.socket"))
    if os.name == "posix" and len(os.fsencode(beside)) <= _LONGEST_PATH:
        return beside
    return f"whiteboard-{hashlib.sha256(beside.encode()).hexdigest()[:24]}"


def hand_over(profile: Path, link: str) -> bool:
    """Give a link to the program that runs for this profile; False if there is none.

    Needs a `QCoreApplication`, and waits for the answer without an event loop.
    """
    socket = QLocalSocket()
    socket.connectToServer(_address(profile))
    if not socket.waitForConnected(PATIENCE_MS):
        return False
    socket.write(json.dumps({"open": link}).encode() + b"\n")
    socket.flush()
    answer = b""
    while b"\n" not in answer and socket.waitForReadyRead(PATIENCE_MS):
        answer += socket.readAll().data()
    socket.disconnectFromServer()
    return answer == _DONE


class Instance(QObject):
    """The first program of a profile.

    Args:
        profile: names the profile: its settings file.
        opened: called with each link that a second start was given.
    """

    def __init__(self, profile: Path, opened: Callable[[str], None]) -> None:
        super().__init__()
        self._opened = opened
        self._callers: set[_Caller] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._come_in)
        profile.parent.mkdir(parents=True, exist_ok=True)
        self.is_first = self._listen(_address(profile))

    def _listen(self, address: str) -> bool:
        # Asked first: with access options Qt would take the place of a program that listens.
        probe = QLocalSocket()
        probe.connectToServer(address)
        if probe.waitForConnected(PATIENCE_MS):
            probe.disconnectFromServer()
            return False
        QLocalServer.removeServer(address)  # left behind by a crash
        if self._server.listen(address):
            return True
        UI.warning("links cannot be handed over: %s", self._server.errorString())
        return False

    def close(self) -> None:
        """Listen no longer."""
        self._server.close()
        for caller in tuple(self._callers):
            caller.hang_up()

    def _come_in(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            caller = _Caller(socket, self._opened, self)
            self._callers.add(caller)
            caller.gone.connect(self._forget)
            if len(self._callers) > MAX_WAITING:
                caller.hang_up()

    def _forget(self) -> None:
        caller = self.sender()
        if isinstance(caller, _Caller):
            self._callers.discard(caller)
            caller.deleteLater()


class DesktopLinks(QObject):
    """Links that macOS hands to the program that runs, as events of the application."""

    def __init__(self, application: QCoreApplication, opened: Callable[[str], None]) -> None:
        super().__init__(application)
        self._opened = opened
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Qt's: take links, leave all else."""
        if isinstance(event, QFileOpenEvent) and is_link(link := event.url().toString()):
            self._opened(link)
            return True
        return super().eventFilter(watched, event)


class _Caller(QObject):
    """One second start, for as long as it is connected."""

    gone = Signal()

    def __init__(
        self, socket: QLocalSocket, opened: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._opened = opened
        self._socket = socket
        socket.setParent(self)
        socket.setReadBufferSize(MAX_LINE)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self.gone)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self.hang_up)
        self._patience.start(PATIENCE_MS)
        self._read()

    def hang_up(self) -> None:
        """It said nothing useful, or nothing for too long."""
        self._patience.stop()
        self._socket.abort()
        self.gone.emit()

    def _read(self) -> None:
        if not self._socket.canReadLine():
            if self._socket.bytesAvailable() >= MAX_LINE:
                self.hang_up()
            return
        link = _link_in(bytes(self._socket.readLine(MAX_LINE).data()))
        if link is None:
            self.hang_up()
            return
        self._socket.write(_DONE)
        self._socket.flush()
        self._opened(link)


def _link_in(line: bytes) -> str | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    link = said.get("open") if isinstance(said, dict) else None
    return link if isinstance(link, str) else None
