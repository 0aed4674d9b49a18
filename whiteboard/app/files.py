"""Reading and writing drawings for the windows: the port `ui.ports.Files`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from whiteboard.app import collector
from whiteboard.app.import_log import read_log
from whiteboard.app.loading import read_document_in_slices
from whiteboard.app.output import replace_file
from whiteboard.app.provenance import Known, nothing_known, read_provenance
from whiteboard.app.tasks import Tasks
from whiteboard.canvas.export import ExportError, png_bytes, render_document
from whiteboard.formats.clean import cleaned
from whiteboard.formats.history import save_with_history, without_history
from whiteboard.formats.svgfile import FileError, save
from whiteboard.journal.file import JournalError
from whiteboard.model.document import Document
from whiteboard.session.boards import Board
from whiteboard.ui.ports import Opened, PngOptions, Refused

Then = Callable[[Refused | None], None]


class FileService:
    """Implements `ui.ports.Files`; disks are waited for off the loop."""

    def __init__(
        self, tasks: Tasks, journal_of: Callable[[Board], Path | None] = lambda _board: None
    ) -> None:
        self._tasks = tasks
        self._journal_of = journal_of

    def open(self, path: Path, then: Callable[[Opened | Refused], None]) -> None:
        """See `ui.ports.Files`."""
        self._tasks.spawn(self._open(path, then), f"open {path.name}")

    async def _open(self, path: Path, then: Callable[[Opened | Refused], None]) -> None:
        try:
            log = await asyncio.to_thread(read_log, path)
            if log is not None:
                then(log)
                collector.settle()
                return
            read = await read_document_in_slices(path, lambda _share: None)
        except FileError as error:
            then(Refused(str(error), str(path)))
        else:
            then(Opened(read.document, read.notice, left_out=read.left_out))
            collector.settle()

    def save(self, board: Board, path: Path, then: Then) -> None:
        """See `ui.ports.Files`."""
        data = save(board.document)
        self._tasks.spawn(self._write(path, data, then), f"save {path.name}")

    def export_svg(
        self, board: Board, path: Path, then: Then, *, with_history: bool = False
    ) -> None:
        """See `ui.ports.Files`."""
        if with_history:
            self._tasks.spawn(self._export_history(board, path, then), f"export {path.name}")
            return
        data = cleaned(without_history(save(board.document)))
        self._tasks.spawn(self._write(path, data, then), f"export {path.name}")

    async def _export_history(self, board: Board, path: Path, then: Then) -> None:
        names = {one.id: one.name for one in board.participants}
        document = board.document
        forks = dict(document.forks) if isinstance(document, Document) else {}
        known: Known = nothing_known
        if (journal := self._journal_of(board)) is not None:
            try:
                known = await asyncio.to_thread(
                    read_provenance, journal, forks, lambda party: names.get(party, party)
                )
            except JournalError as error:
                then(Refused(str(error), str(journal)))
                return
        await self._write(path, cleaned(save_with_history(document, known)), then)

    def export_png(self, board: Board, path: Path, options: PngOptions, then: Then) -> None:
        """See `ui.ports.Files`."""
        try:
            image = render_document(
                board.document, background=options.background, scale=options.scale, whole=True
            )
            data = png_bytes(image)
        except ExportError as error:
            then(Refused(str(error)))
            return
        self._tasks.spawn(self._write(path, data, then), f"export {path.name}")

    async def _write(self, path: Path, data: bytes, then: Then) -> None:
        try:
            await asyncio.to_thread(replace_file, path, data)
        except OSError as error:
            reason = error.strerror or str(error)
            then(Refused(f"“{path.name}” cannot be written: {reason}.", str(path)))
        else:
            then(None)
