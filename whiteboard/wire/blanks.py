"""White space that servers lose: TAB, LF and CR in attributes, CR in text.

Only character references carry them, and a server that writes what it read without references
(Prosody does) lets the next parser turn them into spaces (attributes) or LF (text), a CR LF even
into one. Some members would then read another value than others. So the stamp's `ws` says what
stands where: the reader first turns what did arrive in a named value into what the worst server
leaves of it, then puts back what `ws` names. TAB and LF travel as references too, for programs that
do not know `ws` (SYNC 1.1 asks for them); CR, which no honest value holds, travels as a space.
A value that `ws` does not name is read as it arrived: its writer may know nothing of `ws`.

    ws      = entry *(SP entry)
    entry   = k "." field "=" list *(";" list)      ; k: index of the expanded operation
    list    = ("9" / "10" / "13") ":" place *("," place)    ; code points from 0
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from whiteboard.wire.values import parse_count

MAX_PLACES = 1 << 16
"""Characters that one stamp may name: a message of 64 KiB has no more."""

_CODES = {"9": "\t", "10": "\n", "13": "\r"}
_IN_ATTRIBUTE = re.compile("\r\n|[\t\n\r]")
_IN_TEXT = re.compile("\r\n?")
_FIELD = re.compile("[A-Za-z-]{1,64}")


def left_of_attribute(value: str) -> str:
    """What parsers read of an attribute's value that was written without references."""
    return value if value.isprintable() else _IN_ATTRIBUTE.sub(" ", value)


def left_of_text(value: str) -> str:
    """What parsers read of an element's text that was written without references."""
    return _IN_TEXT.sub("\n", value) if "\r" in value else value


class TakenOut:
    """Writing: remembers the white space of values, and takes out what cannot travel.

    Attributes:
        k: index of the operation whose values follow.
    """

    def __init__(self) -> None:
        self.k = 0
        self._entries: list[str] = []

    def attribute(self, field: str, value: str) -> str:
        """`value` as it may stand in an attribute."""
        if value.isprintable():
            return value
        self._note(field, value, "\t\n\r")
        return value.replace("\r", " ")

    def text(self, value: str) -> str:
        """`value` as it may stand in a literal's text."""
        if "\r" not in value:
            return value
        self._note("chdata", value, "\r")
        return value.replace("\r", "\n")

    def _note(self, field: str, value: str, characters: str) -> None:
        lists: list[str] = []
        for character in characters:
            if character in value:
                places = (str(i) for i, c in enumerate(value) if c == character)
                lists.append(f"{ord(character)}:{','.join(places)}")
        if lists:
            self._entries.append(f"{self.k}.{field}={';'.join(lists)}")

    def position(self) -> tuple[int, int]:
        """For `rewind`."""
        return self.k, len(self._entries)

    def rewind(self, position: tuple[int, int]) -> None:
        """Forget what was taken out since then."""
        self.k, length = position
        del self._entries[length:]

    @property
    def ws(self) -> str:
        """What the stamp says of it; '' if nothing was taken out."""
        return " ".join(self._entries)


class PutBack:
    """Reading: puts white space back into values.

    Attributes:
        k: index of the operation whose values follow.
        faults: entries that were malformed, or named what is not there; they have no effect.
    """

    def __init__(self, ws: str | None = None) -> None:
        self.k = 0
        self.faults = 0
        self._left = MAX_PLACES
        self._named: dict[tuple[int, str], dict[int, str]] = {}
        for entry in (ws or "").split():
            self._read(entry)

    def _read(self, entry: str) -> None:
        place, _, lists = entry.partition("=")
        digits, _, field = place.partition(".")
        k = parse_count(digits)
        places = self._places(lists)
        if not places:
            self.faults += 1
        if k is None or not _FIELD.fullmatch(field) or (k, field) in self._named:
            self.faults += 1
        else:  # named, if in vain: then all read the value as the worst server leaves it
            self._named[k, field] = places or {}

    def _places(self, lists: str) -> dict[int, str] | None:
        """Code point index -> character; None if malformed or too many."""
        places: dict[int, str] = {}
        for group in lists.split(";"):
            code, _, numbers = group.partition(":")
            for number in numbers.split(","):
                place = parse_count(number)
                self._left -= 1
                if code not in _CODES or place is None or place in places or self._left < 0:
                    return None
                places[place] = _CODES[code]
        return places

    def attribute(self, field: str, value: str) -> str:
        """The value that an attribute carries."""
        places = self._named.pop((self.k, field), None) if self._named else None
        if places is None:
            return value
        return self._put(left_of_attribute(value), places, " ", "\t\n\r")

    def attributes(self, values: Mapping[str, str], fields: Iterable[str]) -> Mapping[str, str]:
        """The values of an element's attributes, of which `fields` may be named."""
        if not self._named:
            return values
        carried = {name: self.attribute(name, values[name]) for name in fields if name in values}
        return {**values, **carried}

    def text(self, value: str) -> str:
        """The value that a literal's text carries."""
        places = self._named.pop((self.k, "chdata"), None) if self._named else None
        return value if places is None else self._put(left_of_text(value), places, "\n", "\r")

    def _put(self, value: str, places: dict[int, str], blank: str, allowed: str) -> str:
        characters = list(value)
        for place, character in places.items():
            if place >= len(characters) or characters[place] != blank or character not in allowed:
                self.faults += 1
                return value
            characters[place] = character
        return "".join(characters)

    def finish(self) -> int:
        """All values were read: the number of faults, with the entries that named no value."""
        self.faults += len(self._named)
        self._named.clear()
        return self.faults
