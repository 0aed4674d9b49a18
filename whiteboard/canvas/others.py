"""Other people on the board: cursors, what they have selected, what they are drawing.

Cursors move smoothly over 80 ms, fade after 3 s of rest and vanish after 60 s (DESIGN sections 7
and 9). All of it keeps its size on the screen, except ink and shapes being drawn. Bounded, because
it comes from the net: so many people, previews each and points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from whiteboard.canvas import marks
from whiteboard.canvas.camera import Camera
from whiteboard.canvas.colours import hue_of, on_person, person_colour
from whiteboard.canvas.context import qcolour
from whiteboard.canvas.geometry import CanvasGeometry
from whiteboard.canvas.ink import MAX_POINTS, InkLayer
from whiteboard.canvas.overlay import Repaint, ink_colour
from whiteboard.canvas.palette import Palette
from whiteboard.canvas.preview import Preview
from whiteboard.canvas.scene import BoardScene
from whiteboard.model.ephemeral import (
    Cursor,
    CursorGone,
    Ephemeral,
    InkPreview,
    MovePreview,
    PreviewEnd,
    SelectionShown,
    ShapePreview,
)
from whiteboard.model.ids import Rid
from whiteboard.svg.bounds import union
from whiteboard.svg.plan import Matrix
from whiteboard.util.clock import Clock

SMOOTH = 0.08
IDLE, GONE = 3.0, 60.0
IDLE_OPACITY = 0.6
PREVIEW_OPACITY = 0.8
PREVIEW_LIFE = 10.0
"""Seconds after which a preview that nobody continues is dropped."""
ENDED_LIFE = 0.4
"""A preview that ended stays until the commit is there, but no longer than this."""
CROWD = 12
"""With more cursors they are dots."""
MAX_PEOPLE, MAX_PREVIEWS, MAX_SELECTED = 200, 16, 200
EDGE_DOT = 20.0
SIMILAR_HUE = 15.0


@dataclass(frozen=True)
class Person:
    """Somebody else; the colour comes from the address."""

    id: str
    name: str
    address: str


@dataclass
class _Preview:
    until: float
    ended: bool = False
    points: list[tuple[float, float, float]] = field(default_factory=list)
    colour: str = ""
    width: float = 0.0
    ink: InkLayer | None = None
    shape: Preview | None = None
    moved: dict[Rid, Matrix] = field(default_factory=dict)


@dataclass
class _Other:
    person: Person
    start: tuple[float, float] | None = None
    target: tuple[float, float] | None = None
    moved_at: float = -math.inf
    heard: float = -math.inf
    doing: str = ""
    selected: tuple[Rid, ...] = ()
    previews: dict[str, _Preview] = field(default_factory=dict)

    def place(self, now: float) -> tuple[float, float] | None:
        """Where the cursor is shown, user units."""
        if self.target is None or self.start is None:
            return None
        share = min(1.0, max(0.0, (now - self.moved_at) / SMOOTH))
        (x0, y0), (x1, y1) = self.start, self.target
        return (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)

    def opacity(self, now: float) -> float:
        """1 while active, 0.6 at rest, 0 when gone."""
        rest = now - self.heard
        if rest >= GONE:
            return 0.0
        return 1.0 if rest < IDLE else IDLE_OPACITY


class Others:
    """Everybody else on one board, as this view shows them."""

    def __init__(self, camera: Camera, scene: BoardScene, clock: Clock, repaint: Repaint) -> None:
        self._camera = camera
        self._scene = scene
        self._clock = clock
        self._repaint = repaint
        self._geometry = CanvasGeometry(scene)
        self._others: dict[str, _Other] = {}
        self._dots: list[tuple[QRectF, str]] = []
        self.cursors_shown = True
        self.woken: Callable[[], object] = lambda: None

    # What they tell -------------------------------------------------------------------------

    def receive(self, person: Person, what: Ephemeral) -> None:
        """Take in one ephemeral thing."""
        other = self._others.get(person.id)
        if other is None:
            if len(self._others) >= MAX_PEOPLE:
                return
            other = self._others[person.id] = _Other(person)
        other.person = person
        now = other.heard = self._clock.now()
        match what:
            case Cursor(x, y, doing):
                if math.isfinite(x) and math.isfinite(y):
                    other.start = other.place(now) or (x, y)
                    other.target, other.moved_at, other.doing = (x, y), now, doing[:40]
            case CursorGone():
                other.start = other.target = None
            case SelectionShown(rids):
                other.selected = rids[:MAX_SELECTED]
            case PreviewEnd(id):
                ended = other.previews.get(id)
                if ended is not None:
                    ended.ended, ended.until = True, now + ENDED_LIFE
            case InkPreview() | ShapePreview() | MovePreview():
                self._preview(other, what, now)
        self._repaint(None)
        self.woken()

    def _preview(
        self, other: _Other, what: InkPreview | ShapePreview | MovePreview, now: float
    ) -> None:
        preview = other.previews.get(what.id)
        if preview is None:
            if len(other.previews) >= MAX_PREVIEWS:
                return
            preview = other.previews[what.id] = _Preview(0.0)
        preview.until = now + PREVIEW_LIFE
        match what:
            case InkPreview():
                if what.start > len(preview.points) or not math.isfinite(what.width):
                    return  # a part between is missing; the next full one mends it
                points = [(x, y, 1.0) for x, y in what.points if math.isfinite(x + y)]
                del preview.points[max(0, what.start) :]
                preview.points.extend(points[: MAX_POINTS - len(preview.points)])
                preview.colour, preview.width = what.colour, min(1e4, abs(what.width))
                preview.ink = preview.ink or InkLayer(self._camera)
                self._draw_ink(preview)
            case ShapePreview():
                preview.shape = preview.shape or Preview(PREVIEW_OPACITY)
                preview.shape.show((what.element,), self._scene.context, self._scene.document)
            case MovePreview():
                preview.moved = dict.fromkeys(what.rids[:MAX_SELECTED], what.matrix)
                self._show_moved(other)

    def _draw_ink(self, preview: _Preview) -> None:
        if preview.ink is not None and preview.points:
            colour = ink_colour(preview.colour, self._scene.context)
            preview.ink.show(preview.points, colour, preview.width, PREVIEW_OPACITY)

    def _show_moved(self, other: _Other) -> None:
        moved: dict[Rid, Matrix] = {}
        for preview in other.previews.values():
            moved.update(preview.moved)
        self._scene.show_moved(moved, f"~{other.person.id}")

    def people_are(self, people: Iterable[Person]) -> None:
        """Who is on the board; what is known of anybody else goes."""
        known = {person.id: person for person in people}
        for id_ in [i for i in self._others if i not in known]:
            self.remove(id_)
        for id_, other in self._others.items():
            other.person = known[id_]
        self._repaint(None)

    def remove(self, id_: str) -> None:
        """This person left."""
        other = self._others.pop(id_, None)
        if other is not None:
            other.previews.clear()
            self._show_moved(other)
            self._repaint(None)

    def clear(self) -> None:
        """The connection is gone: all cursors vanish at once."""
        for id_ in list(self._others):
            self.remove(id_)

    def committed(self) -> None:
        """A remote change is drawn: previews that ended are no longer needed."""
        for other in self._others.values():
            self._drop(other, lambda preview: preview.ended)

    def view_moved(self) -> None:
        """The camera changed."""
        for other in self._others.values():
            for preview in other.previews.values():
                self._draw_ink(preview)

    def tick(self) -> float | None:
        """Let time pass; returns seconds until the next tick is of use, None for never."""
        now = self._clock.now()
        waits: list[float] = []
        for other in list(self._others.values()):
            self._drop(other, lambda preview: preview.until <= now)
            waits.extend(preview.until - now for preview in other.previews.values())
            if other.target is None:
                continue
            rest = now - other.heard
            if now - other.moved_at < SMOOTH + 0.05:
                waits.append(0.016)
                self._repaint(None)
            elif rest < IDLE:
                waits.append(IDLE - rest)
            elif rest < GONE:
                waits.append(GONE - rest)
                self._repaint(None)
            else:
                other.start = other.target = None
                self._repaint(None)
        return max(0.001, min(waits)) if waits else None

    def _drop(self, other: _Other, which: Callable[[_Preview], bool]) -> None:
        gone = [id_ for id_, preview in other.previews.items() if which(preview)]
        if gone:
            for id_ in gone:
                del other.previews[id_]
            self._show_moved(other)
            self._repaint(None)

    # Painting -------------------------------------------------------------------------------

    def paint_drawing(self, painter: QPainter, region: QRect) -> None:
        """What they are drawing, at 80 %."""
        for other in self._others.values():
            for preview in other.previews.values():
                if preview.ink is not None:
                    preview.ink.paint(painter, region)
                if preview.shape is not None:
                    preview.shape.paint(painter, self._camera)

    def paint_marks(self, painter: QPainter, palette: Palette, font: QFont) -> None:
        """Selections, cursors with names, and dots for people whose cursor is out of view."""
        now = self._clock.now()
        font = marks.tag_font(font)
        self._paint_selections(painter, palette, font)
        self._dots = []
        if not self.cursors_shown:
            return
        here = [o for o in self._others.values() if o.place(now) and o.opacity(now) > 0]
        taken: list[QRectF] = []
        for other in here:
            painter.setOpacity(other.opacity(now))
            place = other.place(now)
            assert place is not None
            tip = QPointF(*self._camera.to_view(*place))
            if not self._is_seen(tip):
                self._paint_edge_dot(painter, other, tip, palette)
            elif len(here) > CROWD:
                marks.paint_dot(
                    painter, tip, 10, self._colour(other, palette), QColor(palette.canvas)
                )
            else:
                self._paint_cursor(painter, other, tip, palette, font, taken)
        painter.setOpacity(1.0)

    def _is_seen(self, at: QPointF) -> bool:
        width, height = self._camera.size
        return 0 <= at.x() <= width and 0 <= at.y() <= height

    def _colour(self, other: _Other, palette: Palette) -> QColor:
        return qcolour(person_colour(other.person.address, dark=palette.dark))

    def name_of(self, id_: str) -> str:
        """First name; the full one if two people here share it."""
        full = self._others[id_].person.name
        first = full.split(" ")[0] or full
        same = [o for o in self._others.values() if o.person.name.split(" ")[0] == first]
        return first if len(same) == 1 else full

    def _paint_cursor(
        self, painter: QPainter, other: _Other, tip: QPointF, palette: Palette, font: QFont,
        taken: list[QRectF],
    ) -> None:  # fmt: skip
        colour = self._colour(other, palette)
        marks.paint_arrow(painter, tip, colour, QColor(palette.canvas))
        text = self.name_of(other.person.id)[:60]
        if other.doing:
            text += f" · {other.doing}"
        rect = self._tag_place(marks.tag_rect(text, tip + marks.TAG_OFFSET, font), tip, taken)
        taken.append(rect)
        ink = qcolour(on_person(dark=palette.dark))
        marks.paint_tag(painter, text, rect, colour, ink, font)

    def _tag_place(self, rect: QRectF, tip: QPointF, taken: list[QRectF]) -> QRectF:
        """Flipped at the view's edges, moved down where it would cover another tag."""
        width, height = self._camera.size
        if rect.right() > width - 4:
            rect.moveRight(tip.x() - 4)
        if rect.bottom() > height - 4:
            rect.moveBottom(tip.y() - 4)
        for _ in range(4):
            hit = next((other for other in taken if other.intersects(rect)), None)
            if hit is None:
                break
            rect.moveTop(hit.bottom() + 2)
        return rect

    def _paint_edge_dot(
        self, painter: QPainter, other: _Other, tip: QPointF, palette: Palette
    ) -> None:
        """A dot at the edge, in the direction of somebody out of view."""
        width, height = self._camera.size
        inset = EDGE_DOT / 2 + 4
        cx, cy = width / 2, height / 2
        dx, dy = tip.x() - cx, tip.y() - cy
        reach = min(
            (cx - inset) / abs(dx) if dx else math.inf, (cy - inset) / abs(dy) if dy else math.inf
        )
        centre = QPointF(cx + dx * reach, cy + dy * reach)
        marks.paint_dot(
            painter, centre, EDGE_DOT, self._colour(other, palette), QColor(palette.canvas)
        )
        box = QRectF(centre.x() - inset, centre.y() - inset, 2 * inset, 2 * inset)
        self._dots.append((box, other.person.id))

    def dot_at(self, x: float, y: float) -> tuple[float, float] | None:
        """Where (user units) the person is whose edge dot is at a point of the view."""
        for box, id_ in self._dots:
            other = self._others.get(id_)
            if other is not None and box.contains(QPointF(x, y)):
                return other.target
        return None

    def cursor_of(self, id_: str) -> tuple[float, float] | None:
        """Where (user units) somebody's pointer is, for following; None if unknown."""
        other = self._others.get(id_)
        return None if other is None else other.target

    def _paint_selections(self, painter: QPainter, palette: Palette, font: QFont) -> None:
        hues: list[float] = []
        for other in self._others.values():
            hue = hue_of(other.person.address)
            dashed = any(abs((hue - h + 180) % 360 - 180) < SIMILAR_HUE for h in hues)
            hues.append(hue)
            box = union(self._geometry.bounds(rid) for rid in other.selected)
            if box is None:
                continue
            rect = marks.qrect(self._camera.rect_to_view(box))
            colour = self._colour(other, palette)
            marks.paint_person_box(painter, rect, colour, palette.line_width, dashed=dashed)
            text = self.name_of(other.person.id)[:60]
            tag = marks.tag_rect(text, QPointF(rect.left() - 4, rect.top() - 4), font)
            tag.moveBottom(rect.top() - 4)
            marks.paint_tag(painter, text, tag, colour, qcolour(on_person(dark=palette.dark)), font)
