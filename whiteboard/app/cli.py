"""The command line (ARCHITECTURE section 4): what other programs may rely on.

Exit status: 0 done, 1 failed with one line on stderr that a person understands, 2 wrong usage.
`join` and `replay` import no Qt, so that a headless participant needs none.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from whiteboard import __version__
from whiteboard.app.errors import CommandError
from whiteboard.util.log import SUBJECTS

_QT = {"PySide6", "shiboken6", "qasync"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser, commands = _parsers()
    if not words or (words[0] not in commands and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "open")
    options = parser.parse_args(words)
    set_up_logging(options.log_filter)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except CommandError as error:
        print(error, file=sys.stderr)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _QT:
            raise
        print(f"This command needs Qt, which cannot be loaded here: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter's last flush must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        pass
    return 1


def set_up_logging(subjects: str | None) -> None:
    """Log to stderr: warnings, and all there is of some subjects.

    slixmpp calls errors what is a question or a sentence to the person here (a certificate, a
    wrong password), so it is heard only where the subject is the network.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    network = "xmpp" in (subjects or "").split(",")
    logging.getLogger("slixmpp").setLevel(logging.INFO if network else logging.CRITICAL)
    for subject in filter(None, (subjects or "").split(",")):
        logging.getLogger(f"whiteboard.{subject}").setLevel(logging.DEBUG)


def _log_filter(value: str) -> str:
    unknown = [word for word in value.split(",") if word not in SUBJECTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown subject; choose from {', '.join(SUBJECTS)}")
    return value


def _host_port(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError("HOST:PORT expected")
    return host, int(port)


def _positive(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or int(value) < 1:
        raise argparse.ArgumentTypeError("a whole number of at least 1 expected")
    return int(value)


def _positive_float(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number <= 1000:
        raise argparse.ArgumentTypeError("a number above 0, at most 1000, expected")
    return number


def _until(value: str) -> str:
    if value in ("idle", "closed"):
        return value
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError("'idle', 'closed' or seconds expected")
    return value


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise argparse.ArgumentTypeError("a whole number of 0 or more expected")
    return int(value)


def _font_map(value: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in value.split(";") if pair.strip()]
    if not all(name.strip() and family.strip() for name, _, family in pairs):
        raise argparse.ArgumentTypeError("'serif=Noto Serif;sans-serif=Noto Sans' expected")
    return {name.strip().lower(): family.strip() for name, _, family in pairs}


def _parsers() -> tuple[argparse.ArgumentParser, frozenset[str]]:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--log-filter",
        type=_log_filter,
        metavar="SUBJECTS",
        help=f"show these subjects, comma between: {', '.join(SUBJECTS)}",
    )
    parser = argparse.ArgumentParser(
        prog="whiteboard",
        description="Draw together on one SVG over XMPP.",
        epilog="Without a command: whiteboard [FILE.svg | xmpp:URI] opens the window.",
    )
    parser.add_argument("--version", action="version", version=f"whiteboard {__version__}")
    sub = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_open(sub.add_parser("open", parents=[common], help="the desktop application"))
    _add_demo(sub.add_parser("demo", parents=[common], help="two windows on one board, here"))
    _add_render(sub.add_parser("render", parents=[common], help="an SVG file as PNG or SVG"))
    _add_validate(sub.add_parser("validate", parents=[common], help="check an SVG file"))
    _add_replay(sub.add_parser("replay", parents=[common], help="a document from a session log"))
    _add_join(sub.add_parser("join", parents=[common], help="a headless participant"))
    _add_later(
        sub.add_parser("component", parents=[common], help="the synchronisation component"),
        "The synchronisation component is not part of this version of Whiteboard yet.",
    )
    _add_log(sub.add_parser("log", parents=[common], help="boards kept here; the log of one"))
    return parser, frozenset(sub.choices)


def _add_sign_in(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jid", metavar="ADDRESS", help="the XMPP address to sign in with")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="first line = the password"
    )
    parser.add_argument(
        "--server", type=_host_port, metavar="HOST:PORT", help="where the server is, if not found"
    )
    parser.add_argument(
        "--allow-plaintext", action="store_true", help="allow a connection without encryption"
    )
    parser.add_argument("--nick", default="", help="name in group chats")


def _add_open(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", metavar="FILE.svg | xmpp:URI")
    parser.add_argument("--profile", type=Path, help="keep settings in this folder instead")
    parser.add_argument("--theme", choices=("system", "light", "dark"))
    _add_sign_in(parser)
    parser.set_defaults(run=_run_open)


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--server", choices=("prosody", "none"), default="prosody")
    parser.add_argument(
        "--output", type=Path, default=Path("build/demo"), help="folder for what both sides show"
    )
    parser.set_defaults(run=_run_demo)


def _add_render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", nargs="?", type=Path, metavar="IN.svg")
    parser.add_argument("output", nargs="?", type=Path, metavar="OUT.(png|pdf|svg)")
    parser.add_argument(
        "--batch", action="store_true", help="IN, OUT, WIDTH, HEIGHT lines on stdin"
    )
    parser.add_argument("--width", type=_positive)
    parser.add_argument("--height", type=_positive)
    parser.add_argument("--scale", type=_positive_float)
    parser.add_argument("--background", metavar="COLOUR")
    parser.add_argument("--font-dir", type=Path)
    parser.add_argument("--font-map", type=_font_map, default={}, metavar="'serif=Noto Serif;…'")
    parser.add_argument("--page", type=_positive)
    parser.add_argument("--selection", metavar="ID")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--optimise", action="store_true")
    parser.set_defaults(run=_run_render, parser=parser)


def _add_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.svg")
    parser.add_argument("--schema", action="store_true", help="print the rules as RELAX NG")
    parser.set_defaults(run=_run_validate)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", type=Path)
    parser.add_argument("--until", type=_count, metavar="N", help="only the first N messages")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT.svg")
    parser.add_argument("--c14n", action="store_true", help="print Canonical XML")
    parser.add_argument("--state-hash", action="store_true", help="print the state hash")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run_replay)


def _add_log(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("board", nargs="?", metavar="BOARD", help="its name, or its id in the list")
    parser.add_argument("-o", "--output", type=Path, metavar="LOG.xml")
    parser.add_argument("--profile", type=Path, help="of the boards kept in this folder")
    parser.add_argument("--json", action="store_true", help="the list as JSON")
    parser.set_defaults(run=_run_log)


def _add_join(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", help="xmpp:room@host?join, or a contact's address")
    _add_sign_in(parser)
    parser.add_argument("--session", metavar="ID", help="this board of the room")
    parser.add_argument("--accept", action="store_true", help="wait to be invited")
    parser.add_argument(
        "--type", choices=("svg", "xhtml", "xml"), default="svg", help="of a board that is made"
    )
    parser.add_argument(
        "--require-order",
        action="store_true",
        help="as host of a plain XEP-0284 board: refuse changes that arrive out of order",
    )
    parser.add_argument("--draw", type=Path, metavar="FILE.svg")
    parser.add_argument("--record", type=Path, metavar="LOG")
    parser.add_argument("--export", type=Path, metavar="OUT.svg")
    parser.add_argument("--until", type=_until, default="idle", metavar="idle|SECONDS|closed")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=_run_join)


def _add_later(parser: argparse.ArgumentParser, sentence: str) -> None:
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--config", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("-o", "--output", type=Path, help=argparse.SUPPRESS)

    def refuse(_options: argparse.Namespace) -> int:
        raise CommandError(sentence)

    parser.set_defaults(run=refuse)


def _run_open(options: argparse.Namespace) -> int:
    from whiteboard.app.main import open_window  # noqa: PLC0415 - Qt only where a window is shown

    return open_window(options)


def _run_demo(options: argparse.Namespace) -> int:
    from whiteboard.app.demo import run_demo  # noqa: PLC0415 - Qt only where a window is shown

    return run_demo(options.server, options.output)


def _run_render(options: argparse.Namespace) -> int:
    from whiteboard.app.render import run_render  # noqa: PLC0415 - Qt only where it paints

    return run_render(options)


def _run_validate(options: argparse.Namespace) -> int:
    from whiteboard.app.validate import run_validate  # noqa: PLC0415 - each command loads its own

    return run_validate(options)


def _run_replay(options: argparse.Namespace) -> int:
    from whiteboard.app.replay import run_replay  # noqa: PLC0415 - each command loads its own

    return run_replay(options)


def _run_log(options: argparse.Namespace) -> int:
    from whiteboard.app.export_log import run_log  # noqa: PLC0415 - each command loads its own

    return run_log(options)


def _run_join(options: argparse.Namespace) -> int:
    from whiteboard.app.join import run_join  # noqa: PLC0415 - each command loads its own

    return run_join(options)
