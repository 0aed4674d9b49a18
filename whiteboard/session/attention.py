"""Whose calls to look at one place are heeded (XEP-0228 section 2.5.7): not too many of them."""

from __future__ import annotations

from collections import deque

from whiteboard.model.ids import Party
from whiteboard.model.rights import Role
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument

INTERVAL = 5.0
"""Seconds between two calls of one person that are heeded."""
MAX_CALLS = 6
"""Calls of all together that are heeded within `WINDOW`."""
WINDOW = 60.0
"""Seconds."""


def may_call(document: SharedDocument, party: Party, *, in_room: bool) -> bool:
    """Whether a party's calls are heeded.

    In a group chat hosts and moderators call; one-to-one, and where there are no roles (plain
    XEP-0284), whoever may draw.
    """
    has_moderators = in_room and not isinstance(document, StrictDocument)
    return document.role_of(party) >= (Role.MODERATOR if has_moderators else Role.EDITOR)


class Calls:
    """The calls of the last minute.

    A call moves everybody's view, so one who calls without end would let nobody draw: what comes
    too soon is dropped, and nothing says so, for the next call stands for it.
    """

    def __init__(self) -> None:
        self._heeded: deque[tuple[float, Party]] = deque()

    def heed(self, party: Party, now: float) -> bool:
        """Whether this call of `party` counts; it is remembered if it does."""
        while self._heeded and now - self._heeded[0][0] >= WINDOW:
            self._heeded.popleft()
        too_many = len(self._heeded) >= MAX_CALLS
        too_soon = any(now - at < INTERVAL for at, who in self._heeded if who == party)
        if too_many or too_soon:
            return False
        self._heeded.append((now, party))
        return True
