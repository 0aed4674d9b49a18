"""Opening files: parsed in a process of its own where they are large, filled in slices."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from whiteboard.app.errors import CommandError
from whiteboard.formats.clean import faults_in_slices
from whiteboard.formats.svgfile import FileDamagedError, FileError, fill, filling, load
from whiteboard.formats.tree import LoadedFile
from whiteboard.model.document import Document, empty_document

LARGE = 256 * 1024
"""Bytes from which parsing would be felt in the window (about 10 ms)."""


def read_document(path: Path) -> Document:
    """The document of a file, at once: for commands.

    Raises:
        CommandError: it cannot be opened, or only in part.
    """
    try:
        return filled(load(path))
    except FileError as error:
        raise CommandError(str(error)) from error


def filled(loaded: LoadedFile) -> Document:
    """A new board with the content of a file."""
    document = empty_document()
    fill(document, loaded)
    return document


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was opened.

    Attributes:
        document: What is in it.
        notice: A sentence about what is missing, because it is damaged; '' if nothing is.
        left_out: How many parts of it are not shown (`formats.clean.faults`).
    """

    document: Document
    notice: str
    left_out: int


async def read_document_in_slices(path: Path, progress: Callable[[float], None]) -> Read:
    """The document of a file without holding up the window.

    Raises:
        FileError: nothing of it can be opened; the text is for a person.
    """
    notice = ""
    try:
        loaded = await _loaded(path)
    except FileDamagedError as error:
        if error.recovered is None:
            raise
        loaded, notice = error.recovered, str(error)
    document = empty_document()
    for share in filling(document, loaded):
        progress(share)
        await asyncio.sleep(0)
    left_out = 0
    for found in faults_in_slices(loaded.root):
        left_out += len(found)
        await asyncio.sleep(0)
    return Read(document, notice, left_out)


def _is_large(path: Path) -> bool:
    try:
        return path.stat().st_size > LARGE
    except OSError:
        return False  # `load` says what is wrong


async def _loaded(path: Path) -> LoadedFile:
    if not _is_large(path):
        return load(path)
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        try:
            return await loop.run_in_executor(pool, load, path)
        except BrokenProcessPool:
            raise FileError(f"“{path.name}” needs more memory than there is.") from None
