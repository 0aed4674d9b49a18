"""Histories of three people: the strict engine against the plain view, and against the XEP."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from tests.helpers.strict import BASE, check, document, moved, named, stanza, text, written
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.model.strict.snapshot import snapshot

ACTORS = (0, 1, 2)
START = Stanza("base", "x", (text("x", "p", "base"),))


def seen_by(history, actor, *, causal):
    """All sets of earlier edits that `actor` may have seen before its next one."""
    own = {i for i, (who, _, _) in enumerate(history) if who == actor}
    others = [i for i in range(len(history)) if i not in own]
    for size in range(len(others) + 1):
        for chosen in itertools.combinations(others, size):
            seen = own | set(chosen)
            if not causal or all(history[i][1] <= seen for i in seen):
                yield frozenset(seen)


def histories(length, choices, *, causal):
    """Every history of so many edits: (actor, seen before, choice)."""
    if length == 0:
        yield ()
        return
    for history in histories(length - 1, choices, causal=causal):
        for actor in ACTORS[: len({who for who, _, _ in history}) + 1]:
            for seen in seen_by(history, actor, causal=causal):
                for choice in range(choices):
                    yield (*history, (actor, seen, choice))


def orders(history):
    """Every order in which one who follows causality can get the edits."""
    for order in itertools.permutations(range(len(history))):
        if all(history[i][1] <= set(order[:at]) for at, i in enumerate(order)):
            yield order


# ---------------------------------------------------------------- one record, the rules compared


def versions(history):
    return [len(seen) + 1 for _, seen, _ in history]


def by_the_letter(edits):
    """XEP-0284 read literally: a wrong version reverts to the state before the one it names."""
    states = ["base"]
    for count, (value, version) in enumerate(edits, 1):
        states.append(value if count == version else states[min(version, len(states)) - 1])
    return states[-1]


def by_psi(edits):
    """Psi: sorted by version; valid if it is its place and the next has another version."""
    edits = sorted(edits, key=lambda edit: edit[1])
    value = "base"
    for i, (written_, version) in enumerate(edits):
        if version == i + 1 and (i + 1 == len(edits) or edits[i + 1][1] != version):
            value = written_
    return value


@cache
def by_us(edits):
    made = document(
        BASE,
        START,
        *(stanza(f"s{i}", 1, written("x", v, value)) for i, (value, v) in enumerate(edits)),
    )
    return made.text("x")


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_in_causal_histories_it_is_what_psi_and_wherever_it_says_one_thing_the_xep_make(length):
    literal_differs = False
    for history in histories(length, 1, causal=True):
        edits = tuple(zip("abcd", versions(history), strict=False))
        ours = by_us(edits)
        assert ours == by_psi(edits)
        literal = {by_the_letter([edits[i] for i in order]) for order in orders(history)}
        if len(literal) == 1:
            assert literal == {ours}
        literal_differs = literal_differs or len(literal) > 1
    assert literal_differs == (length >= 3)


def test_counterexample_to_the_xep_by_the_letter_one_to_one():
    """x=0; A sends a@1 then b@2 while B sends c@1 (SYNC 2.1)."""
    a, b, c = ("a", 1), ("b", 2), ("c", 1)
    assert by_the_letter([a, b, c]) == "base"
    assert by_the_letter([c, a, b]) == "c"
    assert by_the_letter([a, c, b]) == "a"
    for order in itertools.permutations((a, b, c)):
        assert by_us(order) == "base"


def test_counterexample_without_causality():
    """A sends a@1; B saw it and sends b@2; C gets b first (SYNC 2.1)."""
    a, b = ("a", 1), ("b", 2)
    assert by_the_letter([a, b]) == "b"
    assert by_the_letter([b, a]) != "b"
    assert by_us((a, b)) == by_us((b, a)) == "b"


def test_counterexample_where_the_order_of_a_room_decides():
    """The room's order abc -> 0, acb -> a, cab -> c for the same three edits (SYNC 2.1)."""
    a, b, c = ("a", 1), ("b", 2), ("c", 1)
    assert [by_the_letter(o) for o in ([a, b, c], [a, c, b], [c, a, b])] == ["base", "a", "c"]
    assert {by_us(o) for o in itertools.permutations((a, b, c))} == {"base"}


# ------------------------------------------------------------ two records, moves, partial edits

EDITS = [
    lambda v: moved("p", v, "q"),
    lambda v: moved("q", v, "p"),
    lambda v: named("p", v, f"n{v}"),
    lambda v: written("x", v, "-", (v, 1)),
]
RECORDS = ["p", "q", "p", "x"]


def stanzas_of(history):
    """Each edit with the version its author knew; histories that look alike are one."""
    made = []
    for i, (actor, seen, choice) in enumerate(history):
        version = 1 + sum(RECORDS[history[j][2]] == RECORDS[choice] for j in seen)
        made.append((f"s{actor}", i, EDITS[choice](version)))
    return tuple(made)


def look(length, *, causal):
    """Every order of the edits of every history, looked at after every delivery."""
    kinds = {stanzas_of(history) for history in histories(length, len(EDITS), causal=causal)}
    for kind in kinds:
        stanzas = [stanza(*one) for one in kind]
        for order in itertools.permutations(stanzas):
            made, held = document(BASE, START), [BASE, START]
            for one in order:
                made.receive([one])
                held.append(one)
                check(made, held)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("length", [1, 2])
def test_every_delivery_of_a_short_history_shows_what_its_edits_make(length, causal):
    look(length, causal=causal)


@pytest.mark.slow
@pytest.mark.parametrize("causal", [True, False])
def test_every_delivery_of_a_history_of_three_edits_shows_what_its_edits_make(causal):
    look(3, causal=causal)


# --------------------------------------------------------------------------------- snapshots


def joined(giver: StrictDocument, later):
    """One who got the giver's state, then what came after it."""
    state = snapshot(giver)
    return document(Stanza("giver", "state", state.ops), *later)


def test_from_a_snapshot_at_any_moment_later_edits_resolve_as_with_all_history():
    """Every list of up to four versions from 1 to 4, causal or not, cut everywhere."""
    for length in (1, 2, 3, 4):
        for numbers in itertools.product((1, 2, 3, 4), repeat=length):
            edits = [stanza(f"s{i}", 1, written("x", v, f"w{i}")) for i, v in enumerate(numbers)]
            everything = document(BASE, START, *edits)
            for cut in range(length + 1):
                giver = document(BASE, START, *edits[:cut])
                made = joined(giver, edits[cut:])
                assert made.text("x") == everything.text("x"), (numbers, cut)
                assert made.next_version("x") == everything.next_version("x")


def test_a_psi_client_that_joins_by_a_snapshot_sees_the_same():
    """Leaving undone edits out, as the XEP allows, would break it (SYNC 5.7)."""
    for history in histories(4, 1, causal=True):
        edits = list(zip("abcd", versions(history), strict=False))
        for cut in range(5):
            known = edits[:cut]
            giver = document(
                BASE, START, *(stanza(f"s{v}", v + str(n), written("x", n, v)) for v, n in known)
            )
            value, given = "base", []
            for op in snapshot(giver).ops:
                if getattr(op, "version", None) and op.rid == "x":
                    value = op.chdata if op.chdata is not None else value
                    given.append((value, op.version))
            assert by_psi(given + edits[cut:]) == by_us(tuple(edits))
