"""What the Sessions pane lists in each state, as plain rows; and the model that shows them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QAbstractItemModelTester

from tests.helpers.fake_services import World
from whiteboard.im.account import ConnectionState, Problem, ProblemKind
from whiteboard.im.people import Availability, Contact, Room, RoomState, RunningBoard
from whiteboard.session.boards import BoardState, Invitation, InvitationState, SavedBoard
from whiteboard.ui import words
from whiteboard.ui.panes.model import RowModel
from whiteboard.ui.panes.row import Row, RowKind
from whiteboard.ui.panes.rows import session_rows


def rows(world: World, **options) -> dict[str, Row]:
    listed = session_rows(world.people, world.boards, clock=lambda _t: "14:32", **options)
    keys = [row.key for row in listed]
    assert len(keys) == len(set(keys)), "keys are unique"
    return {row.key: row for row in listed}


def text(row: Row) -> tuple[str, str]:
    return words.plain(row.title), words.plain(row.subtitle)


def actions(row: Row) -> list[str]:
    return [button.action for button in row.buttons]


def test_without_an_account_contacts_offer_to_add_one():
    listed = rows(World())
    assert text(listed["empty:account"])[0] == "Use your XMPP address"
    assert listed["empty:account"].buttons[0].label == "Add an account…"
    assert "section:rooms" not in listed


def test_an_empty_list_says_so_and_offers_the_next_step():
    listed = rows(World().signed_in())
    assert actions(listed["empty:contacts"]) == ["add-contact"]
    assert actions(listed["empty:rooms"]) == ["join-room"]


def test_while_connecting_three_rows_are_sketched():
    kinds = [row.kind for row in rows(World().loading()).values()]
    assert kinds.count(RowKind.SKELETON) == 3


def test_a_contact_row_says_what_one_can_do():
    listed = rows(World().populated())
    assert text(listed["contact:mira@example.org"]) == ("Mira Chen", "Drawing with you")
    assert actions(listed["contact:mira@example.org"]) == ["open-shared"]
    assert actions(listed["contact:sofia@example.org"]) == ["draw"]
    assert listed["contact:sofia@example.org"].buttons[0].label == "Draw together"
    assert text(listed["contact:ben@example.org"])[1] == "Busy · can draw"
    assert text(listed["contact:max@example.org"])[1] == "Away · cannot draw"
    assert listed["contact:max@example.org"].buttons == ()
    assert listed["contact:max@example.org"].why
    assert text(listed["contact:lea@example.org"])[1] == "Last seen 14:32"
    assert listed["section:contacts"].count == "4 of 5"


def test_the_row_of_somebody_invited_follows_the_invitation():
    world = World().populated()
    world.boards.new_board("Ideas")
    world.boards.invite(world.boards.boards[0], "sofia@example.org")
    sentences = {}
    for state in InvitationState:
        world.boards.answer("out1", state)
        row = rows(world)["contact:sofia@example.org"]
        sentences[state] = (text(row)[1], actions(row))
    assert sentences == {
        InvitationState.OPEN: ("Waiting for Sofia Rossi…", ["take-back"]),
        InvitationState.ACCEPTED: ("Online · can draw", ["draw"]),
        InvitationState.DECLINED: ("Sofia Rossi declined", ["ask-again"]),
        InvitationState.GONE: ("Sofia Rossi is not online any more.", ["ask-again"]),
        InvitationState.UNANSWERED: ("Sofia Rossi has not answered.", ["ask-again"]),
    }


def test_an_invitation_to_a_stranger_has_a_row_of_its_own():
    world = World().signed_in()
    world.boards.new_board("Ideas")
    world.boards.invite(world.boards.boards[0], "stranger@example.org")
    assert text(rows(world)["invited:out1"])[1] == "Waiting for stranger@example.org…"


def test_an_incoming_invitation_can_be_joined_declined_and_vanishes_when_answered():
    world = World().populated()
    row = rows(world)["invitation:in1"]
    assert text(row) == ("Noor Haddad invites you", "Board “Stage design” · 3 people")
    assert actions(row) == ["join", "decline"]
    world.boards.answer("in1", InvitationState.DECLINED)
    assert "invitation:in1" not in rows(world)
    world.boards.answer("in1", InvitationState.GONE)
    assert text(rows(world)["invitation:in1"])[0] == "Noor Haddad took the invitation back"


def test_offline_the_last_known_rows_stay_and_a_banner_says_what_happens_to_the_work():
    world = World().populated()
    board = world.boards.new_board("Ideas")
    board.set(state=BoardState.OFFLINE, waiting_changes=12)
    world.people.connection(ConnectionState.WAITING)
    listed = rows(world)
    sentence = "Disconnected – working offline. 12 changes are waiting."
    assert text(listed["banner"])[0] == sentence
    assert actions(listed["banner"]) == ["retry"]
    assert text(listed["contact:mira@example.org"])[1] == "Offline"
    assert text(listed["board:0"])[1] == "12 changes waiting"
    board.set(waiting_changes=1)
    assert text(rows(world)["board:0"])[1] == "1 change waiting"


def test_a_wrong_password_is_said_where_the_contacts_are():
    world = World().populated()
    world.people.fail(ProblemKind.WRONG_PASSWORD, "ana@uni.example")
    listed = rows(world)
    sentence = "The server does not accept this password for ana@uni.example."
    assert text(listed["banner"])[0] == sentence
    assert listed["banner"].buttons[0].label == "Try again"
    assert "contact:mira@example.org" in listed, "the rest of the pane works"


def test_a_group_chat_row_leads_to_its_board_a_choice_or_a_new_one():
    world = World().populated()

    def row(**changes: object) -> Row:
        world.people.rooms = (replace(world.people.rooms[0], **changes),)
        return rows(world)["room:river@rooms.uni.example"]

    labels = [
        row(boards=boards).buttons[0].label
        for boards in (
            (),
            (RunningBoard("s1", "A", 2),),
            (RunningBoard("s1", "A", 2), RunningBoard("s2", "B", 1)),
        )
    ]
    assert labels == ["Draw here", "Join", "Boards…"]
    assert text(row(boards=()))[1] == "No board · 5 people"
    assert text(row(state=RoomState.WAITING))[1] == "Joins again when connected"
    refused = row(state=RoomState.FAILED, problem=Problem(ProblemKind.MEMBERS_ONLY, "x"))
    assert text(refused)[1] == "Members only – ask for an invitation"
    assert refused.mark == "lock"


def test_search_finds_names_and_addresses_and_counts_them():
    listed = rows(World().crowded(), query="MAX")
    assert [key for key in listed if key.startswith("contact:")] == [
        "contact:maximiliane.hohenfels@students.very-long-university.example",
        "contact:max@example.org",
    ]
    assert listed["section:contacts"].count == "500, 2 found"
    assert listed["section:rooms"].count == "1 found"
    assert "section:boards" not in listed


def test_a_whole_address_that_nobody_has_can_be_added():
    listed = rows(World().populated(), query="new@example.org")
    assert text(listed["new:new@example.org"])[0] == "Add new@example.org"


def test_a_search_without_result_says_so():
    listed = rows(World().populated(), query="zzzz")
    assert list(listed) == ["nothing-found"]


def test_a_folded_section_keeps_its_head_and_count():
    listed = rows(World().populated(), folded={"contacts"})
    assert listed["section:contacts"].folded
    assert not any(key.startswith("contact:") for key in listed)


def test_names_of_people_are_isolated_in_sentences():
    assert words.waiting_for("محمد") == "Waiting for \u2068محمد\u2069…"


def test_an_invitation_of_nobody_known_shows_the_address():
    world = World()
    world.boards.invitations = (
        Invitation("in9", True, "eve@evil.example", "eve@evil.example", "B", known=False),
    )
    assert text(rows(world)["invitation:in9"])[0] == "eve@evil.example invites you"


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)
LISTS = st.lists(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 2))), max_size=6)


@given(LISTS)
def test_the_model_becomes_any_list_in_legal_steps(lists):
    model = RowModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for wanted in lists:
        target = [Row(RowKind.PERSON, key, str(value)) for key, value in dict(wanted).items()]
        model.show(target)
        assert list(model.rows) == target


def test_of_several_rows_with_one_key_the_first_is_shown():
    model = RowModel()
    first, again, other = (Row(RowKind.PERSON, key, key) for key in "aab")
    model.show([first])
    model.show([first, other, replace(again, subtitle="Away")])
    assert list(model.rows) == [first, other]


def test_a_contact_that_goes_offline_moves_without_a_reset():
    model = RowModel()
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    one, two = (Row(RowKind.PERSON, key, key) for key in "ab")
    model.show([one, two])
    model.show([two, replace(one, subtitle="Offline")])
    assert [row.key for row in model.rows] == ["b", "a"]
    assert resets == []


def test_rooms_and_contacts_of_every_state_make_rows():
    world = World().signed_in()
    for availability in Availability:
        world.people.contacts = (Contact("a@b", "A", availability),)
        assert "contact:a@b" in rows(world)
    for state in RoomState:
        world.people.rooms = (Room("r@b", "", "me", state),)
        assert rows(world)["room:r@b"].title == "r@b"


def test_boards_of_earlier_times_stand_below_the_open_ones():
    world = World()
    world.boards.new_board("Plan")
    world.boards.saved = [
        SavedBoard("k1", "Kiosk", "", 0),
        SavedBoard("k2", "River", "river@rooms", 3),
    ]
    listed = rows(world)
    assert list(listed)[-3:] == ["board:0", "saved:k1", "saved:k2"]
    assert listed["section:boards"].count == "3"
    assert text(listed["saved:k1"]) == ("Kiosk", "Saved on this computer")
    assert text(listed["saved:k2"]) == ("River", "Offline · 3 changes waiting")
    assert actions(listed["saved:k2"]) == ["open-saved"]
    assert "saved:k2" in rows(world, query="riv")
    assert "saved:k1" not in rows(world, query="riv")
