"""Whatever a hand, a key, an input method and other people do, no tool breaks or gets stuck."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.tool_driver import ToolDriver, element
from whiteboard.model.changes import Origin
from whiteboard.tools.events import (
    Button,
    Device,
    KeyEvent,
    Modifiers,
    Phase,
    PointerEvent,
    TextEvent,
    TickEvent,
)

places = st.tuples(st.integers(-50, 400), st.integers(-50, 300))
modifiers = st.builds(Modifiers, st.booleans(), st.booleans(), st.booleans(), st.booleans())
some_modifiers = st.one_of(st.just(Modifiers()), modifiers)
pointers = st.builds(
    lambda phase, at, button, held, device, pressure: PointerEvent(
        phase, float(at[0]), float(at[1]), float(at[0]), float(at[1]), 0.0, button, held, device,
        pressure,
    ),
    st.sampled_from([Phase.DOWN, Phase.MOVE, Phase.MOVE, Phase.UP, *Phase]),
    places,
    st.sampled_from([Button.PRIMARY, Button.PRIMARY, *Button]),
    some_modifiers,
    st.sampled_from([Device.MOUSE, Device.MOUSE, *Device]),
    st.one_of(st.none(), st.floats(0, 1)),
)  # fmt: skip
KEYS = [
    *"v1hp2e0r3o4l5a6t8qxZé", "Escape", "Space", "Shift", "Alt", "Control", "Tab", "Backtab",
    "Return", "Enter", "Delete", "Backspace", "Left", "Right", "Up", "Down", "Home", "End",
    "PageUp", "PageDown", "F2",
]  # fmt: skip
keys = st.builds(
    lambda key, held, pressed, repeat: KeyEvent(
        key, key if len(key) == 1 else "", held, pressed, repeat
    ),
    st.sampled_from(KEYS),
    some_modifiers,
    st.booleans(),
    st.booleans(),
)
texts = st.builds(
    TextEvent,
    st.text(max_size=3),
    st.text(max_size=2),
    st.integers(-3, 3),
    st.integers(0, 3),
)
others = st.sampled_from(
    ["delete", "change", "undo", "redo", "clear", "select-all", "left", "tick"]
)
steps = st.lists(st.one_of(pointers, pointers, keys, texts, others), max_size=40)


def perform(driver, step):
    document, editor = driver.document, driver.editor
    if not isinstance(step, str):
        driver.box.handle(step)
        return
    match step:
        case "delete" if driver.things:
            driver.remote_delete(driver.things[-1])
        case "clear" if driver.things:
            driver.remote_delete(*driver.things)
        case "change" if driver.things:
            other = driver.remote()
            with other.transact(Origin.LOCAL) as transaction:
                transaction.set_attribute(driver.things[0], "x", "77")
            document.receive(other.batches_since(document.vv))
        case "undo":
            editor.undo()
        case "redo":
            editor.redo()
        case "select-all":
            editor.select_all()
        case "left":
            driver.box.left()
        case "tick":
            driver.box.handle(TickEvent(0.0))


@settings(max_examples=150)
@given(steps)
def test_no_order_of_events_raises_or_leaves_a_tool_stuck(events):
    driver = ToolDriver("select")
    driver.rect(0, 0, 50, 50)
    driver.add(element("text", "words", x=100, y=100))
    driver.add(element("g", element("rect", x=200, y=0, width=50, height=50), element("circle")))
    for event in events:
        before = len(driver.commits)
        perform(driver, event)
        if isinstance(event, PointerEvent):
            assert len(driver.commits) <= before + 1
        assert driver.overlay.feedback is not None
    driver.press("Escape").press("Escape")
    assert driver.box.active.is_idle, driver.box.path
    # All others hold the same, and everything of mine can be taken back without an error.
    other = driver.remote()
    assert other.c14n() == driver.document.c14n()
    while driver.editor.can_undo:
        driver.editor.undo()


gestures = st.lists(
    st.tuples(
        st.sampled_from(["rectangle", "ellipse", "line", "arrow", "pen", "eraser", "select"]),
        places,
        places,
        some_modifiers,
    ),
    max_size=8,
)


@given(gestures)
def test_a_gesture_is_at_most_one_transaction_and_all_of_them_can_be_undone_and_done_again(drags):
    driver = ToolDriver("select")
    driver.rect(0, 0, 50, 50)
    start = driver.document.c14n()
    for tool, begin, end, held in drags:
        driver.box.choose(tool)
        driver.held = held
        before = len(driver.commits)
        driver.drag(*map(float, (*begin, *end)))
        assert len(driver.commits) <= before + 1
    drawn = driver.document.c14n()
    count = 0
    while driver.editor.can_undo:
        driver.editor.undo()
        count += 1
    assert driver.document.c14n() == start
    for _ in range(count):
        driver.editor.redo()
    assert driver.document.c14n() == drawn
