"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from whiteboard.app.errors import CommandError


def replace_file(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write a file as `replacing` does.

    Raises:
        OSError: the disk is full, the folder is missing or may not be written.
    """
    with replacing(path, mode) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """A file beside that takes the place of `path` at the end; an old one stays if anything fails.

    Who may read it stays as it was; for a new file it is `mode`, or what is usual here.

    Raises:
        OSError: the disk is full, the folder is missing or may not be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(_mode(path, mode))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(path: Path, of_new: int | None) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    return 0o666 & ~_umask() if of_new is None else of_new


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_whole(path: Path, data: bytes) -> None:
    """`replace_file` for commands.

    Raises:
        CommandError: it could not be written, with the reason.
    """
    try:
        replace_file(path, data)
    except OSError as error:
        raise CommandError(f"“{path}” cannot be written: {error.strerror}.") from error
