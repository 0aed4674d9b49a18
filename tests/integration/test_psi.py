"""Boards with the real client Psi, worked through its windows, over a real server."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw
from tests.helpers.prosody import PASSWORD, Party, needs_prosody
from tests.helpers.psi import Psi, befriend, needs_psi
from tests.helpers.screen import Screen
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import BoardState
from whiteboard.wire.messages import Dialect

pytestmark = [pytest.mark.prosody, pytest.mark.psi, needs_prosody, needs_psi]

SVG = "http://www.w3.org/2000/svg"
RED, GREEN, WHITE = "#ff0000", "#008000", "#ffffff"


@pytest.fixture
async def stage(own_server):
    """Ana with our program and Alice with Psi, who know each other."""
    server = own_server()
    befriend(server, "alice", "ana")
    server.add_account("ana", PASSWORD)
    ana = Party(server, "ana")
    with Screen(1400, 900) as screen, Psi(server, "alice", screen) as psi:
        await ana.sign_in()
        await ana.until(lambda: any(one.can_draw for one in ana.people.contacts), 60)
        yield ana, psi
        await ana.network.close()


def shapes(board):
    document = board.document
    return {document.name(rid): rid for rid in document.children(document.root)}


async def test_we_invite_and_both_draw_and_erase(stage):
    ana, psi = stage
    board = ana.boards.new_board("Plan für zwei")
    draw(board, "rect", x="40", y="40", width="100", height="80", fill="red")
    ana.boards.invite(board, psi.address)
    assert board.dialect is Dialect.PSI
    await psi.answer_invitation()
    await ana.until_live(board, 20)
    await psi.until(lambda: psi.colour(60, 60) == RED)

    circle = draw(board, "circle", cx="300", cy="250", r="60", fill="green")
    await psi.until(lambda: psi.colour(300, 250) == GREEN)

    psi.draw((100, 200), (120, 220), (160, 200), (220, 230))
    await ana.until_document(board, lambda: "path" in shapes(board))
    path = shapes(board)["path"]
    assert board.document.attribute(path, "d").startswith("M100,200 ")

    psi.erase_over((300, 180), (300, 200), (300, 250), (300, 290))
    await ana.until_document(board, lambda: circle not in shapes(board).values())
    await psi.until(lambda: psi.colour(300, 250) == WHITE)

    with board.document.transact(Origin.LOCAL) as edit:
        edit.trash(path)
        edit.set_attribute(shapes(board)["rect"], "fill", "green")
    await psi.until(lambda: psi.colour(60, 60) == GREEN)
    with board.document.transact(Origin.LOCAL) as edit:
        edit.add(board.document.root, LiteralElement(SVG, "text", (("", "y", "20"),), ("Café ✓",)))
        edit.trash(shapes(board)["rect"])
    await psi.until(lambda: psi.colour(60, 60) == WHITE)
    assert psi.is_alive
    board.leave()


async def test_psi_invites_and_both_draw_and_erase(stage):
    ana, psi = stage
    await psi.invite()
    await ana.until(lambda: ana.boards.invitations, 20)
    (invitation,) = ana.boards.invitations
    assert invitation.incoming
    board = ana.boards.accept(invitation.id)
    await ana.until(lambda: board.state is BoardState.LIVE, 20)
    assert board.document.attribute(board.document.root, "viewBox") == "0 0 600 400"
    await psi.show_invited_board()

    mine = draw(board, "rect", x="40", y="40", width="100", height="80", fill="red")
    await psi.until(lambda: psi.colour(60, 60) == RED)
    psi.draw((200, 100), (220, 120), (260, 100), (320, 130))
    await ana.until_document(board, lambda: "path" in shapes(board))
    with board.document.transact(Origin.LOCAL) as edit:
        edit.trash(shapes(board)["path"])
    psi.erase_over((60, 30), (60, 60), (60, 90))
    await ana.until_document(board, lambda: mine not in shapes(board).values())
    draw(board, "rect", x="40", y="40", width="100", height="80", fill="green")
    await psi.until(lambda: psi.colour(60, 60) == GREEN)
    assert psi.is_alive
    board.leave()
