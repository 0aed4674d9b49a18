"""What may stand in an `<sxe/>`, as RELAX NG: the facts of XEP-0284's schema and of its tables.

The tables ("Attributes of the <new/> element", "... <set/> element") are narrower than the
schema: a name for elements and attributes only, character data for the other three, and so on.
Where they say more they are followed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from lxml import etree

_FIELDS = {
    "rid": "string",
    "target": "string",
    "version": "nonNegativeInteger",
    "parent": "string",
    "primary-weight": "float",
    "ns": "string",
    "name": "string",
    "chdata": "string",
    "pitarget": "string",
    "pidata": "string",
    "creator": "string",
    "last-modified-by": "string",
    "replacefrom": "nonNegativeInteger",
    "replacen": "nonNegativeInteger",
}
_ANY_NEW = "rid version? parent? primary-weight? creator? last-modified-by?"
_NEW = {
    "element": "ns? name",
    "attr": "ns? name chdata",
    "text": "chdata",
    "comment": "chdata",
    "processinginstruction": "pitarget pidata",
}
_SET = "target version parent? primary-weight? ns? name? pitarget? pidata?"


def _attributes(names: str) -> str:
    def one(name: str) -> str:
        plain = name.removesuffix("?")
        kind = _FIELDS[plain]
        written = f"<attribute name='{plain}'><data type='{kind}'/></attribute>"
        return f"<optional>{written}</optional>" if name.endswith("?") else written

    return "".join(map(one, names.split()))


def _new() -> str:
    kinds = (
        f"<group><attribute name='type'><value>{kind}</value></attribute>{_attributes(more)}"
        "</group>"
        for kind, more in _NEW.items()
    )
    return (
        f"<element name='new'>{_attributes(_ANY_NEW)}<choice>{''.join(kinds)}</choice><empty/>"
        "</element>"
    )


def _set() -> str:
    part = _attributes("chdata replacefrom replacen")
    return (
        f"<element name='set'>{_attributes(_SET)}<choice><empty/>{_attributes('chdata')}"
        f"<group>{part}</group></choice></element>"
    )


@functools.cache
def _schema() -> etree.RelaxNG:
    operations = f"<zeroOrMore><choice>{_new()}{_set()}<element name='remove'>{_attributes('target')}</element></choice></zeroOrMore>"  # noqa: E501 - one piece of the schema
    begin = "<element name='document-begin'><attribute name='prolog'/></element>"
    end = (
        "<element name='document-end'><attribute name='last-sender'/><attribute name='last-id'/>"
        "</element>"
    )
    other = "<element><anyName><except><nsName/></except></anyName><ref name='anything'/></element>"
    empty = ("connect", "accept-state", "refuse-state")
    what = "".join(f"<element name='{name}'><empty/></element>" for name in empty)
    xml = f"""
    <grammar xmlns='http://relaxng.org/ns/structure/1.0' ns='urn:xmpp:sxe:0'
        datatypeLibrary='http://www.w3.org/2001/XMLSchema-datatypes'>
      <start><element name='sxe'>
        <attribute name='session'/><optional><attribute name='id'/></optional>
        <optional><attribute name='name'/></optional>
        <optional><choice>
          {what}
          <element name='state-offer'>{other}</element>
          <element name='state'>
            <optional>{begin}</optional>{operations}<optional>{end}</optional>
          </element>
        </choice></optional>
      </element></start>
      <define name='anything'><zeroOrMore><choice>
        <attribute><anyName/></attribute><text/>
        <element><anyName/><ref name='anything'/></element>
      </choice></zeroOrMore></define>
    </grammar>"""
    return etree.RelaxNG(etree.fromstring(xml))


def faults(sxe: bytes | str) -> list[str]:
    """What is wrong with an `<sxe/>`; empty if it is as the XEP says."""
    schema = _schema()
    element = etree.fromstring(sxe)
    return [] if schema.validate(element) else [str(e) for e in schema.error_log]


def all_faults(many: Iterable[bytes | str]) -> list[str]:
    """`faults` of all, each once."""
    return sorted({fault for one in many for fault in faults(one)})
