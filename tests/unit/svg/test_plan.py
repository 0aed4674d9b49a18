"""What one document is painted as: styles, shapes, paints, references, text."""

# ruff: noqa: E501 - a drawing is easier to read in one line

import pytest

from tests.helpers.svgtree import Tree
from whiteboard.svg import css, planner
from whiteboard.svg.plan import (
    Clip,
    ImageShape,
    Isolate,
    LinearGradient,
    PathShape,
    RadialGradient,
    Rgba,
    Stop,
    TextShape,
)
from whiteboard.svg.planner import Planner, owner, plan
from whiteboard.svg.viewport import page

RED, BLUE, BLACK = Rgba(255, 0, 0), Rgba(0, 0, 255), Rgba(0, 0, 0)


def planned(body, attributes="viewBox='0 0 200 100'"):
    return plan(Tree(f"<svg {attributes}>{body}</svg>"))


def only(body):
    (node,) = planned(body)
    return node


def fill_of(body):
    return only(body).fill


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<rect width='1' height='1'/>", BLACK),
        ("<g fill='red'><rect width='1' height='1'/></g>", RED),
        ("<rect width='1' height='1' fill='red' style='fill:blue'/>", BLUE),
        ("<style>rect{fill:blue}</style><rect width='1' height='1' fill='red'/>", BLUE),
        (
            "<style>rect{fill:red!important}</style><rect width='1' height='1' style='fill:blue'/>",
            RED,
        ),
        (
            "<style>.a{fill:red} rect{fill:blue}</style><rect class='b a' width='1' height='1'/>",
            RED,
        ),
        (
            "<style>#i{fill:red} .a{fill:blue}</style><rect id='i' class='a' width='1' height='1'/>",
            RED,
        ),
        ("<style>g>rect{fill:red}</style><g><rect width='1' height='1'/></g>", RED),
        ("<style>svg rect{fill:red}</style><g><rect width='1' height='1'/></g>", RED),
        ("<style>svg>rect{fill:red}</style><g><rect width='1' height='1'/></g>", BLACK),
        ("<style>[width='1']{fill:red}</style><rect width='1' height='1'/>", RED),
        ("<style>rect:not(.x){fill:red}</style><rect width='1' height='1'/>", RED),
        ("<style>rect:first-child{fill:red}</style><rect width='1' height='1'/>", BLACK),
        ("<style>@media print{rect{fill:red}}</style><rect width='1' height='1'/>", BLACK),
        ("<style>rect::before,x:foo{fill:red} a{</style><rect width='1' height='1'/>", BLACK),
        ("<g color='red'><rect width='1' height='1' fill='currentColor'/></g>", RED),
        ("<g fill='currentColor' color='red'><rect color='blue' width='1' height='1'/></g>", BLUE),
        ("<g fill='red'><rect fill='inherit' width='1' height='1'/></g>", RED),
        ("<g fill='red'><rect fill='initial' width='1' height='1'/></g>", BLACK),
        ("<g fill='red'><rect fill='oops' width='1' height='1'/></g>", RED),
        ("<rect width='1' height='1' fill='red' style='fill:oops'/>", RED),
        ("<rect width='1' height='1' fill='url(#no) red'/>", RED),
        ("<rect width='1' height='1' fill='red' fill-opacity='50%'/>", Rgba(255, 0, 0, 0.5)),
    ],
)
def test_the_cascade_decides_the_fill(body, wanted):
    assert fill_of(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "<rect width='0' height='1'/>",
        "<circle r='-1'/>",
        "<path d=''/>",
        "<path d='M1 1'/>",
        "<polyline points='1 1'/>",
        "<g display='none'><rect width='1' height='1'/></g>",
        "<rect width='1' height='1' visibility='hidden'/>",
        "<rect width='1' height='1' fill='none'/>",
        "<rect width='1' height='1' fill='url(#no)'/>",
        "<defs><rect width='1' height='1'/></defs>",
        "<rect xmlns='urn:x' width='1' height='1'/>",
        "<rect width='1' height='1' requiredExtensions='urn:x'/>",
        "<use href='#no'/>",
        "<line x2='5'/>",
        "<image width='4' height='4'/>",
        "<text> </text>",
        "<script>x</script>",
    ],
)
def test_some_elements_paint_nothing(body):
    assert planned(body) == []


def test_hidden_groups_may_hold_visible_children():
    assert (
        len(planned("<g visibility='hidden'><rect visibility='visible' width='1' height='1'/></g>"))
        == 1
    )


def test_shapes_resolve_units_and_percentages():
    path = only("<rect x='10%' y='10%' width='1in' height='50%'/>").path
    assert path[0] == ("M", 20, 10)
    assert path[2] == ("L", 116, 60)
    assert only("<ellipse rx='5'/>").path == only("<circle r='5'/>").path
    assert len(only("<rect width='9' height='9' rx='2'/>").path) == 10


def test_strokes_keep_their_properties():
    stroke = only(
        "<path d='M0 0L5 5' fill='none' stroke='red' stroke-width='2' stroke-linecap='round'"
        " stroke-linejoin='bevel' stroke-dasharray='1 2 3' stroke-dashoffset='1'/>"
    ).stroke
    assert (stroke.paint, stroke.width, stroke.cap.value, stroke.join.value) == (
        RED,
        2,
        "round",
        "bevel",
    )
    assert stroke.dash == (1, 2, 3, 1, 2, 3)


def test_matrices_lead_to_the_root_through_all_groups():
    node = only(
        "<g transform='translate(5 0)'><rect transform='scale(2)' width='1' height='1'/></g>"
    )
    assert node.matrix == (2, 0, 0, 2, 5, 0)
    turned = only(
        "<rect style='transform:rotate(90deg);transform-origin:10px 0' width='1' height='1'/>"
    )
    assert turned.matrix == pytest.approx((0, 1, -1, 0, 10, -10))


def test_opacity_of_one_paint_stays_on_the_leaf_and_of_more_isolates():
    assert only("<rect width='1' height='1' opacity='.5'/>").opacity == 0.5
    assert only("<g opacity='.5'><rect opacity='.5' width='1' height='1'/></g>").opacity == 0.25
    assert isinstance(only("<rect width='1' height='1' stroke='red' opacity='.5'/>"), Isolate)
    two = only("<g opacity='.5'><rect width='1' height='1'/><circle r='1'/></g>")
    assert isinstance(two, Isolate)
    assert len(two.children) == 2


def test_gradients_come_resolved_into_the_space_of_the_shape():
    body = (
        "<linearGradient id='a'><stop offset='20%' stop-color='red'/>"
        "<stop offset='.1' stop-color='blue' stop-opacity='.5'/></linearGradient>"
        "<linearGradient id='b' href='#a' x2='0' y2='1' spreadMethod='reflect'/>"
        "<rect x='10' width='20' height='40' fill='url(#b)' fill-opacity='.5'/>"
    )
    fill = fill_of(body)
    assert isinstance(fill, LinearGradient)
    assert fill.matrix == (20, 0, 0, 40, 10, 0)
    assert (fill.x2, fill.y2, fill.spread.value) == (0, 1, "reflect")
    assert fill.stops == (Stop(0.2, Rgba(255, 0, 0, 0.5)), Stop(0.2, Rgba(0, 0, 255, 0.25)))


def test_gradient_oddities():
    head = "<radialGradient id='a' gradientUnits='userSpaceOnUse' r='{r}' cx='0' cy='0' fx='99'>{s}</radialGradient>"
    shape = "<rect width='9' height='9' fill='url(#a)'/>"
    two = "<stop stop-color='red'/><stop offset='1' stop-color='blue'/>"
    radial = fill_of(head.format(r="10", s=two) + shape)
    assert isinstance(radial, RadialGradient)
    assert radial.fx == 10
    assert fill_of(head.format(r="0", s=two) + shape) == BLUE
    assert fill_of(head.format(r="5", s="<stop stop-color='red'/>") + shape) == RED
    assert planned(head.format(r="5", s="") + shape) == []
    loop = "<linearGradient id='a' href='#b'/><linearGradient id='b' href='#a'/>"
    assert planned(loop + shape) == []


def test_use_shows_an_element_again_under_a_key_of_its_own():
    nodes = planned("<rect id='r' width='1' height='1'/><use href='#r' x='5' fill='red'/>")
    assert [node.matrix[4] for node in nodes] == [0, 5]
    assert nodes[0].key[0] == nodes[1].key[0]
    assert owner(nodes[1].key) == nodes[1].key[1][0] != owner(nodes[0].key)


@pytest.mark.parametrize(
    "body",
    [
        "<g id='a'><use href='#a'/></g>",
        "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>",
        "<use id='a' href='#a'/>",
        "<symbol id='a'><use href='#a'/></symbol><use href='#a'/>",
    ],
)
def test_circles_of_use_end(body):
    assert planned(body) == []


def test_a_bomb_of_use_is_bounded_and_noticed():
    body = "<defs><g id='l0'><rect width='1' height='1'/></g>"
    for i in range(12):
        body += f"<g id='l{i + 1}'>" + f"<use href='#l{i}'/>" * 10 + "</g>"
    planner = Planner(Tree(f"<svg>{body}</defs><use href='#l12'/></svg>"))
    planner.update()
    assert len(planner.nodes()) < 6000
    assert [notice.reason for notice in planner.notices()] == ["It repeats too many shapes."]


def test_symbols_and_nested_svgs_have_windows():
    symbol = "<symbol id='s' viewBox='0 0 10 10'><rect width='{w}' height='5'/></symbol><use href='#s' width='20' height='20'/>"
    assert isinstance(only(symbol.format(w=5)), PathShape)
    assert isinstance(only(symbol.format(w=50)), Clip)
    nested = only(
        "<svg x='5' y='5' width='20' height='40' viewBox='0 0 10 10'><rect width='1' height='1'/></svg>"
    )
    assert nested.matrix == (2, 0, 0, 2, 5, 15)


def test_clip_paths_are_joined_and_boxes_resolved():
    node = only(
        "<clipPath id='c'><rect width='5' height='5'/></clipPath><rect width='9' height='9' clip-path='url(#c)'/>"
    )
    assert isinstance(node, Clip)
    assert node.path[2] == ("L", 5, 5)
    box = only(
        "<clipPath id='c' clipPathUnits='objectBoundingBox'><rect width='.5' height='1'/></clipPath>"
        "<rect x='10' width='8' height='4' clip-path='url(#c)'/>"
    )
    assert box.path[2] == ("L", 14, 4)
    assert planned("<clipPath id='c'/><rect width='9' height='9' clip-path='url(#c)'/>") == []
    assert len(planned("<rect width='9' height='9' clip-path='url(#no)'/>")) == 1


def test_arrow_heads_stand_at_the_ends_and_take_the_colour_of_the_line():
    head = (
        "<marker id='m' markerWidth='4' markerHeight='4' refX='0' refY='2' orient='auto-start-reverse'>"
        "<path d='M0 0L4 2L0 4z' fill='context-stroke'/></marker>"
    )
    line, start, end = planned(
        head + "<line x1='10' y1='0' x2='10' y2='50' stroke='red' stroke-width='2'"
        " marker-start='url(#m)' marker-end='url(#m)'/>"
    )
    assert start.key[1][-1] == "#start"
    assert end.key[1][-1] == "#end"
    assert owner(end.key) == line.key[0]
    assert end.fill == RED
    assert end.matrix == pytest.approx((0, 2, -2, 0, 14, 50))
    assert start.matrix == pytest.approx((0, -2, 2, 0, 6, 0), abs=1e-9)


def test_markers_in_the_middle_point_along_the_bisector():
    nodes = planned(
        "<marker id='m' orient='auto' overflow='visible'><rect width='1' height='1'/></marker>"
        "<polyline points='0 0 10 0 10 10' fill='none' stroke='red' marker-mid='url(#m)'/>"
    )
    assert nodes[1].key[1][-1] == "#mid.1"
    assert nodes[1].matrix[0] == pytest.approx(nodes[1].matrix[1])


def test_text_collapses_white_space_over_its_spans():
    node = only(
        "<text x='5' y='9'>\n  Hello <tspan font-weight='bold'> big </tspan>\n world  </text>"
    )
    assert isinstance(node, TextShape)
    (chunk,) = node.chunks
    assert [run.text for run in chunk.runs] == ["Hello ", "big ", "world"]
    assert [run.font.weight for run in chunk.runs] == [400, 700, 400]
    assert (chunk.x, chunk.y) == (5, 9)


def test_text_keeps_white_space_where_it_is_asked_to():
    node = only("<text xml:space='preserve'> a\tb\n</text>")
    assert node.chunks[0].runs[0].text == " a b "


def test_positions_cut_text_into_chunks_and_runs():
    node = only("<text x='1 2' y='5' dx='0 0 3' text-anchor='end' rotate='0 0 0 9'>abcd</text>")
    assert [(c.x, c.y, c.anchor, [r.text for r in c.runs]) for c in node.chunks] == [
        (1, 5, "end", ["a"]),
        (2, 5, "end", ["b", "c", "d"]),
    ]
    assert node.chunks[1].runs[1].dx == 3
    assert node.chunks[1].runs[2].rotate == 9
    lines = only("<text y='10'>one<tspan x='0' dy='12'>two</tspan></text>")
    assert [(c.y, c.runs[0].dy) for c in lines.chunks] == [(10, 0), (10, 12)]


def test_fonts_follow_the_cascade():
    node = only(
        "<g style='font:italic bold 20px/1.2 \"My Font\", serif'><text letter-spacing='.1em'>"
        "<tspan font-size='50%' baseline-shift='super' text-decoration='underline'>a</tspan></text></g>"
    )
    run = node.chunks[0].runs[0]
    assert (run.font.families, run.font.size, run.font.weight, run.font.italic) == (
        ("My Font", "serif"),
        10,
        700,
        True,
    )
    assert run.baseline_shift == 8
    assert run.underline


def test_images_and_switches():
    node = only(
        "<image href='data:image/png;base64,x' width='4' preserveAspectRatio='xMinYMax slice'/>"
    )
    assert isinstance(node, ImageShape)
    assert (node.height, node.align, node.slice) == (None, "xMinYMax", True)
    switch = "<switch><rect systemLanguage='de' width='1' height='1'/><circle systemLanguage='en-GB' r='1'/><rect width='2' height='2'/></switch>"
    assert len(only(switch).path) == 6


def test_what_is_beyond_all_bounds_is_clamped_with_a_notice():
    planner = Planner(
        Tree(
            "<svg><path d='M0 0L1e30 0V5'/><rect transform='scale(1e200)' width='1' height='1'/></svg>"
        )
    )
    planner.update()
    assert [node.path[1] for node in planner.nodes()] == [("L", 1e7, 0)]
    assert len(planner.notices()) == 2


@pytest.mark.parametrize(
    ("attributes", "width", "height", "matrix"),
    [
        ("viewBox='0 0 10 10' width='20' height='40'", 20, 40, (2, 0, 0, 2, 0, 10)),
        ("viewBox='5 0 10 10' width='20'", 20, 20, (2, 0, 0, 2, -10, 0)),
        ("viewBox='0 0 10 20'", 10, 20, (1, 0, 0, 1, 0, 0)),
        (
            "viewBox='0 0 10 10' width='20' height='40' preserveAspectRatio='none'",
            20,
            40,
            (2, 0, 0, 4, 0, 0),
        ),
        (
            "viewBox='0 0 10 10' width='20' height='40' preserveAspectRatio='xMaxYMid slice'",
            20,
            40,
            (4, 0, 0, 4, -20, 0),
        ),
        ("width='1in' height='2in'", 96, 192, (1, 0, 0, 1, 0, 0)),
        ("width='100%'", None, None, (1, 0, 0, 1, 0, 0)),
    ],
)
def test_the_page_of_a_document(attributes, width, height, matrix):
    found = page(Tree(f"<svg {attributes}/>").root)
    assert (found.width, found.height, found.matrix) == (width, height, matrix)


def test_use_hands_its_paint_down_to_those_who_ask_for_it():
    node = only(
        "<defs><rect id='r' width='1' height='1' fill='context-stroke' stroke='context-fill'/></defs>"
        "<use href='#r' fill='red' stroke='blue'/>"
    )
    assert (node.fill, node.stroke.paint) == (BLUE, RED)


def test_a_paint_order_with_a_wrong_word_counts_as_not_written():
    shape = "<rect width='1' height='1' stroke='red' paint-order='{}'/>"
    assert only(shape.format("stroke")).stroke_first
    assert not only(shape.format("stroke stroke")).stroke_first
    assert not only(shape.format("stroke oops")).stroke_first


def test_copies_are_bounded_in_the_whole_drawing_and_it_is_said(monkeypatch):
    monkeypatch.setattr(planner, "MAX_ALL_INSTANCES", 300)
    shapes = "<rect width='1' height='1'/>" * 50
    uses = "<use href='#a'/>" * 100
    tree = Tree(f"<svg><defs><g id='a'>{shapes}</g></defs>{uses}<rect width='9' height='9'/></svg>")
    made = planner.Planner(tree)
    made.update()
    assert 250 <= len(made.nodes()) <= 500
    assert any(notice.reason == "It repeats too many shapes." for notice in made.notices())
    for use in [node for node in tree.elements() if node.name == "use"][:99]:
        tree.remove(use)
    made.mark(tree.take())
    made.update()
    last = tree.elements()[-2]
    tree.set(last, "x", "1")
    made.mark(tree.take())
    made.update()
    assert len(made.nodes()) == 51


@pytest.mark.parametrize("combinator", [" ", "~", ">", "+"])
def test_a_long_selector_matches_what_it_says(combinator):
    inside = "<g class='c'>" * 6 + "<rect/>" + "</g>" * 6
    beside = "<g class='c'/>" * 6 + "<rect/>"
    body = inside if combinator in " >" else beside
    for first, painted in (("g.c", True), ("g.other", False)):
        selector = combinator.join([first, *["g"] * 5, "rect"])
        sheet = css.parse_sheet(selector + "{fill:red}")
        rect = Tree(f"<svg>{body}</svg>").elements()[-1]
        assert bool(sheet.match(rect, rect.attributes)) is painted
