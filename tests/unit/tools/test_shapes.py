"""Rectangle, ellipse, line and arrow."""

import pytest

from tests.helpers.tool_driver import ToolDriver
from whiteboard.model.ephemeral import Cursor, PreviewEnd, ShapePreview

SHAPES = ("rectangle", "ellipse", "line", "arrow")


@pytest.mark.parametrize("tool", SHAPES)
def test_a_drag_goes_through_its_states_and_makes_one_thing_in_one_transaction(tool):
    driver = ToolDriver(tool).expect_in(f"{tool}.idle")
    driver.down(10, 10).expect_in(f"{tool}.pointing")
    driver.move(12, 12).expect_in(f"{tool}.pointing")
    driver.move(40, 50).expect_in(f"{tool}.drawing")
    assert driver.shown.shapes
    assert driver.commits == []
    driver.up().expect_in("select.idle")
    assert len(driver.commits) == 1
    assert len(driver.things) == 1
    assert driver.editor.selection.rids == driver.things
    assert driver.shown.shapes == ()


@pytest.mark.parametrize("tool", SHAPES)
def test_undo_takes_the_shape_away_and_redo_brings_it_back(tool):
    driver = ToolDriver(tool).drag(0, 0, 30, 30)
    before = driver.document.c14n()
    driver.editor.undo()
    assert driver.things == ()
    driver.editor.redo()
    assert driver.document.c14n() == before


@pytest.mark.parametrize("tool", SHAPES)
def test_a_click_makes_nothing(tool):
    driver = ToolDriver(tool).click(10, 10).expect_in(f"{tool}.idle")
    assert driver.commits == []


@pytest.mark.parametrize("tool", SHAPES)
def test_escape_gives_up_in_every_state(tool):
    driver = ToolDriver(tool).down(0, 0).press("Escape").expect_in(f"{tool}.idle").up()
    driver.down(0, 0).move(50, 50).press("Escape").expect_in(f"{tool}.idle")
    driver.move(60, 60).up().expect_in(f"{tool}.idle")
    assert driver.commits == []
    assert driver.shown.shapes == ()
    assert isinstance(driver.told.of(PreviewEnd)[-1], PreviewEnd)


@pytest.mark.parametrize("tool", SHAPES)
def test_a_cancelled_pointer_makes_nothing(tool):
    driver = ToolDriver(tool).down(0, 0).cancel().expect_in(f"{tool}.idle")
    driver.down(0, 0).move(50, 50).cancel().expect_in(f"{tool}.idle")
    assert driver.commits == []


def test_a_rectangle_is_plain_svg_with_two_decimals_at_most():
    driver = ToolDriver("rectangle").drag(10.123456, 20, 40, 60.5)
    look = driver.look(driver.things[0])
    assert look == {
        "x": "10.12", "y": "20", "width": "29.88", "height": "40.5",
        "fill": "none", "stroke": "#1B1F24", "stroke-width": "2",
    }  # fmt: skip


def test_shift_makes_a_square_and_alt_draws_from_the_centre():
    driver = ToolDriver("rectangle").hold(shift=True).drag(100, 100, 140, 120)
    look = driver.look(driver.things[0])
    assert (look["width"], look["height"]) == ("40", "40")
    driver = ToolDriver("ellipse").hold(alt=True).drag(100, 100, 140, 120)
    look = driver.look(driver.things[0])
    assert (look["cx"], look["cy"], look["rx"], look["ry"]) == ("100", "100", "40", "20")


def test_shift_counts_as_soon_as_it_is_pressed():
    driver = ToolDriver("rectangle").down(0, 0).move(40, 20)
    driver.key_down("Shift")
    assert ("", "height", "40") in driver.shown.shapes[0].attributes
    driver.key_up("Shift")
    assert ("", "height", "20") in driver.shown.shapes[0].attributes


def test_shift_keeps_lines_at_fifteen_degrees():
    driver = ToolDriver("line").hold(shift=True).drag(0, 0, 100, 4)
    look = driver.look(driver.things[0])
    assert (look["x2"], look["y2"]) == ("100", "0")


def test_alt_draws_a_line_from_its_middle():
    driver = ToolDriver("line").hold(alt=True).drag(50, 50, 80, 90)
    look = driver.look(driver.things[0])
    assert [look[n] for n in ("x1", "y1", "x2", "y2")] == ["20", "10", "80", "90"]


def test_space_moves_the_shape_while_it_is_drawn():
    driver = ToolDriver("rectangle").down(0, 0).move(40, 30)
    driver.hold(space=True).move(140, 130).hold().up()
    look = driver.look(driver.things[0])
    assert [look[n] for n in ("x", "y", "width", "height")] == ["100", "100", "40", "30"]


def test_a_kept_tool_stays():
    driver = ToolDriver("rectangle").press("q").drag(0, 0, 30, 30).expect_in("rectangle.idle")
    assert not driver.editor.selection.rids
    driver.drag(50, 0, 80, 30)
    assert driver.names() == ["rect", "rect"]


def test_others_see_the_shape_while_it_is_drawn_and_then_its_end():
    driver = ToolDriver("ellipse").down(0, 0).move(40, 30)
    preview = driver.told.of(ShapePreview)[-1]
    assert preview.element.name == "ellipse"
    assert driver.told.of(Cursor)[-1] == Cursor(40, 30, "drawing")
    driver.up()
    assert driver.told.of(PreviewEnd) == [PreviewEnd(preview.id)]


def test_arrows_of_one_colour_share_a_head_and_another_colour_gets_its_own():
    driver = ToolDriver("arrow").press("q").drag(0, 0, 50, 0).drag(0, 20, 50, 20)
    first, second = driver.things
    assert {driver.look(rid)["marker-end"] for rid in (first, second)} == {"url(#arrow-ink)"}
    driver.editor.set_colour((second,), "#2265D8")
    assert driver.look(second)["marker-end"] == "url(#arrow-blue)"
    svg = driver.document.serialise().decode()
    assert svg.count("<marker") == 2
    assert svg.count("<defs") == 1


def test_an_arrow_never_uses_somebody_elses_head_because_their_undo_would_take_it():
    driver = ToolDriver("arrow").drag(0, 0, 50, 0)
    other = ToolDriver("arrow", driver.remote()).drag(0, 50, 50, 50)
    assert other.look(other.things[-1])["marker-end"] == "url(#arrow-ink-2)"


def test_a_shape_begun_when_somebody_deletes_everything_else_is_not_disturbed():
    driver = ToolDriver("rectangle")
    other = driver.rect(0, 0, 10, 10)
    driver.down(100, 100).remote_delete(other).expect_in("rectangle.pointing")
    driver.move(150, 150).remote_delete().expect_in("rectangle.drawing").up()
    assert driver.names() == ["rect"]


def test_the_other_button_neither_ends_nor_begins_a_shape():
    driver = ToolDriver("rectangle").down(0, 0).move(50, 50)
    from whiteboard.tools.events import Button

    driver.button = Button.SECONDARY
    driver.down(50, 50).up().expect_in("rectangle.drawing")
    assert not driver.used
    driver.button = Button.MIDDLE
    driver.down(50, 50).up().expect_in("rectangle.drawing")
    driver.button = Button.PRIMARY
    driver.up()
    assert driver.names() == ["rect"]


def test_a_finger_must_move_further_than_a_mouse_before_it_draws():
    from whiteboard.tools.events import Device

    driver = ToolDriver("rectangle")
    driver.device = Device.TOUCH
    driver.down(0, 0).move(5, 0).expect_in("rectangle.pointing")
    driver.move(7, 0).expect_in("rectangle.drawing")


def test_nothing_is_drawn_where_nothing_may_be():
    driver = ToolDriver("rectangle")
    driver.editor.may_edit = lambda _rid: False
    driver.drag(0, 0, 30, 30).expect_in("rectangle.idle")
    assert driver.commits == []
