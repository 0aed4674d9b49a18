"""XHTML documents: which elements there are, and what of them is never executed or loaded.

A short table: which element may stand in which is left to who writes. Everything that runs, loads
or sends is forbidden, except pictures from the web, which each person decides about.
"""

from __future__ import annotations

from collections.abc import Iterable

from whiteboard.svg.plan import SVG_NS, XML_NS
from whiteboard.svg.sanitize import is_active_attribute, is_loading_css, scheme
from whiteboard.svg.schema.check import SOUND, Finding, Name, Severity, Verdict
from whiteboard.svg.schema.check import check as check_svg

XHTML_NS = "http://www.w3.org/1999/xhtml"
_KNOWN_NAMES = (
    "html head title body div span p h1 h2 h3 h4 h5 h6 hr br pre blockquote address article "
    "aside section nav header footer main figure figcaption details summary ul ol li dl dt dd "
    "table caption colgroup col thead tbody tfoot tr th td a abbr acronym b bdi bdo big cite "
    "code data del dfn em i img ins kbd mark q rp rt ruby s samp small strong sub sup time tt "
    "u var wbr style meta"
)
_KNOWN = frozenset(_KNOWN_NAMES.split())
_ACTIVE_NAMES = (
    "script noscript iframe frame frameset object embed applet param audio video source track "
    "canvas form input button select textarea option link base dialog portal template slot"
)
_ACTIVE = frozenset(_ACTIVE_NAMES.split())
_ADDRESSES_NAMES = (
    "href src srcset action formaction data poster background cite longdesc ping manifest"
)
_ADDRESSES = frozenset(_ADDRESSES_NAMES.split())


def check(
    ns: str, name: str, attributes: Iterable[tuple[Name, str]], parent: Name | None
) -> Verdict:
    """Judge one element; drawings inside are judged as SVG."""
    if ns == SVG_NS:
        return check_svg(ns, name, attributes, parent)
    attributes = tuple(attributes)
    if ns == XHTML_NS and (name in _ACTIVE or _is_refreshing(name, attributes)):
        return Verdict((Finding(Severity.FORBIDDEN, name),), hidden=True)
    findings: list[Finding] = []
    changed: dict[Name, str | None] = {}
    if ns == XHTML_NS and name not in _KNOWN:
        findings.append(Finding(Severity.UNKNOWN, name))
    for key, value in attributes:
        if _is_forbidden(name, key, value):
            findings.append(Finding(Severity.FORBIDDEN, name, key[1], value[:80]))
            changed[key] = None
    return Verdict(tuple(findings), False, changed) if findings else SOUND


def _is_refreshing(name: str, attributes: Iterable[tuple[Name, str]]) -> bool:
    return name == "meta" and any(key == ("", "http-equiv") for key, _ in attributes)


def _is_forbidden(element: str, key: Name, value: str) -> bool:
    ns, name = key
    if is_active_attribute(ns, name, value) or (ns == XML_NS and name == "base"):
        return True
    if ns:
        return False
    if name == "style":
        return is_loading_css(value)
    if name not in _ADDRESSES or not value.strip():
        return False
    said = scheme(value)
    if element == "a" and name == "href":
        return said in ("javascript", "vbscript", "data")
    is_picture = element == "img" and name == "src"
    return not (is_picture and said in ("http", "https", "data"))
