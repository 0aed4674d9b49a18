"""The strict engine is the plain view, for every small set of operations in every order."""

from __future__ import annotations

import itertools

import pytest

from tests.helpers.strict import (
    BASE,
    SESSION,
    attribute,
    element,
    moved,
    named,
    removed,
    stanza,
    text,
    written,
)
from whiteboard.model.ids import DOCUMENT
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.view import strict_view

POOL = [
    named("p", 1, "a"),
    named("p", 2, "b"),
    moved("p", 1, "q"),
    moved("p", 2, "~r"),
    moved("q", 1, "p"),
    moved("q", 2, "~r"),
    removed("q"),
    text("x", "p", "hello"),
    text("x", "q", "other"),
    written("x", 1, "Y", (1, 2)),
    written("x", 2, "Z", (4, 1)),
    attribute("a1", "p", value="red"),
    attribute("a2", "p", value="blue"),
    removed("a2"),
]
CYCLES = [
    element("s", weight=3),
    moved("p", 1, "q"),
    moved("p", 2, "s"),
    moved("q", 1, "s"),
    moved("q", 2, "p"),
    moved("s", 1, "p"),
    moved("s", 2, "q"),
    moved("p", 1, "p"),
    removed("s"),
    removed("p"),
    element("~z", DOCUMENT, name="svg"),
    moved("~z", 1, "p"),
    moved("~r", 1, "~z"),
    named("~z", 1, "1x"),
]


class Scope:
    """Delivers every sequence from a pool, and looks after every delivery."""

    def __init__(self, pool):
        self.pool = pool
        self.views = {}
        self.looked = 0

    def expected(self, chosen):
        key = tuple(sorted(chosen))
        if key not in self.views:
            view = strict_view([BASE, *self.stanzas(key)])
            self.views[key] = (view.state_hash, view.c14n)
        return self.views[key]

    def stanzas(self, chosen):
        """One stanza for each, with an id of its own, so that equal ones are two operations."""
        seen = []
        for i in chosen:
            yield stanza(f"s{i}", seen.count(i), self.pool[i])
            seen.append(i)

    def look(self, chosen):
        document = StrictDocument(SESSION)
        document.receive([BASE])
        for length, one in enumerate(self.stanzas(chosen), 1):
            document.receive([one])
            if length == len(chosen):  # the shorter ones were looked at as sequences of their own
                state_hash, c14n = self.expected(chosen)
                assert document.state_hash() == state_hash, [self.pool[i] for i in chosen]
                assert document.c14n() == c14n, [self.pool[i] for i in chosen]
                self.looked += 1

    def run(self, longest):
        for length in range(1, longest + 1):
            for chosen in itertools.product(range(len(self.pool)), repeat=length):
                self.look(chosen)
        return self.looked


@pytest.mark.parametrize("pool", [POOL, CYCLES], ids=["records", "cycles"])
def test_every_sequence_of_up_to_three_operations_shows_what_its_set_makes(pool):
    assert Scope(pool).run(3) == 14 + 14**2 + 14**3


@pytest.mark.slow
@pytest.mark.parametrize("pool", [POOL, CYCLES], ids=["records", "cycles"])
def test_every_sequence_of_four_operations_shows_what_its_set_makes(pool):
    assert Scope(pool).run(4) == 14 + 14**2 + 14**3 + 14**4
