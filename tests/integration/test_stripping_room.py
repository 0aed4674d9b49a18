"""A group chat whose service forwards only what it knows: found out by the missing echo."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import needs_prosody, unique, until
from whiteboard.session import echo
from whiteboard.session.boards import BoardState

pytestmark = [pytest.mark.prosody, needs_prosody]

STRIP = """
local ours = { ["urn:xmpp:sxe:0"] = true, ["urn:x-whiteboard:sync:0"] = true };
module:hook("muc-broadcast-message", function(event)
  event.stanza:maptags(function(tag)
    if ours[tag.attr.xmlns] then return nil; end
    return tag;
  end);
end, 1000);
"""


@pytest.fixture
def narrow(own_server, tmp_path):
    """A server with a second, narrow-minded service for group chats."""
    (tmp_path / "mod_strip.lua").write_text(STRIP)
    extra = (
        f'plugin_paths = {{ "{tmp_path}" }}\n'
        'Component "narrow.localhost" "muc"\n  modules_enabled = { "strip" }\n'
    )
    return own_server(extra=extra)


async def test_a_room_that_strips_our_payload_is_found_out_and_the_board_stays(
    party, narrow, monkeypatch
):
    monkeypatch.setattr(echo, "ECHO_SECONDS", 0.4)
    ana = await party("ana", at=narrow)
    room = f"{unique('room')}@narrow.localhost"
    await ana.enter(room)
    board = await ana.share(room)
    draw(board, id="a")
    sentence = echo.NOT_PASSED_ON.format(room.partition("@")[0])
    await until(board.changed, lambda: board.problem == sentence)
    assert board.state is BoardState.LIVE
    assert drawn(board) == ["a"]


async def test_a_room_that_passes_everything_on_is_not_suspected(party, narrow, monkeypatch):
    monkeypatch.setattr(echo, "ECHO_SECONDS", 0.4)
    ana, ben = [await party(name, at=narrow) for name in ("ana", "ben")]
    room = f"{unique('room')}@{narrow.rooms}"
    await ana.enter(room)
    board = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, board.session)
    draw(second, id="b")
    await until(board.document.on_commit, lambda: drawn(board) == ["b"])
    assert board.problem == second.problem == ""
