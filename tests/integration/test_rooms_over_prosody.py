"""Group chats on a real server: entering, being refused, being thrown out."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until, until_same
from tests.helpers.rooms import configure, destroy, set_affiliation, set_role
from whiteboard.app.local_server import LocalServer
from whiteboard.im.account import ProblemKind
from whiteboard.im.people import RoomState
from whiteboard.session.boards import BoardState

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


async def refused(one, room, kind, **options):
    one.people.join_room(room, **options)
    await one.until(lambda: one.room(room).state is RoomState.FAILED)
    assert one.room(room).problem.kind is kind


async def test_a_created_room_has_its_name_and_is_open_to_others_at_once(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    assert ana.people.suggested_room_service() == "conference.localhost"
    room = room_address()
    ana.people.create_room(room, name="Team α")
    await ana.until(lambda: ana.room(room).state is RoomState.IN)
    await ben.enter(room)
    await ben.until(lambda: ben.room(room).name == "Team α")
    await ana.until(
        lambda: [o.nick for o in ana.room(room).occupants if o.can_draw] == [ana.name, ben.name]
    )
    assert [o.me for o in ana.room(room).occupants] == [True, False]
    assert ana.room(room).occupants[0].role == "moderator"


async def test_a_members_only_room_refuses_and_lets_members_in(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    ana.people.create_room(room, members_only=True)
    await ana.until(lambda: ana.room(room).state is RoomState.IN)
    await refused(ben, room, ProblemKind.MEMBERS_ONLY)
    await set_affiliation(ana, room, ben.address, "member")
    await ben.enter(room)


async def test_a_banned_person_is_thrown_out_and_kept_out(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await ben.enter(room)
    first = await ben.share(room)
    await set_affiliation(ana, room, ben.address, "outcast")
    await ben.until(lambda: ben.room(room).state is RoomState.FAILED)
    assert ben.room(room).problem.kind is ProblemKind.BANNED
    assert first.state is BoardState.ENDED
    assert first.problem
    draw(first, d="M0 0")
    await refused(ben, room, ProblemKind.BANNED)


async def test_a_kicked_person_can_come_back_and_the_board_goes_on(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await set_role(ana, room, ben.name, "none")
    await ben.until(lambda: ben.room(room).state is RoomState.FAILED)
    assert ben.room(room).problem.kind is ProblemKind.NOT_ALLOWED
    draw(second, d="M7 7")
    draw(first, d="M8 8")
    await ben.enter(room)
    await ben.until_live(second)
    await until_same(first, second)
    assert len(first.document.children(first.document.root)) == 2


async def test_72_who_may_not_speak_is_told_and_keeps_what_was_not_taken(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await set_role(ana, room, ben.name, "visitor")
    await ben.until(lambda: ben.room(room).occupants[1].role == "visitor")
    draw(second, id="unheard")
    await ben.until(lambda: second.problem)
    draw(first, id="heard")
    await until(second.document.on_commit, lambda: "heard" in drawn(second))
    assert drawn(first) == drawn(second) == ["heard"]
    (left,) = second.left_over
    await set_role(ana, room, ben.name, "participant")
    await ben.until(lambda: ben.room(room).occupants[1].role == "participant")
    assert second.keep_mine(left)
    assert not second.left_over
    draw(second, id="more")
    await until(first.document.on_commit, lambda: len(drawn(first)) == 3)
    assert sorted(drawn(first)) == sorted(drawn(second)) == ["heard", "more", "unheard"]
    await until_same(first, second)


async def test_a_room_with_a_password_asks_for_it(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await configure(ana, room, passwordprotectedroom="1", roomsecret="open sesame")
    await refused(ben, room, ProblemKind.PASSWORD_NEEDED)
    await refused(ben, room, ProblemKind.PASSWORD_NEEDED, password="wrong")
    await ben.enter(room, password="open sesame")


async def test_a_nick_that_is_taken_is_named_and_another_one_enters(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room, nick="Artist")
    await refused(ben, room, ProblemKind.NICK_TAKEN, nick="Artist")
    await ben.enter(room, nick="Artist 2")


async def test_a_destroyed_room_is_gone_and_its_board_stays_here(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await ben.enter(room)
    board = await ben.share(room)
    await destroy(ana, room)
    await ben.until(lambda: ben.room(room).state is RoomState.FAILED)
    assert ben.room(room).problem.kind is ProblemKind.NO_SUCH_ROOM
    assert board.state is BoardState.OFFLINE


async def test_a_room_on_a_server_that_cannot_be_reached_is_refused(party, server):
    ana = await party("ana")
    # This Prosody talks to no other server; this ejabberd looks for it.
    talks_to_none = isinstance(server, LocalServer)
    kind = ProblemKind.NOT_ALLOWED if talks_to_none else ProblemKind.NO_SUCH_ROOM
    await refused(ana, "x@rooms.localhost", kind)


async def test_an_address_that_is_no_room_is_refused_here(party):
    ana = await party("ana")
    for address in ("", "no room", "localhost", "a@b/c"):
        ana.people.join_room(address)
        assert ana.room(address).state is RoomState.FAILED


async def test_a_room_whose_answer_never_comes_fails_by_itself(party, monkeypatch):
    from whiteboard.transport import muc

    monkeypatch.setattr(muc, "_JOIN_SECONDS", 0.05)
    ana = await party("ana")
    rooms = ana.people.connection.rooms
    monkeypatch.setattr(rooms, "_send_presence", lambda *_, **__: None)
    await refused(ana, room_address(), ProblemKind.UNREACHABLE)
