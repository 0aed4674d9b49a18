"""A history from other members in pages: since a position or vector, from whoever is there."""

from __future__ import annotations

import random

import pytest

from tests.helpers.boards import IN_ROOM, ROOM, board_of, draw
from whiteboard.model.document import new_document
from whiteboard.session.asking import Asking
from whiteboard.session.positions import Positions
from whiteboard.session.session import State
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire.messages import Answer, EditMessage, Get


def three_on_a_board(edits: int = 120) -> tuple[MemoryNetwork, list[Node]]:
    network = MemoryNetwork(5)
    nodes = [network.enter_room(ROOM, name) for name in ("ana", "ben", "carl")]
    session = nodes[0].share(new_document(), IN_ROOM)
    network.run(1)
    for node in nodes[1:]:
        node.join(session.session)
        network.run_until(lambda node=node: node.session.state is State.LIVE)
    for n in range(edits):
        draw(nodes[n % 3], n)
        network.run(0.05)
    network.run(30)
    return network, nodes


class Question:
    """What comes of a question."""

    def __init__(self, node: Node, **what: object) -> None:
        self.came: list[EditMessage] = []
        self.pages = 0
        self.shares: list[float | None] = []
        self.is_whole: bool | None = None
        self.asking = Asking(node.session.session, self._page, self._done, **what)
        node.take(lambda session: session.ask_history(self.asking))

    def _page(self, messages) -> None:
        self.came += messages
        self.pages += 1
        self.shares.append(self.asking.progress)

    def _done(self, is_whole: bool) -> None:
        self.is_whole = is_whole

    @property
    def dots(self) -> list[tuple[str, int]]:
        return [one.batch.dot for one in self.came]


def all_dots(node: Node) -> set[tuple[str, int]]:
    return {batch.dot for batch in board_of(node).batches_since({})}


def test_the_whole_history_comes_in_pages_each_message_once_and_with_its_sender():
    network, (ana, _, carl) = three_on_a_board()
    question = Question(carl)
    network.run_until(lambda: question.is_whole is not None)
    assert question.is_whole
    assert question.pages > 3
    assert len(question.dots) == len(set(question.dots))
    assert set(question.dots) == all_dots(ana)
    assert {one.sender.occupant_id for one in question.came} == {"id-ana", "id-ben", "id-carl"}
    shares = [share for share in question.shares if share is not None]
    assert shares == sorted(shares)


def test_what_came_since_a_vector_is_what_lies_beyond_it():
    network, (ana, _, carl) = three_on_a_board()
    since = {r: n // 2 for r, n in board_of(ana).vv.items()}
    question = Question(carl, since=since)
    network.run_until(lambda: question.is_whole is not None)
    assert set(question.dots) == {(r, n) for r, n in all_dots(ana) if n > since.get(r, 0)}


def test_what_came_since_a_position_is_what_that_member_got_later():
    network, (ana, ben, carl) = three_on_a_board()
    seen: list[Answer] = []

    def look(_from: str, to: str, message: object) -> bool:
        if to == carl.peer.address and isinstance(message, Answer) and message.page:
            seen.append(message)
        return False

    network.drop = look
    first = Question(carl)
    network.run_until(lambda: first.is_whole is not None)
    asked = first.asking
    newest = seen[-1].page.last
    assert newest == len(all_dots(ana))
    for n in range(7):
        draw(ben, 1000 + n)
    network.run(30)
    later = Question(carl, since_seq=newest)
    network.run_until(lambda: later.is_whole is not None)
    assert len(later.dots) == 7
    assert asked.progress == 1.0


def test_a_question_without_pages_is_answered_with_all():
    network, (ana, _, carl) = three_on_a_board(30)
    got: list[Answer] = []
    network.drop = lambda _from, to, message: (
        to == carl.peer.address and isinstance(message, Answer) and got.append(message)
    )
    network.deliver_later(carl.peer, ana, Get(ana.session.session, since_seq=20))
    network.run(5)
    assert sum(len(answer.messages) for answer in got) == len(all_dots(ana)) - 20


def test_who_falls_silent_gives_way_to_another_and_nothing_comes_twice():
    network, (_, _, carl) = three_on_a_board(300)
    question = Question(carl)
    network.run_until(lambda: question.pages == 3)
    silent = question.asking.asked
    network.drop = lambda sender, _to, _message: sender == silent
    assert network.run_until(lambda: question.is_whole is not None)
    assert question.is_whole
    assert len(question.dots) == len(set(question.dots))
    assert set(question.dots) == all_dots(carl)


def test_who_leaves_gives_way_at_once():
    network, nodes = three_on_a_board(300)
    carl = nodes[2]
    question = Question(carl)
    network.run_until(lambda: question.pages == 2)
    network.remove(next(n for n in nodes if n.peer.address == question.asking.asked))
    assert network.run_until(lambda: question.is_whole is not None, at_most=5)
    assert set(question.dots) == all_dots(carl)


def test_a_question_can_be_taken_back():
    network, (_, _, carl) = three_on_a_board(300)
    question = Question(carl)
    network.run_until(lambda: question.pages == 2)
    carl.take(lambda session: session.stop_asking())
    network.run(20)
    assert question.is_whole is False
    assert question.pages == 2
    again = Question(carl)
    network.run_until(lambda: again.is_whole is not None)
    assert again.is_whole


def test_who_joined_by_a_state_can_have_what_was_before_and_then_has_all_of_the_history():
    network = MemoryNetwork(3)
    ana = network.enter_room(ROOM, "ana")
    session = ana.share(new_document(), IN_ROOM)
    network.run(1)
    for n in range(100):
        draw(ana, n)
    network.run(30)
    ana.keep()
    board_of(ana).fold(board_of(ana).vv)
    carl = network.enter_room(ROOM, "carl")
    network.run(1)
    carl.join(session.session)
    network.run_until(lambda: carl.session.state is State.LIVE)
    carl.keep()
    assert board_of(carl).floor
    assert carl.session.lacks_earlier
    draw(carl)
    before = board_of(carl).state_hash()
    carl.take(lambda s: s.fetch_earlier(network.now))
    assert carl.session.is_asking
    assert network.run_until(lambda: not carl.session.lacks_earlier)
    assert board_of(carl).floor == {}
    assert carl.journal.base is None
    assert board_of(carl).state_hash() == before
    network.run(30)
    assert all_dots(carl) == all_dots(ana)
    draw(ana)
    network.run(5)
    assert board_of(carl).state_hash() == board_of(ana).state_hash()


def test_who_has_not_got_it_either_cannot_give_it():
    network = MemoryNetwork(3)
    ana = network.enter_room(ROOM, "ana")
    session = ana.share(new_document(), IN_ROOM)
    network.run(1)
    for n in range(50):
        draw(ana, n)
    network.run(30)
    ana.keep()
    board_of(ana).fold(board_of(ana).vv)
    others = [network.enter_room(ROOM, name) for name in ("ben", "carl")]
    network.run(1)
    for node in others:
        node.join(session.session, [ana.peer])
        network.run_until(lambda node=node: node.session.state is State.LIVE)
        node.keep()
    network.remove(ana)
    ben, carl = others
    network.run(30)
    carl.take(lambda s: s.fetch_earlier(network.now))
    assert network.run_until(lambda: not carl.session.is_asking)
    assert carl.session.lacks_earlier
    assert board_of(carl).state_hash() == board_of(ben).state_hash()


def test_where_nobody_is_there_the_answer_is_that():
    network = MemoryNetwork(1)
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), IN_ROOM)
    network.run(1)
    question = Question(ana)
    assert question.is_whole is False


@pytest.mark.parametrize("seed", range(10))
def test_positions_never_change_whatever_comes_later(seed):
    rng = random.Random(seed)
    positions, vv = Positions(), {}
    known: list[tuple[int, tuple[str, int]]] = []
    for _ in range(60):
        for _ in range(rng.randrange(4)):
            r = rng.choice("abc")
            vv[r] = vv.get(r, 0) + rng.randrange(1, 5)
        positions.catch_up(vv)
        now = list(positions.after(0))
        assert now[: len(known)] == known
        assert [at for at, _ in now] == list(range(1, sum(vv.values()) + 1))
        start = rng.randrange(sum(vv.values()) + 2)
        assert list(positions.after(start)) == now[start:]
        known = now
