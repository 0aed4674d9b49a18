"""Bursts on one record with real delays: one edit is always kept, and nobody goes on for ever."""

from __future__ import annotations

import heapq
import itertools
import random

import pytest

from tests.helpers.strict import BASE, SESSION, Stanza, check, element, named, text, written
from whiteboard.model.ids import Party
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.reassert import JITTER, MOST, QUIET, due, reassert

START = Stanza(Party("base"), "x", (text("x", "p", "base"), element("c", "p")))


class Actor:
    """One person's client."""

    def __init__(self, name):
        self.name = name
        self.document = StrictDocument(SESSION)
        self.document.receive([BASE, START])
        self.sent = 0
        self.quiet_since = 0.0


class Session:
    """People, links that keep the order with 20 to 200 ms each, a room or none, and the timers."""

    def __init__(self, seed, people, rid, *, room):
        self.rng = random.Random(seed)
        self.actors = [Actor(name) for name in "ABC"[:people]]
        self.rid = rid
        self.room = room
        self.now = 0.0
        self.events = []
        self.ticks = itertools.count()
        self.links = {}
        self.all = [BASE, START]
        self.reasserted = 0

    def at(self, when, action, *what):
        heapq.heappush(self.events, (when, next(self.ticks), action, what))

    def arrival(self, *link, since):
        """When what leaves at `since` arrives: never before what was sent earlier."""
        when = max(since + self.rng.uniform(0.02, 0.2), self.links.get(link, 0.0))
        self.links[link] = when
        return when

    def edit(self, actor, make):
        self.send(actor, make(actor.document.next_version(self.rid)))

    def send(self, actor, op):
        actor.sent += 1
        one = Stanza(Party(actor.name), str(actor.sent), (op,))
        self.all.append(one)
        actor.document.write(one)
        self.traffic(actor)
        if self.room:
            self.at(self.arrival(actor.name, "room", since=self.now), self.reflect, one)
        else:
            self.deliver(one, [other for other in self.actors if other is not actor])
            actor.document.receive([one])  # nothing comes back

    def reflect(self, one):
        self.deliver(one, self.actors)

    def deliver(self, one, actors):
        for actor in actors:
            when = self.arrival(one.sender if not self.room else "room", actor.name, since=self.now)
            self.at(when, self.receive, actor, one)

    def receive(self, actor, one):
        actor.document.receive([one])
        self.traffic(actor)

    def traffic(self, actor):
        actor.quiet_since = self.now
        self.at(due(self.now, self.rng.random()), self.look, actor, self.now)

    def look(self, actor, quiet_since):
        if actor.quiet_since != quiet_since:
            return
        op = reassert(actor.document, self.rid, Party(actor.name))
        if op is not None:
            self.reasserted += 1
            self.send(actor, op)

    def run(self):
        for _ in range(20_000):
            if not self.events:
                break
            self.now, _, action, what = heapq.heappop(self.events)
            action(*what)
        assert not self.events, "it goes on for ever"
        for actor in self.actors:
            check(actor.document, self.all)
            assert not actor.document.pending
        return self.actors[0].document


def burst(seed, people, edits, make, rid, *, room, length=0.15):
    session = Session(seed, people, rid, room=room)
    for actor in session.actors:
        for number in range(edits):
            when = session.rng.uniform(0.0, length)
            session.at(when, session.edit, actor, lambda v, a=actor, n=number: make(v, a, n))
    return session


def word(version, actor, number):
    return written("x", version, f"{actor.name}{number}")


def seeds(quick, all_):
    return [
        pytest.param(range(quick), id="some"),
        pytest.param(range(quick, all_), id="many", marks=pytest.mark.slow),
    ]


@pytest.mark.parametrize("room", [True, False], ids=["room", "mesh"])
@pytest.mark.parametrize("some", seeds(150, 3000))
def test_every_burst_of_three_people_keeps_one_edit_after_at_most_three_tries(some, room):
    lost_without = 0
    for seed in some:
        without = burst(seed, 3, 2, word, "x", room=room)
        without.look = lambda *_: None
        lost_without += without.run().text("x") == "base"
        session = burst(seed, 3, 2, word, "x", room=room)
        assert session.run().text("x") != "base", seed
        assert session.reasserted <= MOST, seed
    assert lost_without > len(some) / 2


@pytest.mark.parametrize("seed", range(10))
def test_two_people_who_drag_one_object_need_one_more_edit_at_most(seed):
    session = Session(seed, 2, "c", room=True)
    for actor in session.actors:
        for number in range(40):
            session.at(
                number * 0.025 + session.rng.uniform(0, 0.02),
                session.edit,
                actor,
                lambda v, n=number: named("c", v, f"n{n}"),
            )
    made = session.run()
    assert session.reasserted == 1
    assert b"<n" in made.c14n()


@pytest.mark.parametrize("room", [True, False], ids=["room", "mesh"])
@pytest.mark.parametrize("seed", range(60))
def test_what_people_typed_at_once_is_kept_in_part(seed, room):
    """Partial edits are sent again as what they did to the text of today."""

    def typed(version, actor, number):
        length = len(actor.document.text("x"))
        return written("x", version, actor.name, (length, 0))

    session = burst(seed, 3, 2, typed, "x", room=room)
    made = session.run()
    assert made.text("x").startswith("base")
    assert made.text("x") != "base"
    assert session.reasserted <= 2 * MOST


def test_the_quiet_time_is_the_one_agreed_on():
    assert due(1.0, 0.0) == 1.0 + QUIET == 1.3
    assert due(1.0, 1.0) == 1.0 + QUIET + JITTER == 1.6
