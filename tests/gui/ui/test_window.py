"""Sizes, keys, focus and names of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListView, QWidget

from tests.helpers.hands import click, settle
from whiteboard.session.boards import BoardState
from whiteboard.ui.bars import TOOLS
from whiteboard.ui.body import SizeClass
from whiteboard.ui.surface import Style

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def surface(window):
    return window.pages.front.surface


def shown_in(window, widget: QWidget) -> bool:
    """Whether the whole control is inside the window, covered by nothing."""
    if not widget.isVisible():
        return False
    corner = widget.mapTo(window, QPoint(0, 0))
    inside = window.rect().contains(QRect(corner, widget.size()))
    return inside and window.childAt(corner + widget.rect().center()) is widget


@pytest.mark.parametrize("size", [(1600, 900), (1280, 800), (1024, 700), (632, 700), (480, 420)])
@pytest.mark.parametrize("rtl", [False, True])
def test_menu_undo_tools_and_invite_stay_in_every_size(world, open_window, qapp, size, rtl):
    if rtl:
        qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    window = open_window(world.signed_in(), *size)
    world.share(world.boards.boards[0])
    settle()
    invite = window.top.invite if window.top.invite.isVisible() else window.top.invite_small
    for control in (window.top.menu, window.top.sessions, invite, window.frame.undo.undo):
        assert shown_in(window, control), control.accessibleName()
    shown = [name for name, one in window.frame.tools.buttons.items() if one.isVisible()]
    specs = [spec.name for spec in TOOLS if spec is not None]
    assert shown == specs[: len(shown)]
    assert len(shown) >= 4
    assert window.frame.tools.more.isVisible() == (len(shown) < len(specs))
    for name in shown:
        assert shown_in(window, window.frame.tools.buttons[name]), name
    bars = [window.frame.tools, window.frame.undo, window.frame.zoom, window.frame.options]
    for one in bars:
        for other in bars:
            assert one is other or not one.geometry().intersects(other.geometry())


def test_the_size_classes_are_those_of_the_design():
    widths = [1600, 1599, 1200, 1199, 900, 899, 480]
    names = [SizeClass.of(width).name for width in widths]
    assert names == ["WIDE", "FULL", "FULL", "MEDIUM", "MEDIUM", "SMALL", "SMALL"]


def test_a_pane_opened_by_hand_is_open_again_in_that_size(world, open_window):
    window = open_window(world, 1280, 800)
    assert window.sessions.isVisible()
    window.resize(1000, 700)
    settle()
    assert not window.sessions.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F9)
    assert window.sessions.isVisible()
    window.resize(1280, 800)
    settle()
    window.resize(1000, 700)
    settle()
    assert window.sessions.isVisible()


def test_in_a_medium_window_sessions_lie_over_the_board_and_esc_closes_them(world, open_window):
    window = open_window(world, 1000, 700)
    width = window.frame.width()
    click(window.top.sessions)
    assert window.frame.width() == width
    window.sessions.list.setFocus()
    QTest.keyClick(window.sessions.list, Qt.Key.Key_Escape)
    settle()
    assert not window.sessions.isVisible()
    assert QApplication.focusWidget() is surface(window).widget


def test_two_panes_leave_the_board_its_width(world, open_window):
    window = open_window(world, 1280, 800)
    click(window.top.people)
    assert window.people_pane.isVisible()
    assert not window.sessions.isVisible()
    window.resize(1700, 900)
    settle()
    click(window.top.people)
    assert window.sessions.isVisible()


def test_bars_keep_their_place_when_the_tool_changes(world, open_window):
    window = open_window(world)
    places = {}
    for tool in ("pen", "select", "text", "rectangle", "hand"):
        surface(window).choose(tool)
        settle()
        bars = (window.frame.tools, window.frame.undo, window.frame.zoom)
        places[tool] = tuple(bar.geometry().getRect() for bar in bars)
    assert len(set(places.values())) == 1


def test_a_click_on_a_tool_takes_no_focus_so_keys_keep_working(world, open_window):
    window = open_window(world)
    canvas = surface(window).widget
    canvas.setFocus()
    click(window.frame.tools.buttons["eraser"])
    assert surface(window).tool == "eraser"
    assert QApplication.focusWidget() is canvas
    assert window.ring.isHidden()
    QTest.keyClick(canvas, Qt.Key.Key_R)
    assert surface(window).tool == "rectangle"
    assert window.frame.tools.buttons["shapes"].isChecked()


@pytest.mark.parametrize(
    ("key", "tool"),
    [
        (Qt.Key.Key_V, "select"),
        (Qt.Key.Key_2, "pen"),
        (Qt.Key.Key_0, "eraser"),
        (Qt.Key.Key_5, "line"),
        (Qt.Key.Key_A, "arrow"),
        (Qt.Key.Key_T, "text"),
    ],
)
def test_tool_keys_work_with_the_canvas_in_focus(world, open_window, key, tool):
    window = open_window(world)
    surface(window).choose("hand")
    QTest.keyClick(surface(window).widget, key)
    assert surface(window).tool == tool


def test_tool_keys_are_letters_in_a_search(world, open_window):
    window = open_window(world)
    window.sessions.search.setFocus()
    QTest.keyClicks(window.sessions.search, "verp")
    assert window.sessions.search.text() == "verp"
    assert surface(window).tool == "pen"


def test_keys_of_the_edit_menu_reach_the_board(world, open_window):
    window = open_window(world)
    canvas = surface(window).widget
    for key, held in (
        (Qt.Key.Key_Z, CTRL),
        (Qt.Key.Key_Z, CTRL | SHIFT),
        (Qt.Key.Key_Y, CTRL),
        (Qt.Key.Key_D, CTRL),
        (Qt.Key.Key_A, CTRL),
        (Qt.Key.Key_Delete, NONE),
        (Qt.Key.Key_Home, NONE),
    ):
        QTest.keyClick(canvas, key, held)
    done = [call[1] for call in surface(window).calls if call[0] == "do"]
    assert done == ["undo", "redo", "redo", "duplicate", "select-all", "delete", "to-front"]


def test_keys_zoom_and_fit(world, open_window):
    window = open_window(world)
    canvas = surface(window).widget
    QTest.keyClick(canvas, Qt.Key.Key_Plus, CTRL)
    assert surface(window).zoom == pytest.approx(1.25)
    assert window.frame.zoom.percent.text() == "125 %"
    QTest.keyClick(canvas, Qt.Key.Key_0, CTRL)
    assert surface(window).zoom == 1.0
    click(window.frame.zoom.fit)
    assert ("fit", False) in surface(window).calls


def test_keys_walk_the_boards(world, open_window):
    window = open_window(world)
    QTest.keyClick(window, Qt.Key.Key_N, CTRL)
    QTest.keyClick(window, Qt.Key.Key_N, CTRL)
    assert [page.board.name for page in window.pages.all] == [
        "Untitled",
        "Untitled 2",
        "Untitled 3",
    ]
    QTest.keyClick(window, Qt.Key.Key_1, CTRL)
    assert window.pages.front_place == 0
    QTest.keyClick(window, Qt.Key.Key_Tab, CTRL)
    assert window.pages.front_place == 1
    QTest.keyClick(window, Qt.Key.Key_W, CTRL)
    assert [page.board.name for page in window.pages.all] == ["Untitled", "Untitled 3"]


def test_tabs_are_chosen_and_closed_with_the_mouse(world, open_window):
    window = open_window(world)
    click(window.top.new)
    assert len(window.pages) == 2
    tabs = window.top.tabs
    first, second = tabs.rects()
    click(tabs, first.center() - QPoint(20, 0))
    assert window.pages.front_place == 0
    click(tabs, tabs.close_rect(second).center())
    assert len(window.pages) == 1


def test_many_tabs_shrink_and_the_one_in_front_is_seen(world, open_window):
    window = open_window(world, 1280, 800)
    for _ in range(14):
        window.add_board()
    settle()
    rects = window.top.tabs.rects()
    assert not rects[window.pages.front_place].isNull()
    assert all(rect.isNull() or rect.width() >= 96 for rect in rects)
    assert all(window.top.tabs.rect().contains(rect) for rect in rects if not rect.isNull())
    assert shown_in(window, window.top.invite)


def test_f6_walks_the_regions_and_shows_where_one_is(world, open_window):
    window = open_window(world.populated())
    surface(window).widget.setFocus()
    seen = []
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        settle()
        seen.append(QApplication.focusWidget())
    assert surface(window).widget in seen
    assert window.sessions.list in seen
    assert window.frame.invitation.join in seen or any(
        window.frame.invitation.isAncestorOf(one) for one in seen
    )
    assert any(window.frame.tools.isAncestorOf(one) for one in seen)
    assert any(window.top.isAncestorOf(one) for one in seen)


def test_f6_goes_from_the_board_outwards_and_back_again(world, open_window):
    window = open_window(world.populated())
    window.people_flow.postpone("in1")
    window._boards_changed()
    canvas = surface(window).widget
    canvas.setFocus()
    regions = (
        canvas,
        window.frame.tools,
        window.frame.options,
        window.frame.zoom,
        window.top,
        window.sessions,
    )

    def region() -> int:
        focus = QApplication.focusWidget()
        return next(at for at, one in enumerate(regions) if one is focus or one.isAncestorOf(focus))

    order = [region()]
    for _ in regions[1:]:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        order.append(region())
    assert order == [0, 1, 2, 3, 4, 5], "undo has nothing to focus yet and is passed over"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
    assert region() == 0
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, SHIFT)
    assert region() == 5


def test_arrows_move_inside_a_bar_and_the_ring_follows(world, open_window):
    window = open_window(world)
    buttons = window.frame.tools.buttons
    buttons["select"].setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    QTest.keyClick(buttons["select"], Qt.Key.Key_Right)
    assert QApplication.focusWidget() is buttons["hand"]
    assert window.ring.isVisible()
    assert window.ring.geometry().contains(
        QRect(buttons["hand"].mapTo(window, QPoint(0, 0)), buttons["hand"].size())
    )


def test_the_options_change_what_the_tool_draws(world, open_window):
    window = open_window(world)
    click(window.frame.options.swatches[2])
    click(window.frame.options.widths[3])
    assert surface(window).style == Style("#D92D3A", 14.0)
    assert window.frame.options.swatches[2].isChecked()
    assert not window.frame.options.swatches[0].isChecked()


def test_options_appear_only_for_tools_that_have_any(world, open_window):
    window = open_window(world)
    shown = {}
    for tool in ("pen", "text", "rectangle", "select", "hand", "eraser"):
        surface(window).choose(tool)
        settle()
        options = window.frame.options
        shown[tool] = (
            options.isVisible(),
            options.isVisible() and options.sizes[0].isVisible(),
            options.isVisible() and options.fill.isVisible(),
        )
    assert shown == {
        "pen": (True, False, False),
        "text": (True, True, False),
        "rectangle": (True, False, True),
        "select": (False, False, False),
        "hand": (False, False, False),
        "eraser": (False, False, False),
    }


def test_the_selection_bar_stands_above_the_selection_and_never_over_it(world, open_window):
    window = open_window(world)
    surface(window).choose("select")
    for box in (QRect(300, 300, 100, 80), QRect(300, 20, 100, 80), QRect(-50, 200, 90, 90)):
        surface(window).select_box(box)
        settle()
        bar = window.frame.selection
        assert bar.isVisible()
        assert not bar.geometry().intersects(box)
        assert window.frame.rect().contains(bar.geometry())
    click(window.frame.selection.remove)
    assert ("do", "delete") in surface(window).calls
    surface(window).set(selected=None)
    assert window.frame.selection.isHidden()


def test_undo_says_what_it_would_undo_and_why_it_cannot(world, open_window):
    window = open_window(world)
    assert not window.frame.undo.undo.isEnabled()
    assert window.frame.undo.undo.accessibleDescription()
    surface(window).set(undo_label="Draw")
    assert window.frame.undo.undo.isEnabled()
    assert window.frame.undo.undo.accessibleName() == "Undo: Draw"


def test_the_connection_says_only_on_this_computer_until_shared(world, open_window):
    window = open_window(world)
    assert window.top.chip.text == "Only on this computer"
    world.boards.boards[0].set(state=BoardState.LIVE, place="room@x")
    assert window.top.chip.isHidden()


def test_every_control_has_a_name(world, open_window):
    window = open_window(world.populated())
    world.share(world.boards.boards[0])
    window.body.open_pane(window.people_pane, opened=True)
    nameless = [
        repr(widget)
        for kind in (QAbstractButton, QLineEdit, QListView)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and not _name(widget)
        and widget.parent() is not None
        # The style's own parts of a field, such as its magnifier.
        and not isinstance(widget.parent(), QLineEdit)
    ]
    assert nameless == []


def _name(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name)


def test_rows_are_spoken_with_name_state_and_what_they_can_do(world, open_window):
    window = open_window(world.populated())
    view = window.sessions.list
    index = view.rows.index(view.rows.place("contact:sofia@example.org"), 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Sofia Rossi, Online · can draw, can draw"


def test_typing_in_the_search_filters_five_hundred_rows(world, open_window):
    window = open_window(world.crowded())
    QTest.keyClicks(window.sessions.search, "max")
    keys = [row.key for row in window.sessions.list.rows.rows]
    assert "contact:max@example.org" in keys
    assert "contact:mira@example.org" not in keys
    QTest.keyClick(window.sessions.search, Qt.Key.Key_Escape)
    assert window.sessions.search.text() == ""


def test_sections_fold_by_click_and_stay_folded(world, open_window):
    window = open_window(world.populated())
    view = window.sessions.list
    head = view.rows.index(view.rows.place("section:contacts"), 0)
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, NONE, view.visualRect(head).center()
    )
    assert view.row_at("contact:mira@example.org") is None
    assert world.preferences.get("folded") == "contacts"


def test_the_palette_runs_what_one_types(world, open_window):
    window = open_window(world)
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    settle()
    palette = QApplication.activePopupWidget()
    assert palette is not None
    QTest.keyClicks(palette.search, "duplic")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    settle()
    assert ("do", "duplicate") in surface(window).calls


def test_a_key_that_had_nothing_to_do_while_the_menu_was_open_works_later(world, open_window):
    window = open_window(world)
    fake = surface(window)
    fake.can = lambda command: command != "delete"
    window.open_menu()
    assert not window.actions_by_id["delete"].isEnabled()
    window.menu.close()
    # The offscreen platform does not give the focus back by itself.
    window.activateWindow()
    fake.widget.setFocus()
    settle()
    QTest.keyClick(fake.widget, Qt.Key.Key_Delete)
    assert ("do", "delete") in fake.calls


def test_the_menu_has_only_what_exists(world, open_window):
    window = open_window(world)
    assert list(window._menus) == ["File", "Edit", "View", "Arrange", "Board", "People", "Help"]
    for part in window._menus.values():
        assert [one for one in part.actions() if not one.isSeparator() and not one.text()] == []


def test_alt_alone_opens_the_menu_and_alt_with_a_drag_does_not(world, open_window):
    window = open_window(world)
    native = window.windowHandle()
    left, alt = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
    QTest.keyPress(native, Qt.Key.Key_Alt)
    QTest.mousePress(native, left, alt, QPoint(700, 300))
    QTest.mouseRelease(native, left, alt, QPoint(700, 300))
    QTest.keyRelease(native, Qt.Key.Key_Alt, alt)
    assert not window.menu.isVisible()
    QTest.keyPress(native, Qt.Key.Key_Alt)
    QTest.keyRelease(native, Qt.Key.Key_Alt, alt)
    assert window.menu.isVisible()
    window.menu.close()


def test_the_badge_counts_what_waits_for_an_answer_while_sessions_are_closed(world, open_window):
    window = open_window(world.populated())
    assert window.top.badge.isHidden()
    click(window.top.sessions)
    assert window.top.badge.isVisible()
    assert window.top.badge.accessibleName() == "1"


def test_only_the_board_hides_everything_else_and_brings_it_back(world, open_window):
    window = open_window(world)
    QTest.keyClick(surface(window).widget, Qt.Key.Key_Z, SHIFT)
    settle()
    assert not window.top.isVisible()
    assert not window.frame.tools.isVisible()
    QTest.keyClick(surface(window).widget, Qt.Key.Key_Z, SHIFT)
    settle()
    assert window.top.isVisible()
    assert window.frame.tools.isVisible()


def test_images_from_the_web_are_off_until_allowed(world, open_window):
    window = open_window(world)
    action = window.actions_by_id["web-images"]
    assert not action.isChecked()
    action.trigger()
    assert world.preferences.get("web_images") == "1"
    assert ("reload_pictures",) in surface(window).calls
    action.trigger()
    assert world.preferences.get("web_images") == ""


def test_a_closed_window_listens_no_longer(world, open_window):
    window = open_window(world.populated())
    board = world.boards.boards[0]
    hooks = (
        *(world.people.changed, world.boards.changed, board.changed),
        *(board.not_shown, board.odd, board.document.on_commit),
    )
    assert any(hook._subscribers for hook in hooks)
    window.close()
    assert [hook._subscribers for hook in hooks] == [[]] * len(hooks)


def test_a_narrow_window_shows_no_chip_that_would_be_empty(world, open_window):
    window = open_window(world.first_start(), 632, 768)
    assert window.top.chip.text == "Only on this computer"
    assert window.top.chip.isHidden()
    window.resize(1280, 800)
    settle()
    assert window.top.chip.isVisible()
