"""What each plan node looks like: colours at points, not whole pictures."""

from __future__ import annotations

import base64

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsSimpleTextItem

from tests.gui.canvas.support import board, colour, is_near, rendered
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.items import realise
from whiteboard.canvas.scene import BoardScene
from whiteboard.svg.plan import Font, PathShape, Rgba, Stroke, TextChunk, TextRun, TextShape

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(
    ("content", "inside", "outside"),
    [
        ('<rect x="20" y="30" width="60" height="40" fill="#d92d3a"/>', (50, 50), (50, 80)),
        ('<circle cx="100" cy="100" r="50" fill="#d92d3a"/>', (130, 130), (140, 140)),
        ('<ellipse cx="100" cy="100" rx="80" ry="20" fill="#d92d3a"/>', (170, 100), (170, 115)),
        ('<polygon points="20,20 180,20 20,180" fill="#d92d3a"/>', (60, 60), (150, 150)),
        ('<path d="M20 20H180V180Z" fill="#d92d3a"/>', (150, 100), (60, 150)),
        ('<line x1="20" y1="50" x2="180" y2="50" stroke="#d92d3a" stroke-width="10"/>',
         (100, 52), (100, 60)),
        ('<polyline points="20,20 20,180 180,180" fill="none" stroke="#d92d3a" stroke-width="8"/>',
         (100, 180), (100, 100)),
    ],
)  # fmt: skip
def test_each_basic_shape_is_painted_where_it_is(
    content: str, inside: tuple[int, int], outside: tuple[int, int]
) -> None:
    image = rendered(content)
    assert colour(image, *inside) == "#d92d3a"
    assert colour(image, *outside) == "#ffffff"


def test_the_fill_rule_decides_about_the_hole() -> None:
    path = "M20 20H180V180H20Z M60 60H140V140H60Z"
    assert colour(rendered(f'<path d="{path}" fill="#2b8a4a"/>'), 100, 100) == "#2b8a4a"
    holed = rendered(f'<path d="{path}" fill="#2b8a4a" fill-rule="evenodd"/>')
    assert colour(holed, 100, 100) == "#ffffff"
    assert colour(holed, 40, 100) == "#2b8a4a"


def test_caps_reach_beyond_the_ends_as_they_say() -> None:
    line = '<path d="M60 {y}H140" stroke="#000" stroke-width="20" stroke-linecap="{cap}"/>'
    content = "".join(
        line.format(y=y, cap=cap) for y, cap in ((30, "butt"), (80, "round"), (130, "square"))
    )
    image = rendered(content)
    assert colour(image, 55, 30) == "#ffffff"
    assert colour(image, 53, 80) == "#000000"
    assert colour(image, 51, 72) == "#ffffff"
    assert colour(image, 52, 123) == "#000000"


def test_a_miter_is_cut_where_the_limit_of_svg_says() -> None:
    # An angle of 60° has a miter of 1 / sin(30°) = 2 stroke widths.
    corner = '<path d="M50 150L100 63.4L150 150" fill="none" stroke="#000" stroke-width="20"'
    assert colour(rendered(f'{corner} stroke-miterlimit="2.1"/>'), 100, 47) == "#000000"
    assert colour(rendered(f'{corner} stroke-miterlimit="1.9"/>'), 100, 47) == "#ffffff"


def test_joins_differ_at_the_corner() -> None:
    corner = '<path d="M50 150V50H150" fill="none" stroke="#000" stroke-width="40"'
    assert colour(rendered(f'{corner} stroke-linejoin="miter"/>'), 32, 32) == "#000000"
    assert colour(rendered(f'{corner} stroke-linejoin="round"/>'), 32, 32) == "#ffffff"
    assert colour(rendered(f'{corner} stroke-linejoin="round"/>'), 38, 38) == "#000000"
    assert colour(rendered(f'{corner} stroke-linejoin="bevel"/>'), 38, 38) == "#ffffff"


def test_dashes_are_in_user_units_and_start_at_the_offset() -> None:
    line = '<path d="M0 {y}H200" stroke="#000" stroke-width="10" stroke-dasharray="{dash}"{more}/>'
    image = rendered(
        line.format(y=20, dash="20 10", more="")
        + line.format(y=60, dash="20 10", more=' stroke-dashoffset="20"')
        + line.format(y=100, dash="30", more="")
    )
    assert [colour(image, x, 20) for x in (10, 25, 40, 55)] == [
        "#000000", "#ffffff", "#000000", "#ffffff",
    ]  # fmt: skip
    assert [colour(image, x, 60) for x in (5, 20, 35)] == ["#ffffff", "#000000", "#ffffff"]
    assert [colour(image, x, 100) for x in (15, 45, 75)] == ["#000000", "#ffffff", "#000000"]


def test_dots_of_no_length_are_seen_with_round_caps() -> None:
    image = rendered(
        '<path d="M20 50H180" stroke="#000" stroke-width="10" '
        'stroke-linecap="round" stroke-dasharray="0 40"/>'
    )
    assert colour(image, 60, 50) == "#000000"
    assert colour(image, 80, 50) == "#ffffff"


def test_a_line_with_too_many_dashes_is_drawn_solid_and_at_once() -> None:
    image = rendered('<path d="M0 50H1e7" stroke="#000" stroke-width="8" stroke-dasharray="1e-4"/>')
    assert colour(image, 100, 50) == "#000000"


def test_gradients_run_over_the_box_and_may_have_a_hard_edge() -> None:
    image = rendered(
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/>'
        '<stop offset=".5" stop-color="#f00"/><stop offset=".5" stop-color="#00f"/>'
        '<stop offset="1" stop-color="#00f"/></linearGradient>'
        '<radialGradient id="r"><stop offset="0" stop-color="#fff"/>'
        '<stop offset="1" stop-color="#000"/></radialGradient></defs>'
        '<rect x="20" y="10" width="160" height="50" fill="url(#g)"/>'
        '<circle cx="100" cy="130" r="50" fill="url(#r)"/>'
    )
    assert colour(image, 95, 30) == "#ff0000"
    assert colour(image, 105, 30) == "#0000ff"
    assert is_near(image, 100, 130, "#ffffff", 10)
    assert is_near(image, 125, 130, "#7f7f7f", 10)
    assert is_near(image, 148, 130, "#0a0a0a", 12)


def test_a_fading_gradient_keeps_its_colour() -> None:
    image = rendered(
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/>'
        '<stop offset="1" stop-color="#0f0" stop-opacity="0"/></linearGradient></defs>'
        '<rect width="200" height="200" fill="url(#g)"/>',
        background="#000000",
    )
    # Colour and alpha apart: half way #808000 at 50 %; premultiplied it would be #800000.
    assert is_near(image, 100, 100, "#404000", 6)


def test_group_opacity_shows_the_children_as_one_picture() -> None:
    image = rendered(
        '<g opacity=".5"><rect x="20" y="20" width="100" height="100" fill="#000"/>'
        '<rect x="80" y="80" width="100" height="100" fill="#000"/></g>'
    )
    assert is_near(image, 50, 50, "#808080")
    assert is_near(image, 100, 100, "#808080")


def test_one_shape_with_fill_and_stroke_fades_as_one() -> None:
    image = rendered(
        '<rect x="50" y="50" width="100" height="100" fill="#f00" stroke="#00f" '
        'stroke-width="40" opacity=".5"/>'
    )
    assert is_near(image, 62, 100, "#8080ff")
    assert is_near(image, 100, 100, "#ff8080")


def test_a_clip_hides_what_is_outside() -> None:
    image = rendered(
        '<defs><clipPath id="c"><circle cx="100" cy="100" r="40"/></clipPath></defs>'
        '<g clip-path="url(#c)"><rect width="200" height="200" fill="#2265d8"/></g>'
    )
    assert colour(image, 100, 100) == "#2265d8"
    assert colour(image, 30, 30) == "#ffffff"


def test_paint_order_puts_the_stroke_below() -> None:
    image = rendered(
        '<rect x="50" y="50" width="100" height="100" fill="#f00" stroke="#00f" '
        'stroke-width="40" paint-order="stroke"/>'
    )
    assert colour(image, 60, 100) == "#ff0000"
    assert colour(image, 40, 100) == "#0000ff"


def test_a_stroke_that_does_not_scale_keeps_its_width() -> None:
    image = rendered(
        '<path d="M0 10H20" transform="scale(10)" stroke="#000" stroke-width="6" '
        'vector-effect="non-scaling-stroke"/>'
    )
    assert colour(image, 100, 101) == "#000000"
    assert colour(image, 100, 107) == "#ffffff"


def test_use_shows_the_same_element_twice() -> None:
    image = rendered(
        '<rect id="a" width="40" height="40" fill="#7a4bd0"/><use href="#a" x="100" y="100"/>'
    )
    assert colour(image, 20, 20) == "#7a4bd0"
    assert colour(image, 120, 120) == "#7a4bd0"


def test_text_stands_on_its_baseline_and_follows_its_anchor() -> None:
    image = rendered(
        '<text x="100" y="100" font-size="60" text-anchor="middle" '
        'font-family="sans-serif">HHH</text>'
    )
    columns = [x for x in range(200) if any(colour(image, x, y) != "#ffffff" for y in (70, 80, 95))]
    rows = [y for y in range(200) if any(colour(image, x, y) != "#ffffff" for x in range(200))]
    assert abs((columns[0] + columns[-1]) / 2 - 100) <= 3
    assert abs(rows[-1] - 99) <= 1
    assert 50 <= rows[0] <= 60


def test_plain_text_is_text_and_outlined_text_is_outlines() -> None:
    font = Font(("sans-serif",), 20.0)
    ink = Rgba(0, 0, 0)
    plain = TextRun("t", "Hello", font, ink, None)
    stroked = TextRun("t", "Hello", font, None, Stroke(ink, 1.0))
    for run, kind in ((plain, QGraphicsSimpleTextItem), (stroked, QGraphicsPathItem)):
        chunk = TextChunk(0, 0, "start", False, (run,))
        items = realise(TextShape(("t", ()), (1, 0, 0, 1, 0, 0), (chunk,)), PaintContext())
        assert [type(item) for item in items] == [kind]


def png(width: int, height: int, fill: str) -> str:
    """A `data:` URI of one colour."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(fill))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(bytes(data.data())).decode()


def test_an_image_is_fitted_into_its_rectangle() -> None:
    wide = png(40, 20, "#e8730c")
    meet = rendered(f'<image x="50" y="50" width="100" height="100" href="{wide}"/>')
    assert colour(meet, 100, 100) == "#e8730c"
    assert colour(meet, 100, 60) == "#ffffff"
    covering = rendered(
        f'<image x="50" y="50" width="100" height="100" preserveAspectRatio="xMidYMid slice" '
        f'href="{wide}"/>'
    )
    assert colour(covering, 100, 60) == "#e8730c"
    assert colour(covering, 40, 100) == "#ffffff"


def test_hostile_numbers_neither_crash_nor_blank_the_rest() -> None:
    hostile = "".join(
        f'<rect x="{n}" y="{n}" width="{n}" height="{n}" stroke-width="{n}" fill="none" '
        f'stroke="#000" transform="scale({n})"/><circle r="{n}" cx="{n}" fill="none"/>'
        f'<path d="M{n} {n}L{n} 0" fill="none"/><text x="{n}" font-size="{n}" fill="none">x</text>'
        for n in ("1e308", "-1e308", "NaN", "Infinity", "1e400", "1e-320", "0")
    )
    image = rendered(hostile + '<rect x="50" y="50" width="100" height="100" fill="#0e8c8c"/>')
    assert colour(image, 100, 100) == "#0e8c8c"


def test_a_plan_node_that_is_not_finite_gives_no_item() -> None:
    node = PathShape(
        ("r", ()), (float("nan"), 0, 0, 1, 0, 0), (("M", 0, 0), ("L", 1, 1)), None, False,
        Stroke(Rgba(0, 0, 0), 1.0),
    )  # fmt: skip
    assert realise(node, PaintContext()) == []


def test_leaves_are_top_level_items() -> None:
    scene = BoardScene(PaintContext())
    document = board(
        '<g><g transform="scale(2)"><rect width="5" height="5"/></g><path d="M0 0H9"/></g>'
    )
    scene.set_document(document)
    scene.settle()
    items = scene.scene.items(Qt.SortOrder.AscendingOrder)
    assert [item.parentItem() for item in items] == [None, None]
    scene.close()
