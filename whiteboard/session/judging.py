"""What others send is judged by the rules of the application type; who offends is told, once.

Nothing is refused or taken back: the log of all members stays the same (SYNC 0.3.8). One member
tells the offender, the one with the smallest name among those who heard it from the offender.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable

from whiteboard.model.document import Document
from whiteboard.model.ids import Party
from whiteboard.model.ops import Batch
from whiteboard.session.members import People
from whiteboard.session.ports import Direct, Effect, Offence, Send, ToPeer
from whiteboard.validation.applications import APPLICATIONS
from whiteboard.validation.edits import offences
from whiteboard.wire.messages import Peer, Reject

INVALID = "invalid"
"""The `reason` of a `<reject/>` for a message that breaks the rules of the application type."""
TOLD_A_MINUTE = 10
"""Messages that one party is told of in a minute; the rest it will guess."""
_REMEMBERED = 256


class Judging:
    """Of one member of one session.

    Attributes:
        checked: How many messages of others were looked at.
    """

    def __init__(self, people: People) -> None:
        self._people = people
        self._told: OrderedDict[Party, deque[float]] = OrderedDict()
        self._rejected: OrderedDict[str, None] = OrderedDict()
        self.checked = 0

    def judge(
        self, document: Document, batches: Iterable[Batch], sender: Peer, now: float
    ) -> list[Effect]:
        """Look at messages that took effect just now.

        Args:
            document: Where they took effect.
            batches: All of them; those of others may have waited for this one.
            sender: Whose stanza it was.
            now: Seconds.
        """
        description = self._people.description
        application = APPLICATIONS.get(description.application) if description else None
        effects: list[Effect] = []
        if application is None:
            return effects
        for batch in batches:
            if batch.party == document.party:
                continue
            self.checked += 1
            found = offences(document, batch, application)
            if not found:
                continue
            effects.append(Offence(batch.party, found))
            if batch.party == self._people.party(sender) and self._is_teller(batch.party):
                effects += self._tell(batch, sender, now)
        return effects

    def _is_teller(self, offender: Party) -> bool:
        """Whether it is this member who tells, so that the offender hears it once."""
        members = self._people.members
        me = members[0].party
        if isinstance(self._people.place, Direct) and self._people.is_creator(me):
            return True  # guests send to the creator alone
        return me == min(m.party for m in members if not m.away and m.party != offender)

    def _tell(self, batch: Batch, sender: Peer, now: float) -> list[Effect]:
        times = self._told.setdefault(batch.party, deque(maxlen=TOLD_A_MINUTE))
        self._told.move_to_end(batch.party)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if len(times) == TOLD_A_MINUTE and now - times[0] < 60.0:
            return []
        times.append(now)
        rejected = Reject(batch.session, _id(batch.r, batch.n), reason=INVALID)
        return [Send(ToPeer(sender.address), rejected)]

    def rejected(self, document: Document, message: Reject) -> list[Effect]:
        """Somebody says that a message of this member breaks the rules; each counts once."""
        replica, _, number = message.id.rpartition("-")
        is_mine = replica == document.replica and number.isdecimal() and len(number) < 20
        is_known = is_mine and 0 < int(number) <= document.vv.get(document.replica, 0)
        if not is_known or message.id in self._rejected:
            return []
        self._rejected[message.id] = None
        if len(self._rejected) > _REMEMBERED:
            self._rejected.popitem(last=False)
        return [Offence(document.party, ())]


def _id(replica: str, number: int) -> str:
    """The `id` of the `<sxe/>` of a message."""
    return f"{replica}-{number}"
