"""`whiteboard join`: a participant without windows (a bot, an archiver)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path

from whiteboard.app.address import parse_address
from whiteboard.app.errors import CommandError
from whiteboard.app.output import write_whole
from whiteboard.app.sign_in import account_of
from whiteboard.formats.clean import cleaned
from whiteboard.formats.svgfile import FileError, load, save
from whiteboard.formats.tree import Element
from whiteboard.model.ops import LiteralElement
from whiteboard.transport.headless import HeadlessError, Outcome, Task, Until, take_part
from whiteboard.validation.applications import by_word


def run_join(options: argparse.Namespace) -> int:
    """Take part until told to go; write the board at the end if asked."""
    task = _task(options)

    def joined(session: str) -> None:
        print(json.dumps({"session": session}) if options.json else session, flush=True)

    async def run() -> Outcome:
        stop = asyncio.Event()
        _stop_on_signal(stop)
        return await take_part(task, joined=joined, stop=stop)

    try:
        outcome = asyncio.run(run())
    except HeadlessError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"“{error.filename}” cannot be written: {error.strerror}.") from error
    if options.export is not None:
        write_whole(options.export, cleaned(save(outcome.document), outcome.application))
    _tell(outcome, as_json=options.json)
    return 0


def _stop_on_signal(stop: asyncio.Event) -> None:
    """Go in order when asked to end: say goodbye, finish the log, export."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows has no signal handlers in loops: there Ctrl+C just ends the program.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)


def _task(options: argparse.Namespace) -> Task:
    address = parse_address(options.address)
    settings = account_of(options)
    if settings is None:
        raise CommandError("Say which account to use: --jid ADDRESS --password-file FILE.")
    if options.accept and address.is_room:
        raise CommandError("--accept waits for a contact; leave ?join away.")
    return Task(
        settings,
        room=address.address if address.is_room else "",
        contact="" if address.is_room else address.address,
        accept=options.accept,
        nick=options.nick,
        session=options.session or address.session,
        application=by_word(options.type),
        require_order=options.require_order,
        draw=_drawing(options.draw) if options.draw is not None else (),
        record=options.record,
        until=_until(options.until),
    )


def _until(word: str) -> Until | float:
    return Until(word) if word in {one.value for one in Until} else float(word)


def _drawing(path: Path) -> tuple[LiteralElement, ...]:
    """The elements of a file that stand in its root."""
    try:
        root = load(path).root
    except FileError as error:
        raise CommandError(str(error)) from error
    return tuple(child.literal() for child in root.children if isinstance(child, Element))


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    if outcome.rejected:
        print(f"changes that are not valid: {outcome.rejected}", file=sys.stderr)
    state = outcome.document.state_hash()
    if as_json:
        result = {
            "session": outcome.session,
            "name": outcome.name,
            "state_hash": state,
            "participants": list(outcome.participants),
            "rejected": outcome.rejected,
        }
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(state)
    sys.stdout.flush()
