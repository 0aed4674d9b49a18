"""How much of what can wait may be on its way: as much as a server takes within a moment.

The state for a joiner may be megabytes, and Debian's Prosody takes 10 kB/s from a client. What has
been handed to the stream cannot be overtaken, so whatever is said meanwhile (a stroke under way, a
line of chat) waits for that much. The window is what came through in a moment of late, by the delay
of acknowledgements. One that comes at once says little: Prosody reads 8 KiB, answers, and only then
pauses; so it grows after some in a row. And what does not fill the window says nothing about how
much the server takes.
"""

from __future__ import annotations

_START = 4 * 1024
_LEAST = 2 * 1024
_MOST = 256 * 1024
_PAGE_MOST = 8 * 1024
_ROW = 3
_MOMENT = 0.25
"""Seconds. At 10 kB/s previews still get through four times a second beside it."""


class BulkWindow:
    """The window of bulk stanzas on one stream."""

    def __init__(self) -> None:
        self._size = _START
        self._was_full = False
        self._in_a_row = 0

    @property
    def page(self) -> int:
        """Bytes that one stanza of it should have: no more than the server takes in a moment."""
        return min(_PAGE_MOST, self._size)

    def has_room(self, in_flight: int, size: int) -> bool:
        """Whether a stanza of that size may go; one may always."""
        has_room = not in_flight or in_flight + size <= self._size
        self._was_full = self._was_full or not has_room
        return has_room

    def answered(self, size: int, latency: float) -> None:
        """The server acknowledged so many bytes, so many seconds after it was asked."""
        takes = int(size * _MOMENT / max(latency, 0.001))
        if latency > _MOMENT and takes < self._size:
            self._size, self._in_a_row = max(_LEAST, takes), 0
        elif takes > self._size and self._was_full:
            self._in_a_row += 1
        if self._in_a_row >= _ROW:
            self._size, self._in_a_row = min(_MOST, takes, 2 * self._size), 0
        self._was_full = False

    def idle(self) -> None:
        """Nothing of it waits: the next transfer finds out anew."""
        self._size, self._was_full, self._in_a_row = _START, False, 0
