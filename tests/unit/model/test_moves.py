import itertools
import random

from whiteboard.model.ids import Replica, Rid
from whiteboard.model.moves import Move, MoveLog, is_below
from whiteboard.model.ops import Ts
from whiteboard.model.record import Record


class Forest:
    """Records by name and the tree that a log makes of them."""

    def __init__(self):
        self.records = {}
        self.log = MoveLog(self.relocate)

    def relocate(self, record, parent):
        record.up = parent

    def record(self, name):
        return self.records.setdefault(name, Record(Rid(name)))

    def add(self, *moves):
        self.log.add([Move(Ts(*ts), self.record(x), self.record(p)) for ts, x, p in moves])

    def parents(self):
        return {name: r.up.rid for name, r in sorted(self.records.items()) if r.up is not None}


def at(time, replica="a"):
    return (time, Replica(replica), 0)


def test_of_two_moves_into_each_other_the_later_is_skipped_in_any_order():
    start = [(at(1), "p", ""), (at(2), "q", "")]
    moves = [(at(3, "a"), "p", "q"), (at(3, "b"), "q", "p")]
    for order in itertools.permutations([*start, *moves]):
        forest = Forest()
        for move in order:
            forest.add(move)
        assert forest.parents() == {"p": "q", "q": ""}


def test_a_skipped_move_does_not_happen_when_later_moves_would_allow_it():
    forest = Forest()
    forest.add((at(1), "p", ""), (at(2), "q", ""), (at(3), "p", "q"), (at(4), "q", "p"))
    forest.add((at(5), "p", ""))
    assert forest.parents() == {"p": "", "q": ""}


def test_a_sequence_of_moves_is_followed():
    forest = Forest()
    forest.add((at(1), "a", ""), (at(2), "b", ""))
    forest.add((at(3), "a", "b"), (at(4), "a", ""), (at(5), "b", "a"))
    assert forest.parents() == {"a": "", "b": "a"}


def test_random_moves_make_one_tree_however_they_come_and_never_a_cycle():
    for seed in range(150):
        rng = random.Random(seed)
        names = "abcdefg"
        moves = [
            (at(time, rng.choice("xy")), rng.choice(names), rng.choice(["", "~trash", *names]))
            for time in range(1, 25)
        ]
        expected = Forest()
        for move in moves:
            expected.add(move)
        for record in expected.records.values():
            assert record.up is None or not is_below(record.up, record)
        for _ in range(3):
            forest = Forest()
            rest = rng.sample(moves, len(moves))
            while rest:  # in portions, as messages come
                size = rng.randint(1, 5)
                forest.add(*rest[:size])
                rest = rest[size:]
            assert forest.parents() == expected.parents()
