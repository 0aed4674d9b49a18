"""A log is judged by the rights that its description begins with, like the live board."""

from __future__ import annotations

import pytest

from tests.helpers.merging import SESSION, members, sync
from whiteboard.model.ids import Party
from whiteboard.model.rights import Ground, Role
from whiteboard.session.replay import replay_messages
from whiteboard.wire.log import LogHeader
from whiteboard.wire.messages import Description, EditMessage, Identity, Mode, Peer


def log_of_a_revocation() -> tuple[list[EditMessage], str]:
    """Messages of a host and of one who was cut off, and what the host's board shows."""
    ana, ben = members("ab", ground=Ground(Party("a")))
    root = ana.start()
    sync(ana, ben)
    ana.doc.grant(Party("b"), Role.VIEWER)
    ben.set(root, "id", "in flight")
    sync(ana, ben)
    messages = [
        EditMessage(batch, Peer(f"room@muc/{batch.r}", occupant_id=batch.party))
        for batch in (*ben.sent, *ana.sent)
    ]
    return messages, ana.doc.state_hash()


@pytest.mark.parametrize("creator", ["a", ""])
def test_a_log_with_a_description_shows_what_the_board_showed(creator: str) -> None:
    messages, shown = log_of_a_revocation()
    description = Description(creator=Party(creator), identity=Identity.OCCUPANT_ID)
    header = LogHeader(SESSION, Mode.MERGE, description if creator else None)
    document = replay_messages(messages, header)
    assert (document.state_hash() == shown) is bool(creator)  # without one all are hosts
    assert document.role_of(Party("b")) is (Role.VIEWER if creator else Role.HOST)
