"""Boards opened without a connection, from the start page, merged later; logs as boards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.e2e.stage import CONTROL, Stage, in_qt_loop, press, until
from tests.helpers.logs import write_log
from tests.helpers.prosody import needs_prosody, unique

pytestmark = [
    pytest.mark.prosody,
    needs_prosody,
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


@in_qt_loop
async def test_a_board_opens_offline_with_one_click_and_merges_when_the_way_is_there(stage: Stage):
    ana, mira = await stage.two(unique("ana"), unique("mira"))
    await ana.act(f"contact:{mira.address}", "draw")
    await until(lambda: mira.card != "")
    await press(mira.window.frame.invitation.join)
    await until(lambda: mira.board.place == ana.address and mira.board.state.value == "live")
    await mira.draw()
    await until(lambda: ana.drawn() == 1)
    await mira.key(Qt.Key.Key_W, CONTROL)
    await until(lambda: mira.program.network.boards.saved)
    await mira.key(Qt.Key.Key_Q, CONTROL)
    await until(mira.program.ended.is_set)
    await stage.gone(mira)
    await ana.draw(200, 200)

    mira = stage.again(mira.name)
    await press(mira.window.top.start)
    await until(lambda: len(mira.window.start.cards) == 2, what="the new board and the closed one")
    card = mira.window.start.cards[1]
    assert card._picture is not None, "a small picture of what was on it"
    await press(card)
    await until(lambda: mira.board.state.value == "offline")
    assert mira.drawn() == 1, "as it was, without a connection"
    await mira.draw(250, 400)
    await until(lambda: mira.chip == "Offline · 1 waiting")
    await mira.sign_in()
    await until(lambda: ana.drawn() == mira.drawn() == 3)
    assert ana.board.document.c14n() == mira.board.document.c14n()
    assert ana.board.document.state_hash() == mira.board.document.state_hash()


@in_qt_loop
async def test_a_session_log_opens_as_a_board(stage: Stage, tmp_path: Path):
    log = tmp_path / "log.xml"
    document = write_log(log, 4)
    ana = stage.person("ana", account=False)
    await ana.open_file(log)
    await until(lambda: ana.tabs == ["Plan"])
    assert ana.board.document.c14n() == document.c14n()
    await ana.draw()
    assert ana.drawn() == 5
    before = log.read_bytes()
    await ana.key(Qt.Key.Key_S, CONTROL)
    await until(lambda: ana.window.files.chooser is not None, what="asked where to save")
    ana.window.files.chooser.reject()
    assert log.read_bytes() == before
