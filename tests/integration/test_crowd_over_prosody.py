"""Thirty participants in one room on a real server."""

from __future__ import annotations

import pytest

from tests.helpers.crowd import Crowd
from tests.helpers.prosody import needs_prosody

pytestmark = [pytest.mark.prosody, needs_prosody]


async def test_thirty_draw_watch_come_late_and_are_put_out_while_the_server_restarts(own_server):
    result = await Crowd(own_server()).afternoon()
    assert len(result.hashes) == 1
    assert result.drawn == result.expected
    assert not result.drawn & result.refused
    assert result.left_over == 1
    assert result.was_put_out
    assert result.edits > 5 * 8
