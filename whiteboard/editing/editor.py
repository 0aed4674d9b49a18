"""What tools, menus and keys ask for: one call = one transaction = one step of undo.

The editor knows the document and the selection; it knows no pointer, no window and no network.
Elements that may not be edited are left out of a request without a word; who asks shows beforehand
what cannot be done (`can_edit`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

from whiteboard.editing import describing, ordering, shapes, transforms
from whiteboard.editing.literals import FreshIds, literal_of, transformed
from whiteboard.editing.ordering import Place
from whiteboard.editing.parts import adding
from whiteboard.editing.selection import Selection
from whiteboard.editing.slices import in_transactions
from whiteboard.editing.steps import AT_ONCE
from whiteboard.editing.style import Style, declarations, without
from whiteboard.editing.undo import UndoStack
from whiteboard.editing.undo_strict import StrictUndo
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.model.rights import Obstacle
from whiteboard.model.shared import SharedDocument, SharedTransaction
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.transaction import renamed
from whiteboard.svg.plan import IDENTITY, SVG_NS, Matrix
from whiteboard.svg.transform import (
    format_transform,
    invert,
    multiply,
    parse_transform,
    translation,
)
from whiteboard.util.event import Event

INKSCAPE_NS = "http://www.inkscape.org/namespaces/inkscape"
_UNSEEN = {
    *("defs", "style", "metadata", "title", "desc", "marker", "symbol", "clipPath", "mask"),
    *("pattern", "linearGradient", "radialGradient", "filter", "script", "namedview"),
}
"""Children that are no things: nobody sees or picks them."""
_CONTAINERS = {"g", "a", "switch"}
_INHERITED = (
    *("fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity"),
    *("stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset"),
    *("stroke-miterlimit", "font-family", "font-size", "font-weight", "font-style", "text-anchor"),
)


def _steps(document: SharedDocument) -> UndoStack | StrictUndo:
    """What undoes a person's work by the rules of the document.

    Raises:
        TypeError: there are no such rules.
    """
    if isinstance(document, StrictDocument):
        return StrictUndo(document)
    if isinstance(document, Document):
        return UndoStack(document)
    raise TypeError(f"no undo for {type(document)}")


class Editor:
    """A person's hands on one document.

    Attributes:
        selection: what is selected; it forgets what leaves the document.
        style: how the next thing looks; kept by whoever shows the options.
        undo_stack: this person's steps.
        may_edit: the seam for rights, locks and marks; answers for an element or, for a new one,
            for the parent it would get.
        parent_to_root: from the space of an element's `transform` to the root's; the canvas's
            geometry may take its place.
        layer: where new things go; None = the root.
        committed: every commit of the document, also after `follow`.
    """

    def __init__(self, document: SharedDocument) -> None:
        self.document = document
        self.selection = Selection()
        self.style = Style()
        self.undo_stack = _steps(document)
        self.may_edit: Callable[[Rid], bool] = lambda _rid: True
        self.parent_to_root: Callable[[Rid], Matrix] = lambda rid: transforms.parent_to_root(
            self.document, rid
        )
        self.layer: Rid | None = None
        self.committed: Event[Commit] = Event()
        self._forget = document.on_commit.subscribe(self._on_commit)

    def close(self) -> None:
        """The document is not watched any more."""
        self._forget()

    def follow(self, document: SharedDocument) -> None:
        """Edit another document from now on: the board was shared, or another one was joined.

        What is selected stays so, and steps can still be undone, where the new document is a copy
        of the old one.
        """
        old = self.document.replica
        self._forget()
        self.document = document
        self._forget = document.on_commit.subscribe(self._on_commit)
        if isinstance(self.undo_stack, UndoStack) and isinstance(document, Document):
            self.undo_stack.follow(document)
        else:  # the rules differ: what was done by the others cannot be undone by these
            self.undo_stack.close()
            self.undo_stack = _steps(document)
        now = [renamed(rid, old, document.replica) for rid in self.selection]
        self.selection.set(rid for rid in now if document.is_visible(rid))
        if self.layer is not None:
            self.layer = renamed(self.layer, old, document.replica)

    def _on_commit(self, commit: Commit) -> None:
        changes = commit.changes
        if changes.reset or changes.removed:
            self.selection.set(rid for rid in self.selection if self.document.is_visible(rid))
        self.committed.emit(commit)

    # -- questions

    def can_edit(self, rid: Rid) -> bool:
        """Whether this person may change the element now."""
        is_free = self.document.is_visible(rid) and self.may_edit(rid)
        return is_free and self.why_not(rid) is None

    def why_not(self, rid: Rid = DOCUMENT, *, moves: bool = False) -> Obstacle | None:
        """What keeps this person from changing the element; None: no right or mark does.

        Args:
            rid: The element; DOCUMENT: the board as a whole.
            moves: It is to be deleted, or to get another place.
        """
        return self.document.obstacle(rid, moves=moves)

    def can_move(self, rid: Rid) -> bool:
        """Whether this person may delete the element, or give it another place."""
        return self.can_edit(rid) and self.why_not(rid, moves=True) is None

    @property
    def target(self) -> Rid | None:
        """The element that new things are put into; None if nothing can be put anywhere."""
        layer = self.layer
        if layer is None or not self.document.is_visible(layer):
            layer = self.document.root
        return layer if layer is not None and self.can_edit(layer) else None

    def describe(self, rid: Rid) -> str:
        """What the element is, for people: 'Rectangle, blue'."""
        return describing.describe(self.document, rid)

    def is_layer(self, rid: Rid) -> bool:
        """Whether it is a layer: a group that people see as a sheet, not as a thing."""
        return self.document.attribute(rid, "groupmode", INKSCAPE_NS) == "layer"

    def outermost(self, rid: Rid, within: Rid | None = None) -> Rid:
        """The thing that a click on this element means: its outermost group below root or layer.

        Inside the group `within`, which was entered, its member is meant.
        """
        thing = rid
        parent = self.document.parent(rid)
        while parent is not None and parent not in (self.document.root, within):
            if self.is_layer(parent) or not self.document.is_visible(parent):
                break
            if self.document.name(parent) in _CONTAINERS or self._is_text_part(thing):
                thing = parent
            parent = self.document.parent(parent)
        return thing

    def element_of(self, rid: Rid) -> Rid:
        """The element itself, or the text that it is a part of."""
        parent = self.document.parent(rid)
        while self._is_text_part(rid) and parent is not None:
            rid, parent = parent, self.document.parent(parent)
        return rid

    def _is_text_part(self, rid: Rid) -> bool:
        return self.document.name(rid) in ("tspan", "textPath")

    def things(self, parent: Rid | None = None) -> tuple[Rid, ...]:
        """All that can be selected under root and layers, bottom first."""
        document = self.document
        parent = document.root if parent is None else parent
        if parent is None:
            return ()
        out: list[Rid] = []
        for child in document.children(parent):
            if document.kind(child) is not Kind.ELEMENT or document.name(child) in _UNSEEN:
                continue
            if self.is_layer(child):
                out.extend(self.things(child))
            else:
                out.append(child)
        return tuple(out)

    def _movable(self, rids: Iterable[Rid]) -> tuple[Rid, ...]:
        return tuple(rid for rid in rids if self.can_move(rid))

    def everything(self) -> frozenset[Rid]:
        """Every visible record but attributes."""
        found: set[Rid] = set()
        waiting = [self.document.root] if self.document.root is not None else []
        while waiting:
            rid = waiting.pop()
            found.add(rid)
            waiting.extend(self.document.children(rid))
        return frozenset(found)

    def leaves(self, rids: Iterable[Rid]) -> tuple[Rid, ...]:
        """The elements themselves, groups replaced by what is in them."""
        out: list[Rid] = []
        for rid in rids:
            if self.document.name(rid) in _CONTAINERS:
                out.extend(self.leaves(self.things(rid)))
            else:
                out.append(rid)
        return tuple(out)

    def _editable(self, rids: Iterable[Rid]) -> tuple[Rid, ...]:
        return tuple(rid for rid in rids if self.can_edit(rid))

    # -- making and removing

    def create(self, element: LiteralElement, label: str) -> Rid | None:
        """Put a new element on top; None if nothing may be put there."""
        made = self.create_all((element,), label)
        return made[0] if made else None

    def create_all(self, elements: Sequence[LiteralElement], label: str) -> tuple[Rid, ...]:
        """Put new elements on top, in root units, in one step."""
        target = self.target
        if target is None or not elements:
            return ()
        placed = [self._into(target, element) for element in elements]
        with self.document.transact(Origin.LOCAL, label) as transaction:
            return tuple(transaction.add(target, element) for element in placed)

    def _into(self, target: Rid, element: LiteralElement) -> LiteralElement:
        """The element, given in root units, as a child of `target`."""
        back = invert(self._inner_to_root(target))
        return element if back is None else transformed(element, back)

    def _inner_to_root(self, parent: Rid) -> Matrix:
        """From the space of an element's children to the root's."""
        if parent == self.document.root:
            return IDENTITY
        own = parse_transform(self.document.attribute(parent, "transform")) or IDENTITY
        return multiply(self.parent_to_root(parent), own)

    def create_arrow(self, x1: float, y1: float, x2: float, y2: float, style: Style) -> Rid | None:
        """Put a new arrow on top, with the marker of its head if this person has none yet."""
        target = self.target
        if target is None:
            return None
        marker, is_new = self._arrow_marker(style.colour)
        with self.document.transact(Origin.LOCAL, "Arrow") as transaction:
            if is_new:
                self._add_marker(transaction, marker, style.colour)
            element = shapes.arrow(x1, y1, x2, y2, style, marker)
            return transaction.add(target, self._into(target, element))

    def _arrow_marker(self, colour: str) -> tuple[str, bool]:
        """The id for an own marker of this colour, and whether it must be made.

        An own one, because its author's undo takes a marker away: it must not be the head of
        somebody else's arrow. Own steps are undone in reverse order, so an own one outlives its
        arrows.
        """
        document = self.document
        wanted = shapes.arrow_marker_id(colour)
        id_, number = wanted, 1
        while (rid := document.by_id(id_)) is not None:
            if rid.startswith(f"{document.replica}.") and document.name(rid) == "marker":
                return id_, False
            number += 1
            id_ = f"{wanted}-{number}"
        return id_, True

    def _add_marker(self, transaction: SharedTransaction, id_: str, colour: str) -> None:
        transaction.add(self._defs(transaction), shapes.arrow_marker(id_, colour))

    def _defs(self, transaction: SharedTransaction) -> Rid:
        document = self.document
        root = document.root
        assert root is not None
        children = document.children(root)
        for child in children:
            own = child.startswith(f"{document.replica}.")
            if own and document.kind(child) is Kind.ELEMENT and document.name(child) == "defs":
                return child
        return transaction.add(
            root, LiteralElement(SVG_NS, "defs"), before=children[0] if children else None
        )

    def delete(self, rids: Iterable[Rid], label: str = "Delete") -> None:
        """Move the elements to the trash."""
        doomed = self._movable(rids)
        if not doomed:
            return
        with self.document.transact(Origin.LOCAL, label) as transaction:
            for rid in doomed:
                if self.document.is_visible(rid):
                    transaction.trash(rid)

    # -- copies

    def copy(self, rids: Iterable[Rid] | None = None) -> tuple[LiteralElement, ...]:
        """The elements (the selected ones by default) as values in root units, bottom first."""
        chosen = self.in_order(self.selection if rids is None else rids)
        return tuple(
            transformed(literal_of(self.document, rid), self.parent_to_root(rid)) for rid in chosen
        )

    def paste(
        self, elements: Sequence[LiteralElement], dx: float = 0.0, dy: float = 0.0
    ) -> tuple[Rid, ...]:
        """Put copies on top, shifted, with ids nobody has, and select them."""
        return self._put_copies(elements, translation(dx, dy), "Paste")

    def duplicate(
        self, rids: Iterable[Rid] | None = None, dx: float = 10.0, dy: float = 10.0
    ) -> tuple[Rid, ...]:
        """Copy and paste at once, without the clipboard."""
        return self.duplicate_by(
            self.selection if rids is None else rids, translation(dx, dy), "Duplicate"
        )

    def duplicate_by(
        self, rids: Iterable[Rid], matrix: Matrix, label: str = "Duplicate"
    ) -> tuple[Rid, ...]:
        """Put transformed copies on top and select them."""
        return self._put_copies(self.copy(rids), matrix, label)

    def _put_copies(
        self, elements: Sequence[LiteralElement], matrix: Matrix, label: str
    ) -> tuple[Rid, ...]:
        work = self.pasting(elements, matrix, label, at_once=None)
        try:
            next(work)
        except StopIteration as end:
            return tuple(end.value)
        raise AssertionError("one transaction is all")

    def pasting(
        self,
        elements: Sequence[LiteralElement],
        matrix: Matrix,
        label: str = "Paste",
        *,
        at_once: int | None = AT_ONCE,
    ) -> Generator[float, None, tuple[Rid, ...]]:
        """Put transformed copies on top, with ids nobody has, and select them, part by part.

        Args:
            elements: In root units, bottom first.
            matrix: In root units.
            label: Name of the one step of undo.
            at_once: Nodes that are looked at in one transaction; None = all.

        Yields:
            The share that is done, 0 to 1. Who closes the generator leaves the rest out.

        Returns:
            The records of the copies.
        """
        target = self.target
        if target is None or not elements:
            return ()
        made: list[Rid] = []
        ids = FreshIds(lambda id_: self.document.by_id(id_) is not None)

        # Who has an id is not known quickly while a transaction is open.
        for element in elements:
            for _ in ids.collect(element):
                if at_once is not None and ids.seen % at_once == 0:
                    yield 0.0

        def steps(transaction: Callable[[], SharedTransaction]) -> Iterator[None]:
            return self._copying(transaction, target, elements, matrix, ids, made)

        yield from in_transactions(self.document, label, steps, 2 * ids.seen, at_once)
        self.selection.set(made)
        return tuple(made)

    def _copying(
        self,
        transaction: Callable[[], SharedTransaction],
        target: Rid,
        elements: Sequence[LiteralElement],
        matrix: Matrix,
        ids: FreshIds,
        made: list[Rid],
    ) -> Iterator[None]:
        document = self.document
        for element in elements:
            if not document.is_visible(target):
                return  # somebody took away what it was to be put into
            placed = self._into(target, element)
            rid = yield from adding(transaction, target, placed, ids.renamed)
            if matrix != IDENTITY:
                space = self._inner_to_root(target)
                transforms.apply_matrix(transaction(), document, rid, matrix, space)
            made.append(rid)
            yield

    # -- changing

    def transform(self, rids: Iterable[Rid], matrix: Matrix, label: str = "Move") -> bool:
        """Transform the elements by a matrix in root units; False if nothing may be moved."""
        moved = self._editable(rids)
        if not moved or matrix == IDENTITY:
            return False
        with self.document.transact(Origin.LOCAL, label) as transaction:
            for rid in moved:
                transforms.apply_matrix(
                    transaction, self.document, rid, matrix, self.parent_to_root(rid)
                )
        return True

    def set_style(
        self, rids: Iterable[Rid], values: Mapping[str, str | None], label: str = "Style"
    ) -> None:
        """Set presentation attributes (None takes one away) on the elements, groups' members too.

        A property that the `style` attribute sets goes from there, or it would win.
        """
        self._restyle(dict.fromkeys(self.leaves(rids), values), label)

    def _restyle(self, wanted: Mapping[Rid, Mapping[str, str | None]], label: str) -> None:
        changed = {rid: values for rid, values in wanted.items() if values and self.can_edit(rid)}
        if not changed:
            return
        heads = {rid: self._new_head(rid, values.get("stroke")) for rid, values in changed.items()}
        made: set[str] = set()
        with self.document.transact(Origin.LOCAL, label) as transaction:
            for rid, values in changed.items():
                self._set_style(transaction, rid, values)
                head = heads[rid]
                if head is None:
                    continue
                marker, is_new = head
                if is_new and marker not in made:
                    self._add_marker(transaction, marker, values["stroke"] or "")
                    made.add(marker)
                transaction.set_attribute(rid, "marker-end", f"url(#{marker})")

    def _new_head(self, rid: Rid, colour: str | None) -> tuple[str, bool] | None:
        """The head that an arrow needs in its new colour: id, and whether it must be made."""
        head = self.document.attribute(rid, "marker-end") or ""
        if not colour or not colour.startswith("#") or not head.startswith("url(#arrow-"):
            return None
        return self._arrow_marker(colour)

    def _set_style(
        self, transaction: SharedTransaction, rid: Rid, values: Mapping[str, str | None]
    ) -> None:
        document = self.document
        style = document.attribute(rid, "style")
        if style is not None and (kept := without(style, values.keys())) != style:
            transaction.set_attribute(rid, "style", kept or None)
        for name, value in values.items():
            if document.attribute(rid, name) != value:
                transaction.set_attribute(rid, name, value)

    def set_colour(self, rids: Iterable[Rid], colour: str) -> None:
        """Give the elements another main colour: of the outline, or of the letters of a text."""
        values = {rid: {self.main_paint(rid): colour} for rid in self.leaves(rids)}
        self._restyle(values, "Colour")

    def main_paint(self, rid: Rid) -> str:
        """The property that people call an element's colour: `stroke` or `fill`.

        The letters of a text are filled, and so is a pen's stroke whose width follows the pressure:
        a path that says it has no stroke.
        """
        document = self.document
        if document.name(rid) == "text":
            return "fill"
        if document.name(rid) != "path":
            return "stroke"
        styled = declarations(document.attribute(rid, "style") or "")
        stroke = styled.get("stroke") or document.attribute(rid, "stroke") or ""
        return "fill" if stroke.strip() == "none" else "stroke"

    def order(self, rids: Iterable[Rid], place: Place) -> None:
        """Bring the elements to the front or back, or one step that way, among their siblings."""
        moved = self._movable(self.in_order(rids))
        plan = ordering.plan(self.document, moved, place)
        if not plan:
            return
        with self.document.transact(Origin.LOCAL, ordering.LABELS[place]) as transaction:
            for rid, before in plan:
                parent = self.document.parent(rid)
                assert parent is not None
                transaction.move(rid, parent, before)

    def in_order(self, rids: Iterable[Rid]) -> tuple[Rid, ...]:
        """The elements bottom first, without those that stand inside another one of them."""
        return ordering.in_order(self.document, rids)

    # -- groups

    def group(self, rids: Iterable[Rid] | None = None) -> Rid | None:
        """Put the elements into a new group where the topmost of them stood, and select it."""
        members = self._movable(self.in_order(self.selection if rids is None else rids))
        if not members:
            return None
        document = self.document
        parent = document.parent(members[-1])
        assert parent is not None
        siblings = document.children(parent)
        after = siblings[siblings.index(members[-1]) + 1 :]
        back = invert(self._inner_to_root(parent))
        with document.transact(Origin.LOCAL, "Group") as transaction:
            group = transaction.add(
                parent, LiteralElement(SVG_NS, "g"), before=after[0] if after else None
            )
            for rid in members:
                if document.parent(rid) != parent and back is not None:
                    self._prefix(transaction, rid, multiply(back, self.parent_to_root(rid)))
                transaction.move(rid, group)
        self.selection.set((group,))
        return group

    def ungroup(self, rids: Iterable[Rid] | None = None) -> tuple[Rid, ...]:
        """Dissolve the groups among the elements and select what was in them."""
        document = self.document
        groups = [
            rid
            for rid in self._movable(self.in_order(self.selection if rids is None else rids))
            if document.name(rid) == "g"
        ]
        if not groups:
            return ()
        freed: list[Rid] = []
        with document.transact(Origin.LOCAL, "Ungroup") as transaction:
            for group in groups:
                freed.extend(self._dissolve(transaction, group))
        self.selection.set(freed)
        return tuple(freed)

    def _dissolve(self, transaction: SharedTransaction, group: Rid) -> list[Rid]:
        document = self.document
        parent = document.parent(group)
        assert parent is not None
        own = parse_transform(document.attribute(group, "transform")) or IDENTITY
        inherited = {
            name: value for name in _INHERITED if (value := document.attribute(group, name))
        }
        members = [c for c in document.children(group) if document.kind(c) is Kind.ELEMENT]
        for rid in members:
            self._prefix(transaction, rid, own)
            for name, value in inherited.items():
                if document.attribute(rid, name) is None:
                    transaction.set_attribute(rid, name, value)
            transaction.move(rid, parent, group)
        transaction.trash(group)
        return members

    def _prefix(self, transaction: SharedTransaction, rid: Rid, matrix: Matrix) -> None:
        if matrix == IDENTITY:
            return
        own = parse_transform(self.document.attribute(rid, "transform")) or IDENTITY
        text = format_transform(multiply(matrix, own), 2)
        transaction.set_attribute(rid, "transform", text or None)

    # -- the rest of the Edit menu

    def select_all(self) -> None:
        """Select all things under root and layers."""
        self.selection.set(self._editable(self.things()))

    @property
    def can_undo(self) -> bool:
        """Whether this person has a step to undo."""
        return self.undo_stack.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether this person has a step to redo."""
        return self.undo_stack.can_redo

    def undo(self) -> None:
        """Undo this person's newest step that still stands."""
        self.undo_stack.undo()

    def redo(self) -> None:
        """Do again what was undone last."""
        self.undo_stack.redo()
