"""Who takes part in a session, by what names they go, and how all of them are reached.

In a room the room passes messages on. In a direct session they go to each listener one by one, and
whoever invited somebody passes what the one side says on to the other, so that more than one can be
invited. Guests whom the creator told of each other talk directly once the creator is gone.
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


@dataclass(slots=True)
class _Relayed:
    """Somebody in a direct session who is known through another member only."""

    relay: str
    """Address of that member."""
    is_there: bool = True


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
        self._guests: dict[Party, _Relayed] = {}
        """Direct: who is reached through somebody else only."""
        self._told: set[Party] = set()
        """Direct, not the creator: the other guests that the creator, or who invited me, named."""

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
            Member(party, Peer(party), away=not one.is_there, relayed=True)
            for party, one in self._guests.items()
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
        """Direct: who is there, to be told to all of them; empty while there are not two.

        Of those who are reached through others none who was ever known directly: two who tell each
        other of a third would never hear that it left.
        """
        direct = {known.party for known in self._known.values()}
        parties = {self._known[address].party for address in self.listeners()}
        parties |= {p for p, one in self._guests.items() if one.is_there and p not in direct}
        return tuple(sorted(parties)) if len(parties) > 1 else ()

    def take_guests(self, relay: str, guests: Iterable[Party]) -> list[Effect]:
        """The member at `relay` says who is there; whom it said before has left."""
        there = set(guests)
        effects: list[Effect] = []
        for party, one in self._guests.items():
            if one.relay == relay and one.is_there and party not in there:
                one.is_there = False
                effects += [ShowEphemeral(party, None), Notify(Notice.PEOPLE)]
        for party in sorted(there):
            effects += self.meet_guest(relay, party)
        return effects

    def meet_guest(self, relay: str, party: Party) -> list[Effect]:
        """The member at `relay` passes on what this one does."""
        known = self._guests.get(party)
        is_full = known is None and len(self._guests) >= MAX_MEMBERS
        is_here = known is not None and known.is_there
        if is_full or is_here or party == self.party(self.me):
            return []
        self._guests[party] = _Relayed(relay)
        return [Notify(Notice.PEOPLE)]

    def tell_of(self, guests: Iterable[Party]) -> None:
        """Direct: the creator, or who invited me, vouches for these guests."""
        fresh = [party for party in guests if party != self.party(self.me)]
        self._told.update(fresh[: max(0, MAX_MEMBERS - len(self._told))])

    def orphans(self) -> list[str]:
        """Direct: guests I was told of and do not talk to, at their bare addresses."""
        present = {known.party for known in self._known.values() if not known.away}
        return sorted(party for party in self._told - present if "@" in party)

    def is_relay(self, peer: Peer) -> bool:
        """Direct: whether `peer` may pass on what others do: the creator, or who invited me."""
        if isinstance(self.place, InRoom):
            return False
        is_creator = peer.address == self.creator_address()
        return is_creator or (not self.is_mine and peer.bare == self.place.other.partition("/")[0])

    @property
    def is_mine(self) -> bool:
        """Whether I made the session."""
        party = self.party(self.me)
        return self.description is not None and self.description.creator == party

    def vouches(self, peer: Peer, party: Party) -> bool:
        """Direct: whether `peer` may pass on what `party` does: it said that it is there.

        Not where I talk to that one myself.
        """
        one = self._guests.get(party)
        if one is None or one.relay != peer.address:
            return False
        return not any(k.party == party and not k.away for k in self._known.values())

    def _know_each_other(self, one: str, other: str) -> bool:
        """Whether both are guests who were told of each other."""
        a, b = self._known.get(one), self._known.get(other)
        return a is not None and b is not None and {a.party, b.party} <= self._told

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

    def is_welcome(self, address: str) -> bool:
        """Direct: whether the person at that device may connect: invited, or vouched for."""
        bare = address.partition("/")[0]
        return bare in self._admitted or bare in self.counterparts() or Party(bare) in self._told

    def take_in(self, address: str) -> None:
        """Direct: a guest I was told of talks to me: as if I had invited them."""
        bare = address.partition("/")[0]
        if Party(bare) in self._told:
            self._admitted.add(bare)

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
        return [
            Send(ToPeer(a), message)
            for a in self.listeners()
            if a != source and not self._know_each_other(a, source)
        ]

    def pass_down(self, message: Message, source: str) -> list[Effect]:
        """Direct: what others pass on goes to those whom I invited."""
        sends = self.pass_on(message, source)
        if self.is_mine:
            return sends
        return [
            one
            for one in sends
            if isinstance(one, Send)
            and isinstance(one.to, ToPeer)
            and one.to.address.partition("/")[0] in self._admitted
        ]
