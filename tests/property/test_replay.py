"""Replaying a session log: the same bytes for any order, any repetition, from any copy."""

from __future__ import annotations

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.boards import IN_ROOM, board_of, in_sync, random_edit, room_of
from whiteboard.session.replay import replay
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.log import LogReader, LogWriter
from whiteboard.wire.messages import EditMessage, Peer


def session_of_edits(seed: int, edits: int = 60):
    """The messages of a session with concurrent edits, with their senders, and its document."""
    network = MemoryNetwork(seed)
    everyone = room_of(network, "ana", "mira", "tom")
    rng = random.Random(seed)
    for _ in range(edits):
        random_edit(rng.choice(everyone), rng)
        network.run(rng.choice((0.0, 0.02, 0.2)))
    assert network.run_until(lambda: in_sync(everyone), 30)
    board = board_of(everyone[0])
    messages = [
        EditMessage(batch, Peer(f"atelier@rooms.example/{batch.party[3:]}", batch.party))
        for batch in board.batches_since({})
    ]
    return messages, board


MESSAGES, BOARD = session_of_edits(1)


def written(messages, *, close: bool = True, description=IN_ROOM) -> bytes:
    file = io.BytesIO()
    writer = LogWriter(file, MESSAGES[0].session, description=description)
    for message in messages:
        writer.write(message)
    if close:
        writer.close()
    return file.getvalue()


def replayed(data: bytes, until: int | None = None) -> bytes:
    return replay(LogReader(io.BytesIO(data), until)).c14n()


def test_a_log_makes_the_document_of_the_session():
    data = written(MESSAGES)
    document = replay(LogReader(io.BytesIO(data)))
    assert document.c14n() == BOARD.c14n()
    assert document.state_hash() == BOARD.state_hash()
    assert data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<log ")


@given(st.randoms(use_true_random=False), st.integers(0, 40))
@settings(max_examples=30)
def test_any_order_and_repetition_gives_the_same_bytes(rng, repeated):
    messages = MESSAGES + [rng.choice(MESSAGES) for _ in range(repeated)]
    rng.shuffle(messages)
    assert replayed(written(messages)) == BOARD.c14n()


def test_a_log_without_description_gives_the_same_bytes():
    assert replayed(written(MESSAGES, description=None)) == BOARD.c14n()


def test_copies_of_the_writer_itself_change_nothing_in_any_order():
    """Own messages are logged with the full JID, and again as the room reflected them."""
    own = [
        EditMessage(message.batch, Peer("ana@x/desk"))
        for message in MESSAGES
        if message.batch.party == "id-ana"
    ]
    for seed in range(5):
        both = MESSAGES + own
        random.Random(seed).shuffle(both)
        assert replayed(written(both)) == BOARD.c14n()
        assert replayed(written(both, description=None)) == BOARD.c14n()


def test_until_takes_the_first_messages_only():
    data = written(MESSAGES)
    assert replayed(data, len(MESSAGES)) == BOARD.c14n()
    assert replayed(data, 0) == b""
    assert b"svg" in replayed(data, 1)
    assert replayed(data, 10) == replayed(written(MESSAGES[:10]))


def test_a_log_that_breaks_off_is_good_up_to_its_last_whole_message():
    data = written(MESSAGES, close=False)
    reader = LogReader(io.BytesIO(data[:-20]))
    assert len(list(reader)) == len(MESSAGES) - 1
    assert reader.is_cut_off
    whole = LogReader(io.BytesIO(written(MESSAGES)))
    assert len(list(whole)) == len(MESSAGES)
    assert not whole.is_cut_off


def test_a_message_that_says_nothing_acceptable_is_counted_and_passed_over():
    bad = b"<message xmlns='jabber:client'><sync xmlns='urn:x-whiteboard:sync:0' n='1'/></message>"
    chat = b"<message xmlns='jabber:client'><body>hello</body></message><iq xmlns='x'/>"
    data = written(MESSAGES).replace(b"</log>", bad + chat + b"</log>")
    reader = LogReader(io.BytesIO(data))
    assert len(list(reader)) == len(MESSAGES)
    assert reader.faults == {Fault.MALFORMED: 1}
    assert replayed(data) == BOARD.c14n()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE log [<!ENTITY x 'y'>]><log xmlns='urn:x-whiteboard:log:0' session='s'/>",
        b"<log xmlns='urn:x-whiteboard:log:0' session='s'><message xmlns='jabber:client'>&x;",
        b"<log xmlns='urn:x-whiteboard:log:0' session='s'>" + b"<a>" * 400,
        b"<log xmlns='urn:x-whiteboard:log:0' session='s'><a>" + b"x" * (1 << 21),
        b"<log xmlns='urn:x-whiteboard:log:0' session='s' mode='other'/>",
    ],
)
def test_what_is_no_log_or_hostile_ends_in_a_typed_error(data):
    with pytest.raises(RemoteProtocolError):
        replay(LogReader(io.BytesIO(data)))


def test_replay_waits_without_limit():
    """More messages out of order than a live session would keep."""
    from dataclasses import replace

    from whiteboard.model.history import Limits

    many = [
        EditMessage(replace(MESSAGES[0].batch, n=n, l=n, ops=(), controls=()), MESSAGES[0].sender)
        for n in range(2, Limits().messages + 500)
    ]
    document = replay(LogReader(io.BytesIO(written([*many, *MESSAGES]))))
    assert document.vv[MESSAGES[0].batch.r] >= Limits().messages
