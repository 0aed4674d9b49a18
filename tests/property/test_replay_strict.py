"""Logs of strict sessions: what any XEP-0284 client sent, replayed to the same bytes."""

from __future__ import annotations

import io
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.strict import (
    BASE,
    ROOT,
    SESSION,
    document,
    element,
    moved,
    named,
    removed,
    text,
    written,
)
from whiteboard.app.cli import main
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.snapshot import snapshot
from whiteboard.session.replay import replay
from whiteboard.wire.log import LogReader, LogWriter
from whiteboard.wire.messages import Description, Identity, Mode, Peer, StrictMessage
from whiteboard.wire.strict import state_messages

ROOM = "atelier@rooms.example"
ANA, MIRA, TOM = (Peer(f"{ROOM}/{nick}", f"id-{nick}") for nick in ("ana", "mira", "tom"))
IN_ROOM = Description(mode=Mode.STRICT, identity=Identity.OCCUPANT_ID)


def edit(sender, id_, *ops):
    return StrictMessage(SESSION, str(id_), ops, sender)


LOG = [
    edit(ANA, 1, *BASE.ops),
    edit(ANA, 2, element("c", "p"), text("x", "c", "hello world")),
    edit(MIRA, 1, named("c", 1, "rect"), moved("p", 1, "q")),
    edit(TOM, 1, named("c", 1, "circle"), moved("q", 1, "p")),
    edit(ANA, 3, written("x", 1, "there", (6, 5))),
    edit(MIRA, 2, written("x", 2, "", (0, 6)), named("c", 3, "path")),
    edit(TOM, 2, element("d", "q"), removed("nobody")),
]


def written_log(messages, description=IN_ROOM):
    file = io.BytesIO()
    writer = LogWriter(file, SESSION, Mode.STRICT, description)
    for message in messages:
        writer.write(message)
    writer.close()
    return file.getvalue()


def replayed(messages, until=None, description=IN_ROOM) -> StrictDocument:
    made = replay(LogReader(io.BytesIO(written_log(messages, description)), until))
    assert isinstance(made, StrictDocument)
    return made


EXPECTED = document(*(m.stanza(m.sender.occupant_id) for m in LOG))


def test_a_strict_log_makes_the_document_of_the_session():
    made = replayed(LOG)
    assert made.c14n() == EXPECTED.c14n()
    assert made.state_hash() == EXPECTED.state_hash()
    assert b"<path>there</path>" in made.c14n()
    assert made.parent("q") == "~r"  # of the two moves into each other the higher rid's fell back


@given(st.randoms(use_true_random=False), st.integers(0, 10))
@settings(max_examples=30)
def test_any_order_and_repetition_gives_the_same_bytes(rng, repeated):
    messages = LOG + [rng.choice(LOG) for _ in range(repeated)]
    rng.shuffle(messages)
    assert replayed(messages).c14n() == EXPECTED.c14n()


def test_without_description_a_sender_is_the_rooms_stamp_or_the_address():
    assert replayed(LOG, description=None).c14n() == EXPECTED.c14n()
    plain = [edit(Peer(m.sender.address), m.id, *m.ops) for m in LOG]
    assert replayed(plain, description=None).c14n() == EXPECTED.c14n()


def test_who_changes_the_nick_keeps_the_identity():
    """48: the same stanza under another nick is the same stanza."""
    renamed = [edit(Peer(f"{ROOM}/anna", "id-ana"), m.id, *m.ops) for m in LOG if m.sender is ANA]
    assert replayed(LOG + renamed).c14n() == EXPECTED.c14n()


def test_own_messages_that_stand_twice_in_a_rooms_log_count_once():
    own = [edit(Peer("mira@x/desk"), m.id, *m.ops) for m in LOG if m.sender is MIRA]
    for seed in range(5):
        both = LOG + own
        random.Random(seed).shuffle(both)
        assert replayed(both).c14n() == EXPECTED.c14n()


def test_until_takes_the_first_messages_only():
    assert (
        replayed(LOG, until=2).c14n()
        == document(*(m.stanza(m.sender.occupant_id) for m in LOG[:2])).c14n()
    )


@pytest.mark.parametrize("cut", range(1, len(LOG) + 1))
def test_a_log_that_starts_with_the_state_goes_on_after_what_the_state_names(cut):
    """A joiner keeps what comes from the offer on; the state holds some of that already."""
    giver = StrictDocument(SESSION)
    giver.receive(m.stanza(m.sender.address) for m in LOG[:cut])
    ids = iter(range(100, 200))
    given = snapshot(giver)
    state = list(state_messages(SESSION, given.ops, given.last, "", lambda: str(next(ids))))
    given_by_ana = [
        StrictMessage(SESSION, m.id, m.ops, Peer(ANA.address), prolog=m.prolog, last=m.last)
        for m in state
    ]
    between = max(0, cut - 2)
    log = [*LOG[between:cut], *given_by_ana, *LOG[cut:]]
    assert replayed(log).c14n() == EXPECTED.c14n()


def test_the_command_line_replays_a_log_of_another_client(tmp_path, capsysbinary):
    log = tmp_path / "log.xml"
    log.write_bytes(written_log(LOG, None))
    assert main(["replay", str(log), "--c14n"]) == 0
    assert capsysbinary.readouterr().out == EXPECTED.c14n()
    assert main(["replay", str(log), "--json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert told["messages"] == len(LOG)
    assert told["state_hash"] == EXPECTED.state_hash()
    assert told["passed_over"] == 0


def test_a_strict_log_with_nothing_in_it_is_an_empty_document():
    assert replayed([]).c14n() == b""
    assert ROOT.rid not in {record.rid for record in replayed([]).records()}
