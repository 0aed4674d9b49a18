"""The lines of the chat: days, the mark before what is new, messages and their heads."""

from __future__ import annotations

import datetime
import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whiteboard.im.chat import ChatMessage

TOGETHER = 300.0
"""Seconds within which messages of one person share a head (DESIGN section 11)."""
MAX_LINKS = 20
"""Of one message; further ones are text."""

_LINK = re.compile(r"(https?://|xmpp:)[^\s<>\"“”]+", re.IGNORECASE)
_NOT_AT_THE_END = ".,;:!?'\u2019\u201d\u2026*_~"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class LineKind(enum.Enum):
    """What a line is."""

    DAY = "day"
    NEW = "new"
    SAID = "said"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the chat."""

    kind: LineKind
    key: str
    at: float = 0.0
    message: ChatMessage | None = None
    has_head: bool = False
    """It begins a group: with avatar, name and time."""


def chat_lines(messages: Sequence[ChatMessage], first_unread: str = "") -> list[Line]:
    """The rows for these messages, the oldest first."""
    return list(_lines(messages, first_unread))


def _lines(messages: Sequence[ChatMessage], first_unread: str) -> Iterator[Line]:
    before: ChatMessage | None = None
    for message in messages:
        day = _day(message.at)
        if before is None or _day(before.at) != day:
            yield Line(LineKind.DAY, f"day {day}", message.at)
            before = None
        if message.key == first_unread:
            yield Line(LineKind.NEW, "new")
            before = None
        yield Line(LineKind.SAID, message.key, message.at, message, not _goes_on(before, message))
        before = message


def _goes_on(before: ChatMessage | None, message: ChatMessage) -> bool:
    """Whether it stands under the head of the one before."""
    return (
        before is not None
        and not before.is_action
        and not message.is_action
        and before.author == message.author
        and before.name == message.name
        and message.at - before.at <= TOGETHER
    )


def _day(at: float) -> datetime.date:
    return datetime.datetime.fromtimestamp(at).astimezone().date()


def links_in(text: str) -> list[tuple[int, int]]:
    """Where addresses stand in a text: (begin, end) in code points."""
    found = []
    for match in _LINK.finditer(text):
        begin, end = match.start(), _end(text, match.start(), match.end())
        if end - begin > len(match[1]):
            found.append((begin, end))
        if len(found) >= MAX_LINKS:
            break
    return found


def _end(text: str, begin: int, end: int) -> int:
    """Without what belongs to the sentence around it."""
    while end > begin:
        last = text[end - 1]
        part = text[begin:end]
        closes = last in _BRACKETS and part.count(last) > part.count(_BRACKETS[last])
        if last not in _NOT_AT_THE_END and not closes:
            return end
        end -= 1
    return end
