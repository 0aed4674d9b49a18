"""Boards over a real server: in rooms, one-to-one, late joiners, invitations, refusals."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import HARD_TEXT, draw, drawn, write
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until, until_same
from whiteboard.model.changes import Origin
from whiteboard.model.ephemeral import Cursor, CursorGone
from whiteboard.session import entering
from whiteboard.session.boards import BoardState, InvitationState

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


async def pair(party, *names):
    """Two who are on each other's contact list and see each other."""
    first, second = [await party(name) for name in names or ("ana", "ben")]
    await first.befriend(second)
    return first, second


async def invited(first, second, name="Plan"):
    """A board of `first` with an open invitation that `second` has got."""
    board = first.boards.new_board(name)
    first.boards.invite(board, second.address)
    await second.until(lambda: second.boards.invitations)
    return board, second.boards.invitations[0]


async def one_to_one(first, second):
    board, invitation = await invited(first, second)
    other = second.boards.accept(invitation.id)
    await second.until_live(other)
    await first.until(lambda: len(board.participants) == 2)
    return board, other


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


async def test_scenario_24_text_arrives_code_point_for_code_point_through_a_room(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    rid = write(first, HARD_TEXT)
    await until_same(first, second)
    assert second.document.attribute(rid, "aria-label") == HARD_TEXT
    (text,) = second.document.children(rid)
    assert second.document.text(text) == HARD_TEXT

    # The plain form, in attributes of <set/>, travels differently from a literal.
    changed = HARD_TEXT[::-1] + "\n\n"
    with second.document.transact(Origin.LOCAL) as transaction:
        transaction.set_text(text, changed)
        transaction.set_attribute(rid, "aria-label", changed)
    await until_same(first, second)
    assert first.document.text(text) == changed
    assert first.document.attribute(rid, "aria-label") == changed


async def test_scenario_24_text_arrives_code_point_for_code_point_one_to_one(party):
    ana, ben = await pair(party)
    first, second = await one_to_one(ana, ben)
    rid = write(first, HARD_TEXT)
    await until_same(first, second)
    assert second.document.attribute(rid, "aria-label") == HARD_TEXT


async def test_scenario_25_forbidden_characters_become_replacements_and_the_stream_stays(party):
    ana, ben = await pair(party)
    first, second = await one_to_one(ana, ben)
    rid = write(first, "a\x00b\ufffec\ud800d")
    await until_same(first, second)
    assert second.document.attribute(rid, "aria-label") == "a\ufffdb\ufffdc\ufffdd"
    write(second, "still here")
    await until_same(first, second)


async def test_an_invited_contact_joins_and_both_draw_one_to_one(party):
    ana, ben = await pair(party)
    board = ana.boards.new_board("Sketch")
    draw(board, d="M1 1")
    ana.boards.invite(board, ben.address)
    assert board.state is BoardState.WAITING
    await ben.until(lambda: ben.boards.invitations)
    (invitation,) = ben.boards.invitations
    assert (invitation.incoming, invitation.board, invitation.known) == (True, "Sketch", True)
    assert invitation.address == ana.address

    other = ben.boards.accept(invitation.id)
    assert other.state is BoardState.JOINING
    await ben.until_live(other)
    draw(other, "rect", width="2", height="2")
    await until_same(board, other)
    await ana.until(lambda: board.state is BoardState.LIVE)
    await ana.until(lambda: ana.boards.invitations[0].state is InvitationState.ACCEPTED)
    await ana.until(lambda: ana.contact(ben).drawing_with_me)
    assert [person.address for person in board.participants] == [ana.address, ben.address]


async def test_a_second_contact_is_invited_to_the_same_board(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    await ana.befriend(ben)
    await ana.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    ana.boards.invite(first, cleo.address)
    await cleo.until(lambda: cleo.boards.invitations)
    third = cleo.boards.accept(cleo.boards.invitations[0].id)
    await cleo.until_live(third)
    draw(second, d="M2 2")
    draw(third, d="M3 3")
    await until_same(first, second, third)


async def test_a_declined_invitation_says_so(party):
    ana, ben = await pair(party)
    board, invitation = await invited(ana, ben)
    ben.boards.decline(invitation.id)
    assert ben.boards.invitations[0].state is InvitationState.DECLINED
    await ana.until(lambda: ana.boards.invitations[0].state is InvitationState.DECLINED)
    assert board.state is BoardState.LIVE


async def test_an_invitation_taken_back_is_gone_at_the_other_side(party):
    ana, ben = await pair(party)
    _, invitation = await invited(ana, ben)
    ana.boards.take_back(ana.boards.invitations[0].id)
    await ben.until(lambda: ben.boards.invitations[0].state is InvitationState.GONE)
    assert not ana.boards.invitations
    late = ben.boards.accept(invitation.id)
    assert late.state is BoardState.ENDED
    assert late.problem


async def test_an_invitation_is_gone_when_the_inviter_signs_out(party):
    ana, ben = await pair(party)
    await invited(ana, ben)
    ana.people.sign_out()
    await ben.until(lambda: ben.boards.invitations[0].state is InvitationState.GONE)


async def test_inviting_somebody_who_is_not_there_says_gone_at_once(party):
    ana = await party("ana")
    board = ana.boards.new_board("Plan")
    ana.boards.invite(board, "nobody@localhost")
    assert ana.boards.invitations[0].state is InvitationState.GONE
    assert board.state is BoardState.ALONE


async def test_who_leaves_is_shown_as_away_and_the_board_stays(party):
    ana, ben = await pair(party)
    first, second = await one_to_one(ana, ben)
    draw(first, d="M4 4")
    await until_same(first, second)
    second.leave()
    assert second.state is BoardState.ENDED
    await ana.until(lambda: first.participants[1].away)
    draw(first, d="M5 5")
    assert first.state is BoardState.LIVE


async def test_a_cursor_is_seen_by_the_other_and_goes_with_its_owner(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await ana.until(lambda: len(first.participants) == 2)
    seen = []
    first.ephemeral.subscribe(seen.append)
    second.tell(Cursor(3.0, 4.0, "drawing"))
    await until(first.ephemeral, lambda: seen)
    assert seen[0].what == Cursor(3.0, 4.0, "drawing")
    assert seen[0].sender.name == ben.name
    await ben.network.close()
    await until(first.ephemeral, lambda: any(one.what == CursorGone() for one in seen))


async def test_a_member_that_vanishes_in_mid_join_leaves_the_others_unharmed(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    for n in range(200):
        draw(first, d=f"M{n} {n}", id=f"p{n}")
    await ben.enter(room)
    await ben.until(lambda: ben.room(room).boards)
    vanishing = ben.boards.join_in_room(room, first.session)
    await ben.until(lambda: vanishing.progress is not None)
    ben.people.connection.account.stream.abort()
    ben.people.sign_out()
    await cleo.enter(room)
    third = await cleo.join(room, first.session)
    draw(third, d="M9 9")
    await until_same(first, third)


async def test_two_boards_run_in_one_room_side_by_side(party, monkeypatch):
    # The first is no young board any more: that one could give way to the second (SYNC 0.3.17).
    monkeypatch.setattr(entering, "YIELD_SECONDS", 0.0)
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await ben.enter(room)
    first = await ana.share(room, "One")
    await ben.until(lambda: ben.room(room).boards)
    second = await ben.share(room, "Two")
    await ana.until(lambda: len(ana.room(room).boards) == 2)
    assert {board.name for board in ana.room(room).boards} == {"One", "Two"}
    draw(first, d="M1 0")
    draw(second, d="M2 0")
    joined = await ana.join(room, second.session)
    await until_same(second, joined)
    assert first.document.c14n() != second.document.c14n()


async def test_two_who_open_a_board_at_the_same_moment_end_on_one(party, real_opening):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await ben.enter(room)
    boards = [one.boards.new_board(one.name) for one in (ana, ben)]
    for one, board in zip((ana, ben), boards, strict=True):
        one.boards.share_in_room(board, room)
        draw(board, id=one.name)
    await ana.until(lambda: len({board.session for board in boards}) == 1)
    for one, board in zip((ana, ben), boards, strict=True):
        await one.until_live(board)
    await until_same(*boards)
    await ana.until(lambda: set(drawn(boards[0])) == {ana.name, ben.name})
    await ana.until(lambda: [b.people for b in ana.room(room).boards] == [2])


async def test_signing_out_and_in_again_goes_on_with_the_boards(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await ana.befriend(cleo)
    direct, third = await one_to_one(ana, cleo)
    ana.people.sign_out()
    assert not ana.people.rooms
    await ana.until(lambda: first.state is direct.state is BoardState.OFFLINE)
    for board in (first, second, direct, third):
        draw(board, id=f"while-out-{id(board)}")
    await ana.sign_in()
    await ana.enter(room)
    for board in (first, direct):
        await ana.until_live(board)
    await until_same(first, second)
    await until_same(direct, third)
    assert len(drawn(first)) == len(drawn(direct)) == 2


async def test_leaving_the_room_leaves_its_boards_and_stops_announcing_them(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await ana.until(lambda: ana.room(room).boards[0].people == 2)
    ben.people.leave_room(room)
    assert second.state is BoardState.ENDED
    await ana.until(lambda: ana.room(room).boards[0].people == 1)
    first.leave()
    await ana.until(lambda: not ana.room(room).boards)
