"""The history of a board asked of who is there (XEP-0228 2.6.2 and 2.6.3), and logged (2.3.5)."""

from __future__ import annotations

import asyncio

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until_same
from tests.integration.test_boards_over_prosody import one_to_one, pair
from whiteboard.app.cli import main
from whiteboard.session import asking
from whiteboard.session.asking import Asking
from whiteboard.wire.log import LogReader

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]

PAGE = 10


@pytest.fixture(autouse=True)
def _pages_are_small(monkeypatch):
    monkeypatch.setattr(asking, "PAGE_MESSAGES", PAGE)


async def history(board, **what):
    """What the others answer: the messages, page by page, and what was asked."""
    pages = []
    answer = asyncio.get_running_loop().create_future()
    question = Asking(board.session, pages.append, answer.set_result, **what)
    board.run(lambda _now: board.actor.ask_history(question))
    assert await asyncio.wait_for(answer, 20), "all of it is here"
    return pages


def dots(pages):
    return [message.batch.dot for page in pages for message in page]


def all_dots(board):
    return {batch.dot for batch in board.document.batches_since({})}


async def drawn_by_two(first, second, strokes=30):
    for n in range(strokes):
        draw((first, second)[n % 2], id=f"s{n}")
    await until_same(first, second)
    assert len([one for one in drawn(first) if one.startswith("s")]) == strokes


async def in_a_room(party, *names):
    """Everybody on one board; the first one began it."""
    room = room_address()
    people = [await party(name) for name in names]
    for one in people:
        await one.enter(room)
    boards = [await people[0].share(room)]
    boards += [await one.join(room, boards[0].session) for one in people[1:]]
    return room, people, boards


async def test_a_member_of_a_room_gives_the_whole_history_in_pages_and_what_is_new_since(party):
    _, _, (first, second) = await in_a_room(party, "ana", "ben")
    await drawn_by_two(first, second)
    whole = await history(second)
    assert len(whole) > 3
    assert all(len(page) <= PAGE for page in whole)
    assert len(dots(whole)) == len(set(dots(whole)))
    assert set(dots(whole)) == all_dots(first)

    seen, count = dict(second.document.vv), len(dots(whole))
    draw(first, id="later")
    draw(second, id="latest")
    await until_same(first, second)
    news = all_dots(first) - set(dots(whole))
    assert set(dots(await history(second, since=seen))) == news
    assert set(dots(await history(second, since_seq=count))) == news
    assert len(news) == 2


async def test_one_to_one_the_other_side_gives_the_history_and_what_is_new_since(party):
    first, second = await one_to_one(*await pair(party))
    await drawn_by_two(first, second, 15)
    whole = await history(first)
    assert len(whole) > 1
    assert set(dots(whole)) == all_dots(second)
    seen = dict(first.document.vv)
    draw(second, id="later")
    await until_same(first, second)
    assert len(dots(await history(first, since=seen))) == 1


async def test_when_who_answers_goes_another_member_goes_on_with_the_history(party):
    room, people, boards = await in_a_room(party, "ana", "ben", "eva")
    await drawn_by_two(*boards[:2])
    await until_same(*boards)
    pages = []
    answer = asyncio.get_running_loop().create_future()
    question = Asking(boards[2].session, pages.append, answer.set_result)
    boards[2].run(lambda _now: boards[2].actor.ask_history(question))
    asked = next(n for n in (0, 1) if question.asked == f"{room}/{people[n].name}")
    boards[asked].leave()
    assert await asyncio.wait_for(answer, 20)
    assert set(dots(pages)) == all_dots(boards[1 - asked])
    assert len(dots(pages)) == len(set(dots(pages)))


async def test_who_came_late_to_a_long_board_gets_what_was_before_from_the_others(party, tmp_path):
    room = room_address()
    ana = await party("ana", profile=tmp_path / "ana")
    await ana.enter(room)
    first = await ana.share(room)
    for n in range(25):
        draw(first, id=f"s{n}")
    await ana.until(lambda: first.kept)
    assert first.document.fold(first.document.vv)
    ben = await party("ben", profile=tmp_path / "ben")
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await until_same(first, second)
    assert second.document.floor, "came by a state"
    assert second.earlier is not None
    second.fetch_earlier()
    await ben.until(lambda: second.earlier is None)
    assert not second.document.floor
    assert second.document.c14n() == first.document.c14n()
    assert len(all_dots(second)) > 25


async def test_f5_the_log_of_a_board_that_ran_in_a_room_replays_to_what_all_hold(
    party, tmp_path, capsysbinary
):
    room, _, (first,) = await in_a_room(party, "ana")
    ben = await party("ben", profile=tmp_path / "ben")
    draw(first, id="before")
    await ben.enter(room)
    second = await ben.join(room, first.session)
    await drawn_by_two(first, second, 9)
    await ben.network.close()
    log = tmp_path / "log.xml"
    assert main(["log", first.session, "--profile", str(tmp_path / "ben"), "-o", str(log)]) == 0
    assert main(["replay", str(log), "--c14n"]) == 0
    assert capsysbinary.readouterr().out == first.document.c14n()
    with log.open("rb") as file:
        reader = LogReader(file)
        messages = list(reader)
        identity = reader.header.description.identity
    assert {message.batch.dot for message in messages} == all_dots(first)
    parties = {identity.party(message.sender) for message in messages}
    assert parties == {one.id for one in first.participants}
    assert all(message.stamp for message in messages)
