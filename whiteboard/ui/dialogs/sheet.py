"""A question with a title, fields and buttons; opened with `open()`, deleted when it closes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from whiteboard.ui import words
from whiteboard.ui.widgets import Button, FocusRing, IconLabel, Kind, Label, mark_wrong


class Sheet(QDialog):
    """The frame of all dialogs: 24 around, title 15/600, buttons at the trailing end."""

    def __init__(
        self,
        title: str,
        parent: QWidget | None,
        *,
        width: int = 420,
        icon_name: str = "",
        tint: str = "text2",
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 20, 24, 20)
        self.body.setSpacing(8)
        self.title = Label(title, self, px=15, weight=600, wrap=True)
        head = QHBoxLayout()
        head.setSpacing(12)
        if icon_name:
            head.addWidget(IconLabel(icon_name, tint, 24, self), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        self.body.addLayout(head)
        self.ring = FocusRing(self)

    def add_text(self, text: str) -> Label:
        """A paragraph."""
        label = Label(text, self, tone="text2", wrap=True)
        self.body.addWidget(label)
        return label

    def add_field(self, label: str, *, secret: bool = False, hint: str = "") -> QLineEdit:
        """A field under its name."""
        caption = Label(label, self, px=12, weight=600)
        field = QLineEdit(self)
        field.setAccessibleName(label)
        field.setPlaceholderText(hint)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
        caption.setBuddy(field)
        self.body.addSpacing(4)
        self.body.addWidget(caption)
        self.body.addWidget(field)
        return field

    def add_check(self, label: str) -> QCheckBox:
        """A yes or no."""
        box = QCheckBox(label, self)
        self.body.addWidget(box)
        return box

    def add_problem(self) -> Problem:
        """Where a sentence about a mistake appears."""
        problem = Problem(self)
        self.body.addWidget(problem)
        return problem

    def add_buttons(self, *buttons: Button, leading: Button | None = None) -> None:
        """The row of buttons, from leading to trailing; the first one is the default."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 0)
        row.setSpacing(8)
        if leading is not None:
            row.addWidget(leading)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        buttons[0].setDefault(True)
        self.body.addLayout(row)

    def cancel_button(self, text: str = "") -> Button:
        """A button that closes without doing anything."""
        button = Button(text or words.tr("Cancel"), Kind.SECONDARY, self)
        button.clicked.connect(self.reject)
        return button


class Problem(QWidget):
    """A warning sign and a sentence, under the field it is about; hidden while all is well."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._text = Label("", self, px=12, weight=600, tone="danger", wrap=True)
        row.addWidget(IconLabel("warning", "danger", 16, self), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self._field: QLineEdit | None = None
        self.hide()

    def text(self) -> str:
        """What it says, '' if nothing."""
        return "" if self.isHidden() else self._text.text()

    def say(self, sentence: str, field: QLineEdit | None = None) -> None:
        """Show a sentence and mark the field; '' takes both back."""
        if self._field is not None:
            mark_wrong(self._field, False)
        self._field = field
        self._text.setText(sentence)
        self.setVisible(bool(sentence))
        if field is not None and sentence:
            mark_wrong(field, True)
            field.setAccessibleDescription(words.plain(sentence))
            field.setFocus()
            field.selectAll()
