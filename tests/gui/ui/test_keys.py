"""The one table of keys holds DESIGN section 11: no duplicates, nothing reserved or hidden."""

from __future__ import annotations

import pytest

from whiteboard.ui.actions import COMMANDS, MENUS, Where

_PLAIN = "F1 F5 F6 F8 F9 F10 F11 Shift+F6"
_CTRL = "N O S W Q P K F , Tab 1 2 3 4 5 6 7 8 9"
_CTRL_SHIFT = "S E Tab I Enter Return R O 1 2 3 4 5 6"
DESIGN_EVERYWHERE = {
    *_PLAIN.split(),
    *(f"Ctrl+{key}" for key in _CTRL.split()),
    *(f"Ctrl+Shift+{key}" for key in _CTRL_SHIFT.split()),
}
TOOLS = {
    "tool-select": "V 1",
    "tool-hand": "H",
    "tool-pen": "P 2",
    "tool-eraser": "E 0",
    "tool-rectangle": "R 3",
    "tool-ellipse": "O 4",
    "tool-line": "L 5",
    "tool-arrow": "A 6",
    "tool-text": "T 8",
}


def keys(where: Where) -> list[str]:
    return [key for command in COMMANDS if command.where is where for key in command.keys]


def is_reserved(key: str) -> bool:
    return (
        key.startswith("Ctrl+Alt+")
        or key in {"Ctrl+Shift+U", "Ctrl+Space", "Shift+Space", "Alt+Space", "Alt+F4", "Alt+Tab"}
        or (key.startswith("Alt+") and len(key) == 5 and key[4].isalpha())
    )


@pytest.mark.parametrize("where", list(Where))
def test_no_key_does_two_things_in_one_place(where):
    mine = keys(where)
    assert sorted(mine) == sorted(set(mine))


def test_no_canvas_key_hides_one_that_works_everywhere():
    # F1 is help everywhere; here it stands on the canvas command that help is today.
    assert set(keys(Where.CANVAS)) & set(keys(Where.EVERYWHERE)) == set()


def test_no_key_is_one_that_desktops_and_input_methods_need():
    assert [key for where in Where for key in keys(where) if is_reserved(key)] == []


def test_keys_that_work_everywhere_are_those_of_the_design():
    assert set(keys(Where.EVERYWHERE)) <= DESIGN_EVERYWHERE


def test_every_tool_has_its_letter_and_digit():
    table = {command.id: " ".join(command.keys) for command in COMMANDS}
    assert {name: table[name] for name in TOOLS} == TOOLS


def test_every_menu_has_something_in_it():
    used = {command.menu.partition("|")[0] for command in COMMANDS if command.menu}
    assert used == set(MENUS)


def test_ids_are_unique():
    ids = [command.id for command in COMMANDS]
    assert len(ids) == len(set(ids))
