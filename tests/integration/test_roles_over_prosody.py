"""Who may draw, on a real server: voice asked for, granted and taken, kicks and bans."""

from __future__ import annotations

import asyncio

import pytest

from tests.helpers.prosody import needs_prosody, room_address
from tests.integration.test_rooms_over_prosody import configure

pytestmark = [pytest.mark.prosody, needs_prosody]


async def in_room(party, *names):
    """An owner and others in one room."""
    people = [await party(name) for name in names]
    room = room_address()
    for one in people:
        await one.enter(room)
    return room, *people


def occupant(one, room, other):
    return next((o for o in one.room(room).occupants if o.nick == other.name), None)


def refused(condition):
    raise AssertionError(condition)


async def test_a_visitor_asks_for_a_voice_and_a_moderator_gives_it(party):
    room, ana, ben = await in_room(party, "ana", "ben")
    moderating = ana.people.connection.moderating
    moderating.set_role(room, ben.name, "visitor", refused)
    await ben.until(lambda: occupant(ben, room, ben).role == "visitor")
    ben.people.connection.moderating.request_voice(room, refused)
    await ana.until(lambda: [r.nick for r in ana.room(room).requests] == [ben.name])
    moderating.give_voice(room, ben.name, refused)
    await ben.until(lambda: occupant(ben, room, ben).role == "participant")
    assert not ana.room(room).requests


async def test_a_request_goes_with_who_made_it_and_when_another_moderator_has_answered(party):
    room, ana, ben, eva = await in_room(party, "ana", "ben", "eva")
    moderating = ana.people.connection.moderating
    moderating.set_role(room, eva.name, "moderator", refused)
    await eva.until(lambda: occupant(eva, room, eva).role == "moderator")
    for answered in (True, False):
        moderating.set_role(room, ben.name, "visitor", refused)
        await ben.until(lambda: occupant(ben, room, ben).role == "visitor")
        ben.people.connection.moderating.request_voice(room, refused)
        for one in (ana, eva):
            await one.until(lambda one=one: one.room(room).requests)
        if answered:
            eva.people.connection.moderating.give_voice(room, ben.name, refused)
        else:
            ben.people.leave_room(room)
        await ana.until(lambda: not ana.room(room).requests)
    assert not eva.room(room).requests


async def test_who_is_no_moderator_is_refused_with_the_condition(party):
    room, _, ben, eva = await in_room(party, "ana", "ben", "eva")
    answer = asyncio.get_running_loop().create_future()
    ben.people.connection.moderating.set_role(room, eva.name, "visitor", answer.set_result)
    assert await asyncio.wait_for(answer, 10) in ("forbidden", "not-allowed")
    assert occupant(eva, room, eva).role == "participant"


async def test_members_only_and_moderated_rooms_make_newcomers_visitors(party):
    room, ana, ben = await in_room(party, "ana", "ben")
    await configure(ana, room, moderatedroom="1")
    ben.people.leave_room(room)
    await ben.enter(room)
    assert occupant(ben, room, ben).role == "visitor"
