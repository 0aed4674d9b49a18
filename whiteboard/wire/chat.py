"""What a chat message says, beside and apart from boards: body, state, receipt, correction.

XEP-0085 (chat states), XEP-0184 (receipts), XEP-0203 (delay), XEP-0308 (corrections), XEP-0359
(ids that a room gives). Nothing here raises: what does not fit its form counts as absent. HTML
(XEP-0071) is never read.
"""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from whiteboard.wire import ns

MAX_BODY = 10_000
"""Characters of a body; the rest is cut."""
MAX_ID = 256

_XML_LANG = f"{{{ns.XML}}}lang"


class Typing(enum.Enum):
    """What somebody does in a conversation (XEP-0085); the names are the elements'."""

    ACTIVE = "active"
    COMPOSING = "composing"
    PAUSED = "paused"
    INACTIVE = "inactive"
    GONE = "gone"


CHAT_TAGS = frozenset(
    {
        f"{{{ns.CLIENT}}}body",
        f"{{{ns.RECEIPTS}}}received",
        *(f"{{{ns.CHAT_STATES}}}{one.value}" for one in Typing),
    }
)
"""A message without any of these children is none of the chat's business."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one `<message/>` means to a chat."""

    id: str = ""
    origin: str = ""
    """The sender's own id, where a room may have changed `id`."""
    archived: str = ""
    """The id that the room or server gave it."""
    body: str = ""
    was_cut: bool = False
    """The body was longer than `MAX_BODY`."""
    replaces: str = ""
    """Id of the message that this one corrects."""
    sent_at: float | None = None
    """When it was sent, Unix seconds, if it was held back on the way."""
    held_by: str = ""
    """Address of whoever held it back."""
    typing: Typing | None = None
    wants_receipt: bool = False
    received: str = ""
    """Id of a message of ours that has arrived there."""


def read_chat(message: Element) -> Said | None:
    """What `message` says; None if it is none of the chat's business."""
    body, was_cut = _body(message)
    typing = next((one for one in Typing if _has(message, ns.CHAT_STATES, one.value)), None)
    received = message.find(f"{{{ns.RECEIPTS}}}received")
    if not body and typing is None and received is None:
        return None
    sent_at, held_by = _delay(message)
    return Said(
        id=_id(message),
        origin=_id(message.find(f"{{{ns.IDS}}}origin-id")),
        archived=_id(message.find(f"{{{ns.IDS}}}stanza-id")),
        body=body,
        was_cut=was_cut,
        replaces=_id(message.find(f"{{{ns.CORRECTION}}}replace")) if body else "",
        sent_at=sent_at,
        held_by=held_by,
        typing=typing,
        wants_receipt=bool(body) and _has(message, ns.RECEIPTS, "request"),
        received=_id(received),
    )


def write_body(message: Element, body: str, *, replaces: str = "", in_room: bool) -> None:
    """Add what says `body`; one-to-one a receipt is asked for."""
    SubElement(message, f"{{{ns.CLIENT}}}body").text = body
    SubElement(message, f"{{{ns.CHAT_STATES}}}active")
    if replaces:
        SubElement(message, f"{{{ns.CORRECTION}}}replace", {"id": replaces})
    if not in_room:
        SubElement(message, f"{{{ns.RECEIPTS}}}request")


def write_typing(message: Element, typing: Typing) -> None:
    """Add what says that I am writing, or am not any more; nobody keeps it."""
    SubElement(message, f"{{{ns.CHAT_STATES}}}{typing.value}")
    SubElement(message, f"{{{ns.HINTS}}}no-store")


def write_received(message: Element, received: str) -> None:
    """Add what says that a message has arrived."""
    SubElement(message, f"{{{ns.RECEIPTS}}}received", {"id": received})
    SubElement(message, f"{{{ns.HINTS}}}store")


def _body(message: Element) -> tuple[str, bool]:
    """The body without a language of its own, else the first."""
    found = message.findall(f"{{{ns.CLIENT}}}body")
    found.sort(key=lambda body: _XML_LANG in body.attrib)
    text = (found[0].text or "") if found else ""
    return text[:MAX_BODY], len(text) > MAX_BODY


def _has(message: Element, namespace: str, name: str) -> bool:
    return message.find(f"{{{namespace}}}{name}") is not None


def _id(element: Element | None) -> str:
    found = element.get("id", "") if element is not None else ""
    return found if len(found) <= MAX_ID else ""


def _delay(message: Element) -> tuple[float | None, str]:
    delay = message.find(f"{{{ns.DELAY}}}delay")
    if delay is None:
        return None, ""
    try:
        stamp = datetime.datetime.fromisoformat(delay.get("stamp", "")[:40])
        if stamp.tzinfo is None:
            stamp = stamp.replace(tzinfo=datetime.UTC)
        return stamp.timestamp(), delay.get("from", "")
    except (ValueError, OverflowError):
        return None, ""
