"""What in a drawing is never executed or loaded; it stays in the document and is not acted on.

The board keeps everything that others wrote, byte for byte; these predicates are for those who
paint, export, or take something into the document from outside.
"""

from __future__ import annotations

from whiteboard.svg.plan import SVG_NS, XLINK_NS

ACTIVE = frozenset(
    {
        "script",
        "handler",
        "listener",
        "foreignObject",
        "iframe",
        "audio",
        "video",
        "animate",
        "animateColor",
        "animateMotion",
        "animateTransform",
        "set",
        "discard",
    }
)
"""SVG elements that run, load or change something by themselves."""
_XHTML = "http://www.w3.org/1999/xhtml"
_EVENTS_NS = "http://www.w3.org/2001/xml-events"
_RASTER = (
    "data:image/png",
    "data:image/jpeg",
    "data:image/jpg",
    "data:image/gif",
    "data:image/webp",
)


def is_active_element(ns: str, name: str) -> bool:
    """Whether the element may do something instead of only being seen."""
    return ns in (_XHTML, _EVENTS_NS) or (ns == SVG_NS and name in ACTIVE)


def is_active_attribute(ns: str, name: str, value: str) -> bool:
    """Whether the attribute runs something: an event handler or a `javascript:` address."""
    if ns == _EVENTS_NS:
        return True
    if not ns and name.lower().startswith("on"):
        return True
    return name == "href" and ns in ("", XLINK_NS) and _scheme(value) in ("javascript", "vbscript")


def is_local(href: str) -> bool:
    """Whether a reference stays in the document."""
    return href.strip().startswith("#")


def is_embedded_image(href: str) -> bool:
    """Whether an image's address holds the picture itself, in a format that is only pixels."""
    head = href.lstrip()[:64].lower()
    return head.startswith(_RASTER)


def is_remote(href: str) -> bool:
    """Whether following the address would ask another computer or read a file."""
    return not is_local(href) and _scheme(href) != "data"


def _scheme(href: str) -> str:
    """The scheme of an address as a browser finds it: white space and controls do not count."""
    plain = "".join(c for c in href[:200] if c > " ")
    scheme, colon, _ = plain.partition(":")
    return scheme.lower() if colon else ""
