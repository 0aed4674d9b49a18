"""Live ink: what is seen while a stroke is drawn is what stays."""

import math

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from tests.helpers.tool_driver import ToolDriver
from whiteboard.canvas.camera import Camera
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.ink import InkLayer
from whiteboard.canvas.items import realise
from whiteboard.canvas.nodes import LiteralSource
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.planner import plan
from whiteboard.tools.events import Device

SIZE = QRect(0, 0, 300, 200)
INK = QColor("#1B1F24")


def camera() -> Camera:
    out = Camera()
    out.resize(SIZE.width(), SIZE.height(), 1.0)
    out.pan(-out.offset[0], -out.offset[1])
    return out


def page() -> QImage:
    image = QImage(SIZE.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    return image


def live(points, opacity=1.0, *, layer=None, step=1) -> QImage:
    layer = layer or InkLayer(camera())
    for count in range(1, len(points) + 1, step):
        layer.show([(x, y, 0.5 + p) for x, y, p in points[:count]], INK, 5.0, opacity)
    layer.show([(x, y, 0.5 + p) for x, y, p in points], INK, 5.0, opacity)
    image = page()
    painter = QPainter(image)
    layer.paint(painter, SIZE)
    painter.end()
    return image


def committed(points) -> QImage:
    driver = ToolDriver("pen")
    driver.device = Device.PEN
    for i, (x, y, pressure) in enumerate(points):
        driver.pressure = pressure
        driver.down(x, y) if i == 0 else driver.move(x, y)
    driver.up()
    element = LiteralElement(
        SVG_NS, "path", tuple(("", n, v) for n, v in driver.look(driver.things[0]).items())
    )
    image = page()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    source = LiteralSource(LiteralElement(SVG_NS, "svg", (), (element,)))
    from PySide6.QtWidgets import QGraphicsScene

    scene = QGraphicsScene()
    for node in plan(source):
        for item in realise(node, PaintContext()):
            scene.addItem(item)
    scene.render(painter, QRectF(SIZE), QRectF(SIZE))
    painter.end()
    return image


def dark(image: QImage) -> int:
    return sum(
        image.pixelColor(x, y).lightness() < 128
        for x in range(image.width())
        for y in range(image.height())
    )


def differing(a: QImage, b: QImage) -> int:
    return sum(
        abs(a.pixelColor(x, y).lightness() - b.pixelColor(x, y).lightness()) > 128
        for x in range(a.width())
        for y in range(a.height())
    )


def wave(pressure):
    return [
        (round(20 + i * 4), round(100 + 60 * math.sin(i / 5)), pressure(i / 64)) for i in range(65)
    ]


@pytest.mark.parametrize(
    "pressure",
    [lambda _t: 0.5, lambda t: 0.1 + 0.9 * math.sin(math.pi * t)],
    ids=["a mouse", "a pen"],
)
def test_nothing_jumps_when_the_pen_is_lifted(qapp, pressure):
    points = wave(pressure)
    before, after = live(points), committed(points)
    assert dark(after) > 1000
    assert differing(before, after) < 0.03 * dark(after)


def test_ink_that_can_be_seen_through_is_as_faint_where_the_tail_begins(qapp):
    image = live(wave(lambda _t: 0.5), 0.5)
    darkest = min(image.pixelColor(x, y).lightness() for x in range(300) for y in range(200))
    assert darkest >= 0.5 * 255 - 1


def test_it_makes_no_difference_in_how_many_steps_ink_comes(qapp):
    points = wave(lambda _t: 0.5)
    assert differing(live(points), live(points, step=7)) < 20


def test_another_stroke_takes_the_place_of_the_first(qapp):
    layer = InkLayer(camera())
    first, second = wave(lambda _t: 0.5), [(10.0, 10.0, 0.5), (60.0, 10.0, 0.5)]
    live(first, layer=layer)
    assert differing(live(second, layer=layer), live(second)) == 0


def test_a_long_stroke_costs_no_more_for_each_point(qapp):
    layer = InkLayer(camera())
    points = [(150 + 100 * math.sin(i / 50), 100 + 80 * math.sin(i / 9), 1.0) for i in range(3000)]
    for count in range(1, len(points), 5):
        layer.show(points[:count], INK, 5.0)
        assert len(layer._tail) < 150
