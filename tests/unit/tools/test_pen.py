"""The pen."""

import math

import pytest

from tests.helpers.tool_driver import ToolDriver
from whiteboard.model.ephemeral import InkPreview, PreviewEnd
from whiteboard.svg import hit
from whiteboard.svg.path import flatten, parse_path
from whiteboard.tools.events import Device, Phase


def wave(driver, count=60):
    driver.down(0, 100)
    for i in range(1, count):
        driver.move(i * 4, 100 + 40 * math.sin(i / 6))
    return driver


def test_a_stroke_is_one_path_in_one_transaction_and_the_pen_stays():
    driver = wave(ToolDriver("pen")).expect_in("pen.drawing")
    assert len(driver.shown.ink.points) == 60
    assert driver.commits == []
    driver.up().expect_in("pen.idle")
    assert len(driver.commits) == 1
    assert driver.names() == ["path"]
    look = driver.look(driver.things[0])
    assert look["stroke-linecap"] == "round"
    assert look["fill"] == "none"
    assert look["stroke-width"] == "5"
    assert driver.shown.ink is None
    driver.editor.undo()
    assert driver.things == ()


def test_the_path_goes_where_the_pen_went():
    driver = wave(ToolDriver("pen")).up()
    (line,) = flatten(parse_path(driver.look(driver.things[0])["d"]), 0.001)
    for i in range(60):
        x, y = i * 4, 100 + 40 * math.sin(i / 6)
        assert min(math.hypot(px - x, py - y) for px, py in line) < 2


def test_a_click_leaves_a_dot():
    driver = ToolDriver("pen").click(10, 20)
    assert driver.look(driver.things[0])["d"] == "M10 20h.01"


def test_a_quick_second_click_leaves_a_second_dot():
    driver = ToolDriver("pen").click(10, 20).double(12, 20)
    assert driver.names() == ["path", "path"]


@pytest.mark.parametrize("way", ["escape", "cancel"])
def test_giving_up_leaves_nothing(way):
    driver = wave(ToolDriver("pen"))
    driver.press("Escape") if way == "escape" else driver.cancel()
    driver.expect_in("pen.idle").up()
    assert driver.commits == []
    assert driver.shown.ink is None
    assert len(driver.told.of(PreviewEnd)) == 1


def test_shift_draws_straight_pieces_at_fifteen_degrees_with_sharp_ends():
    driver = ToolDriver("pen").down(0, 0).hold(shift=True).move(50, 3).move(100, 6)
    assert driver.shown.ink.points[-1][:2] == pytest.approx((100, 0))
    driver.hold().move(100, 40).hold(shift=True).move(160, 42).up()
    path = parse_path(driver.look(driver.things[0])["d"])
    assert path[0] == ("M", 0, 0)
    assert path[1] == ("L", 100, 0)
    assert path[-1] == ("L", 160, 40)


def test_pressure_of_a_tablet_sets_the_width():
    driver = ToolDriver("pen")
    driver.device = Device.PEN
    driver.pressure = 1.0
    driver.drag(0, 0, 50, 50)
    driver.pressure = 0.1
    driver.drag(0, 50, 50, 90)
    hard, soft = (float(driver.look(rid)["stroke-width"]) for rid in driver.things)
    assert hard == 7.5
    assert soft == 3


def pressed(driver, count=60, *, bend=40, least=0.1):
    """A wave whose pressure rises and falls."""
    driver.device = Device.PEN
    driver.pressure = least
    driver.down(0, 100)
    for i in range(1, count):
        driver.pressure = least + (1 - least) * math.sin(math.pi * i / (count - 1))
        driver.move(i * 4, 100 + bend * math.sin(i / 6))
    return driver.up()


def test_a_pressure_that_varies_leaves_a_filled_outline_as_wide_as_it_was_pressed():
    driver = pressed(ToolDriver("pen"), bend=0)
    look = driver.look(driver.things[0])
    assert (look["fill"], look["stroke"]) == (driver.box.style.colour, "none")
    assert "stroke-width" not in look
    ring = [point for line in flatten(parse_path(look["d"]), 0.01) for point in line]

    def width_at(x):
        near = [py for px, py in ring if abs(px - x) < 6]
        return max(near) - min(near)

    assert width_at(118) == pytest.approx(1.5 * 5, abs=0.7)
    assert width_at(10) < 4.6
    assert min(x for x, _ in ring) == pytest.approx(-1.5, abs=0.3), "a round end"


def test_an_outline_is_whole_and_short():
    driver = pressed(ToolDriver("pen"), 200)
    look = driver.look(driver.things[0])
    assert len(look["d"]) <= 3000
    path = parse_path(look["d"])
    for i in range(200):
        assert hit.contains(flatten(path, 0.05), i * 4, 100 + 40 * math.sin(i / 6), even_odd=False)


def test_a_pressure_that_hardly_varies_leaves_one_width():
    driver = pressed(ToolDriver("pen"), least=0.95)
    look = driver.look(driver.things[0])
    assert look["fill"] == "none"
    assert float(look["stroke-width"]) == pytest.approx(5 * 1.48, abs=0.1)


def test_a_stroke_of_varying_width_is_recoloured_moved_and_erased_like_any_other():
    driver = pressed(ToolDriver("pen"))
    rid = driver.things[0]
    driver.editor.set_colour([rid], "#D92D3A")
    assert (driver.look(rid)["fill"], driver.look(rid)["stroke"]) == ("#D92D3A", "none")
    driver.device = Device.MOUSE
    driver.box.choose("select")
    driver.drag(120, 100 + 40 * math.sin(5), 130, 110 + 40 * math.sin(5))
    assert driver.editor.selection.rids == (rid,)
    assert "transform" in driver.look(rid) or driver.commits
    driver.box.choose("eraser")
    driver.drag(130, 0, 130, 300)
    assert driver.things == ()


def test_others_get_every_point_once_and_in_order():
    driver = wave(ToolDriver("pen")).up()
    points: list = []
    for preview in driver.told.of(InkPreview):
        assert preview.start <= len(points)
        points[preview.start :] = preview.points
    assert len(points) == 60
    assert sum(len(preview.points) for preview in driver.told.of(InkPreview)) == 60
    assert len({preview.id for preview in driver.told.of(InkPreview)}) == 1


def test_what_others_get_follows_a_straight_piece_that_swings():
    driver = ToolDriver("pen").hold(shift=True).down(0, 0).move(50, 0).move(50, 50).move(0, 50)
    points: list = []
    for preview in driver.told.of(InkPreview):
        points[preview.start :] = preview.points
    assert points == [pytest.approx((0, 0)), pytest.approx((0, 50))]


def test_a_remote_commit_does_not_disturb_a_stroke():
    driver = ToolDriver("pen")
    rid = driver.rect(0, 0, 10, 10)
    wave(driver).remote_delete(rid).expect_in("pen.drawing").up()
    assert driver.names() == ["path"]


def test_samples_nearer_than_half_a_pixel_are_dropped():
    driver = ToolDriver("pen").down(0, 0).move(0.2, 0.2).move(0.3, 0).move(30, 0)
    assert len(driver.shown.ink.points) == 2


def test_the_eraser_end_of_a_pen_lends_the_eraser_while_it_is_used():
    driver = ToolDriver("pen")
    rid = driver.rect(0, 0, 20, 20)
    driver.device = Device.PEN_ERASER
    driver.hover(200, 200).expect_in("eraser.idle")
    assert driver.box.current == "pen"
    driver.down(10, 10).expect_in("eraser.erasing").up()
    assert not driver.document.is_visible(rid)
    driver.device = Device.PEN
    driver.pointer(Phase.HOVER, 100, 100).expect_in("pen.idle")


def test_each_device_remembers_its_own_ink():
    driver = ToolDriver("pen")
    from dataclasses import replace

    driver.hover(0, 0)
    driver.box.set_style(replace(driver.box.style, colour="#D92D3A"))
    driver.device = Device.PEN
    driver.hover(0, 0)
    assert driver.box.style.colour == "#D92D3A", "a new device begins with what was set last"
    driver.box.set_style(replace(driver.box.style, colour="#2265D8", width=9.0))
    driver.drag(0, 0, 50, 50)
    driver.device = Device.MOUSE
    driver.drag(0, 50, 50, 90)
    pen, mouse = (driver.look(rid) for rid in driver.things)
    assert (pen["stroke"], mouse["stroke"]) == ("#2265D8", "#D92D3A")
