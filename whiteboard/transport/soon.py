"""Telling the windows once, however much changed in one turn of the event loop."""

from __future__ import annotations

import asyncio

from whiteboard.util.event import Event


class Soon:
    """Calling it emits `event` once at the next turn of the loop (at once where no loop runs)."""

    def __init__(self, event: Event[None]) -> None:
        self._event = event
        self._scheduled = False

    def __call__(self, _: object = None) -> None:
        """Something changed."""
        if self._scheduled:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._event.emit(None)
            return
        self._scheduled = True
        loop.call_soon(self._emit)

    def _emit(self) -> None:
        self._scheduled = False
        self._event.emit(None)
