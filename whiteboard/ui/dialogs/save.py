"""Questions about files: what to export, and whether to save before closing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from whiteboard.ui import words
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.ports import PngOptions
from whiteboard.ui.widgets import Button, Kind, Label

SCALES = (1.0, 2.0, 4.0)


class ExportSheet(Sheet):
    """SVG, or PNG in a size and on a ground.

    Signals:
        chosen: 'svg', 'svg-history' or PngOptions; where to is asked next.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(words.tr("Export the board"), parent, width=380)
        self.svg = QRadioButton(words.tr("SVG – opens in Inkscape and browsers"), self)
        self.png = QRadioButton(words.tr("PNG – a picture"), self)
        self.png.setChecked(True)
        kinds = QButtonGroup(self)
        for choice in (self.png, self.svg):
            kinds.addButton(choice)
            self.body.addWidget(choice)
        self.history = self.add_check(words.tr("With history: who drew what, and when"))
        self.history.setEnabled(False)
        self.body.addSpacing(4)
        self._size_label = Label(words.tr("Size"), self, px=12, weight=600)
        self.body.addWidget(self._size_label)
        self.scales = self._choices([f"{words.number(int(one))} ×" for one in SCALES], 1)
        self._ground_label = Label(words.tr("Background"), self, px=12, weight=600)
        self.body.addWidget(self._ground_label)
        self.grounds = self._choices([words.tr("White"), words.tr("Transparent")], 0)
        self.export = Button(words.tr("Export…"), Kind.PRIMARY, self)
        self.export.clicked.connect(self._submit)
        self.add_buttons(self.export, self.cancel_button())
        self.png.toggled.connect(self._kind_changed)
        self.export.setFocus()

    def _choices(self, labels: list[str], chosen: int) -> list[QRadioButton]:
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(16)
        buttons = []
        for place, label in enumerate(labels):
            button = QRadioButton(label, self)
            button.setChecked(place == chosen)
            group.addButton(button)
            row.addWidget(button)
            buttons.append(button)
        row.addStretch(1)
        self.body.addLayout(row)
        return buttons

    def _kind_changed(self, png: bool) -> None:
        for widget in (*self.scales, *self.grounds, self._size_label, self._ground_label):
            widget.setEnabled(png)
        self.history.setEnabled(not png)

    def _submit(self) -> None:
        if self.svg.isChecked():
            self.chosen.emit("svg-history" if self.history.isChecked() else "svg")
        else:
            scale = next(
                one for one, button in zip(SCALES, self.scales, strict=True) if button.isChecked()
            )
            white = self.grounds[0].isChecked()
            self.chosen.emit(PngOptions(scale, "#FFFFFF" if white else None))
        self.accept()


class UnsavedQuestion(Sheet):
    """Save, Discard or Cancel, for a board that is nowhere else."""

    def __init__(
        self,
        board: str,
        save: Callable[[], None],
        discard: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words.unsaved(board), parent)
        self.add_text(words.unsaved_text())
        self.save = Button(words.tr("Save…"), Kind.PRIMARY, self)
        self.discard = Button(words.tr("Discard"), Kind.DANGER, self)
        self.cancel = self.cancel_button()
        self.add_buttons(self.save, self.cancel, leading=self.discard)
        self.save.clicked.connect(self.accept)
        self.save.clicked.connect(save)
        self.discard.clicked.connect(self.accept)
        self.discard.clicked.connect(discard)
        self.save.setFocus()


class DamagedQuestion(Sheet):
    """A file is damaged: open what is left, or not."""

    def __init__(
        self, sentence: str, open_these: Callable[[], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(sentence, parent, icon_name="warning", tint="warn")
        self.add_text(words.tr("The file itself stays as it is."))
        self.open_these = Button(words.tr("Open these"), Kind.PRIMARY, self)
        self.open_these.clicked.connect(self.accept)
        self.open_these.clicked.connect(open_these)
        self.add_buttons(self.open_these, self.cancel_button())
        self.open_these.setFocus()


class Message(Sheet):
    """Something did not work: the sentence, and technical text under Details with Copy."""

    def __init__(self, sentence: str, details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(sentence, parent)
        if details:
            self.body.addWidget(
                Label(details, self, px=12, tone="text2", wrap=True, selectable=True)
            )
        close = self.cancel_button(words.tr("Close"))
        close.kind = Kind.PRIMARY
        self.add_buttons(close)
        close.setFocus()
