"""One job from request to stored take, with the engine that fails in every way."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Engine, Progress, Request, SpokenTurn, VoiceSpec
from studio.engines.fake import FakeEngine, Faults
from studio.render.runner import EngineSeat, run_job
from studio.store.takes import TakeStore

REQUEST = Request((SpokenTurn(1, "Hello there, this is a test of some length."),), (VoiceSpec(1),), 1)


@pytest.fixture
def takes(tmp_path: Path) -> TakeStore:
    return TakeStore(tmp_path / "takes", sync=False)


def silent(_: Progress) -> None:
    """Nobody listens."""


def test_a_take_is_stored_with_its_words_and_its_recipe(takes: TakeStore) -> None:
    engine = FakeEngine()
    take = run_job(REQUEST, engine, takes, silent, lambda: False)
    assert take.key == REQUEST.key(engine.caps)
    assert take.recipe == REQUEST.recipe(engine.caps)
    assert take.seconds == pytest.approx(len(REQUEST.turns[0].text) / 15, abs=0.01)
    assert len(take.words) == 9
    assert takes.info(take.key) == take


def test_a_take_that_is_there_is_not_rendered_again(takes: TakeStore) -> None:
    first = run_job(REQUEST, FakeEngine(), takes, silent, lambda: False)
    assert run_job(REQUEST, FakeEngine(faults=Faults.of("bug")), takes, silent, lambda: False) == first


def test_progress_is_reported_as_it_comes(takes: TakeStore) -> None:
    heard: list[Progress] = []
    run_job(REQUEST, FakeEngine(), takes, heard.append, lambda: False)
    assert [one.phase for one in heard] == ["rendering"] * len(heard)
    assert heard[-1].done == heard[-1].total > 0


@pytest.mark.parametrize("events", [0, 1, 3])
def test_stopping_leaves_no_take(takes: TakeStore, events: int) -> None:
    answers = iter([False] * events)
    with pytest.raises(Cancelled):
        run_job(REQUEST, FakeEngine(), takes, silent, lambda: next(answers, True))
    assert list(takes.keys()) == []


@pytest.mark.parametrize(
    "fault", ["error", "memory", "bug", "nan", "infinite", "odd", "disorder", "length", "no-done", "late", "type", "word"]
)
def test_whatever_an_engine_does_wrong_is_one_error_and_no_take(takes: TakeStore, fault: str) -> None:
    engine = FakeEngine(faults={"rules": [{"kind": fault}]})
    with pytest.raises(EngineError) as raised:
        run_job(REQUEST, engine, takes, silent, lambda: False)
    assert raised.value.todo
    assert list(takes.keys()) == []


def test_stopping_at_the_very_last_event_leaves_no_take(takes: TakeStore, tmp_path: Path) -> None:
    asked: list[bool] = []
    run_job(REQUEST, FakeEngine(), TakeStore(tmp_path / "other", sync=False), silent, lambda: bool(asked.append(True)))
    answers = iter([False] * (len(asked) - 2))
    with pytest.raises(Cancelled):
        run_job(REQUEST, FakeEngine(), takes, silent, lambda: next(answers, True))
    assert list(takes.keys()) == []


def test_an_engine_that_refuses_a_request_is_one_error(takes: TakeStore) -> None:
    class Refusing(FakeEngine):
        def open(self, request: Request) -> object:  # type: ignore[override]
            raise KeyError("voice")

    with pytest.raises(EngineError, match="KeyError"):
        run_job(REQUEST, Refusing(), takes, silent, lambda: False)


def test_a_request_without_sound_is_an_error(takes: TakeStore) -> None:
    with pytest.raises(EngineError, match="without any sound"):
        run_job(Request((), (), 1), FakeEngine(), takes, silent, lambda: False)


class Counting:
    """Builds fake engines and counts them."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self) -> Engine:
        self.built += 1
        return FakeEngine()


def test_an_engine_is_built_once_and_anew_after_a_failure() -> None:
    build = Counting()
    notes: list[str] = []
    told: list[Progress] = []
    seat = EngineSeat(build, notes.append, told.append)
    assert build.built == 0, "only when it is needed"
    assert seat.engine() is seat.engine()
    assert {one.phase for one in told} == {"loading"}
    seat.failed()
    seat.settle()
    seat.engine()
    assert (build.built, notes) == (2, ["The fake engine is ready."] * 2)


def test_an_engine_that_failed_is_kept_for_those_who_are_using_it() -> None:
    build = Counting()
    seat = EngineSeat(build, lambda _: None)
    seat.engine()
    seat.failed()
    seat.engine()
    assert build.built == 1
    seat.settle()
    seat.engine()
    assert build.built == 2
