"""The list of who did what, and the line of time without pauses."""

from whiteboard.model.ids import Party, Rid
from whiteboard.past.entries import Entries
from whiteboard.past.moments import Moment
from whiteboard.past.scale import Scale
from whiteboard.past.summary import Deed, Thing, Verb

ANA, BEN = Party("ana"), Party("ben")


def entries(*moments):
    made = Entries()
    for seq, (party, time, deed) in enumerate(moments, start=1):
        made.add(Moment(seq, party, time, deed))
    return made


def deed(verb, *things, thing=Thing.STROKE, words=""):
    return Deed(verb, thing, tuple(Rid(one) for one in things), words)


def said(made):
    return [(one.party, one.verb, one.count, one.first, one.last) for one in made.newest_first()]


def test_one_persons_strokes_of_one_minute_are_one_line_though_others_draw_between():
    made = entries(
        (ANA, 60.0, deed(Verb.ADDED, "a.1")),
        (BEN, 61.0, deed(Verb.ADDED, "b.1")),
        (ANA, 62.0, deed(Verb.ADDED, "a.2")),
        (ANA, 121.0, deed(Verb.ADDED, "a.3")),
    )
    assert said(made) == [
        (ANA, Verb.ADDED, 1, 4, 4),
        (ANA, Verb.ADDED, 2, 1, 3),
        (BEN, Verb.ADDED, 1, 2, 2),
    ]
    assert made.at(3) is made.at(1)
    assert made.at(0) is None


def test_moving_one_thing_five_times_is_one_thing_moved():
    made = entries(*((ANA, 60.0 + i, deed(Verb.MOVED, "a.1")) for i in range(5)))
    assert said(made) == [(ANA, Verb.MOVED, 1, 1, 5)]


def test_letters_of_a_new_text_belong_to_its_line_and_those_of_an_old_one_do_not():
    new = deed(Verb.ADDED, "a.1", thing=Thing.TEXT, words="H")
    typed = deed(Verb.WROTE, "a.1", thing=Thing.TEXT, words="Hi")
    old = deed(Verb.WROTE, "b.1", thing=Thing.TEXT, words="Old")
    made = entries((ANA, 60.0, new), (ANA, 61.0, typed), (ANA, 62.0, old))
    assert [(one.verb, one.words) for one in made.all] == [(Verb.ADDED, "Hi"), (Verb.WROTE, "Old")]


def test_what_changes_nothing_that_is_seen_has_no_line():
    made = entries((ANA, 60.0, deed(Verb.ADDED, "a.1")), (BEN, 61.0, None))
    assert len(made.all) == 1
    assert made.at(2) is made.all[0]


def test_without_times_the_same_person_goes_on_until_another_comes():
    made = entries(
        (ANA, None, deed(Verb.ADDED, "a.1")),
        (ANA, None, deed(Verb.ADDED, "a.2", thing=Thing.TEXT)),
        (BEN, None, deed(Verb.ADDED, "b.1")),
        (ANA, None, deed(Verb.ADDED, "a.3")),
    )
    assert said(made) == [
        (ANA, Verb.ADDED, 1, 4, 4),
        (BEN, Verb.ADDED, 1, 3, 3),
        (ANA, Verb.ADDED, 2, 1, 2),
    ]
    assert made.all[0].thing is Thing.OTHER


def test_a_night_between_two_strokes_is_short_on_the_line_and_none_is_without_length():
    scale = Scale()
    for time in (0.0, 1.0, 1.0, 40_000.0, None):
        scale.add(time)
    places = [scale.place(seq) for seq in range(6)]
    assert places == [0.0, 1.0, 2.0, 2.05, 6.05, 7.05]
    assert scale.length == 7.05
    assert [scale.at(place) for place in places] == [0, 1, 2, 3, 4, 5]
    assert (scale.at(-1.0), scale.at(5.0), scale.at(99.0)) == (0, 3, 5)
