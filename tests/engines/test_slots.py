"""Several sessions open at once: what one of them does, suffers or leaves unread is nothing to the others."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Audio, Engine, Event, Progress, Request
from studio.engines.checked import CheckedEngine
from studio.engines.child import Child
from studio.engines.fake import FakeEngine, Fault, Faults
from studio.engines.line import Patience
from studio.engines.messages import CREDIT, credit_frame, request_frame
from studio.engines.process import HostedEngine
from studio.engines.wire import Frame
from tests.engines.conformance import LONG, OTHER, TALK, hear, request
from tests.engines.processes import needs_proc

BOOM = request("boom, said it, and went on for long enough to have several steps")
SHORT = len(list(FakeEngine().open(OTHER)))
Make = Callable[..., Engine]


@pytest.fixture(params=["here", "hosted"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Builds fake engines with four slots, in this process or in a child."""
    built: list[Engine] = []

    def build(patience: Patience | None = None, **options: object) -> Engine:
        hosted = request.param == "hosted"
        options = {"slots": 4, **options}
        built.append(HostedEngine("fake", options, patience) if hosted else CheckedEngine(FakeEngine(**options)))  # type: ignore[arg-type]
        return built[-1]

    yield build
    for engine in built:
        engine.close()


def begun(engine: Engine, *asked: Request) -> list[Iterator[Event]]:
    """Sessions of these requests that have each been read up to their first sound."""
    all_events = [iter(engine.open(one)) for one in asked]
    for events in all_events:
        while not isinstance(next(events), Audio):
            pass
    return all_events


def entered(engine: Engine, *asked: Request) -> list[Iterator[Event]]:
    """Sessions of these requests that have each been read up to their first event."""
    all_events = [iter(engine.open(one)) for one in asked]
    for events in all_events:
        next(events)
    return all_events


def test_a_session_that_fails_leaves_the_others(make: Make) -> None:
    engine = make(faults=Faults.of("bug", text="boom", step=2))
    first, boom, last = begun(engine, TALK, BOOM, OTHER)
    with pytest.raises(EngineError, match="RuntimeError: a bug in the engine"):
        list(boom)
    alone = FakeEngine()
    assert [hear(events).done for events in (last, first)] == [hear(alone.open(one)).done for one in (OTHER, TALK)]
    assert hear(engine.open(TALK)) == hear(alone.open(TALK))


def test_the_failure_of_one_is_kept_until_it_is_read(make: Make) -> None:
    engine = make(faults=Faults.of("error", text="boom", step=2))
    (boom,) = begun(engine, BOOM)
    hear(engine.open(LONG))
    heard = []
    with pytest.raises(EngineError, match="told to"):
        heard += [event for event in boom if isinstance(event, Audio)]
    assert heard == [] or heard[-1].start_s == pytest.approx(0.25, abs=0.01)


def test_when_the_engine_fails_all_hear_the_same_and_a_new_start_works(make: Make) -> None:
    engine = make(faults=Faults.of("engine", text="boom", step=3))
    sessions = entered(engine, TALK, BOOM, LONG)
    said = []
    for events in sessions:
        with pytest.raises(EngineError) as caught:
            list(events)
        said.append(str(caught.value))
    assert len(set(said)) == 1 and "as a whole" in said[0]
    with pytest.raises(EngineError, match="as a whole"):
        list(engine.open(TALK))
    engine.close()
    engine.load()
    assert hear(engine.open(TALK)) == hear(FakeEngine().open(TALK))


def test_a_session_beyond_the_slots_waits_for_one(make: Make) -> None:
    engine = make(slots=2)
    first, second = begun(engine, LONG, LONG)
    assert hear(engine.open(TALK)) == hear(FakeEngine().open(TALK))
    assert len(list(first)) == len(list(second))


def test_all_that_are_cancelled_end_within_a_step(make: Make) -> None:
    engine = make()
    sessions = [engine.open(LONG) for _ in range(4)]
    all_events = [iter(session) for session in sessions]
    for events in all_events:
        next(events)
    for session in sessions:
        session.cancel()
    for session, events in zip(sessions, all_events, strict=True):
        assert session.ready()
        with pytest.raises(Cancelled):
            next(events)
    assert hear(engine.open(TALK)) == hear(FakeEngine().open(TALK))


def test_cancelling_all_from_another_thread_interrupts_a_long_step(make: Make) -> None:
    engine = make(step_s=60)
    sessions = [engine.open(TALK) for _ in range(3)]
    all_events = [iter(session) for session in sessions]
    for events in all_events:
        next(events)
    threading.Timer(0.1, lambda: [session.cancel() for session in sessions]).start()
    for events in reversed(all_events):
        with pytest.raises(Cancelled):
            list(events)
    assert isinstance(next(iter(engine.open(OTHER))), Progress), "the engine is there for others"


def test_ready_is_who_has_something_without_a_step(make: Make) -> None:
    engine = make(step_s=0.05)
    driver, other = engine.open(LONG), engine.open(LONG)
    (events, _) = iter(driver), next(iter(other))
    assert sum(isinstance(next(events), Audio) for _ in range(9)) >= 2
    rest = engine.open(TALK)
    rest.cancel()
    assert rest.ready()


@pytest.mark.parametrize(("kind", "said"), [("die", "exit code 70"), ("hang", "did not answer in time and was stopped")])
def test_the_end_of_the_child_is_the_end_of_all_its_sessions(kind: str, said: str) -> None:
    patience = Patience(event_s=1.5, cancel_s=0.5)
    engine = HostedEngine("fake", {"slots": 4, "faults": Faults((Fault(kind, text="boom", step=3),))}, patience)  # type: ignore[arg-type]
    try:
        sessions = entered(engine, TALK, BOOM, LONG)
        errors = []
        for events in sessions:
            with pytest.raises(EngineError, match=said) as caught:
                list(events)
            errors.append(caught.value)
        assert len({str(error) for error in errors}) == 1
        assert hear(engine.open(TALK)) == hear(FakeEngine().open(TALK)), "a new child, at once"
    finally:
        engine.close()


@needs_proc
def test_a_session_that_begins_waits_for_nothing() -> None:
    engine = HostedEngine("fake", {"slots": 2}, Patience(sign_s=1.0))
    try:
        engine.load()
        pid = engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        begun_at_once = entered(engine, TALK, OTHER)
        os.kill(pid, signal.SIGCONT)
        assert [hear(events).done.reason for events in begun_at_once] == ["complete"] * 2
    finally:
        engine.close()


def test_what_came_before_the_child_was_killed_is_still_heard() -> None:
    engine = HostedEngine("fake", {"slots": 3})
    try:
        done, long = iter(engine.open(OTHER)), engine.open(LONG)
        next(done)
        (cut,) = begun(engine, LONG)
        hear(long)  # by then the child has told all of the short one
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="killed from outside"):
            list(cut)
        assert hear(done) == hear(FakeEngine().open(OTHER))
    finally:
        engine.close()


def test_sessions_of_an_engine_that_was_closed_say_so() -> None:
    engine = HostedEngine("fake", {"slots": 2})
    (events,) = begun(engine, LONG)
    engine.close()
    with pytest.raises(EngineError, match="was closed"):
        list(events)


def test_the_child_sends_no_more_than_the_reader_has_given_credit_for() -> None:
    child = Child("studio.engines.host")
    try:
        child.send(Frame("build", {"engine": "fake", "options": {"slots": 3}}))
        child.send(request_frame(LONG, 1))
        for first, credit in ((10, CREDIT), (20, 5)):
            others = range(first, first + 6)  # they come and go: the first session could have sent a lot meanwhile
            for other in others:
                child.send(request_frame(OTHER, other))
            assert _sent_until_ended(child, list(others)) == {1: credit, **dict.fromkeys(others, SHORT)}
            child.send(credit_frame(1, 5))
        child.send(Frame("cancel", {"number": 1}))
        while (answer := child.receive(20)) is None or answer.kind != "cancelled":
            pass
    finally:
        child.close()


def _sent_until_ended(child: Child, numbers: list[int]) -> dict[int, int]:
    """How many events of each session come until these have ended."""
    counts: Counter[int] = Counter()
    while numbers:
        frame = child.receive(20)
        number = frame.fields.get("number", 0) if frame is not None else 0
        if frame is not None and frame.kind == "end":
            numbers = [one for one in numbers if one != number]
        elif number:
            counts[number] += 1
    return dict(counts)


def test_a_reader_who_is_slow_holds_up_nobody_and_hears_everything() -> None:
    engine = HostedEngine("fake", {"slots": 3})
    try:
        alone = hear(FakeEngine().open(LONG))
        slow = iter(engine.open(LONG))
        kept = [next(slow)]
        quick = iter(engine.open(LONG))
        while (event := next(quick, None)) is not None:
            if isinstance(event, Audio) and len(kept) < 4:
                kept.append(next(slow))
        assert hear(engine.open(LONG)) == alone
        assert hear([*kept, *slow]) == alone
    finally:
        engine.close()


def test_loading_in_a_child_says_how_far_it_is() -> None:
    engine = HostedEngine("fake", {"load_s": 0.1})
    told: list[Progress] = []
    try:
        engine.load(report=told.append)
        assert len(told) > 2 and told[-1].done == told[-1].total > 0
        assert {one.phase for one in told} == {"loading"}
    finally:
        engine.close()
