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
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
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

    def judge_strict(
        self, document: StrictDocument, stanza: Stanza, sender: Peer, now: float
    ) -> list[Effect]:
        """As `judge`, of a stanza of a plain session; only our own programs understand being told.

        Args:
            document: Where it took effect just now.
            stanza: What took effect.
            sender: Whose stanza it was; in a direct session the creator passes on others'.
            now: Seconds.
        """
        description = self._people.description
        application = APPLICATIONS.get(description.application) if description else None
        if application is None or stanza.sender == document.party:
            return []
        self.checked += 1
        found = offences(document, stanza, application)
        if not found:
            return []
        effects: list[Effect] = [Offence(stanza.sender, found)]
        is_direct = stanza.sender == self._people.party(sender)
        if is_direct and self._is_teller(stanza.sender) and self._may_tell(stanza.sender, now):
            rejected = Reject(document.session, stanza.id, reason=INVALID)
            effects.append(Send(ToPeer(sender.address), rejected))
        return effects

    def _is_teller(self, offender: Party) -> bool:
        """Whether it is this member who tells, so that the offender hears it once."""
        members = self._people.members
        me = members[0].party
        if isinstance(self._people.place, Direct) and self._people.is_creator(me):
            return True  # guests send to the creator alone
        return me == min(m.party for m in members if not m.away and m.party != offender)

    def _tell(self, batch: Batch, sender: Peer, now: float) -> list[Effect]:
        if not self._may_tell(batch.party, now):
            return []
        rejected = Reject(batch.session, _id(batch.r, batch.n), reason=INVALID)
        return [Send(ToPeer(sender.address), rejected)]

    def _may_tell(self, offender: Party, now: float) -> bool:
        """Whether it is not too often; counts."""
        times = self._told.setdefault(offender, deque(maxlen=TOLD_A_MINUTE))
        self._told.move_to_end(offender)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if len(times) == TOLD_A_MINUTE and now - times[0] < 60.0:
            return False
        times.append(now)
        return True

    def rejected_strict(self, document: StrictDocument, message: Reject) -> list[Effect]:
        """As `rejected`, in a plain session."""
        is_mine = (document.party, message.id) in document.keys
        return self._offence(document.party, message.id) if is_mine else []

    def _offence(self, me: Party, id_: str) -> list[Effect]:
        if id_ in self._rejected:
            return []
        self._rejected[id_] = None
        if len(self._rejected) > _REMEMBERED:
            self._rejected.popitem(last=False)
        return [Offence(me, ())]

    def rejected(self, document: Document, message: Reject) -> list[Effect]:
        """Somebody says that a message of this member breaks the rules; each counts once."""
        replica, _, number = message.id.rpartition("-")
        is_mine = replica == document.replica and number.isdecimal() and len(number) < 20
        is_known = is_mine and 0 < int(number) <= document.vv.get(document.replica, 0)
        return self._offence(document.party, message.id) if is_known else []


def _id(replica: str, number: int) -> str:
    """The `id` of the `<sxe/>` of a message."""
    return f"{replica}-{number}"
