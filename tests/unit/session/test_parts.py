"""The parts of a session one by one: identities, joining, serving, keeping up, incidents."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import pytest

from tests.helpers.boards import IN_ROOM, ROOM, board_of, draw, in_sync, room_of
from tests.helpers.corrupt import corrupt
from tests.unit.session.test_table import DESCRIPTION, ME, OTHER, session_in
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ops import Remove
from whiteboard.session.doubts import LOOK_TIMER
from whiteboard.session.identity import author, check_digits, fits, new_replica
from whiteboard.session.joining import Joining, Step
from whiteboard.session.members import People
from whiteboard.session.ports import (
    Counters,
    Direct,
    Disbelieved,
    Incident,
    InRoom,
    NewDocument,
    Send,
    StartTimer,
    ToPeer,
)
from whiteboard.session.serving import PAGE_BYTES, WINDOW_BYTES, Serving, coverage
from whiteboard.session.session import Role, Session, State
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.codec import encode
from whiteboard.wire.messages import (
    Answer,
    Connect,
    EditMessage,
    Get,
    Heartbeat,
    Identity,
    Peer,
    StateBegin,
    StateEnd,
    StateOffer,
)
from whiteboard.wire.xml import to_xml

RNG = random.Random(1)


def sends(effects, kind=None):
    found = [e for e in effects if isinstance(e, Send)]
    return [e for e in found if kind is None or isinstance(e.message, kind)]


# ------------------------------------------------------------------------------- identities


def test_the_second_half_of_a_replica_id_is_the_hash_of_session_party_and_first_half():
    digest = hashlib.sha256(b"s\nid-ana\nk3Xq").digest()
    number = int.from_bytes(digest, "big") % 62**4
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    expected = "".join(alphabet[number // 62**i % 62] for i in (3, 2, 1, 0))
    assert check_digits("s", "id-ana", "k3Xq") == expected


def test_a_replica_fits_its_party_and_no_other():
    replica = new_replica("s", "id-ana", RNG)
    assert len(replica) == 8
    assert fits(replica, "s", "id-ana", Identity.OCCUPANT_ID)
    assert not fits(replica, "s", "id-mira", Identity.OCCUPANT_ID)
    assert not fits(replica, "t", "id-ana", Identity.JID)
    assert fits(replica, "s", "anybody", Identity.NICK)


def test_a_replica_that_is_taken_is_not_given_again():
    first = new_replica("s", "p", random.Random(5))
    assert new_replica("s", "p", random.Random(5), {first}) != first


@pytest.mark.parametrize("identity", list(Identity))
@pytest.mark.parametrize("place", [InRoom("room@h"), Direct("a@b/c")])
def test_a_relayed_message_names_the_party_it_is_from(identity, place):
    assert identity.party(author("p@q", identity, place)) == "p@q"


def test_an_edit_under_anothers_replica_is_dropped_at_the_door():
    session = session_in(Role.CREATOR, State.LIVE)
    replica = new_replica(session.session, "id-other", RNG)
    sample = session.document.batches_since({})[0]
    forged = replace(sample, r=replica, n=1, ops=(Remove("a.1"),), party="", deps={})
    eve = Peer("room@h/eve", "id-eve")
    session.receive(eve, EditMessage(forged), 1.0)
    session.receive(eve, Heartbeat(session.session, replica), 1.0)
    session.receive(eve, Answer(session.session, (EditMessage(forged, eve),)), 1.0)
    assert replica not in session.document.vv
    assert session.counters.by_name == {"FOREIGN_REPLICA": 3}
    session.receive(OTHER, EditMessage(forged), 1.0)
    assert session.document.vv[replica] == 1


# ---------------------------------------------------------------------------------- joining


def state_of(session: Session):
    return [EditMessage(b, Peer("", b.party)) for b in session.document.batches_since({})]


def test_edits_that_come_while_joining_are_in_the_document_when_it_appears():
    giver = session_in(Role.CREATOR, State.LIVE)
    giver_peer = Peer("room@h/giver", "id-me")
    frozen = state_of(giver)
    joiner = Session.join(
        giver.session, Peer("room@h/new", "id-new"), InRoom("room@h"), RNG, ask=[giver_peer]
    )
    joiner.start(0.0)
    joiner.receive(giver_peer, StateOffer(giver.session, giver.description), 1.0)
    with giver.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(giver.document.root, "width", "7")
    live = giver.document.batches_since(coverage(m.batch for m in frozen))
    for batch in live:
        joiner.receive(giver_peer, EditMessage(replace(batch, party="")), 1.1)
    vv = coverage(m.batch for m in frozen)
    joiner.receive(giver_peer, StateBegin(giver.session, count=len(frozen), vv=vv), 1.2)
    joiner.receive(giver_peer, Answer(giver.session, tuple(frozen)), 1.3)
    effects = joiner.receive(giver_peer, StateEnd(giver.session, vv), 1.4)
    (new,) = [e for e in effects if isinstance(e, NewDocument)]
    assert new.document.attribute(new.document.root, "width") == "7"
    assert new.document.c14n() == giver.document.c14n()
    assert joiner.state is State.LIVE


def test_the_first_offer_is_taken_and_the_others_are_refused():
    third = Peer("room@h/third", "id-third")
    session = Session.join("s", ME, InRoom("room@h"), RNG, ask=[OTHER, third])
    asked = sends(session.start(0.0), Connect)
    assert [e.to for e in asked] == [ToPeer(OTHER.address), ToPeer(third.address)]
    offer = StateOffer("s", IN_ROOM)
    first = sends(session.receive(third, offer, 1.0))
    second = sends(session.receive(OTHER, offer, 1.0))
    assert [type(e.message).__name__ for e in first + second] == ["AcceptState", "RefuseState"]
    stranger = Peer("room@h/x", "id-x")
    assert [type(e.message).__name__ for e in sends(session.receive(stranger, offer, 1.0))] == [
        "RefuseState"
    ]


def test_state_from_another_than_the_giver_is_refused():
    session = session_in(Role.JOINER, State.RECEIVING)
    eve = Peer("room@h/eve", "id-eve")
    session.receive(eve, StateEnd(session.session), 1.0)
    session.receive(eve, Answer(session.session, ()), 1.0)
    assert session.state is State.RECEIVING
    assert session.counters.by_name == {"NOT_THE_GIVER": 2}


def test_a_giver_that_falls_silent_is_asked_again_and_then_left():
    joining = Joining("s", [OTHER, ME])
    joining.ask()
    joining.take_offer(OTHER.address)
    joining.begin(StateBegin("s", count=3, vv={"a": 3}))
    step, effects = joining.stalled()
    assert (step, type(sends(effects)[0].message)) == (Step.GOING_ON, Get)
    joining.stalled()
    step, effects = joining.stalled()
    assert step is Step.LOST_GIVER
    assert [e.to.address for e in sends(effects, Connect)] == [ME.address, OTHER.address]


# ---------------------------------------------------------------------------------- serving


def test_pages_are_small_and_only_so_much_is_on_its_way():
    board = new_document()
    for i in range(400):
        with board.transact(Origin.LOCAL) as edit:
            edit.set_attribute(board.root, "width", f"{i}" + "1234567890" * 20)
    numbers = iter(range(1, 10**6))
    serving = Serving("s", lambda batch: Peer("a@b/c"), lambda: next(numbers))
    serving.offer("x@y/z", IN_ROOM, 0.0)
    batches = board.batches_since({})
    effects = serving.give_state("x@y/z", batches, {}, "")
    received: list[EditMessage] = []
    pages = 0
    while effects:
        in_flight = 0
        for send in sends(effects, Answer):
            size = len("".join(map(to_xml, encode(send.message))).encode())
            assert size < PAGE_BYTES + 1024
            in_flight += size
            pages += 1
            received += send.message.messages
        assert in_flight < WINDOW_BYTES + PAGE_BYTES
        done = any(isinstance(e.message, StateEnd) for e in sends(effects))
        receipts = [e.receipt for e in sends(effects, Answer)]
        effects = [e for receipt in receipts for e in serving.sent(receipt)]
    assert done
    assert pages > 10
    assert [m.batch for m in received] == list(batches)


def test_what_is_on_its_way_is_not_sent_again():
    board = new_document()
    serving = Serving("s", lambda batch: Peer("a@b/c"), lambda: 1)
    transfer = serving.give_history("x", board.batches_since({}))
    assert len(sends(transfer)) == 1
    serving._transfers["x"].dots.add(board.batches_since({})[0].dot)
    assert sends(serving.give_history("x", board.batches_since({}))) == []


# ------------------------------------------------------------------------------- keeping up


def test_the_heartbeat_comes_sooner_after_a_change():
    session = session_in(Role.CREATOR, State.LIVE)
    (timer,) = [e for e in session.timer("heartbeat", 9.0) if isinstance(e, StartTimer)]
    assert timer.seconds == 120
    commits = []
    session.document.on_commit.subscribe(commits.append)
    with session.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(session.document.root, "width", "7")
    effects = session.committed(commits[0], 10.0)
    assert [e.seconds for e in effects if isinstance(e, StartTimer)] == [20]
    assert sends(effects, EditMessage)[0].store


def look(session, now):
    """Let the session finish looking who is wrong."""
    effects = []
    while [e for e in effects if isinstance(e, StartTimer)] or not effects:
        more = session.timer(LOOK_TIMER, now)
        effects = [e for e in effects if not isinstance(e, StartTimer)] + more
        if not more:
            return effects
    return effects


def test_equal_messages_and_another_document_is_an_incident_and_a_sound_document_stays():
    session = session_in(Role.CREATOR, State.LIVE)
    replica = new_replica(session.session, "id-other", RNG)
    beat = Heartbeat(session.session, replica, vv=dict(session.document.vv), hash="0" * 64)
    before = session.document
    effects = session.receive(OTHER, beat, 1.0)
    assert [e.kind for e in effects if isinstance(e, Incident)] == ["documents-differ"]
    effects = look(session, 1.1)
    assert session.document is before
    assert not [e for e in effects if isinstance(e, NewDocument)]
    again = session.receive(OTHER, beat, 2.0)
    assert not [e for e in again if isinstance(e, StartTimer | Incident)]


def test_a_document_that_its_messages_do_not_explain_is_made_anew():
    session = session_in(Role.CREATOR, State.LIVE)
    replica = new_replica(session.session, "id-other", RNG)
    right = session.document.state_hash()
    corrupt(session.document, session.document.root)
    assert session.document.state_hash() != right
    beat = Heartbeat(session.session, replica, vv=dict(session.document.vv), hash=right)
    session.receive(OTHER, beat, 1.0)
    with session.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(session.document.root, "width", "7")  # work goes on meanwhile
    own = dict(session.document.vv)
    effects = look(session, 1.1)
    assert [e.kind for e in effects if isinstance(e, Incident)] == ["healed"]
    assert [e for e in effects if isinstance(e, NewDocument)]
    assert dict(session.document.vv) == own
    assert session.document.attribute(session.document.root, "width") == "7"
    with session.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(session.document.root, "width", "8")


def test_a_party_whose_word_is_always_wrong_is_listened_to_ever_more_seldom_and_told_once():
    session = session_in(Role.CREATOR, State.LIVE)
    replica = new_replica(session.session, "id-other", RNG)
    looks, told = 0, 0
    for minute in range(24 * 60):
        if minute % 10 == 0:
            with session.document.transact(Origin.LOCAL) as edit:
                edit.set_attribute(session.document.root, "width", str(minute))
        now = 60.0 * minute
        beat = Heartbeat(session.session, replica, vv=dict(session.document.vv), hash="0" * 64)
        effects = session.receive(OTHER, beat, now)
        looks += sum(isinstance(e, Incident) for e in effects)
        told += sum(isinstance(e, Disbelieved) for e in effects)
        look(session, now)
    assert 2 <= looks <= 12
    assert told == 1


def test_who_was_forged_goes_on_as_a_new_replica():
    """Nicks are not protected: a forger can fork another's chain there (SYNC 4.7c)."""
    network = MemoryNetwork(3)
    description = replace(IN_ROOM, identity=Identity.NICK)
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), description)
    mira = network.enter_room(ROOM, "mira")
    network.run(0.5)
    mira.join(min(mira.seen))
    network.run(2)
    draw(mira)
    network.run(1)
    replica = board_of(mira).replica
    (real,) = [b for b in board_of(mira).batches_since({}) if b.r == replica]
    forged = replace(real, ops=(replace(real.ops[0], weight=77.0),))
    for node in (ana, mira):
        network.deliver_later(Peer(f"{ROOM}/eve", "id-eve"), node, EditMessage(forged))
    network.run(2)
    assert board_of(mira).replica != replica
    draw(mira)
    draw(ana)
    network.run(2)
    assert in_sync([ana, mira])
    assert board_of(ana).c14n() == board_of(mira).c14n()
    assert board_of(ana).c14n().count(b"<rect") == 3


def test_what_the_room_sends_back_changes_nothing():
    network = MemoryNetwork(4)
    ana, mira = room_of(network, "ana", "mira")
    commits = len(ana.shown.commits)
    draw(ana)
    network.run(1)
    assert len(ana.shown.commits) == commits + 1
    assert in_sync([ana, mira])


# ----------------------------------------------------------------------------------- members


def test_a_person_with_two_devices_in_the_room_is_one_member():
    people = People(ME, InRoom(ROOM), Counters())
    for nick in ("ana", "tom"):
        people.meet(Peer(f"{ROOM}/{nick}"))
    assert len({one.party for one in people.members}) == 3, "not described yet: all are others"

    people = People(ME, InRoom(ROOM), Counters())
    people.description = DESCRIPTION
    for nick in ("old", "new"):
        people.meet(Peer(f"{ROOM}/{nick}", occupant_id="id-mira"))
    people.meet(Peer(f"{ROOM}/other", occupant_id=ME.occupant_id))
    assert [(one.party, one.me) for one in people.members] == [
        (people.party(ME), True),
        ("id-mira", False),
    ]
