"""Paper: boards made here follow the theme, files from elsewhere stay on light paper."""

import pytest

from tests.gui.canvas.support import board
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.markup import BOARD_NS
from whiteboard.transport.board import SharedBoard
from whiteboard.ui.page import CanvasSurface
from whiteboard.ui.theme import Scheme, theme
from whiteboard.util.clock import MonotonicClock


@pytest.fixture
def dark_theme(qapp):
    before = theme().scheme
    theme().choose(Scheme.DARK)
    yield
    theme().choose(before)


def surface(document):
    return CanvasSurface(SharedBoard("board", document, MonotonicClock(), str))


@pytest.mark.usefixtures("dark_theme")
@pytest.mark.parametrize(
    ("document", "choice", "dark"),
    [
        (new_document, "auto", True),
        (board, "auto", False),
        (board, "dark", True),
        (new_document, "light", False),
    ],
)
def test_the_paper_is_what_the_person_chose_or_else_the_board_says(document, choice, dark):
    page = surface(document())
    page.set_paper(choice)
    assert page.view.theme.dark_paper is dark
    page.close()


@pytest.mark.usefixtures("dark_theme")
def test_the_paper_changes_when_somebody_changes_it_on_the_board():
    document = board()
    page = surface(document)
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(document.root, "paper", "dark", BOARD_NS)
    assert page.view.theme.dark_paper
    page.close()


def test_a_new_board_says_so_in_its_file_with_a_prefix_of_its_own():
    text = new_document().serialise().decode()
    assert 'xmlns:wb="urn:x-whiteboard:board:0"' in text
    assert 'wb:paper="auto"' in text
