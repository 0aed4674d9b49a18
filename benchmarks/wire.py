"""Bytes on the wire of what a person draws: complete `<message/>` stanzas, as they leave.

A hand drives the real tools; what they commit and tell goes through the real session, link, codec
and serialiser.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from types import SimpleNamespace

from benchmarks.figure import Figure
from benchmarks.scenes import STROKE_POINTS, STROKE_SECONDS, stroke_points
from tests.helpers.tool_driver import ToolDriver
from whiteboard.model.ephemeral import Ephemeral, InkPreview, PreviewEnd
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.ports import InRoom, Send, ToSession
from whiteboard.session.presence import Presence
from whiteboard.transport.links import Bounces, StanzaLink
from whiteboard.transport.outbox import Outbox
from whiteboard.util.clock import MonotonicClock
from whiteboard.wire import ns
from whiteboard.wire.messages import EditMessage, EphemeralMessage, Message
from whiteboard.wire.xml import to_xml

ROOM = "atelier@conference.example.org"
STROKE_BYTES = 1_487
"""SYNC section 8.1: one stanza, relative, 0.1 px, simplified."""
RECTANGLE_BYTES = 450
PREVIEW_BYTES = 11_732
"""SYNC section 8.1: 100 ms frames, appended to what was sent before."""


def stanza_sizes(messages: Sequence[Message]) -> list[int]:
    """Bytes of each stanza a room gets for these messages."""
    out: list[int] = []

    def send(element: ET.Element) -> None:
        out.append(len(to_xml(element, ns.CLIENT, (ns.CLIENT,)).encode()))

    for message in messages:
        # A box of its own for each: pacing is not what is measured here.
        box = Outbox(send, lambda: None, MonotonicClock(), lambda _s, _c: None)  # type: ignore[arg-type, return-value]
        box.connected()
        account = SimpleNamespace(outbox=box)
        link = StanzaLink(
            account,  # type: ignore[arg-type]
            SimpleNamespace(),  # type: ignore[arg-type]
            Bounces(),
            InRoom(ROOM),
            sent=lambda _receipt: None,
            bounced=lambda _to, _message, _condition: None,
        )
        link.send(Send(ToSession(), message, store=isinstance(message, EditMessage)))
    assert len(out) == len(messages)
    return out


def batches_of(driver: ToolDriver) -> list[Batch]:
    return [batch for commit in driver.commits for batch in commit.batches]


def rectangle() -> list[Message]:
    driver = ToolDriver("rectangle").drag(120, 80, 360.4, 220.7)
    return [EditMessage(batch) for batch in batches_of(driver)]


def stroke() -> list[Message]:
    driver = ToolDriver("pen")
    first, *rest = stroke_points()
    driver.down(*first)
    for point in rest:
        driver.move(*point)
    driver.up()
    return [EditMessage(batch) for batch in batches_of(driver)]


def preview() -> list[Message]:
    """What others get while the same stroke is drawn, from the first point to its end."""
    presence = Presence()
    told: list[tuple[Ephemeral, ...]] = []

    def tick(now: float) -> None:
        while (wait := presence.delay(now)) is not None and wait <= 0:
            told.append(presence.take(now))

    step = STROKE_SECONDS / STROKE_POINTS
    for i, point in enumerate(stroke_points()):
        presence.tell(InkPreview("1", i, (point,), "#1e1e1e", 3.0))
        tick(i * step)
    presence.tell(PreviewEnd("1"))
    tick(STROKE_SECONDS + 1.0)
    return [EphemeralMessage(SessionId("s3ss10n5"), items) for items in told if items]


def figures() -> list[Figure]:
    strokes, rectangles, previews = (stanza_sizes(m()) for m in (stroke, rectangle, preview))
    return [
        Figure("stroke of 200 points, committed", sum(strokes), "bytes", STROKE_BYTES, False),
        Figure("rectangle, committed", sum(rectangles), "bytes", RECTANGLE_BYTES, False),
        Figure("stroke of 200 points, live at 10 Hz", sum(previews), "bytes", PREVIEW_BYTES, False),
        Figure("stanzas of that", len(previews), "stanzas", 34, False),
    ]
