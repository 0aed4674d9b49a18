"""Roles and marks in whole sessions: everybody judges alike, and nothing of one's own is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.boards import (
    ROOM,
    assert_equal,
    board_of,
    draw,
    in_sync,
    is_live,
    join_running,
    room_of,
    set_attribute,
)
from whiteboard.model.changes import Origin
from whiteboard.model.rebase import CREATED, PARTIAL, keep
from whiteboard.model.rights import NotPermittedError, Role
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.messages import NOBODY

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_49_who_is_cut_off_in_mid_stroke_is_asked_and_the_others_agree(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = everybody = room_of(network, "ana", "mira", "tom")
    with board_of(mira).transact(Origin.LOCAL) as edit:
        text = edit.add_text(board_of(mira).root, "typed ")
    network.run(1.0)
    board_of(ana).grant(board_of(mira).party, Role.VIEWER)
    for letter in "more":
        with board_of(mira).transact(Origin.LOCAL) as edit:
            edit.splice_text(text, len(board_of(mira).text(text)), 0, letter)
    draw(mira)
    assert network.run_until(lambda: in_sync(everybody), 60), f"seed {seed}"
    assert_equal(everybody)
    assert board_of(tom).text(text) == "typed "
    left = mira.session.left_over
    assert [(p.saw, p.mine, p.count) for p in left if p.field == PARTIAL] == [
        ("typed ", "typed more", 4)
    ]
    assert CREATED in {piece.field for piece in left}
    assert not ana.session.left_over
    assert not keep(left[0], board_of(mira))  # not while mira only looks on
    board_of(ana).grant(board_of(mira).party, Role.EDITOR)
    assert network.run_until(lambda: board_of(mira).my_role is Role.EDITOR, 60)
    for piece in left:
        assert keep(piece, board_of(mira))
        mira.session.settle(piece)
    assert network.run_until(lambda: in_sync(everybody), 60), f"seed {seed}"
    assert board_of(tom).text(text) == "typed more"
    assert_equal(everybody)


@pytest.mark.parametrize("seed", SEEDS)
def test_52_what_counts_again_is_not_asked_about_any_more(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = everybody = room_of(network, "ana", "mira", "tom")
    shape = draw(tom)
    board_of(ana).grant(board_of(mira).party, Role.MODERATOR)
    assert network.run_until(lambda: in_sync(everybody), 60)
    network.cut(ana)
    board_of(mira).grant(board_of(tom).party, Role.VIEWER)
    set_attribute(tom, shape, "fill", "blue")
    assert network.run_until(lambda: bool(tom.session.left_over), 60), f"seed {seed}"
    board_of(ana).grant(board_of(mira).party, Role.EDITOR)
    network.restore(ana)
    assert network.run_until(lambda: in_sync(everybody), 120), f"seed {seed}"
    assert board_of(ana).attribute(shape, "fill") == "blue"
    assert not tom.session.left_over
    assert_equal(everybody)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_joiner_of_a_folded_board_knows_roles_and_marks(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira = room_of(network, "ana", "mira")
    shape = draw(mira)
    assert network.run_until(lambda: in_sync([ana, mira]), 60)
    board_of(ana).mark_complete(shape)
    board_of(ana).grant(board_of(mira).party, Role.MODERATOR)
    assert network.run_until(lambda: in_sync([ana, mira]), 60)
    for one in (ana, mira):
        assert board_of(one).fold(board_of(one).vv)
    late = network.enter_room(ROOM, "late")
    network.run(0.5)
    join_running(network, late)
    assert network.run_until(lambda: is_live(late), 60)
    assert board_of(late).floor
    assert board_of(late).role_of(board_of(mira).party) is Role.MODERATOR
    assert board_of(late).is_complete(shape)
    with pytest.raises(NotPermittedError):
        set_attribute(late, shape, "fill", "blue")
    board_of(mira).reopen(shape)
    assert network.run_until(lambda: not board_of(late).is_complete(shape), 60)
    set_attribute(late, shape, "fill", "blue")
    assert network.run_until(lambda: in_sync([ana, mira, late]), 60), f"seed {seed}"
    assert_equal([ana, mira, late])


@pytest.mark.parametrize("seed", SEEDS)
def test_when_the_host_has_left_the_board_goes_on_under_its_last_rights(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = room_of(network, "ana", "mira", "tom")
    board_of(ana).grant(board_of(mira).party, Role.MODERATOR)
    board_of(ana).resign()
    assert network.run_until(lambda: in_sync([ana, mira, tom]), 60)
    network.remove(ana)
    board_of(mira).grant(board_of(tom).party, Role.VIEWER)
    assert network.run_until(lambda: board_of(tom).my_role is Role.VIEWER, 60)
    with pytest.raises(NotPermittedError):
        draw(tom)
    with pytest.raises(NotPermittedError):
        board_of(mira).grant(board_of(tom).party, Role.MODERATOR)
    assert not board_of(mira).hosts()
    late = network.enter_room(ROOM, "late")
    network.run(0.5)
    join_running(network, late)
    assert network.run_until(lambda: is_live(late), 60), f"seed {seed}"
    assert not board_of(late).hosts()


def again_of(session):
    """What a board is that goes on with this one (SYNC 6.6); who opens it is its host."""
    return replace(session.description, creator=NOBODY, continues=session.session)


def test_a_session_without_a_host_is_continued_by_anybody_as_another() -> None:
    network = MemoryNetwork(1)
    ana, mira = room_of(network, "ana", "mira")
    shape = draw(ana)
    board_of(ana).mark_complete()
    board_of(ana).resign()
    assert network.run_until(lambda: in_sync([ana, mira]), 60)
    shown = board_of(mira).c14n()
    old = mira.session
    assert old is not None
    mira.take(lambda session: session.leave(network.now))
    again = network.enter_room("other@muc", "mira")
    again.share(board_of(mira), again_of(old))
    network.run(1.0)
    assert is_live(again)
    assert again.session.description.continues == old.session
    assert again.session.session != old.session
    assert board_of(again).c14n() == shown
    assert board_of(again).my_role is Role.HOST
    assert not board_of(again).is_complete()
    assert board_of(again).hosts() == {board_of(again).party}
    assert shape
