"""What one changed in a text, done on what another made of it."""

import random

import pytest

from whiteboard.model.three_way import applied, changes, rebased


def merged(base: str, mine: str, theirs: str) -> str:
    return applied(theirs, rebased(base, mine, theirs))


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("hello", "hello world", "hello", "hello world"),
        ("hello", "hello world", "oh hello", "oh hello world"),
        ("a word here", "a here", "a word there", "a there"),
        ("a word here", "a here", "a big word here", "a big here"),
        ("abc", "aXbc", "", "X"),
        ("one two three", "one 2 three", "one two three four", "one 2 three four"),
        ("a😀b", "a😀!b", "za😀b", "za😀!b"),
        ("same", "same", "other", "other"),
    ],
)
def test_both_changes_are_there(base, mine, theirs, expected):
    assert merged(base, mine, theirs) == expected


def test_nothing_that_either_inserted_is_lost_whatever_they_did():
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    for _ in range(300):
        base = "".join(rng.choice("abc") for _ in range(rng.randrange(12)))
        mine, theirs = descendant(rng, base, "M"), descendant(rng, base, "T")
        result = merged(base, mine, theirs)
        assert result.count("M") == mine.count("M"), (seed, base, mine, theirs)
        assert result.count("T") == theirs.count("T"), (seed, base, mine, theirs)
        assert merged(base, base, theirs) == theirs
        assert merged(base, mine, base) == mine, (seed, base, mine)


def descendant(rng: random.Random, text: str, mark: str) -> str:
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + mark * rng.randrange(3) + text[at + rng.randrange(3) :]
    return text


def test_a_very_long_difference_counts_as_one_change():
    base, mine = "a" + "x" * 9000 + "z", "a" + "y" * 9000 + "z"
    assert changes(base, mine) == [(1, 9000, "y" * 9000)]
