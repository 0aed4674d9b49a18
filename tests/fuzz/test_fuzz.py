"""A short run of what `make fuzz` does for long, and all that it ever found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import BUILT, PLAIN, seeds, words
from tests.fuzz.targets import TARGETS

FOUND = sorted((Path(__file__).parent / "found").glob("*-*"))
SHARE = 4
"""Of the profile's number of examples: one takes some milliseconds."""

word = st.sampled_from([word.encode() for word in words()]) | st.binary(max_size=8)
inputs = st.one_of(
    st.binary(min_size=1, max_size=600).map(lambda data: BUILT + data),
    st.lists(word, max_size=40).map(lambda parts: PLAIN + b" ".join(parts)),
)


@st.composite
def mutated(draw: st.DrawFn, target: str) -> bytes:
    """A sound input with some bytes changed, or one piece of it again elsewhere."""
    data = bytearray(draw(st.sampled_from(seeds(target))))
    for _ in range(draw(st.integers(0, 4))):
        at, end = sorted(draw(st.tuples(*[st.integers(1, len(data))] * 2)))
        data[at:at] = draw(st.just(bytes(data[at:end][:200])) | st.binary(max_size=4))
    return bytes(data)


@pytest.mark.parametrize("target", TARGETS)
def test_nonsense_comes_back_quietly(target: str) -> None:
    @given(inputs | mutated(target))
    @settings(
        max_examples=settings.default.max_examples // SHARE,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @example(b"")
    def run(data: bytes) -> None:
        TARGETS[target](data)

    run()


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_sound_is_taken(target: str) -> None:
    for data in seeds(target):
        TARGETS[target](data)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once_is_not_found_again(path: Path) -> None:
    TARGETS[path.name.partition("-")[0]](path.read_bytes())
