"""Text conversations as the windows see them: no widgets, no stanzas, all of it bounded.

A `Conversation` is what was said in one group chat, or with one contact, since the program started;
keeping it for longer is the server's business. What others wrote is plain text: `clean` takes out
what would change how the text around it is shown.
"""

from __future__ import annotations

import bisect
import enum
import math
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from whiteboard.util.event import Event

MAX_MESSAGES = 500
"""Of one conversation; the oldest go."""
MAX_CONVERSATIONS = 64
"""Whichever was quiet for longest goes."""
MAX_LINES = 200
"""Of one message; the rest is cut."""
MAX_NAME = 80
"""Characters of a sender's name."""
MAX_MARKS = 8
"""Accents and the like on one letter: more would run over the lines above and below."""
MAX_WRITING = 20
"""People of whom it is shown that they write."""
MAX_TEXT = 10_000
"""Characters that can be written at once."""

_ME = "/me "
_CUT = "…"
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
"""What turns the direction of text around, and what is not text: taken out."""
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029\u000b\u000c]")
_EMPTY_LINES = re.compile("\n{4,}")


def clean(text: str) -> str:
    """A text that others wrote, as it may be shown: lines and letters, and nothing that steers.

    Control characters go, and marks that would turn the direction of the text around them. Marks
    that joined scripts and emoji need stay. Lines and accents upon one letter are bounded.
    """
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text)).replace("\t", "    ")
    text = "".join(_shown(text)).strip()
    lines = _EMPTY_LINES.sub("\n\n\n", text).split("\n")
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], _CUT]
    return "\n".join(lines)


def clean_name(name: str) -> str:
    """A name that others chose, in one line."""
    return " ".join(clean(name).split())[:MAX_NAME]


def _shown(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        is_control = category in {"Cc", "Cs"} and character != "\n"
        if not is_control and marks <= MAX_MARKS:
            yield character


class Delivery(enum.Enum):
    """How far a message of mine has come."""

    SENDING = "sending"
    SENT = "sent"
    """The room has passed it on, or the server has taken it."""
    RECEIVED = "received"
    """The other side's program has it."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """Something that was said."""

    key: str
    """Names it within its conversation."""
    author: str
    """Who may correct it, by a name that nobody can choose where the place gives one."""
    name: str
    address: str
    """The author's colour comes from it."""
    text: str
    at: float
    """Unix seconds."""
    me: bool = False
    is_action: bool = False
    """Written with /me (XEP-0245): the text says what the author does."""
    is_corrected: bool = False
    delivery: Delivery = Delivery.SENT


def message_of(
    key: str, author: str, name: str, address: str, text: str, at: float, *, me: bool = False
) -> ChatMessage:
    """A message with what others wrote made harmless."""
    is_action = text.startswith(_ME)
    shown = clean(text.removeprefix(_ME))
    name = clean_name(name) or address
    return ChatMessage(key, author, name, address, shown, at, me=me, is_action=is_action)


class Conversation:
    """What is said in one place, in order of time.

    Attributes:
        changed: emits when anything below differs.
        address: bare address of the group chat or contact.
        unread: messages of others since `mark_read`.
        first_unread: key of the first of them; it stays after reading, until `forget_mark`.
        cut_at: when the connection was lost last: what a room's history has since then is news.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.changed: Event[None] = Event()
        self.unread = 0
        self.first_unread = ""
        self.cut_at = math.inf
        self._messages: list[ChatMessage] = []
        self._keys: set[str] = set()
        self._aliases: dict[str, str] = {}
        """Further ids of a message -> its key: what comes twice is known by any of them."""
        self._writing: OrderedDict[str, str] = OrderedDict()

    @property
    def messages(self) -> Sequence[ChatMessage]:
        """The oldest first."""
        return tuple(self._messages)

    @property
    def writing(self) -> tuple[str, ...]:
        """Names of those who write now."""
        return tuple(self._writing.values())

    def get(self, key: str) -> ChatMessage | None:
        """The message with this key."""
        return next((one for one in reversed(self._messages) if one.key == key), None)

    def knows(self, *ids: str) -> str:
        """The key of the message with one of these ids; '' if there is none."""
        for one in filter(None, ids):
            if one in self._keys:
                return one
            if one in self._aliases:
                return self._aliases[one]
        return ""

    def take(self, message: ChatMessage, *aliases: str, counts: bool = True) -> bool:
        """Put a message where its time says.

        Args:
            message: what was said.
            aliases: its other ids.
            counts: it is news: counted until read, unless it is mine.

        Returns:
            False if it was there already.
        """
        if not message.text or self.knows(message.key, *aliases):
            return False
        place = bisect.bisect_right(self._messages, message.at, key=lambda one: one.at)
        self._messages.insert(place, message)
        self._keys.add(message.key)
        self._aliases.update((alias, message.key) for alias in aliases if alias)
        self._writing.pop(message.author, None)
        if counts and not message.me:
            self.unread += 1
            self.first_unread = self.first_unread if self.unread > 1 else message.key
        self._drop_oldest()
        self.changed.emit(None)
        return True

    def _drop_oldest(self) -> None:
        for old in self._messages[: max(0, len(self._messages) - MAX_MESSAGES)]:
            self._keys.discard(old.key)
            self._aliases = {a: key for a, key in self._aliases.items() if key != old.key}
        del self._messages[: max(0, len(self._messages) - MAX_MESSAGES)]

    def correct(self, key: str, author: str, text: str) -> bool:
        """The author says a message anew (XEP-0308); False if it is nobody's, or another's."""
        known = self.get(self.knows(key))
        shown = clean(text.removeprefix(_ME))
        if known is None or known.author != author or not shown:
            return False
        is_action = text.startswith(_ME)
        self._put(replace(known, text=shown, is_action=is_action, is_corrected=True))
        return True

    def deliver(self, key: str, delivery: Delivery) -> None:
        """A message of mine has come so far; it never goes back but to fail.

        What has failed stays so: the server takes even what it then returns.
        """
        known = self.get(self.knows(key))
        if known is None or not known.me or known.delivery is delivery:
            return
        is_over = known.delivery in {Delivery.RECEIVED, Delivery.FAILED}
        if is_over and delivery is Delivery.SENT:
            return
        self._put(replace(known, delivery=delivery))

    def remove(self, key: str) -> None:
        """Take a message that was not sent off the list."""
        known = self.get(key)
        if known is not None:
            self._messages.remove(known)
            self._keys.discard(key)
            self.changed.emit(None)

    def also_known_as(self, key: str, alias: str) -> None:
        """A further id of a message."""
        if alias and key in self._keys:
            self._aliases[alias] = key

    def _put(self, message: ChatMessage) -> None:
        keys = [one.key for one in self._messages]
        self._messages[keys.index(message.key)] = message
        self.changed.emit(None)

    def set_writing(self, author: str, name: str, *, writes: bool) -> None:
        """Somebody begins or stops to write."""
        before = self.writing
        if not writes:
            self._writing.pop(author, None)
        elif author in self._writing or len(self._writing) < MAX_WRITING:
            self._writing[author] = clean_name(name)
        if before != self.writing:
            self.changed.emit(None)

    def nobody_writes(self) -> None:
        """Nothing is known of anybody any more."""
        if self._writing:
            self._writing.clear()
            self.changed.emit(None)

    def mark_read(self) -> None:
        """The person has seen everything."""
        if self.unread:
            self.unread = 0
            self.changed.emit(None)

    def forget_mark(self) -> None:
        """The person has turned away: there is no first unread message any more."""
        if self.first_unread and not self.unread:
            self.first_unread = ""
            self.changed.emit(None)


class Conversations:
    """The conversations of one account, by bare address."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Conversation] = OrderedDict()

    def at(self, address: str) -> Conversation:
        """The one at a bare address; made if there is none."""
        held = self._held.get(address)
        if held is None:
            held = self._held[address] = Conversation(address)
            while len(self._held) > MAX_CONVERSATIONS:
                self._held.popitem(last=False)
        self._held.move_to_end(address)
        return held

    def __iter__(self) -> Iterator[Conversation]:
        return iter(tuple(self._held.values()))


class ChatService(Protocol):
    """What windows may ask of the chat; implemented in `transport`."""

    changed: Event[str]
    """Something in the conversation at this address differs now."""

    def conversation(self, address: str) -> Conversation:
        """What is said at a bare address."""

    def can_write(self, address: str) -> bool:
        """Whether something said there now would go out, at once or when the connection is back."""

    def send(self, address: str, text: str) -> None:
        """Say something there."""

    def correct(self, address: str, key: str, text: str) -> None:
        """Say a message of mine anew."""

    def send_again(self, address: str, key: str) -> None:
        """Try once more with a message that was not sent."""

    def write(self, address: str, *, writes: bool) -> None:
        """I begin or stop to write there; told to the others modestly."""
