"""How often a segment is spoken, and which take is heard."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from studio.core.quality import Defect, Finding, Review
from studio.core.render import Caps, Limits
from studio.core.segments import Segment, SegmentTurn
from studio.core.voices import Cast, CastEntry, Sample, SeedRank, Voice
from studio.render.pacing import Governor
from studio.render.requests import Casting, request_for
from studio.render.retakes import Contest, Policy, best, entrants, policy_of, pool_of, request_now

CAPS = Caps("dia", "1", 44_100, Limits(), frozenset())
ONE = Segment("one", (SegmentTurn(1, "Maya", "They found the boat on a Thursday, upright and dry."),))
PLAIN = Casting(Cast(), {})
VOICE = Voice("alto", 7, seeds=(SeedRank(8, 0, 5), SeedRank(9, 3, 3), SeedRank(10)))
BANKED = Casting(Cast((("Maya", CastEntry("alto")),)), {"alto": VOICE})


def review(key: str, penalty: float, wpm: float = 150.0) -> Review:
    """Of a take with so many faults."""
    found = (Finding(Defect.HUM, 6.0 + 20.0 * (penalty - 1), 6.0),) if penalty >= 1 else ()
    return Review(key, 1, found, words_per_minute=wpm)


def contest(policy: Policy, casting: Casting = PLAIN) -> Contest:
    return Contest("one", pool_of(ONE, casting, CAPS, (), policy), policy)


def played(policy: Policy, *penalties: float | None) -> tuple[int, int]:
    """How many takes are made when they come out like this, and which wins; None could not be made."""
    one = contest(policy)
    made = 0
    while wanted := one.wanted():
        for entrant in wanted:
            if (penalty := penalties[made]) is None:
                one.give_up(entrant.key)
            else:
                one.take_in(entrant.key, review(entrant.key, penalty))
            made += 1
    assert one.is_settled
    return made, one.keys().index(one.winner) if one.winner else -1


@pytest.mark.parametrize(
    ("policy", "penalties", "made", "winner"),
    [
        (Policy(1, 2), (0,), 1, 0),
        (Policy(1, 2), (1, 0), 2, 1),
        (Policy(1, 2), (2, 3, 1), 3, 2),
        (Policy(1, 2), (2, 2, 2), 3, 0),
        (Policy(1, 0), (2,), 1, 0),
        (Policy(3, 0), (2, 0, 1), 3, 1),
        (Policy(3, 2), (2, 0, 0), 3, 1),
        (Policy(3, 2), (2, 3, 2, 1, 0), 5, 4),
        (Policy(1, 2), (None,), 1, -1),
        (Policy(1, 2), (2, None), 2, 0),
        (Policy(2, 2), (None, 2), 2, 1),
    ],
)
def test_takes_are_made_until_one_will_do_and_the_best_is_heard(
    policy: Policy, penalties: tuple[float | None, ...], made: int, winner: int
) -> None:
    assert played(policy, *penalties) == (made, winner)


def test_one_nobody_can_judge_is_good_enough_and_comes_last() -> None:
    one = contest(Policy(2, 2))
    first, second = one.wanted()
    one.take_in(first.key, None)
    one.take_in(second.key, review(second.key, 3))
    assert (one.wanted(), one.winner) == ([], second.key)
    assert best({"a": None}) == "a"


@pytest.mark.parametrize("cut", range(4))
def test_whoever_goes_on_after_a_power_cut_decides_as_the_one_before(cut: int) -> None:
    penalties, policy = (3, 2, 1.5, 2), Policy(2, 2)
    whole = contest(policy)
    while wanted := whole.wanted():
        for one in wanted:
            whole.take_in(one.key, review(one.key, penalties[whole.keys().index(one.key)]))
    again = contest(policy)
    for key in again.keys()[:cut]:  # what was made before
        again.was_there(key, review(key, penalties[again.keys().index(key)]))
    made = cut
    while wanted := again.wanted():
        for one in wanted:
            again.take_in(one.key, review(one.key, penalties[again.keys().index(one.key)]))
            made += 1
    assert (made, again.winner) == (4, whole.winner)


def test_a_pace_that_no_stretch_mends_is_a_reason_for_another_take() -> None:
    one = contest(Policy(1, 1, Governor()))
    first = one.wanted()[0]
    one.take_in(first.key, review(first.key, 0, wpm=230.0))
    second = one.wanted()[0]
    one.take_in(second.key, review(second.key, 0, wpm=188.0))
    assert (one.wanted(), one.winner) == ([], second.key)


def test_a_voice_that_lives_by_its_seed_lends_its_bank_in_order_of_rank() -> None:
    seeds = [one.request.seed for one in islice(entrants(ONE, BANKED, CAPS), 5)]
    assert seeds[:4] == [7, 9, 10, 8]
    assert seeds[4] == request_for(ONE, BANKED, 1).seed
    assert {one.request.voices for one in islice(entrants(ONE, BANKED, CAPS), 5)} == {request_for(ONE, BANKED).voices}


def test_ranks_that_changed_meanwhile_lose_no_take() -> None:
    promoted = replace(VOICE, seeds=(SeedRank(8, 9, 9), *VOICE.seeds[1:]))
    before = {one.key for one in pool_of(ONE, BANKED, CAPS, (), Policy(1, 2))}
    after = {one.key for one in pool_of(ONE, replace(BANKED, voices={"alto": promoted}), CAPS, (), Policy(1, 2))}
    assert before == after


@pytest.mark.parametrize(
    "casting",
    [
        PLAIN,
        Casting(Cast((("Maya", CastEntry("alto", seed=3)),)), {"alto": VOICE}),
        Casting(
            Cast((("Maya", CastEntry("alto")),)), {"alto": replace(VOICE, samples=(Sample("d", 6.0, "Hi."),))}, clones=True
        ),
    ],
)
def test_without_a_bank_seeds_are_derived(casting: Casting) -> None:
    expected = [request_for(ONE, casting, take).seed for take in range(3)]
    assert [one.request.seed for one in islice(entrants(ONE, casting, CAPS), 3)] == expected


def test_a_segment_whose_first_take_was_deleted_asks_for_another_one_that_is_there() -> None:
    keys = [one.key for one in islice(entrants(ONE, PLAIN, CAPS), 3)]
    binned = {("one", keys[0])}
    assert request_now(ONE, PLAIN, CAPS, (), ()).key(CAPS) == keys[0]
    assert request_now(ONE, PLAIN, CAPS, binned, {keys[0], keys[2]}).key(CAPS) == keys[2]
    assert request_now(ONE, PLAIN, CAPS, binned, {keys[0]}).key(CAPS) == keys[1]
    assert request_now(replace(ONE, id="two"), PLAIN, CAPS, binned, ()).key(CAPS) == keys[0], "it is deleted there alone"


def test_a_draft_is_spoken_once_and_not_governed_unless_asked_for() -> None:
    assert policy_of({}, CAPS) == Policy(1, 2, Governor(130.0, 185.0))
    assert policy_of({"pace_governor": "off", "retries": "0", "takes": "3"}, CAPS) == Policy(3, 0)
    draft = replace(CAPS, is_draft=True)
    assert policy_of({}, draft).is_idle
    assert policy_of({}, draft, takes=2, retries=1) == Policy(2, 1)
