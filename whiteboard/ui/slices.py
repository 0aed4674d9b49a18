"""Work that would hold up the window, done in slices between two frames, with a way to stop it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer

from whiteboard.ui import words
from whiteboard.ui.notices import Notice, Toast
from whiteboard.util.event import Event

WAIT_MS = 15
"""Between two looks whether a thread is ready."""
TELL = 0.05
"""Progress is told when it has grown by so much."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Something is being done in slices."""

    text: str
    cancel: Callable[[], None]
    stopped: str
    """What is said once it was cancelled."""


class Slices(QObject):
    """Does one piece of work at a time.

    Args:
        busy: told of the work from its second slice on, and None when it is over.
        parent: dies with it, and the work with both.
    """

    def __init__(self, busy: Event[Busy | None], parent: QObject) -> None:
        super().__init__(parent)
        self._busy = busy
        self._work: Generator[float | None, None, Any] | None = None
        self._say: Callable[[float], str] = lambda _share: ""
        self._then: Callable[[Any], object] = lambda _result: None
        self._told = 0.0
        self._stopped = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_running(self) -> bool:
        """Whether something is being done."""
        return self._work is not None

    def run(
        self,
        work: Generator[float | None, None, Any],
        say: Callable[[float], str],
        then: Callable[[Any], object] = lambda _result: None,
        *,
        stopped: str = "",
    ) -> None:
        """Do some work; what is done in one slice is over when this returns.

        Args:
            work: does one slice each time it is asked for more. It yields the share that is done,
                or None while it waits for a thread.
            say: the share in words.
            then: gets what the work returns; not called if it is stopped.
            stopped: what is said if the person stops it; '' = that undo takes it back.
        """
        self.stop()
        self._stopped = stopped or words.tr("Stopped. Undo takes back what was done.")
        self._work, self._say, self._then, self._told = work, say, then, -1.0
        self._go_on()

    def stop(self) -> None:
        """Leave the rest undone."""
        work, self._work = self._work, None
        if work is not None:
            work.close()
            self._timer.stop()
            self._busy.emit(None)

    def _go_on(self) -> None:
        work = self._work
        assert work is not None
        try:
            share = next(work)
        except StopIteration as end:
            self._over()
            self._then(end.value)
        except BaseException:
            self._over()
            raise
        else:
            if self._work is work:
                self._tell(share or 0.0)
                self._timer.start(WAIT_MS if share is None else 0)

    def _over(self) -> None:
        self._work = None
        self._busy.emit(None)

    def _tell(self, share: float) -> None:
        if self._told < 0.0 or share - self._told >= TELL:
            self._told = share
            self._busy.emit(Busy(self._say(share), self.stop, self._stopped))


class BusyNotice:
    """Shows on a toast what is being done, with Cancel."""

    def __init__(self, toast: Toast) -> None:
        self._toast = toast
        self._stop: Callable[[], None] = lambda: None

    def watch(self, busy: Event[Busy | None] | None) -> None:
        """Show this from now on, and nothing else."""
        self._stop()
        self.show(None)
        self._stop = busy.subscribe(self.show) if busy is not None else lambda: None

    def show(self, busy: Busy | None) -> None:
        """What is being done now; None = nothing."""
        if busy is None:
            self._toast.take_back("busy")
            return

        def cancel() -> None:
            busy.cancel()
            self._toast.say(Notice("fact", busy.stopped))

        action = words.tr("Cancel")
        notice = Notice("busy", busy.text, action=action, act=cancel, lasting=True, first=True)
        self._toast.say(notice)
