"""What in a drawing is never executed or loaded; it stays in the document and is not acted on.

The board keeps everything that others wrote, byte for byte. These predicates say what is forbidden,
for `schema.check`, which says besides what is no SVG, and through it for all who paint, export, or
take something into the document from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import tinycss2

from whiteboard.svg.plan import SVG_NS, XLINK_NS, XML_NS

ACTIVE = frozenset(
    {
        *("script", "handler", "listener", "foreignObject", "iframe", "audio", "video", "canvas"),
        *("object", "embed"),
    }
)
"""SVG elements that run or load something by themselves, or hold what does."""
_ANIMATIONS = frozenset({"animate", "animateColor", "animateMotion", "animateTransform", "set"})
_XHTML = "http://www.w3.org/1999/xhtml"
EVENTS_NS = "http://www.w3.org/2001/xml-events"
_RASTER = (
    "data:image/png",
    "data:image/jpeg",
    "data:image/jpg",
    "data:image/gif",
    "data:image/webp",
)
_IN_CSS = (*_RASTER, "data:font/", "data:application/font", "data:application/x-font")
_MAY_LOAD = re.compile(r"[\\@]|url|src|image|expression|behavior", re.IGNORECASE)
_LOADERS = frozenset({"url", "src", "image", "image-set", "-webkit-image-set", "cross-fade"})


def is_active_element(ns: str, name: str) -> bool:
    """Whether the element may do something instead of only being seen."""
    return ns in (_XHTML, EVENTS_NS) or (ns == SVG_NS and name in ACTIVE)


def is_active_attribute(ns: str, name: str, value: str) -> bool:
    """Whether the attribute runs something: an event handler or a `javascript:` address."""
    if ns == EVENTS_NS:
        return True
    if not ns and name[:2].lower() == "on":
        return True
    return name == "href" and ns in ("", XLINK_NS) and scheme(value) in ("javascript", "vbscript")


def is_active_target(ns: str, name: str, attribute: str) -> bool:
    """Whether an animation would change an address or a handler: `attributeName` on `name`."""
    if ns != SVG_NS or name not in _ANIMATIONS:
        return False
    local = attribute.strip().rpartition(":")[2].lower()
    return local in ("href", "src", "base") or local.startswith("on")


def is_loading_reference(element: str, ns: str, name: str, value: str) -> bool:
    """Whether an attribute of an SVG element would load something by its address.

    Pictures of `image` may be on the web: each person decides whether to fetch them (F3). A link
    loads nothing until it is followed, but it may not hold a page of its own.
    """
    if ns == XML_NS:
        return name == "base" and bool(value.strip())
    if name != "href" or ns not in ("", XLINK_NS) or is_local(value) or not value.strip():
        return False
    said = scheme(value)
    if element == "a":
        return said == "data"
    if element in ("image", "feImage") and said == "data":
        return not _plain(value).startswith("data:image/")
    return element != "image" or said not in ("http", "https")


def is_loading_css(text: str) -> bool:
    """Whether a value, a block or a sheet of CSS names something outside of the document."""
    if _MAY_LOAD.search(text) is None:
        return False
    return _loads(tinycss2.parse_component_value_list(text, skip_comments=True))


def harmless_sheet(text: str) -> str:
    """A style sheet without the rules that would load something."""
    if not is_loading_css(text):
        return text
    rules = tinycss2.parse_stylesheet(text)
    kept = [rule for rule in rules if not _loads_as_rule(rule)]
    return str(tinycss2.serialize(kept))


def _loads_as_rule(rule: tinycss2.ast.Node) -> bool:
    if rule.type not in ("at-rule", "qualified-rule"):
        return bool(rule.type == "error")
    is_import = rule.type == "at-rule" and rule.lower_at_keyword == "import"
    return is_import or _loads([*rule.prelude, *(rule.content or ())])


def _loads(values: Iterable[tinycss2.ast.Node]) -> bool:
    stack = list(values)
    while stack:
        value = stack.pop()
        kind = value.type
        if kind == "at-keyword" and value.lower_value == "import":
            return True
        if kind == "url" and _is_outside(value.value):
            return True
        if kind == "ident" and value.lower_value in ("behavior", "-moz-binding"):
            return True
        if kind == "function":
            if value.lower_name == "expression":
                return True
            if value.lower_name in _LOADERS and any(
                part.type == "string" and _is_outside(part.value) for part in value.arguments
            ):
                return True
            stack.extend(value.arguments)
        elif kind in ("() block", "[] block", "{} block"):
            stack.extend(value.content)
    return False


def _is_outside(address: str) -> bool:
    return not (is_local(address) or not address.strip() or _plain(address).startswith(_IN_CSS))


def is_local(href: str) -> bool:
    """Whether a reference stays in the document."""
    return href.strip().startswith("#")


def is_embedded_image(href: str) -> bool:
    """Whether an image's address holds the picture itself, in a format that is only pixels."""
    head = href.lstrip()[:64].lower()
    return head.startswith(_RASTER)


def is_remote(href: str) -> bool:
    """Whether following the address would ask another computer or read a file."""
    return not is_local(href) and scheme(href) != "data"


def _plain(address: str) -> str:
    """The start of an address as a browser reads it: white space and controls do not count."""
    return "".join(c for c in address[:200] if c > " ").lower()


def scheme(href: str) -> str:
    """The scheme of an address as a browser finds it."""
    before, colon, _ = _plain(href).partition(":")
    return before if colon else ""
