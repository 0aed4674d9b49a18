"""Drives the tool box as a hand would: `driver.down(1, 2).move(30, 40).up()`."""

from __future__ import annotations

from tests.helpers.table_geometry import FixedMetrics, FixedView, Shown, TableGeometry, Told
from whiteboard.editing.editor import Editor
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.svg.plan import SVG_NS
from whiteboard.tools.context import ToolContext
from whiteboard.tools.events import (
    Button,
    Device,
    KeyEvent,
    Modifiers,
    Phase,
    PointerEvent,
    TextEvent,
    TickEvent,
)
from whiteboard.tools.root import ToolBox
from whiteboard.validation.applications import SVG
from whiteboard.validation.edits import offences


def element(name: str, *children: LiteralElement | str, **attributes: object) -> LiteralElement:
    """A literal: `element('rect', x=1, stroke_width=2)`."""
    values = tuple(("", k.rstrip("_").replace("_", "-"), str(v)) for k, v in attributes.items())
    return LiteralElement(SVG_NS, name, values, children)


class ToolDriver:
    """One person's tool box on a fresh document, with time in their hand."""

    def __init__(self, tool: str = "select", document: Document | None = None) -> None:
        self.document = document or new_document()
        self.editor = Editor(self.document)
        self.view = FixedView()
        self.overlay = Shown()
        self.told = Told()
        self.time = 0.0
        self.context = ToolContext(
            self.editor,
            TableGeometry(self.document),
            self.view,
            self.overlay,
            self.told,
            FixedMetrics(self.document),
            lambda: self.time,
        )
        self.box = ToolBox(self.context)
        self.commits: list[Commit] = []
        self.document.on_commit.subscribe(self.commits.append)
        self.document.on_commit.subscribe(self.is_valid)
        self.at = (0.0, 0.0)
        self.held = Modifiers()
        self.device = Device.MOUSE
        self.button = Button.PRIMARY
        self.pressure: float | None = None
        self.used = False
        self.box.choose(tool)

    def is_valid(self, commit: Commit) -> None:
        """Whatever a tool does in any test keeps to the rules of SVG."""
        if commit.origin in (Origin.LOCAL, Origin.UNDO):
            for batch in commit.batches:
                assert offences(self.document, batch, SVG) == ()

    # -- setting the scene

    def add(self, literal: LiteralElement, parent: Rid | None = None) -> Rid:
        """An element that stands there already; no step of this person's."""
        parent = parent or self.document.root
        with self.document.transact(Origin.LOAD) as transaction:
            rid = transaction.add(parent, literal)
        self.commits.clear()
        return rid

    def rect(self, x: float, y: float, width: float, height: float, **more: object) -> Rid:
        return self.add(element("rect", x=x, y=y, width=width, height=height, **more))

    def remote_delete(self, *rids: Rid) -> ToolDriver:
        """Somebody else deletes these: as a second replica that got all of ours."""
        other = Document(self.document.session, "other", "otherXX1")
        other.receive(self.document.batches_since({}))
        with other.transact(Origin.LOCAL) as transaction:
            for rid in rids:
                transaction.trash(rid)
        self.document.receive(other.batches_since(self.document.vv))
        self.commits = [c for c in self.commits if c.origin is not Origin.REMOTE]
        return self

    def remote(self) -> Document:
        """A second replica that holds all of ours."""
        other = Document(self.document.session, "other", "otherXX2")
        other.receive(self.document.batches_since({}))
        return other

    # -- events

    def hold(self, **modifiers: bool) -> ToolDriver:
        self.held = Modifiers(**modifiers)
        return self

    def pointer(self, phase: Phase, x: float | None = None, y: float | None = None) -> ToolDriver:
        if x is not None and y is not None:
            self.at = (x, y)
        self.time += 0.01
        scale = self.view.scale
        px, py = self.at
        event = PointerEvent(
            phase, px, py, px * scale, py * scale, self.time,
            self.button if phase in (Phase.DOWN, Phase.UP, Phase.DOUBLE) else Button.NONE,
            self.held, self.device, self.pressure,
        )  # fmt: skip
        self.used = self.box.handle(event)
        return self

    def down(self, x: float, y: float) -> ToolDriver:
        return self.pointer(Phase.DOWN, x, y)

    def move(self, x: float, y: float) -> ToolDriver:
        return self.pointer(Phase.MOVE, x, y)

    def hover(self, x: float, y: float) -> ToolDriver:
        return self.pointer(Phase.HOVER, x, y)

    def up(self) -> ToolDriver:
        return self.pointer(Phase.UP)

    def cancel(self) -> ToolDriver:
        return self.pointer(Phase.CANCEL)

    def double(self, x: float, y: float) -> ToolDriver:
        return self.pointer(Phase.DOUBLE, x, y).up()

    def click(self, x: float, y: float) -> ToolDriver:
        return self.down(x, y).up()

    def drag(self, x1: float, y1: float, x2: float, y2: float) -> ToolDriver:
        return self.down(x1, y1).move((x1 + x2) / 2, (y1 + y2) / 2).move(x2, y2).up()

    def press(self, key: str, text: str = "", **modifiers: bool) -> ToolDriver:
        """A key, down and up."""
        held = Modifiers(**modifiers) if modifiers else self.held
        self.used = self.box.handle(KeyEvent(key, text, held))
        self.box.handle(KeyEvent(key, "", held, pressed=False))
        return self

    def key_down(self, key: str) -> ToolDriver:
        self.used = self.box.handle(KeyEvent(key, "", self.held))
        return self

    def key_up(self, key: str) -> ToolDriver:
        self.used = self.box.handle(KeyEvent(key, "", self.held, pressed=False))
        return self

    def type(self, text: str) -> ToolDriver:
        for character in text:
            if character == "\n":
                self.press("Return", "\r")
            else:
                self.press("Space" if character == " " else character, character)
        return self

    def compose(self, text: str = "", preedit: str = "") -> ToolDriver:
        self.used = self.box.handle(TextEvent(text, preedit))
        return self

    def tick(self) -> ToolDriver:
        self.time += 0.016
        self.box.handle(TickEvent(self.time))
        return self

    # -- what came of it

    def expect_in(self, path: str) -> ToolDriver:
        assert self.box.path == path
        return self

    @property
    def shown(self):
        return self.overlay.feedback

    @property
    def things(self) -> tuple[Rid, ...]:
        return self.editor.things()

    def names(self) -> list[str]:
        return [self.document.name(rid) for rid in self.things]

    def look(self, rid: Rid) -> dict[str, str]:
        """Attributes without namespace."""
        return {name: v for (ns, name), v in self.document.attributes(rid).items() if not ns}

    def text_of(self, rid: Rid) -> str:
        return "".join(
            self.document.text(child)
            if self.document.kind(child) is Kind.TEXT
            else "|" + self.text_of(child)
            for child in self.document.children(rid)
        )
