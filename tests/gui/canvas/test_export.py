"""Pictures as files: size, page, background, selection."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from tests.gui.canvas.support import board, colour
from whiteboard.canvas.export import (
    MAX_PIXELS,
    ExportError,
    png_bytes,
    render_document,
    svg_bytes,
)
from whiteboard.canvas.palette import DARK
from whiteboard.canvas.view import BoardView
from whiteboard.model.ids import Rid

pytestmark = pytest.mark.usefixtures("qapp")

RECT = '<rect x="50" y="50" width="100" height="50" fill="#d92d3a"/>'


def test_the_png_file_shows_the_page_of_the_svg() -> None:
    document = board(RECT, 'width="200" height="100" viewBox="0 0 400 200"')
    image = QImage.fromData(png_bytes(render_document(document)))
    assert image.size().toTuple() == (200, 100)
    assert colour(image, 26, 26) == "#d92d3a"
    assert colour(image, 74, 49) == "#d92d3a"
    assert colour(image, 76, 26) == "#ffffff"


def test_scale_width_and_height_decide_about_the_size() -> None:
    document = board(RECT)
    assert render_document(document, scale=2.5).size().toTuple() == (500, 500)
    assert render_document(document, width=100).size().toTuple() == (100, 100)
    fitted = render_document(document, width=400, height=200)
    assert fitted.size().toTuple() == (400, 200)
    assert colour(fitted, 100 + 75, 60) == "#d92d3a"


def test_the_background_may_be_any_colour_or_none() -> None:
    document = board(RECT)
    assert colour(render_document(document, background="#123456"), 5, 5) == "#123456"
    assert colour(render_document(document, background=None), 5, 5) == "#00000000"
    with pytest.raises(ExportError, match="not a colour"):
        render_document(document, background="nothing")


def test_a_selection_is_cut_to_its_bounds_and_shows_nothing_else() -> None:
    document = board(RECT + '<circle cx="60" cy="60" r="30" fill="#000"/>')
    rect = Rid(next(r for r in document.children(document.root) if document.name(r) == "rect"))
    image = render_document(document, selection=[rect])
    assert image.size().toTuple() == (100, 50)
    assert colour(image, 2, 2) == "#d92d3a"


def test_a_board_without_a_page_is_shown_as_far_as_it_is_drawn() -> None:
    image = render_document(board(RECT, ""))
    assert image.size().toTuple() == (132, 82)
    assert colour(image, 17, 17) == "#d92d3a"
    assert not render_document(board("", "")).isNull()


def test_a_picture_that_would_be_too_large_is_made_smaller_or_refused() -> None:
    document = board(RECT)
    image = render_document(document, scale=1000)
    assert image.width() * image.height() <= MAX_PIXELS
    with pytest.raises(ExportError):
        render_document(document, width=40_000)
    with pytest.raises(ExportError):
        render_document(document, width=20_000, height=20_000)
    with pytest.raises(ExportError):
        render_document(document, width=0)


def test_an_export_has_true_colours_while_the_screen_is_dark() -> None:
    document = board(RECT)
    view = BoardView(palette=DARK)
    view.set_document(document)
    view.settle()
    assert colour(render_document(document), 60, 60) == "#d92d3a"
    assert colour(render_document(document), 5, 5) == "#ffffff"
    view.release()


def test_the_svg_file_is_the_document() -> None:
    assert svg_bytes(board(RECT)).count(b"<rect") == 1
