"""Opening, saving and exporting through dialogs that do not block (flow of `Files`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from whiteboard.model.document import Document
from whiteboard.ui import words
from whiteboard.ui.dialogs.save import DamagedQuestion, ExportSheet, Message, UnsavedQuestion
from whiteboard.ui.pages import Page, Pages
from whiteboard.ui.people_flow import PeopleFlow
from whiteboard.ui.ports import Opened, PngOptions, Refused, Services

_SVG = "SVG (*.svg)"
_PNG = "PNG (*.png)"


def file_name(board: str, suffix: str) -> str:
    """A board's name as the name of a file on any system."""
    flat = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", board).strip(" .")[:80]
    return f"{flat or 'board'}.{suffix}"


class FileFlow(QObject):
    """Asks for paths and calls `Files`.

    Attributes:
        chooser: the file dialog that is open, None if none is.
    """

    def __init__(
        self,
        services: Services,
        pages: Pages,
        people: PeopleFlow,
        window: QWidget,
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._services = services
        self._pages = pages
        self._dialogs = people
        self._window = window
        self._say = say
        self.chooser: QFileDialog | None = None

    def open(self) -> None:
        """Ask for a file and open it in a new tab."""
        self._choose(
            words.tr("Open a board"),
            QFileDialog.AcceptMode.AcceptOpen,
            words.tr("Drawings") + " (*.svg *.svgz);;" + words.tr("Session logs") + " (*.xml)",
            "",
            self.open_path,
        )

    def open_path(self, path: Path) -> None:
        """Open a file in a new tab; of a damaged one what is left, if that is wanted."""

        def opened(answer: Opened | Refused) -> None:
            if isinstance(answer, Refused):
                self._dialogs.open(Message(answer.sentence, answer.details, self._window))
            elif answer.notice:
                # Without its path: saving what is left over the file would make the loss final.
                question = DamagedQuestion(
                    answer.notice,
                    lambda: self._show(path.stem, answer.document, None),
                    self._window,
                )
                self._dialogs.open(question)
            else:
                name = answer.name or path.stem
                self._show(name, answer.document, None if answer.is_log else path)
                if answer.left_out:
                    self._say(words.not_shown_in_file(answer.left_out))

        self._services.files.open(path, opened)

    def _show(self, name: str, document: Document, path: Path | None) -> None:
        boards = self._services.boards
        page = self._pages.show_instead(boards.new_board(name, document), boards.close)
        page.path = path
        page.is_unsaved = False

    def save(self, page: Page, then: Callable[[], None] | None = None) -> None:
        """Save to its file, or ask for one; `then` is called once it is saved."""
        if page.path is None:
            self.save_as(page, then)
            return
        path = page.path

        def saved(refused: Refused | None) -> None:
            if refused is not None:
                self._dialogs.open(Message(refused.sentence, refused.details, self._window))
                return
            page.is_unsaved = False
            if then is not None:
                then()

        self._services.files.save(page.board, path, saved)

    def save_as(self, page: Page, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save there from now on."""

        def chosen(path: Path) -> None:
            page.path = path
            if not page.board.place:
                page.board.rename(path.stem)
            self.save(page, then)

        self._choose(
            words.tr("Save the board"),
            QFileDialog.AcceptMode.AcceptSave,
            _SVG,
            file_name(page.board.name, "svg"),
            chosen,
        )

    def export(self, page: Page) -> None:
        """Ask for what and where."""
        sheet = self._dialogs.open(ExportSheet(self._window))
        sheet.chosen.connect(lambda what: self._export_to(page, what))

    def _export_to(self, page: Page, what: object) -> None:
        is_png = isinstance(what, PngOptions)

        def done(refused: Refused | None) -> None:
            if refused is not None:
                self._dialogs.open(Message(refused.sentence, refused.details, self._window))
            else:
                self._say(words.tr("Exported."))

        def chosen(path: Path) -> None:
            if isinstance(what, PngOptions):
                self._services.files.export_png(page.board, path, what, done)
            else:
                files = self._services.files
                files.export_svg(page.board, path, done, with_history=what == "svg-history")

        self._choose(
            words.tr("Export the board"),
            QFileDialog.AcceptMode.AcceptSave,
            _PNG if is_png else _SVG,
            file_name(page.board.name, "png" if is_png else "svg"),
            chosen,
        )

    def ask_before_losing(self, page: Page, then: Callable[[], None]) -> None:
        """Call `then` at once, or after Save or Discard if work would be lost."""
        if not page.would_be_lost:
            then()
            return
        question = UnsavedQuestion(
            page.board.name, lambda: self.save(page, then), then, self._window
        )
        self._dialogs.open(question)

    def _choose(
        self,
        title: str,
        mode: QFileDialog.AcceptMode,
        kinds: str,
        name: str,
        then: Callable[[Path], None],
    ) -> None:
        chooser = QFileDialog(self._window, title, "", kinds)
        chooser.setAcceptMode(mode)
        if mode is QFileDialog.AcceptMode.AcceptSave:
            chooser.setDefaultSuffix(Path(name).suffix.removeprefix("."))
            chooser.selectFile(name)
        else:
            chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.chooser = chooser

        def closed(_result: int) -> None:
            self.chooser = None
            chooser.deleteLater()

        chooser.fileSelected.connect(lambda path: then(Path(path)))
        chooser.finished.connect(closed)
        chooser.open()
