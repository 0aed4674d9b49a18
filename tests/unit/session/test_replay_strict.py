"""What a log of a strict board holds: states, and what counts before and after them (SYNC 5.7)."""

from __future__ import annotations

from tests.helpers.strict import BASE, SESSION, attribute, element, written
from whiteboard.model.ids import Party
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import State
from whiteboard.session.replay_strict import Gathering, replay_strict
from whiteboard.wire.log import LogHeader
from whiteboard.wire.messages import Mode, Peer, StrictMessage

ANA, TOM = Peer("ana@x/desk"), Peer("tom@x/desk")
HEADER = LogHeader(SESSION, Mode.STRICT)


def said(sender, id_, *ops, **more):
    return StrictMessage(SESSION, id_, ops, sender, **more)


def state(giver, *ops, last):
    return said(giver, "state", *ops, prolog="", last=last)


EARLY = said(TOM, "1", *BASE.ops, element("a", name="rect"), attribute("f", "a"))
EDIT = said(TOM, "2", written("f", 1, "blue"))
LATER = said(TOM, "3", written("f", 2, "green"))
WHOLE = (*EARLY.ops, *EDIT.ops)


def shown(log):
    """What `replay` and the history make of a log: they must agree."""
    document = replay_strict(log, HEADER)
    gathering = Gathering(lambda sender: Party(sender.address))
    past = StrictDocument(SESSION)
    for one in filter(None, map(gathering.take, log)):
        if isinstance(one, State):
            past.install(one.stanzas, one.after)
        else:
            past.receive([one])
    assert past.c14n() == document.c14n()
    return document.attribute("a", "fill")


def test_what_is_newer_than_the_last_message_of_a_state_counts_after_it():
    log = [EARLY, EDIT, LATER, state(ANA, *WHOLE, last=("tom@x/desk", "2"))]
    assert shown(log) == "green"


def test_what_a_state_holds_that_names_a_message_nobody_logged_does_not_count_twice():
    log = [EARLY, EDIT, state(ANA, *WHOLE, last=("tom@x/desk", "unknown"))]
    assert shown(log) == "blue", "counted twice the edit would undo itself"


def test_what_is_logged_behind_a_state_counts_whatever_the_state_names():
    log = [state(ANA, *WHOLE, last=("tom@x/desk", "unknown")), LATER]
    assert shown(log) == "green"
