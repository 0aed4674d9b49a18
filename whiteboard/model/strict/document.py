"""The shared document of a strict session: stanzas in, one visible tree out.

    document = StrictDocument(session)
    document.receive([Stanza(sender, id, ops)])
    document.write(Stanza(me, id, (Set(rid, document.next_version(rid), name="g"),)))

Own edits show at once. Where the transport sends them back (a room), they are *pending* until it
did: what a joiner is given must hold exactly what the room has reflected (SYNC 0.2/5.7).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from whiteboard.model import markup
from whiteboard.model.changes import Changes
from whiteboard.model.ids import Rid, SessionId
from whiteboard.model.ops import Kind, Set
from whiteboard.model.projection import slot_winner
from whiteboard.model.strict.merge import StrictMerge, StrictProjection
from whiteboard.model.strict.ops import OpId, Stanza, StanzaId
from whiteboard.model.strict.record import StrictRecord, spliced
from whiteboard.model.tree import Tree

MAX_INTENTS = 1000
"""Own partial edits whose text before is remembered, so that they can be asserted again."""


class StrictDocument:
    """One document as one member holds it.

    Attributes:
        session: Its session.
        duplicates: Stanzas that were delivered again.
        last: The newest stanza that the transport delivered (`last-sender`, `last-id`).
    """

    def __init__(self, session: SessionId) -> None:
        self.session = session
        self.duplicates = 0
        self.last: StanzaId | None = None
        self._projection = StrictProjection()
        self._merge = StrictMerge(self._projection)
        self._pending: dict[StanzaId, bool] = {}
        self._before: OrderedDict[OpId, str] = OrderedDict()
        self._tree: Tree | None = None

    # --- writing

    def receive(self, stanzas: Iterable[Stanza]) -> Changes:
        """Take what the transport delivered, in any order, any number of times."""
        for stanza in stanzas:
            self.last = key = stanza.key
            reflected = self._pending.pop(key, False)
            if not self._merge.apply(stanza) and not reflected:
                self.duplicates += 1
        return self._settle()

    def write(self, stanza: Stanza) -> Changes:
        """Apply an own stanza that is on its way; it is pending until it was received.

        Where nothing comes back (one to one) the caller hands it to `receive` itself.
        """
        self._pending[stanza.key] = True
        self._note_texts(stanza)
        self._merge.apply(stanza)
        return self._settle()

    def _note_texts(self, stanza: Stanza) -> None:
        texts: dict[Rid, str] = {}
        for opid, op in stanza.operations():
            if isinstance(op, Set) and op.chdata is not None:
                before = texts.get(op.rid, self.text(op.rid))
                if op.replace is not None:
                    self._before[opid] = before
                texts[op.rid] = spliced(before, op)
        while len(self._before) > MAX_INTENTS:
            self._before.popitem(last=False)

    def _settle(self) -> Changes:
        changes = self._projection.take_changes()
        if self._tree is not None:
            self._tree.update(changes)
        return changes

    # --- what is held

    @property
    def stanzas(self) -> Iterable[Stanza]:
        """All that count, each once."""
        return self._merge.stanzas.values()

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

    # --- what is seen

    @property
    def root(self) -> Rid | None:
        """The root element that shows."""
        root = self._projection.root
        return None if root is None else root.rid

    def is_visible(self, rid: Rid) -> bool:
        """Whether a record, an attribute included, is seen."""
        record = self.record(rid)
        return record is not None and self._projection.is_visible(record)

    def kind(self, rid: Rid) -> Kind | None:
        """The type of a record; None if it does not exist."""
        record = self.record(rid)
        return None if record is None else record.kind

    def parent(self, rid: Rid) -> Rid | None:
        """Where a record lies; None if it does not exist or fell out of the document."""
        record = self.record(rid)
        return None if record is None or record.up is None else record.up.rid

    def children(self, rid: Rid) -> Sequence[Rid]:
        """Visible children but the attributes, in order; of DOCUMENT too."""
        record = self._projection.records.get(rid)
        return [] if record is None else [x.rid for x in self._projection.children(record)]

    def text(self, rid: Rid) -> str:
        """The characters of a record, whether it is visible or not."""
        record = self.record(rid)
        return "" if record is None else record.chdata

    def attributes(self, rid: Rid) -> Mapping[tuple[str, str], str]:
        """(namespace, name) -> value of an element's attributes."""
        record = self.record(rid)
        if record is None:
            return {}
        return dict(self._projection.attributes(record))

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

    @property
    def tree(self) -> Tree:
        """The lxml nodes of what is visible; made when first asked for."""
        if self._tree is None:
            self._tree = Tree(self._projection)
        return self._tree

    def c14n(self) -> bytes:
        """Canonical XML of the view (SYNC 0.3.6); empty without a root."""
        return markup.write(self._projection, canonical=True)

    def state_hash(self) -> str:
        """The hash of the visible records (SYNC 0.3.7), 64 hex digits."""
        return self._projection.state_hash()

    def serialise(self) -> bytes:
        """A plain SVG file, UTF-8; empty without a visible root."""
        return markup.write(self._projection, canonical=False)
