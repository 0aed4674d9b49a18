"""`view`: the document as a pure function of the SET of batches, slow and plain.

This module is the specification of the merge rules in Python (SYNC 0.2, 0.3, 3 and 4): it takes no
short cuts, keeps nothing between calls and shares no merging code with `Document`, which is only a
quick cache of it. The tests compare every replica with it. Rights and marks (SYNC 6) are judged by
`view_rights`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, Rid, attribute_rid
from whiteboard.model.ops import Batch, Kind, New, PlainOp, Remove, Set, Ts, expand
from whiteboard.model.rights import EVERYBODY, Ground, Role
from whiteboard.model.view_output import Visible, c14n, state_hash
from whiteboard.model.view_projection import Raw, visible
from whiteboard.model.view_rights import Doing, HasBatch, Judge, rules_of

MAX_RID = 1024
MAX_NAME = 256
MAX_NEWS = 2_000_000
"""So many `new`s of one chain count (SYNC 0.3.1)."""
_ATTRIBUTE_RID = re.compile(r"(.*)@(?:\{.*\})?[^@{}]*", re.DOTALL)


def nothing_oversized(batch: Batch) -> bool:
    """No limit on the size of a message: for callers whose wire has judged it already."""
    del batch
    return False


@dataclass(frozen=True)
class View:
    """The document that a set of batches makes."""

    records: Mapping[Rid, Visible]
    """The visible records only."""
    vv: Mapping[Replica, int]
    """Per replica the last number that could be delivered; beyond a fork nothing counts."""
    forks: frozenset[Replica]
    pending: int
    """Messages that wait for one they depend on."""
    void: frozenset[Ts] = frozenset()
    """Operations without effect because their author had no right to them (SYNC 6)."""
    counting: frozenset[Ts] = frozenset()
    """Those that he had a right to."""
    roles: Mapping[Party, Role] = field(default_factory=dict)
    """What everybody is whose messages count, or who is named in one."""
    complete: frozenset[Rid] = frozenset()
    """What is declared complete: parts by their rid, DOCUMENT for all."""

    @property
    def root(self) -> Rid | None:
        """The root element that is shown."""
        return next(
            (
                rid
                for rid, record in self.records.items()
                if record.kind is Kind.ELEMENT and record.parent == DOCUMENT
            ),
            None,
        )

    def children(self, rid: Rid) -> Sequence[Rid]:
        """Visible children that are not attributes, in document order (SYNC 3.7)."""
        found = [
            record
            for record in self.records.values()
            if record.parent == rid and record.kind is not Kind.ATTRIBUTE
        ]
        return [record.rid for record in sorted(found, key=lambda x: (x.weight, x.rid))]

    def attributes(self, rid: Rid) -> dict[tuple[str, str], str]:
        """(namespace, local name) -> value of an element's visible attributes."""
        return {
            (record.ns, record.name): record.value
            for record in self.records.values()
            if record.parent == rid and record.kind is Kind.ATTRIBUTE
        }

    def c14n(self) -> bytes:
        """Canonical XML 1.0 with comments (SYNC 0.3.6); empty where there is no root."""
        return c14n(self.records.values()) if self.root is not None else b""

    def state_hash(self) -> str:
        """The hash that heartbeats carry (SYNC 0.3.7)."""
        return state_hash(self.records.values())


def view(
    batches: Iterable[Batch],
    *,
    ground: Ground = EVERYBODY,
    is_oversized: Callable[[Batch], bool] = nothing_oversized,
) -> View:
    """What the given set of batches shows; neither order nor repetition matters.

    Args:
        batches: messages, in any order, any of them repeated, missing or contradictory.
        ground: where rights come from (SYNC 6.2).
        is_oversized: whether a message is over the limit of SYNC 0.3.1 and therefore void.
    """
    chains, forks, first = _chains(batches)
    while given_up := _given_up(first, chains, forks):
        forks = {**forks, **given_up}
        chains = {
            r: [m for m in chain if m.batch.n < forks.get(r, m.batch.n + 1)]
            for r, chain in chains.items()
        }
    delivered = _delivered(chains, forks)
    counting = _counting_clocks(delivered, is_oversized)
    edits = sorted(_edits(delivered, counting, first), key=lambda edit: edit.ts)
    rules = rules_of(counting, _length)
    judge = Judge(rules, ground)
    parties = {message.batch.party for message in counting}
    parties |= {Party(rule.values["party"]) for rule in rules if rule.values.get("party")}
    allowed = [edit for edit in edits if judge.counts(edit.doing, edit.op)]
    held = {r: sum(message.batch.r == r for message in delivered) for r in chains}
    return View(
        records=visible(_records(allowed, edits, judge)),
        vv={r: n for r, n in held.items() if n},
        forks=frozenset(forks),
        pending=sum(map(len, chains.values())) - len(delivered),
        void=frozenset(edit.ts for edit in edits if edit not in allowed),
        counting=frozenset(edit.ts for edit in allowed),
        roles=judge.roles(parties),
        complete=judge.complete(),
    )


# --- messages: chains, forks, delivery, clocks (SYNC 5.2, 0.3.12) ---


@dataclass(frozen=True, eq=False)
class _Message:
    batch: Batch
    deps: Mapping[Replica, int]
    """The full dependency vector: the greatest entries of the chain up to here."""
    ops: tuple[PlainOp, ...]

    def has_seen(self, other: _Message) -> bool:
        """Whether `other` is in the past of this message: vectors only, no clocks."""
        return self.has_seen_batch(other.batch)

    def has_seen_batch(self, other: Batch) -> bool:
        """The same, of what a message holds."""
        if other.r == self.batch.r:
            return other.n < self.batch.n
        return other.n <= self.deps.get(other.r, 0)


def _length(message: HasBatch) -> int:
    """How many plain operations a message has."""
    return len(expand(message.batch.ops))


def _chains(
    batches: Iterable[Batch],
) -> tuple[dict[Replica, list[_Message]], dict[Replica, int], list[_Message]]:
    """Per replica its messages 1, 2, … up to a fork, and the number of the fork.

    A chain may have gaps: what stands behind one is kept, for it may be a fork, or wait. The third
    are all first messages, also of two contents.
    """
    by_dot: dict[tuple[Replica, int], list[Batch]] = {}
    for batch in batches:
        by_dot.setdefault(batch.dot, []).append(batch)
    chains: dict[Replica, list[_Message]] = {}
    forks: dict[Replica, int] = {}
    first: list[_Message] = []
    deps: dict[Replica, dict[Replica, int]] = {}
    for r, n in sorted(by_dot):
        if r in forks:
            continue
        before = deps.setdefault(r, {})
        contents = {}
        for batch in by_dot[r, n]:
            full = dict(before)
            for other, number in batch.deps.items():
                if other != r and number > 0:
                    full[other] = max(number, full.get(other, 0))
            contents[_canonical(batch, full)] = _Message(batch, full, expand(batch.ops))
        if n == 1:
            first += contents.values()
        if len(contents) > 1:
            forks[r] = n
        else:
            (message,) = contents.values()
            chains.setdefault(r, []).append(message)
            deps[r] = dict(message.deps)
    return chains, forks, first


def _given_up(
    first: Sequence[_Message],
    chains: Mapping[Replica, Sequence[_Message]],
    forks: Mapping[Replica, int],
) -> dict[Replica, int]:
    """Chains that a party gave up (SYNC 4.7) and that are not cut there yet: from where on."""
    vv: dict[Replica, int] = {}
    for message in _delivered(chains, forks):
        vv[message.batch.r] = message.batch.n
    ends: dict[Replica, int] = {}
    for message in first:
        if all(_is_held(vv, forks, r, n) for r, n in message.deps.items()):
            for old, n in message.batch.was.items():
                end = min(n + 1, ends.get(old, n + 1))
                if n <= message.deps.get(old, 0) and _may_give_up(message, old, first):
                    ends[old] = end
    return {r: n for r, n in ends.items() if n < forks.get(r, n + 1)}


def _may_give_up(message: _Message, old: Replica, first: Sequence[_Message]) -> bool:
    """Whether `old` is another replica of who wrote `message`; the wire judged of unseen ones."""
    parties = {other.batch.party for other in first if other.batch.r == old}
    is_own = not message.deps.get(old) or parties <= {message.batch.party}
    return old != message.batch.r and is_own


def _is_held(vv: Mapping[Replica, int], forks: Mapping[Replica, int], r: Replica, n: int) -> bool:
    have = vv.get(r, 0)
    return n <= have or (r in forks and have == forks[r] - 1)


def _canonical(batch: Batch, deps: Mapping[Replica, int]) -> str:
    """What two messages with one dot are compared by (SYNC 0.3.1): all but who relayed them."""
    return repr(
        (
            batch.session,
            batch.l,
            sorted(deps.items()),
            sorted((key, tuple(ts)) for key, ts in batch.restores.items()),
            expand(batch.ops),
            batch.controls,
            sorted(batch.was.items()),
        )
    )


def _delivered(
    chains: Mapping[Replica, Sequence[_Message]], forks: Mapping[Replica, int]
) -> list[_Message]:
    """The causally closed part, in an order in which everything follows what it depends on."""
    out: list[_Message] = []
    vv: dict[Replica, int] = {}

    progress = True
    while progress:
        progress = False
        for r, chain in chains.items():
            for message in chain:
                if message.batch.n == vv.get(r, 0) + 1 and all(
                    _is_held(vv, forks, other, n) for other, n in message.deps.items()
                ):
                    out.append(message)
                    vv[r] = message.batch.n
                    progress = True
    return out


def _counting_clocks(
    delivered: Sequence[_Message], is_oversized: Callable[[Batch], bool]
) -> list[_Message]:
    """The messages that are not void by their clock or their size (SYNC 0.2 on 5.2c, 0.3.1)."""
    valid: list[_Message] = []
    for message in delivered:
        past = max((x.batch.l for x in valid if message.has_seen(x)), default=0)
        size_of_past = message.batch.n + sum(message.deps.values())
        if past < message.batch.l <= size_of_past and not is_oversized(message.batch):
            valid.append(message)
    return valid


# --- operations: which of them count (SYNC 0.3.1, 0.3.4, 0.2 on 4.2) ---


@dataclass(frozen=True, eq=False)
class _Edit:
    ts: Ts
    op: New | Set | Remove
    message: _Message

    @property
    def doing(self) -> Doing:
        """What is judged of it."""
        return Doing(self.message, self.ts.k)

    def has_seen(self, other: _Edit) -> bool:
        """Whether `other` is in the past of this operation."""
        if other.message is self.message:
            return other.ts.k < self.ts.k
        return self.message.has_seen(other.message)

    @property
    def alias(self) -> Ts:
        """The write of chdata that this one restores, or itself."""
        return self.message.batch.restores.get((self.ts.k, "chdata"), self.ts)

    @property
    def is_partial(self) -> bool:
        return (
            isinstance(self.op, Set)
            and self.op.chdata is not None
            and self.op.replace is not None
            and min(self.op.replace) >= 0
        )

    @property
    def is_full_text(self) -> bool:
        return isinstance(self.op, New) or (
            isinstance(self.op, Set) and self.op.chdata is not None and self.op.replace is None
        )


def _edits(
    delivered: Sequence[_Message],
    counting: Sequence[_Message],
    first: Sequence[_Message],
) -> Iterable[_Edit]:
    news: dict[Replica, int] = {}
    for message in delivered:
        batch = message.batch
        for k, op in enumerate(message.ops):
            if isinstance(op, New):
                news[batch.r] = news.get(batch.r, 0) + 1
            if message not in counting or news.get(batch.r, 0) > MAX_NEWS:
                continue
            if isinstance(op, New | Set | Remove) and _counts(op, batch, first):
                yield _Edit(Ts(batch.l, batch.r, k), op, message)


def _counts(
    op: New | Set | Remove,
    batch: Batch,
    first: Sequence[_Message],
) -> bool:
    if op.rid in {DOCUMENT, TRASH} or len(op.rid) > MAX_RID or re.search(r"\s", op.rid):
        return False
    if isinstance(op, Remove):
        return True
    if op.name is not None and len(op.name) > MAX_NAME:
        return False
    if isinstance(op, New):
        own = any(op.rid.startswith((f"{r}.", f"~{r}.")) for r in _names(batch.r, first))
        return own or (
            op.kind is Kind.ATTRIBUTE and op.rid == attribute_rid(op.parent, op.name, op.ns or "")
        )
    return True


def _names(r: Replica, first: Sequence[_Message]) -> Iterable[Replica]:
    """The replica, and those that its party gave up for it (SYNC 0.3.4)."""
    yield r
    for message in first:
        if message.batch.r == r:
            for old, n in message.batch.was.items():
                if n <= message.deps.get(old, 0) and _may_give_up(message, old, first):
                    yield old


# --- records: registers, moves, text (SYNC 4.2, 4.3, 4.5) ---

_REGISTERS = ("weight", "ns", "name", "pitarget", "pidata")


def _records(edits: Sequence[_Edit], with_void: Sequence[_Edit], judge: Judge) -> dict[Rid, Raw]:
    """All records that were created and not purged; `edits`, those that count, in order of ts."""
    records: dict[Rid, Raw] = {}
    for edit in edits:
        if isinstance(edit.op, New) and edit.op.rid not in records:
            records[edit.op.rid] = Raw(edit.op.rid, edit.ts, edit.op.kind)
    for edit in edits:  # the last write of each field stands
        if isinstance(edit.op, New | Set) and edit.op.rid in records:
            for name in _REGISTERS:
                value = getattr(edit.op, name)
                if value is not None or isinstance(edit.op, New):
                    records[edit.op.rid].fields[name] = value
    parents = _parents(edits)
    for rid, record in records.items():
        record.parent = parents.get(rid)
        record.text = _text([edit for edit in with_void if edit.op.rid == rid], judge)
    for edit in edits:
        if isinstance(edit.op, Remove):
            records.pop(edit.op.rid, None)
    return records


def _parents(edits: Sequence[_Edit]) -> dict[Rid, Rid]:
    """The moves in order of ts, each skipped that would put a record below itself."""
    parents: dict[Rid, Rid] = {}
    for edit in edits:
        if isinstance(edit.op, Remove) or edit.op.parent is None:
            continue
        rid, target = edit.op.rid, edit.op.parent
        place = _ATTRIBUTE_RID.fullmatch(rid)
        if isinstance(edit.op, Set) and place and target not in {place[1], TRASH}:
            continue
        above: Rid | None = target
        while above is not None and above != rid:
            above = parents.get(above)
        if above is None:
            parents[rid] = target
    return parents


def _text(edits: Sequence[_Edit], judge: Judge) -> str:
    """The character data of one record, by replaying its partial edits (SYNC 4.5, 4.6 of 0.2).

    Also void ones are replayed, for others typed around them; who sees which, is judged from the
    past of each.
    """
    full = [edit for edit in edits if edit.is_full_text]
    epoch = [w for w in full if judge.counts(w.doing, w.op)][-1]
    partials = [edit for edit in edits if edit.is_partial]
    members = [p for p in partials if _epoch_of(p, full, judge.within(p.doing)) is epoch]

    def is_active(q: _Edit, known: Sequence[_Edit], judge: Judge) -> bool:
        if not judge.counts(q.doing, q.op):
            return False
        cancels = [c for c in known if _cancels(c, q) and judge.counts(c.doing, c.op)]
        return not cancels or not is_active(cancels[-1], known, judge)

    text: list[_Character] = [_Character(c, None) for c in epoch.op.chdata or ""]  # type: ignore[union-attr] # a full write is a New or a Set
    for p in members:
        assert isinstance(p.op, Set)
        assert p.op.replace is not None
        past = [q for q in members if p.has_seen(q)]
        seen = {q.ts for q in past if is_active(q, past, judge.within(p.doing))}
        shown = [i for i, character in enumerate(text) if character.is_visible(seen)]
        start, count = p.op.replace
        for i in shown[start : start + count]:
            text[i].deleters.append(p.ts)
        at = shown[min(start, len(shown)) - 1] + 1 if start and shown else 0
        text[at:at] = [_Character(c, p.ts) for c in p.op.chdata or ""]
    active = {q.ts for q in members if is_active(q, members, judge)}
    return "".join(character.value for character in text if character.is_visible(active))


def _epoch_of(p: _Edit, full: Sequence[_Edit], judge: Judge) -> _Edit | None:
    """The newest full write in the past of a partial edit that counted, as judged from there."""
    seen = [w for w in full if p.has_seen(w) and judge.counts(w.doing, w.op)]
    return seen[-1] if seen else None


@dataclass
class _Character:
    value: str
    inserter: Ts | None
    """None: the text of the full write."""
    deleters: list[Ts] = field(default_factory=list)

    def is_visible(self, active: set[Ts]) -> bool:
        """Whether it stands, where only the partial edits of `active` have effect."""
        inserted = self.inserter is None or self.inserter in active
        return inserted and not active.intersection(self.deleters)


def _cancels(c: _Edit, q: _Edit) -> bool:
    """Whether `c` is a cancel (an empty partial edit) of the partial edit `q` of its own party.

    Nothing cancels what is newer than itself, so that verdicts never go in a circle.
    """
    return (
        isinstance(c.op, Set)
        and c.op.chdata == ""
        and c.op.replace == (0, 0)
        and c.alias == q.ts
        and c.ts > q.ts
        and c.message.batch.party == q.message.batch.party
    )
