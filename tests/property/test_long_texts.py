"""Random edits all over one text by authors who know little of each other, against `view`.

The messages are made here, as a modified client could make them: cancels of what is another's, of
what nobody has, of what is newer; two replicas of one party; positions far beyond the end; full
writes in between. They come in any order, some of them twice. Blocks and remembered texts are few
and small, so that short histories reach everything that long ones do.
"""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.merging import SESSION, assert_equal
from whiteboard.model import text, text_spans, text_views
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Batch, Kind, New, Set, Ts
from whiteboard.model.view import view

ROOT, TEXT = Rid("a0.1"), Rid("a0.2")
AUTHORS = ("a0", "a1", "b0", "c0")
"""Replica and, by its first letter, party."""


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_spans, "BLOCK", 4)
        patch.setattr(text_spans, "SPARE", 4)
        patch.setattr(text, "VIEWS", 2)
        yield


class Story:
    """Messages about one text, each with a past that somebody could have."""

    def __init__(self, seed: int, *, cancels: float) -> None:
        self.rng = random.Random(seed)
        self.cancels = cancels
        """How many of the edits are cancels."""
        self.quiet = self.rng.choice((0.05, 0.3, 0.8))
        """How often an author hears of another before he writes."""
        self.sweeping = self.rng.choice((0.0, 0.0, 0.2))
        """How often an author deletes all that he sees, or most of it."""
        self.batches: list[Batch] = []
        self.partials: list[Ts] = []
        self.pasts: dict[tuple[str, int], dict[Replica, int]] = {}
        self.known: dict[str, dict[Replica, int]] = {r: {} for r in AUTHORS}
        self.clocks: dict[tuple[str, int], int] = {}
        self.post(
            "a0",
            New(ROOT, Kind.ELEMENT, ns="http://www.w3.org/2000/svg", name="svg"),
            New(TEXT, Kind.TEXT, ROOT, chdata="the text from which all begin"),
        )
        for r in AUTHORS:
            self.hear(r, "a0", 1)

    def hear(self, r: str, other: str, n: int) -> None:
        """`r` receives message n of another, and all that it depends on."""
        for q, m in (*self.pasts[other, n].items(), (Replica(other), n)):
            self.known[r][q] = max(m, self.known[r].get(q, 0))

    def post(
        self, r: str, *ops: New | Set, restores: dict[tuple[int, str], Ts] | None = None
    ) -> None:
        known = self.known[r]
        n = known.get(Replica(r), 0) + 1
        clock = 1 + max((self.clocks[q, m] for q, m in known.items()), default=0)
        deps = {q: m for q, m in known.items() if q != r}
        self.pasts[r, n], self.clocks[r, n] = dict(known), clock
        known[Replica(r)] = n
        batch = Batch(SESSION, Party(r[0]), Replica(r), n, clock, ops, deps, restores or {})
        self.batches.append(batch)
        self.partials += [
            Ts(clock, Replica(r), k)
            for k, op in enumerate(ops)
            if isinstance(op, Set) and op.replace is not None
        ]

    def step(self) -> None:
        rng = self.rng
        r = rng.choice(AUTHORS)
        for other in AUTHORS:
            if other != r and rng.random() < self.quiet and Replica(other) in self.known[other]:
                self.hear(r, other, rng.randint(1, self.known[other][Replica(other)]))
        if rng.random() < 0.01:
            self.post(r, Set(TEXT, chdata="a text written anew"))
            return
        ops: list[Set] = []
        restores: dict[tuple[int, str], Ts] = {}
        for k in range(rng.choice((1, 1, 2, 4))):
            if rng.random() < self.cancels and self.partials:
                mine = [ts for ts in self.partials if ts.r[0] == r[0]]
                named = rng.choice(mine if mine and rng.random() < 0.8 else self.partials)
                if rng.random() < 0.1:
                    named = Ts(named.l + rng.randint(-3, 9), Replica(rng.choice(AUTHORS)), named.k)
                ops.append(Set(TEXT, chdata="", replace=(0, 0)))
                restores[k, "chdata"] = named
            elif rng.random() < self.sweeping:
                insert = rng.choice(("", "", "anew"))
                ops.append(Set(TEXT, chdata=insert, replace=(rng.choice((0, 0, 5)), 10**12)))
            else:
                at = rng.choice((0, rng.randint(0, 60), rng.randint(0, 60), 10**12))
                count = rng.choice((0, 0, 0, 1, 3, 40))
                insert = rng.choice(("", "x", "yz", "WORD"))
                if insert and rng.random() < 0.5 and ops:  # goes on typing
                    last = ops[-1]
                    assert last.replace is not None
                    at = last.replace[0] + len(last.chdata or "")
                ops.append(Set(TEXT, chdata=insert, replace=(at, count)))
        self.post(r, *ops, restores=restores)


def reader() -> Document:
    return Document(SESSION, Party("z"), Replica("z"))


def told(rng: random.Random, batches: list[Batch]) -> list[Batch]:
    """The messages in some order, some of them twice."""
    order = [*batches, *rng.sample(batches, len(batches) // 4)]
    match rng.randrange(3):
        case 0:
            rng.shuffle(order)
        case 1:  # chain after chain
            order.sort(key=lambda batch: (batch.r, batch.n))
        case _:  # in order, but for some that are late
            late = [rng.random() < 0.3 for _ in order]
            order = [b for b, is_late in zip(order, late, strict=True) if not is_late] + [
                b for b, is_late in zip(order, late, strict=True) if is_late
            ]
    return order


@given(
    seed=st.integers(0, 2**32),
    steps=st.integers(1, 40),
    cancels=st.sampled_from((0.0, 0.2, 0.6)),
)
def test_scattered_edits_in_any_order_end_as_the_specification_says(
    seed: int, steps: int, cancels: float
):
    story = Story(seed, cancels=cancels)
    for _ in range(steps):
        story.step()
    for _ in range(3):
        document = reader()
        order = told(story.rng, story.batches)
        looks = set(story.rng.sample(range(len(order)), 1))
        for i, batch in enumerate(order):
            document.receive((batch,))
            if i in looks:
                assert_equal(document, view(order[: i + 1]))
        assert_equal(document, view(story.batches))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_history_in_blocks_of_the_usual_size(seed: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_spans, "BLOCK", 64)
    monkeypatch.setattr(text_spans, "SPARE", 1024)
    story = Story(seed, cancels=0.05)
    for _ in range(200):
        story.step()
    expected = view(story.batches)
    for _ in range(5):
        document = reader()
        for batch in told(story.rng, story.batches):
            document.receive((batch,))
        assert_equal(document, expected)


@pytest.mark.parametrize("seed", range(5))
def test_a_whole_text_is_deleted_by_several_who_take_it_back_while_others_write_in_it(seed: int):
    """Blocks of more than two runs, halved while deletions of all of them come and go."""
    story = Story(seed, cancels=0)
    rng = story.rng
    for _ in range(30):
        story.post("c0", typed(rng.randint(0, 50), "xy", rng.choice((0, 0, 1))))
        story.hear("a0", "c0", story.known["c0"][Replica("c0")])
    swept: list[tuple[str, Ts]] = []
    for _ in range(60):
        r = rng.choice(AUTHORS)
        if rng.random() < 0.5:
            story.hear(r, "c0", rng.randint(1, story.known["c0"][Replica("c0")]))
        match rng.randrange(4):
            case 0:
                story.post(r, typed(0, "", 10**12))
                swept.append((r, story.partials[-1]))
            case 1 | 2 if swept:
                r, named = rng.choice(swept)
                swept.append((r, undone(story, r, named)))
            case _:
                story.post(r, *(typed(rng.randint(0, 80), "late") for _ in range(3)))
    for _ in range(3):
        document = reader()
        for batch in told(rng, story.batches):
            document.receive((batch,))
        assert_equal(document, view(story.batches))


def test_to_take_back_the_deletion_of_a_long_text_costs_a_look_at_its_blocks(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(text_spans, "BLOCK", 64)
    story = Story(0, cancels=0)
    document = reader()
    for _ in range(100):
        story.post("a0", *(typed(story.rng.randint(0, 500), "x") for _ in range(20)))
    document.receive(story.batches)
    steps = 0

    def counted(tally: text_views.Tally, mask: text_views.Mask) -> text_views.Tally:
        nonlocal steps
        steps += 1
        return one_more(tally, mask)

    one_more = text_views._one_more
    monkeypatch.setattr(text_views, "_one_more", counted)
    n = len(story.batches)
    l = story.clocks["a0", n] + 1  # noqa: E741 - the name on the wire
    ops, restores = [typed(0, "", 10**12)], {}
    for k in range(1, 200, 2):
        restores[k, "chdata"] = Ts(l, Replica("a0"), max(0, k - 2))
        ops += [typed(0, ""), typed(5, "y")]
    story.post("a0", *ops, restores=restores)
    document.receive(story.batches[n:])
    blocks = 2000 // 32
    assert 0 < steps < 110 * blocks


# --- what random histories reach too seldom


def typed(at: int, insert: str, count: int = 0) -> Set:
    return Set(TEXT, chdata=insert, replace=(at, count))


def undone(story: Story, r: str, named: Ts) -> Ts:
    """The cancel of an edit, or of a cancel."""
    story.post(r, typed(0, ""), restores={(0, "chdata"): named})
    return story.partials[-1]


@pytest.mark.parametrize("at", [0, 10**12])
@pytest.mark.parametrize("seed", range(10))
def test_of_many_edits_at_one_place_the_newer_ones_stand_first(seed: int, at: int):
    root = Story(0, cancels=0).batches[0]
    names = [Replica(f"m{i:02}") for i in range(40)]
    batches = [Batch(SESSION, Party(r), r, 1, 2, (typed(at, f"{r} "),), {root.r: 1}) for r in names]
    random.Random(seed).shuffle(batches)
    document = reader()
    for batch in (root, *batches):
        document.receive((batch,))
    words = "".join(f"{r} " for r in reversed(names))
    whole = "the text from which all begin"
    assert document.text(TEXT) == (whole + words if at else words + whole)


def test_who_types_on_does_so_behind_a_word_that_another_has_cut_in_two():
    story = Story(0, cancels=0)
    story.post("c0", typed(9, "unseen by the one who types"))
    story.post("a0", typed(0, "word"))
    story.hear("b0", "a0", 2)
    story.post("b0", typed(2, "--"))
    story.post("a0", typed(4, "s"))
    document = reader()
    for batch in story.batches:
        document.receive((batch,))
    assert document.text(TEXT).startswith("wo--rdsthe text")
    assert_equal(document, view(story.batches))


def test_a_cancel_that_comes_late_changes_nothing_where_a_newer_one_was_taken_back():
    story = Story(0, cancels=0)
    story.post("a0", typed(0, "word"))
    word = story.partials[-1]
    story.hear("a1", "a0", 2)
    undone(story, "a1", word)
    late = story.batches[-1]
    story.post("a0", typed(0, ""))
    undone(story, "a0", undone(story, "a0", word))
    document = reader()
    for batch in (*(b for b in story.batches if b is not late), late):
        document.receive((batch,))
    assert document.text(TEXT).startswith("wordthe text")
    assert_equal(document, view(story.batches))


def test_a_cancel_may_come_before_what_it_cancels():
    story = Story(0, cancels=0)
    story.post("a0", typed(0, "word"))
    word = story.partials[-1]
    story.post("a1", typed(0, ""))
    undone(story, "a1", word)  # another device of the same person, which has not seen it
    first, written, *others = story.batches
    document = reader()
    for batch in (first, *others, written):
        document.receive((batch,))
    assert document.text(TEXT) == "the text from which all begin"
    assert_equal(document, view(story.batches))
