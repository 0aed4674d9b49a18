"""A state in one piece: what was packed is unpacked, and nothing else gets through."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from whiteboard.model.ids import SessionId
from whiteboard.wire import pack as packing
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import Description, EditMessage, Peer
from whiteboard.wire.pack import pack, unpack

SESSION = SessionId(w.SESSION)
ABOUT = Description(name="Plan", creator="x7")


def packed(count: int = 20) -> bytes:
    def batch(n: int):
        return w.Batch(session=SESSION, party="", r="abcd0000", n=n, l=n, ops=(w.Remove(f"a.{n}"),))

    sender = Peer("room@h/ana", "x7")
    messages = [EditMessage(batch(n), sender, "2026-01-01T00:00:00Z") for n in range(1, count + 1)]
    return pack(SESSION, ABOUT, ("[1]", "[2]"), messages)


def test_what_was_packed_is_unpacked_with_senders_and_times():
    state = unpack(packed(), SESSION)
    assert state.description == ABOUT
    assert state.folded == "[1][2]"
    assert [one.batch.n for one in state.messages] == list(range(1, 21))
    assert state.messages[0].sender == Peer("room@h/ana", "x7")
    assert state.messages[0].stamp == "2026-01-01T00:00:00Z"


@given(st.binary(max_size=200))
def test_whatever_else_comes_is_refused(data):
    with pytest.raises(RemoteProtocolError):
        unpack(data, SESSION)


@pytest.mark.parametrize("seed", range(30))
def test_what_was_damaged_on_its_way_is_refused_or_read_in_part(seed):
    rng = random.Random(seed)
    log = bytearray(zlib.decompress(packed()))
    for _ in range(rng.randrange(1, 4)):
        log[rng.randrange(len(log))] = rng.randrange(256)
    try:
        state = unpack(zlib.compress(bytes(log)), SESSION)
    except RemoteProtocolError:
        return
    assert len(state.messages) <= 20


def test_what_breaks_off_is_refused_wherever_it_does():
    data = packed()
    for end in range(0, len(data), 7):
        with pytest.raises(RemoteProtocolError):
            unpack(data[:end], SESSION)
    with pytest.raises(RemoteProtocolError):
        unpack(data + b"more", SESSION)


def test_another_sessions_state_and_too_much_are_refused(monkeypatch):
    with pytest.raises(RemoteProtocolError):
        unpack(packed(), SessionId("another"))
    monkeypatch.setattr(packing, "MAX_MESSAGES", 10)
    with pytest.raises(RemoteProtocolError):
        unpack(packed(), SESSION)
    monkeypatch.setattr(packing, "MAX_UNPACKED", 1000)
    with pytest.raises(RemoteProtocolError):
        unpack(packed(5), SESSION)
