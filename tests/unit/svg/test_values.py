"""Units, colours, sanitising."""

import math

import pytest

from whiteboard.svg import sanitize
from whiteboard.svg.colour import Keyword, Reference, parse_colour, parse_paint, parse_url
from whiteboard.svg.plan import SVG_NS, XLINK_NS, Rgba
from whiteboard.svg.units import (
    Length,
    Viewport,
    clamp,
    parse_fraction,
    parse_length,
    parse_numbers,
)


@pytest.mark.parametrize(
    ("text", "px"),
    [
        ("10", 10),
        (" 1in ", 96),
        ("72pt", 96),
        ("6pc", 96),
        ("25.4mm", 96),
        ("2.54cm", 96),
        ("101.6Q", 96),
        ("50%", 100),
        ("2em", 40),
        ("2ex", 20),
        ("1rem", 16),
        ("10vw", 30),
        ("10vh", 40),
        ("10vmin", 30),
        ("10vmax", 40),
        ("1e2px", 100),
        ("-.5", -0.5),
    ],
)
def test_lengths_in_user_units(text, px):
    assert parse_length(text).px(200, 20, Viewport(300, 400)) == pytest.approx(px)


@pytest.mark.parametrize("text", [None, "", "px", "1 2", "1foo", "nan", "inf", "1e999", "1,5"])
def test_what_is_no_length_is_none(text):
    assert parse_length(text) is None


def test_lists_of_numbers_end_at_the_first_fault():
    assert parse_numbers("1,2 3\n-4.5.5") == [1, 2, 3, -4.5, 0.5]
    assert parse_numbers("1,,2") == [1]
    assert parse_numbers("1 x 2") == [1]
    assert parse_numbers(None) == []


def test_fractions_stay_between_nothing_and_all():
    assert parse_fraction("50%") == 0.5
    assert parse_fraction("7") == 1
    assert parse_fraction("-1") == 0
    assert parse_fraction("x", 0.3) == 0.3


def test_the_diagonal_is_the_root_mean_square_of_the_sides():
    assert Viewport(30, 40).diagonal == pytest.approx(math.sqrt(1250))


def test_clamping_leaves_nothing_infinite():
    assert [clamp(v) for v in (math.nan, math.inf, -1e300, 3.0)] == [0, 1e7, -1e7, 3]
    assert Length(3.0).px() == 3


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("red", Rgba(255, 0, 0)),
        ("#0f0", Rgba(0, 255, 0)),
        ("#0000ff80", Rgba(0, 0, 255, 128 / 255)),
        ("rgb(1, 2, 3)", Rgba(1, 2, 3)),
        ("rgb(100% 0% 0% / 50%)", Rgba(255, 0, 0, 0.5)),
        ("rgba(1,2,3,.5)", Rgba(1, 2, 3, 0.5)),
        ("hsl(120,100%,50%)", Rgba(0, 255, 0)),
        ("transparent", Rgba(0, 0, 0, 0)),
        ("CurrentColor", Keyword.CURRENT),
        ("rgb(300,-5,0)", Rgba(255, 0, 0)),
        ("#12345", None),
        ("reddish", None),
        ("", None),
    ],
)
def test_colours(text, wanted):
    assert parse_colour(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("none", Keyword.NONE),
        ("url(#a)", Reference("#a")),
        ("url('#a') none", Reference("#a", Keyword.NONE)),
        ('url( "#a" ) #fff', Reference("#a", Rgba(255, 255, 255))),
        ("#fff icc-color(x, 1)", Rgba(255, 255, 255)),
        ("context-stroke", Keyword.CONTEXT_STROKE),
        ("url(", None),
    ],
)
def test_paints(text, wanted):
    assert parse_paint(text) == wanted


def test_addresses_in_url():
    assert parse_url("url(#c)") == "#c"
    assert parse_url("none") is None


def test_what_runs_or_loads_is_told_apart_from_what_is_seen():
    assert sanitize.is_active_element(SVG_NS, "script")
    assert sanitize.is_active_element("http://www.w3.org/1999/xhtml", "div")
    assert not sanitize.is_active_element(SVG_NS, "path")
    assert sanitize.is_active_attribute("", "onLoad", "x()")
    assert sanitize.is_active_attribute(XLINK_NS, "href", " java\nscript:x()")
    assert not sanitize.is_active_attribute("", "href", "#a")
    assert not sanitize.is_active_attribute("", "opacity", "1")
    assert sanitize.is_embedded_image("data:image/png;base64,AA")
    assert not sanitize.is_embedded_image("data:image/svg+xml,<svg/>")
    assert sanitize.is_remote("https://example.org/a.png")
    assert sanitize.is_remote("/etc/passwd")
    assert not sanitize.is_remote("#a")
