"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest

from whiteboard.app.errors import CommandError
from whiteboard.app.output import replace_file, write_whole


def test_a_file_keeps_who_may_read_it(tmp_path):
    path = tmp_path / "board.svg"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_new_file_is_as_readable_as_any_other(tmp_path):
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    replace_file(tmp_path / "board.svg", b"new")
    assert (tmp_path / "board.svg").stat().st_mode == usual.stat().st_mode


def test_the_old_file_stays_where_the_disk_is_full(tmp_path, monkeypatch):
    path = tmp_path / "board.svg"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="cannot be written: No space left on device"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["board.svg"]
