"""Every (role, state, message) has a known result or a named refusal, and nothing else happens."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from tests.helpers.boards import DIRECT, IN_ROOM
from whiteboard.model.document import new_document
from whiteboard.session import negotiation
from whiteboard.session.identity import check_digits
from whiteboard.session.negotiation import Invitation, Side, Stage
from whiteboard.session.ports import Direct, Effect, InRoom
from whiteboard.session.session import Role, Session, State
from whiteboard.session.table import STRICT_TABLE, TABLE, Outcome, Refusal, print_table
from whiteboard.wire import messages as m

ME = m.Peer("room@h/me", "id-me")
OTHER = m.Peer("room@h/other", "id-other")
DESCRIPTION = m.Description(identity=m.Identity.OCCUPANT_ID, creator="id-other", name="B")


def session_in(
    role: Role,
    state: State,
    identity: m.Identity = m.Identity.OCCUPANT_ID,
    mode: m.Mode = m.Mode.MERGE,
) -> Session:
    """A real session brought to that state by real messages."""
    rng = random.Random(1)
    if role is Role.CREATOR:
        session = Session.share(
            new_document(),
            replace(IN_ROOM, identity=identity, mode=mode),
            ME,
            InRoom("room@h"),
            rng,
            session=w.SESSION,
        )
        session.start(0.0)
        if state is not State.OPENING:
            session.timer("open", 2.0)
    else:
        session = Session.join(w.SESSION, ME, InRoom("room@h"), rng, ask=[OTHER])
        session.start(0.0)
        if state is not State.ASKING:
            offered = replace(DESCRIPTION, identity=identity, mode=mode)
            session.receive(OTHER, m.StateOffer(w.SESSION, offered), 1.0)
        if state in {State.LIVE, State.ENDED} and mode is m.Mode.STRICT:
            whole = m.StrictMessage(w.SESSION, "s0", (), prolog="", last=("", ""))
            session.receive(OTHER, whole, 1.0)
        elif state in {State.LIVE, State.ENDED}:
            session.receive(OTHER, m.StateBegin(w.SESSION), 1.0)
            session.receive(OTHER, m.StateEnd(w.SESSION), 1.0)
    if state is State.ENDED:
        session.leave(3.0)
    assert (session.role, session.state) == (role, state)
    return session


HEAD = "k3Xq"
REPLICA = HEAD + check_digits(w.SESSION, "id-other", HEAD)
SAMPLES: dict[type, m.Message] = {
    type(message): message
    for message in (
        m.EditMessage(
            w.Batch(session=w.SESSION, party="", r=REPLICA, n=1, l=1, ops=(w.Remove("a.1"),))
        ),
        m.StrictMessage(w.SESSION, "s1", (w.Remove("a.1"),), to_all=True),
        m.Heartbeat(w.SESSION, REPLICA),
        m.Get(w.SESSION),
        m.Answer(w.SESSION, ()),
        m.Reject(w.SESSION, "1"),
        m.StateUploaded(w.SESSION, "https://files.example/1", "ab", 1, "cd"),
        m.ArchivedPart(w.SESSION, "a1", 0, 1, 2, b"x"),
        m.EphemeralMessage(w.SESSION, (w.e.Cursor(1, 2),)),
        m.Connect(w.SESSION),
        m.StateOffer(w.SESSION, DESCRIPTION),
        m.AcceptState(w.SESSION),
        m.RefuseState(w.SESSION),
        m.StateBegin(w.SESSION),
        m.StatePart(w.SESSION, 0, ""),
        m.StateEnd(w.SESSION),
        m.Initiate(w.SESSION, "a@b/c", "a@b/c", DESCRIPTION),
        m.Accept(w.SESSION, "a@b/c", "a@b/c", DESCRIPTION),
        m.Terminate(w.SESSION, m.Reason.SUCCESS),
        m.Advertisement(w.SESSION, "B"),
    )
}
TABLES = {m.Mode.MERGE: TABLE, m.Mode.STRICT: STRICT_TABLE}
CASES = [
    (mode, role, state, message)
    for mode, table in TABLES.items()
    for role, state in table
    for message in m.MESSAGE_TYPES
]


def test_the_samples_are_every_kind_of_message():
    assert set(SAMPLES) == set(m.MESSAGE_TYPES)
    assert {state for _, state in TABLE} == set(State)
    assert {role for role, _ in TABLE} == set(Role)


@pytest.mark.parametrize(("mode", "role", "state", "kind"), CASES)
def test_each_message_in_each_state_has_the_result_of_the_table(mode, role, state, kind):
    session = session_in(role, state, mode=mode)
    entry = TABLES[mode][role, state][kind]
    session.counters.by_name.clear()
    effects = session.receive(OTHER, SAMPLES[kind], 5.0)
    assert isinstance(effects, list)
    if isinstance(entry, Refusal):
        assert session.counters.by_name == {entry.name: 1}
        assert session.state is state
    else:
        assert isinstance(entry, Outcome)
        assert entry.name not in session.counters.by_name
    refused_inside = set(session.counters.by_name) - {r.name for r in Refusal}
    assert not refused_inside


@pytest.mark.parametrize(
    ("mode", "role", "state", "kind"), [case for case in CASES if case[3] is not m.Advertisement]
)
def test_a_message_of_another_session_changes_nothing(mode, role, state, kind):
    session = session_in(role, state, mode=mode)
    session.session = "another"
    session.receive(OTHER, SAMPLES[kind], 5.0)
    assert session.counters.by_name.get("WRONG_SESSION") == 1 or session.state is State.ENDED
    assert session.state is state


@pytest.mark.parametrize("identity", [m.Identity.OCCUPANT_ID, m.Identity.NICK])
@pytest.mark.parametrize(
    ("mode", "role", "state"), [(mode, *place) for mode, table in TABLES.items() for place in table]
)
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_message_and_no_call_ever_raises(mode, role, state, identity, data):
    """Hostile messages of all kinds, timers, comings and goings, in every state."""
    session = session_in(role, state, identity, mode)
    peers = [OTHER, m.Peer("room@h/eve", "id-eve"), m.Peer("room@h/eve"), m.Peer("", ""), ME]
    now = 5.0
    for _ in range(12):
        now += data.draw(st.sampled_from([0.0, 0.3, 10.0, 200.0]))
        peer = data.draw(st.sampled_from(peers))
        action = data.draw(st.sampled_from(["message"] * 8 + ["timer", "left", "bounce", "cut"]))
        if action == "message":
            message = data.draw(w.all_messages | st.sampled_from(list(SAMPLES.values())))
            effects = session.receive(peer, message, now)
        elif action == "timer":
            names = ["open", "nack", "heartbeat", "heartbeat-soon", "join-ask", "join-stall"]
            names += ["strict-gap", "strict-chores", "strict-heartbeat"]
            effects = session.timer(data.draw(st.sampled_from([*names, "ephemeral"])), now)
        elif action == "left":
            effects = session.left(peer, now)
        elif action == "bounce":
            from whiteboard.session.ports import ToPeer

            effects = session.bounced(ToPeer(peer.address), m.Connect(w.SESSION), "gone", now)
        else:
            effects = [*session.offline(now), *session.online(ME, now)]
        assert all(isinstance(effect, Effect) for effect in effects)
        assert session.members[0].me
        if session.document is not None and session.state is State.LIVE:
            session.document.c14n()


def test_the_table_can_be_printed_and_names_every_cell():
    text = print_table()
    assert text.count("\n") == len(m.MESSAGE_TYPES) + 2
    assert "| `Connect` |" in text
    assert "(no state to give yet)" in text


# ------------------------------------------------------------------------------ invitations

A, B = m.Peer("ana@x/1"), m.Peer("mira@x/1")


def invitation_at(side: Side, stage: Stage) -> Invitation:
    if side is Side.INVITER:
        invitation = Invitation.outgoing(w.SESSION, DIRECT, A, B)
        invitation.start(0.0)
        if stage is Stage.ACCEPTED:
            invitation.receive(B, m.Accept(w.SESSION, A.address, A.address, DIRECT), 1.0)
    else:
        invitation = Invitation.incoming(w.SESSION, A, B)
        invitation.receive(B, m.Initiate(w.SESSION, B.address, B.address, DIRECT), 1.0)
        if stage is Stage.ACCEPTED:
            invitation.accept(1.0)
    if stage is Stage.ENDED:
        invitation.cancel(2.0)
    assert invitation.stage is stage
    return invitation


@pytest.mark.parametrize(
    ("side", "stage", "kind"),
    [(side, stage, kind) for side, stage in negotiation.TABLE for kind in m.MESSAGE_TYPES],
)
def test_each_message_to_an_invitation_has_the_result_of_its_table(side, stage, kind):
    invitation = invitation_at(side, stage)
    entry = negotiation.TABLE[side, stage][kind]
    invitation.receive(B, SAMPLES[kind], 3.0)
    refused = {entry.name: 1} if isinstance(entry, Refusal) else {}
    assert invitation.counters.by_name == refused
    if entry is negotiation.Step.STOP:
        assert (invitation.stage, invitation.reason) == (Stage.ENDED, m.Reason.SUCCESS)


def test_only_who_was_asked_can_answer():
    invitation = invitation_at(Side.INVITER, Stage.OPEN)
    invitation.receive(m.Peer("eve@x/1"), m.Accept(w.SESSION, "", "", DIRECT), 1.0)
    assert invitation.stage is Stage.OPEN


def test_an_invitation_to_a_strict_session_asks_the_person_like_any_other():
    invitation = Invitation.incoming(w.SESSION, A, B)
    strict = m.Description(mode=m.Mode.STRICT)
    invite = m.Initiate(w.SESSION, B.address, B.address, strict, "theirs")
    (asked, _) = invitation.receive(B, invite, 1.0)
    assert asked.inviter == B
    accept = next(e.message for e in invitation.accept(2.0) if hasattr(e, "message"))
    assert (accept.description, accept.content) == (strict, "theirs")


def test_an_invitation_is_unanswered_after_two_minutes():
    invitation = Invitation.outgoing(w.SESSION, DIRECT, A, B)
    (timer,) = [e for e in invitation.start(0.0) if hasattr(e, "seconds")]
    assert timer.seconds == 120
    invitation.timer(timer.name, 120.0)
    assert (invitation.stage, invitation.reason) == (Stage.ENDED, m.Reason.TIMEOUT)


def test_a_session_in_a_place_without_identity_is_refused_loudly():
    with pytest.raises(ValueError, match="names a party"):
        Session.share(new_document(), IN_ROOM, m.Peer("room@h/me"), Direct(""), random.Random(1))
