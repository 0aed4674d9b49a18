"""The board on the screen: a widget that blits one document picture and paints marks above it.

Paint order: paper, grid, tiles of the document, what others and I are drawing, marks. A paint event
first pumps the scene, so that what was committed is there in the very frame in which the live ink
goes; then renders dirty tiles while time is left, and asks for another frame if it was not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QCursor,
    QFocusEvent,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from whiteboard.canvas import marks
from whiteboard.canvas.camera import Camera
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.finished import FinishedSigns
from whiteboard.canvas.geometry import CanvasGeometry
from whiteboard.canvas.grid import Grid
from whiteboard.canvas.input import Handler, Input
from whiteboard.canvas.others import Others
from whiteboard.canvas.overlay import FeedbackOverlay
from whiteboard.canvas.palette import LIGHT, Palette
from whiteboard.canvas.preview import Preview
from whiteboard.canvas.scene import BoardScene
from whiteboard.canvas.tiles import SIZE, Counts, Picture
from whiteboard.canvas.touched import Touched, paint_touched
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.model.shown import Shown
from whiteboard.svg.plan import Rect
from whiteboard.tools.events import Phase, PointerEvent, ToolEvent
from whiteboard.tools.ports import Feedback
from whiteboard.util.clock import Clock, MonotonicClock

PUMP = 0.008
"""Seconds a frame for making items (ARCHITECTURE section 8, rule 5)."""
RENDER = 0.008
"""Seconds a frame for rendering tiles."""
KEPT_BACK = 0.4
"""Opacity of what was being drawn when the pen was taken away (DESIGN flow G)."""
BORDER = 3.0
"""Px of the frame that says whose view this is."""
IDLE_MS = 40
"""After so long without a frame the tiles around the view are rendered."""

_TOUCH = (
    QEvent.Type.TouchBegin,
    QEvent.Type.TouchUpdate,
    QEvent.Type.TouchEnd,
    QEvent.Type.TouchCancel,
)
_WRITING = frozenset(
    {
        Qt.Key.Key_A, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down,
        Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Backspace, Qt.Key.Key_Delete,
    }
)  # fmt: skip
"""Keys that belong to the text with Ctrl too: all of it, by words, to the ends."""
_SHAPES = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "open-hand": Qt.CursorShape.OpenHandCursor,
    "closed-hand": Qt.CursorShape.ClosedHandCursor,
    "text": Qt.CursorShape.IBeamCursor,
    "move": Qt.CursorShape.SizeAllCursor,
    "n": Qt.CursorShape.SizeVerCursor,
    "s": Qt.CursorShape.SizeVerCursor,
    "e": Qt.CursorShape.SizeHorCursor,
    "w": Qt.CursorShape.SizeHorCursor,
    "nw": Qt.CursorShape.SizeFDiagCursor,
    "se": Qt.CursorShape.SizeFDiagCursor,
    "ne": Qt.CursorShape.SizeBDiagCursor,
    "sw": Qt.CursorShape.SizeBDiagCursor,
    "none": Qt.CursorShape.BlankCursor,
}


class BoardView(QWidget):
    """One window on one board.

    Attributes:
        camera: The tools' `View` port.
        overlay: The tools' `Overlay` port; `overlay.metrics` is their `TextMetrics`.
        places: The tools' `Geometry` port.
        signs: Locks on what is declared complete.
        others: Cursors, selections and previews of other people.
        input: Where Qt's events become tool events; `input.tapped` for taps with several fingers.
        counts: What painting has cost.
        focus_rid: The element that has the keyboard focus, None for none.
        describe: An element in words, for assistive technology; the window supplies it.
        view_changed: Signal: scale, place or size of the view changed.
        pointer_left: Signal: the pointer left the board (others need no longer see it).
    """

    view_changed = Signal()
    pointer_left = Signal()

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        context: PaintContext | None = None,
        palette: Palette = LIGHT,
        clock: Clock | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._handler = handler
        self._palette = palette
        base = context or PaintContext()
        self._base = base
        self.counts = Counts()
        self.camera = Camera()
        self.scene = BoardScene(_with_filter(base, palette))
        self.places = CanvasGeometry(self.scene)
        self._picture = Picture(self.camera, self.scene, self.counts)
        self._grid = Grid()
        self._grid_shown = True
        self.overlay = FeedbackOverlay(self.camera, self.scene, self._repaint)
        self.overlay.changed = self._feedback_changed
        self.signs = FinishedSigns(self.camera, self.places)
        self._kept_back = Preview(KEPT_BACK)
        self.others = Others(self.camera, self.scene, clock or MonotonicClock(), self._repaint)
        self.others.woken = self._tick_soon
        self.input = Input(self.camera, self._handle)
        self.input.panning = self._panning
        self.focus_rid: Rid | None = None
        self.describe: Callable[[Rid], str] = lambda _rid: ""
        self._touched: Touched | None = None
        self._border: QColor | None = None
        self._remote_waiting = False
        self._fit_wanted = False
        self._unsubscribe: Callable[[], None] = lambda: None
        self._frame_timer = self._timer(self._frame)
        self._again_timer = self._timer(self.update)
        self._idle_timer = self._timer(self._idle)
        self._tick_timer = self._timer(self._tick)
        self._caret_timer = self._timer(self._blink)
        self.camera.changed.subscribe(lambda _: self._camera_changed())
        self.scene.marked.subscribe(lambda _: self._frame_soon())
        self.scene.painted.subscribe(self._scene_painted)
        self._set_attributes()

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    def _set_attributes(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Board")

    # What it shows --------------------------------------------------------------------------

    def set_document(self, document: Shown) -> None:
        """Show this document from now on."""
        self._unsubscribe()
        self.scene.set_document(document)
        self._unsubscribe = document.on_commit.subscribe(self._committed)
        self._picture.clear()
        self.others.clear()
        self.focus_rid = None
        self._repaint(None)

    def set_handler(self, handler: Handler) -> None:
        """Where tool events go from now on; it returns whether a key was used."""
        self._handler = handler

    @property
    def theme(self) -> Palette:
        """The colours in use."""
        return self._palette

    def set_theme(self, palette: Palette) -> None:
        """Other colours: the drawing is realised anew where its filter changes."""
        before, self._palette = self._palette, palette
        if before.dark_paper != palette.dark_paper:
            self.scene.set_context(_with_filter(self._base, palette))
            self._picture.clear()
        self._repaint(None)

    @property
    def is_grid_shown(self) -> bool:
        """Are there dots?"""
        return self._grid_shown

    def set_grid_shown(self, shown: bool) -> None:
        """Show or hide the dots."""
        self._grid_shown = shown
        self._repaint(None)

    def settle(self) -> None:
        """Make all items and render all that is seen, however long it takes."""
        self.scene.settle()
        while not self._picture.render(1.0):
            pass
        self._all_drawn()

    def fit(self) -> None:
        """Show all of the drawing; an empty board at 100 % with its origin in the corner."""
        box = self.scene.drawn_bounds()
        if box is None:
            self.camera.fit(Rect(0, 0, *self.camera.size), 0.0)
        else:
            self.camera.fit(box)

    def fit_soon(self) -> None:
        """Show all of the drawing as soon as it is made, unless somebody moves the view before."""
        if self.scene.pump(PUMP):
            self.fit()
        else:
            self._fit_wanted = True

    def fit_rect(self, rect: Rect) -> None:
        """Show a rectangle (user units), enlarged where it is small."""
        self.camera.fit(rect, most=4.0)

    # Frames ---------------------------------------------------------------------------------

    def _repaint(self, rect: QRect | None) -> None:
        if rect is None:
            self.update()
        else:
            self.update(rect)

    def _frame_soon(self) -> None:
        if not self._frame_timer.isActive():
            self._frame_timer.start(0)

    def _frame(self) -> None:
        """Pump without painting: what became dirty asks for a paint event itself.

        Then boxes are measured, so that the first click on a large board finds them ready.
        """
        if not self.scene.pump(PUMP):
            self._frame_soon()
            return
        self._all_drawn()
        if not self.scene.measure_ahead(PUMP / 2):
            self._frame_soon()

    def _idle(self) -> None:
        """Nothing happened for a while: render the surroundings."""
        if self.isVisible() and not self._picture.render(RENDER, margin=SIZE):
            self._idle_timer.start(IDLE_MS // 2)

    def _scene_painted(self, rects: list[QRectF]) -> None:
        for rect in rects:
            self._picture.invalidate(rect)
            dx, dy = self.camera.offset
            s = self.camera.scale
            seen = QRectF(
                rect.x() * s + dx, rect.y() * s + dy, rect.width() * s, rect.height() * s
            ) & QRectF(self.rect())
            if not seen.isEmpty():
                self.update(seen.adjusted(-2, -2, 2, 2).toAlignedRect())

    def _committed(self, commit: Commit) -> None:
        if commit.origin is not Origin.LOCAL:
            self._remote_waiting = True

    def _all_drawn(self) -> None:
        """All that was marked is drawn."""
        if self._fit_wanted:
            self.fit()
        if self._remote_waiting:
            self._remote_waiting = False
            self.others.committed()

    def _camera_changed(self) -> None:
        self._fit_wanted = False
        self._picture.follow()
        self.overlay.view_moved()
        self.others.view_moved()
        self.update()
        self.view_changed.emit()

    def _tick_soon(self) -> None:
        if not self._tick_timer.isActive() or self._tick_timer.remainingTime() > 16:
            self._tick_timer.start(16)

    def _tick(self) -> None:
        wait = self.others.tick()
        if wait is not None:
            self._tick_timer.start(max(1, round(wait * 1000)))

    def _blink(self) -> None:
        self.overlay.caret_on = not self.overlay.caret_on
        caret = self.overlay.caret_rect()
        if caret is not None:
            self.update(caret.adjusted(-2, -2, 2, 2).toAlignedRect())
            self._caret_timer.start(530)

    # Painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blit the picture, paint the marks."""
        self.counts.paints += 1
        pumped = self.scene.pump(PUMP)
        if pumped:
            self._all_drawn()
        complete = self._picture.render(RENDER)
        painter = QPainter(self)
        self.paint(painter, event.rect())
        painter.end()
        if not (pumped and complete):
            self._again_timer.start(0)
        else:
            self._idle_timer.start(IDLE_MS)

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paint what the view shows inside `region` (px), with whatever is rendered so far."""
        painter.fillRect(region, QColor(self._palette.canvas))
        if self._grid_shown:
            self._grid.paint(painter, self.camera, QColor(self._palette.grid), region)
        self._picture.paint(painter, region)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        self.others.paint_drawing(painter, region)
        self.overlay.paint_drawing(painter, region)
        self._kept_back.paint(painter, self.camera)
        painter.setOpacity(1.0)
        self.signs.paint(painter, self._palette)
        self.overlay.paint_marks(painter, self._palette)
        self.others.paint_marks(painter, self._palette, self.font())
        if self._touched is not None and self.scene.is_settled:
            paint_touched(
                painter, self._touched, self.places, self.camera, self._palette, self.font()
            )
        self._paint_focus(painter)
        if self._border is not None:
            painter.setPen(QPen(self._border, BORDER))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inset = BORDER / 2
            painter.drawRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset))

    def set_border(self, colour: QColor | None) -> None:
        """A frame inside the edges, in the colour of who is followed; None for none."""
        if colour != self._border:
            self._border = colour
            self._repaint(None)

    def show_finished(self, words: Mapping[Rid, str]) -> None:
        """Mark these elements as complete; each sign says its words when the pointer is on it."""
        if self.signs.show(words):
            self._repaint(None)

    def show_kept_back(self, elements: tuple[LiteralElement, ...]) -> None:
        """Show faintly what was drawn and is not on the board."""
        self._kept_back.show(elements, self.scene.context, self.scene.document)
        self._repaint(None)

    def show_touched(self, touched: Touched | None) -> None:
        """Outline what somebody touched, in place of what was outlined before."""
        if touched != self._touched:
            self._touched = touched
            self._repaint(None)

    def set_focus_rid(self, rid: Rid | None) -> None:
        """Show the ring of the keyboard focus around an element."""
        if rid != self.focus_rid:
            self.focus_rid = rid
            self._repaint(None)

    def _paint_focus(self, painter: QPainter) -> None:
        box = self.places.bounds(self.focus_rid) if self.focus_rid is not None else None
        if box is not None:
            rect = marks.qrect(self.camera.rect_to_view(box))
            marks.paint_focus(painter, rect, self._palette)

    def _feedback_changed(self, feedback: Feedback) -> None:
        if not self.input.is_space_held:
            shape = _SHAPES.get(feedback.cursor, Qt.CursorShape.ArrowCursor)
            if self.cursor().shape() != shape:
                self.setCursor(QCursor(shape))
        writing = feedback.text is not None
        if writing != self.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
            self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, writing)
            self.updateMicroFocus()
        if writing:
            self.overlay.caret_on = True
            self._caret_timer.start(530)
        else:
            self._caret_timer.stop()

    def _panning(self, on: bool) -> None:
        if on:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._feedback_changed(self.overlay.feedback)

    # Input ----------------------------------------------------------------------------------

    def _handle(self, event: ToolEvent) -> bool:
        if (
            isinstance(event, PointerEvent)
            and event.phase is Phase.DOWN
            and (place := self.others.dot_at(event.view_x, event.view_y)) is not None
        ):
            self.camera.centre_on(*place)
            return True
        return bool(self._handler(event)) if self._handler is not None else False

    def event(self, event: QEvent) -> bool:
        """Pens, fingers and pinches, which Qt has no method for."""
        kind = event.type()
        if kind in _TOUCH and isinstance(event, QTouchEvent):
            event.accept()
            return self.input.touch(event)
        if kind == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            return self.input.native_gesture(event)
        if kind == QEvent.Type.ShortcutOverride and self._claims(event):
            event.accept()
            return True
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.signs.words_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if kind == QEvent.Type.DevicePixelRatioChange:
            self._resized()
        return bool(super().event(event))

    def _claims(self, event: QEvent) -> bool:
        """While text is written, letters and arrows are text, not shortcuts."""
        if self.overlay.feedback.text is None or not isinstance(event, QKeyEvent):
            return False
        return (
            event.key() in _WRITING or not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        )

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Accepted, so that Qt makes no mouse events of it."""
        event.accept()
        self.input.tablet(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """To the tool."""
        event.setAccepted(self.input.mouse(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """To the tool."""
        event.setAccepted(self.input.mouse(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """To the tool."""
        event.setAccepted(self.input.mouse(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """To the tool."""
        event.setAccepted(self.input.mouse(event))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pan or zoom."""
        event.setAccepted(self.input.wheel(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """To the tool; Space shows the hand."""
        used = self.input.key(event)
        if self.input.is_space_held and self.overlay.feedback.text is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            used = True
        event.setAccepted(used)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """To the tool."""
        event.setAccepted(self.input.key(event))
        self._feedback_changed(self.overlay.feedback)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Composed text."""
        event.setAccepted(self.input.input_method(event))

    def inputMethodQuery(self, query: Qt.InputMethodQuery) -> object:
        """Where the caret is, so that the input method's window stands beside it."""
        writing = self.overlay.feedback.text is not None
        if query == Qt.InputMethodQuery.ImEnabled:
            return writing
        if query == Qt.InputMethodQuery.ImCursorRectangle and writing:
            caret = self.overlay.caret_rect()
            return caret.toAlignedRect() if caret is not None else QRect(QPoint(0, 0), self.size())
        return super().inputMethodQuery(query)

    def focusNextPrevChild(self, next_: bool) -> bool:
        """Tab walks the elements of the board, not the widgets; F6 leaves (DESIGN section 12)."""
        return False

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer left."""
        self.pointer_left.emit()
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys that are held are not heard being let go."""
        self.input.reset()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The centre stays where it is."""
        self._resized()
        super().resizeEvent(event)

    def _resized(self) -> None:
        self.camera.resize(float(self.width()), float(self.height()), self.devicePixelRatioF())

    def showEvent(self, event: QShowEvent) -> None:
        """The screen is known now, and with it the pixel ratio."""
        self._resized()
        super().showEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Listen to the document no more."""
        self.release()
        super().closeEvent(event)

    def release(self) -> None:
        """Let go of the document; the widget may live on until Qt deletes it."""
        self._unsubscribe()
        self.scene.close()
        for timer in (
            self._frame_timer, self._again_timer, self._idle_timer, self._tick_timer,
            self._caret_timer,
        ):  # fmt: skip
            timer.stop()


def _with_filter(context: PaintContext, palette: Palette) -> PaintContext:
    return PaintContext(
        palette.colour_filter, context.fonts, context.pictures, context.scale, context.smooth
    )
