"""A strict session in which the client Psi may take part: what is otherwise than by the XEP.

Psi is sent the document when it accepts an invitation, and hears nothing before it has all of it.
Ids of stanzas are enough to know what is a repetition: a state names those inside it. Psi keeps
nothing for who was away, so after a cut the state is asked for and own work is done on it anew; and
it ends with a fault when something in a removed element is touched, so that is never sent.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from whiteboard.model.changes import Origin
from whiteboard.model.ids import DOCUMENT, Party, Rid
from whiteboard.model.ops import Kind, New, PlainOp, Remove, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza, StanzaId
from whiteboard.model.strict.psi import lies_in
from whiteboard.model.strict.reassert import reassert
from whiteboard.model.strict.snapshot import snapshot
from whiteboard.session.identity import new_replica
from whiteboard.session.joining import ASK_SECONDS, ASK_TIMER, STALL_TIMER
from whiteboard.session.ports import (
    TO_SESSION,
    CancelTimer,
    Effect,
    Persist,
    Send,
    StartTimer,
    ToPeer,
)
from whiteboard.session.resync import Resync
from whiteboard.session.serving import Askers
from whiteboard.session.strict import BEAT_IDLE, BEAT_SECONDS, BEAT_TIMER, Handler, Strict
from whiteboard.session.strict_chores import Chores
from whiteboard.session.table import Outcome, Refusal
from whiteboard.wire.messages import Accept, AcceptState, Connect, Message, Peer, StrictMessage
from whiteboard.wire.strict import state_messages

MAX_IDS = 100_000
"""Ids of stanzas that are remembered; the oldest go first."""
NAMED_IDS = 500
"""So many of the newest are named in a state: older ones are on their way to nobody."""
LATE_SECONDS = 10.0
"""So long after its state a newcomer is sent again what others said in the group chat."""
MAX_NEWCOMERS = 64
OTHERS_WAIT = (1.0, 2.0)
"""Seconds that others of ours have to send a lost edit again."""


class PsiChores(Chores):
    """Asserts lost edits again. Psi removes for itself what the XEP wants removed."""

    def __init__(self, document: StrictDocument, rng: random.Random) -> None:
        super().__init__(document, rng)
        self._waited: set[Rid] = set()
        """Records whose lost edit somebody else should have sent again."""

    def _again(self, rid: Rid, now: float) -> Set | None:
        """Psi sends nothing again: where its edit were to be, one of ours is, a little later."""
        me = self._document.party
        mine = reassert(self._document, rid, me, mine_only=True)
        if rid in self._waited:
            self._waited.discard(rid)
            return mine
        op = super()._again(rid, now)
        if op is None and mine is not None:
            self._waited.add(rid)
            self._quiet[rid] = now + self._rng.uniform(*OTHERS_WAIT)
        return op

    def at_once(self, now: float) -> list[Remove]:
        """Nothing."""
        super().at_once(now)
        self._orphans.clear()
        return []


class PsiStrict(Strict):
    """What a session in Psi's dialect does, beside asking for the first state."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type] # as of `Strict`
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._newcomers: dict[str, float] = {}
        """Who was sent the state on accepting -> until when what they may have missed is sent."""
        self._askers = Askers()
        self._is_cut = False
        self._held: dict[StanzaId, None] = {}
        """Own stanzas that were not sent, for nobody could be reached."""
        self._newest = ("", "")
        """(sender, id) of what was kept last."""

    def begin(self, document: StrictDocument) -> None:
        """See `Strict`."""
        document.for_psi = True
        super().begin(document)
        self._chores = PsiChores(document, self._rng)
        self._know(id_ for _, id_ in document.keys)

    def _know(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            self._ids[id_] = None
        while len(self._ids) > MAX_IDS:
            self._ids.popitem(last=False)

    # ---------------------------------------------------------------------------- own doings

    def _send_own(self, stanzas: Iterable[Stanza], now: float) -> list[Effect]:
        assert self.document is not None
        stanzas = tuple(stanzas)
        self._know(one.id for one in stanzas)
        if stanzas:
            self._newest = (self._people.me.address, stanzas[-1].id)
        effects = super()._send_own(stanzas, now)
        if self._is_unheard():
            keys = [one.key for one in stanzas]
            self.document.expect(keys)
            self._held.update(dict.fromkeys(keys))
        return effects

    def _is_unheard(self) -> bool:
        if not self._is_direct:
            return self._is_cut
        guests = self._people.expected()
        return len(guests) == 1 and not self._people.is_present(guests[0])

    def _queue_for(self, address: str, message: StrictMessage) -> None:
        if len(self._people.expected()) > 1:  # a single one is asked for the state on return
            super()._queue_for(address, message)

    def came_back(self, address: str) -> list[Effect]:
        """See `Strict`; what lies in a removed element by now is left out."""
        if len(self._people.expected()) <= 1:
            return self.ask_again(address)
        return [self._without_buried(effect) for effect in super().came_back(address)]

    def _without_buried(self, effect: Effect) -> Effect:
        if not isinstance(effect, Send) or not isinstance(effect.message, StrictMessage):
            return effect
        ops = tuple(op for op in effect.message.ops if not self._is_buried(op))
        return replace(effect, message=replace(effect.message, ops=ops))

    def _is_buried(self, op: PlainOp) -> bool:
        assert self.document is not None
        if not isinstance(op, Set | Remove):
            return False
        record = self.document.record(op.rid)
        removed = self.document.removed
        if isinstance(op, Set) and op.rid in removed:
            return True
        return record is not None and lies_in(record, removed)

    # ------------------------------------------------------------------------------ receiving

    def _on_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StrictMessage)
        if not message.of_state:
            return self._on_live(peer, message, now)
        if self.resync is None or peer.address != self.resync.giver:
            return self._refuse(Refusal.NOT_THE_GIVER)
        return self._on_part(self.resync, message, now)

    def _apply(self, peer: Peer, message: StrictMessage, now: float) -> list[Effect]:
        assert self.document is not None
        is_mine = (self._sender(peer, message), message.id) in self.document.pending
        if message.id in self._ids and not is_mine:
            return []
        self._know([message.id])
        self._newest = (peer.address, message.id)
        effects = [] if is_mine else self._people.meet(peer)
        effects += super()._apply(peer, message, now)
        if not is_mine:
            effects += self._repeat(peer, message, now)
        return effects

    def _repeat(self, peer: Peer, message: StrictMessage, now: float) -> list[Effect]:
        """To who may have got it before the state, and then does not have it."""
        self._newcomers = {a: until for a, until in self._newcomers.items() if until > now}
        again = replace(message, sender=None)
        return [Send(ToPeer(a), again) for a in self._newcomers if a != peer.address]

    # ------------------------------------------------------------------------------- serving

    def _on_accept_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, AcceptState | Accept)
        assert self.document is not None
        assert self._people.description is not None
        if isinstance(message, AcceptState) and not self._serving.has_offered(peer.address):
            return self._refuse(Refusal.NOT_OFFERED)
        if self._is_direct and not self._people.is_welcome(peer.address):
            return self._refuse(Refusal.NOT_INVITED)
        if not self._may_have(peer, now):
            return self._refuse(Refusal.TOO_MANY)
        effects = self._people.meet(peer)
        self._people.listens(peer.address)
        self._serving.forget(peer.address)
        self._queues.pop(peer.address, None)
        if isinstance(message, Accept) and not self._is_direct:
            while len(self._newcomers) >= MAX_NEWCOMERS:
                del self._newcomers[next(iter(self._newcomers))]
            self._newcomers[peer.address] = now + LATE_SECONDS
        # An edit between two pages would be lost to Psi: all go at once, own edits after them.
        return [*effects, *(Send(ToPeer(peer.address), page) for page in self._pages())]

    def _may_have(self, peer: Peer, now: float) -> bool:
        assert self.document is not None
        who, amount = self._sender_name(peer), self.document.count
        return self._askers.may_ask(who, now) and self._askers.may_have(who, amount, amount, now)

    def _sender_name(self, peer: Peer) -> str:
        return self._people.party(peer) or peer.address

    def _pages(self) -> Iterator[StrictMessage]:
        """The state with own edits that are still on their way: they are named in it."""
        assert self.document is not None
        assert self._people.description is not None
        given = tuple(shown_ops(self.document, snapshot(self.document, pending=frozenset()).ops))
        prolog = self._people.description.prolog
        named = frozenset(list(self._ids)[-NAMED_IDS:])
        for page in state_messages(self._session, given, None, prolog, self.document.new_id):
            yield page if page.last is None else replace(page, inside=named)

    # --------------------------------------------------------------------- what is missing

    def ask_again(self, of: str = "") -> list[Effect]:
        """See `Strict`; Psi shows in no presence that it takes part, so a room is asked aloud."""
        if of or self._is_direct:
            return super().ask_again(of)
        if self.resync is not None or self.document is None:
            return []
        self.resync = Resync(self._session, ())
        self.resync.joining.asked_all = True
        return [Send(TO_SESSION, Connect(self._session)), StartTimer(ASK_TIMER, ASK_SECONDS)]

    def _install(self, now: float) -> list[Effect]:
        """A state is complete: begin with it, and do on it what it lacks of one's own."""
        resync, self.resync = self.resync, None
        assert resync is not None
        if self.document is None:
            me = self._people.party(self._people.me)
            assert me is not None
            replica = new_replica(self._session, me, self._rng)
            self.begin(StrictDocument(self._session, me, replica))
        document = self.document
        assert document is not None
        inside = resync.named
        self._know(inside)
        for key in [key for key in document.pending if key[1] in inside]:
            document.confirm(key)
        graves = [
            op.rid
            for part in resync.parts
            for op in part.ops
            if isinstance(op, New) and op.rid in document.removed
        ]
        lacking = self._take_back()
        after = [(peer, m) for peer, m in resync.after() if m.id not in inside]
        document.install(
            [Stanza(Party(""), p.id, tuple(map(self._by_party, p.ops))) for p in resync.parts],
            [m.stanza(self._sender(peer, m)) for peer, m in after],
        )
        self._know(m.id for _, m in after)
        if self._is_direct:  # what was sent since the offer was accepted is on top
            for key in tuple(document.pending):
                document.confirm(key)
        self._is_stale = False
        self._given_up = set(document.waiting)
        self._waiting.clear()
        effects: list[Effect] = [
            CancelTimer(ASK_TIMER),
            CancelTimer(STALL_TIMER),
            Persist((), self._as_kept(document)),
        ]
        effects += self._write(self._removals(graves), now)
        return [*effects, *self._do_again(lacking, now), *self._changed(now)]

    def _take_back(self) -> tuple[Stanza, ...]:
        """Own stanzas that nobody was sent: they are done again on what there is then."""
        assert self.document is not None
        held, self._held = self._held, {}
        return self.document.withdraw(tuple(key for key in held if key in self.document.pending))

    def _as_kept(self, document: StrictDocument) -> tuple[StrictMessage, ...]:
        """All of the document, as a state that replaces what was kept before."""
        given = snapshot(document).ops
        pages = state_messages(self._session, given, self._newest, "", document.new_id)
        return tuple(replace(page, sender=self._people.me) for page in pages)

    def _removals(self, rids: Iterable[Rid]) -> Iterator[Remove]:
        """A remove is for ever: who has not heard of it is told again, of the outermost only."""
        assert self.document is not None
        for rid in rids:
            record = self.document.record(rid)
            if record is not None and not lies_in(record, self.document.removed):
                yield Remove(rid)

    def _do_again(self, stanzas: Iterable[Stanza], now: float) -> list[Effect]:
        """Own edits that nobody has got, on what the others have."""
        document = self.document
        assert document is not None
        ops = [op for one in stanzas for _, op in one.operations()]
        if not ops:
            return []
        self._is_writing = True
        made: set[Rid] = set()
        try:
            with document.transact(Origin.REPAIR) as transaction:
                for op in ops:
                    record = document.record(op.rid)
                    is_there = op.rid in made or (record is not None and bool(record.parents))
                    if isinstance(op, New):
                        has_home = op.parent in made or op.parent == DOCUMENT
                        if not is_there and (has_home or document.is_visible(op.parent)):
                            made.add(op.rid)
                            transaction.do(op)
                    elif is_there and isinstance(op, Set):
                        transaction.do(replace(op, version=document.next_version(op.rid)))
                    elif is_there:
                        transaction.do(op)
        finally:
            self._is_writing = False
        written, self._written = self._written, []
        return self._send_own(written, now)

    def _resync_timer(self, name: str) -> list[Effect]:
        effects = super()._resync_timer(name)
        if self.resync is None and self.document is not None and not self._is_direct:
            effects += self._do_again(self._take_back(), self._busy_at)  # nobody is there
        return effects

    # ------------------------------------------------------------------------ are we equal

    def _beat(self, to: str = "") -> list[Effect]:
        """Only our own programs understand it, and they meet in rooms."""
        return [] if self._is_direct else super()._beat(to)

    def _beat_time(self) -> list[Effect]:
        assert self.document is not None
        if self._is_direct:
            self._is_beating = False
            return []
        self._is_beating = bool(self.document.pending - self._held.keys())
        if not self._is_beating:
            return [*self._beat(), StartTimer(BEAT_TIMER, BEAT_IDLE)]
        effects: list[Effect] = []
        for stanza in [one for one in self.document.stanzas if one.key in self.document.pending]:
            ops = tuple(op for op in stanza.ops if not self._is_buried(op))
            effects += self._broadcast(StrictMessage(self._session, stanza.id, ops))
        return [*effects, *self._beat(), StartTimer(BEAT_TIMER, BEAT_SECONDS)]

    def offline(self) -> None:
        """See `Strict`."""
        self._is_cut = True

    def arrive(self, me: Peer) -> None:
        """See `Strict`; what reached nobody stays pending until the state is here."""

    def online(self) -> list[Effect]:
        """See `Strict`; in either role, for the other side asks nothing."""
        self._is_cut = False
        self.resync = None
        return [*(self._beat() if self.document is not None else ()), *self.ask_again()]

    def send_again(self, stanzas: Iterable[Stanza]) -> list[Effect]:
        """Own edits of an earlier run that the server may not have taken: after the state."""
        for stanza in stanzas:
            assert self.document is not None
            self.document.write(stanza)
            self._held[stanza.key] = None
        return []

    handlers: ClassVar[Mapping[Outcome, Handler]] = {
        **Strict.handlers,
        Outcome.APPLY: _on_edit,
        Outcome.TAKE_OR_KEEP: _on_edit,
        Outcome.SERVE: _on_accept_state,
    }


def shown_ops(document: StrictDocument, ops: Iterable[PlainOp]) -> Iterator[PlainOp]:
    """Of a state what is there to be seen: nothing in removed elements, one root.

    Psi removes what has no parent, and of two roots each side the other's.
    """
    for op in ops:
        if isinstance(op, Remove) or not isinstance(op, New | Set):
            continue
        record = document.record(op.rid)
        if record is None or not record.news or lies_in(record, document.removed):
            continue
        is_top = record.up is not None and record.up.rid == DOCUMENT
        if is_top and record.kind is Kind.ELEMENT and record.rid != document.root:
            continue
        yield op
