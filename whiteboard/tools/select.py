"""The select tool: click, rubber band, move, resize, and the keys that work on a selection."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar

from whiteboard.editing.literals import transformed
from whiteboard.editing.ordering import Place
from whiteboard.model.ephemeral import MovePreview, PreviewEnd, ShapePreview
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import IDENTITY, SVG_NS, Matrix, Rect
from whiteboard.svg.transform import translation
from whiteboard.tools.context import (
    HANDLE_RADIUS,
    HANDLE_RADIUS_TOUCH,
    HIT_MARGIN,
    ToolContext,
    held_after,
    is_drag,
)
from whiteboard.tools.events import Button, Device, KeyEvent, Modifiers, Phase, PointerEvent
from whiteboard.tools.ports import Feedback, HandleFrame
from whiteboard.tools.reading import reading_order
from whiteboard.tools.snapping import to_axis
from whiteboard.tools.state import State, Tool

HANDLES = {
    "nw": (0.0, 0.0), "ne": (1.0, 0.0), "se": (1.0, 1.0), "sw": (0.0, 1.0),
    "n": (0.5, 0.0), "e": (1.0, 0.5), "s": (0.5, 1.0), "w": (0.0, 0.5),
}  # fmt: skip
"""Name -> place in the frame; corners first, because they win where handles meet."""
_NUDGES = {"Left": (-1.0, 0.0), "Right": (1.0, 0.0), "Up": (0.0, -1.0), "Down": (0.0, 1.0)}
_ORDER = {
    "PageUp": Place.FORWARD,
    "PageDown": Place.BACKWARD,
    "Home": Place.FRONT,
    "End": Place.BACK,
}
_SHARED_COPIES = 20
"""Up to so many copies that are being dragged are shown to others; more would be slow to send."""


class SelectTool(Tool):
    """Choose things and arrange them.

    Attributes:
        entered: a group whose members are picked instead of it, after a double click.
        edit_text: begins to write in a text; the tool box sets it.
    """

    name = "select"

    def __init__(self, context: ToolContext) -> None:
        self.entered: Rid | None = None
        self._framed: tuple[tuple[Rid, ...], Rect | None] | None = None
        self.edit_text: Callable[[Rid, tuple[float, float] | None], bool] = lambda _rid, _at: False
        super().__init__(context)

    def idle(self) -> State[Tool]:
        """Waiting for a press or a key."""
        return Idle(self)

    def frame(self) -> Rect | None:
        """The box around what is selected; kept until something changes, for every move asks."""
        rids = self.context.editor.selection.rids
        if self._framed is None or self._framed[0] != rids:
            boxes = [self.context.geometry.shape_bounds(rid) for rid in rids]
            self._framed = (rids, _union([box for box in boxes if box is not None]))
        return self._framed[1]

    def geometry_changed(self) -> None:
        """The frame is measured again when it is next asked for."""
        self._framed = None

    def pick(self, event: PointerEvent) -> Rid | None:
        """The thing at the pointer; with Ctrl the element itself, not its group."""
        geometry = self.context.geometry
        for margin in (1.0, HIT_MARGIN):  # what is really there wins over what is near
            hits = geometry.hits(event.x, event.y, self.context.units(margin))
            if hits:
                return self._thing(hits[0], deep=event.modifiers.ctrl)
        return None

    def _thing(self, rid: Rid, *, deep: bool) -> Rid:
        editor = self.context.editor
        return editor.element_of(rid) if deep else editor.outermost(rid, self.entered)

    def inside(self, rect: Rect, *, touch: bool) -> tuple[Rid, ...]:
        """Things that meet the rectangle, or lie in it with all that they paint."""
        editor = self.context.editor
        found = dict.fromkeys(self.context.geometry.inside(rect, touch=touch))
        things = dict.fromkeys(editor.outermost(rid, self.entered) for rid in found)
        if touch:
            return tuple(things)
        return tuple(
            thing
            for thing in things
            if thing in found or all(leaf in found for leaf in editor.leaves((thing,)))
        )

    def handle_at(self, event: PointerEvent) -> str | None:
        """The name of the handle at the pointer."""
        frame = self.frame()
        if frame is None or not any(
            map(self.context.editor.can_edit, self.context.editor.selection)
        ):
            return None
        is_touch = event.device is Device.TOUCH
        radius = self.context.units(HANDLE_RADIUS_TOUCH if is_touch else HANDLE_RADIUS)
        for name, (fx, fy) in HANDLES.items():
            if (fx == 0.5 and frame.width < 3 * radius) or (
                fy == 0.5 and frame.height < 3 * radius
            ):
                continue  # no room between the corners
            x, y = frame.x + fx * frame.width, frame.y + fy * frame.height
            if abs(event.x - x) <= radius and abs(event.y - y) <= radius:
                return name
        return None

    def standing(self, cursor: str = "arrow", *extra: Rid) -> Feedback:
        """The selection as it is shown when nothing moves."""
        frame = self.frame()
        rids = self.context.editor.selection.rids
        outlines = (rids if len(rids) > 1 else ()) + extra
        shown = None
        if frame is not None:
            may_change = any(map(self.context.editor.can_edit, rids))
            shown = HandleFrame(frame) if may_change else HandleFrame(frame, ())
        return Feedback(frame=shown, outlines=outlines, cursor=cursor)


def _union(boxes: Sequence[Rect]) -> Rect | None:
    if not boxes:
        return None
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Rect(
        x,
        y,
        max(box.x + box.width for box in boxes) - x,
        max(box.y + box.height for box in boxes) - y,
    )


def _contains(rect: Rect | None, event: PointerEvent) -> bool:
    return (
        rect is not None
        and rect.x <= event.x <= rect.x + rect.width
        and rect.y <= event.y <= rect.y + rect.height
    )


class Idle(State[SelectTool]):
    """Nothing is pressed."""

    name = "idle"
    is_idle: ClassVar[bool] = True

    def __init__(self, tool: SelectTool) -> None:
        super().__init__(tool)
        self._cursor = "arrow"
        self._is_nudging = False

    def pointer(self, event: PointerEvent) -> bool:
        """A press on a handle, a thing or nothing; a second press goes into it."""
        if event.phase is Phase.HOVER:
            handle = self.tool.handle_at(event)
            self._cursor = handle or ("move" if _contains(self.tool.frame(), event) else "arrow")
            return True
        if event.button is not Button.PRIMARY:
            return False
        if event.phase is Phase.DOUBLE and self._go_into(event):
            return True
        if event.phase in (Phase.DOWN, Phase.DOUBLE):
            handle = self.tool.handle_at(event)
            target = None if handle else self.tool.pick(event)
            self.tool.go(Pointing(self.tool, event, target, handle))
            return True
        return False

    def _go_into(self, event: PointerEvent) -> bool:
        target = self.tool.pick(event)
        if target is None:
            return False
        editor = self.context.editor
        if editor.document.name(target) == "text":
            return self.tool.edit_text(target, (event.x, event.y))
        if editor.document.name(target) == "g":
            self.tool.entered = target
            inner = self.tool.pick(event)
            if inner is not None:
                editor.selection.set((inner,))
            return True
        return False

    def key(self, event: KeyEvent) -> bool:
        """Move, remove, walk, order, enter."""
        if not event.pressed or event.modifiers.ctrl or event.modifiers.alt:
            return False
        editor = self.context.editor
        if event.key in ("Tab", "Backtab"):
            return self._walk(-1 if event.modifiers.shift or event.key == "Backtab" else 1)
        if not len(editor.selection):
            return False
        if event.key in _NUDGES:
            step = 10.0 if event.modifiers.shift else 1.0
            dx, dy = _NUDGES[event.key]
            moved = editor.transform(editor.selection, translation(dx * step, dy * step), "Move")
            if moved and event.repeat and self._is_nudging:
                editor.undo_stack.fold()  # a key held down is one step
            self._is_nudging = moved
            return True
        self._is_nudging = False
        if event.key in ("Delete", "Backspace"):
            editor.delete(editor.selection)
            return True
        if event.key in _ORDER:
            editor.order(editor.selection, _ORDER[event.key])
            return True
        return event.key in ("Return", "Enter") and self._enter()

    def _enter(self) -> bool:
        editor = self.context.editor
        if len(editor.selection) != 1:
            return False
        rid = editor.selection.rids[0]
        if editor.document.name(rid) == "text":
            return self.tool.edit_text(rid, None)
        members = editor.things(rid) if editor.document.name(rid) == "g" else ()
        if not members:
            return False
        self.tool.entered = rid
        editor.selection.set(members[:1])
        return True

    def _walk(self, step: int) -> bool:
        editor = self.context.editor
        order = reading_order(editor.things(self.tool.entered), self.context.geometry.bounds)
        if not order:
            return False
        selected = editor.selection.rids
        if selected and selected[-1] in order:
            index = (order.index(selected[-1]) + step) % len(order)
        else:
            index = 0 if step > 0 else len(order) - 1
        editor.selection.set((order[index],))
        return True

    def cancel(self) -> bool:
        """Out of the group that was entered, then to no selection."""
        editor = self.context.editor
        group, self.tool.entered = self.tool.entered, None
        if group is not None and editor.document.is_visible(group):
            editor.selection.set((group,))
            return True
        if not len(editor.selection):
            return False
        editor.selection.clear()
        return True

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """A group that is gone cannot be inside of."""
        if self.tool.entered in gone:
            self.tool.entered = None

    def feedback(self) -> Feedback:
        """The selection with its handles."""
        return self.tool.standing(self._cursor)


class Pointing(State[SelectTool]):
    """Pressed: a click if it is released here, else a drag of what was pressed."""

    name = "pointing"

    def __init__(
        self, tool: SelectTool, start: PointerEvent, target: Rid | None, handle: str | None
    ) -> None:
        super().__init__(tool)
        self._start = start
        self._target = target
        self._handle = handle

    def pointer(self, event: PointerEvent) -> bool:
        """Wait for a drag or a click."""
        if event.phase is Phase.MOVE and is_drag(self._start, event):
            self._drag(event)
        elif event.phase is Phase.UP:
            self._click()
            self.tool.rest()
        elif event.phase is Phase.CANCEL:
            self.cancel()
        return True

    def _drag(self, event: PointerEvent) -> None:
        state: State[SelectTool]
        selection = self.context.editor.selection
        if self._handle is not None:
            state = Resizing(self.tool, self._start, self._handle)
        elif self._target is None and not _contains(self.tool.frame(), self._start):
            state = Brushing(self.tool, self._start)
        else:
            if self._target is not None and self._target not in selection:
                if self._start.modifiers.shift:
                    selection.add((self._target,))
                else:
                    selection.set((self._target,))
            state = Translating(self.tool, self._start)
        self.tool.go(state)
        state.pointer(event)

    def _click(self) -> None:
        if self._handle is not None:
            return
        selection = self.context.editor.selection
        if self._start.modifiers.shift:
            if self._target is not None:
                selection.toggle(self._target)
        elif self._target is not None:
            selection.set((self._target,))
        else:
            self.tool.entered = None
            selection.clear()

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """What was pressed is gone: nothing was pressed."""
        if self._target in gone or (self._handle and not len(self.context.editor.selection)):
            self.tool.rest()

    def feedback(self) -> Feedback:
        """The selection, and what would be selected."""
        extra = (self._target,) if self._target is not None else ()
        return self.tool.standing(self._handle or "arrow", *extra)


class Brushing(State[SelectTool]):
    """A rubber band: to the right what lies in it, to the left what it touches."""

    name = "brushing"

    def __init__(self, tool: SelectTool, start: PointerEvent) -> None:
        super().__init__(tool)
        self._start = start
        self._rect = Rect(start.x, start.y, 0, 0)
        self._found: tuple[Rid, ...] = ()

    def pointer(self, event: PointerEvent) -> bool:
        """Stretch the band; select at the end."""
        if event.phase is Phase.CANCEL:
            self.cancel()
        elif event.phase in (Phase.MOVE, Phase.UP):
            x, y = self._start.x, self._start.y
            self._rect = Rect(min(x, event.x), min(y, event.y), abs(event.x - x), abs(event.y - y))
            self._found = self.tool.inside(self._rect, touch=event.x < x)
            if event.phase is Phase.UP:
                selection = self.context.editor.selection
                kept = selection.rids if self._start.modifiers.shift else ()
                found = self._found
                self.tool.rest()
                selection.set((*kept, *found))
        return True

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """What is gone is not selected later."""
        self._found = tuple(rid for rid in self._found if rid not in gone)

    def feedback(self) -> Feedback:
        """The band and what it holds."""
        return Feedback(marquee=self._rect, outlines=self._found)


class _Moving(State[SelectTool]):
    """What moving and resizing share: things shown transformed until the pointer is released."""

    label: ClassVar[str]

    def __init__(self, tool: SelectTool, start: PointerEvent) -> None:
        super().__init__(tool)
        editor = self.context.editor
        self._rids = tuple(rid for rid in editor.selection if editor.can_edit(rid))
        self._start = start
        self._at = (start.x, start.y)
        self._held = start.modifiers
        self._matrix = IDENTITY
        self._preview = self.context.ids()

    def enter(self) -> None:
        """Others read what is done."""
        self.tool.doing = "moving"

    def matrix(self, x: float, y: float, held: Modifiers) -> Matrix:
        """What the drag to this point means."""
        raise NotImplementedError

    def pointer(self, event: PointerEvent) -> bool:
        """Follow; write at the end."""
        if event.phase is Phase.CANCEL:
            self.cancel()
        elif event.phase in (Phase.MOVE, Phase.UP):
            self._follow((event.x, event.y), event.modifiers)
            if event.phase is Phase.UP:
                self.commit()
                self.tool.rest()
        return True

    def key(self, event: KeyEvent) -> bool:
        """Shift and Alt count at once."""
        held = held_after(event)
        if held != self._held:
            self._follow(self._at, held)
        return True

    def _follow(self, at: tuple[float, float], held: Modifiers) -> None:
        self._at, self._held = at, held
        self._matrix = self.matrix(*at, held)
        self.tell()

    def tell(self) -> None:
        """Show it to others."""
        if self._rids:
            what = MovePreview(self._preview, self._rids, self._matrix)
            self.context.broadcast.tell(what)

    def commit(self) -> None:
        """Write it."""
        self.context.editor.transform(self._rids, self._matrix, self.label)

    def exit(self) -> None:
        """Others stop seeing the preview."""
        self.tool.doing = ""
        self.context.broadcast.tell(PreviewEnd(self._preview))

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """Go on with what is left, if anything."""
        self._rids = tuple(rid for rid in self._rids if rid not in gone)
        if not self._rids:
            self.tool.rest()


class Translating(_Moving):
    """Things follow the pointer; Alt leaves them and moves copies, Shift keeps to one axis."""

    name = "translating"
    label = "Move"

    def matrix(self, x: float, y: float, held: Modifiers) -> Matrix:
        """A translation."""
        dx, dy = x - self._start.x, y - self._start.y
        if held.shift:
            dx, dy = to_axis(dx, dy)
        return translation(dx, dy)

    def tell(self) -> None:
        """Copies are shown as the shapes that they will be."""
        if not self._held.alt:
            super().tell()
        elif len(self._rids) <= _SHARED_COPIES:
            self.context.broadcast.tell(ShapePreview(self._preview, self._copies()))

    def commit(self) -> None:
        """Move, or copy."""
        if self._held.alt and self._matrix != IDENTITY:
            self.context.editor.duplicate_by(self._rids, self._matrix)
        else:
            super().commit()

    def _copies(self) -> LiteralElement:
        originals = self.context.editor.copy(self._rids)
        return transformed(LiteralElement(SVG_NS, "g", (), originals), self._matrix)

    def feedback(self) -> Feedback:
        """The things where they will be."""
        if self._held.alt:
            return Feedback(shapes=(self._copies(),), cursor="move")
        return Feedback(moved=dict.fromkeys(self._rids, self._matrix), cursor="move")


class Resizing(_Moving):
    """A handle follows the pointer; Shift keeps proportions, Alt the centre."""

    name = "resizing"
    label = "Resize"

    def __init__(self, tool: SelectTool, start: PointerEvent, handle: str) -> None:
        super().__init__(tool, start)
        self._handle = handle
        self._frame = tool.frame() or Rect(start.x, start.y, 0, 0)

    def matrix(self, x: float, y: float, held: Modifiers) -> Matrix:
        """A scaling about the opposite handle or the centre."""
        fx, fy = HANDLES[self._handle]
        frame = self._frame
        reach_x = (fx - 0.5) * frame.width * (1 if held.alt else 2)
        reach_y = (fy - 0.5) * frame.height * (1 if held.alt else 2)
        smallest = self.context.units(1)
        sx = _factor(reach_x, x - self._start.x, smallest)
        sy = _factor(reach_y, y - self._start.y, smallest)
        if held.shift:
            sx, sy = _proportional(sx, sy, bool(reach_x), bool(reach_y))
        anchor_x = frame.x + frame.width * (0.5 if held.alt else 1 - fx)
        anchor_y = frame.y + frame.height * (0.5 if held.alt else 1 - fy)
        return (sx, 0.0, 0.0, sy, anchor_x - sx * anchor_x, anchor_y - sy * anchor_y)

    def feedback(self) -> Feedback:
        """The things as they will be."""
        return Feedback(moved=dict.fromkeys(self._rids, self._matrix), cursor=self._handle)


def _factor(reach: float, moved: float, smallest: float) -> float:
    """By how much a side grows whose handle is `reach` away from what stays."""
    if reach == 0:
        return 1.0
    factor = (reach + moved) / reach
    least = min(1.0, smallest / abs(reach))  # never flat: that could not be undone by dragging
    return factor if abs(factor) >= least else math.copysign(least, factor)


def _proportional(sx: float, sy: float, has_x: bool, has_y: bool) -> tuple[float, float]:
    if has_x and has_y:
        size = max(abs(sx), abs(sy))
        return math.copysign(size, sx), math.copysign(size, sy)
    size = abs(sx) if has_x else abs(sy)
    return (sx, size) if has_x else (size, sy)
