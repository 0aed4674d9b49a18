"""What may be written in a transaction, and how it becomes messages (SYNC 0.3.1, 0.3.10, 4.8)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from whiteboard.model.canonical import encode, estimate
from whiteboard.model.characters import clean
from whiteboard.model.history import History, Message
from whiteboard.model.ids import (
    DOCUMENT,
    TRASH,
    Party,
    Replica,
    Rid,
    RidSource,
    SessionId,
    attribute_rid,
)
from whiteboard.model.merge import Merge
from whiteboard.model.ops import (
    NO_DEPS,
    Batch,
    Control,
    Kind,
    Literal,
    LiteralElement,
    New,
    Op,
    Remove,
    Set,
    Ts,
    expand,
)
from whiteboard.model.placing import find_room
from whiteboard.model.projection import Projection, slot_rid, slot_value
from whiteboard.model.record import Record
from whiteboard.model.rights import NotPermittedError

AIM = 8 * 1024
"""Canonical bytes that a message should not exceed (SYNC 0.3.1)."""
STAMP = 512
"""Bytes set aside for what a message has besides its operations."""
PIECE = 6 * 1024
"""Bytes of a value that one operation carries; a longer one is written in pieces."""
MAX_RESTORES = 64
"""Restored writes after which a new message begins, since they count as well."""
LONGEST_ROOM = 900
"""Length of a literal's longest rid; the limit is 1 024 (SYNC 0.3.1)."""


class Author:
    """Stamps own operations, gives them effect at once and cuts them into messages."""

    def __init__(
        self,
        session: SessionId,
        party: Party,
        replica: Replica,
        history: History,
        merge: Merge,
        gives_up: Mapping[Replica, int],
    ) -> None:
        self._session = session
        self._gives_up = gives_up
        self._party = party
        self._replica = replica
        self._history = history
        self._merge = merge
        self._n = history.held_of(replica)
        self._clock = history.clock
        known, _ = history.end_of(replica)
        seen = {r: n for r, n in history.vv.items() if r != replica}
        self._delta = {r: n for r, n in sorted(seen.items()) if known.get(r) != n}
        self._deps: Mapping[Replica, int] = seen if self._delta else known
        self.messages: list[tuple[Message, list[Op], dict[tuple[int, str], Ts]]] = []
        self._controls: dict[Message, list[Control]] = {}
        law = history.law
        self._fence = None if law.is_plain or law.fence.is_moderator(party, None) else law.fence
        """What judges each operation; None: all of them count."""
        self._may_edit = self._fence is None or self._fence.is_editor(party, None)
        self._k = 0
        self._size = 0

    def write(self, op: Op, restores: Mapping[str, Ts] | None = None) -> Ts:
        """Stamp and apply one operation, which may be a literal; returns its (first) ts.

        Raises:
            NotPermittedError: it would be void.
        """
        if self._fence is not None and not self.may(op):
            raise NotPermittedError(type(op).__name__)
        size, _ = estimate(op)
        if (
            not self.messages
            or self.messages[-1][0] in self._controls
            or (
                self._k
                and (self._size + size > AIM - STAMP or len(self.messages[-1][2]) > MAX_RESTORES)
            )
        ):
            self._begin()
        message, ops, restored = self.messages[-1]
        for field, ts in (restores or {}).items():
            restored[self._k, field] = ts
        stamp = Ts(message.l, message.r, self._k)
        ops.append(op)
        self._size += size
        self._k = self._merge.apply_operation(message, self._k, op)
        return stamp

    def check_nothing(self) -> None:
        """Let everything count from now on."""
        self._fence = None

    def may(self, op: Op) -> bool:
        """Whether an operation would count."""
        fence = self._fence
        if fence is None or isinstance(op, Remove):  # who may not purge does it in vain
            return True
        is_free = (fence.mark_against(plain, None) is None for plain in expand((op,)))
        return self._may_edit and all(is_free)

    def say(self, control: Control) -> None:
        """Stamp one control operation; it takes effect with `seal`."""
        size = 32 + sum(len(key) + len(value) for key, value in control.attributes)
        if not self.messages or (self._k and self._size + size > AIM - STAMP):
            self._begin()
        self._controls.setdefault(self.messages[-1][0], []).append(control)
        self._size += size
        self._k += 1

    def _begin(self) -> None:
        self._n += 1
        self._clock += 1
        restored: dict[tuple[int, str], Ts] = {}
        message = Message(self._replica, self._n, self._clock, self._party, self._deps)
        message.restores = restored
        self.messages.append((message, [], restored))
        self._k = 0
        self._size = 0

    def settle(self) -> None:
        """Bring the tree up to date with what was written."""
        self._merge.settle()

    def seal(self) -> tuple[Batch, ...]:
        """Make the messages final and part of the history."""
        batches: list[Batch] = []
        for message, ops, restored in self.messages:
            batch = Batch(
                self._session,
                self._party,
                message.r,
                message.n,
                message.l,
                tuple(ops),
                {} if batches else dict(self._delta),
                restored,
                tuple(self._controls.get(message, ())),
                was=dict(self._gives_up) if message.n == 1 else NO_DEPS,
            )
            message.batch = batch
            self._history.append_own(message)
            batches.append(batch)
        return tuple(batches)


class Transaction:
    """The writes of one transaction; every one has its effect at once.

    All text is made fit for XML on the way: line ends become LF, forbidden characters U+FFFD.
    """

    def __init__(self, projection: Projection, author: Author, rids: RidSource) -> None:
        self._projection = projection
        self._author = author
        self._rids = rids
        self._open = True

    def close(self) -> None:
        """No more writes."""
        self._open = False

    def do(self, op: Op, restores: Mapping[str, Ts] | None = None) -> Ts:
        """Write any operation.

        Args:
            op: As it goes out, but for forbidden characters.
            restores: Wire name of a field -> the write whose value this operation restores.

        Returns:
            The time of the operation (of a literal's first one).

        Raises:
            RuntimeError: the transaction is closed.
            NotPermittedError: it would be void; the transaction should be given up.
        """
        if not self._open:
            raise RuntimeError("the transaction is closed")
        return self._author.write(cleaned(op), restores)

    def control(self, control: Control) -> None:
        """Write a control operation; nothing here asks whether it is permitted.

        Raises:
            RuntimeError: the transaction is closed.
        """
        if not self._open:
            raise RuntimeError("the transaction is closed")
        self._author.say(control)

    # --- creating

    def add(self, parent: Rid, element: LiteralElement, before: Rid | None = None) -> Rid:
        """Create an element with all in it.

        Args:
            parent: An element's record.
            element: What to create.
            before: The sibling it is to stand before; None = as the last child.
        """
        return self._create(cleaned_element(element), parent, self._room(parent, before))

    def add_root(self, element: LiteralElement) -> Rid:
        """Create a root element (the oldest one is shown)."""
        weight = self._room(DOCUMENT, None)
        return self._create(cleaned_element(element), DOCUMENT, weight, root=True)

    def add_text(self, parent: Rid, text: str, before: Rid | None = None) -> Rid:
        """Create a text node."""
        return self._create_leaf(Kind.TEXT, parent, self._room(parent, before), clean(text))

    def add_comment(self, parent: Rid, text: str, before: Rid | None = None) -> Rid:
        """Create a comment; `parent` may be DOCUMENT."""
        return self._create_leaf(Kind.COMMENT, parent, self._room(parent, before), clean(text))

    def add_instruction(
        self, parent: Rid, target: str, data: str, before: Rid | None = None
    ) -> Rid:
        """Create a processing instruction; `parent` may be DOCUMENT."""
        rid = self._rids.next()
        weight = self._room(parent, before)
        self.do(
            New(rid, Kind.INSTRUCTION, parent, weight, pitarget=target, pidata=clean(data)[:PIECE])
        )
        return rid

    def _create(
        self,
        element: LiteralElement,
        parent: Rid,
        weight: float,
        *,
        root: bool = False,
    ) -> Rid:
        """One literal where it fits into a message, else a literal for each part."""
        first = self._rids.next_root() if root else self._rids.next()
        waiting: list[tuple[Rid, Rid, float, LiteralElement]] = [(first, parent, weight, element)]
        while waiting:
            rid, parent, weight, element = waiting.pop()
            literal = Literal(rid, parent, weight, element)
            if _fits(literal):
                self.do(literal)
                continue
            small: list[tuple[str, str, str]] = []
            large: list[tuple[str, str, str]] = []
            room = PIECE
            for attribute in element.attributes:
                size = sum(len(encode(part)) for part in attribute) + len(rid) * 2 + 80
                if size <= room:
                    small.append(attribute)
                    room -= size
                else:
                    large.append(attribute)
            self.do(
                Literal(rid, parent, weight, LiteralElement(element.ns, element.name, tuple(small)))
            )
            for ns, name, value in large:
                self._create_attribute(rid, ns, name, value)
            for i, child in enumerate(element.children, start=1):
                if isinstance(child, str):
                    self._create_leaf(Kind.TEXT, rid, float(i), child)
            waiting.extend(
                (self._rids.next(), rid, float(i), child)
                for i, child in reversed(list(enumerate(element.children, start=1)))
                if not isinstance(child, str)
            )
        return first

    def _create_leaf(self, kind: Kind, parent: Rid, weight: float, value: str) -> Rid:
        rid = self._rids.next()
        head, *rest = pieces(value)
        self.do(New(rid, kind, parent, weight, chdata=head))
        self._append(rid, len(head), rest)
        return rid

    def _create_attribute(self, element: Rid, ns: str, name: str, value: str) -> None:
        rid = attribute_rid(element, name, ns)
        head, *rest = pieces(value)
        self.do(New(rid, Kind.ATTRIBUTE, element, 0.0, ns, name, chdata=head))
        self._append(rid, len(head), rest)

    def _append(self, rid: Rid, at: int, rest: Iterable[str]) -> None:
        for piece in rest:
            self.do(Set(rid, self._version(rid), chdata=piece, replace=(at, 0)))
            at += len(piece)

    # --- changing

    def set_attribute(self, rid: Rid, name: str, value: str | None, ns: str = "") -> None:
        """Give an element's attribute a value, or delete it (None); nothing if it is so already."""
        element = self._known(rid)
        slot = (ns, name)
        claim = slot_rid(element, slot)
        if value is None:
            if claim is not None:
                self._projection.find(claim)  # from here on `attrs` has it, with all its rivals
            for rival in tuple((element.attrs or {}).get(slot, ())):
                self.trash(rival.rid)
            return
        value = clean(value)
        if claim is None:
            self._create_attribute(rid, ns, name, value)
        elif slot_value(element, slot) != value:
            head, *rest = pieces(value)
            # With its place: an earlier deletion that comes later must not win (SYNC 10, 75).
            known = self._projection.records.get(claim)
            weight = 0.0 if known is None else known.weight
            self.do(Set(claim, self._version(claim), parent=rid, weight=weight, chdata=head))
            self._append(claim, len(head), rest)

    def set_text(self, rid: Rid, text: str) -> None:
        """Make the content of a text, comment or attribute `text`, by the smallest edit.

        Of an instruction the data are written as a whole.
        """
        record = self._known(rid)
        text = clean(text)
        if record.kind is Kind.INSTRUCTION:
            if record.pidata != text:
                self.do(Set(rid, self._version(rid), pidata=text))
            return
        old = record.chdata
        start, end = 0, 0
        limit = min(len(old), len(text))
        while start < limit and old[start] == text[start]:
            start += 1
        while end < limit - start and old[-1 - end] == text[-1 - end]:
            end += 1
        self.splice_text(rid, start, len(old) - end - start, text[start : len(text) - end])

    def splice_text(self, rid: Rid, start: int, count: int, insert: str) -> None:
        """Replace `count` code points from index `start` on; nothing if there is nothing to do."""
        self._known(rid)
        insert = clean(insert)
        if not count and not insert:
            return
        head, *rest = pieces(insert)
        self.do(Set(rid, self._version(rid), chdata=head, replace=(start, count)))
        self._append(rid, start + len(head), rest)

    def rename(self, rid: Rid, name: str, ns: str) -> None:
        """Give an element another name."""
        self.do(Set(rid, self._version(rid), ns=ns, name=name))

    # --- moving

    def move(self, rid: Rid, parent: Rid, before: Rid | None = None) -> None:
        """Hang a record elsewhere, or elsewhere among its siblings (before=None: as the last)."""
        record = self._known(rid)
        if before == rid:
            return
        weight = self._room(parent, before, without=record)
        self.do(Set(rid, self._version(rid), parent=parent, weight=weight))

    def put(self, rid: Rid, parent: Rid, weight: float) -> None:
        """Hang a record under `parent` with just this weight."""
        self.do(Set(rid, self._version(rid), parent=parent, weight=weight))

    def retarget(self, rid: Rid, target: str) -> None:
        """Give an instruction another target."""
        self.do(Set(rid, self._version(rid), pitarget=target))

    def trash(self, rid: Rid) -> None:
        """Delete: the record goes to the trash with all below it, and can come back."""
        record = self._known(rid)
        self.do(Set(rid, self._version(rid), parent=TRASH, weight=record.weight))

    # --- helpers

    def _known(self, rid: Rid) -> Record:
        self._author.settle()
        record = self._projection.find(rid)
        if record is None:
            raise KeyError(rid)
        return record

    def _version(self, rid: Rid) -> int:
        """What `version` says: it has no meaning in merge mode, but is written (SYNC 4.2)."""
        record = self._projection.records.get(rid)
        if record is None:
            return 1
        partials = len(record.text.partials) if record.text is not None else 0
        placed = 2 * len(record.again) if record.again is not None else 0
        writes = sum([len(entries) - 1 for entries in record.log.values()]) if record.log else 0
        return 1 + partials + placed + writes

    def _room(self, parent: Rid, before: Rid | None, without: Record | None = None) -> float:
        """A weight for a child of `parent`, other children stepping aside where it must be."""
        self._author.settle()
        weight, aside = find_room(self._projection, parent, before, without)
        for rid, other in aside.items():
            if not self._author.may(Set(rid, weight=other)):
                continue  # equal weights do no harm, a part that is complete stays as it is
            self.do(Set(rid, self._version(rid), weight=other))
        return weight


def cleaned(op: Op) -> Op:
    """The operation with every character fit for XML."""
    if isinstance(op, Literal):
        element = cleaned_element(op.element)
        return op if element is op.element else Literal(op.rid, op.parent, op.weight, element)
    if isinstance(op, New):
        chdata, pidata = clean(op.chdata), clean(op.pidata)
        if chdata != op.chdata or pidata != op.pidata:
            return dataclasses.replace(op, chdata=chdata, pidata=pidata)
    elif isinstance(op, Set):
        new = None if op.chdata is None else clean(op.chdata)
        data = None if op.pidata is None else clean(op.pidata)
        if new != op.chdata or data != op.pidata:
            return dataclasses.replace(op, chdata=new, pidata=data)
    return op


def cleaned_element(element: LiteralElement) -> LiteralElement:
    """The element with every character fit for XML, neighbouring texts joined, empty ones gone."""
    attributes = tuple((ns, name, clean(value)) for ns, name, value in element.attributes)
    children: list[LiteralElement | str] = []
    for child in element.children:
        if not isinstance(child, str):
            children.append(cleaned_element(child))
        elif child:
            text = clean(child)
            if children and isinstance(children[-1], str):
                children[-1] += text
            else:
                children.append(text)
    if attributes == element.attributes and tuple(children) == element.children:
        return element
    return LiteralElement(element.ns, element.name, attributes, tuple(children))


def pieces(text: str) -> list[str]:
    """`text` cut so that each piece fits into a message; one empty piece for none."""
    if len(text) * 6 <= PIECE:
        return [text]
    result: list[str] = []
    start = 0
    while start < len(text):
        end = start + PIECE
        while len(encode(text[start:end])) > PIECE:
            end = start + (min(end, len(text)) - start) * 3 // 4
        result.append(text[start:end])
        start = end
    return result


def _fits(literal: Literal) -> bool:
    size, longest = estimate(literal)
    return size <= AIM - STAMP and longest <= LONGEST_ROOM


def renamed(rid: Rid, old: Replica, new: Replica) -> Rid:
    """The rid that a record of replica `old` has on a board re-stamped for `new`."""
    bare = rid.removeprefix("~")
    if not bare.startswith(f"{old}."):
        return rid
    return Rid(f"{rid[: len(rid) - len(bare)]}{new}{bare[len(old) :]}")


def restamped(batch: Batch, session: SessionId, party: Party, old: Replica, new: Replica) -> Batch:
    """The message as `new` in `session` would have written it, its rids renamed alike."""

    def rename(rid: Rid) -> Rid:
        return renamed(rid, old, new)

    ops: list[Op] = []
    for op in batch.ops:
        if isinstance(op, New | Literal):
            ops.append(dataclasses.replace(op, rid=rename(op.rid), parent=rename(op.parent)))
        elif isinstance(op, Set):
            parent = None if op.parent is None else rename(op.parent)
            ops.append(dataclasses.replace(op, rid=rename(op.rid), parent=parent))
        elif isinstance(op, Remove):
            ops.append(Remove(rename(op.rid)))
        else:
            ops.append(op)
    restores = {
        key: ts._replace(r=new) if ts.r == old else ts for key, ts in batch.restores.items()
    }
    return dataclasses.replace(
        batch,
        session=session,
        party=party,
        r=new,
        ops=tuple(ops),
        restores=restores,
        controls=tuple(_marks_again(batch.controls, old, new)),
        was=NO_DEPS,
    )


def _marks_again(controls: Iterable[Control], old: Replica, new: Replica) -> Iterator[Control]:
    """Marks with renamed rids; roles of parties of another session mean nothing here."""
    for control in controls:
        if control.name in {"done", "reopen"}:
            renamings = (
                (key, " ".join(renamed(Rid(rid), old, new) for rid in value.split(" ")))
                for key, value in control.attributes
            )
            yield Control(control.name, tuple(renamings))
