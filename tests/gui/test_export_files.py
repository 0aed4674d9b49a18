"""What the windows export, written by the real file service beside a real journal."""

from __future__ import annotations

import asyncio

import pytest
from lxml import etree

from tests.helpers.fake_services import FakeBoard
from tests.helpers.hostile import BAIT, HOSTILE, SVG
from tests.unit.journal.test_journal import draw, kept
from whiteboard.app.files import FileService
from whiteboard.app.tasks import Tasks
from whiteboard.formats.svgfile import fill, load
from whiteboard.model.document import empty_document, new_document
from whiteboard.model.markup import BOARD_NS


def fail(name: str, error: BaseException) -> None:
    raise AssertionError(name) from error


@pytest.fixture
def hostile(tmp_path):
    """A file with all that a drawing may not do."""
    path = tmp_path / "hostile.svg"
    path.write_text(f"<svg {SVG}>{''.join(HOSTILE.values())}</svg>", encoding="utf-8")
    return path


async def answer(ask):
    """What is answered to one question to the file service."""
    done: asyncio.Future = asyncio.get_running_loop().create_future()
    ask(done.set_result)
    return await asyncio.wait_for(done, 30)


async def test_a_hostile_file_opens_says_so_saves_whole_and_is_exported_clean(hostile, tmp_path):
    files = FileService(Tasks(fail))
    opened = await answer(lambda then: files.open(hostile, then))
    assert opened.left_out >= len(HOSTILE) - 2, "style sheets are not counted"
    board = FakeBoard("Plan", opened.document)
    saved, clean = tmp_path / "saved.svg", tmp_path / "clean.svg"
    assert await answer(lambda then: files.save(board, saved, then)) is None
    assert await answer(lambda then: files.export_svg(board, clean, then)) is None
    assert BAIT in saved.read_text(encoding="utf-8")
    assert BAIT not in clean.read_text(encoding="utf-8")


async def test_history_comes_from_the_journal_and_only_where_it_is_asked_for(tmp_path):
    document = new_document()
    folder, journal = kept(tmp_path, document)
    journal.append(tuple(draw(document)))
    assert folder.settle()
    (shape,) = document.children(document.root)
    board = FakeBoard("Plan", document)
    me = board.participants[0]
    board.participants = (type(me)(document.party, "Ana", me.address, me=True),)
    files = FileService(Tasks(fail), lambda _board: folder.path_of(journal.key))
    path = tmp_path / "history.svg"
    assert await answer(lambda then: files.export_svg(board, path, then, with_history=True)) is None
    (node,) = etree.parse(path).getroot()
    assert node.get(f"{{{BOARD_NS}}}rid") == shape
    assert node.get(f"{{{BOARD_NS}}}creator") == "Ana"
    assert node.get(f"{{{BOARD_NS}}}created", "").endswith("Z")
    again = empty_document()
    fill(again, load(path))
    plain = tmp_path / "plain.svg"
    known = FakeBoard("Plan", again)
    assert await answer(lambda then: files.export_svg(known, plain, then)) is None
    assert "Ana" not in plain.read_text(encoding="utf-8")
    folder.shut()
