"""Pages of a history (XEP-0059): `<set/>` in a question and in its answer."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from whiteboard.wire import ns
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import Page, Paging
from whiteboard.wire.values import parse_count

SET = f"{{{ns.RSM}}}set"
_MAX = f"{{{ns.RSM}}}max"
_AFTER = f"{{{ns.RSM}}}after"
_FIRST = f"{{{ns.RSM}}}first"
_LAST = f"{{{ns.RSM}}}last"
_COUNT = f"{{{ns.RSM}}}count"


def write_paging(parent: Element, paging: Paging) -> None:
    """`<set><max/><after/></set>`."""
    element = SubElement(parent, SET)
    SubElement(element, _MAX).text = str(paging.most)
    if paging.after:
        SubElement(element, _AFTER).text = str(paging.after)


def read_paging(parent: Element) -> Paging | None:
    """The reverse of `write_paging`.

    Raises:
        RemoteProtocolError: not numbers.
    """
    element = parent.find(SET)
    if element is None:
        return None
    return Paging(_number(element, _MAX), _number(element, _AFTER))


def write_page(parent: Element, page: Page) -> None:
    """`<set><first index=/><last/><count/></set>`; of an empty page only the count."""
    element = SubElement(parent, SET)
    if page.last:
        SubElement(element, _FIRST, {"index": str(page.index)}).text = str(page.first)
        SubElement(element, _LAST).text = str(page.last)
    SubElement(element, _COUNT).text = str(page.count)


def read_page(parent: Element) -> Page | None:
    """The reverse of `write_page`.

    Raises:
        RemoteProtocolError: not numbers.
    """
    element = parent.find(SET)
    if element is None:
        return None
    first = element.find(_FIRST)
    index = 0 if first is None else parse_count(first.get("index")) or 0
    numbers = [_number(element, name) for name in (_FIRST, _LAST, _COUNT)]
    return Page(numbers[0], numbers[1], index, numbers[2])


def _number(element: Element, name: str) -> int:
    text = (element.findtext(name) or "0").strip()
    number = parse_count(text)
    if number is None:
        raise RemoteProtocolError(Fault.MALFORMED, "a page that is not told by numbers")
    return number
