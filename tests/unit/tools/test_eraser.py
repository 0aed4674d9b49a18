"""The eraser."""

from tests.helpers.tool_driver import ToolDriver, element


def test_objects_on_the_way_are_faint_until_the_pointer_is_lifted_and_go_in_one_step():
    driver = ToolDriver("eraser")
    first, second = driver.rect(0, 0, 20, 20), driver.rect(100, 0, 20, 20)
    far = driver.rect(0, 300, 20, 20)
    driver.down(10, 10).expect_in("eraser.erasing")
    assert driver.shown.faded == {first}
    driver.move(110, 10)
    assert driver.shown.faded == {first, second}
    assert driver.commits == []
    driver.up().expect_in("eraser.idle")
    assert driver.things == (far,)
    assert len(driver.commits) == 1
    driver.editor.undo()
    assert driver.things == (first, second, far)


def test_a_fast_movement_leaves_no_gaps():
    driver = ToolDriver("eraser")
    rid = driver.rect(100, 0, 20, 20)
    driver.down(0, 10).move(300, 10).up()
    assert not driver.document.is_visible(rid)


def test_escape_gives_everything_back():
    driver = ToolDriver("eraser")
    rid = driver.rect(0, 0, 20, 20)
    driver.down(10, 10).press("Escape").expect_in("eraser.idle").up()
    assert driver.document.is_visible(rid)
    assert driver.shown.faded == frozenset()
    assert driver.commits == []


def test_a_cancelled_pointer_gives_everything_back():
    driver = ToolDriver("eraser")
    rid = driver.rect(0, 0, 20, 20)
    driver.down(10, 10).cancel().expect_in("eraser.idle")
    assert driver.document.is_visible(rid)


def test_what_somebody_else_deletes_meanwhile_is_forgotten():
    driver = ToolDriver("eraser")
    first, second = driver.rect(0, 0, 20, 20), driver.rect(0, 0, 20, 20)
    driver.down(10, 10).remote_delete(first)
    driver.move(11, 11).expect_in("eraser.erasing")
    assert driver.shown.faded == {second}
    driver.up()
    assert driver.things == ()


def test_erasing_nothing_writes_nothing():
    driver = ToolDriver("eraser").drag(0, 0, 100, 100)
    assert driver.commits == []


def test_a_group_goes_as_a_whole_and_a_layer_does_not():
    driver = ToolDriver("eraser")
    group = driver.add(element("g", element("rect", x=0, y=0, width=9, height=9), element("rect")))
    driver.click(5, 5)
    assert not driver.document.is_visible(group)


def test_what_may_not_be_edited_is_not_marked():
    driver = ToolDriver("eraser")
    rid = driver.rect(0, 0, 20, 20)
    driver.editor.may_edit = lambda other: other != rid
    driver.down(10, 10)
    assert driver.shown.faded == frozenset()
