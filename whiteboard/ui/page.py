"""A board to draw on: the canvas, the tools and one person's editor put together (a `Surface`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QWidget

from whiteboard.canvas.camera import MAX_SCALE
from whiteboard.canvas.colours import hexadecimal, person_colour
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.flight import Flight
from whiteboard.canvas.others import Person
from whiteboard.canvas.palette import DARK, LIGHT, Palette
from whiteboard.canvas.past import PastView
from whiteboard.canvas.touched import Touched
from whiteboard.canvas.view import BoardView
from whiteboard.editing.editor import Editor
from whiteboard.editing.ordering import Place
from whiteboard.editing.style import declarations
from whiteboard.formats import clipboard
from whiteboard.model.changes import Commit
from whiteboard.model.ephemeral import Box
from whiteboard.model.ids import Rid
from whiteboard.model.markup import BOARD_NS
from whiteboard.model.ops import LiteralElement
from whiteboard.model.shared import SharedDocument
from whiteboard.model.shown import Shown
from whiteboard.session.boards import Board, BoardState, Ephemera
from whiteboard.session.permissions import Hindrance, Why
from whiteboard.svg.bounds import union
from whiteboard.svg.plan import Rect
from whiteboard.svg.transform import translation
from whiteboard.tools.context import ToolContext
from whiteboard.tools.events import ToolEvent
from whiteboard.tools.root import ToolBox
from whiteboard.ui import words
from whiteboard.ui.slices import Busy, Slices
from whiteboard.ui.surface import Selected, Style
from whiteboard.ui.theme import theme
from whiteboard.util.clock import MonotonicClock
from whiteboard.util.event import Event
from whiteboard.validation.applications import SVG
from whiteboard.validation.edits import count_offences

_PLACES: Final = {
    "to-front": Place.FRONT,
    "forward": Place.FORWARD,
    "backward": Place.BACKWARD,
    "to-back": Place.BACK,
}
_CHANGES_CHOSEN: Final = frozenset({"cut", "delete", *_PLACES})
_CHANGES: Final = frozenset({"undo", "redo", "paste", "duplicate", *_CHANGES_CHOSEN})
_NEEDS_SELECTION: Final = {"cut", "copy", "duplicate", "delete", *_PLACES}
_LONGEST_PASTE: Final = 1_000_000
"""Characters of text that are pasted as a text; more is refused."""
_SHORT_PASTE: Final = 10_000
"""Characters that are read and checked at once: some milliseconds."""


class _KeysOfTools(QObject):
    """Keeps single keys from being shortcuts while a tool hears them: writing, drawing."""

    def __init__(self, canvas: QWidget, hears_keys: Callable[[], bool]) -> None:
        super().__init__(canvas)
        self._hears_keys = hears_keys
        canvas.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
            and self._hears_keys()
        ):
            event.accept()
            return True
        return False


class CanvasSurface:
    """The real surface of a board; see `Surface` for what its members mean."""

    def __init__(self, board: Board, context: PaintContext | None = None) -> None:
        self.changed: Event[None] = Event()
        self.left_out: Event[int] = Event()
        self.hindered: Event[Hindrance] = Event()
        self.pen_taken: Event[tuple[LiteralElement, ...]] = Event()
        self._might_draw: bool | None = None
        """As the rights were when last looked at; None while the board is not there as it is."""
        self._board = board
        self._paper = "auto"
        self.view = BoardView(context=context)
        self._flight = Flight(self.view.camera, MonotonicClock(), self.view)
        self.steered = self._flight.steered
        self.looked = self._flight.moved
        self._keys = _KeysOfTools(self.view, self._hears_keys)
        self.busy: Event[Busy | None] = Event()
        self._slices = Slices(self.busy, self.view)
        self._soon = QTimer(self.view)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: self.changed.emit(None))
        self._was_busy = False
        self._is_fitted = False
        self._closed = False
        self._context = context
        self._past: PastView | None = None
        self._tool_for_later = ""
        self._take_document(board.document)
        self.view.set_handler(self._handle)
        self.view.input.tapped = self._tapped
        self.view.pointer_left.connect(self._pointer_left)
        self.view.view_changed.connect(self._view_changed)
        self._unsubscribe = [
            board.changed.subscribe(lambda _none: self._board_changed()),
            board.document_replaced.subscribe(self._document_replaced),
            board.ephemeral.subscribe(self._somebody_does),
            self.view.scene.painted.subscribe(lambda _rects: self._geometry_settled()),
        ]
        theme().changed.connect(self._apply_paper)
        self._apply_paper()
        self._board_changed()

    # --- the document ---------------------------------------------------------------------

    def _take_document(self, document: SharedDocument) -> None:
        self.view.set_document(document)
        self.editor = Editor(document)
        self.editor.may_edit = self._may_edit
        self.editor.parent_to_root = self.view.places.parent_to_root
        self.view.describe = self.editor.describe
        self.tools = ToolBox(
            ToolContext(
                self.editor,
                self.view.places,
                self.view.camera,
                self.view.overlay,
                self._board,
                self.view.overlay.metrics,
                time.monotonic,
            )
        )
        self._of_tools = [
            self.tools.changed.subscribe(lambda _none: self._change_soon()),
            self.editor.selection.changed.subscribe(lambda _rids: self._change_soon()),
            self.editor.committed.subscribe(lambda _commit: self._change_soon()),
            self.editor.committed.subscribe(self._paper_may_differ),
        ]

    def _drop_document(self) -> None:
        for unsubscribe in self._of_tools:
            unsubscribe()
        self.tools.close()
        self.editor.close()

    def _document_replaced(self, document: SharedDocument) -> None:
        """The board was shared or joined: go on there, also with a stroke that is being drawn."""
        self._slices.stop()
        self.view.set_document(document)
        self.tools.follow(document)
        self._follow_rights()
        self._apply_paper()
        if document.was is None:
            self._is_fitted = False
            self._fit_once()
        self._change_soon()

    def _fit_once(self) -> None:
        """Show all of a drawing that came from elsewhere, as soon as there is something."""
        document = self._board.document
        root = document.root
        if self._is_fitted or not self.view.isVisible():
            return
        self._is_fitted = True
        if root is not None and document.children(root):
            self.view.fit_soon()

    # --- what happens -----------------------------------------------------------------------

    def _handle(self, event: ToolEvent) -> bool:
        used = self.tools.handle(event)
        busy = self._is_busy()
        if busy or busy != self._was_busy:
            self._was_busy = busy
            self._change_soon()
        return used

    def _is_busy(self) -> bool:
        return not self.tools.active.is_idle

    def _hears_keys(self) -> bool:
        return self.tools.is_text_edited or self._is_busy()

    def _change_soon(self) -> None:
        if not self._closed:
            self._soon.start(0)

    def _view_changed(self) -> None:
        self._fit_once()
        self._change_soon()

    def _geometry_settled(self) -> None:
        """Handles stand where the picture is now."""
        if not self._closed:
            self.tools.refresh()
            self._change_soon()

    def _pointer_left(self) -> None:
        self.tools.left()

    def _tapped(self, fingers: int) -> None:
        self.do("undo" if fingers == 2 else "redo")

    def _somebody_does(self, ephemera: Ephemera) -> None:
        who = ephemera.sender
        if not who.me:
            self.view.others.receive(Person(who.id, who.name, who.address), ephemera.what)

    def _board_changed(self) -> None:
        self._follow_rights()
        others = self.view.others
        if self._board.state is BoardState.OFFLINE:
            others.clear()
            return
        others.people_are(
            Person(one.id, one.name, one.address)
            for one in self._board.participants
            if not one.me and not one.away
        )

    def _may_edit(self, rid: Rid) -> bool:
        return self._is_whole and self._board.permissions.hindrance(rid) is None

    def _follow_rights(self) -> None:
        """Roles or finished parts may differ: show it, and end what I may not go on with."""
        permissions = self._board.permissions
        whole = permissions.hindrance()
        might_draw = self._might_draw
        self._might_draw = whole is None if self._is_whole else None
        if might_draw and self._might_draw is False and whole is not None:
            unfinished = self.tools.give_up()
            kept = (unfinished,) if unfinished is not None else ()
            self.view.show_kept_back(kept)
            if whole.why is Why.WATCHING:
                self.pen_taken.emit(kept)
        elif self._might_draw and might_draw is False:
            self.drop_kept_back()
        self.view.show_finished(
            {one.rid: words.plain(words.finished_by(one)) for one in permissions.finished}
        )
        self._lock_or_unlock()
        self._change_soon()

    def drop_kept_back(self) -> None:
        """See `Surface`."""
        self.view.show_kept_back(())

    def _lock_or_unlock(self) -> None:
        """What is drawn before the state is complete would be lost with the empty document.

        Who may only watch looks at things and around; any tool comes back with the pen.
        """
        looks = self.tools.current == "select" and self._is_whole
        if not self.may_draw and not self._tool_for_later and not looks:
            self._tool_for_later = self.tools.current
            self.tools.choose("hand")
            self._change_soon()
        elif self.may_draw and self._tool_for_later:
            tool, self._tool_for_later = self._tool_for_later, ""
            self.tools.choose(tool)
            self._change_soon()

    @property
    def _wanted_paper(self) -> str:
        """What this person chose; automatic is what the board says, and it is light if it is mute.

        So boards made here follow the theme, and files from elsewhere keep light paper.
        """
        document = self._board.document
        if self._paper != "auto" or document.root is None:
            return self._paper
        said = document.attribute(document.root, "paper", BOARD_NS)
        return said if said in {"auto", "dark"} else "light"

    def _paper_may_differ(self, commit: Commit) -> None:
        document = self._board.document
        changes = commit.changes
        if changes.reset or document.root in changes.attributes or document.root in changes.added:
            self._apply_paper()

    def _apply_paper(self) -> None:
        look = theme()
        paper = self._wanted_paper
        dark_paper = paper == "dark" or (paper == "auto" and look.dark)
        ground = DARK if dark_paper else LIGHT
        width = 3.0 if look.high_contrast else 1.75
        palette: Palette = replace(ground, dark=dark_paper, dark_paper=dark_paper, line_width=width)
        self.view.set_theme(palette)
        if self._past is not None:
            self._past.set_theme(palette)

    # --- Surface --------------------------------------------------------------------------

    @property
    def board(self) -> Board:
        """What is drawn on."""
        return self._board

    @property
    def widget(self) -> QWidget:
        """The canvas."""
        return self.view

    @property
    def tool(self) -> str:
        """Name of the chosen tool."""
        return self.tools.current

    def choose(self, tool: str) -> None:
        """Use another tool; while the board is on its way, as soon as it is there."""
        if self.may_draw or tool in {"select", "hand"}:
            self.tools.choose(tool)
        else:
            self._tool_for_later = tool
        self._change_now()

    def _change_now(self) -> None:
        self._soon.stop()
        self.changed.emit(None)

    @property
    def style(self) -> Style:
        """Of the tool in use."""
        own = self.tools.style
        fill = None if own.fill == "none" else own.fill
        return Style(own.colour, own.width, fill, own.font_size)

    def restyle(
        self,
        *,
        stroke: str | None = None,
        width: float | None = None,
        fill: str | None = None,
        font_size: float | None = None,
    ) -> None:
        """Change what is given: of the selection with the select tool, else of the tool."""
        chosen = self.editor.selection.rids
        if self.tools.current == "select":
            if (hindrance := self._hindrance_to("delete")) is not None:
                self.hindered.emit(hindrance)
                return
            if stroke is not None:
                self.editor.set_colour(chosen, stroke)
            values: dict[str, str | None] = {}
            if width is not None:
                values["stroke-width"] = f"{width:g}"
            if fill is not None:
                values["fill"] = fill
            if font_size is not None:
                values["font-size"] = f"{font_size:g}"
            if values:
                self.editor.set_style(chosen, values)
        own = self.tools.style
        self.tools.set_style(
            replace(
                own,
                colour=own.colour if stroke is None else stroke,
                width=own.width if width is None else width,
                fill=own.fill if fill is None else fill,
                font_size=own.font_size if font_size is None else font_size,
            )
        )
        self._change_now()

    @property
    def selected(self) -> Selected | None:
        """Where the selection is and what it looks like."""
        chosen = self.editor.selection.rids
        if not chosen or self.tools.current != "select" or self._past is not None:
            return None
        boxes = [box for rid in chosen if (box := self.view.places.shape_bounds(rid)) is not None]
        if not boxes:
            return None
        left = min(box.x for box in boxes)
        top = min(box.y for box in boxes)
        right = max(box.x + box.width for box in boxes)
        bottom = max(box.y + box.height for box in boxes)
        seen = self.view.camera.rect_to_view(Rect(left, top, right - left, bottom - top))
        # QRect takes 32 bits; a drawing far out of view is larger at high zoom.
        place = QRect(
            QPoint(_pixel(seen.x), _pixel(seen.y)),
            QPoint(_pixel(seen.x + seen.width), _pixel(seen.y + seen.height)),
        )
        return self._selected_style(len(chosen), place)

    def _selected_style(self, count: int, place: QRect) -> Selected:
        document = self.editor.document
        leaves = self.editor.leaves(self.editor.selection.rids)
        names = {document.name(rid) for rid in leaves}
        first = leaves[0] if leaves else None
        is_text = names == {"text"}
        colour = self._property(first, self.editor.main_paint(first) if first else "stroke")
        fill = self._property(first, "fill")
        style = Style(
            colour if colour.startswith("#") else "",
            _number(self._property(first, "stroke-width"), 1.0),
            fill if fill.startswith("#") else None,
            _number(self._property(first, "font-size"), 16.0),
        )
        return Selected(
            count,
            place,
            style,
            fillable=bool(names & {"rect", "ellipse", "circle", "polygon", "path"}),
            stroked=not is_text and "image" not in names,
            moving=self._is_busy(),
            hindrance=self._hindrance_to("delete"),
        )

    def _property(self, rid: Rid | None, name: str) -> str:
        """A presentation property as the element itself sets it."""
        if rid is None:
            return ""
        document = self.editor.document
        styled = declarations(document.attribute(rid, "style") or "")
        return (styled.get(name) or document.attribute(rid, name) or "").strip()

    @property
    def is_editing_text(self) -> bool:
        """Whether letters belong to a text now."""
        return self.tools.is_text_edited

    @property
    def may_draw(self) -> bool:
        """Whether the board is complete, shown as it is now, and mine to draw on."""
        return self._is_whole and self._board.permissions.hindrance() is None

    @property
    def _is_whole(self) -> bool:
        """Whether the board is complete, and shown as it is now."""
        return self._board.state is not BoardState.JOINING and self._past is None

    @property
    def why_not(self) -> str:
        """See `Surface`."""
        if not self._is_whole:
            return words.tr("The board is still on its way.")
        hindrance = self._board.permissions.hindrance()
        return words.why_not(hindrance) if hindrance is not None else ""

    @property
    def undo_label(self) -> str | None:
        """What undo would take back."""
        return self.editor.undo_stack.undo_label if self.editor.can_undo else None

    @property
    def redo_label(self) -> str | None:
        """What redo would do again."""
        return self.editor.undo_stack.redo_label if self.editor.can_redo else None

    def can(self, command: str) -> bool:
        """Whether a command would do something now."""
        if self._past is not None:
            return False
        if command == "finish":
            return self._board.permissions.may_finish and bool(self._not_finished)
        if command == "reopen":
            return self._board.permissions.may_finish and bool(self._finished)
        if command in _CHANGES and not self.may_draw:
            return False
        if command == "undo":
            return self.editor.can_undo
        if command == "redo":
            return self.editor.can_redo
        if command == "paste":
            data = QGuiApplication.clipboard().mimeData()
            return data is not None and (data.hasFormat(clipboard.MIME) or data.hasText())
        if command in _NEEDS_SELECTION:
            return bool(self.editor.selection) or bool(self.tools.text_tool.selected)
        return command == "select-all"

    def do(self, command: str) -> None:
        """Run a command of the Edit or Arrange menu."""
        if self._past is not None:
            return  # nobody edits the past
        if command in _CHANGES and (hindrance := self._hindrance_to(command)) is not None:
            self.hindered.emit(hindrance)
            return
        if command == "finish":
            self._board.permissions.finish(self._not_finished)
        elif command == "reopen":
            self._board.permissions.reopen(self._finished)
        elif self.tools.is_text_edited and command in {"cut", "copy", "paste", "select-all"}:
            self._do_in_text(command)
        elif command in _PLACES:
            self.editor.order(self.editor.selection.rids, _PLACES[command])
        else:
            self._do_with_things(command)
        self._change_now()

    def _hindrance_to(self, command: str) -> Hindrance | None:
        """Why a command would change nothing."""
        permissions = self._board.permissions
        if (whole := permissions.hindrance()) is not None:
            return whole
        chosen = self.editor.selection.rids
        if command not in _CHANGES_CHOSEN or not chosen:
            return None
        reasons = [permissions.hindrance(rid) for rid in chosen]
        return reasons[0] if all(reason is not None for reason in reasons) else None

    @property
    def _finished(self) -> tuple[Rid, ...]:
        """The finished parts that the selection is in, without repetition."""
        at = self._board.permissions.finished_at
        found = (at(rid) for rid in self.editor.selection.rids)
        return tuple(dict.fromkeys(one.rid for one in found if one is not None))

    @property
    def _not_finished(self) -> tuple[Rid, ...]:
        at = self._board.permissions.finished_at
        return tuple(rid for rid in self.editor.selection.rids if at(rid) is None)

    def _do_with_things(self, command: str) -> None:
        editor = self.editor
        chosen = editor.selection.rids
        if command in {"undo", "redo"}:
            self._step(redo=command == "redo")
        elif command == "delete":
            editor.delete(chosen)
        elif command == "duplicate":
            editor.duplicate()
        elif command == "select-all":
            self.tools.choose("select")
            editor.select_all()
        elif command in {"copy", "cut"} and chosen:
            text = clipboard.to_text(editor.copy())
            data = QMimeData()
            data.setData(clipboard.MIME, text.encode("utf-8", "surrogatepass"))
            data.setText(text)
            QGuiApplication.clipboard().setMimeData(data)
            if command == "cut":
                editor.delete(chosen, words.tr("Cut"))
        elif command == "paste":
            self._paste()

    def _step(self, *, redo: bool) -> None:
        """Undo or redo; what is large in slices. Something half done is taken back as it is."""
        self._slices.stop()
        steps = self.editor.undo_stack
        if steps.is_large(redo=redo):
            say = words.redoing if redo else words.undoing
            work = steps.performing(redo=redo)
            stopped = words.tr("Stopped half-way.")
            self._slices.run(work, say, lambda _changed: self._change_now(), stopped=stopped)
        elif redo:
            self.editor.redo()
        else:
            self.editor.undo()

    def _paste(self) -> None:
        """Drawings from the clipboard, 16 px beside where they were copied."""
        data = QGuiApplication.clipboard().mimeData()
        if data is None:
            return
        if data.hasFormat(clipboard.MIME):
            text = bytes(data.data(clipboard.MIME).data()).decode("utf-8", "replace")
        else:
            text = data.text()
        if len(text) > _LONGEST_PASTE or "<" not in text or self._slices.is_running:
            return
        self.tools.choose("select")
        self._slices.run(self._pasting(text), words.pasting)

    def _pasting(self, text: str) -> Generator[float | None, None, None]:
        """What is pasted is read and checked beside the loop where that would be felt."""
        try:
            if len(text) <= _SHORT_PASTE:
                pasted = clipboard.from_text(text)
            else:
                thread = ThreadPoolExecutor(1, "paste")
                reading = thread.submit(clipboard.from_text, text)
                thread.shutdown(wait=False)
                while not reading.done():
                    yield None
                pasted = reading.result()
        except clipboard.FileError:
            return  # text that is no drawing
        yield from self.editor.pasting(pasted.elements, translation(16.0, 16.0))
        if pasted.left_out:
            self.left_out.emit(pasted.left_out)

    def _do_in_text(self, command: str) -> None:
        tool = self.tools.text_tool
        board = QGuiApplication.clipboard()
        if command == "paste":
            text = board.text()
            if text and len(text) <= _LONGEST_PASTE:
                tool.insert(text)
        elif command in {"copy", "cut"} and tool.selected:
            board.setText(tool.selected)
            if command == "cut":
                tool.insert("")

    @property
    def zoom(self) -> float:
        """1.0 = 100 %."""
        return self._seen.camera.scale

    def zoom_by(self, factor: float) -> None:
        """About the middle of what is seen."""
        self.zoom_to(self.zoom * factor)

    def zoom_to(self, zoom: float) -> None:
        """Set the zoom about the middle."""
        self._seen.camera.set_scale_centred(zoom)
        self._change_now()

    def fit(self, *, selection: bool = False) -> None:
        """Show all of the drawing, or of the selection."""
        view = self._seen
        chosen = self.editor.selection.rids if self._past is None else self._past.picked
        boxes = [view.places.bounds(rid) for rid in chosen]
        found = [box for box in boxes if box is not None]
        if selection and found:
            left, top = min(box.x for box in found), min(box.y for box in found)
            right = max(box.x + box.width for box in found)
            bottom = max(box.y + box.height for box in found)
            view.fit_rect(Rect(left, top, right - left, bottom - top))
        else:
            view.fit()
        self._change_now()

    def set_paper(self, paper: str) -> None:
        """'auto', 'light' or 'dark'."""
        self._paper = paper
        self._apply_paper()

    def set_grid(self, shown: bool) -> None:
        """Show or hide the dots."""
        self.view.set_grid_shown(shown)
        if self._past is not None:
            self._past.set_grid_shown(shown)

    def reload_pictures(self) -> None:
        """Realise everything again, now that other pictures may be fetched."""
        self.view.scene.set_context(self.view.scene.context)

    def missing(self) -> tuple[str, ...]:
        """What cannot be shown, and what is drawn otherwise than it is written."""
        hidden = count_offences(self._board.document, SVG)
        planner = self.view.scene.planner
        noticed = {notice.rid for notice in planner.notices()} if planner is not None else ()
        sentences = [words.not_shown_here(hidden)] if hidden else []
        return (*sentences, *([words.drawn_otherwise(len(noticed))] if noticed else ()))

    # --- looking where others look

    @property
    def seen(self) -> Box:
        """What of the board is seen."""
        seen = self.view.camera.visible
        return Box(seen.x, seen.y, seen.width, seen.height)

    def look_at(self, box: Box, seconds: float = 0.0, *, margin: float = 0.0) -> None:
        """Show all of a place, `margin` px around it."""
        place = Rect(box.x, box.y, box.width, box.height)
        most = 4.0 if margin else MAX_SCALE
        self._flight.to(place, seconds, margin=margin, most=most)

    def box_of(self, rids: Sequence[Rid]) -> Box | None:
        """Where elements are; None if none of them is shown."""
        boxes = [box for rid in rids if (box := self.view.places.bounds(rid)) is not None]
        whole = union(boxes)
        return Box(whole.x, whole.y, whole.width, whole.height) if whole is not None else None

    @property
    def is_busy(self) -> bool:
        """Whether a gesture is under way, a text is being written, or the past is seen."""
        return self._is_busy() or self.tools.is_text_edited or self._past is not None

    def set_frame(self, address: str) -> None:
        """Frame the board in a person's colour; '' takes the frame away."""
        colour = hexadecimal(person_colour(address, dark=theme().dark)) if address else ""
        self.view.set_border(QColor(colour) if colour else None)

    # --- the board as it was

    @property
    def chosen(self) -> Sequence[Rid]:
        """The selected elements."""
        return self.editor.selection.rids

    def describe(self, rid: Rid) -> str:
        """An element in words, as it is or, while looking back, as it was."""
        return self._seen.describe(rid)

    def look_back(self, then: Shown) -> PastView:
        """Show the board as it was on a canvas of its own; the live one goes on beneath."""
        self.look_now()
        past = PastView(then, self._context)
        past.set_theme(self.view.theme)
        past.set_grid_shown(self.view.is_grid_shown)
        past.camera.resize(*self.view.camera.size, self.view.camera.ratio)
        past.camera.look_like(self.view.camera)
        past.view_changed.connect(self._change_soon)
        self._past = past
        self._lock_or_unlock()
        self._change_now()
        return past

    def look_now(self) -> None:
        """The live canvas is seen again."""
        past, self._past = self._past, None
        if past is not None:
            self.view.camera.look_like(past.camera)
            past.release()
            past.hide()
            past.deleteLater()
            self._lock_or_unlock()
            self._change_now()

    def show_touched(self, touched: Touched | None) -> None:
        """Outline what somebody touched."""
        self._seen.show_touched(touched)

    @property
    def _seen(self) -> BoardView:
        """The canvas that the person sees."""
        return self.view if self._past is None else self._past

    def close(self) -> None:
        """Let go of the board."""
        if self._closed:
            return
        self._slices.stop()
        self.look_now()
        self._closed = True
        self._soon.stop()
        self._flight.close()
        theme().changed.disconnect(self._apply_paper)
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._drop_document()
        self.view.release()
        self.view.hide()
        self.view.deleteLater()


def _pixel(value: float) -> int:
    return round(min(1e6, max(-1e6, value)))


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text.removesuffix("px"))
    except ValueError:
        return otherwise
