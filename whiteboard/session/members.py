"""Who takes part in a session, by what names they go, and how all of them are reached.

In a room the room passes messages on. In a direct session they go to each listener one by one, and
the creator passes every edit of one guest on to the others, so that more than one can be invited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.rights import Ground
from whiteboard.session.identity import author
from whiteboard.session.ports import (
    TO_SESSION,
    Counters,
    Effect,
    InRoom,
    Member,
    Notice,
    Notify,
    Place,
    Send,
    ShowEphemeral,
    ToPeer,
)
from whiteboard.session.table import Refusal
from whiteboard.wire.description import ground_of
from whiteboard.wire.messages import (
    Answer,
    Description,
    EditMessage,
    Identity,
    Message,
    Mode,
    Peer,
)

MAX_MEMBERS = 4096


@dataclass(slots=True)
class Known:
    """A member other than oneself, by address."""

    peer: Peer
    party: Party
    away: bool = False
    is_listening: bool = False
    """Direct: it has asked for the state, so edits go there while it is not away."""


class People:
    """The members of one session, oneself among them.

    Attributes:
        me: how the others see this member.
        place: where the session lives.
        description: what the session is; None for a joiner until an offer.
    """

    def __init__(self, me: Peer, place: Place, counters: Counters) -> None:
        self.me = me
        self.place = place
        self.description: Description | None = None
        self._counters = counters
        self._known: dict[str, Known] = {}
        self._admitted: set[str] = set()
        self._guests: dict[Party, bool] = {}
        """Direct: the creator's other guests, and whether they are there."""

    # ------------------------------------------------------------------------------ identity

    @property
    def identity(self) -> Identity:
        """What names a party here."""
        return self.description.identity if self.description else Identity.JID

    def party(self, peer: Peer) -> Party | None:
        """The party behind `peer`; None if the place does not show it.

        In a strict session every device is one, because what it sends has ids of its own; in a
        room whose board has not been described yet as well.
        """
        if self.description is None and isinstance(self.place, InRoom):
            return Party(peer.occupant_id or peer.address)
        if self.description is not None and self.description.mode is Mode.STRICT:
            return Party(peer.occupant_id or peer.address)
        return self.identity.party(peer)

    def name_of(self, party: Party) -> str:
        """What XEP-0284 calls a person: the nick in a room, else the address."""
        known = (one.peer for one in self._known.values() if one.party == party)
        peer = self.me if party == self.party(self.me) else next(known, None)
        if peer is None:
            return party
        return peer.nick if isinstance(self.place, InRoom) else peer.address

    def named(self, name: str) -> Party:
        """Who is called so (`name_of`); nobody known keeps the name."""
        everybody = (self.me, *(one.peer for one in self._known.values()))
        for peer in everybody:
            party = self.party(peer)
            if party is not None and self.name_of(party) == name:
                return party
        return Party(name)

    def is_creator(self, party: Party) -> bool:
        """Whether `party` made the session; everybody, while that is not known."""
        creator = self.description.creator if self.description else ""
        return not creator or party == creator

    @property
    def ground(self) -> Ground:
        """Where rights come from."""
        return ground_of(self.description)

    def author_of(self, batch: Batch) -> Peer:
        """The sender that a relayed message names."""
        return author(batch.party, self.identity, self.place)

    def creator_address(self) -> str | None:
        """Where the creator can be reached now."""
        if self.description is None:
            return None
        creator = self.description.creator
        for known in self._known.values():
            # In a strict session each device is a party of its own.
            is_creators = known.party == creator or known.party.partition("/")[0] == creator
            if is_creators and not known.away:
                return known.peer.address
        return None

    # ------------------------------------------------------------------------- who is there

    @property
    def members(self) -> Sequence[Member]:
        """Everyone known, oneself first; who is there with several devices is one."""
        mine = Member(self.party(self.me) or Party(self.me.address), self.me, me=True)
        shown = {mine.party: mine}
        for known in self._known.values():
            held = shown.get(known.party)
            if held is None or (held.away and not known.away):
                shown[known.party] = Member(known.party, known.peer, away=known.away)
        guests = [
            Member(party, Peer(party), away=not is_there, relayed=True)
            for party, is_there in self._guests.items()
            if party not in shown
        ]
        return [*shown.values(), *guests]

    def get(self, address: str) -> Known | None:
        """The member there."""
        return self._known.get(address)

    def addresses(self) -> list[str]:
        """All others, also who is away."""
        return list(self._known)

    def present(self) -> list[str]:
        """The others who are not away."""
        return [a for a, known in self._known.items() if not known.away]

    def is_present(self, address: str) -> bool:
        """Whether somebody is there and can be reached."""
        known = self._known.get(address)
        return known is not None and not known.away

    def expected(self) -> list[str]:
        """Direct: where edits go, or would if they could be reached."""
        return [a for a, known in self._known.items() if known.is_listening]

    def guests(self) -> tuple[Party, ...]:
        """Direct: who is there, to be told to all of them; empty while there are not two."""
        parties = {self._known[address].party for address in self.listeners()}
        return tuple(sorted(parties)) if len(parties) > 1 else ()

    def take_guests(self, guests: Iterable[Party]) -> list[Effect]:
        """The creator of a direct session says which guests are there; the others have left."""
        there = set(guests)
        effects: list[Effect] = []
        for party, was_there in self._guests.items():
            if was_there and party not in there:
                self._guests[party] = False
                effects += [ShowEphemeral(party, None), Notify(Notice.PEOPLE)]
        for party in sorted(there):
            effects += self.meet_guest(party)
        return effects

    def meet_guest(self, party: Party) -> list[Effect]:
        """The creator of a direct session passes on what this guest does."""
        is_full = party not in self._guests and len(self._guests) >= MAX_MEMBERS
        if is_full or self._guests.get(party):
            return []
        self._guests[party] = True
        return [Notify(Notice.PEOPLE)]

    def meet(self, peer: Peer) -> list[Effect]:
        """Somebody shows that they take part."""
        known = self._known.get(peer.address)
        party = self.party(peer) or Party(peer.address)
        if known is not None and not known.away and (known.peer, known.party) == (peer, party):
            return []
        if known is None:
            self._forget_older_devices(party)
        if known is None and not self._has_room():
            self._counters.count(Refusal.TOO_MANY.name)
            return []
        if known is None:
            self._known[peer.address] = Known(peer, party)
        else:
            known.peer, known.party, known.away = peer, party, False
        return [Notify(Notice.PEOPLE)]

    def _forget_older_devices(self, party: Party) -> None:
        """Direct: somebody who is here at last is not at another address and away."""
        if isinstance(self.place, InRoom):
            return
        is_strict = self.description is not None and self.description.mode is Mode.STRICT
        person = party.partition("/")[0] if is_strict else party
        for address, one in tuple(self._known.items()):
            whose = one.party.partition("/")[0] if is_strict else one.party
            if one.away and whose == person:
                del self._known[address]

    def expect(self, parties: Iterable[Party]) -> None:
        """Direct, after a restart: who takes part and has not been heard of yet."""
        people = {party.partition("/")[0] for party in parties}
        for address in self.counterparts():
            peer = Peer(address, jid=address)
            party = self.party(peer)
            if party is not None and party in people:
                self._known[address] = Known(peer, party, away=True)

    def counterparts(self) -> tuple[str, ...]:
        """Direct: bare addresses of the others who may be asked to go on, from any device."""
        if isinstance(self.place, InRoom):
            return ()
        addresses = {self.place.other.partition("/")[0], *self._admitted}
        return tuple(sorted(addresses - {"", self.me.bare}))

    def is_listening(self, address: str) -> bool:
        """Direct: whether edits go to that device now."""
        known = self._known.get(address)
        return known is not None and known.is_listening and not known.away

    def _has_room(self) -> bool:
        """Whether one more can be known; who left first is forgotten first."""
        if len(self._known) < MAX_MEMBERS:
            return True
        away = next((address for address, known in self._known.items() if known.away), None)
        if away is not None:
            del self._known[away]
        return away is not None

    def name_again(self) -> None:
        """The description is another one: find out anew who is which party."""
        for known in self._known.values():
            known.party = self.party(known.peer) or known.party

    def listens(self, address: str) -> None:
        """Direct: edits go to that member from now on."""
        if (known := self._known.get(address)) is not None:
            known.is_listening = True

    @property
    def admitted(self) -> tuple[str, ...]:
        """Direct: bare addresses of who was invited."""
        return tuple(sorted(self._admitted))

    def admit(self, address: str) -> None:
        """Direct: somebody was invited and may connect, from any device."""
        self._admitted.add(address.partition("/")[0])

    def is_admitted(self, address: str) -> bool:
        """Whether the person at that device was invited."""
        return address.partition("/")[0] in self._admitted

    # ------------------------------------------------------------------------------- sending

    def broadcast(self, message: Message, *, store: bool = False) -> list[Effect]:
        """To all others: through the room, or one by one."""
        if isinstance(self.place, InRoom):
            return [Send(TO_SESSION, message, store)]
        return [Send(ToPeer(address), message, store) for address in self.listeners()]

    def listeners(self) -> list[str]:
        """Direct: where edits go."""
        return [a for a, known in self._known.items() if known.is_listening and not known.away]

    def expect_listeners(self) -> list[str]:
        """Direct: the stream is back, so whoever listened is taken to be there."""
        addresses = [a for a, known in self._known.items() if known.is_listening]
        for address in addresses:
            self._known[address].away = False
        return addresses

    def relay(self, session: SessionId, batches: Iterable[Batch], source: str) -> list[Effect]:
        """Creator of a direct session: pass one guest's edits on to the others."""
        return [
            effect
            for b in batches
            for effect in self.pass_on(
                Answer(session, (EditMessage(b, self.author_of(b)),)), source
            )
        ]

    def pass_on(self, message: Message, source: str) -> list[Effect]:
        """Creator of a direct session: from one guest to the others."""
        if isinstance(self.place, InRoom):
            return []
        return [Send(ToPeer(a), message) for a in self.listeners() if a != source]
