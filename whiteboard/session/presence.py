"""What is shown and never kept: own cursor, previews and selection, paced and folded.

At most ten stanzas a second; what waits is folded (the newest cursor, the newest shape, ink points
in a row), and nothing leaves while the link is busy with what must arrive.
"""

from __future__ import annotations

from dataclasses import replace

from whiteboard.model.ephemeral import (
    Attention,
    Cursor,
    CursorGone,
    Ephemeral,
    Follows,
    InkPreview,
    SelectionShown,
    Viewport,
)

INTERVAL = 0.1
"""Seconds between two stanzas (SYNC 0.3.13)."""
BUSY_INTERVAL = 0.3
BUSY_BYTES = 16 * 1024
"""Waiting in the outbox: with Debian's 10 kB/s more than a second's worth."""
MAX_POINTS = 400
"""Ink points in one stanza: about 5 kB."""
MAX_WAITING = 16


class Presence:
    """Own ephemeral things that wait for the next tick."""

    def __init__(self) -> None:
        self.load = 0
        """Bytes that wait in the outbox."""
        self._waiting: dict[str, Ephemeral] = {}
        self._last = -INTERVAL

    def tell(self, what: Ephemeral) -> None:
        """Put in line, folded into what is there."""
        key = _key(what)
        old = self._waiting.pop(key, None)
        if (
            isinstance(old, InkPreview)
            and isinstance(what, InkPreview)
            and what.start == old.start + len(old.points)
        ):
            what = replace(what, start=old.start, points=old.points + what.points)
        self._waiting[key] = what
        while len(self._waiting) > MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]

    def delay(self, now: float) -> float | None:
        """Seconds until something may go out: 0 at once, None if nothing waits."""
        if not self._waiting:
            return None
        interval = BUSY_INTERVAL if self.load > BUSY_BYTES else INTERVAL
        return max(0.0, self._last + interval - now)

    def take(self, now: float) -> tuple[Ephemeral, ...]:
        """What goes into the next stanza; nothing while the link is busy."""
        self._last = now
        if self.load > BUSY_BYTES:
            return ()
        items: list[Ephemeral] = []
        waiting, self._waiting = self._waiting, {}
        room = MAX_POINTS
        for key, item in waiting.items():
            if isinstance(item, InkPreview) and len(item.points) > room:
                rest = replace(item, start=item.start + room, points=item.points[room:])
                self._waiting[key] = rest
                item = replace(item, points=item.points[:room])  # noqa: PLW2901 - the part that goes
            if isinstance(item, InkPreview):
                room -= len(item.points)
                if not item.points:
                    continue
            items.append(item)
        return tuple(items)

    def clear(self) -> None:
        """Forget what waits: nobody would see it."""
        self._waiting.clear()


def _key(what: Ephemeral) -> str:
    if isinstance(what, Cursor | CursorGone):
        return "cursor"
    if isinstance(what, SelectionShown | Attention | Viewport | Follows):
        return type(what).__name__
    return f"preview {what.id}"
