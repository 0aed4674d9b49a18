"""However messages come, the board is the same: the one that came in order, and one made anew."""

import random

from hypothesis import example, given
from hypothesis import strategies as st

from tests.helpers.random_board import Follower, random_edit
from tests.unit.model.boards import board, element
from whiteboard.model.history import Limits

NAMES = "abc"


def edited_board(rng, steps):
    """Three authors who edit at once and hear of each other now and then."""
    first = board("a", element("svg", element("g", "hello", element("rect", x="1")), "tail"))
    authors = [first, board("b"), board("c")]
    for author in authors[1:]:
        author.receive(first.batches_since({}))
    known = [first.root, *first.children(first.root)]
    for _ in range(steps):
        author = rng.choice(authors)
        if rng.random() < 0.75:
            mine = [rid for rid in known if author.kind(rid) is not None]
            count = len(mine)
            random_edit(author, rng, mine)
            known += mine[count:]
        else:
            other = rng.choice([one for one in authors if one is not author])
            news = other.batches_since(author.vv)
            author.receive(news[: rng.randint(0, len(news))])
    return authors


@example(seed=15203536, steps=7)  # a moved element went unnoticed
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40))
def test_any_order_with_duplicates_gives_what_causal_order_gives(seed, steps):
    rng = random.Random(seed)
    authors = edited_board(rng, steps)
    in_order = board("x")
    for author in authors:
        for batch in author.batches_since(in_order.vv):
            in_order.receive([batch])
    everything = in_order.batches_since({})
    expected = in_order.c14n(), in_order.state_hash()

    at_once = board("y")
    at_once.receive(rng.sample(everything, len(everything)))
    assert (at_once.c14n(), at_once.state_hash()) == expected

    shuffled = board("z")
    follower = Follower(shuffled)
    for batch in rng.sample([*everything, *everything], 2 * len(everything)):
        shuffled.receive([batch])
        shuffled.state_hash()
    assert (shuffled.c14n(), shuffled.state_hash()) == expected
    assert not shuffled.missing()
    follower.check()

    shuffled._rebuild()
    assert (shuffled.c14n(), shuffled.state_hash()) == expected

    for author in authors:
        author.receive(everything)
        assert (author.c14n(), author.state_hash()) == expected


@given(seed=st.integers(0, 2**32))
def test_a_small_buffer_only_makes_asking_again_necessary(seed):
    rng = random.Random(seed)
    authors = edited_board(rng, 12)
    for author in authors:
        author.receive([b for other in authors for b in other.batches_since(author.vv)])
    everything = authors[0].batches_since({})
    small = board("x")
    small._history.limits = Limits(messages=2)
    for _ in range(len(everything)):
        small.receive(rng.sample(everything, len(everything)))
    assert small.c14n() == authors[0].c14n()
