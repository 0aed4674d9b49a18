"""A joiner and givers that offer the state and do not send it, or send what cannot be read."""

from __future__ import annotations

import random

import pytest

from whiteboard.model.document import new_document
from whiteboard.model.ids import Replica, SessionId
from whiteboard.session.entering import NOBODY_ANSWERS
from whiteboard.session.joining import MOST_IN_VAIN, PACE_TIMER, STALL_TIMER
from whiteboard.session.ports import Direct, Ended, InRoom, Send, StartTimer, ToPeer
from whiteboard.session.session import Session, State
from whiteboard.wire import messages as m

SESSION = SessionId("851ba2")
ANA, BEN = m.Peer("ana@x/1", jid="ana@x"), m.Peer("ben@x/1", jid="ben@x")
ME = m.Peer("me@x/1", jid="me@x")
DIRECT = m.Description(creator="ana@x", identity=m.Identity.JID, name="Plan")


class Joiner:
    """Drives a joiner by hand, one giver's answer after the other."""

    def __init__(self, *givers: m.Peer, place=None) -> None:
        self.session = Session.join(
            SESSION, ME, place or Direct(ANA.address), random.Random(1), ask=givers
        )
        self.effects = []
        self.do(self.session.start(0.0))

    def do(self, effects) -> None:
        self.effects += effects

    def hear(self, peer: m.Peer, *messages: m.Message) -> None:
        for message in messages:
            self.do(self.session.receive(peer, message, 1.0))

    def run_out(self, *names: str) -> None:
        """Let the last timers of these names run out, if they were started."""
        for name in names:
            if any(isinstance(e, StartTimer) and e.name == name for e in self.effects):
                self.do(self.session.timer(name, 2.0))

    def asked(self) -> list[str]:
        return [
            e.to.address
            for e in self.effects
            if isinstance(e, Send) and isinstance(e.message, m.Connect) and isinstance(e.to, ToPeer)
        ]

    def goodbye(self) -> list[m.Reason]:
        said = [e.message for e in self.effects if isinstance(e, Send)]
        return [one.reason for one in said if isinstance(one, m.Terminate)]


def begin(parts: int = 0, count: int = 0) -> m.StateBegin:
    return m.StateBegin(SESSION, count=count, vv={Replica("A"): 9}, parts=parts)


GARBAGE = (begin(parts=1), m.StatePart(SESSION, 0, "no state at all"))


def test_a_giver_that_only_ever_offers_is_given_up_in_the_end_and_told_why():
    joiner = Joiner(ANA)
    for _ in range(MOST_IN_VAIN):
        assert joiner.session.state is not State.ENDED
        joiner.hear(ANA, m.StateOffer(SESSION, DIRECT))
        joiner.run_out(STALL_TIMER)
    assert joiner.session.state is State.ENDED
    assert joiner.goodbye() == [m.Reason.CONNECTIVITY_ERROR]
    assert [e.text for e in joiner.effects if isinstance(e, Ended)] == [NOBODY_ANSWERS]


def test_a_state_that_cannot_be_read_has_another_one_asked():
    joiner = Joiner(ANA, BEN)
    joiner.hear(ANA, m.StateOffer(SESSION, DIRECT))
    before = joiner.asked().count(BEN.address)
    joiner.hear(ANA, *GARBAGE)
    assert joiner.asked().count(BEN.address) == before + 1
    joiner.hear(BEN, m.StateOffer(SESSION, DIRECT))
    joiner.hear(BEN, m.StateBegin(SESSION), m.StateEnd(SESSION))
    assert joiner.session.state is State.LIVE


def test_a_giver_that_sends_nothing_that_can_be_read_is_given_up_in_the_end_and_told_why():
    joiner = Joiner(ANA)
    for _ in range(MOST_IN_VAIN):
        assert joiner.session.state is not State.ENDED
        joiner.hear(ANA, m.StateOffer(SESSION, DIRECT), *GARBAGE)
    assert joiner.session.state is State.ENDED
    assert joiner.goodbye() == [m.Reason.FAILED_APPLICATION]


@pytest.mark.parametrize("place", [Direct(ANA.address), InRoom("room@x")])
def test_a_state_that_says_it_goes_on_and_never_does_is_no_reason_to_wait_for_ever(place):
    joiner = Joiner(ANA, place=place)
    for _ in range(MOST_IN_VAIN):
        joiner.hear(ANA, m.StateOffer(SESSION, DIRECT), begin(count=1_000_000))
        joiner.run_out(PACE_TIMER)
    assert joiner.session.state is State.ENDED
    assert len(joiner.goodbye()) == isinstance(place, Direct)


def test_who_invited_hears_that_the_board_did_not_arrive():
    host = Session.share(
        new_document(), DIRECT, ANA, Direct(ME.address), random.Random(1), session=SESSION
    )
    host.start(0.0)
    host.receive(ME, m.Connect(SESSION), 1.0)
    told = host.receive(ME, m.Terminate(SESSION, m.Reason.CONNECTIVITY_ERROR), 2.0)
    assert "The board did not reach me@x." in [getattr(e, "text", "") for e in told]
    assert [member.away for member in host.members] == [False, True]
