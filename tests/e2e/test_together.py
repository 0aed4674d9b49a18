"""Talking, looking together, and coming by a link: real programs, real windows, real servers."""

from __future__ import annotations

import asyncio
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.e2e.stage import CONTROL, SHIFT, Stage, by_hand, in_qt_loop, press, turn, until
from tests.helpers.plain_chat import PlainChat
from tests.helpers.prosody import PASSWORD, needs_prosody, on_both_servers, room_address, unique
from tests.helpers.screen import Screen
from whiteboard.app.instance import Instance
from whiteboard.session.boards import BoardState
from whiteboard.ui import words

pytestmark = [
    pytest.mark.prosody,
    needs_prosody,
    pytest.mark.qt_log_level_fail("WARNING"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]


async def in_a_room(stage: Stage, *names: str):
    """Everybody on one board in a group chat; the first one began it."""
    room = room_address()
    persons = [stage.person(unique(name)) for name in names]
    for one in persons:
        await one.sign_in()
        one.people.join_room(room)
        await one.until_in(room)
    first = persons[0]
    first.window.people_flow.share_in_room(room)
    await until(lambda: first.board.state is BoardState.LIVE and first.board.session)
    for one in persons[1:]:
        await until(lambda one=one: any(r.address == room and r.boards for r in one.people.rooms))
        one.window.people_flow.open_room(room)
        await until(lambda one=one: one.board.state is BoardState.LIVE)
    for one in persons:
        await until(lambda one=one: len(one.board.participants) == len(persons))
    return room, persons


def texts(person) -> list[str]:
    lines = person.window.chat_pane.list.lines.lines
    return [line.message.text for line in lines if line.message is not None]


async def say(person, text: str) -> None:
    await person.come_to_front()
    field = person.window.chat_pane.field
    field.setFocus()
    await by_hand(QTest.keyClicks, field, text)
    await by_hand(QTest.keyClick, field, Qt.Key.Key_Return)


@in_qt_loop
async def test_windows_and_a_friend_with_another_client_talk_beside_the_board(stage: Stage):
    room, (ana, ben) = await in_a_room(stage, "ana", "ben")
    name = unique("friend")
    stage.server.add_account(name, PASSWORD)
    friend = PlainChat(f"{name}@{stage.server.domain}", PASSWORD)
    await friend.sign_in(stage.server.port)
    await friend.enter(room, "Friend")
    await press(ana.window.top.chat)
    await say(ana, "Does the river end here?")
    await friend.until_heard("Does the river end here?")
    await until(lambda: ben.window.top.chat._count == 1)
    friend.say(room, "groupchat", "Left of the kiosk")
    await until(lambda: texts(ana) == ["Does the river end here?", "Left of the kiosk"])
    await until(lambda: ben.window.top.chat._count == 2)
    await ben.come_to_front()
    await press(ben.window.top.chat)
    await until(lambda: texts(ben) == texts(ana))
    await until(lambda: ben.window.top.chat._count == 0)
    before = ben.drawn()
    await ben.draw()
    await until(lambda: ana.drawn() == before + 1)
    friend.disconnect(wait=0.5)
    await friend.disconnected


@on_both_servers
@in_qt_loop
async def test_everybody_is_brought_to_one_place_and_follows(stage: Stage):
    _, (ana, ben) = await in_a_room(stage, "ana", "ben")
    surfaces = [one.window.pages.front.surface for one in (ana, ben)]
    hers, his = surfaces
    hers.view.camera.centre_on(5000.0, -3000.0)
    home = his.seen
    await ana.key(Qt.Key.Key_Return, CONTROL | SHIFT)

    def sees(one, other) -> bool:
        """Whether the middle of what somebody sees is that of another."""
        a, b = one.seen, other.seen
        x, y = a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2
        return abs(x) < 5 and abs(y) < 5

    await until(lambda: sees(his, hers))
    assert ben.toast == f"{ana.name} brought you here"
    ben.window.frame.toast.focus_action()
    await press(ben.window.frame.toast._button)
    await until(lambda: abs(his.seen.x - home.x) < 1 and abs(his.seen.width - home.width) < 1)

    await ben.come_to_front()
    await press(ben.window.top._avatars[0])
    await until(lambda: sees(his, hers))
    await until(lambda: words.plain(ana.window.frame.follow_notice.text.text()) != "")
    assert words.plain(ana.window.frame.follow_notice.text.text()) == "1 person follows you"
    assert words.plain(ben.window.frame.follow_notice.text.text()) == f"Following {ana.name}"
    hers.view.camera.pan(-700, 300)
    await until(lambda: sees(his, hers))
    his.view.camera.pan(10, 0)
    await until(ben.window.frame.follow_notice.isHidden)
    await until(ana.window.frame.follow_notice.isHidden)


async def run_with(screen: Screen, link: str, profile, *, seconds: float = 30) -> int:
    """`whiteboard LINK` in a process of its own; its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "whiteboard", "--profile", str(profile), link),
        env=screen.environment,
    )
    async with asyncio.timeout(seconds):
        return await process.wait()


@in_qt_loop
async def test_a_link_opens_the_running_board_in_the_program_that_runs(stage: Stage):
    _, (ana,) = await in_a_room(stage, "ana")
    await ana.draw()
    await press(ana.window.top.invite)
    await press(ana.window.people_flow.popover.link.copy)
    link = QGuiApplication.clipboard().text()
    assert link.startswith("xmpp:room")
    ana.window.people_flow.popover.close()
    tom = stage.person(unique("tom"))
    await tom.sign_in()
    settings = stage.folder / tom.name / "config" / "settings.json"
    running = Instance(settings, tom.program.open_link)
    with Screen() as screen:
        assert await run_with(screen, link, stage.folder / tom.name) == 0
        await until(lambda: tom.dialog is not None)
        assert words.plain(tom.dialog.windowTitle()).startswith("Enter room")
        await press(tom.dialog.act)
        await until(lambda: tom.board.state is BoardState.LIVE and tom.drawn() == 1)
        assert tom.board.session == ana.board.session
        tom.window.add_board()
        await turn()
        assert await run_with(screen, link, stage.folder / tom.name) == 0
        await until(lambda: tom.board.session == ana.board.session)
        assert len(tom.tabs) == 1, "the board that is open, not another one"
    running.close()


@on_both_servers
@in_qt_loop
async def test_the_link_of_a_one_to_one_board_asks_who_began_it(stage: Stage):
    ana, ben, tom = [stage.person(unique(name)) for name in ("ana", "ben", "tom")]
    for one in (ana, ben, tom):
        await one.sign_in()
    await ana.add(ben)
    await ana.add(tom)
    await ana.act(f"contact:{ben.address}", "draw")
    await until(lambda: ben.card)
    await press(ben.window.frame.invitation.join)
    await until(lambda: ben.board.state is BoardState.LIVE)
    await press(ana.window.top.invite)
    await press(ana.window.people_flow.popover.link.copy)
    link = QGuiApplication.clipboard().text()
    ana.window.people_flow.popover.close()
    assert link == f"xmpp:{ana.address}?whiteboard;session={ana.board.session}"
    tom.program.open_link(link)
    await until(lambda: any(one.incoming for one in ana.program.network.boards.invitations))
    assert tom.toast.startswith(f"{ana.address} is asked to let you in.")
    boards = ana.program.network.boards
    (asked,) = [one for one in boards.invitations if one.incoming]
    boards.let_in(asked.id)
    await until(lambda: tom.board.session == ana.board.session)
    await until(lambda: tom.board.state is BoardState.LIVE)


@in_qt_loop
async def test_a_link_before_there_is_an_account_signs_in_first(stage: Stage):
    _, (ana,) = await in_a_room(stage, "ana")
    await ana.draw()
    link = f"xmpp:{ana.board.place}?join;session={ana.board.session}"
    tom = stage.person(unique("tom"))
    tom.program.open_link(link)
    await until(lambda: tom.dialog is not None)
    await press(tom.dialog.act)
    await until(lambda: hasattr(tom.dialog, "password"))
    assert tom.toast == "Sign in first; then the link is opened."
    tom.dialog.reject()
    await tom.sign_in()
    await until(lambda: tom.board.session == ana.board.session)
    await until(lambda: tom.board.state is BoardState.LIVE and tom.drawn() == 1)
