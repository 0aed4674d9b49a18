"""What the schema forbids or finds invalid is not painted, and stays (SYNC 0.3.8)."""

from __future__ import annotations

import pytest

from tests.gui.canvas.support import board, colour
from tests.helpers.hostile import BAIT, HOSTILE
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.export import render_document
from whiteboard.canvas.nodes import DocumentSource, LiteralSource
from whiteboard.canvas.pictures import PictureStore
from whiteboard.canvas.scene import BoardScene
from whiteboard.formats.svgfile import save
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.planner import plan
from whiteboard.svg.schema import check as checking

pytestmark = pytest.mark.usefixtures("qapp")

RECT = '<rect x="50" y="50" width="100" height="50" fill="#d92d3a"/>'


class _Everything:
    """A web that would give all that is asked for, and remembers what was."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def allows(self, href: str) -> bool:
        return True

    def fetch(self, href, done) -> None:
        self.asked.append(href)
        done(None)


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_content_is_neither_drawn_nor_loaded_and_stays(inside) -> None:
    document = board(inside)
    web = _Everything()
    context = PaintContext(pictures=PictureStore(web))
    render_document(document, context=context)
    assert web.asked == []
    assert BAIT in save(document).decode()
    assert BAIT not in repr(plan(DocumentSource(document)))


def test_a_misplaced_shape_is_not_drawn_and_its_neighbours_are() -> None:
    document = board(f"<linearGradient>{RECT}</linearGradient><stop/>{RECT}")
    assert len(plan(DocumentSource(document))) == 1


def test_what_uses_a_hidden_element_finds_nothing() -> None:
    document = board(
        '<foreignObject><rect id="r" width="9" height="9"/></foreignObject><use href="#r"/>'
    )
    assert plan(DocumentSource(document)) == []


def test_an_invalid_value_counts_as_not_written_and_a_valid_one_shows_at_once() -> None:
    document = board('<path d="M0 0H50V50z oops" fill="#d92d3a"/>')
    scene = BoardScene(PaintContext())
    scene.set_document(document)
    scene.settle()
    assert scene.keys() == []
    (path,) = document.children(document.root)
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(path, "d", "M0 0H50V50z")
    scene.settle()
    assert len(scene.keys()) == 1
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(path, "d", "M0 0H50V50z oops")
    scene.settle()
    assert scene.keys() == []
    assert colour(render_document(document, 100, 100), 30, 10) == "#ffffff"


def test_an_element_moved_to_a_place_where_it_may_stand_appears() -> None:
    document = board(f"<clipPath><g>{RECT}</g></clipPath>")
    scene = BoardScene(PaintContext())
    scene.set_document(document)
    scene.settle()
    assert scene.keys() == []
    (clip,) = document.children(document.root)
    (group,) = document.children(clip)
    with document.transact(Origin.LOCAL) as edit:
        edit.move(group, document.root)
    scene.settle()
    assert len(scene.keys()) == 1


def test_an_edit_checks_only_the_element_that_it_touched(monkeypatch) -> None:
    document = board(RECT * 200)
    scene = BoardScene(PaintContext())
    scene.set_document(document)
    scene.settle()
    checked = []

    def counting(ns, name, attributes, parent):
        checked.append(name)
        return checking.check(ns, name, attributes, parent)

    monkeypatch.setattr("whiteboard.canvas.nodes.check", counting)
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(document.children(document.root)[7], "x", "5")
    scene.settle()
    assert checked == ["rect"]


def test_a_hostile_preview_is_read_as_if_it_were_not_written() -> None:
    literal = LiteralElement(
        SVG_NS,
        "g",
        (),
        (
            LiteralElement(SVG_NS, "image", (("", "href", f"file:///{BAIT}"), ("", "width", "9"))),
            LiteralElement(SVG_NS, "foreignObject", (), (LiteralElement(SVG_NS, "rect"),)),
        ),
    )
    source = LiteralSource(literal)
    assert [child.name for child in source.root.children] == ["image"]
    assert BAIT not in repr(plan(source))
