"""One job at a time on a thread of its own; each job stops by its own flag; closing is orderly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import Cancelled, EngineError
from studio.core.render import Caps, Engine, Limits, Progress, Request, Session
from studio.qt.render_thread import RenderJob, RenderThread, Report


class Bench:
    """An engine and a runner whose steps the test sets free, one by one."""

    caps = Caps("bench", "1", 8000, Limits(), frozenset())

    def __init__(self) -> None:
        self.log: list[str] = []
        self.threads: set[str] = set()
        self.step = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)

    def build(self) -> Engine:
        self.note("build")
        return self

    def note(self, word: str) -> None:
        self.log.append(word)
        self.threads.add(threading.current_thread().name)

    def load(self, note: Callable[[str], None] = print) -> None:
        self.note("load")
        note("warming up")

    def open(self, request: Request) -> Session:
        raise NotImplementedError

    def close(self) -> None:
        self.note("close")

    def run(self, request: Request, report: Report, stopped: Callable[[], bool]) -> object:
        self.note(f"run {request.seed}")
        self.begun.release()
        for number in range(3):
            while not self.step.acquire(timeout=0.01):
                if stopped():
                    raise Cancelled
            report(Progress("rendering", number + 1, 3))
        if request.seed == 13:
            raise EngineError("the engine stumbled")
        return f"take {request.seed}"


def run_job(request: Request, engine: Engine, report: Report, stopped: Callable[[], bool]) -> object:
    assert isinstance(engine, Bench)
    return engine.run(request, report, stopped)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def thread(bench: Bench, qapp: object) -> Iterator[RenderThread]:
    thread = RenderThread()
    thread.use_engine(bench.build)
    yield thread
    thread.close()


def job(seed: int) -> RenderJob:
    return RenderJob(seed, Request((), (), seed), run_job)


def free(bench: Bench, steps: int) -> None:
    for _ in range(steps):
        bench.step.release()


def test_a_job_reports_and_ends_with_its_result(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    seen: list[Progress] = []
    loading: list[str] = []
    thread.progress.connect(lambda _, progress: seen.append(progress))
    thread.loading.connect(loading.append)
    free(bench, 3)
    with qtbot.waitSignal(thread.done) as done:
        thread.submit(job(1))
    assert done.args == [1, "take 1"]
    assert [one.done for one in seen] == [1, 2, 3]
    assert loading == ["warming up"]
    assert not thread.is_busy()


def test_the_engine_is_built_once_used_and_closed_on_one_other_thread(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    free(bench, 6)
    with qtbot.waitSignals([thread.done, thread.done]):
        thread.submit(job(1))
        thread.submit(job(2))
    thread.close()
    assert bench.log == ["build", "load", "run 1", "run 2", "close"]
    assert len(bench.threads) == 1
    assert threading.main_thread().name not in bench.threads


def test_an_engine_error_arrives_as_a_value_and_the_next_job_runs(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    free(bench, 6)
    with qtbot.waitSignal(thread.failed) as failed:
        thread.submit(job(13))
    assert isinstance(failed.args[1], EngineError)
    assert bench.log[-1] == "close"  # an engine that failed is not trusted with the next job
    with qtbot.waitSignal(thread.done):
        thread.submit(job(2))


def test_what_an_engine_can_do_is_known_before_it_is_loaded(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(thread.caps_known) as known:
        thread.use_engine(bench.build)
    assert known.args == [Bench.caps]
    assert "load" not in bench.log


def test_an_engine_that_cannot_be_built_is_told(thread: RenderThread, qtbot: QtBot) -> None:
    def build() -> Engine:
        raise EngineError("there is no such engine")

    with qtbot.waitSignal(thread.trouble) as trouble:
        thread.use_engine(build)
    assert isinstance(trouble.args[0], EngineError)


def test_stopping_one_job_leaves_the_others(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    thread.submit(job(1))
    thread.submit(job(2))
    thread.submit(job(3))
    assert bench.begun.acquire(timeout=10)
    gone: list[int] = []
    thread.cancelled.connect(gone.append)
    thread.stop(2)
    free(bench, 6)
    with qtbot.waitSignals([thread.done, thread.done, thread.cancelled]):
        pass
    assert gone == [2]
    assert "run 2" not in bench.log


def test_the_job_in_hand_stops_too(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    thread.submit(job(1))
    assert bench.begun.acquire(timeout=10)
    with qtbot.waitSignal(thread.cancelled) as cancelled:
        thread.stop(1)
    assert cancelled.args == [1]


def test_another_engine_replaces_the_first(thread: RenderThread, bench: Bench, qtbot: QtBot) -> None:
    other = Bench()
    free(bench, 3)
    with qtbot.waitSignal(thread.done):
        thread.submit(job(1))
    thread.use_engine(other.build)
    free(other, 3)
    with qtbot.waitSignal(thread.done):
        thread.submit(job(2))
    assert bench.log[-1] == "close"
    assert other.log[:2] == ["build", "load"]


def test_closing_stops_every_job_closes_the_engine_and_waits(thread: RenderThread, bench: Bench) -> None:
    thread.submit(job(1))
    thread.submit(job(2))
    assert bench.begun.acquire(timeout=10)
    thread.close()
    assert bench.log[-2:] == ["run 1", "close"]
    assert not thread.is_busy()


def test_closing_twice_or_before_the_first_job_is_nothing(thread: RenderThread) -> None:
    thread.close()
    thread.close()
