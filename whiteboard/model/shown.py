"""What a canvas needs of something to show: a document, or a board as it once was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from whiteboard.model.changes import AttributeName, Commit
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.util.event import Event


class Shown(Protocol):
    """A visible tree that tells when it changes; `model.reading.Reading` says what members mean."""

    on_commit: Event[Commit]

    @property
    def root(self) -> Rid | None:
        """The visible root element."""

    def is_visible(self, rid: Rid) -> bool:
        """Whether the node is seen."""

    def kind(self, rid: Rid) -> Kind | None:
        """The type of a node."""

    def parent(self, rid: Rid) -> Rid | None:
        """Where it hangs."""

    def children(self, rid: Rid) -> Sequence[Rid]:
        """Visible children without the attributes, in order."""

    def previous_element(self, rid: Rid) -> Rid | None:
        """The visible element before it, among its siblings."""

    def name(self, rid: Rid) -> str:
        """Local name of an element."""

    def ns(self, rid: Rid) -> str:
        """Namespace in effect, '' for none."""

    def attribute(self, rid: Rid, name: str, ns: str = "") -> str | None:
        """Value of an element's attribute; None if there is none."""

    def attributes(self, rid: Rid) -> Mapping[AttributeName, str]:
        """(namespace, local name) -> value."""

    def text(self, rid: Rid) -> str:
        """Characters of a text."""

    def by_id(self, id: str) -> Rid | None:  # noqa: A002 - the attribute's name
        """The first visible element with this `id`."""
