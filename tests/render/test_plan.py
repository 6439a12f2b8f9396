"""How segments stand and what has to be rendered, with the reason a user is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.core.render import Caps, Limits, Request
from studio.core.segments import Segment, SegmentTurn
from studio.core.voices import Cast, CastEntry
from studio.render.plan import NOTHING_KNOWN, Known, Reason, State, needed, statuses
from studio.render.requests import Casting, request_for

CAPS = Caps("fake", "1", 22_050, Limits(), frozenset())
ONE = Segment("one", (SegmentTurn(1, "Maya", "Hello there."),))


def request(segment: Segment = ONE, casting: Casting = Casting(Cast(), {}), take: int = 0) -> Request:  # noqa: B008 - frozen
    return request_for(segment, casting, take)


def known(
    *takes: Request, chosen: Request | None = None, last: Request | None = None, queue: str = "", caps: Caps = CAPS
) -> Known:
    recipes = {take.key(caps): take.recipe(caps) for take in takes}
    return Known(
        recipes.keys(),
        {"one": chosen.key(caps)} if chosen else {},
        {"one": last.key(caps)} if last else {},
        {"one": queue} if queue else {},
        lambda key: recipes.get(key, ""),
    )


def status_of(project: Known, wanted: Request | None = None, caps: Caps = CAPS) -> tuple[State, Reason | None]:
    found = statuses([ONE], lambda _: wanted or request(), caps, project)[0]
    return found.state, found.reason


def test_a_new_script_has_everything_to_do() -> None:
    found = statuses([ONE, replace(ONE, id="two", turns=(SegmentTurn(1, "Ben", "Hi."),))], request, CAPS, NOTHING_KNOWN)
    assert [(one.segment, one.state, one.reason) for one in found] == [
        ("one", State.EMPTY, Reason.NEW),
        ("two", State.EMPTY, Reason.NEW),
    ]
    assert [(job.segment, job.key, job.reason) for job in needed(found)] == [
        (one.segment, one.key, Reason.NEW) for one in found
    ]


def test_a_take_that_is_there_is_nothing_to_do_and_is_heard() -> None:
    found = statuses([ONE], request, CAPS, known(request(), last=request()))
    assert (found[0].state, found[0].take, needed(found)) == (State.RENDERED, request().key(CAPS), [])


@pytest.mark.parametrize(
    ("old", "reason"),
    [
        (request(replace(ONE, turns=(SegmentTurn(1, "Maya", "Hello."),))), Reason.TEXT),
        (request(casting=Casting(Cast((("Maya", CastEntry(seed=3)),)), {})), Reason.VOICE),
        (request(replace(ONE, seed=3)), Reason.SEED),
        (request(replace(ONE, pace=0.9)), Reason.SETTINGS),
        (request(casting=Casting(Cast(), {}, params=(("temperature", "1"),))), Reason.SETTINGS),
    ],
)
def test_a_stale_segment_says_what_is_new_and_the_old_take_is_still_heard(old: Request, reason: Reason) -> None:
    found = statuses([ONE], request, CAPS, known(old, last=old))
    assert (found[0].state, found[0].reason, found[0].take) == (State.STALE, reason, old.key(CAPS))
    assert [job.reason for job in needed(found)] == [reason]


def test_another_engine_is_a_reason() -> None:
    other = replace(CAPS, id="other")
    recipes = {request().key(CAPS): request().recipe(CAPS)}
    project = Known(recipes.keys(), {}, {"one": request().key(CAPS)}, {}, lambda key: recipes[key])
    assert status_of(project, caps=other) == (State.STALE, Reason.ENGINE)


def test_a_take_whose_recipe_is_lost_counts_as_other_words() -> None:
    project = replace(known(request(replace(ONE, seed=3)), last=request(replace(ONE, seed=3))), recipe_of=lambda key: "")
    assert status_of(project) == (State.STALE, Reason.TEXT)


@pytest.mark.parametrize(("job", "state"), [("waiting", State.QUEUED), ("running", State.RENDERING), ("failed", State.FAILED)])
def test_the_queue_shows(job: str, state: State) -> None:
    assert status_of(known(queue=job)) == (state, Reason.NEW)
    assert status_of(known(request(), queue=job)) == (State.RENDERED, None), "a take that is there wins"


def test_a_chosen_take_of_the_same_words_is_kept_whatever_the_seed() -> None:
    second = request(take=2)
    found = statuses([ONE], request, CAPS, known(request(), second, chosen=second))
    assert (found[0].state, found[0].take, needed(found)) == (State.KEPT, second.key(CAPS), [])
    assert status_of(known(request(), chosen=request())) == (State.KEPT, None)


def test_a_chosen_take_of_other_words_is_stale() -> None:
    other = request(replace(ONE, turns=(SegmentTurn(1, "Maya", "Hello."),)))
    assert status_of(known(other, chosen=other)) == (State.STALE, Reason.TEXT)


def test_a_chosen_draft_does_not_hold_back_another_engine() -> None:
    draft = replace(CAPS, id="draft", is_draft=True)
    recipes = {request().key(draft): request().recipe(draft)}
    project = Known(recipes.keys(), {"one": request().key(draft)}, {}, {}, lambda key: recipes[key])
    assert status_of(project) == (State.STALE, Reason.ENGINE)


def test_a_chosen_take_that_is_lost_is_rendered_again() -> None:
    second = request(take=2)
    project = Known(frozenset(), {"one": second.key(CAPS)}, {}, {}, lambda key: second.recipe(CAPS))
    assert status_of(project) == (State.EMPTY, Reason.NEW)


def test_words_that_come_twice_are_rendered_once() -> None:
    found = statuses([ONE, replace(ONE, id="again")], request, CAPS, NOTHING_KNOWN)
    assert [job.segment for job in needed(found)] == ["one"]


def test_a_locked_take_survives_every_change_and_says_what_changed() -> None:
    old = request(replace(ONE, turns=(SegmentTurn(1, "Maya", "Hello."),)))
    key = old.key(CAPS)
    locked = replace(known(old, request(), chosen=old, last=request()), locked={"one": key})
    found = statuses([ONE], request, CAPS, locked)
    assert (found[0].state, found[0].take, found[0].reason, found[0].changed) == (State.LOCKED, key, None, Reason.TEXT)
    assert needed(found) == []
    assert statuses([ONE], lambda _: old, CAPS, locked)[0].changed is None
    another = request(take=2)
    locked = replace(known(another, chosen=another), locked={"one": another.key(CAPS)})
    assert statuses([ONE], request, CAPS, locked)[0].changed is None, "another performance of the same words"


def test_a_lock_of_a_take_that_is_lost_holds_nothing_back() -> None:
    lost = replace(NOTHING_KNOWN, locked={"one": "0" * 32})
    assert status_of(lost) == (State.EMPTY, Reason.NEW)


def test_the_take_that_was_picked_is_heard_until_the_segment_asks_for_another() -> None:
    second = request(take=1)
    picked = replace(known(request(), second, last=second), picks={request().key(CAPS): second.key(CAPS)})
    found = statuses([ONE], request, CAPS, picked)
    assert (found[0].state, found[0].take, needed(found)) == (State.RENDERED, second.key(CAPS), [])
    for changed, reason in (
        (replace(ONE, turns=(SegmentTurn(1, "Maya", "Hello."),)), Reason.TEXT),
        (replace(ONE, seed=3), Reason.SEED),
    ):
        found = statuses([changed], request, CAPS, picked)
        assert (found[0].state, found[0].reason) == (State.STALE, reason)
    found = statuses([ONE], lambda one: request(one, Casting(Cast((("Maya", CastEntry(seed=3)),)), {})), CAPS, picked)
    assert (found[0].state, found[0].reason) == (State.STALE, Reason.VOICE)


def test_a_pick_that_was_deleted_or_lost_gives_way_to_the_first_take() -> None:
    first, second = request().key(CAPS), request(take=1).key(CAPS)
    deleted = replace(known(request(), request(take=1)), picks={first: second}, binned={("one", second)})
    lost = replace(known(request()), picks={first: second})
    for project in (deleted, lost):
        assert statuses([ONE], request, CAPS, project)[0].take == first
