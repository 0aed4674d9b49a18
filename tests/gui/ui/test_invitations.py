"""Invitations, requests and boards that others show, as people see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMenu

from tests.helpers.fake_services import World
from tests.helpers.hands import click, click_in_row, settle
from whiteboard.im.people import RunningBoard
from whiteboard.session.boards import Invitation, InvitationState, KnownBoard
from whiteboard.ui import words
from whiteboard.ui.dialogs.known_boards import KnownBoards
from whiteboard.ui.panes.invitation_rows import MOST_STRANGERS, incoming_rows, outgoing_text
from whiteboard.ui.panes.row import RowKind
from whiteboard.wire.messages import Reason

NOOR = Invitation("in1", True, "noor@example.net", "Noor", "Stage design")


def said(invitation: Invitation) -> str:
    return words.plain(words.invitation_over(invitation))


def strangers(count: int) -> tuple[Invitation, ...]:
    return tuple(replace(NOOR, id=f"in{n}", name=f"S{n}", known=False) for n in range(count))


def with_boards(world: World, *names: str) -> World:
    """Sofia shows that she is on these."""
    shown = tuple(RunningBoard(f"s-{name}", name, 1) for name in names)
    world.people.contacts = tuple(
        replace(one, boards=shown) if one.address == "sofia@example.org" else one
        for one in world.people.contacts
    )
    return world


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence_on_both_sides(reason):
    mine = replace(NOOR, incoming=False, state=InvitationState.DECLINED, reason=reason)
    theirs = replace(NOOR, state=InvitationState.GONE, reason=reason)
    for one in (mine, theirs):
        assert "Noor" in said(one)
        assert "{" not in said(one)
        assert "error" not in said(one) or "ended because" in said(one) or "had an" in said(one)


def test_what_the_other_side_prefers_can_be_opened(world, open_window):
    window = open_window(world.populated())
    world.boards.boards[0].set(session="s1", name="Plan")
    other = world.boards.new_board("Other")
    world.boards.invite(other, "sofia@example.org")
    reason = Reason.ALTERNATIVE_SESSION
    mine = replace(world.boards.invitations[0], reason=reason, alternative="s1")
    world.boards.set(invitations=(replace(mine, state=InvitationState.DECLINED),))
    settle()
    window.pages.show(other)
    row = window.sessions.list.row_at("contact:sofia@example.org")
    sentence = "Sofia Rossi would rather go on with the board that you share."
    assert words.plain(row.subtitle) == sentence
    click_in_row(window.sessions.list, "contact:sofia@example.org", "open-alternative")
    assert window.pages.front.board is world.boards.boards[0]


def test_a_card_offers_to_stay_on_the_board_that_both_share(world, open_window):
    window = open_window(world.signed_in())
    running = world.boards.new_board("Plan")
    world.boards.set(invitations=(replace(NOOR, running="Plan"),))
    settle()
    card = window.frame.invitation
    assert words.plain(card.stay.text()) == "Stay on “Plan”"
    click(card.stay)
    assert ("use_running", "in1") in world.boards.calls
    assert window.pages.front.board is running
    world.boards.set(invitations=(replace(NOOR, id="in2"),))
    settle()
    assert not card.stay.isVisible()


def test_who_asks_to_join_is_let_in_from_the_card(world, open_window):
    window = open_window(world.signed_in())
    world.boards.set(invitations=(replace(NOOR, is_request=True),))
    settle()
    card = window.frame.invitation
    assert words.plain(card.accessibleName()) == "Noor asks to join"
    assert card.join.text() == "Let in"
    click(card.join)
    assert world.boards.calls[-1] == ("let_in", "in1")


def test_who_asks_to_join_has_a_row_with_both_answers():
    world = World().signed_in()
    world.boards.set(invitations=(replace(NOOR, is_request=True),))
    (row,) = incoming_rows(world.boards)
    assert words.plain(row.title) == "Noor asks to join"
    assert words.plain(row.subtitle) == "Board “Stage design”"
    assert [button.action for button in row.buttons] == ["let-in", "decline"]


def test_an_invitation_into_a_group_chat_names_it():
    world = World().signed_in()
    world.boards.set(invitations=(replace(NOOR, room="river@rooms.example"),))
    (row,) = incoming_rows(world.boards)
    assert words.plain(row.subtitle) == "Board “Stage design” · Group chat river@rooms.example"
    world.boards.set(
        invitations=(replace(NOOR, room="river@rooms.example", room_name="River walk"),)
    )
    (row,) = incoming_rows(world.boards)
    assert words.plain(row.subtitle) == "Board “Stage design” · Group chat River walk"


def test_a_crowd_of_strangers_is_one_quiet_row_without_cards(world, open_window):
    window = open_window(world.signed_in())
    world.boards.set(invitations=strangers(MOST_STRANGERS + 2), turned_away=7)
    settle()
    row = window.sessions.list.row_at("strangers:")
    assert (row.kind, words.plain(row.title)) == (RowKind.TILE, "12 invitations of strangers")
    assert words.plain(row.subtitle) == "7 were refused: too many at once"
    assert not window.frame.invitation.isVisible()
    click_in_row(window.sessions.list, "strangers:", "decline-strangers")
    declined = [call for call in world.boards.calls if call[0] == "decline"]
    assert len(declined) == MOST_STRANGERS + 2


def test_a_few_strangers_have_rows_of_their_own():
    world = World().signed_in()
    world.boards.set(invitations=strangers(MOST_STRANGERS))
    assert [row.key for row in incoming_rows(world.boards)] == [
        "invitation:in0",
        "invitation:in1",
    ] + [f"invitation:in{n}" for n in range(2, MOST_STRANGERS)]


def test_a_contact_who_shows_a_board_can_be_asked_to_join(world, open_window):
    window = open_window(with_boards(world.populated(), "Plan"))
    row = window.sessions.list.row_at("contact:sofia@example.org")
    assert words.plain(row.subtitle) == "Drawing on “Plan”"
    click_in_row(window.sessions.list, "contact:sofia@example.org", "ask-to-join")
    assert world.boards.calls == [("ask_to_join", "sofia@example.org", "s-Plan")]


def test_the_boards_that_a_contact_knows_are_listed_and_asked_for(world, open_window):
    window = open_window(world.populated())
    world.boards.shown["sofia@example.org"] = (KnownBoard("s1", "Plan"), KnownBoard("s2", ""))
    window.joining_flow.look("sofia@example.org")
    sheet = window.people_flow.dialog
    assert isinstance(sheet, KnownBoards)
    assert words.plain(sheet.title.text()) == "Boards of Sofia Rossi"
    assert [row.title for row in sheet.list.rows.rows] == ["Plan", "Untitled"]
    click_in_row(sheet.list, "session:s1", "ask")
    assert world.boards.calls[-1] == ("ask_to_join", "sofia@example.org", "s1")


def test_who_shows_no_boards_is_said(world, open_window):
    window = open_window(world.populated())
    window.joining_flow.look("sofia@example.org")
    (row,) = window.people_flow.dialog.list.rows.rows
    assert words.plain(row.subtitle) == "Sofia Rossi shows you no boards, or is not online."


def test_a_board_that_one_is_let_in_to_comes_to_the_front(world, open_window):
    window = open_window(world.populated())
    board = world.boards.new_board("Plan")
    world.boards.arrived.emit(board)
    assert window.pages.front.board is board


def test_a_request_of_mine_that_came_to_nothing_leads_to_the_list_again(world, open_window):
    window = open_window(world.populated())
    mine = Invitation("out9", False, "sofia@example.org", "Sofia Rossi", "Plan", is_request=True)
    state = InvitationState.DECLINED
    world.boards.set(invitations=(replace(mine, state=state, reason=Reason.DECLINE),))
    settle()
    click_in_row(window.sessions.list, "contact:sofia@example.org", "ask-again")
    assert world.boards.calls[-1] == ("boards_of", "sofia@example.org")


def test_the_choices_about_others_are_in_the_menu_and_kept(world, open_window):
    window = open_window(world.populated())
    people = window._menus["People"]
    menus = {menu.title(): menu for menu in people.findChildren(QMenu)}
    chosen = {
        title: [action.text() for action in menu.actions() if action.isChecked()]
        for title, menu in menus.items()
    }
    assert chosen == {"Invitations": ["From everybody"], "Who sees my boards": ["Nobody"]}
    menus["Who sees my boards"].actions()[1].trigger()
    menus["Invitations"].actions()[2].trigger()
    assert world.preferences.get("show_boards") == "contacts"
    assert world.preferences.get("invitations") == "never"
    assert world.boards.calls == [("wishes_changed",), ("wishes_changed",)]


def test_an_accepted_invitation_says_nothing_any_more():
    assert outgoing_text(replace(NOOR, incoming=False, state=InvitationState.ACCEPTED)) is None


def test_sharing_in_a_group_chat_that_will_end_says_so_once(world, open_window):
    window = open_window(world.populated())
    room = world.people.rooms[0]
    world.people.rooms = (replace(room, temporary=True), *world.people.rooms[1:])
    window.people_flow.share_in_room(room.address)
    sentence = "“River walk team” ends when all have left it. The board stays on your computers."
    assert words.plain(window.frame.toast.notice.text) == sentence
