"""A large state goes as a file where the giver's server takes files, else within the stream."""

from __future__ import annotations

import pytest

from tests.helpers.boards import IN_ROOM, ROOM, board_of, draw
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.session.session import State
from whiteboard.session.uploading import is_worth, opened
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import Answer, StateUploaded
from whiteboard.wire.sealed import seal, unseal

SHAPES = 200


def large(network: MemoryNetwork) -> Node:
    """Somebody with a large board in a room."""
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), IN_ROOM)
    network.run(1)
    board = board_of(ana)
    for n in range(SHAPES):
        with board.transact(Origin.LOCAL) as edit:
            path = "M0 0" + f"L{n} 1" * 1000
            edit.add(
                board.root, LiteralElement("http://www.w3.org/2000/svg", "path", (("", "d", path),))
            )
    network.run(30)
    return ana


def join(network: MemoryNetwork, ana: Node, name: str = "ben") -> tuple[Node, list[type]]:
    """Somebody comes; what kinds of messages they were sent."""
    ben = network.enter_room(ROOM, name)
    kinds: list[type] = []
    network.run(1)
    network.drop = lambda _from, to, message: to == ben.peer.address and kinds.append(type(message))
    ben.join(ana.session.session)
    assert network.run_until(lambda: ben.session.state is State.LIVE)
    assert board_of(ben).state_hash() == board_of(ana).state_hash()
    return ben, kinds


def test_a_large_state_goes_as_a_file_that_is_small_and_says_nothing():
    network = MemoryNetwork(1)
    network.files = {}
    ana = large(network)
    _, kinds = join(network, ana)
    assert StateUploaded in kinds
    assert Answer not in kinds
    (file,) = network.files.values()
    assert len(file) < 100_000
    assert b"svg" not in file


def test_a_small_state_goes_within_the_stream():
    network = MemoryNetwork(1)
    network.files = {}
    ana = network.enter_room(ROOM, "ana")
    ana.share(new_document(), IN_ROOM)
    network.run(1)
    draw(ana)
    _, kinds = join(network, ana)
    assert StateUploaded not in kinds
    assert network.files == {}


@pytest.mark.parametrize("damage", ["gone", "other", "longer"])
def test_a_file_that_is_not_there_or_not_the_one_is_followed_by_the_state_itself(damage):
    network = MemoryNetwork(1)
    network.files = {}
    ana = large(network)

    class Damaged(dict):
        def get(self, url, otherwise=b""):
            data = super().get(url, otherwise)
            damaged = {"gone": b"", "other": bytes(len(data)), "longer": data + b"!"}
            return damaged[damage]

    network.files = Damaged()
    _, kinds = join(network, ana)
    assert StateUploaded in kinds
    assert Answer in kinds


def test_who_cannot_fetch_is_not_sent_a_file():
    network = MemoryNetwork(1)
    ana = large(network)
    network.files = {}
    ana.session.upload_limit = lambda: 10**9
    ben = network.enter_room(ROOM, "ben")
    network.run(1)
    network.files, files = None, network.files
    ben.join(ana.session.session)
    network.files = files
    assert network.run_until(lambda: ben.session.state is State.LIVE)
    assert files == {}


def test_a_file_larger_than_the_server_takes_is_not_put():
    network = MemoryNetwork(1)
    network.files = {}
    ana = large(network)
    ana.session.upload_limit = lambda: 100
    _, kinds = join(network, ana)
    assert StateUploaded not in kinds
    assert network.files == {}


def test_only_the_key_opens_a_file():
    file, key = seal(b"a board")
    assert unseal(file, key) == b"a board"
    for wrong in ("", "zz" * 44, "00" * 44, key[:-1]):
        with pytest.raises(RemoteProtocolError):
            unseal(file, wrong)
    with pytest.raises(RemoteProtocolError):
        unseal(file[:-1], key)


def test_a_bomb_is_not_unpacked(monkeypatch):
    import hashlib
    import zlib

    from whiteboard.wire import pack

    monkeypatch.setattr(pack, "MAX_UNPACKED", 10**6)
    log = (
        b"<log xmlns='urn:x-whiteboard:log:0' session='s' mode='merge'>"
        + b"<a/>" * 10**6
        + b"</log>"
    )
    file, key = seal(zlib.compress(log))
    said = StateUploaded("s", "", key, len(file), hashlib.sha256(file).hexdigest())
    assert len(file) < 10_000
    assert opened(file, said, "s") is None


def test_what_is_worth_a_file_is_decided_by_size():
    network = MemoryNetwork(1)
    ana = large(network)
    batches = board_of(ana).batches_since({})
    assert is_worth(batches, None)
    assert not is_worth(batches[:3], None)
