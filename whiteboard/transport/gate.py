"""Which invitations of others reach the person: by whom, how many, and for which session."""

from __future__ import annotations

import collections
from collections.abc import Callable

from whiteboard.session.boards import Admission
from whiteboard.util.clock import Clock
from whiteboard.wire.messages import Peer
from whiteboard.xep_0166 import JingleError

MOST_OPEN = 50
"""Invitations from others that wait for an answer; more are refused."""
MOST_OF_ONE = 5
"""Of them from one person."""
MOST_IN_TIME = 10
"""From one person within `SECONDS`, answered or not: so often nobody needs to be asked."""
SECONDS = 600.0
MOST_PEOPLE = 500
"""People whose invitations are counted; who was quiet longest is forgotten."""


class Gate:
    """Decides about each invitation before it is shown.

    Args:
        admission: what the person wants.
        is_contact: whether this bare address is on the contact list.
        clock: for counting in time.
    """

    def __init__(
        self, admission: Callable[[], Admission], is_contact: Callable[[str], bool], clock: Clock
    ) -> None:
        self._admission = admission
        self._is_contact = is_contact
        self._clock = clock
        self._times: collections.OrderedDict[str, collections.deque[float]] = (
            collections.OrderedDict()
        )
        self.turned_away = 0
        """Invitations that were refused because there were too many."""

    def look(self, peer: Peer, waiting: int, of_one: int) -> bool:
        """Whether the person is to be asked; False: they take no invitations from contacts either.

        Args:
            peer: who invites.
            waiting: how many invitations of others wait for an answer.
            of_one: how many of them are of this person.

        Raises:
            JingleError: it is refused without a word about the person.
        """
        admission = self._admission()
        if admission is not Admission.ASK and not self._is_contact(peer.bare):
            # As a program without Jingle would answer, so that strangers learn nothing.
            raise JingleError("service-unavailable")
        if admission is Admission.NEVER:
            return False
        if waiting >= MOST_OPEN or of_one >= MOST_OF_ONE or not self._may_again(peer.bare):
            self.turned_away += 1
            raise JingleError("resource-constraint", kind="wait")
        return True

    def _may_again(self, address: str) -> bool:
        now = self._clock.now()
        times = self._times.setdefault(address, collections.deque())
        self._times.move_to_end(address)
        while len(self._times) > MOST_PEOPLE:
            self._times.popitem(last=False)
        while times and now - times[0] > SECONDS:
            times.popleft()
        if len(times) >= MOST_IN_TIME:
            return False
        times.append(now)
        return True
