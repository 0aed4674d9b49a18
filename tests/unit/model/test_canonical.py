"""The canonical form in its two quick ways says what the slow ones say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.wire_strategies import batches
from whiteboard.model.canonical import encode, operation, plain, row
from whiteboard.model.ops import Literal, LiteralElement, expand


@given(st.lists(st.text(st.characters())))
def test_a_row_of_texts_is_written_as_any_other_list(texts):
    assert row(texts) == encode(texts)


@given(batches())
def test_operations_are_written_as_their_plain_ones(batch):
    assert plain(batch.ops) == [operation(op) for op in expand(batch.ops)]


def test_a_literal_with_all_there_is_is_written_as_its_plain_operations():
    inner = LiteralElement("urn:b", "c", (("", "z", "1"), ("urn:a", "a", "2"), ("", "b", "\t")))
    element = LiteralElement("", "g", (), ("text", inner, "", "more"))
    ops = (Literal("R.1", "~R.0", 2.5, element),)
    assert plain(ops) == [operation(op) for op in expand(ops)]
    assert len(plain(ops)) == 8
