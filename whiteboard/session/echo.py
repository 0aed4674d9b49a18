"""Whether a group chat passes on what is drawn: it sends everybody's messages back to them too.

A service may forward bodies only and drop what it does not know. Then nobody ever sees a stroke,
and nothing bounces. So whoever begins in a group chat waits for one own message to come back.
"""

from __future__ import annotations

from whiteboard.session.ports import CancelTimer, Effect, Notice, Notify, StartTimer

ECHO_TIMER = "echo"
ECHO_SECONDS = 30.0
TRIES = 2
"""Heartbeats that must have gone unheard."""
NOT_PASSED_ON = (
    "“{}” does not pass drawings on. You can draw here alone or invite people one by one."
)


def not_passed_on(room: str) -> str:
    """What is told of the group chat with this address."""
    return NOT_PASSED_ON.format(room.partition("@")[0])


class Echo:
    """One member's wait for it, in one session."""

    def __init__(self) -> None:
        self._is_heard = False
        self._tries = 0

    def begin(self) -> list[Effect]:
        """I am live in a group chat, and my first message is on its way."""
        if self._is_heard:
            return []
        self._tries = 0
        return [StartTimer(ECHO_TIMER, ECHO_SECONDS)]

    def heard(self) -> list[Effect]:
        """A message of mine came back, or was refused: the group chat knows what it gets."""
        if self._is_heard:
            return []
        self._is_heard = True
        return [CancelTimer(ECHO_TIMER)]

    def ran_out(self, room: str, again: list[Effect]) -> list[Effect]:
        """Nothing came back in time: once more (`again` sends something), then the person is told.

        Args:
            room: its address.
            again: a heartbeat.
        """
        self._tries += 1
        if self._tries < TRIES:
            return [*again, StartTimer(ECHO_TIMER, ECHO_SECONDS)]
        return [Notify(Notice.STATE, not_passed_on(room))]
