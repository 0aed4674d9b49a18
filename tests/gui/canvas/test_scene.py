"""The scene follows the document: after any edits it is what a scene made from scratch would be."""

from __future__ import annotations

import random
import time

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from tests.gui.canvas.support import board, described, literal
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.measure import QtMeasure
from whiteboard.canvas.scene import BoardScene
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.svg.bounds import TableMeasure

pytestmark = pytest.mark.usefixtures("qapp")

SHAPES = [
    '<rect x="{x}" y="{y}" width="40" height="30" fill="#d92d3a" stroke="#000"/>',
    '<path d="M{x} {y}c10 20 30 -20 40 10" fill="none" stroke="#2265d8" stroke-width="5"/>',
    '<circle cx="{x}" cy="{y}" r="18" fill="#2b8a4a" class="a"/>',
    '<text x="{x}" y="{y}" font-size="16">abc <tspan fill="#f00">d</tspan></text>',
    '<g transform="translate({x} {y})"><rect width="20" height="20"/>'
    '<circle r="9" fill="#f80"/></g>',
    '<g opacity=".5"><rect x="{x}" y="{y}" width="30" height="30"/>'
    '<rect x="5" width="50" height="9"/></g>',
    '<use href="#d" x="{x}" y="{y}"/>',
    '<ellipse cx="{x}" cy="{y}" rx="20" ry="9" fill="url(#p)"/>',
]
DEFS = (
    '<defs><rect id="d" width="25" height="25" fill="#7a4bd0"/><linearGradient id="p">'
    '<stop offset="0" stop-color="#f00"/><stop offset="1" stop-color="#00f"/>'
    "</linearGradient></defs>"
)


def follow(document: Document) -> BoardScene:
    scene = BoardScene(PaintContext())
    scene.set_document(document)
    scene.settle()
    return scene


def everything(scene: BoardScene) -> list[tuple[object, ...]]:
    """Top-level items as painted, lowest first."""
    items = scene.scene.items(Qt.SortOrder.AscendingOrder)
    return [described(item) for item in items if item.parentItem() is None]


def picture(scene: BoardScene) -> QImage:
    image = QImage(200, 200, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    scene.render(painter, QRectF(0, 0, 200, 200), QRectF(0, 0, 200, 200))
    painter.end()
    return image


def edit(document: Document, rng: random.Random) -> None:
    """One random change of a random element."""
    assert document.root is not None
    elements = [rid for rid in _walk(document, document.root) if document.kind(rid) is Kind.ELEMENT]
    victim = rng.choice(elements)
    groups = [rid for rid in elements if document.name(rid) in ("g", "svg")]
    place = {"x": rng.randrange(180), "y": rng.randrange(180)}
    with document.transact(Origin.LOCAL) as change:
        what = rng.randrange(7)
        if what <= 1 or victim == document.root:
            parent = rng.choice(groups)
            below = [r for r in document.children(parent) if document.kind(r) is Kind.ELEMENT]
            before = rng.choice([None, *below])
            change.add(parent, literal(rng.choice(SHAPES).format(**place)), before)
        elif what == 2:
            change.trash(victim)
        elif what == 3:
            change.set_attribute(victim, "fill", rng.choice(["#000", "#fff", "none", "#123456"]))
        elif what == 4:
            change.set_attribute(
                victim, "transform", rng.choice([None, "rotate(20 50 50)", "translate(9 -4)"])
            )
        elif what == 5:
            change.set_attribute(victim, "opacity", rng.choice([None, ".3", "1"]))
        else:
            parent = rng.choice(groups)
            if parent not in _walk(document, victim):
                change.move(victim, parent, None)


def _walk(document: Document, rid: Rid) -> list[Rid]:
    out = [rid]
    for child in document.children(rid):
        out.extend(_walk(document, child))
    return out


@pytest.mark.parametrize("seed", range(8))
def test_after_random_edits_the_scene_is_as_if_made_from_scratch(seed: int) -> None:
    rng = random.Random(seed)
    document = board(
        DEFS + "".join(s.format(x=rng.randrange(180), y=rng.randrange(180)) for s in SHAPES)
    )
    scene = follow(document)
    for step in range(60):
        edit(document, rng)
        if step % 7 == 0:
            scene.pump(0.0005)
        if step % 15 == 14:
            scene.settle()
            fresh = follow(document)
            assert everything(scene) == everything(fresh)
            assert picture(scene) == picture(fresh)
            fresh.close()
    scene.close()


def test_a_commit_only_marks_and_the_pump_does_the_work() -> None:
    document = board()
    scene = follow(document)
    marked: list[None] = []
    scene.marked.subscribe(marked.append)
    with document.transact(Origin.LOCAL) as change:
        change.add(document.root, literal('<rect width="9" height="9"/>'))
    assert scene.keys() == []
    assert len(marked) == 1
    assert not scene.is_settled
    assert scene.pump(1.0)
    assert len(scene.keys()) == 1
    scene.close()


def test_the_pump_stops_when_its_time_is_up_and_goes_on_later() -> None:
    many = "".join(f'<rect x="{i}" width="9" height="9"/>' for i in range(600))
    scene = BoardScene(PaintContext())
    scene.set_document(board(many))
    assert not scene.pump(0.001)
    assert len(scene.keys()) < 600
    end = time.monotonic() + 20
    while not scene.pump(0.001):
        assert time.monotonic() < end
    assert len(scene.keys()) == 600
    scene.close()


def test_only_what_changed_gets_new_items() -> None:
    document = board('<rect width="9" height="9"/><circle r="5"/>')
    scene = follow(document)
    rect, circle = scene.keys()
    before = {key: scene.items(key)[0] for key in (rect, circle)}
    with document.transact(Origin.LOCAL) as change:
        change.set_attribute(Rid(rect[0]), "fill", "#fff")
    scene.settle()
    assert scene.items(circle)[0] is before[circle]
    assert scene.items(rect)[0] is not before[rect]
    scene.close()


def test_another_document_replaces_all_items() -> None:
    scene = follow(board('<rect width="9" height="9"/><circle r="5"/>'))
    scene.set_document(board('<path d="M0 0H9V9Z"/>'))
    scene.settle()
    assert len(scene.scene.items()) == 1
    scene.close()


def test_what_is_dragged_is_shown_moved_and_goes_back_or_stays() -> None:
    document = board('<g><rect x="10" y="10" width="20" height="20"/></g>')
    group = next(r for r in document.children(document.root) if document.kind(r) is Kind.ELEMENT)
    scene = follow(document)
    at_rest = picture(scene)
    scene.show_moved({group: (1, 0, 0, 1, 100, 0)})
    assert picture(scene).pixelColor(120, 20).name() == "#000000"
    assert picture(scene).pixelColor(20, 20).name() == "#ffffff"
    with document.transact(Origin.REMOTE) as change:  # an edit meanwhile: still shown moved
        change.set_attribute(group, "fill", "#ff0000")
    scene.settle()
    assert picture(scene).pixelColor(120, 20).name() == "#ff0000"
    scene.show_moved({})
    assert picture(scene).pixelColor(20, 20).name() == "#ff0000"
    with document.transact(Origin.LOCAL) as change:
        change.set_attribute(group, "fill", None)
    scene.settle()
    assert picture(scene) == at_rest
    scene.close()


def test_what_the_eraser_would_take_is_faded() -> None:
    document = board('<rect width="50" height="50"/>')
    scene = follow(document)
    rid = Rid(scene.keys()[0][0])
    scene.show_faded(frozenset({rid}))
    assert abs(picture(scene).pixelColor(20, 20).red() - 191) <= 2
    scene.show_faded(frozenset())
    assert picture(scene).pixelColor(20, 20).red() == 0
    scene.close()


def test_a_large_commit_is_drawn_in_slices_and_without_a_tree_of_lxml(qapp) -> None:
    document = board()
    scene = BoardScene(PaintContext())
    scene.set_document(document)
    scene.settle()
    with document.transact(Origin.LOCAL) as edit:
        for i in range(1500):
            edit.add(document.root, literal(f'<rect x="{i}" width="5" height="5"/>'))
    pumps = 1
    while not scene.pump(0.0):
        pumps += 1
    assert pumps > 1500 / 64
    assert len(scene.keys()) == 1500
    assert document._tree is None
    scene.close()


def test_a_base_line_in_the_middle_is_that_of_the_font_that_is_painted() -> None:
    content = '<text y="50" font-size="40" dominant-baseline="text-after-edge">x</text>'
    document = board(content)
    scene = BoardScene(PaintContext())
    scene.set_document(document)
    scene.settle()
    (node,) = scene.planner.nodes()
    (run,) = node.chunks[0].runs
    descent = QtMeasure(scene.context.fonts).descent(run.font)
    assert descent != pytest.approx(TableMeasure().descent(run.font))
    assert abs(run.baseline_shift) == pytest.approx(descent)
    scene.close()
