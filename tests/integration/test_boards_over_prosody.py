"""Boards over a real server: in rooms, one-to-one, late joiners, refusals."""

from __future__ import annotations

import pytest

from tests.helpers.prosody import needs_prosody, unique, until_same
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement

pytestmark = [pytest.mark.prosody, needs_prosody]

SVG = "http://www.w3.org/2000/svg"
HARD = "a\nb\tc d\"<&'😀 שלום مرحبا \u202eabc\u202c e\u0301 \U0001f469\u200d\U0001f4bb"


def draw(board, name="path", **attributes):
    """Add one element as a tool would."""
    document = board.document
    element = LiteralElement(SVG, name, tuple(("", k, v) for k, v in sorted(attributes.items())))
    with document.transact(Origin.LOCAL, "Draw") as transaction:
        return transaction.add(document.root, element)


def write(board, text):
    document = board.document
    element = LiteralElement(SVG, "text", (("", "aria-label", text),), (text,))
    with document.transact(Origin.LOCAL, "Write") as transaction:
        return transaction.add(document.root, element)


def room_address():
    return f"{unique('room')}@conference.localhost"


async def test_two_draw_in_a_room_a_third_joins_late_and_all_hold_the_same(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    draw(first, d="M0 0L10 10")
    await ben.enter(room)
    second = await ben.join(room, first.session)
    assert second.name == "Plan"
    draw(second, "rect", width="3", height="4")
    draw(first, "circle", r="5")
    await until_same(first, second)

    await cleo.enter(room)
    third = await cleo.join(room, first.session)
    draw(third, "ellipse", rx="1", ry="2")
    await until_same(first, second, third)

    assert len(list(first.document.children(first.document.root))) == 4
    await ana.until(lambda: len(first.participants) == 3)
    assert {person.name for person in first.participants} == {ana.name, ben.name, cleo.name}
    await ana.until(lambda: first.waiting_changes == 0)


async def test_text_arrives_code_point_for_code_point_through_a_room(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    rid = write(first, HARD)
    await until_same(first, second)
    assert second.document.attribute(rid, "aria-label") == HARD
    assert [second.document.text(child) for child in second.document.children(rid)] == [HARD]
