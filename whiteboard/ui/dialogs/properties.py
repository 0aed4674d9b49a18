"""What a board says about itself: title, description, language, and related documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from whiteboard.editing.properties import Properties, Related, is_address
from whiteboard.svg.schema.grammar import LANGUAGE
from whiteboard.ui import words
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.widgets import Button, IconButton, Kind, Label

_ROWS = 100
"""Related documents that can be edited here."""


class _Row(QWidget):
    """One related document."""

    def __init__(
        self, one: Related, drop: Callable[[_Row], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.title = self._field(one.title, words.tr("Title"))
        self.address = self._field(one.address, words.tr("Address"))
        row.addWidget(self.title, 2)
        row.addWidget(self.address, 3)
        self.remove = IconButton("close", words.tr("Remove"), self)
        self.remove.clicked.connect(lambda: drop(self))
        row.addWidget(self.remove)

    def _field(self, text: str, name: str) -> QLineEdit:
        field = QLineEdit(text, self)
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.setCursorPosition(0)
        return field

    @property
    def related(self) -> Related:
        """What it says now."""
        return Related(self.address.text().strip(), self.title.text().strip())


class PropertiesSheet(Sheet):
    """Shows and changes what a document says about itself.

    Args:
        now: What it says.
        missing: What of it is not drawn as it is written, in sentences.
        then: Called with what it is to say.
        parent: The window.
        may_change: False while the board is on its way.
        order: Host of a plain board: whether what arrives out of order is refused, and what is
            called with the answer; None where that is not to be decided.
    """

    def __init__(
        self,
        now: Properties,
        missing: Sequence[str],
        then: Callable[[Properties], None],
        parent: QWidget | None = None,
        *,
        may_change: bool = True,
        order: tuple[bool, Callable[[bool], object]] | None = None,
    ) -> None:
        super().__init__(words.tr("Document properties"), parent, width=520)
        self._then = then
        self._more = now.related[_ROWS:]
        self.named = self.add_field(words.tr("Title"))
        self.named.setText(now.title)
        caption = Label(words.tr("Description"), self, px=12, weight=600)
        self.description = QPlainTextEdit(now.description, self)
        self.description.setAccessibleName(words.tr("Description"))
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(76)
        caption.setBuddy(self.description)
        self.body.addSpacing(4)
        self.body.addWidget(caption)
        self.body.addWidget(self.description)
        self.language = self.add_field(words.tr("Language"), hint="en, de-CH")
        self.language.setText(now.language)
        self.body.addSpacing(4)
        self.body.addWidget(Label(words.tr("Related documents"), self, px=12, weight=600))
        self.rows = QVBoxLayout()
        self.rows.setSpacing(6)
        self.body.addLayout(self.rows)
        for one in now.related[:_ROWS]:
            self.add_row(one)
        self.add = Button(words.tr("Add a document"), Kind.QUIET, self, compact=True)
        self.add.clicked.connect(self._add)
        start = QHBoxLayout()
        start.addWidget(self.add)
        start.addStretch(1)
        self.body.addLayout(start)
        self.order: QCheckBox | None = None
        if order is not None:
            self.body.addSpacing(4)
            self.order = self.add_check(words.tr("Refuse changes that arrive out of order"))
            self.order.setChecked(order[0])
            self.order.setToolTip(words.tr("Who sent one is told and gets the board again."))
            self._require_order = order[1]
        self.problem = self.add_problem()
        for sentence in missing:
            self.add_text(sentence)
        self.save = Button(words.tr("Change"), Kind.PRIMARY, self)
        self.save.setEnabled(may_change)
        self.save.clicked.connect(self._submit)
        self.add_buttons(self.save, self.cancel_button())
        self.named.setFocus()

    def add_row(self, one: Related | None = None) -> _Row:
        """One more related document."""
        row = _Row(one or Related(""), self._drop, self)
        self.rows.addWidget(row)
        return row

    def _add(self) -> None:
        self.add_row().title.setFocus()

    def _drop(self, row: _Row) -> None:
        self.rows.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.add.setFocus()

    def _all_rows(self) -> list[_Row]:
        items = (self.rows.itemAt(i) for i in range(self.rows.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [row for row in widgets if isinstance(row, _Row)]

    def _submit(self) -> None:
        language = self.language.text().strip()
        if not LANGUAGE.accepts(language):
            self.problem.say(words.no_language(language), self.language)
            return
        related: list[Related] = []
        for row in self._all_rows():
            one = row.related
            if not one.address and not one.title:
                continue
            if not is_address(one.address):
                self.problem.say(words.no_document_address(one.address or one.title), row.address)
                return
            related.append(one)
        said = Properties(
            self.named.text().strip(),
            self.description.toPlainText().strip(),
            language,
            (*related, *self._more),
        )
        if self.order is not None:
            self._require_order(self.order.isChecked())
        self._then(said)
        self.accept()
