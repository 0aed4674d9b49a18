"""When a member puts the state of the board into the room's archive, and in what pieces.

When nobody is on a board any more, whoever comes next reads it from the archive of the room
(XEP-0313). Edits are there because they carry a store hint; a state now and then bounds how many of
them must be read. The opener says one at once, so that an archive tells what the board is. After
that one is due when as many messages have come as `FIRST`, or as half of what the last one holds,
whatever is more: so states never take more room than some times the edits.

Who says it: of the members who are there the one with the smallest replica at once, the next a
minute later if nobody has, and so on. Two at the same moment do no harm.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from whiteboard.model.document import Document
from whiteboard.model.ids import Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.parts import cut
from whiteboard.session.ports import TO_SESSION, Beside, Effect, Send, Upload
from whiteboard.session.uploading import Sealed, sealed
from whiteboard.wire.messages import (
    ArchivedPart,
    Description,
    EditMessage,
    Peer,
    StateUploaded,
)
from whiteboard.wire.pack import pack

FIRST = 500
"""Messages since the last state: about ten pages of an archive."""
TURN_SECONDS = 60.0
FILE_BYTES = 64 * 1024
"""From so much on a packed state is put as a file, where that can be done."""
MAX_BYTES = 1024 * 1024
"""Of one that is said to everybody; a larger one is not archived."""
PART_BYTES = 5 * 1024
"""Of one part, 7 KiB as base64."""


@dataclass
class Archiving:
    """What is known of the room's archive."""

    is_kept: Callable[[], bool] = field(default=lambda: False)
    """Whether the room has one."""
    holds: int = 0
    """Messages inside the newest state in it, as far as known."""
    is_making: bool = False
    _due_since: float | None = None
    _is_refused: bool = False

    def heard(self, holds: int, held: int) -> None:
        """Somebody says that the archive has a state of so many messages; `held` are here."""
        self.holds = max(self.holds, min(holds, held))

    def is_due(self, held: int) -> bool:
        """Whether so many messages are worth a new state; the first one always."""
        return not self.holds or held - self.holds >= max(FIRST, self.holds // 2)

    def is_my_turn(
        self, replica: Replica, others: Iterable[Replica], held: int, now: float
    ) -> bool:
        """Whether to make a state now."""
        if self._is_refused or self.is_making or not self.is_kept() or not self.is_due(held):
            self._due_since = None
            return False
        if self._due_since is None:
            self._due_since = now
        turn = sum(other < replica for other in others)
        return now - self._due_since >= turn * TURN_SECONDS

    def make(
        self,
        document: Document,
        description: Description,
        author_of: Callable[[Batch], Peer | None],
        rng: random.Random,
        *,
        is_live: Callable[[], bool],
        upload_limit: Callable[[], int],
    ) -> list[Effect]:
        """Pack the state and put it there, as a file where that can be done.

        Args:
            document: whose state.
            description: what the session is.
            author_of: who said a message.
            rng: chooses a name for the pieces.
            is_live: whether the session is up and connected.
            upload_limit: bytes of the largest file that can be put; 0 = none can.
        """
        self.is_making = True
        session, vv, holds = document.session, dict(document.vv), sum(document.vv.values())
        parts = cut(document.folded()) if document.floor else ()
        originals = tuple(
            EditMessage(batch, author_of(batch)) for batch in document.batches_since(document.floor)
        )

        def packed() -> bytes:
            return pack(session, description, parts, originals)

        def made(data: bytes, _now: float) -> list[Effect]:
            if not is_live():
                self.is_making = False
                return []
            if FILE_BYTES <= len(data) < upload_limit():
                return [Beside(lambda: sealed(data, session, vv), put)]
            return self.say(session, data, holds, rng)

        def put(file: Sealed, _now: float) -> list[Effect]:
            def there(url: str, _now: float) -> list[Effect]:
                if not is_live() or not url:
                    self.is_making = False
                    return []
                return self.said_file(replace(file.said, url=url))

            return [Upload(file.data, there)]

        return [Beside(packed, made)]

    def say(self, session: SessionId, data: bytes, holds: int, rng: random.Random) -> list[Effect]:
        """The state in pieces, to the room."""
        self.is_making = False
        if not data or len(data) > MAX_BYTES:
            self._is_refused = True
            return []
        self.heard(holds, holds)
        name = f"{rng.getrandbits(48):012x}"
        pieces = [data[i : i + PART_BYTES] for i in range(0, len(data), PART_BYTES)]
        return [
            Send(
                TO_SESSION,
                ArchivedPart(session, name, number, len(pieces), holds, piece),
                store=True,
            )
            for number, piece in enumerate(pieces)
        ]

    def said_file(self, said: StateUploaded) -> list[Effect]:
        """Where the state is, to the room."""
        self.is_making = False
        holds = sum(said.vv.values())
        self.heard(holds, holds)
        return [Send(TO_SESSION, said, store=True)]

    def refused(self) -> None:
        """The room did not take it: somebody else has to."""
        self._is_refused = True
        self.holds = 0
