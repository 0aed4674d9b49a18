"""`whiteboard render`: an SVG file as a picture or as plain SVG, through the canvas's own scene."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from whiteboard.app.errors import CommandError
from whiteboard.app.loading import read_document
from whiteboard.app.output import write_whole
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.export import ExportError, png_bytes, render_document
from whiteboard.canvas.fonts import FontMap
from whiteboard.formats.clean import cleaned
from whiteboard.formats.svgfile import save
from whiteboard.util.display import has_display

LATER = {
    "page": "Pages are",
    "optimise": "Optimised SVG is",
}


def run_render(options: argparse.Namespace) -> int:
    """Render one file, or with `--batch` one for each line of standard input."""
    for option, what in LATER.items():
        if getattr(options, option):
            raise CommandError(f"{what} not part of this version of Whiteboard yet.")
    if options.batch == (options.input is not None or options.output is not None):
        options.parser.error("IN.svg and OUT, or --batch")
    if not options.batch and options.output is None:
        options.parser.error("OUT is missing")
    _application = ensure_application()
    context = _context(options)
    if not options.batch:
        size = (options.width, options.height)
        _render(options, context, options.input, options.output, size)
        return 0
    for line in sys.stdin:
        print(_batch_line(options, context, line), flush=True)
    return 0


def ensure_application() -> QApplication:
    """Qt, offscreen where there is no display (a scene needs the application of widgets)."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return QApplication(sys.argv[:1])


def _batch_line(options: argparse.Namespace, context: PaintContext, line: str) -> str:
    try:
        source, target, width, height = line.rstrip("\n").split("\t")
        size = (int(width), int(height))
    except ValueError:
        return "err IN, OUT, WIDTH and HEIGHT with tabs between are expected"
    try:
        _render(options, context, Path(source), Path(target), size)
    except CommandError as error:
        return f"err {' '.join(str(error).split())}"
    return "ok"


def _render(
    options: argparse.Namespace,
    context: PaintContext,
    source: Path,
    target: Path,
    size: tuple[int | None, int | None],
) -> None:
    suffix = target.suffix.lower()
    document = read_document(source)
    if suffix == ".svg":
        if options.selection:
            raise CommandError("A selection can be written as .png only so far.")
        data = save(document)
        write_whole(target, cleaned(data) if options.plain else data)
        return
    if suffix == ".pdf":
        raise CommandError("PDF is not part of this version of Whiteboard yet; use .png or .svg.")
    if suffix != ".png":
        raise CommandError(f"“{target.name}” must end in .png or .svg.")
    selection = None
    if options.selection:
        rid = document.by_id(options.selection)
        if rid is None:
            raise CommandError(f"There is no element with the id “{options.selection}”.")
        selection = (rid,)
    try:
        image = render_document(
            document,
            *size,
            options.background,
            scale=options.scale or 1.0,
            selection=selection,
            context=context,
        )
        write_whole(target, png_bytes(image))
    except ExportError as error:
        raise CommandError(str(error)) from error


def _context(options: argparse.Namespace) -> PaintContext:
    if options.font_dir is not None:
        fonts = sorted(p for p in options.font_dir.glob("**/*") if p.suffix in {".ttf", ".otf"})
        if not fonts:
            raise CommandError(f"There are no fonts in “{options.font_dir}”.")
        for font in fonts:
            QFontDatabase.addApplicationFont(str(font))
    return PaintContext(fonts=FontMap(options.font_map))
