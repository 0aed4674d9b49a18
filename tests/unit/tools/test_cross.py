"""Drawing by keys."""

from tests.helpers.tool_driver import ToolDriver


def test_arrows_and_enter_draw_a_rectangle_without_a_pointer():
    driver = ToolDriver("rectangle").press("Right").expect_in("rectangle.idle")
    assert driver.box.cross.at == (508, 350)
    assert len(driver.shown.shapes) == 2
    driver.press("Enter").expect_in("rectangle.pointing")
    driver.press("Right").press("Down", shift=True).press("Left", ctrl=True)
    driver.expect_in("rectangle.drawing")
    assert len(driver.shown.shapes) == 3
    driver.press("Enter").expect_in("select.idle")
    look = driver.look(driver.things[0])
    assert [look[n] for n in ("x", "y", "width", "height")] == ["508", "350", "7", "80"]
    assert driver.box.cross.at is None
    assert len(driver.commits) == 1


def test_steps_are_as_long_on_the_screen_at_any_zoom():
    driver = ToolDriver("pen")
    driver.view.scale = 4.0
    driver.press("Right")
    assert driver.box.cross.at == (502, 350)


def test_escape_gives_the_gesture_up_and_leaves_the_cross():
    driver = ToolDriver("pen").press("Right").press("Enter").press("Right").expect_in("pen.drawing")
    driver.press("Escape").expect_in("pen.idle").press("Right").expect_in("pen.idle")
    assert driver.box.cross.at == (524, 350)
    assert driver.commits == []
    driver.press("Enter").press("Right").press("Enter")
    assert driver.names() == ["path"]


def test_the_pointer_takes_over_and_the_cross_is_gone():
    driver = ToolDriver("pen").press("Right").hover(5, 5)
    assert driver.box.cross.at is None
    assert driver.shown.shapes == ()


def test_enter_places_a_text_and_then_keys_are_letters():
    driver = ToolDriver("text").press("Right").press("Enter").expect_in("text.placing")
    driver.type("a").press("Left")
    assert driver.shown.text.caret == 0


def test_the_select_tool_and_the_hand_keep_their_arrows():
    driver = ToolDriver("select").press("Right")
    assert driver.box.cross.at is None
    assert not driver.used


def test_a_tool_taken_by_its_letter_keeps_the_cross():
    driver = ToolDriver("pen").press("Right").press("r")
    assert driver.box.cross.at == (508, 350)
    driver.press("v")
    assert driver.box.cross.at is None
