"""Pictures: `data:` is shown, the net is asked only with leave, files never, and all is bounded."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from tests.gui.canvas.support import board, colour, rendered
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.pictures import MAX_PIXELS, PictureStore, data_bytes, decode
from whiteboard.canvas.scene import BoardScene

pytestmark = pytest.mark.usefixtures("qapp")


def encoded(fill: str, format_: str = "PNG") -> bytes:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(fill))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, format_)
    return bytes(data.data())


def element(href: str) -> str:
    return f'<image x="50" y="50" width="100" height="100" href="{href}"/>'


@pytest.mark.parametrize("format_", ["PNG", "JPG", "BMP"])
def test_a_picture_in_a_data_uri_is_shown(format_: str) -> None:
    href = f"data:image/x;base64,{base64.b64encode(encoded('#ff0000', format_)).decode()}"
    seen = QColor(colour(rendered(element(href)), 100, 100))
    assert seen.red() > 250
    assert seen.blue() < 5


def test_white_space_and_percent_signs_in_the_uri_are_read() -> None:
    text = base64.b64encode(b"hello").decode()
    assert data_bytes(f"data:;base64,{text[:3]}\n {text[3:]}") == b"hello"
    assert data_bytes("data:,he%6clo") == b"hello"
    assert data_bytes("data:nothing") is None


class Net:
    """A net that answers when told to."""

    def __init__(self, *, leave: bool) -> None:
        self.leave = leave
        self.asked: list[str] = []
        self.waiting: list[Callable[[bytes | None], None]] = []

    def allows(self, href: str) -> bool:
        return self.leave

    def fetch(self, href: str, done: Callable[[bytes | None], None]) -> None:
        self.asked.append(href)
        self.waiting.append(done)


def show(scene: BoardScene) -> QImage:
    scene.settle()
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    scene.render(painter, QRectF(0, 0, 200, 200), QRectF(0, 0, 200, 200))
    painter.end()
    return image


@pytest.mark.parametrize(
    "href", ["file:///etc/passwd", "/etc/passwd", "x.png", "ftp://x/y.png", "qrc:/a.png"]
)
def test_files_and_other_addresses_are_never_asked_for(href: str) -> None:
    net = Net(leave=True)
    scene = BoardScene(PaintContext(pictures=PictureStore(net)))
    scene.set_document(board(element(href)))
    assert colour(show(scene), 100, 60) == "#ffffff"
    assert net.asked == []
    scene.close()


def test_without_leave_the_net_is_not_asked_and_a_placeholder_is_shown() -> None:
    net = Net(leave=False)
    scene = BoardScene(PaintContext(pictures=PictureStore(net)))
    scene.set_document(board(element("http://example.org/a.png")))
    image = show(scene)
    assert net.asked == []
    assert any(colour(image, x, 50) != "#ffffff" for x in range(60, 70))
    assert colour(image, 100, 60) == "#ffffff"
    scene.close()


def test_with_leave_the_picture_appears_when_it_arrives() -> None:
    net = Net(leave=True)
    scene = BoardScene(PaintContext(pictures=PictureStore(net)))
    scene.set_document(board(element("https://example.org/a.png")))
    assert colour(show(scene), 100, 60) == "#ffffff"
    assert net.asked == ["https://example.org/a.png"]
    net.waiting[0](encoded("#2265d8"))
    assert not scene.is_settled
    assert colour(show(scene), 100, 60) == "#2265d8"
    scene.close()


def test_a_bomb_is_refused_by_its_header() -> None:
    side = 40_000
    assert side * side > MAX_PIXELS
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
    bomb += struct.pack(">I", zlib.crc32(chunk))
    assert decode(bomb) is None


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\nrubbish", b"<svg xmlns='x'/>", b"%PDF-1.4", b"GIF89a"]
)
def test_what_is_no_picture_is_a_placeholder(content: bytes) -> None:
    assert decode(content) is None


def large_picture() -> str:
    """A `data:` URI of a picture that takes some ms to decode."""
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "BMP")
    return f"data:image/bmp;base64,{base64.b64encode(bytes(data.data())).decode()}"


def test_a_large_picture_is_decoded_elsewhere_and_appears_when_it_is_ready() -> None:
    waiting: list[Callable[[], None]] = []
    store = PictureStore(elsewhere=lambda work, done: waiting.append(lambda: done(work())))
    scene = BoardScene(PaintContext(pictures=store))
    scene.set_document(board(element(large_picture())))
    assert QColor(colour(show(scene), 100, 100)).green() > 100, "a placeholder meanwhile"
    assert len(waiting) == 1, "asked for once"
    waiting.pop()()
    seen = QColor(colour(show(scene), 100, 100))
    assert (seen.red(), seen.green()) == (255, 0)
    assert not waiting


def test_a_picture_for_an_export_is_decoded_at_once() -> None:
    assert PictureStore().get(large_picture()) is not None
