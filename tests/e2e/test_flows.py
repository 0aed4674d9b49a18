"""The flows of DESIGN section 8 with real programs, real windows and real servers.

Mouse and keys go to the widgets that a person would use; the sentences are those of section 10.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from tests.e2e.stage import CONTROL, SHIFT, Stage, by_hand, enter, in_qt_loop, press, until, write
from tests.helpers.prosody import PASSWORD, needs_prosody, on_both_servers, room_address, unique
from whiteboard.app.local_server import LocalServer
from whiteboard.ui import words
from whiteboard.ui.dialogs.account import AccountForm
from whiteboard.ui.theme import Scheme, theme

pytestmark = [
    pytest.mark.prosody,
    needs_prosody,
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


# --- a: the account ------------------------------------------------------------------------


async def fill(form: AccountForm, server: LocalServer, address: str, password: str) -> None:
    """The account form with what a server of one's own needs."""
    await write(form.address, address)
    await write(form.password, password)
    if not form.advanced.isChecked():
        await press(form.advanced)
    await write(form.server, "127.0.0.1")
    await write(form.port, str(server.port))


@in_qt_loop
async def test_signing_in_on_a_server_with_a_certificate_of_its_own(stage: Stage, own_server):
    server = own_server(tls=True)
    ana = stage.person("ana", at=server)
    await ana.act("empty:account", "add-account")
    form = ana.dialog
    await fill(form, server, ana.address, PASSWORD)
    await enter(form.port)
    await until(lambda: ana.window.people_flow.certificate is not None)
    question = ana.window.people_flow.certificate
    assert words.plain(question.title.text()) == "Is this really localhost?"
    assert question.refuse.text() == "Do not connect"
    assert question.refuse.isDefault()
    await enter(question)
    await until(lambda: words.plain(form.address_problem.text()) == "Not connected.")
    assert ana.people.account.connection.value != "online"

    await press(form.connect_button)
    await until(lambda: ana.window.people_flow.certificate is not None)
    await press(ana.window.people_flow.certificate.once)
    await ana.until_online()
    await until(lambda: ana.dialog is None)
    assert ana.program.store.settings.trusted == {}, "once is not always"


@in_qt_loop
async def test_a_wrong_password_marks_its_field_and_an_unknown_server_the_address(
    stage: Stage, own_server
):
    server = own_server(tls=True)
    ana = stage.person("ana", at=server)
    await ana.act("empty:account", "add-account")
    form = ana.dialog
    await fill(form, server, ana.address, "not this one")
    await press(form.connect_button)
    await until(lambda: ana.window.people_flow.certificate is not None)
    await press(ana.window.people_flow.certificate.once)
    sentence = "The server does not accept this password for ana@localhost."
    await until(lambda: words.plain(form.password_problem.text()) == sentence)
    assert form.password.property("wrong") is True

    await write(form.address, "ana@nowhere.invalid")
    await write(form.server, "")
    await write(form.port, "")
    await press(form.connect_button)
    sentence = "There is no XMPP server at “nowhere.invalid”. Check the address."
    await until(lambda: words.plain(form.address_problem.text()) == sentence, 25)
    assert form.address.property("wrong") is True
    assert form.password.property("wrong") is not True


@in_qt_loop
async def test_an_account_is_created_and_one_that_exists_is_not_created_again(
    stage: Stage, own_server
):
    server = own_server(tls=True)
    server.add_account("taken", PASSWORD)
    ana = stage.person("ana", account=False)
    await ana.act("empty:account", "add-account")
    form = ana.dialog
    await press(form.create_button)
    await fill(form, server, "taken@localhost", PASSWORD)
    await press(form.connect_button)
    await until(lambda: ana.window.people_flow.certificate is not None)
    await press(ana.window.people_flow.certificate.always)
    sentence = "taken@localhost belongs to somebody already. Choose another name."
    await until(lambda: words.plain(form.address_problem.text()) == sentence)
    await write(form.address, ana.address)
    await press(form.connect_button)
    await ana.until_online()
    await until(lambda: ana.dialog is None)
    assert list(ana.program.store.settings.trusted) == ["localhost"]


# --- b: one to one -------------------------------------------------------------------------


@on_both_servers
@in_qt_loop
async def test_two_people_meet_draw_together_and_part(stage: Stage):
    ana, mira = await stage.two(unique("ana"), unique("mira"))
    await ana.draw(200, 200)
    await ana.act(f"contact:{mira.address}", "draw")
    assert ana.says(f"contact:{mira.address}") == f"Waiting for {mira.name}…"
    await until(lambda: mira.card == f"{ana.name} invites you to draw")
    await press(mira.window.frame.invitation.join)
    await until(
        lambda: mira.drawn() == 1 and mira.board.document.c14n() == ana.board.document.c14n()
    )
    assert mira.card == ""
    assert mira.tabs == ["Untitled"], "the untouched board makes room"
    await until(lambda: ana.chip == mira.chip == "")
    await until(lambda: ana.toast == f"{mira.name} joined the board")
    await until(lambda: ana.says(f"contact:{mira.address}") == "Drawing with you")

    await ana.draw(200, 300)
    await mira.key(Qt.Key.Key_R)
    await mira.draw(400, 400)
    await until(lambda: ana.drawn() == mira.drawn() == 3)
    assert b"<rect" in ana.board.document.c14n()
    assert ana.board.document.c14n() == mira.board.document.c14n()

    await mira.key(Qt.Key.Key_W, CONTROL)
    assert mira.dialog is None, "a shared board is not asked about"
    sentence = f"{mira.name} has left. The board stays here and goes on when one of you returns."
    await until(lambda: ana.toast == sentence)
    await ana.draw(200, 500)
    assert ana.drawn() == 4


@on_both_servers
@in_qt_loop
async def test_an_invitation_is_declined_taken_back_and_asked_again(stage: Stage):
    ana, mira = await stage.two(unique("ana"), unique("mira"))
    row = f"contact:{mira.address}"
    await ana.act(row, "draw")
    await until(lambda: mira.card != "")
    await press(mira.window.frame.invitation.decline)
    await until(lambda: ana.says(row) == f"{mira.name} declined")
    assert mira.card == ""

    await ana.act(row, "ask-again")
    await until(lambda: mira.card != "")
    await ana.act(row, "take-back")
    await until(lambda: mira.card == "")
    await until(lambda: ana.says(row) == "Online · can draw")
    gone = mira.window.sessions.list.rows.rows
    assert f"{ana.name} took the invitation back" in [words.plain(one.title) for one in gone]


# --- c: a group chat -----------------------------------------------------------------------


@on_both_servers
@in_qt_loop
async def test_a_group_chat_is_made_and_three_people_draw_in_it(stage: Stage):
    ana, mira, yusuf = (stage.person(unique(name)) for name in ("ana", "mira", "yusuf"))
    for one in (ana, mira, yusuf):
        await one.sign_in()
    name = unique("River walk ")
    room = f"{name.lower().replace(' ', '-')}@{LocalServer.rooms}"
    await ana.choose(ana.window.sessions.add, "Create a group chat…")
    await write(ana.dialog.name, name)
    assert ana.dialog.address.text() == room
    await press(ana.dialog.create_button)
    await ana.until_in(room)
    await until(lambda: ana.row(f"room:{room}").title == name)
    await until(lambda: ana.says(f"room:{room}") == "No board · 1 person")
    await ana.draw(300, 300)
    await ana.act(f"room:{room}", "open-room")
    await until(lambda: ana.says(f"room:{room}") == "1 board running · 1 person")

    await mira.choose(mira.window.sessions.add, "Join a group chat…")
    await write(mira.dialog.address, room)
    await press(mira.dialog.join)
    await until(lambda: mira.dialog is None)
    await until(lambda: mira.says(f"room:{room}") == "1 board running · 2 people")
    await mira.act(f"room:{room}", "open-room")
    await until(lambda: mira.drawn() == 1)
    assert mira.tabs == ["Untitled"], "the untouched board makes room"
    await mira.draw(400, 400)
    await until(lambda: ana.drawn() == 2)

    await yusuf.choose(yusuf.window.sessions.add, "Join a group chat…")
    await write(yusuf.dialog.address, f"xmpp:{room}?join")
    await press(yusuf.dialog.join)
    await until(lambda: yusuf.says(f"room:{room}") == "1 board running · 3 people")
    await yusuf.act(f"room:{room}", "open-room")
    await until(lambda: yusuf.drawn() == 2)
    await until(lambda: len({one.board.document.c14n() for one in (ana, mira, yusuf)}) == 1)
    await until(lambda: len(ana.board.participants) == 3)


# --- d: the server goes and comes -----------------------------------------------------------


@in_qt_loop
async def test_a_server_that_dies_while_drawing_and_comes_back(stage: Stage, own_server):
    stage.server = own_server()
    ana, mira = await stage.two(unique("ana"), unique("mira"))
    await ana.act(f"contact:{mira.address}", "draw")
    await until(lambda: mira.card != "")
    await press(mira.window.frame.invitation.join)
    await until(lambda: mira.board.place and mira.chip == ana.chip == "")
    await ana.draw(200, 200)
    await until(lambda: mira.drawn() == 1)

    await ana.draw(200, 300, release=False)
    stage.server.kill()
    await until(lambda: ana.chip.startswith("Offline") and mira.chip.startswith("Offline"))
    assert "left" not in ana.toast + mira.toast, "it is oneself who is cut off"
    await ana.let_go()
    await ana.draw(200, 400)
    await mira.draw(400, 400)
    await until(lambda: ana.chip == "Offline · 2 waiting")
    assert mira.chip == "Offline · 1 waiting"
    assert (ana.drawn(), mira.drawn()) == (3, 2)

    stage.server.start()
    for one in (ana, mira):
        await one.choose(one.window.sessions.account_menu, "Connect now")
    await until(lambda: ana.toast == "Connected again. 2 changes sent.")
    await until(lambda: mira.toast == "Connected again. 1 change sent.")
    await until(lambda: ana.drawn() == mira.drawn() == 4)
    assert ana.board.document.c14n() == mira.board.document.c14n()


# --- e, f: files and closing ----------------------------------------------------------------


def c14n(path: Path) -> bytes:
    return etree.tostring(etree.parse(path), method="c14n", with_comments=True)


def message(person) -> str:
    """Title of the dialog in front, '' if there is none."""
    return words.plain(person.dialog.title.text()) if person.dialog is not None else ""


@in_qt_loop
async def test_a_board_is_saved_exported_and_opened_again(stage: Stage):
    ana = stage.person("ana", account=False)
    await ana.draw()
    for target in ("first.svg", "second.svg"):
        path = stage.folder / target
        if target == "first.svg":
            await ana.key(Qt.Key.Key_S, CONTROL)
        else:
            await ana.key(Qt.Key.Key_S, CONTROL | SHIFT)
        await ana.pick_file(path)
        await until(path.exists)
        await until(lambda path=path: ana.tabs == [path.stem])
    assert c14n(stage.folder / "first.svg") == ana.board.document.c14n()

    for choice, name in (("svg", "out.svg"), ("png", "out.png")):
        await ana.key(Qt.Key.Key_E, CONTROL | SHIFT)
        await by_hand(getattr(ana.dialog, choice).setChecked, True)
        await press(ana.dialog.export)
        await ana.pick_file(stage.folder / name)
        await until(lambda: ana.toast == "Exported.")
        ana.window.frame.toast.take_back("fact")
    assert c14n(stage.folder / "out.svg") == ana.board.document.c14n()
    assert not QImage(str(stage.folder / "out.png")).isNull()

    bob = stage.person("bob", account=False)
    await bob.open_file(stage.folder / "second.svg")
    await until(lambda: bob.tabs == ["second"], what="the untouched board makes room")
    assert bob.board.document.c14n() == ana.board.document.c14n()


@in_qt_loop
async def test_what_is_wrong_with_a_file_is_said_and_the_board_stays(stage: Stage):
    ana = stage.person("ana", account=False)
    svg = '<svg xmlns="http://www.w3.org/2000/svg">'
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    external = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    for name, text in (
        ("page.svg", "<html/>"),
        ("external.svg", f"{external}{svg}<text>&x;</text></svg>"),
        ("deep.svg", svg + "<g>" * 400 + "</g>" * 400 + "</svg>"),
        ("empty.svg", ""),
        ("gone.svg", None),
    ):
        path = stage.folder / name
        if text is not None:
            path.write_text(text, encoding="utf-8")
        ana.window.open_path(path)
        await until(lambda: message(ana) != "")
        assert f"“{name}”" in message(ana)
        assert "root:" not in message(ana)
        await enter(ana.dialog)
        await until(lambda: ana.dialog is None)
        assert ana.tabs == ["Untitled"]

    path = stage.folder / "damaged.svg"
    path.write_text(
        f'{bomb}{svg}\n<rect width="9" height="9"/>\n<circle r="4"/>\n<path d="', "utf-8"
    )
    await ana.open_file(path)
    await until(lambda: message(ana).startswith("“damaged.svg” is damaged after line "))
    assert message(ana).endswith("2 objects could be opened.")
    assert ana.tabs == ["Untitled"]
    await press(ana.dialog.open_these)
    await until(lambda: ana.tabs == ["damaged"])
    assert [ana.board.document.c14n().count(name) for name in (b"<rect", b"<circle")] == [1, 1]
    before = path.read_bytes()
    await ana.key(Qt.Key.Key_S, CONTROL)
    await until(lambda: ana.window.files.chooser is not None, what="asked where to save")
    await by_hand(ana.window.files.chooser.reject)
    assert path.read_bytes() == before


@in_qt_loop
async def test_closing_asks_nothing_because_everything_is_kept(stage: Stage):
    ana = stage.person("ana", account=False)
    await ana.key(Qt.Key.Key_W, CONTROL)
    assert ana.dialog is None
    await ana.draw()
    await ana.key(Qt.Key.Key_Q, CONTROL)
    await until(ana.program.ended.is_set)
    assert not ana.window.isVisible()
    await stage.gone(ana)
    ana = stage.again("ana")
    await until(lambda: ana.drawn() == 1)
    assert ana.tabs == ["Untitled"], "it takes the place of the new one"
    await ana.key(Qt.Key.Key_W, CONTROL)
    assert ana.drawn() == 0
    await until(lambda: ana.program.network.boards.saved)
    (saved,) = ana.program.network.boards.saved
    await until(lambda: ana.says(f"saved:{saved.key}") == "Saved on this computer")
    await ana.act(f"saved:{saved.key}", "open-saved")
    await until(lambda: ana.drawn() == 1)


@in_qt_loop
async def test_closing_a_file_with_changes_asks(stage: Stage, tmp_path):
    path = tmp_path / "plan.svg"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>")
    ana = stage.person("ana", account=False)
    await ana.open_file(path)
    await until(lambda: ana.tabs == ["plan"])
    await ana.draw()
    await ana.key(Qt.Key.Key_Q, CONTROL)
    assert message(ana) == "Save “plan” before closing?"
    await press(ana.dialog.cancel)
    assert ana.window.isVisible()
    await ana.key(Qt.Key.Key_Q, CONTROL)
    await press(ana.dialog.discard)
    await until(ana.program.ended.is_set)


# --- g, h: two windows, and the next start --------------------------------------------------


@in_qt_loop
async def test_two_windows_of_one_account_show_the_same_board(stage: Stage):
    ana, mira = await stage.two(unique("ana"), unique("mira"))
    await ana.act(f"contact:{mira.address}", "draw")
    await until(lambda: mira.card != "")
    await press(mira.window.frame.invitation.join)
    await until(lambda: ana.says(f"contact:{mira.address}") == "Drawing with you")
    first = ana.window
    await by_hand(first.actions_by_id["new-window"].trigger)
    (second,) = [window for window in ana.program.windows if window is not first]
    ana.window = second
    await ana.act(f"contact:{mira.address}", "open-shared")
    assert ana.board is first.pages.front.board
    await ana.draw()
    await until(lambda: mira.drawn() == 1)
    second.close()
    assert not ana.program.ended.is_set()
    assert first.pages.front.board.place == mira.address, "the board goes on in the other window"
    ana.window = first
    await ana.draw(200, 200)
    await until(lambda: mira.drawn() == 2)


@in_qt_loop
async def test_the_next_start_remembers_account_rooms_panes_and_theme(stage: Stage):
    ana = stage.person(unique("ana"))
    await ana.sign_in()
    room = room_address()
    await ana.choose(ana.window.sessions.add, "Join a group chat…")
    await write(ana.dialog.address, room)
    await press(ana.dialog.join)
    await ana.until_in(room)
    await press(ana.window.top.people)
    view = ana.window.actions_by_id
    assert view["people"].isChecked()
    ana.window._choose_scheme("dark")
    await ana.key(Qt.Key.Key_Q, CONTROL)
    await until(ana.program.ended.is_set)
    await stage.gone(ana)

    ana = stage.again(ana.name)
    assert theme().scheme is Scheme.DARK
    assert ana.window.actions_by_id["people"].isChecked()
    ana.people.start()
    await ana.until_online()
    await ana.until_in(room)
    theme().choose(Scheme.LIGHT)
