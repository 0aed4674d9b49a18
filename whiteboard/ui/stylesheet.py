"""The application's style sheet, filled from the token table: fields, menus, lists, scroll bars.

Buttons and bars paint themselves (widgets.py): a style sheet cannot draw their focus ring.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Template

from whiteboard.ui.tokens import TOKENS

_SHEET = Template(
    """
QWidget#chrome, QWidget#pane, QMainWindow { background: $chrome; }
QWidget#start { background: $raised; }
QDialog, QWidget#sheet { background: $raised; }
QLabel { color: $text; background: transparent; }
QLabel[tone="text2"] { color: $text2; }
QLabel[tone="on_soft"] { color: $on_soft; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="good"] { color: $good; }
QLabel:disabled { color: $disabled; }
QToolTip { color: $text; background: $raised; border: 1px solid $line; padding: 5px 7px; }

QLineEdit, QPlainTextEdit {
  color: $text; background: $field; border: 1px solid $outline; border-radius: 8px;
  padding: 0 11px; min-height: ${h34}px; selection-background-color: $accent;
  selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus {
  border: 2px solid $accent; padding: 0 10px; min-height: ${h32}px;
}
QLineEdit[wrong="true"] {
  border: 2px solid $danger; padding: 0 10px; min-height: ${h32}px;
}
QLineEdit:disabled { color: $disabled; border-color: $line; }
QLineEdit[search="true"] { padding-left: 2px; }
QLineEdit[search="true"]:focus { padding-left: 1px; }
QLineEdit[bare="true"], QLineEdit[search="true"] { padding-left: 2px; }
QLineEdit[search="true"]:focus { padding-left: 1px; }
QLineEdit[bare="true"]:focus {
  border: none; background: transparent; padding: 0; min-height: ${h24}px;
}
QPlainTextEdit { padding: 8px; }

QCheckBox, QRadioButton { color: $text; spacing: 8px; min-height: ${h28}px; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 18px; height: 18px; border: 1px solid $outline; border-radius: 5px; background: $field;
}
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url($check); }
QRadioButton::indicator:checked { border: 5px solid $accent; width: 10px; height: 10px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; }

QComboBox {
  color: $text; background: $field; border: 1px solid $outline; border-radius: 8px;
  padding: 0 11px; min-height: ${h34}px;
}
QComboBox:focus { border: 2px solid $accent; padding: 0 10px; min-height: ${h32}px; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url($chevron); width: 16px; height: 16px; }
QComboBox QAbstractItemView {
  background: $raised; color: $text; border: 1px solid $line; outline: none;
  selection-background-color: $hover; selection-color: $text;
}

QMenu {
  color: $text; background: $raised; border: 1px solid $line; padding: 5px; min-width: 168px;
}
QMenu::item { min-height: ${h34}px; padding: 0 28px 0 10px; border-radius: 8px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 8px; padding-right: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }
QMenu::indicator { width: 18px; height: 18px; margin-left: 8px; margin-right: 8px; }
QMenu::indicator:checked { image: url($tick); }

QListView { background: transparent; border: none; outline: none; color: $text; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar::handle:vertical {
  background: $pressed; border-radius: 3px; margin: 2px; min-height: 32px;
}
QScrollBar::handle:vertical:hover { background: $outline; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar {
  background: $pressed; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
}
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""
)


def style_sheet(
    value: Callable[[str], str], em: Callable[[float], int], images: dict[str, str] | None = None
) -> str:
    """The sheet with the colours `value` gives and the heights `em` scales."""
    numbers = {f"h{px}": str(em(px)) for px in (24, 28, 32, 34)}
    pictures = {"check": "", "tick": "", "chevron": ""} | (images or {})
    colours = {token: value(token) for token in TOKENS}
    return _SHEET.substitute(colours | numbers | pictures)
