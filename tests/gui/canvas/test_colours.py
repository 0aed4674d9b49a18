"""Computed colours against the table of the design."""

from __future__ import annotations

import itertools

import pytest

from whiteboard.canvas.colours import (
    hexadecimal,
    hue_of,
    on_dark_paper,
    on_person,
    parse_hex,
    person_colour,
)
from whiteboard.svg.plan import Rgba


def luminance(colour: Rgba) -> float:
    channels = (colour.red / 255, colour.green / 255, colour.blue / 255)
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: Rgba, b: Rgba) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("text", "angle"), [("Romeo", 327.255249), ("juliet@capulet.lit", 209.410400)]
)
def test_hues_are_those_of_the_test_vectors_of_xep_0392(text: str, angle: float) -> None:
    assert hue_of(text) == pytest.approx(angle, abs=1e-5)


@pytest.mark.parametrize("dark", [False, True])
def test_every_person_has_the_same_contrast(dark: bool) -> None:
    paper = parse_hex("#1C1E22" if dark else "#FFFFFF")
    wanted = 8.2 if dark else 5.3
    label = 9.5 if dark else 5.3
    for i in range(200):
        colour = person_colour(f"person{i}@example.org", dark=dark)
        assert contrast(colour, paper) == pytest.approx(wanted, abs=0.15)
        assert contrast(colour, on_person(dark=dark)) == pytest.approx(label, abs=0.2)


def test_white_becomes_the_dark_canvas_and_ink_becomes_light() -> None:
    assert contrast(on_dark_paper(parse_hex("#FFFFFF")), parse_hex("#1C1E22")) < 1.05
    assert contrast(on_dark_paper(parse_hex("#1B1F24")), parse_hex("#1C1E22")) > 12


def test_alpha_goes_through_the_filter() -> None:
    assert on_dark_paper(Rgba(10, 20, 30, 0.4)).alpha == 0.4


def test_every_colour_stays_a_colour() -> None:
    steps = range(0, 256, 51)
    for red, green, blue in itertools.product(steps, steps, steps):
        out = on_dark_paper(Rgba(red, green, blue))
        assert parse_hex(hexadecimal(out)) == Rgba(out.red, out.green, out.blue)
