"""A document to QGraphicsScene: marks are taken at once, items are made by a pump, bit by bit.

A commit listener only marks (rule 5); `pump` plans and realises for some milliseconds; `settle`
does all of it. What is shown while somebody drags or erases (`show_moved`, `show_faded`) is put on
the items of the screen only: exports make their own (rule 7).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.items import FULL, WINDOW, qtransform, realise, show_window
from whiteboard.canvas.measure import QtMeasure
from whiteboard.canvas.nodes import DocumentSource
from whiteboard.model.changes import Commit
from whiteboard.model.ids import Rid
from whiteboard.model.shown import Shown
from whiteboard.svg.index import PlanIndex
from whiteboard.svg.plan import Clip, ImageShape, Isolate, Key, Matrix, PlanNode, Rect, Source
from whiteboard.svg.planner import ChangesLike, Placed, Planner, owner
from whiteboard.util.event import Event

EXTENT = 32_768.0
"""Half the side of the index's square. Items beyond are found too, only less quickly."""
LARGE_GROUP = 512.0
"""Device px from which an isolated group is painted only where it is seen."""
FADED = 0.25
"""Opacity of what the eraser would take (DESIGN section 6)."""


@dataclass
class _Shown:
    """The items of one plan node."""

    node: PlanNode
    z: float
    items: list[QGraphicsItem]
    rect: QRectF
    """What they paint in, user units, as shown now."""
    bases: list[tuple[QTransform, float]] = field(default_factory=list)
    """Transform and opacity before something was shown moved or faded; [] if nothing is."""


class BoardScene:
    """All items of one document.

    Attributes:
        marked: Emits when there is something to pump.
        painted: Emits the rectangles (user units) in which the picture differs now.
        planner: The plan the items follow.
        scene: Qt's scene; nobody else adds to it.
    """

    def __init__(self, context: PaintContext) -> None:
        self.marked: Event[None] = Event()
        self.painted: Event[list[QRectF]] = Event()
        self.scene = QGraphicsScene()
        self.scene.setSceneRect(-EXTENT, -EXTENT, 2 * EXTENT, 2 * EXTENT)
        self._context = context
        self._shown: dict[Key, _Shown] = {}
        self._windows: dict[Key, list[QGraphicsItem]] = {}
        self._waiting: dict[Key, Placed | None] = {}
        self._pictures: dict[str, set[Key]] = {}
        self._movers: dict[str, dict[Rid, Matrix]] = {}
        self._faded: frozenset[Rid] = frozenset()
        self._overrides: dict[Key, tuple[QTransform, float]] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self._source: Source | None = None
        self.document: Shown | None = None
        self.planner: Planner | None = None
        self._index: PlanIndex[Rid] | None = None
        self._stop_pictures = context.pictures.arrived.subscribe(self._picture_arrived)

    # What it follows ------------------------------------------------------------------------

    def set_document(self, document: Shown) -> None:
        """Show another document from now on; the old items go with the first pump."""
        self.close()
        self.document = document
        self.set_source(DocumentSource(document))
        self._unsubscribe.append(document.on_commit.subscribe(self._committed))

    def set_source(self, source: Source) -> None:
        """Show a tree that is told about by `mark`."""
        for key in list(self._shown):
            self._waiting[key] = None
        self._source = source
        measure = QtMeasure(self._context.fonts)
        self.planner = Planner(source, measure=measure)
        self._index = PlanIndex(self.planner, measure)
        self.marked.emit(None)

    def close(self) -> None:
        """Listen to the document no more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self.document = None

    @property
    def context(self) -> PaintContext:
        """How the items are made now."""
        return self._context

    def set_context(self, context: PaintContext) -> None:
        """Other colours, fonts or pictures: all items are made anew."""
        self._stop_pictures()
        self._context = context
        self._stop_pictures = context.pictures.arrived.subscribe(self._picture_arrived)
        for key, shown in self._shown.items():
            self._waiting.setdefault(key, Placed(shown.node, shown.z))
        self.marked.emit(None)

    def mark(self, changes: ChangesLike) -> None:
        """Note what changed; cheap."""
        if self.planner is not None:
            self.planner.mark(changes)
            self.marked.emit(None)

    def _committed(self, commit: Commit) -> None:
        self.mark(commit.changes)

    def _picture_arrived(self, href: str) -> None:
        for key in self._pictures.get(href, ()):
            shown = self._shown.get(key)
            if shown is not None:
                self._waiting.setdefault(key, Placed(shown.node, shown.z))
        self.marked.emit(None)

    # The pump -------------------------------------------------------------------------------

    @property
    def is_settled(self) -> bool:
        """Is all that was marked realised?"""
        return not self._waiting and (self.planner is None or self.planner.is_settled)

    def pump(self, seconds: float) -> bool:
        """Plan and realise for about so long; True when nothing is left."""
        if self.is_settled:
            return True
        end = time.perf_counter() + seconds
        return self._work(lambda: time.perf_counter() >= end)

    def settle(self) -> None:
        """Do all that is left."""
        while not self._work(lambda: False):
            pass

    def _work(self, stop: Callable[[], bool]) -> bool:
        """Plan until `stop`, then realise: at least one of each, so that time always gets on."""
        self._plan(stop)
        dirty: list[QRectF] = []
        while self._waiting:
            key = next(iter(self._waiting))
            dirty.append(self._apply(key, self._waiting.pop(key)))
            if stop():
                break
        if self._movers or self._faded:
            self._refresh_overrides()
        self._tell(dirty)
        return self.is_settled

    def _plan(self, stop: Callable[[], bool] | None) -> None:
        if self.planner is None or self.planner.is_settled:
            return
        update = self.planner.update(stop)
        for key in update.removed:
            self._waiting[key] = None
        for placed in update.placed:
            self._waiting[placed.node.key] = placed
        if self._index is not None:
            self._index.apply(update)

    @property
    def index(self) -> PlanIndex[Rid] | None:
        """Where things are, as the document is now; None without a document."""
        while self.planner is not None and not self.planner.is_settled:
            self._plan(None)
        return self._index

    def measure_ahead(self, seconds: float) -> bool:
        """Measure boxes that nobody asked for yet, so that the first click finds them ready."""
        if self._index is None:
            return True
        end = time.perf_counter() + seconds
        return self._index.catch_up(lambda: time.perf_counter() >= end)

    def _tell(self, rects: list[QRectF]) -> None:
        rects = [rect for rect in rects if not rect.isEmpty()]
        if rects:
            self.painted.emit(rects)

    def _apply(self, key: Key, placed: Placed | None) -> QRectF:
        """Bring one key up to date; returns where the picture differs."""
        old = self._shown.get(key)
        if old is not None and placed is not None and placed.node is old.node and old.z != placed.z:
            for item in old.items:
                item.setZValue(placed.z)
            old.z = placed.z
            return old.rect
        dirty = self._remove(key)
        if placed is None:
            return dirty
        items = realise(placed.node, self._context)
        for item in items:
            item.setZValue(placed.z)
            self.scene.addItem(item)
        shown = _Shown(placed.node, placed.z, items, _united(items))
        self._shown[key] = shown
        windows = [w for item in items for w in _windows(item)]
        if windows:
            self._windows[key] = windows
        for href in _hrefs(placed.node):
            self._pictures.setdefault(href, set()).add(key)
        if key in self._overrides:
            self._override(shown, *self._overrides[key])
        return dirty.united(shown.rect)

    def _remove(self, key: Key) -> QRectF:
        shown = self._shown.pop(key, None)
        if shown is None:
            return QRectF()
        self._windows.pop(key, None)
        for item in shown.items:
            self.scene.removeItem(item)
        for href in _hrefs(shown.node):
            keys = self._pictures.get(href)
            if keys is not None:
                keys.discard(key)
                if not keys:
                    del self._pictures[href]
        return shown.rect

    # Questions ------------------------------------------------------------------------------

    def keys(self) -> list[Key]:
        """What is shown, in paint order."""
        return sorted(self._shown, key=lambda key: self._shown[key].z)

    def items(self, key: Key) -> list[QGraphicsItem]:
        """The top-level items of a key, lowest first."""
        shown = self._shown.get(key)
        return list(shown.items) if shown is not None else []

    def drawn_bounds(self) -> Rect | None:
        """Box of all that is drawn, user units; quick, where the index may have to measure."""
        if not self.is_settled:
            index = self.index
            return None if index is None else index.all_bounds()
        rects = (shown.rect for shown in self._shown.values())
        edges = [rect.getCoords() for rect in rects if not rect.isNull()]
        if not edges:
            return None
        lefts, tops, rights, bottoms = zip(*edges, strict=True)
        left, top = min(lefts), min(tops)
        return Rect(left, top, max(rights) - left, max(bottoms) - top)

    def is_empty(self, source: QRectF) -> bool:
        """Is there surely nothing in a rectangle (user units)?"""
        if not self._shown:
            return True
        return not self.scene.items(source, Qt.ItemSelectionMode.IntersectsItemBoundingRect)

    def render(self, painter: QPainter, target: QRectF, source: QRectF) -> None:
        """Paint what is in `source` (user units) into `target` (px of the painter)."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._context.smooth)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._context.smooth)
        self._narrow(painter, target, source)
        self.scene.render(painter, target, source, Qt.AspectRatioMode.IgnoreAspectRatio)

    def _narrow(self, painter: QPainter, target: QRectF, source: QRectF) -> None:
        """Isolated groups that would need a large pixmap show only what is asked for."""
        if not self._windows or source.isEmpty():
            return
        world = painter.worldTransform()
        scale = math.sqrt(abs(world.determinant())) * target.width() / source.width()
        pad = 4 / scale if scale > 0 else 0.0
        seen = source.adjusted(-pad, -pad, pad, pad)
        for windows in self._windows.values():
            for window in windows:
                full: QRectF = window.data(FULL)
                own, _ = window.sceneTransform().inverted()  # not the root's while it is dragged
                part = own.mapRect(seen)
                is_large = max(full.width(), full.height()) * scale > LARGE_GROUP
                show_window(window, part if is_large and full.intersects(part) else None)

    def keep_only(self, rids: Collection[Rid]) -> None:
        """Take away all that does not belong to these elements: for pictures of a selection."""
        kept = {key for rid in rids for key in self._keys_of(rid)}
        for key in self._shown.keys() - kept:
            self._remove(key)

    # What is shown for the moment -----------------------------------------------------------

    def show_moved(self, moved: Mapping[Rid, Matrix], who: str = "") -> None:
        """Show elements transformed (matrices in root units); replaces what `who` showed before."""
        if moved != self._movers.get(who, {}):
            if moved:
                self._movers[who] = dict(moved)
            else:
                del self._movers[who]
            self._refresh_overrides()

    def show_faded(self, faded: frozenset[Rid]) -> None:
        """Show elements at 25 %; replaces what was shown before."""
        if faded != self._faded:
            self._faded = faded
            self._refresh_overrides()

    def _refresh_overrides(self) -> None:
        wanted: dict[Key, tuple[QTransform, float]] = {}
        for moved in self._movers.values():
            for rid, matrix in moved.items():
                transform = qtransform(matrix)
                if transform is not None:
                    wanted.update((key, (transform, 1.0)) for key in self._keys_of(rid))
        for rid in self._faded:
            for key in self._keys_of(rid):
                wanted[key] = (wanted.get(key, (QTransform(), 1.0))[0], FADED)
        dirty = [self._restore(key) for key in self._overrides.keys() - wanted.keys()]
        for key, override in wanted.items():
            if self._overrides.get(key) != override or not self._is_overridden(key):
                dirty.append(self._change(key, override))
        self._overrides = wanted
        self._tell(dirty)

    def _is_overridden(self, key: Key) -> bool:
        shown = self._shown.get(key)
        return shown is None or bool(shown.bases)

    def _change(self, key: Key, override: tuple[QTransform, float]) -> QRectF:
        shown = self._shown.get(key)
        if shown is None:
            return QRectF()
        before = shown.rect
        self._override(shown, *override)
        return before.united(shown.rect)

    def _override(self, shown: _Shown, transform: QTransform, opacity: float) -> None:
        if not shown.bases:
            shown.bases = [(item.transform(), item.opacity()) for item in shown.items]
        for item, (base, base_opacity) in zip(shown.items, shown.bases, strict=True):
            item.setTransform(base * transform)
            item.setOpacity(base_opacity * opacity)
        shown.rect = _united(shown.items)

    def _restore(self, key: Key) -> QRectF:
        shown = self._shown.get(key)
        if shown is None or not shown.bases:
            return QRectF()
        before = shown.rect
        for item, (base, opacity) in zip(shown.items, shown.bases, strict=True):
            item.setTransform(base)
            item.setOpacity(opacity)
        shown.bases = []
        shown.rect = _united(shown.items)
        return before.united(shown.rect)

    def _keys_of(self, rid: Rid) -> Iterator[Key]:
        """Top-level nodes that belong to the element alone (not a group that holds it too)."""
        if self.planner is None:
            return
        for key in self.planner.keys(rid):
            if self._is_inside(owner(key), rid):
                yield key

    def _is_inside(self, rid: str, ancestor: str) -> bool:
        node = self._source.node(rid) if self._source is not None else None
        while node is not None:
            if node.rid == ancestor:
                return True
            node = node.parent
        return False


def _united(items: list[QGraphicsItem]) -> QRectF:
    """Where items paint, user units."""
    out = QRectF()
    for item in items:
        window = next((w for w in item.childItems() if w.data(WINDOW)), None)
        if window is not None:
            rect = item.mapRectToScene(window.data(FULL))
        else:
            rect = item.sceneBoundingRect()
        # A level line without width has an empty rectangle, which would be lost in a union.
        out = out.united(rect.adjusted(-1e-6, -1e-6, 1e-6, 1e-6))
    edges = (out.left(), out.top(), out.right(), out.bottom())
    return out if all(map(math.isfinite, edges)) else QRectF()


def _windows(item: QGraphicsItem) -> Iterator[QGraphicsItem]:
    """Windows of isolated groups in an item."""
    for child in item.childItems():
        if child.data(WINDOW):
            yield child
        yield from _windows(child)


def _hrefs(node: PlanNode) -> Iterator[str]:
    if isinstance(node, ImageShape):
        yield node.href
    elif isinstance(node, Clip | Isolate):
        for child in node.children:
            yield from _hrefs(child)
