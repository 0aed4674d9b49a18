"""The select tool."""

import pytest

from tests.helpers.tool_driver import ToolDriver, element
from whiteboard.model.ephemeral import MovePreview, PreviewEnd, ShapePreview
from whiteboard.svg.plan import Rect
from whiteboard.tools.events import Device


@pytest.fixture
def driver():
    return ToolDriver("select")


def geometry(driver, rid, *names):
    look = driver.look(rid)
    return [float(look[name]) for name in names or ("x", "y", "width", "height")]


# -- clicking


def test_a_click_selects_the_topmost_thing_and_one_beside_clears(driver):
    below, above = driver.rect(0, 0, 50, 50), driver.rect(10, 10, 50, 50)
    driver.down(20, 20).expect_in("select.pointing")
    assert above in driver.shown.outlines
    driver.up().expect_in("select.idle")
    assert driver.editor.selection.rids == (above,)
    driver.click(1, 1)
    assert driver.editor.selection.rids == (below,)
    driver.click(300, 300)
    assert driver.editor.selection.rids == ()
    assert driver.commits == []


def test_a_click_may_miss_by_eight_pixels_at_any_zoom(driver):
    rid = driver.rect(0, 0, 50, 50)
    driver.click(57, 25)
    assert driver.editor.selection.rids == (rid,)
    driver.view.scale = 4.0
    driver.click(57, 25)
    assert driver.editor.selection.rids == ()


def test_what_is_hit_wins_over_what_is_near(driver):
    hit, _near = driver.rect(0, 0, 50, 50), driver.rect(52, 0, 50, 50)
    driver.click(48, 25)
    assert driver.editor.selection.rids == (hit,)


def test_shift_click_adds_and_takes_away(driver):
    first, second = driver.rect(0, 0, 20, 20), driver.rect(100, 0, 20, 20)
    driver.click(10, 10).hold(shift=True).click(110, 10)
    assert driver.editor.selection.rids == (first, second)
    driver.click(10, 10).click(500, 500)
    assert driver.editor.selection.rids == (second,)


def grouped(driver):
    group = driver.add(
        element(
            "g",
            element("rect", x=0, y=0, width=20, height=20),
            element("g", element("rect", x=100, y=0, width=20, height=20)),
        )
    )
    inner = driver.document.children(group)
    return group, inner[0], inner[1], driver.document.children(inner[1])[0]


def test_a_click_means_the_outermost_group_and_with_ctrl_the_element_itself(driver):
    group, _, _, deep = grouped(driver)
    driver.click(110, 10)
    assert driver.editor.selection.rids == (group,)
    driver.hold(ctrl=True).click(110, 10)
    assert driver.editor.selection.rids == (deep,)


def test_a_layer_is_no_group(driver):
    from whiteboard.editing.editor import INKSCAPE_NS
    from whiteboard.model.ops import LiteralElement
    from whiteboard.svg.plan import SVG_NS

    layer = driver.add(
        LiteralElement(
            SVG_NS,
            "g",
            ((INKSCAPE_NS, "groupmode", "layer"),),
            (element("rect", x=0, y=0, width=20, height=20),),
        )
    )
    driver.click(10, 10)
    assert driver.editor.selection.rids == tuple(driver.document.children(layer))


def test_a_double_click_goes_into_a_group_and_escape_comes_out_again(driver):
    group, first, inner, _ = grouped(driver)
    driver.click(110, 10).double(110, 10).expect_in("select.idle")
    assert driver.editor.selection.rids == (inner,)
    driver.click(10, 10)
    assert driver.editor.selection.rids == (first,)
    driver.press("Escape")
    assert driver.editor.selection.rids == (group,)
    driver.press("Escape")
    assert driver.editor.selection.rids == ()
    driver.press("Escape")
    assert not driver.used


def test_enter_goes_into_a_group(driver):
    _, first, _, _ = grouped(driver)
    driver.click(110, 10).press("Return")
    assert driver.editor.selection.rids == (first,)


# -- the rubber band


def test_to_the_right_the_band_takes_what_lies_in_it_and_to_the_left_what_it_touches(driver):
    first, second = driver.rect(100, 100, 20, 20), driver.rect(200, 100, 100, 20)
    driver.down(50, 50).move(60, 60).expect_in("select.brushing").move(250, 200)
    assert driver.shown.marquee == Rect(50, 50, 200, 150)
    assert driver.shown.outlines == (first,)
    driver.up().expect_in("select.idle")
    assert driver.editor.selection.rids == (first,)
    driver.drag(250, 200, 50, 50)
    assert set(driver.editor.selection.rids) == {first, second}
    assert driver.commits == []


def test_shift_adds_what_the_band_takes(driver):
    first, second = driver.rect(100, 100, 20, 20), driver.rect(200, 100, 20, 20)
    driver.click(110, 110).hold(shift=True).drag(190, 50, 300, 300)
    assert driver.editor.selection.rids == (first, second)


def test_the_band_takes_a_group_only_with_all_its_members(driver):
    group, *_ = grouped(driver)
    driver.drag(-20, -20, 50, 50)
    assert driver.editor.selection.rids == ()
    driver.drag(-20, -20, 150, 50)
    assert driver.editor.selection.rids == (group,)


@pytest.mark.parametrize("way", ["Escape", "cancel"])
def test_giving_up_the_band_leaves_the_selection(driver, way):
    rid = driver.rect(0, 0, 20, 20)
    driver.click(10, 10).down(100, 100).move(-50, -50)
    driver.cancel() if way == "cancel" else driver.press(way)
    driver.expect_in("select.idle").up()
    assert driver.editor.selection.rids == (rid,)
    assert driver.shown.marquee is None


def test_what_somebody_deletes_under_the_band_is_not_selected(driver):
    first, second = driver.rect(0, 0, 20, 20), driver.rect(50, 0, 20, 20)
    driver.down(-50, -50).move(100, 100).remote_delete(first).expect_in("select.brushing").up()
    assert driver.editor.selection.rids == (second,)


# -- moving


def test_a_drag_moves_by_attributes_in_one_transaction_and_undo_puts_back(driver):
    rid = driver.rect(10, 10, 50, 50)
    driver.down(20, 20).move(22, 22).expect_in("select.pointing")
    driver.move(40, 35).expect_in("select.translating")
    assert driver.shown.moved == {rid: (1, 0, 0, 1, 20, 15)}
    assert driver.commits == []
    driver.up().expect_in("select.idle")
    assert geometry(driver, rid) == [30, 25, 50, 50]
    assert "transform" not in driver.look(rid)
    assert len(driver.commits) == 1
    driver.editor.undo()
    assert geometry(driver, rid) == [10, 10, 50, 50]


def test_a_drag_of_one_of_the_selected_moves_all_of_them(driver):
    first, second = driver.rect(0, 0, 20, 20), driver.rect(100, 0, 20, 20)
    driver.editor.selection.set((first, second))
    driver.drag(10, 10, 20, 40)
    assert geometry(driver, first)[:2] == [10, 30]
    assert geometry(driver, second)[:2] == [110, 30]
    assert len(driver.commits) == 1


def test_a_drag_between_the_selected_moves_them_and_a_click_there_clears(driver):
    first, second = driver.rect(0, 0, 20, 20), driver.rect(200, 0, 20, 20)
    driver.editor.selection.set((first, second))
    driver.drag(60, 10, 60, 40)
    assert geometry(driver, first)[:2] == [0, 30]
    driver.click(60, 40)
    assert driver.editor.selection.rids == ()


def test_shift_keeps_to_one_axis(driver):
    rid = driver.rect(0, 0, 50, 50)
    driver.down(10, 10).hold(shift=True).move(60, 20).up()
    assert geometry(driver, rid)[:2] == [50, 0]


def test_alt_leaves_the_thing_and_moves_a_copy(driver):
    rid = driver.rect(0, 0, 50, 50, id="house", fill="url(#house)")
    driver.down(10, 10).hold(alt=True).move(110, 10)
    assert driver.shown.shapes
    assert driver.shown.moved == {}
    assert isinstance(driver.told.all[-2], ShapePreview)
    driver.up()
    assert geometry(driver, rid)[:2] == [0, 0]
    assert len(driver.things) == 2
    copy = driver.things[1]
    assert driver.look(copy)["id"] == "house-2"
    assert driver.look(copy)["fill"] == "url(#house-2)"
    assert driver.editor.selection.rids == (copy,)
    assert len(driver.commits) == 1
    driver.editor.undo()
    assert driver.things == (rid,)


def test_alt_released_before_the_pointer_moves_the_thing_itself(driver):
    rid = driver.rect(0, 0, 50, 50)
    driver.down(10, 10).hold(alt=True).move(110, 10).hold().key_up("Alt")
    assert driver.shown.moved
    driver.up()
    assert driver.things == (rid,)


@pytest.mark.parametrize("way", ["Escape", "cancel"])
def test_giving_up_a_move_writes_nothing(driver, way):
    rid = driver.rect(0, 0, 50, 50)
    driver.down(10, 10).move(60, 60)
    driver.cancel() if way == "cancel" else driver.press(way)
    driver.expect_in("select.idle").move(90, 90).up()
    assert driver.commits == []
    assert driver.shown.moved == {}
    assert geometry(driver, rid)[:2] == [0, 0]


def test_escape_while_pressed_leaves_everything(driver):
    driver.rect(0, 0, 50, 50)
    driver.down(10, 10).press("Escape").expect_in("select.idle").move(90, 90).up()
    assert driver.editor.selection.rids == ()
    assert driver.commits == []


def test_others_see_what_moves_and_its_end(driver):
    rid = driver.rect(0, 0, 50, 50)
    driver.down(10, 10).move(60, 60)
    preview = driver.told.of(MovePreview)[-1]
    assert (preview.rids, preview.matrix) == ((rid,), (1, 0, 0, 1, 50, 50))
    driver.up()
    assert driver.told.of(PreviewEnd) == [PreviewEnd(preview.id)]


def test_a_move_goes_on_with_what_somebody_left_and_ends_when_nothing_is_left(driver):
    first, second = driver.rect(0, 0, 20, 20), driver.rect(100, 0, 20, 20)
    driver.editor.selection.set((first, second))
    driver.down(10, 10).move(40, 10).remote_delete(first).expect_in("select.translating")
    driver.remote_delete(second).expect_in("select.idle")
    driver.move(50, 50).up().tick()
    assert driver.commits == []
    assert driver.shown.frame is None


def test_a_press_ends_when_somebody_deletes_what_was_pressed(driver):
    rid = driver.rect(0, 0, 20, 20)
    driver.down(10, 10).remote_delete(rid).expect_in("select.idle").move(90, 90).up()
    assert driver.commits == []


def test_undo_by_hand_in_the_middle_of_a_move_lets_go_of_what_it_takes_away(driver):
    driver.box.choose("rectangle")
    driver.drag(0, 0, 50, 50).expect_in("select.idle")
    driver.down(10, 10).move(60, 60)
    driver.editor.undo()
    driver.expect_in("select.idle").up()
    assert driver.things == ()


def test_what_may_not_be_edited_is_selected_but_does_not_move(driver):
    rid = driver.rect(0, 0, 50, 50)
    driver.editor.may_edit = lambda other: other != rid
    driver.drag(10, 10, 60, 60)
    assert driver.editor.selection.rids == (rid,)
    assert driver.commits == []


def test_a_move_composes_with_what_somebody_did_meanwhile(driver):
    from whiteboard.model.changes import Origin

    rid = driver.rect(0, 0, 50, 50)
    driver.down(10, 10).move(30, 10)
    other = driver.remote()
    with other.transact(Origin.LOCAL) as transaction:
        transaction.set_attribute(rid, "x", "100")
    driver.document.receive(other.batches_since(driver.document.vv))
    driver.up()
    assert geometry(driver, rid)[:2] == [120, 0]


# -- resizing


def selected_rect(driver):
    rid = driver.rect(100, 100, 100, 50)
    driver.click(150, 125)
    return rid


@pytest.mark.parametrize(
    ("handle", "to", "box"),
    [
        ("se", (10, 20), [100, 100, 110, 70]),
        ("nw", (10, 20), [110, 120, 90, 30]),
        ("ne", (10, -20), [100, 80, 110, 70]),
        ("sw", (-10, 20), [90, 100, 110, 70]),
        ("n", (10, -20), [100, 80, 100, 70]),
        ("s", (10, 20), [100, 100, 100, 70]),
        ("e", (10, 20), [100, 100, 110, 50]),
        ("w", (10, 20), [110, 100, 90, 50]),
    ],
)
def test_each_handle_resizes_its_sides_by_attributes(driver, handle, to, box):
    from whiteboard.tools.select import HANDLES

    rid = selected_rect(driver)
    fx, fy = HANDLES[handle]
    x, y = 100 + fx * 100, 100 + fy * 50
    driver.hover(x, y)
    assert driver.shown.cursor == handle
    driver.down(x + 2, y + 1).expect_in("select.pointing")
    driver.move(x + 2 + to[0], y + 1 + to[1]).expect_in("select.resizing").up()
    driver.expect_in("select.idle")
    assert geometry(driver, rid) == pytest.approx(box)
    assert "transform" not in driver.look(rid)
    assert len(driver.commits) == 1
    driver.editor.undo()
    assert geometry(driver, rid) == [100, 100, 100, 50]


def test_shift_keeps_the_proportions_and_alt_the_centre(driver):
    rid = selected_rect(driver)
    driver.down(200, 150).hold(shift=True).move(300, 150).up()
    assert geometry(driver, rid) == [100, 100, 200, 100]
    driver.hold().down(300, 200).hold(alt=True).move(310, 210).up()
    assert geometry(driver, rid) == [90, 90, 220, 120]


def test_a_side_with_shift_grows_the_other_way_about_the_middle(driver):
    rid = selected_rect(driver)
    driver.down(200, 125).hold(shift=True).move(300, 125).up()
    assert geometry(driver, rid) == [100, 75, 200, 100]


def test_dragging_over_the_opposite_side_turns_the_thing_over_and_never_flattens_it(driver):
    rid = selected_rect(driver)
    driver.down(200, 125).move(50, 125).up()
    assert geometry(driver, rid) == [50, 100, 50, 50]
    driver.down(50, 125).move(100, 125).up()
    assert geometry(driver, rid)[2] >= 1


@pytest.mark.parametrize("way", ["Escape", "cancel"])
def test_giving_up_a_resize_writes_nothing(driver, way):
    selected_rect(driver)
    driver.down(200, 150).move(250, 250)
    driver.cancel() if way == "cancel" else driver.press(way)
    driver.expect_in("select.idle").up()
    assert driver.commits == []


def test_a_resize_ends_when_somebody_deletes_the_thing(driver):
    rid = selected_rect(driver)
    driver.down(200, 150).remote_delete(rid).expect_in("select.idle").up()
    rid = selected_rect(driver)
    driver.down(200, 150).move(250, 250).remote_delete(rid).expect_in("select.idle").up()
    assert driver.commits == []


def test_a_click_on_a_handle_changes_nothing(driver):
    rid = selected_rect(driver)
    driver.click(200, 150)
    assert driver.editor.selection.rids == (rid,)
    assert driver.commits == []


def test_fingers_have_larger_handles(driver):
    selected_rect(driver)
    driver.down(215, 165).move(240, 190).expect_in("select.brushing").up()
    selected_rect(driver)
    driver.device = Device.TOUCH
    driver.down(215, 165).move(240, 190).expect_in("select.resizing").up()


# -- keys


def test_arrows_nudge_by_one_and_with_shift_by_ten(driver):
    rid = driver.rect(0, 0, 50, 50)
    driver.click(10, 10).press("Right").press("Down").press("Left", shift=True).press("Up")
    assert geometry(driver, rid)[:2] == [-9, 0]
    assert len(driver.commits) == 4


@pytest.mark.parametrize("key", ["Delete", "Backspace"])
def test_delete_takes_the_selection_to_the_trash(driver, key):
    rid = driver.rect(0, 0, 50, 50)
    driver.click(10, 10).press(key)
    assert driver.things == ()
    assert driver.editor.selection.rids == ()
    driver.editor.undo()
    assert driver.things == (rid,)


def test_tab_walks_in_reading_order_and_shift_tab_back(driver):
    right, below, left = (
        driver.rect(200, 5, 50, 50), driver.rect(0, 200, 50, 50), driver.rect(0, 0, 50, 50),
    )  # fmt: skip
    seen = []
    for _ in range(4):
        driver.press("Tab")
        seen.append(driver.editor.selection.rids[0])
    assert seen == [left, right, below, left]
    driver.press("Tab", shift=True)
    assert driver.editor.selection.rids == (below,)


def test_tab_on_an_empty_board_is_left_to_the_window(driver):
    driver.press("Tab")
    assert not driver.used


def test_page_keys_change_what_is_above_what(driver):
    a, b, c = driver.rect(0, 0, 50, 50), driver.rect(100, 0, 50, 50), driver.rect(200, 0, 50, 50)
    driver.click(10, 10).press("PageUp")
    assert driver.things == (b, a, c)
    driver.press("Home")
    assert driver.things == (b, c, a)
    driver.press("PageDown")
    assert driver.things == (b, a, c)
    driver.press("End")
    assert driver.things == (a, b, c)
    assert len(driver.commits) == 4


def test_keys_without_a_selection_mean_nothing(driver):
    for key in ("Delete", "Left", "PageUp", "Return", "F2"):
        driver.press(key)
        assert not driver.used
    assert driver.commits == []


def test_the_frame_stands_around_everything_that_is_selected(driver):
    first, second = driver.rect(0, 0, 20, 20), driver.rect(100, 50, 20, 20)
    driver.editor.selection.set((first, second))
    driver.tick()
    assert driver.shown.frame.rect == Rect(0, 0, 120, 70)
    assert driver.shown.outlines == (first, second)
