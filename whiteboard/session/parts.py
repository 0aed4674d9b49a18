"""A folded state on its way: lines of text in parts that fit into a stanza, and together again."""

from __future__ import annotations

from collections.abc import Iterable

from whiteboard.model.folded import Folded, FormatError, read_lines
from whiteboard.model.ops import Batch

PART_CHARACTERS = 6 * 1024
"""Of one part, so that a stanza stays under 8 KiB: quotation marks grow in XML."""
MAX_PARTS = 100_000
HELP_TIMER = "help"
HELP_SECONDS = 30.0
"""So long a helper may be silent."""
MAX_BATCHES = 1_000_000


def cut(folded: Folded, characters: int = PART_CHARACTERS) -> tuple[str, ...]:
    """The parts of a state, in order; all but the last of so many characters."""
    text = "\n".join(folded.lines())
    size = min(PART_CHARACTERS, characters)
    return tuple(text[start : start + size] for start in range(0, len(text), size))


class Parts:
    """Parts of one state as they come, in any order."""

    def __init__(self, count: int) -> None:
        self.count = min(count, MAX_PARTS)
        self._parts: dict[int, str] = {}

    def add(self, number: int, text: str) -> bool:
        """Take one in; whether it was new."""
        if not 0 <= number < self.count or number in self._parts:
            return False
        self._parts[number] = text
        return True

    @property
    def is_whole(self) -> bool:
        """Whether all are here."""
        return len(self._parts) == self.count

    def state(self, session: str) -> Folded:
        """The state.

        Raises:
            FormatError: it cannot be read, or is another session's.
        """
        folded = read_lines(self._text().split("\n"))
        if folded.session != session:
            raise FormatError("the state of another session")
        return folded

    def _text(self) -> str:
        return "".join(self._in_order())

    def _in_order(self) -> Iterable[str]:
        return (self._parts[number] for number in range(self.count))


class Help:
    """A helper's state on its way (SYNC 5.5, step 2).

    Attributes:
        helper: the address it comes from.
        is_last: nobody else can help: if the state cannot be joined with mine, I rebase onto it.
        parts: of the state where the helper's journal begins; None until it begins, or if that is
            the beginning.
        batches: all messages since.
    """

    def __init__(self, helper: str, *, is_last: bool = False) -> None:
        self.helper = helper
        self.is_last = is_last
        self.parts: Parts | None = None
        self.batches: list[Batch] = []
        self._is_coming = False

    def begin(self, parts: int, count: int) -> None:
        """How much comes."""
        self.parts = Parts(parts) if parts else None
        self.batches = []
        self._is_coming = count <= MAX_BATCHES

    def takes(self, address: str, batches: list[Batch]) -> bool:
        """Take messages in, if they are part of the help."""
        if not self._is_coming or address != self.helper or len(self.batches) > MAX_BATCHES:
            return False
        self.batches += batches
        return True

    def state(self, session: str) -> Folded | None:
        """Where the helper's journal begins; None = with the first message.

        Raises:
            FormatError: parts are missing, or it cannot be read.
        """
        if self.parts is None:
            return None
        if not self.parts.is_whole:
            raise FormatError("parts of the state are missing")
        return self.parts.state(session)
