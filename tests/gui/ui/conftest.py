"""Windows over fakes: one world a test, closed and forgotten afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.helpers.fake_services import FakeSurface, World
from tests.helpers.hands import settle
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.theme import Scheme, theme


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> Iterator[None]:
    assert QFontDatabase.families(), "no fonts: texts have no size and clicks go astray"
    font = qapp.font()
    font.setPixelSize(13)
    qapp.setFont(font)
    theme().choose(Scheme.LIGHT)
    yield
    theme().choose(Scheme.LIGHT)
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def open_window(qtbot) -> Iterator[Callable[..., MainWindow]]:
    made: list[MainWindow] = []

    def open_(world: World, width: int = 1280, height: int = 800) -> MainWindow:
        window = MainWindow(world.services, FakeSurface)
        window.resize(width, height)
        window.show()
        QTest.qWaitForWindowActive(window)
        made.append(window)
        settle()
        return window

    yield open_
    for window in made:
        window.let_go()
        window.hide()
        window.deleteLater()
    settle()
