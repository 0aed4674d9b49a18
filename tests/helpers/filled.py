"""A program whose disk fills up while somebody draws: `python -m` this.

Arguments: folder of the boards, folder of the marks, and how room is made again: a file to delete,
or 'limit' for a limit of this process on the size of files. It draws until the person is told, goes
on drawing, makes room, waits until the person is told that all is written, and prints a line for
each: what was said, with how many elements were drawn then. At the end the state hash.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from pathlib import Path

from tests.helpers.drawing import draw
from tests.helpers.killed import say
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf

LIMIT = 512 * 1024


def freed(filler: Path) -> None:
    filler.unlink()


async def main(boards: str, state: str, room: str) -> None:
    shelf = Shelf(Path(boards), Path(state))
    network = Network(shelf=shelf)
    told: asyncio.Queue[str] = asyncio.Queue()
    shelf.problem.subscribe(told.put_nowait)
    board = network.boards.new_board("Plan")
    number = 0

    def more(count: int) -> None:
        nonlocal number
        for _ in range(count):
            number += 1
            draw(board, id=f"e{number}", d="M0 0" + "h1" * 500)

    while told.empty():
        more(20)
        await shelf.settle()
    say(f"{number} {await told.get()}")
    assert not board.kept
    more(100)
    await shelf.settle()
    assert told.empty()
    if room == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    else:
        freed(Path(room))
    say(f"{number} {await asyncio.wait_for(told.get(), 30)}")
    assert board.kept
    more(10)
    say(f"{number} {board.document.state_hash()}")
    await network.close()


if __name__ == "__main__":
    if sys.argv[3] == "limit":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))
    asyncio.run(main(*sys.argv[1:]))
