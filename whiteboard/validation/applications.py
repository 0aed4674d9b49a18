"""The application types: what a session's document is, and by whose rules its edits are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.sanitize import is_loading_css
from whiteboard.svg.schema.check import SOUND, Name, Verdict
from whiteboard.svg.schema.check import check as check_svg
from whiteboard.validation.xhtml import XHTML_NS
from whiteboard.validation.xhtml import check as check_xhtml
from whiteboard.wire import ns

Check: TypeAlias = Callable[[str, str, Iterable[tuple[Name, str]], Name | None], Verdict]
"""Namespace, name, attributes and parent of an element -> what is to be said about it."""


@dataclass(frozen=True, slots=True)
class Application:
    """One type of document.

    Attributes:
        namespace: Of the `<description/>` of its sessions.
        word: Its name on command lines.
        title: Its name for people.
        root: What the root element must be; None for any.
        check: Its rules.
        sheet: The element whose text is a style sheet; None where there is none.
    """

    namespace: str
    word: str
    title: str
    root: Name | None
    check: Check
    sheet: Name | None = None

    def empty(self) -> LiteralElement:
        """The root of a new document of this type."""
        namespace, name = self.root or ("", "document")
        return LiteralElement(namespace, name)

    def is_harmful_text(self, element: Name, text: str) -> bool:
        """Whether the text in an element would load something."""
        return element == self.sheet and is_loading_css(text)


def _no_rules(
    _ns: str, _name: str, _attributes: Iterable[tuple[Name, str]], _parent: Name | None
) -> Verdict:
    return SOUND


SVG = Application(
    ns.APPLICATION_SVG, "svg", "Drawing (SVG)", (SVG_NS, "svg"), check_svg, (SVG_NS, "style")
)
XHTML = Application(
    ns.APPLICATION_XHTML,
    "xhtml",
    "Page (XHTML)",
    (XHTML_NS, "html"),
    check_xhtml,
    (XHTML_NS, "style"),
)
XML = Application(ns.APPLICATION_XML, "xml", "Document (XML)", None, _no_rules)

APPLICATIONS: Mapping[str, Application] = {one.namespace: one for one in (SVG, XHTML, XML)}
"""By the namespace of the description."""

DRAWINGS = frozenset({SVG.namespace})
"""What a window can show."""
ALL = frozenset(APPLICATIONS)
"""What a participant without windows takes part in."""


def by_word(word: str) -> Application:
    """The type with this name on command lines.

    Raises:
        KeyError: there is none.
    """
    for application in APPLICATIONS.values():
        if application.word == word:
            return application
    raise KeyError(word)
