"""The shared document of a strict session: stanzas in, one visible tree out.

    document = StrictDocument(session)
    document.receive([Stanza(sender, id, ops)])
    with document.transact(Origin.LOCAL, "Draw") as edit: ...

Own edits show at once. Where the transport sends them back (a room), they are *pending* until it
did: what a joiner is given must hold exactly what the room has reflected (SYNC 0.2/5.7).
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from whiteboard.model.changes import Changes, Commit, Origin
from whiteboard.model.ids import Party, Replica, Rid, RidSource, SessionId
from whiteboard.model.ops import New, Remove, Set
from whiteboard.model.projection import slot_winner
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.merge import StrictMerge, StrictProjection
from whiteboard.model.strict.ops import NewAt, OpId, Stanza, StanzaId
from whiteboard.model.strict.psi import PsiTransaction
from whiteboard.model.strict.record import StrictRecord, effective, maker, spliced, winner
from whiteboard.model.strict.transaction import StrictAuthor, StrictTransaction

MAX_INTENTS = 1000
"""Own partial edits whose text before is remembered, so that they can be asserted again."""


class StrictDocument(SharedDocument):
    """One document as one member holds it.

    Attributes:
        duplicates: Stanzas that were delivered again.
        last: The newest stanza that the transport delivered (`last-sender`, `last-id`).
        for_psi: What is written here must suit the client Psi (`psi`).
    """

    def __init__(
        self,
        session: SessionId,
        party: Party = Party(""),  # noqa: B008 - a str
        replica: Replica = Replica("0"),  # noqa: B008 - a str
    ) -> None:
        """Start an empty document.

        Args:
            session: Its session.
            party: Who writes here, as the others see it: the sender of what is written.
            replica: Must never have been used before; nobody's ('0') for who only reads.
        """
        super().__init__(session, party, replica, StrictProjection())
        self.duplicates = 0
        self.last: StanzaId | None = None
        self.for_psi = False
        self._merge = self._new_merge()
        self._pending: dict[StanzaId, None] = {}
        self._before: OrderedDict[OpId, str] = OrderedDict()
        self._rids = RidSource(replica)
        self._written = 0

    def _new_merge(self) -> StrictMerge:
        projection = StrictProjection()
        self._show_anew(projection)
        self._visible = projection
        return StrictMerge(projection)

    def new_id(self) -> str:
        """An id for a stanza, which nobody has used."""
        self._written += 1
        return f"{self.replica}-{self._written}"

    @property
    def message_count(self) -> int:
        """See `SharedDocument`."""
        return len(self._merge.stanzas)

    @property
    def written(self) -> int:
        """How many ids were given out."""
        return self._written

    # --- writing

    @contextlib.contextmanager
    def transact(self, origin: Origin, label: str = "") -> Iterator[StrictTransaction]:
        """See `SharedDocument`; what was written is pending until it is received."""
        self._enter("a transaction")
        author = StrictAuthor(self.party, self.new_id, self._merge, self._note_text)
        kind = PsiTransaction if self.for_psi else StrictTransaction
        transaction = kind(self._visible, self._merge, author, self._rids)
        try:
            try:
                yield transaction
            except BaseException:
                transaction.close()
                self._merge.forget(author.stanzas())
                self._follow(self._projection.take_changes())
                raise
            transaction.close()
            stanzas = author.stanzas()
            for stanza in stanzas:
                self._merge.keep(stanza)
                self._pending[stanza.key] = None
            changes = self._take_changes()
            if stanzas:
                deeds = tuple(transaction.deeds)
                self._tell(Commit(origin, label, changes, (), stanzas=stanzas, deeds=deeds))
        finally:
            self._busy = ""

    def receive(self, stanzas: Iterable[Stanza]) -> Changes:
        """Take what the transport delivered, in any order, any number of times: one commit.

        Raises:
            RuntimeError: a transaction is open, or a subscriber of `on_commit` calls.
        """
        self._enter("receive")
        try:
            applied: list[Stanza] = []
            for stanza in stanzas:
                self.last = key = stanza.key
                is_mine = key in self._pending
                self._pending.pop(key, None)
                if self._merge.apply(stanza):
                    applied.append(stanza)
                elif not is_mine:
                    self.duplicates += 1
            changes = self._take_changes()
            if applied:
                self._tell(Commit(Origin.REMOTE, "", changes, (), stanzas=tuple(applied)))
            return changes
        finally:
            self._busy = ""

    def write(self, stanza: Stanza) -> Changes:
        """Apply an own stanza that is on its way; it is pending until it was received.

        Where nothing comes back (one to one) the caller hands it to `receive` itself.
        """
        self._pending[stanza.key] = None
        self._note_texts(stanza)
        self._merge.apply(stanza)
        return self._take_changes()

    def become(self, party: Party) -> None:
        """Write as somebody else from now on: between two, every device is a party of its own."""
        self.party = party

    def adopt(self, stanzas: Iterable[Stanza]) -> list[Stanza]:
        """Own stanzas of an earlier party that reached nobody are of this one, and pending.

        Returns:
            The stanzas as they are now.
        """
        adopted: list[Stanza] = []
        for stanza in stanzas:
            if stanza.key in self._merge.stanzas:
                self._pending.pop(stanza.key, None)
                mine = self._merge.rename(self._merge.stanzas[stanza.key], self.party)
                self._pending[mine.key] = None
                for opid, now in zip(
                    (opid for opid, _ in stanza.operations()),
                    (opid for opid, _ in mine.operations()),
                    strict=True,
                ):
                    if (before := self._before.pop(opid, None)) is not None:
                        self._note_text(now, before)
                adopted.append(mine)
        self._take_changes()
        return adopted

    def install(self, state: Sequence[Stanza], after: Sequence[Stanza] = ()) -> None:
        """Begin anew with a state that another member gave; own pending stanzas go on top.

        What was removed for ever stays removed. A pending stanza that the state seems to hold (it
        was sent back while nobody listened here) is left out: if it is not inside, it will come.

        Args:
            state: Its stanzas.
            after: What the transport delivered since.

        Raises:
            RuntimeError: as of `receive`.
        """
        self._enter("install")
        try:
            mine = [self._merge.stanzas[key] for key in self._pending]
            graves = tuple(Remove(rid) for rid in sorted(self._merge.removed))
            self._merge = self._new_merge()
            if graves:
                self._merge.apply(Stanza(Party(""), f"graves {self.new_id()}", graves))
            for stanza in (*state, *after):
                self._merge.apply(stanza)
                self._pending.pop(stanza.key, None)
            inside = _Inside(state)
            for stanza in mine:
                if inside.has(stanza):
                    self._pending.pop(stanza.key, None)
                else:
                    self._merge.apply(stanza)
            self._take_changes()
            self._tell(Commit(Origin.REMOTE, "", Changes(reset=True), ()))
        finally:
            self._busy = ""

    def _tell(self, commit: Commit) -> None:
        self._busy = "on_commit"
        self.on_commit.emit(commit)

    def _note_texts(self, stanza: Stanza) -> None:
        texts: dict[Rid, str] = {}
        for opid, op in stanza.operations():
            if isinstance(op, Set) and op.chdata is not None:
                record = self.record(op.rid)
                before = texts.get(op.rid, "" if record is None else record.chdata)
                if op.replace is not None:
                    self._note_text(opid, before)
                texts[op.rid] = spliced(before, op)

    def _note_text(self, opid: OpId, before: str) -> None:
        self._before[opid] = before
        while len(self._before) > MAX_INTENTS:
            self._before.popitem(last=False)

    def _take_changes(self) -> Changes:
        changes = self._projection.take_changes()
        self._follow(changes)
        return changes

    # --- what is held

    @property
    def stanzas(self) -> Iterable[Stanza]:
        """All that count, each once."""
        return self._merge.stanzas.values()

    @property
    def keys(self) -> AbstractSet[StanzaId]:
        """What the stanzas that count are known by."""
        return self._merge.stanzas.keys()

    @property
    def count(self) -> int:
        """How much is held: `new`s, edits, and what is gone on top of what it was."""
        records = self._merge.records.values()
        held = sum(1 + len(record.edits) for record in records if record.news)
        return held + len(self._merge.removed)

    def withdraw(self, keys: Iterable[StanzaId]) -> tuple[Stanza, ...]:
        """Own stanzas that nobody has got are not to be; returns them.

        Raises:
            RuntimeError: as of `receive`.
        """
        self._enter("withdraw")
        try:
            stanzas = tuple(self._merge.stanzas.pop(key) for key in keys)
            for stanza in stanzas:
                self._pending.pop(stanza.key, None)
            self._merge.forget(stanzas)
            self._tell(Commit(Origin.REMOTE, "", self._take_changes(), ()))
            return stanzas
        finally:
            self._busy = ""

    def confirm(self, key: StanzaId) -> None:
        """The transport has delivered an own stanza, or never will."""
        if key in self._pending:
            del self._pending[key]
            self.last = key

    def expect(self, keys: Iterable[StanzaId]) -> None:
        """Nobody has got these own stanzas: they are pending again."""
        self._pending.update((key, None) for key in keys if key in self._merge.stanzas)

    @property
    def pending(self) -> AbstractSet[StanzaId]:
        """Own stanzas that the transport has not delivered."""
        return self._pending.keys()

    @property
    def waiting(self) -> AbstractSet[Rid]:
        """Records whose `new`, or an edit before one that is held, is missing.

        Whoever sees a rid stay here for 5 s asks for the state again (SYNC 5.6, 6.5).
        """
        return self._merge.waiting

    @property
    def collisions(self) -> AbstractSet[Rid]:
        """Rids that several `new`s claim; honest clients never make one."""
        return self._merge.collisions

    @property
    def removed(self) -> AbstractSet[Rid]:
        """Rids that are gone for ever."""
        return self._merge.removed

    @property
    def fallen(self) -> AbstractSet[Rid]:
        """Records that lie elsewhere than their newest move says, because it made a cycle."""
        return self._merge.forest.fallen

    def records(self) -> Iterator[StrictRecord]:
        """All records with their operations; to read only."""
        yield from self._merge.records.values()

    def record(self, rid: Rid) -> StrictRecord | None:
        """One record with its operations; to read only."""
        return self._merge.records.get(rid)

    def next_version(self, rid: Rid) -> int:
        """The version that an edit made now has to say."""
        record = self.record(rid)
        return 1 if record is None else record.next_version

    def text_before(self, opid: OpId) -> str | None:
        """The text on which an own partial edit was made; None if it is not known any more."""
        return self._before.get(opid)

    # --- what is seen beside `Reading`

    def hidden_attributes(self, rid: Rid) -> Sequence[Rid]:
        """Attribute records of an element that show another one of the same name instead."""
        record = self.record(rid)
        if record is None or record.attrs is None:
            return []
        return [
            claim.rid
            for slot, claims in record.attrs.items()
            if len(claims) > 1
            for claim in claims
            if claim is not slot_winner(record, slot)
        ]

    def author_of(self, rid: Rid, field: str) -> Party | None:
        """Who gave a field its value: the newest effective edit of it, else the `new`.

        Args:
            rid: Of any record.
            field: As `Set` names it.
        """
        record = self.record(rid)
        if record is None or not record.parents:
            return None
        for edit in reversed(effective(record.edits, record.base)):
            if getattr(edit.op, field) is not None:
                return edit.opid.sender or _modifier(record)
        return maker(record)


class _Inside:
    """What a state holds, which does not name the stanzas that it was made of."""

    def __init__(self, state: Iterable[Stanza]) -> None:
        self._news: set[Rid] = set()
        self._sets: dict[tuple[Rid, int], Set] = {}
        for stanza in state:
            for _, op in stanza.operations():
                if isinstance(op, New):
                    self._news.add(op.rid)
                elif isinstance(op, Set):
                    self._sets[op.rid, op.version] = op

    def has(self, stanza: Stanza) -> bool:
        """Whether it seems to be inside: a `new` of it is, or an edit, which may be undone."""
        for _, op in stanza.operations():
            if isinstance(op, New) and op.rid in self._news:
                return True
            if isinstance(op, Set):
                there = self._sets.get((op.rid, op.version))
                if there is not None and there in {op, Set(op.rid, op.version)}:
                    return True
        return False


def _modifier(record: StrictRecord) -> Party:
    """Who wrote last in a record that came with a state, which has no authors of single edits."""
    new = winner(record.news)
    return Party(new.modifier or new.creator) if isinstance(new, NewAt) else Party("")
