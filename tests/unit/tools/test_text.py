"""The text tool."""

import pytest

from tests.helpers.tool_driver import ToolDriver, element
from whiteboard.model.changes import Origin
from whiteboard.tools.events import Button


def writing(text="", at=(100, 100)):
    return ToolDriver("text").click(*at).type(text)


def only(driver):
    (rid,) = driver.things
    return rid


def test_a_click_places_a_caret_and_nothing_is_made_before_a_character_comes():
    driver = writing().expect_in("text.placing")
    assert driver.shown.shapes
    assert driver.commits == []
    driver.press("Escape").expect_in("text.idle")
    assert driver.commits == []


def test_typing_makes_a_plain_text_element_at_once():
    driver = writing("Hi").expect_in("text.editing")
    rid = only(driver)
    assert driver.text_of(rid) == "Hi"
    look = driver.look(rid)
    assert (look["x"], look["y"], look["font-size"]) == ("100", "108.4", "24")
    assert driver.shown.text.rid == rid
    assert driver.shown.text.caret == 2


def test_escape_keeps_the_text_and_selects_it():
    driver = writing("Hi").press("Escape").expect_in("select.idle")
    assert driver.editor.selection.rids == (only(driver),)


def test_a_click_outside_ends_the_writing():
    driver = writing("Hi").click(500, 500).expect_in("select.idle")
    assert driver.text_of(only(driver)) == "Hi"


def test_letters_are_not_tools_while_writing_and_space_is_no_hand():
    driver = writing("p v1")
    assert driver.text_of(only(driver)) == "p v1"
    driver.expect_in("text.editing")


def test_typing_in_one_go_is_one_step_of_undo_and_a_pause_begins_another():
    driver = writing("one")
    driver.time += 5
    driver.type(" two")
    rid = only(driver)
    driver.editor.undo()
    assert driver.text_of(rid) == "one"
    driver.expect_in("text.editing")
    assert driver.shown.text is None or driver.box.text_tool.state._caret == 3
    driver.editor.undo()
    assert driver.things == ()
    driver.expect_in("text.idle")
    driver.editor.redo()
    driver.editor.redo()
    assert driver.text_of(only(driver)) == "one two"


def test_enter_makes_a_line_with_the_height_of_a_line():
    driver = writing("one\ntwo")
    rid = only(driver)
    assert driver.text_of(rid) == "one|two"
    tspan = driver.document.children(rid)[1]
    assert driver.look(tspan) == {"x": "100", "dy": "1.2em"}


def test_enter_in_the_middle_takes_the_rest_of_the_line_along():
    driver = writing("onetwo").press("Left").press("Left").press("Left").type("\n")
    assert driver.text_of(only(driver)) == "one|two"
    driver.type("X")
    assert driver.text_of(only(driver)) == "one|Xtwo"


def test_an_empty_line_keeps_its_height_and_its_filler_is_no_letter():
    driver = writing("a\n\nb")
    rid = only(driver)
    assert driver.text_of(rid) == "a|\u200b|b"
    driver.press("Up").type("x")
    assert driver.text_of(rid) == "a|x|b"
    driver.press("Backspace")
    assert driver.text_of(rid) == "a|\u200b|b"
    driver.press("Backspace")
    assert driver.text_of(rid) == "a|b"


def test_backspace_at_the_start_of_a_line_joins_it_to_the_one_before():
    driver = writing("one\ntwo").press("Home").press("Backspace")
    rid = only(driver)
    assert driver.text_of(rid).replace("|", "") == "onetwo"
    assert len([c for c in driver.document.children(rid) if driver.document.text(c)]) >= 1
    driver.type("-")
    assert driver.text_of(rid) == "one-two"


def test_delete_at_the_end_of_a_line_joins_the_next_one():
    driver = writing("one\ntwo").press("Up").press("End").press("Delete")
    assert driver.text_of(only(driver)) == "onetwo"


def test_backspace_takes_a_whole_grapheme():
    driver = writing("")
    driver.compose("e\u0301")
    driver.compose("👩\u200d🚀")
    driver.compose("🇩🇪")
    rid = only(driver)
    driver.press("Backspace")
    assert driver.text_of(rid) == "e\u0301👩\u200d🚀"
    driver.press("Backspace")
    assert driver.text_of(rid) == "e\u0301"
    driver.press("Backspace")
    assert driver.text_of(rid) == ""


def test_a_text_that_became_empty_vanishes():
    driver = writing("a").press("Backspace")
    driver.press("Escape").expect_in("text.idle")
    assert driver.things == ()


def test_the_caret_walks_by_letter_word_line_and_to_the_ends():
    driver = writing("one two\nthree")

    def caret():
        return driver.shown.text.caret

    assert caret() == 13
    driver.press("Home")
    assert caret() == 8
    driver.press("Left")
    assert caret() == 7
    driver.press("Left", ctrl=True)
    assert caret() == 4
    driver.press("Home", ctrl=True)
    assert caret() == 0
    driver.press("Right", ctrl=True)
    assert caret() == 4
    driver.press("Down")
    assert caret() == 12
    driver.press("Up")
    assert caret() == 4
    driver.press("Up")
    assert caret() == 0
    driver.press("End")
    assert caret() == 7
    driver.press("End", ctrl=True)
    assert caret() == 13
    driver.press("Down")
    assert caret() == 13


def test_shift_selects_and_typing_replaces_what_is_selected():
    driver = writing("one two").press("Left", shift=True).press("Left", shift=True)
    assert driver.box.text_tool.selected == "wo"
    driver.press("Left")
    assert (driver.shown.text.caret, driver.shown.text.anchor) == (5, 5)
    driver.press("a", "", ctrl=True)
    assert driver.box.text_tool.selected == "one two"
    driver.type("x")
    assert driver.text_of(only(driver)) == "x"


def test_a_selection_over_lines_is_replaced_as_a_whole():
    driver = writing("one\ntwo\nthree").press("Home", ctrl=True).press("Right")
    driver.press("Down", shift=True).press("Down", shift=True).press("Delete")
    assert driver.text_of(only(driver)) == "ohree"
    assert driver.box.text_tool.state._string == "ohree"


def test_pasted_lines_become_lines_and_control_characters_are_replaced():
    driver = writing("a")
    assert driver.box.text_tool.insert("1\r\n2\x00")
    driver.tick()
    assert driver.text_of(only(driver)) == "a1|2\ufffd"


def test_an_input_method_composes_beside_the_text_and_commits_into_it():
    driver = writing("a").compose(preedit="にほ")
    assert driver.shown.text.preedit == "にほ"
    assert driver.text_of(only(driver)) == "a"
    driver.press("Backspace")
    assert driver.text_of(only(driver)) == "a"
    driver.compose("日本")
    assert driver.text_of(only(driver)) == "a日本"
    assert driver.shown.text.preedit == ""


def test_a_click_into_a_text_goes_into_it_and_a_drag_selects():
    driver = ToolDriver("text")
    rid = driver.add(element("text", "hello", x=100, y=100, font_size=20))
    driver.down(120, 95).expect_in("text.editing").move(151, 95).up()
    assert driver.shown.text.rid == rid
    assert driver.box.text_tool.selected == "llo"
    driver.click(101, 95).type("X")
    assert driver.text_of(rid) == "Xhello"


def test_a_double_click_selects_a_word():
    driver = ToolDriver("text")
    driver.add(element("text", "hello you", x=100, y=100, font_size=20))
    driver.click(125, 95).double(125, 95)
    assert driver.box.text_tool.selected == "hello"


def test_enter_and_double_click_in_select_begin_to_write_in_a_text():
    driver = ToolDriver("select")
    rid = driver.add(element("text", "hello", x=100, y=100, font_size=20))
    driver.click(105, 95).press("Return").expect_in("text.editing")
    assert driver.shown.text.caret == 5
    driver.press("Escape").expect_in("select.idle")
    driver.double(105, 95).expect_in("text.editing")
    assert driver.shown.text.rid == rid


def test_somebody_elses_letters_move_my_caret_along():
    driver = writing("world")
    rid = only(driver)
    other = driver.remote()
    node = other.children(rid)[0]
    with other.transact(Origin.LOCAL) as transaction:
        transaction.splice_text(node, 0, 0, "hello ")
    driver.document.receive(other.batches_since(driver.document.vv))
    driver.tick()
    assert driver.shown.text.caret == 11
    driver.type("!")
    assert driver.text_of(rid) == "hello world!"


def test_two_people_who_type_in_one_text_at_once_both_keep_their_letters():
    driver = writing("mid")
    rid = only(driver)
    other = driver.remote()
    driver.type("END")
    with other.transact(Origin.LOCAL) as transaction:
        transaction.splice_text(other.children(rid)[0], 0, 0, "START")
    driver.document.receive(other.batches_since(driver.document.vv))
    other.receive(driver.document.batches_since(other.vv))
    assert driver.text_of(rid) == "STARTmidEND"
    assert other.c14n() == driver.document.c14n()


@pytest.mark.parametrize("moment", ["editing", "composing", "dragging"])
def test_a_text_deleted_by_somebody_else_ends_the_writing(moment):
    driver = writing("abc")
    rid = only(driver)
    if moment == "composing":
        driver.compose(preedit="x")
    if moment == "dragging":
        driver.down(105, 105)
    driver.remote_delete(rid).expect_in("text.idle")
    driver.type("x").tick()
    assert driver.things == ()


def test_another_tool_keeps_what_was_written():
    driver = writing("abc")
    driver.box.choose("pen")
    assert driver.text_of(only(driver)) == "abc"


def test_a_kept_text_tool_stays():
    driver = ToolDriver("text").press("q").click(0, 0).type("a").press("Escape")
    driver.expect_in("text.idle")


def test_the_middle_button_and_the_secondary_one_do_not_end_the_writing():
    driver = writing("a")
    for button in (Button.MIDDLE, Button.SECONDARY):
        driver.button = button
        driver.click(500, 500).expect_in("text.editing")


def test_without_measures_the_caret_goes_up_and_down_by_columns():
    from whiteboard.tools.context import NoMetrics

    driver = writing("one\nlonger\nx")
    driver.context.metrics = NoMetrics()
    carets = []
    for key in ("Up", "Up", "Up", "Down", "End", "Down", "Down", "Down"):
        driver.press(key)
        carets.append(driver.shown.text.caret)
    assert carets == [5, 1, 0, 4, 10, 12, 12, 12]


def test_an_input_method_may_replace_what_stands_before_the_caret():
    from whiteboard.tools.events import TextEvent

    driver = writing("teh cat")
    driver.box.handle(TextEvent("the", "", -7, 3))
    assert driver.text_of(only(driver)) == "the cat"
    driver.box.handle(TextEvent("", "", -99, 99))
    assert driver.box.text_tool.state._string.startswith("the") is False


def test_a_text_that_may_not_be_edited_any_more_takes_no_letters():
    driver = writing("abc")
    driver.editor.may_edit = lambda _rid: False
    driver.type("d").expect_in("text.idle")
    assert driver.text_of(only(driver)) == "abc"


def test_a_text_cannot_be_placed_where_nothing_may_be_made():
    driver = ToolDriver("text")
    driver.editor.may_edit = lambda _rid: False
    driver.click(10, 10).expect_in("text.idle")
    assert not driver.box.text_tool.insert("x")
    assert driver.commits == []


def test_a_text_can_begin_with_pasted_lines_or_be_composed():
    driver = ToolDriver("text").click(10, 10)
    driver.box.text_tool.insert("\nb")
    assert driver.text_of(only(driver)) == "\u200b|b"
    driver = ToolDriver("text").click(10, 10).compose(preedit="に")
    assert driver.shown.shapes[0].children == ("に",)
    driver.compose("日").expect_in("text.editing")
    assert driver.text_of(only(driver)) == "日"


def test_a_second_click_while_nothing_is_written_moves_the_place():
    driver = writing().click(300, 200).type("a")
    assert driver.look(only(driver))["x"] == "300"


def test_commands_of_the_window_pass_through_while_writing():
    driver = writing("a").press("s", "", ctrl=True)
    assert not driver.used
    driver.press("F2")
    assert driver.used, "no key of the board is a command while writing"


def test_ctrl_and_alt_together_type_the_third_level_of_a_key():
    driver = writing("a").press("q", "@", ctrl=True, alt=True)
    assert driver.text_of(only(driver)) == "a@"


def test_ctrl_backspace_and_ctrl_delete_take_a_word():
    driver = writing("one two three").press("Backspace", ctrl=True)
    assert driver.text_of(only(driver)) == "one two "
    driver.press("Home").press("Delete", ctrl=True)
    assert driver.text_of(only(driver)) == "two "
