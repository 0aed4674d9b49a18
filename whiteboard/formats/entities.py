"""DOCTYPE: what it declares inside the file is expanded within limits, nothing else is looked at.

The parser never sees a DOCTYPE, so it has nothing to load and nothing to expand: general entities
are replaced here, in the text, before it is parsed (XML 1.0 section 4.4). An external DTD is not
asked for, attribute defaults are not applied. What refers to an external entity, or uses parameter
entities, is refused.
"""

from __future__ import annotations

import re

MAX_EXPANDED = 1_000_000
"""Characters that all references together may become."""
MAX_RATIO = 100
"""By how much a file may grow."""
MAX_DEPTH = 16
MAX_ENTITIES = 1_000
_PREDEFINED = frozenset({"lt", "gt", "amp", "quot", "apos"})

_MISC = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(
    r"<!DOCTYPE\s+[^\s>\[]+\s*(?:PUBLIC\s*(?:\"[^\"]*\"|'[^']*')\s*(?:\"[^\"]*\"|'[^']*')?\s*"
    r"|SYSTEM\s*(?:\"[^\"]*\"|'[^']*')\s*)?([\[>])"
)
_DECLARATION = re.compile(
    r"\s++|<!--.*?-->|<\?.*?\?>"
    r"|<!ENTITY\s+(?P<parameter>%\s+)?(?P<name>[^\s\"'%<>&]+)\s+"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<external>SYSTEM|PUBLIC)(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+)\s*>"
    r"|<!(?:ELEMENT|ATTLIST|NOTATION)(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+>",
    re.DOTALL,
)
_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|(?P<tag><[^\s<>!?/=\"'](?:[^\"'<>]|\"[^\"]*\"|'[^']*')*+>)"
    r"|&(?P<name>[^\s&;#<>\"']+);",
    re.DOTALL,
)
_REFERENCE = re.compile(r"&([^\s&;#<>\"']+);")
_NUMERIC = re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}));")


class EntityError(ValueError):
    """The DOCTYPE asks for what is refused; the message says what."""


def without_doctype(text: str) -> str:
    """The file's text with its DOCTYPE gone and its own entities expanded; lines keep their number.

    Raises:
        EntityError: external or parameter entities, cycles, or too much text.
    """
    position = 0
    while (match := _MISC.match(text, position)) is not None:
        position = match.end()
    doctype = _DOCTYPE.match(text, position)
    if doctype is None:
        return text
    end = doctype.end()
    entities: dict[str, str | None] = {}
    if doctype[1] == "[":
        end = _declarations(text, end, entities)
    lines = "\n" * text.count("\n", position, end)
    body = text[end:]
    if entities and "&" in body:
        body = _Expansion(entities, len(text)).document(body)
    return text[:position] + lines + body


def _declarations(text: str, position: int, entities: dict[str, str | None]) -> int:
    """Read the internal subset; returns where the DOCTYPE ends. None is an external entity."""
    while (match := _DECLARATION.match(text, position)) is not None:
        position = match.end()
        name = match["name"]
        if name is None:
            continue
        if match["parameter"]:
            raise EntityError("parameter entities")
        if len(entities) >= MAX_ENTITIES:
            raise EntityError("too many entities")
        value = match["double"] if match["double"] is not None else match["single"]
        # The first declaration counts (XML 1.0 section 4.2).
        entities.setdefault(name, None if match["external"] else _characters(value))
    closing = re.compile(r"\]\s*>").match(text, position)
    if closing is None:
        raise EntityError(
            "parameter entities" if text[position : position + 1] == "%" else "syntax"
        )
    return closing.end()


def _characters(value: str) -> str:
    """Character references in a declaration count at once (XML 1.0 section 4.4.5)."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else int(match[2])
        return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"

    return _NUMERIC.sub(character, value)


class _Expansion:
    """Replaces references, and counts what comes of it."""

    def __init__(self, entities: dict[str, str | None], size: int) -> None:
        self._entities = entities
        self._expanded: dict[str, str] = {}
        self._left = min(MAX_EXPANDED, MAX_RATIO * size)

    def document(self, body: str) -> str:
        """The body with all references to declared entities replaced."""
        return _TOKEN.sub(self._token, body)

    def _token(self, match: re.Match[str]) -> str:
        if match["tag"]:
            return _REFERENCE.sub(self._in_attribute, match["tag"])
        if match["name"]:
            return self._value(match["name"], ()) if self._is_ours(match["name"]) else match[0]
        return match[0]

    def _in_attribute(self, match: re.Match[str]) -> str:
        if not self._is_ours(match[1]):
            return match[0]
        value = self._value(match[1], ())
        if "<" in value:
            raise EntityError("markup in an attribute")
        return value.replace('"', "&quot;").replace("'", "&apos;")

    def _is_ours(self, name: str) -> bool:
        return name not in _PREDEFINED and name in self._entities

    def _value(self, name: str, around: tuple[str, ...]) -> str:
        value = self._expand(name, around)
        if not around:
            self._spend(len(value))
        return value

    def _expand(self, name: str, around: tuple[str, ...]) -> str:
        """An entity with the entities inside it, worked out once."""
        known = self._expanded.get(name)
        if known is not None:
            return known
        if name in around or len(around) >= MAX_DEPTH:
            raise EntityError("entities inside each other")
        own = self._entities[name]
        if own is None:
            raise EntityError("external entities")
        room = MAX_EXPANDED
        pieces: list[str] = []
        position = 0
        for match in _REFERENCE.finditer(own):
            pieces.append(own[position : match.start()])
            position = match.end()
            inner = match[0]
            if self._is_ours(match[1]):
                inner = self._expand(match[1], (*around, name))
            pieces.append(inner)
            room -= len(inner)
            if room < 0:
                raise EntityError("too much text")
        pieces.append(own[position:])
        self._expanded[name] = "".join(pieces)
        return self._expanded[name]

    def _spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise EntityError("too much text")
