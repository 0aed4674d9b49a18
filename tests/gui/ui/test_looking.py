"""Bring everyone here, and following: whose view moves, what is said, what ends it (S7)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.helpers.fake_services import FakeBoard, FakeSurface
from tests.helpers.hands import click, settle
from whiteboard.canvas.flight import CHASE, FLIGHT
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Attention, Box, Follows, Viewport
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.rights import Ground
from whiteboard.session.attention import INTERVAL
from whiteboard.session.boards import BoardState, Ephemera, Participant
from whiteboard.ui import words
from whiteboard.ui.looking import FORGOTTEN, MARGIN, Looking
from whiteboard.util.clock import ManualClock

PLACE = Box(100, 200, 400, 300)
HOME = Box(0, 0, 1000, 700)


@pytest.fixture
def window(world, open_window):
    window = open_window(world.populated())
    world.share(world.boards.boards[0])
    window.body.open_pane(window.people_pane, opened=True)
    settle()
    return window


def person(board: FakeBoard, party: str) -> Participant:
    return next(one for one in board.participants if one.id == party)


def hear(board: FakeBoard, party: str, what) -> None:
    board.ephemeral.emit(Ephemera(person(board, party), what))


def toast(window) -> str:
    shown = window.frame.toast
    return "" if shown.isHidden() else words.plain(shown.accessibleName())


def press_toast(window) -> None:
    window.frame.toast.focus_action()
    click(window.frame.toast._button)
    settle()


def looks(surface: FakeSurface) -> list[tuple[object, ...]]:
    return [call[1:] for call in surface.calls if call[0] == "look_at"]


def test_a_call_moves_my_view_and_the_way_back_is_offered(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    hear(board, "mira", Attention(PLACE))
    assert looks(surface) == [(PLACE, FLIGHT, MARGIN)]
    assert toast(window) == "Mira Chen brought you here"
    press_toast(window)
    assert looks(surface)[-1] == (HOME, FLIGHT, 0.0)
    press_toast(window)
    hear(board, "ben", Attention(Box(1, 2, 3, 4)))
    assert len(looks(surface)) == 2, "on this board others move the view no more"
    assert toast(window) == "Ben Okafor wants everybody to look at a place"
    press_toast(window)
    assert looks(surface)[-1] == (Box(1, 2, 3, 4), FLIGHT, MARGIN)


def test_an_element_that_is_known_says_better_where_to_look(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    surface.boxes[Rid("B7.2")] = Box(7, 7, 7, 7)
    hear(board, "mira", Attention(PLACE, (Rid("unknown"), Rid("B7.2"))))
    assert looks(surface)[-1][0] == Box(7, 7, 7, 7)
    hear(board, "mira", Attention(PLACE, (Rid("unknown"),)))
    assert looks(surface)[-1][0] == PLACE


def test_who_draws_or_chose_not_to_be_moved_is_only_told(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    surface.is_busy = True
    hear(board, "mira", Attention(PLACE))
    assert looks(surface) == []
    assert toast(window) == "Mira Chen wants everybody to look at a place"
    surface.is_busy = False
    window.actions_by_id["movable"].trigger()
    assert world.preferences.get("moved_by_others") == "0"
    hear(board, "ben", Attention(PLACE))
    assert looks(surface) == []


def test_without_motion_the_view_jumps(window, world):
    window.actions_by_id["calm"].trigger()
    hear(world.boards.boards[0], "mira", Attention(PLACE))
    assert looks(window.pages.front.surface) == [(PLACE, 0.0, MARGIN)]


def test_a_board_behind_moves_too_and_says_so_when_it_comes_to_the_front(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    window.add_board()
    hear(board, "mira", Attention(PLACE))
    assert looks(surface) == [(PLACE, FLIGHT, MARGIN)]
    assert toast(window) == ""
    window.pages.bring(0)
    assert toast(window) == "Mira Chen brought you here"


def test_i_call_everybody_to_what_i_see_or_to_what_is_selected(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    surface.seen = PLACE
    click(window.people_pane.bring)
    assert board.told == [Attention(PLACE)]
    click(window.people_pane.bring)
    assert len(board.told) == 1, "not twice at once"
    looking = window.look_flow.front
    looking._clock = ManualClock(looking._clock.now() + INTERVAL)
    surface.chosen = (Rid("B7.2"),)
    surface.boxes[Rid("B7.2")] = Box(7, 7, 7, 7)
    window.actions_by_id["show-selection"].trigger()
    assert board.told[1] == Attention(Box(7, 7, 7, 7), (Rid("B7.2"),))


def test_nobody_is_called_where_nobody_is(world, open_window):
    window = open_window(world.signed_in())
    window.actions_by_id["bring"].trigger()
    assert world.boards.boards[0].told == []
    assert toast(window) == "Nobody else is here."


def test_following_shows_frame_and_name_and_ends_by_the_button(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    click(window.top._avatars[0])
    assert board.told == [Follows("mira")]
    assert surface.frame == "mira@example.org"
    notice = window.frame.follow_notice
    assert notice.isVisible()
    assert words.plain(notice.text.text()) == "Following Mira Chen"
    hear(board, "ben", Viewport(Box(9, 9, 9, 9)))
    hear(board, "mira", Viewport(PLACE))
    assert looks(surface) == [(PLACE, CHASE, 0.0)]
    click(notice.stop)
    assert board.told[-1] == Follows("")
    assert (surface.frame, notice.isVisible()) == ("", False)
    hear(board, "mira", Viewport(HOME))
    assert len(looks(surface)) == 1


def test_moving_the_view_esc_and_another_board_end_following(window, world):
    board, surface = world.boards.boards[0], window.pages.front.surface
    flow = window.look_flow
    assert not window.actions_by_id["stop-following"].isEnabled(), "Esc is the tools'"
    flow.follow("mira")
    surface.steer(PLACE)
    assert flow.following == ""
    surface.widget.setFocus()
    QTest.keyClick(surface.widget, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert flow.following == "mira"
    QTest.keyClick(surface.widget, Qt.Key.Key_Escape)
    assert flow.following == ""
    flow.follow("ben")
    window.add_board()
    window.pages.bring(0)
    assert flow.following == ""
    assert board.told[-1] == Follows("")


def test_who_leaves_is_not_followed_any_more(window, world):
    board = world.boards.boards[0]
    window.look_flow.follow("mira")
    rest = tuple(one for one in board.participants if one.id != "mira")
    board.set(participants=rest)
    assert window.look_flow.following == ""
    assert toast(window) == "Mira Chen is not here any more. Your view stays where it is."
    window.look_flow.follow("mira")
    window.look_flow.follow("lea")
    window.look_flow.follow("me")
    assert window.look_flow.following == "", "nor who is away, nor oneself"


def test_in_a_group_chat_only_hosts_and_moderators_call(window, world):
    board = world.boards.boards[0]
    settled = Document(SessionId("s1"), Party("me"), Replica("M1"), ground=Ground(Party("mira")))
    board.document = settled
    board.changed.emit(None)
    settle()
    assert not window.people_pane.bring.isEnabled()
    assert "Only hosts and moderators" in window.people_pane.bring.toolTip()
    window.actions_by_id["bring"].trigger()
    assert board.told == []
    assert toast(window) == "Only hosts and moderators can bring everyone here."
    board.set(place="mira@example.org")
    assert window.people_pane.bring.isEnabled(), "one-to-one whoever may draw"


@pytest.fixture
def looking(world):
    board = FakeBoard("Plan")
    world.share(board)
    surface = FakeSurface(board)
    clock = ManualClock(100.0)
    made = Looking(board, surface, lambda _: True, lambda: True, lambda: False, clock)
    yield made, board, surface, clock
    made.close()
    surface.close()


def test_what_i_see_is_told_only_while_somebody_follows_me(looking):
    made, board, surface, clock = looking
    surface.steer(PLACE)
    assert board.told == []
    hear(board, "mira", Follows("ben"))
    assert made.followers == 0
    hear(board, "mira", Follows("me"))
    assert board.told == [Viewport(PLACE)]
    surface.steer(HOME)
    assert board.told[-1] == Viewport(HOME)
    clock.advance(FORGOTTEN - 1)
    hear(board, "ben", Follows("me"))
    made.pass_time()
    assert made.followers == 2
    clock.advance(2)
    made.pass_time()
    assert made.followers == 1, "who does not say so again follows no more"
    hear(board, "ben", Follows(""))
    told = len(board.told)
    surface.steer(PLACE)
    assert (made.followers, len(board.told)) == (0, told)


def test_two_who_follow_each_other_come_to_rest(looking):
    made, board, surface, _ = looking
    made.follow("mira")
    hear(board, "mira", Follows("me"))
    assert made.leader is None
    assert made.followers == 1
    made.follow("ben")
    hear(board, "ben", Viewport(PLACE))
    assert board.told[-1] == Viewport(PLACE), "who follows passes on what it was told"
    hear(board, "ben", Viewport(PLACE))
    assert looks(surface)[-1] == (PLACE, CHASE, 0.0)


def test_a_view_does_not_move_while_its_owner_draws(looking):
    made, board, surface, _ = looking
    made.follow("mira")
    surface.is_busy = True
    hear(board, "mira", Viewport(PLACE))
    assert looks(surface) == []
    board.set(state=BoardState.OFFLINE)
    assert made.leader is None
