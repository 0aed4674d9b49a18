import itertools
from dataclasses import replace

import pytest

from tests.helpers import merging
from tests.unit.model.boards import SESSION, batch, rect
from whiteboard.model.canonical import canonical, canonical_size
from whiteboard.model.history import MAX_CANONICAL, History, Limits, weight_in_memory
from whiteboard.model.ids import Rid, SessionId
from whiteboard.model.ops import Kind, Literal, LiteralElement, New, Remove, Set, Ts

NOTHING = Remove(Rid("x"))


def sent(*args, **options):
    """A message by hand, of the session of these tests."""
    return replace(merging.message(*args, **options), session=SESSION)


def valid(history):
    return [message.batch.dot for message in history.log if message.valid]


def test_messages_wait_for_what_they_depend_on_and_then_come_in_order():
    history = History(SESSION)
    first, second = batch("a", 1, 1), batch("a", 2, 2)
    reply = batch("b", 1, 3, deps={"a": 2})
    assert history.add(reply)[0] == []
    assert history.missing() == {"a": (1, 2)}
    assert history.add(second)[0] == []
    assert history.missing() == {"a": (1, 1)}
    delivered, duplicate, forked = history.add(first)
    assert [m.batch for m in delivered] == [first, second, reply]
    assert (duplicate, forked) == (False, False)
    assert history.missing() == {}
    assert history.vv == {"a": 2, "b": 1}


def test_the_same_message_again_is_a_duplicate_even_written_differently():
    history = History(SESSION)
    element = LiteralElement("", "g", (("", "x", "1"),))
    literal = batch("a", 1, 1, Literal("a.1", "", 1.0, element))
    plain = batch("a", 1, 1, *Literal("a.1", "", 1.0, element).expand())
    history.add(literal)
    assert history.add(plain) == ([], True, False)


def test_messages_of_another_session_are_dropped():
    history = History(SessionId("other"))
    assert history.add(batch("a", 1, 1)) == ([], True, False)
    assert not history.vv


@pytest.mark.parametrize("order", list(itertools.permutations(range(5))))
def test_of_a_forked_dot_no_content_counts_nor_any_later_number(order):
    one = batch("a", 1, 1)
    two = batch("a", 2, 2, rect("a.1", "here"))
    other = batch("a", 2, 2, rect("a.1", "there"))
    three = batch("a", 3, 3)
    reply = batch("b", 1, 4, deps={"a": 3})
    history = History(SESSION)
    messages = [one, two, other, three, reply]
    for i in order:
        history.add(messages[i])
    assert history.forks == {"a": 2}
    assert sorted(valid(history)) == [("a", 1), ("b", 1)]
    handed_on = list(history.since({}))
    assert all(message in handed_on for message in (one, two, other, reply))
    assert history.holds("a", 99)


def test_a_lower_fork_found_later_voids_more():
    history = History(SESSION)
    for n in (1, 2, 3):
        history.add(batch("a", n, n))
    history.add(batch("a", 3, 3, rect("a.3", "x")))
    assert history.forks == {"a": 3}
    history.add(batch("a", 2, 2, rect("a.2", "x")))
    assert history.forks == {"a": 2}
    assert valid(history) == [("a", 1)]


def test_a_clock_ahead_of_its_past_voids_the_message_and_is_not_adopted():
    history = History(SESSION)
    history.add(batch("a", 1, 1))
    history.add(batch("b", 1, 2**63, deps={"a": 1}))
    assert valid(history) == [("a", 1)]
    assert history.clock == 1
    history.add(batch("a", 2, 2, deps={"b": 1}))
    assert valid(history) == [("a", 1), ("a", 2)]


def test_a_clock_not_after_its_past_voids_the_message():
    history = History(SESSION)
    history.add(batch("a", 1, 1))
    history.add(batch("b", 1, 1, deps={"a": 1}))
    history.add(batch("a", 2, 1))
    assert valid(history) == [("a", 1)]


def test_a_message_over_64_kib_is_void_and_keeps_its_number():
    history = History(SESSION)
    history.add(batch("a", 1, 1, Set("a.1", chdata="x" * MAX_CANONICAL)))
    history.add(batch("a", 2, 1))
    assert valid(history) == [("a", 2)]


def test_a_deep_literal_costs_no_more_than_its_limit():
    element = LiteralElement("", "g")
    for _ in range(900):
        element = LiteralElement("", "g", (), (element,))
    deep = batch("a", 1, 1, Literal("a.1", "", 1.0, element))
    assert canonical_size(deep, {}, MAX_CANONICAL) < 2 * MAX_CANONICAL
    history = History(SESSION)
    history.add(deep)
    assert valid(history) == []


def test_the_size_of_a_message_is_that_of_its_canonical_form():
    message = batch("a", 1, 1, rect("a.1", "ü\n\x01"), New("a.2", Kind.TEXT), Set("a.1", weight=2))
    message = batch(
        "a", 1, 1, *message.ops, deps={"b": 3}, restores={(2, "primary-weight"): Ts(1, "b", 0)}
    )
    assert canonical_size(message, message.deps, 10**6) == len(canonical(message, message.deps))


def test_the_buffer_is_bounded_and_what_fell_out_can_come_again():
    history = History(SESSION, limits=Limits(messages=3))
    messages = [batch("a", n, n) for n in range(1, 8)]
    for message in reversed(messages[1:]):
        history.add(message)
    assert history.waiting == 3
    for message in messages:
        history.add(message)
    assert history.vv == {"a": 7}
    assert history.waiting == 0


def test_without_a_limit_a_log_may_come_backwards():
    history = History(SESSION, limits=None)
    for n in range(500, 0, -1):
        history.add(batch("a", n, n))
    assert len(valid(history)) == 500


def test_what_another_lacks_comes_in_causal_order():
    history = History(SESSION)
    for message in (
        batch("a", 1, 1),
        batch("b", 1, 2, deps={"a": 1}),
        batch("a", 2, 3, deps={"b": 1}),
    ):
        history.add(message)
    assert [b.dot for b in history.since({"a": 1})] == [("b", 1), ("a", 2)]


def test_one_party_that_waits_for_nothing_cannot_push_out_what_others_wait_for():
    history = History(SESSION, limits=Limits(messages=40))
    honest = [sent("a", n, n, NOTHING) for n in range(2, 8)]
    for waits in honest:
        history.add(waits)
    for n in range(2, 200):
        history.add(sent("m", n, n, NOTHING))
        history.add(sent(f"m{n}", 2, n, NOTHING, party="m"))
    assert history.waiting <= 40
    delivered, _, _ = history.add(sent("a", 1, 1, NOTHING))
    assert [m.n for m in delivered] == list(range(1, 8))


def test_so_many_chains_of_one_party_wait_and_no_more():
    history = History(SESSION, limits=Limits(chains=8))
    for n in range(100):
        history.add(sent(f"m{n}", 2, 2, NOTHING, party="m"))
        history.add(sent(f"a{n}", 2, 2, NOTHING))
    assert history.waiting == 8 + 100


def test_dependencies_count_for_the_size_of_what_waits():
    named = {f"q{n}": 7 for n in range(1000)}
    small = sent("a", 2, 2, NOTHING)
    large = sent("b", 2, 2, NOTHING, deps=named)
    assert weight_in_memory(large) > weight_in_memory(small) + 10_000
