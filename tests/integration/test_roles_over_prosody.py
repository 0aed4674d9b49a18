"""Who may draw, on a real server: voice asked for, granted and taken, kicks and bans."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until, until_same
from tests.integration.test_rooms_over_prosody import configure
from whiteboard.app.local_server import LocalServer
from whiteboard.model.changes import Origin
from whiteboard.model.ephemeral import Cursor
from whiteboard.model.rights import NotPermittedError, Role
from whiteboard.session.boards import BoardState
from whiteboard.session.permissions import WHOLE, Deed, Hindrance, Why
from whiteboard.transport.muc import Happening, RoomEvent, Rooms
from whiteboard.transport.room_powers import _NOT_YET
from whiteboard.wire.messages import Dialect, EphemeralMessage, Mode

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


async def in_room(party, *names):
    """An owner and others in one room."""
    people = [await party(name) for name in names]
    room = room_address()
    for one in people:
        await one.enter(room)
    return room, *people


def only_on_prosody(one, why):
    if not isinstance(one.server, LocalServer):
        pytest.skip(f"ejabberd: {why}")


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
    only_on_prosody(ana, "one request in half an hour")
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
        await eva.until(lambda: not eva.room(room).requests)


async def test_a_second_request_at_once_is_refused_by_a_name_on_ejabberd(party):
    room, ana, ben = await in_room(party, "ana", "ben")
    if isinstance(ana.server, LocalServer):
        pytest.skip("Prosody passes on every request")
    ana.people.connection.moderating.set_role(room, ben.name, "visitor", refused)
    await ben.until(lambda: occupant(ben, room, ben).role == "visitor")
    answer = asyncio.get_running_loop().create_future()
    moderating = ben.people.connection.moderating
    moderating.request_voice(room, refused)
    await ana.until(lambda: ana.room(room).requests)
    moderating.request_voice(room, answer.set_result)
    assert await asyncio.wait_for(answer, 10) in _NOT_YET


async def test_who_is_no_moderator_is_refused_with_the_condition(party):
    room, _, ben, eva = await in_room(party, "ana", "ben", "eva")
    answer = asyncio.get_running_loop().create_future()
    ben.people.connection.moderating.set_role(room, eva.name, "visitor", answer.set_result)
    assert await asyncio.wait_for(answer, 10) in ("forbidden", "not-allowed")
    assert occupant(eva, room, eva).role == "participant"


async def test_members_only_and_moderated_rooms_make_newcomers_visitors(party):
    room, ana, ben = await in_room(party, "ana", "ben")
    only_on_prosody(ana, "newcomers may speak by default")
    await configure(ana, room, moderatedroom="1")
    ben.people.leave_room(room)
    await ben.enter(room)
    assert occupant(ben, room, ben).role == "visitor"


# --- on a board


def me(one, board):
    return next(p.id for p in board.participants if p.me)


def id_of(board, other):
    return next(p.id for p in board.participants if p.name == other.name)


async def on_board(party, *names):
    """One board in one room: the first opens both."""
    room, *people = await in_room(party, *names)
    boards = [await people[0].share(room)]
    for one in people[1:]:
        boards.append(await one.join(room, boards[0].session))
    await people[0].until(lambda: len(boards[0].participants) == len(people))
    return room, people, boards


async def until_role(one, board, person, role):
    await one.until(lambda: board.permissions.role_of(id_of(board, person)) is role)


async def test_a_viewer_asks_for_the_pen_gets_it_and_draws(party):
    _room, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    ben_id = id_of(first, ben)
    assert first.permissions.mine is Role.HOST
    assert second.permissions.mine is Role.EDITOR
    assert Deed.TAKE_PEN in first.permissions.deeds(ben_id)
    assert not second.permissions.deeds(id_of(second, ana))
    first.permissions.do(Deed.TAKE_PEN, ben_id)
    await ben.until(lambda: second.permissions.mine is Role.VIEWER)
    await until_role(ana, first, ben, Role.VIEWER)
    assert second.permissions.hindrance() == Hindrance(Why.WATCHING)
    assert second.permissions.may_ask
    second.permissions.ask()
    assert second.permissions.has_asked
    await ana.until(lambda: first.permissions.requests)
    (request,) = first.permissions.requests
    assert request.name == ben.name
    first.permissions.answer(request.id, give=True)
    await ben.until(lambda: second.permissions.mine is Role.EDITOR)
    assert not first.permissions.requests
    assert second.permissions.hindrance() is None
    draw(second, id="again")
    await until(first.document.on_commit, lambda: drawn(first) == ["again"])


async def test_a_newcomer_to_a_moderated_room_watches_and_joins_all_the_same(party):
    room, (ana,), (first,) = await on_board(party, "ana")
    ben = await party("ben")
    only_on_prosody(ana, "newcomers may speak by default")
    draw(first, id="before")
    await configure(ana, room, moderatedroom="1")
    await ben.enter(room)
    second = await ben.join(room, first.session)
    assert second.permissions.mine is Role.VIEWER
    await until(second.document.on_commit, lambda: drawn(second) == ["before"])
    draw(first, id="live")
    await until(second.document.on_commit, lambda: drawn(second) == ["before", "live"])
    await ana.until(lambda: len(first.participants) == 2)
    first.permissions.do(Deed.GIVE_PEN, id_of(first, ben))
    await ben.until(lambda: second.permissions.mine is Role.EDITOR)
    draw(second, id="mine")
    await until_same(first, second)
    assert drawn(first) == ["before", "live", "mine"]


async def test_the_rooms_moderators_and_owners_are_the_boards_as_the_room_changes_them(party):
    room, (ana, ben, eva), (first, second, third) = await on_board(party, "ana", "ben", "eva")
    moderating = ana.people.connection.moderating
    moderating.set_role(room, ben.name, "moderator", refused)
    for one, board in ((ana, first), (ben, second), (eva, third)):
        await until_role(one, board, ben, Role.MODERATOR)
    draw(second, id="as-moderator")
    moderating.set_role(room, ben.name, "participant", refused)
    await until_role(eva, third, ben, Role.EDITOR)
    assert third.document.role_of(id_of(third, ben)) is Role.EDITOR
    await until_same(first, second, third)
    assert drawn(third) == ["as-moderator"], "what came before the demotion stays"
    moderating.set_affiliation(room, eva.address, "owner", refused)
    await until_role(ben, second, eva, Role.HOST)
    await until_role(eva, third, eva, Role.HOST)


async def test_a_moderator_of_the_room_who_joins_later_is_one_on_the_board(party):
    room, (ana,), (first,) = await on_board(party, "ana")
    ben = await party("ben")
    await ben.enter(room)
    ana.people.connection.moderating.set_role(room, ben.name, "moderator", refused)
    await ben.until(lambda: occupant(ben, room, ben).role == "moderator")
    second = await ben.join(room, first.session)
    await until_role(ben, second, ben, Role.MODERATOR)
    await until_role(ana, first, ben, Role.MODERATOR)


async def test_the_host_hands_over_and_is_given_it_back(party):
    _, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    ben_id = id_of(first, ben)
    assert first.permissions.may_resign
    first.permissions.do(Deed.HAND_OVER, ben_id)
    await ben.until(lambda: second.permissions.mine is Role.HOST)
    assert first.permissions.mine is Role.EDITOR
    assert not first.permissions.may_resign
    ana_id = id_of(second, ana)
    assert Deed.MAKE_HOST in second.permissions.deeds(ana_id)
    second.permissions.do(Deed.HAND_OVER, ana_id)
    await ana.until(lambda: first.permissions.mine is Role.HOST)
    await until_role(ben, second, ben, Role.EDITOR)


async def test_a_board_of_a_room_without_a_host_goes_on_as_another_by_whoever_wants(party):
    room, (_, ben), (first, second) = await on_board(party, "ana", "ben")
    draw(second, id="old")  # so the first board is no young one that gives way to another
    await until_same(first, second)
    assert not second.permissions.may_go_on_anew
    ben.boards.go_on_anew(second)
    assert second.session == first.session, "only where there is no host"
    first.permissions.resign()
    await ben.until(lambda: second.permissions.may_go_on_anew)
    ben.boards.go_on_anew(second)
    await ben.until(lambda: any(b.session == second.session for b in ben.room(room).boards))
    assert second.session != first.session
    assert second.permissions.mine is Role.HOST
    assert second.actor.description.continues == first.session
    eva = await party("eva")
    await eva.enter(room)
    third = await eva.join(room, second.session)
    await until_same(second, third)
    assert drawn(third) == ["old"]


async def test_who_is_banned_may_only_watch_on_every_board_and_is_out(party):
    _room, (ana, ben, eva), (first, second, third) = await on_board(party, "ana", "ben", "eva")
    ben_id = id_of(first, ben)
    assert Deed.BAN in first.permissions.deeds(ben_id)
    first.permissions.do(Deed.BAN, ben_id)
    await ben.until(lambda: second.state is BoardState.ENDED)
    assert second.remover == ana.name
    await until_role(eva, third, ben, Role.VIEWER)
    draw(first, id="without")
    draw(second, id="alone")
    await until(third.document.on_commit, lambda: drawn(third) == ["without"])
    assert drawn(second) == ["alone"], "the copy can be drawn on"


async def test_a_ban_by_another_client_is_put_on_record_by_a_host(party):
    room, (ana, ben, eva), (first, second, third) = await on_board(party, "ana", "ben", "eva")
    ben_id = id_of(first, ben)
    ana.people.connection.moderating.set_affiliation(room, ben.address, "outcast", refused)
    await ben.until(lambda: second.state is BoardState.ENDED)
    await eva.until(lambda: third.document.role_of(ben_id) is Role.VIEWER)


async def test_a_ban_that_the_server_does_not_keep_still_ends_the_drawing(party):
    """INFRA trap 1: the banned one is back as a participant with affiliation outcast."""
    room, (ana, ben, eva), (first, second, third) = await on_board(party, "ana", "ben", "eva")
    ben_id, peer = id_of(first, ben), ben.people.connection.rooms.me(room)
    row = replace(occupant(ana, room, ben), affiliation="outcast")
    ana.people.connection.rooms.happened.emit(RoomEvent(room, Happening.ROLE, peer, occupant=row))
    await eva.until(lambda: third.document.role_of(ben_id) is Role.VIEWER)
    assert first.permissions.role_of(ben_id) is Role.VIEWER
    await ben.until(lambda: second.permissions.mine is Role.VIEWER)


async def test_a_removed_person_is_told_by_whom_and_comes_back(party):
    room, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    first.permissions.do(Deed.REMOVE, id_of(first, ben))
    await ben.until(lambda: second.remover is not None)
    assert second.remover == ana.name
    assert second.state is BoardState.OFFLINE
    await ana.until(lambda: next(p for p in first.participants if not p.me).away)
    await ben.enter(room)
    await ben.until_live(second)
    assert second.remover is None


# --- what is finished


async def test_a_finished_part_is_refused_to_an_editor_and_open_to_a_moderator(party):
    _room, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    draw(first, id="done")
    draw(first, id="open")
    await until_same(first, second)
    done, other = first.document.children(first.document.root)
    first.permissions.finish([done])
    await ben.until(lambda: second.permissions.finished_at(done))
    found = second.permissions.finished_at(done)
    assert found.by == ana.name
    assert found.when is not None
    assert second.permissions.hindrance(done) == Hindrance(Why.FINISHED, found)
    assert second.permissions.hindrance(other) is None
    assert first.permissions.hindrance(done) is None
    assert not second.permissions.may_finish
    with pytest.raises(NotPermittedError), second.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(done, "stroke", "red")
    with first.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(done, "stroke", "blue")
    await until_same(first, second)
    first.permissions.reopen([done])
    await ben.until(lambda: second.permissions.finished_at(done) is None)
    with second.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(done, "stroke", "red")
    await until(first.document.on_commit, lambda: first.document.attribute(done, "stroke") == "red")


async def test_a_finished_board_is_finished_for_who_joins_later_too(party):
    room, (_ana,), (first,) = await on_board(party, "ana")
    draw(first, id="all")
    first.permissions.finish()
    ben = await party("ben")
    await ben.enter(room)
    second = await ben.join(room, first.session)
    (whole,) = second.permissions.finished
    assert whole.rid == WHOLE
    assert second.permissions.hindrance().why is Why.FINISHED
    first.permissions.reopen()
    await ben.until(lambda: second.permissions.hindrance() is None)


async def test_two_boards_of_one_room_have_roles_of_their_own(party):
    room, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    other_second = await ben.share(room, "Other")
    other_first = await ana.join(room, other_second.session)
    assert [b.permissions.mine for b in (first, other_second)] == [Role.HOST, Role.HOST]
    assert second.permissions.mine is Role.EDITOR
    await until_role(ana, other_first, ana, Role.HOST)  # the room's owner
    first.permissions.do(Deed.MAKE_MODERATOR, id_of(first, ben))
    await ben.until(lambda: second.permissions.mine is Role.MODERATOR)
    first.permissions.finish()
    await ben.until(lambda: second.permissions.finished)
    assert not other_second.permissions.finished


# --- one-to-one


async def invite_to(party, *, may_draw):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    await ana.befriend(ben)
    first = ana.boards.new_board("Plan")
    ana.boards.invite(first, ben.address, may_draw=may_draw)
    await ben.until(lambda: ben.boards.invitations)
    (invitation,) = ben.boards.invitations
    second = ben.boards.accept(invitation.id)
    await ben.until_live(second)
    await ana.until(lambda: len(first.participants) == 2)
    return ana, ben, first, second, invitation


async def test_who_is_invited_to_watch_watches_asks_by_raising_a_hand_and_draws(party):
    ana, ben, first, second, invitation = await invite_to(party, may_draw=False)
    assert not invitation.may_draw
    assert second.permissions.mine is Role.VIEWER
    draw(first, id="shown")
    await until(second.document.on_commit, lambda: drawn(second) == ["shown"])
    with pytest.raises(NotPermittedError):
        draw(second, id="mine")
    assert second.permissions.may_ask
    second.permissions.ask()
    await ana.until(lambda: first.permissions.requests)
    (request,) = first.permissions.requests
    assert request.address == ben.address
    first.permissions.answer(request.id, give=False)
    assert not first.permissions.requests
    first.permissions.do(Deed.GIVE_PEN, ben.address)
    await ben.until(lambda: second.permissions.mine is Role.EDITOR)
    draw(second, id="mine")
    await until(first.document.on_commit, lambda: "mine" in drawn(first))


async def test_who_is_invited_to_draw_draws_until_the_initiator_takes_the_pen(party):
    _, ben, first, second, invitation = await invite_to(party, may_draw=True)
    assert invitation.may_draw
    assert first.permissions.mine is Role.HOST
    assert second.permissions.mine is Role.EDITOR
    draw(second, id="mine")
    await until_same(first, second)
    assert first.permissions.deeds(ben.address)[0] is Deed.TAKE_PEN
    first.permissions.do(Deed.TAKE_PEN, ben.address)
    await ben.until(lambda: second.permissions.mine is Role.VIEWER)
    assert drawn(second) == ["mine"], "what the host had seen stays"


async def test_one_to_one_a_board_without_a_host_goes_on_by_inviting_to_another(party):
    ana, ben, first, second, _ = await invite_to(party, may_draw=True)
    draw(first, id="old")
    await until_same(first, second)
    first.permissions.resign()
    await ben.until(lambda: second.permissions.may_go_on_anew)
    ben.boards.go_on_anew(second)
    await ana.until(lambda: any(one.incoming for one in ana.boards.invitations))
    invitation = next(one for one in ana.boards.invitations if one.incoming)
    third = ana.boards.accept(invitation.id)
    await ana.until_live(third)
    assert third.session == second.session != first.session
    assert second.permissions.mine is Role.HOST
    draw(third, id="new")
    await until(second.document.on_commit, lambda: drawn(second) == ["old", "new"])


async def test_edits_on_their_way_when_the_pen_is_taken_are_left_over_at_their_author_alone(party):
    _, ben, first, second, _ = await invite_to(party, may_draw=True)
    draw(second, id="seen")
    await until_same(first, second)
    first.permissions.do(Deed.TAKE_PEN, ben.address)
    draw(second, id="in-flight")  # the news has not come yet
    await ben.until(lambda: second.permissions.mine is Role.VIEWER and second.left_over)
    await until_same(first, second)
    assert drawn(first) == drawn(second) == ["seen"]


# --- plain sessions: said, not enforced


# --- plain sessions: said, not enforced


@pytest.fixture
def plain_rooms(monkeypatch):
    """Every board of a room follows the plain rules, as if such a client were there."""
    monkeypatch.setattr(Rooms, "rules_for", lambda _self, _room: (Mode.STRICT, Dialect.XEP))


async def test_on_a_plain_board_finished_is_said_and_the_rooms_word_is_all(party, plain_rooms):
    room, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    assert first.is_plain
    assert (first.permissions.mine, second.permissions.mine) == (Role.HOST, Role.EDITOR)
    draw(first, id="done")
    await until_same(first, second)
    (done,) = first.document.children(first.document.root)
    first.permissions.finish([done])
    await ben.until(lambda: second.permissions.finished_at(done))
    assert second.permissions.is_advisory
    assert second.permissions.finished_at(done).by == ana.name
    assert second.permissions.hindrance(done).why is Why.FINISHED
    assert second.permissions.hindrance() is None
    with second.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(done, "fill", "red")  # as another client would
    await until_same(first, second)
    assert first.document.attribute(done, "fill") == "red", "nobody ignores anything (SYNC 6.5)"
    first.permissions.reopen([done])
    await ben.until(lambda: not second.permissions.finished)
    first.permissions.do(Deed.TAKE_PEN, id_of(first, ben))
    await ben.until(lambda: second.permissions.mine is Role.VIEWER)
    moderating = ana.people.connection.moderating
    moderating.set_role(room, ben.name, "moderator", refused)
    await ben.until(lambda: second.permissions.mine is Role.MODERATOR)
    second.permissions.finish()
    await ana.until(lambda: first.permissions.finished)
    assert first.permissions.finished[0].rid == WHOLE


async def test_who_finished_a_part_and_when_is_known_after_a_restart(party, tmp_path):
    room, (ana,), (first,) = [*await on_board(party, "ana")]
    ben = await party("ben", profile=tmp_path)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    draw(first, id="done")
    await until_same(first, second)
    (done,) = first.document.children(first.document.root)
    first.permissions.finish([done])
    await ben.until(lambda: second.permissions.finished_at(done))
    before = second.permissions.finished_at(done)
    await ben.network.close()
    again = await party("ben", profile=tmp_path, again=ben.name, sign_in=False)
    opened = []
    again.boards.recover(opened.append)
    await again.until(lambda: opened and opened[0].permissions.finished_at(done).when)
    found = opened[0].permissions.finished_at(done)
    assert abs(found.when - before.when) < 5
    assert found.by == ana.name


async def test_a_visitor_shows_nothing_that_the_room_would_only_send_back(party, monkeypatch):
    room, (ana, ben), (first, second) = await on_board(party, "ana", "ben")
    back = []
    monkeypatch.setattr(ben.boards, "on_bounce", lambda sent, _condition: back.append(sent.message))
    first.permissions.do(Deed.TAKE_PEN, id_of(first, ben))
    await ben.until(lambda: second.permissions.mine is Role.VIEWER)
    seen = []
    first.ephemeral.subscribe(seen.append)
    second.tell(Cursor(1.0, 2.0))
    ana.people.connection.moderating.give_voice(room, ben.name, refused)
    await ben.until(lambda: second.permissions.mine is Role.EDITOR)
    second.tell(Cursor(3.0, 4.0))
    await until(first.ephemeral, lambda: seen)
    assert seen[0].what == Cursor(3.0, 4.0)
    assert not [message for message in back if isinstance(message, EphemeralMessage)]
