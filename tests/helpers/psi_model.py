"""What the client Psi does with a whiteboard, as a member of a network in memory.

Written from what was observed of it (sort and replay, ids of stanzas, its repairs and faults) and
none of our engine: it takes messages that were decoded, and holds records of its own.
"""

from __future__ import annotations

import itertools
import random
import uuid
from dataclasses import dataclass, field

from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.session.ports import TO_SESSION, Direct, InRoom, Send, ToPeer
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.wire.messages import (
    Accept,
    AcceptState,
    Connect,
    Dialect,
    Initiate,
    Message,
    Peer,
    StateOffer,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.psi import DESCRIPTION

SVG = "http://www.w3.org/2000/svg"


class CrashedError(AssertionError):
    """Psi would have ended with a fault here."""


@dataclass
class Record:
    """One record by Psi's rule."""

    new: New
    edits: list[Set] = field(default_factory=list)

    @property
    def standing(self) -> list[Set]:
        """Edits that apply: in order by version, one of each."""
        ordered = sorted(self.edits, key=lambda edit: edit.version)
        return [
            edit
            for i, edit in enumerate(ordered, 1)
            if edit.version == i and (i == len(ordered) or ordered[i].version != edit.version)
        ]

    def value(self) -> str:
        """Its text."""
        text = self.new.chdata
        for edit in self.standing:
            if edit.chdata is None:
                continue
            if edit.replace is None:
                text = edit.chdata
            else:
                start, count = edit.replace
                if start + count <= len(text):
                    text = text[:start] + edit.chdata + text[start + count :]
        return text

    def place(self) -> tuple[str, float]:
        """Parent and weight."""
        parent, weight = self.new.parent, self.new.weight
        for edit in self.standing:
            parent = parent if edit.parent is None else edit.parent
            weight = weight if edit.weight is None else edit.weight
        return parent, weight


class PsiModel(Node):
    """One Psi."""

    def __init__(self, network: MemoryNetwork, peer: Peer, place, seed: int = 0) -> None:
        super().__init__(network, peer, place)
        self.records: dict[str, Record] = {}
        self.buried: set[str] = set()
        """Records that were left in an element when it was removed."""
        self.gone: set[str] = set()
        self.used: dict[str, None] = {}
        self.session_id = ""
        self.is_in = False
        self.is_importing = False
        self.offered: set[str] = set()
        self.says_yes = True
        self.asked: list[tuple[str, Message]] = []
        self.prefix = str(uuid.UUID(int=random.Random(seed).getrandbits(128)))
        self.heard_ended: list[str] = []
        self.saying = Dialect.PSI
        self._numbers = itertools.count(1)
        network.nodes[peer.address] = self

    # --- what a person does

    def open_board(self, session_id: str, other: str) -> None:
        """Invite somebody to a new board."""
        self.session_id = session_id
        self.prefix = "0"
        root = New(self.rid(), Kind.ELEMENT, "", 0.0, SVG, "svg")
        paper = New(self.rid(), Kind.ATTRIBUTE, root.rid, 0.0, None, "viewBox", "0 0 600 400")
        for new in (root, paper):
            self.records[new.rid] = Record(new)
        self._say(Initiate(session_id, "", "", DESCRIPTION), ToPeer(other))

    def answer(self) -> None:
        """Say yes to the newest invitation."""
        address, message = self.asked.pop()
        self.session_id = message.session
        self._say(Accept(message.session, "", "", DESCRIPTION), ToPeer(address))

    def draw(self, **attributes: str) -> str:
        """A path."""
        rid = self.rid()
        weight = max((r.place()[1] for r in self._kids(self.root)), default=-1.0) + 1
        ops: list[New | Set | Remove] = [New(rid, Kind.ELEMENT, self.root, weight, None, "path")]
        attributes = {"id": f"e{uuid.uuid4()}", **attributes}
        for i, (name, value) in enumerate(attributes.items()):
            ops.append(New(self.rid(), Kind.ATTRIBUTE, rid, float(i), None, name, value))
        self.edit(*ops)
        return rid

    def erase(self, rid: str) -> None:
        """As its eraser does: every other attribute, then the element."""
        inside = [r for r, record in self.records.items() if record.place()[0] == rid]
        self.edit(*(Remove(r) for r in inside[::2]), Remove(rid))

    def set(self, rid: str, **values: object) -> None:
        """Change a record."""
        version = len(self.records[rid].edits) + 1
        self.edit(Set(rid, version, **values))

    def edit(self, *ops: New | Set | Remove) -> None:
        """Apply and send."""
        message = StrictMessage(self.session_id, self.rid(), ops)
        self.used[message.id] = None
        self._apply(ops, is_mine=True)
        to = TO_SESSION if isinstance(self.place, InRoom) else ToPeer(self.place.other)
        self._say(message, to)

    def rid(self) -> str:
        """From its one counter."""
        digits, n = "", next(self._numbers)
        while n:
            n, digit = divmod(n, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        return f"{self.prefix}.{digits}"

    # --- what comes

    def take(self, call) -> None:
        """No session of ours."""

    def receive(self, peer: Peer, message: Message) -> None:
        """A message came."""
        if peer.address == self.peer.address:
            return
        if isinstance(message, Initiate):
            self._invited(peer, message)
        elif message.session != self.session_id:
            return
        elif isinstance(message, Accept | AcceptState):
            if isinstance(message, Accept) or peer.address in self.offered:
                if not isinstance(self.place, InRoom):
                    self.place = Direct(peer.address)
                self.is_in = True
                self._say(self._state(), ToPeer(peer.address))
        elif isinstance(message, Connect) and self.is_in:
            self.offered.add(peer.address)
            self._say(StateOffer(self.session_id, DESCRIPTION), ToPeer(peer.address))
        elif isinstance(message, Terminate):
            self.heard_ended.append(message.reason.value)
        elif isinstance(message, StrictMessage):
            self._on_edits(message)

    def _invited(self, peer: Peer, message: Initiate) -> None:
        if message.session == self.session_id:
            return
        self.asked.append((peer.address, message))
        if not isinstance(self.place, InRoom):
            self.place = Direct(peer.address)
        if self.says_yes:
            self.answer()

    def _on_edits(self, message: StrictMessage) -> None:
        if message.of_state:
            if self.is_in:
                return
            if message.prolog is not None:
                self.is_importing = True
            self._apply(message.ops)
            if message.last is not None:
                self.is_in, self.is_importing = True, False
                self.used |= dict.fromkeys(message.inside)
                self._repair()
            return
        if not self.is_in or message.id in self.used:
            return  # what comes before the document, or in the middle of it, is lost
        assert message.id
        self.used[message.id] = None
        self._apply(message.ops)
        self._repair()

    def _apply(self, ops, *, is_mine: bool = False) -> None:
        removed_here: set[str] = set()
        for op in ops:
            if isinstance(op, New):
                if op.rid not in self.records and op.rid not in self.gone:
                    self.records[op.rid] = Record(op)
                continue
            if not isinstance(op, Set | Remove):
                continue
            if op.rid in self.buried and not is_mine:
                raise CrashedError(f"{op} lies in a removed element")
            record = self.records.get(op.rid)
            if record is None:
                continue
            if isinstance(op, Set):
                if record.new.kind is Kind.ELEMENT:
                    assert op.name is None, "nothing is renamed"
                record.edits.append(op)
                continue
            del self.records[op.rid]
            self.gone.add(op.rid)
            removed_here.add(op.rid)
        for rid, record in self.records.items():
            if record.place()[0] in removed_here:
                self.buried.add(rid)

    def _repair(self) -> None:
        """Children of the root get an id; what lies in nothing goes."""
        ops: list[New | Remove] = []
        for rid, record in self.records.items():
            parent = record.place()[0]
            if parent and parent not in self.records and parent not in self.gone:
                ops.append(Remove(rid))
        if self.root:
            for record in self._kids(self.root):
                rid = record.new.rid
                if record.new.kind is Kind.ELEMENT and not self._has_id(rid):
                    ops.append(New(self.rid(), Kind.ATTRIBUTE, rid, 0.0, None, "id", "given"))
        self.repairs = ops
        if ops:
            self.edit(*ops)

    def _has_id(self, rid: str) -> bool:
        return any(
            r.new.kind is Kind.ATTRIBUTE and r.new.name == "id" and r.place()[0] == rid
            for r in self.records.values()
        )

    # --- what it shows

    @property
    def root(self) -> str:
        """The root element."""
        tops = [
            rid
            for rid, r in self.records.items()
            if r.place()[0] == "" and r.new.kind is Kind.ELEMENT
        ]
        return tops[0] if tops else ""

    def _kids(self, parent: str) -> list[Record]:
        kids = [
            r
            for r in self.records.values()
            if r.place()[0] == parent and r.new.kind is not Kind.ATTRIBUTE
        ]
        return sorted(kids, key=lambda r: (r.place()[1], r.new.rid))

    def tree(self, rid: str = "") -> object:
        """(rid, name, attributes, children) of the root, texts as they are."""
        rid = rid or self.root
        record = self.records[rid]
        if record.new.kind is not Kind.ELEMENT:
            return record.value()
        attributes: dict[str, tuple[str, str]] = {}
        for r in self.records.values():
            if r.new.kind is Kind.ATTRIBUTE and not r.new.ns and r.place()[0] == rid:
                held = attributes.get(r.new.name)
                if held is None or held[0] < r.new.rid:
                    attributes[r.new.name] = (r.new.rid, r.value())
        shown = tuple(sorted((n, v) for n, (_, v) in attributes.items() if ":" not in n))
        kids = tuple(self.tree(kid.new.rid) for kid in self._kids(rid))
        return (rid, record.new.name, shown, kids)

    # --- sending

    def _state(self) -> StrictMessage:
        ops: list[New | Set] = []
        waiting = [""]
        while waiting:
            parent = waiting.pop()
            for rid, record in self.records.items():
                if record.place()[0] != parent:
                    continue
                ops.append(record.new)
                standing = record.standing
                for version in range(1, len(record.edits) + 1):
                    one = next((e for e in standing if e.version == version), None)
                    ops.append(Set(rid, version) if one is None else one)
                waiting.append(rid)
        return StrictMessage(
            self.session_id,
            str(uuid.uuid4()),
            tuple(ops),
            prolog="",
            last=("", ""),
            of_state=True,
            inside=frozenset(self.used),
        )

    def _say(self, message: Message, to) -> None:
        self.network.send(self, Send(to, message, store=isinstance(message, StrictMessage)))


def shown_tree(document, rid=None) -> object:
    """What one of our documents shows, in the form of `PsiModel.tree`."""
    rid = rid or document.root
    if document.kind(rid) is not Kind.ELEMENT:
        return document.text(rid)
    shown = tuple(sorted((n, v) for (ns, n), v in document.attributes(rid).items() if not ns))
    kids = tuple(shown_tree(document, kid) for kid in document.children(rid))
    return (rid, document.name(rid), shown, kids)
