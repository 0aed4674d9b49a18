"""The hand, and the tool box as a whole."""

import pytest

from tests.helpers.tool_driver import ToolDriver
from whiteboard.model.ephemeral import Cursor, CursorGone, SelectionShown
from whiteboard.tools.events import Button
from whiteboard.tools.root import KEYS


def test_the_hand_moves_the_paper_by_pixels():
    driver = ToolDriver("hand")
    driver.view.scale = 2.0
    driver.down(10, 10).expect_in("hand.panning").move(15, 20).up().expect_in("hand.idle")
    assert driver.view.pans == [(10, 20)]
    assert driver.commits == []


def test_escape_leaves_the_paper_where_it_is():
    driver = ToolDriver("hand").down(0, 0).move(5, 5).press("Escape").expect_in("hand.idle")
    driver.move(50, 50)
    assert driver.view.pans == [(5, 5)]


@pytest.mark.parametrize(("key", "tool"), KEYS.items())
def test_a_key_takes_its_tool(key, tool):
    ToolDriver("hand" if tool != "hand" else "pen").press(key, key).expect_in(f"{tool}.idle")


def test_letters_with_modifiers_are_not_tools():
    driver = ToolDriver("pen").press("v", "", ctrl=True).expect_in("pen.idle")
    assert not driver.used


def test_the_tool_bar_hears_of_every_change_and_only_of_changes():
    driver = ToolDriver("pen")
    heard = []
    driver.box.changed.subscribe(lambda _: heard.append(driver.box.current))
    driver.press("p").press("r").press("q")
    assert heard == ["rectangle", "rectangle"]


def test_space_lends_the_hand_and_gives_the_tool_back():
    driver = ToolDriver("pen").key_down("Space").expect_in("hand.idle")
    driver.hold(space=True).down(0, 0).move(9, 9).expect_in("hand.panning").up()
    driver.hold().key_up("Space").expect_in("pen.idle")
    assert driver.view.pans == [(9, 9)]
    assert driver.box.current == "pen"


def test_space_released_in_the_middle_of_a_pan_gives_the_tool_back_at_its_end():
    driver = ToolDriver("pen").key_down("Space").hold(space=True).down(0, 0).move(9, 9)
    driver.hold().key_up("Space").move(20, 20).up().expect_in("pen.idle")
    assert driver.view.pans == [(9, 9), (11, 11)]


def test_the_middle_button_pans_with_any_tool():
    driver = ToolDriver("rectangle")
    driver.button = Button.MIDDLE
    driver.down(0, 0).expect_in("hand.panning").move(5, 5).up().expect_in("rectangle.idle")
    assert driver.commits == []


def test_the_selection_stays_visible_while_space_pans():
    driver = ToolDriver("select")
    driver.rect(0, 0, 50, 50)
    driver.click(10, 10).key_down("Space")
    assert driver.shown.frame is not None
    assert driver.shown.cursor == "open-hand"


def test_others_see_cursor_and_selection():
    driver = ToolDriver("select")
    rid = driver.rect(0, 0, 50, 50)
    driver.hover(5, 6)
    assert driver.told.of(Cursor)[-1] == Cursor(5, 6)
    driver.click(10, 10)
    assert driver.told.of(SelectionShown)[-1].rids == (rid,)
    driver.box.left()
    assert driver.told.all[-1] == CursorGone()


def test_taking_another_tool_in_the_middle_of_a_gesture_gives_it_up():
    driver = ToolDriver("rectangle").down(0, 0).move(50, 50)
    driver.box.choose("pen")
    driver.expect_in("pen.idle").up()
    assert driver.commits == []


def test_a_drawing_tool_clears_the_selection_and_the_hand_does_not():
    driver = ToolDriver("select")
    driver.rect(0, 0, 50, 50)
    driver.click(10, 10)
    driver.box.choose("hand")
    assert driver.editor.selection.rids
    driver.box.choose("pen")
    assert not driver.editor.selection.rids


def test_a_press_whose_release_was_lost_does_not_block_the_tool():
    driver = ToolDriver("rectangle").down(0, 0).move(50, 50).down(10, 10)
    driver.expect_in("rectangle.pointing").move(60, 60).up()
    assert driver.look(driver.things[0])["x"] == "10"


@pytest.mark.parametrize("tool", ["select", "pen", "eraser", "rectangle", "text", "hand"])
def test_the_secondary_button_is_left_to_the_menu(tool):
    driver = ToolDriver(tool)
    driver.button = Button.SECONDARY
    driver.down(10, 10).expect_in(f"{tool}.idle")
    assert not driver.used
    driver.up().expect_in(f"{tool}.idle")


def test_a_closed_tool_box_hears_no_commits():
    driver = ToolDriver("select")
    rid = driver.rect(0, 0, 50, 50)
    driver.click(10, 10).down(10, 10)
    driver.box.close()
    driver.remote_delete(rid)


def test_a_place_that_is_no_number_is_not_drawn():
    driver = ToolDriver("rectangle").down(float("nan"), 0).expect_in("rectangle.idle")
    driver.down(0, 0).move(float("inf"), 5).move(20, 20).up()
    assert driver.look(driver.things[0])["width"] == "20"


def test_a_key_held_down_nudges_in_one_step():
    from whiteboard.tools.events import KeyEvent

    driver = ToolDriver("select")
    rid = driver.rect(0, 0, 50, 50)
    driver.click(10, 10).press("Right")
    for _ in range(5):
        driver.box.handle(KeyEvent("Right", repeat=True))
    assert driver.look(rid)["x"] == "6"
    driver.editor.undo()
    assert driver.look(rid)["x"] == "0"


def test_a_new_document_in_the_same_window_ends_the_gesture():
    from whiteboard.model.changes import Changes, Commit, Origin

    driver = ToolDriver("rectangle").down(0, 0).move(50, 50)
    driver.document.on_commit.emit(Commit(Origin.LOAD, "", Changes(reset=True), ()))
    driver.expect_in("rectangle.idle").up()
    assert driver.things == ()


def test_a_secondary_release_that_a_menu_swallowed_does_not_block_the_next_press():
    driver = ToolDriver("rectangle")
    driver.button = Button.SECONDARY
    driver.down(10, 10)
    driver.button = Button.PRIMARY
    driver.drag(0, 0, 30, 30)
    assert driver.names() == ["rect"]
