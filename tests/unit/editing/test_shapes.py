"""Elements as they are written down."""

import math

import pytest

from whiteboard.editing import shapes
from whiteboard.editing.style import PEN_COLOURS, Style, colour_name, declarations, without
from whiteboard.svg.plan import Rect


def look(element):
    return {name: value for ns, name, value in element.attributes if not ns}


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-0.001, "0"), (12.346, "12.35"), (1e7, "10000000"), (0.5, "0.5")],
)
def test_numbers_are_short(value, text):
    assert shapes.number(value) == text


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_are_finite(value):
    with pytest.raises(ValueError, match="finite"):
        shapes.number(value)


def test_only_what_differs_from_the_default_is_written():
    plain = look(shapes.rectangle(Rect(0, 0, 1, 1), Style(width=1)))
    assert set(plain) == {"x", "y", "width", "height", "fill", "stroke"}
    style = Style(width=1, dash=(4, 2), opacity=0.5, bold=True, fill="#FFFFFF")
    rich = look(shapes.ellipse(Rect(0, 0, 2, 2), style))
    assert rich["stroke-dasharray"] == "4 2"
    assert rich["opacity"] == "0.5"
    assert rich["fill"] == "#FFFFFF"
    assert look(shapes.stroke("M0 0h1", 1, style))["stroke-dasharray"] == "4 2"
    assert look(shapes.text(0, 0, "a", style))["font-weight"] == "bold"
    assert look(shapes.image(Rect(1, 2, 3, 4), "data:,"))["href"] == "data:,"


@pytest.mark.parametrize(("name", "value"), PEN_COLOURS.items())
def test_colours_of_the_palette_have_their_names_and_their_arrow_heads(name, value):
    assert colour_name(value) == colour_name(value.lower()) == name
    assert shapes.arrow_marker_id(value) == f"arrow-{name}"


def test_other_colours_are_called_by_the_nearest_name_but_have_a_head_of_their_own():
    assert colour_name("#00F") == "blue"
    assert colour_name("#zzzzzz") == "#zzzzzz"
    assert shapes.arrow_marker_id("#2265D9") == "arrow-2265D9"


def test_style_attributes_are_taken_apart_as_css():
    style = "fill:red; ; stroke: url(#a;b);fill:BLUE !important; broken"
    assert declarations(style) == {"fill": "BLUE !important", "stroke": "url(#a;b)"}
    assert without(style, {"fill"}) == "stroke:url(#a;b)"
    assert without(style, {"fill", "stroke"}) == ""


def test_the_head_of_a_previewed_arrow_points_along_it():
    line, head = shapes.arrow_picture(0, 0, 0, 100, Style(width=10)).children
    assert look(line)["y2"] == "100"
    assert look(head)["points"] == "20,68 0,108 -20,68"
