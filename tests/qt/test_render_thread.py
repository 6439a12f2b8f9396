"""As many jobs at a time as the engine has slots, on one thread; each stops by its own flag; closing is orderly."""

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

    def __init__(self, slots: int = 1) -> None:
        self.caps = Caps("bench", "1", 8000, Limits(), frozenset(), slots=slots)
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

    def load(self, note: Callable[[str], None] = print, report: Report = print) -> None:
        self.note("load")
        note("warming up")
        report(Progress("loading", 1, 2))

    def open(self, request: Request) -> Session:
        raise NotImplementedError

    def close(self) -> None:
        self.note("close")

    def jobs(self) -> list[str]:
        """What happened, without the steps and stops."""
        return [word for word in self.log if not word.startswith(("step", "cancel"))]

    def begin(self, request: Request, report: Report, stopped: Callable[[], bool]) -> BenchWork:
        self.note(f"run {request.seed}")
        self.begun.release()
        return BenchWork(self, request, report, stopped)


class BenchWork:
    """Three steps, each of which the test sets free; without that it gives signs of life."""

    def __init__(self, bench: Bench, request: Request, report: Report, stopped: Callable[[], bool]) -> None:
        self._bench = bench
        self._request = request
        self._report = report
        self._stopped = stopped
        self._number = 0

    def ready(self) -> bool:
        return False

    def step(self) -> object | None:
        if self._stopped():
            raise Cancelled
        if not self._bench.step.acquire(timeout=0.01):
            return None
        self._number += 1
        self._bench.note(f"step {self._request.seed}")
        self._report(Progress("rendering", self._number, 3))
        if self._number < 3:
            return None
        if self._request.seed == 13:
            raise EngineError("the engine stumbled")
        return f"take {self._request.seed}"

    def cancel(self) -> None:
        self._bench.note(f"cancel {self._request.seed}")

    def close(self) -> None:
        """Nothing is held."""


def begin(request: Request, engine: Engine, report: Report, stopped: Callable[[], bool]) -> BenchWork:
    assert isinstance(engine, Bench)
    return engine.begin(request, report, stopped)


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
    return RenderJob(seed, Request((), (), seed), begin)


def free(bench: Bench, steps: int) -> None:
    bench.step.release(steps)  # all at once: whoever's turn it is takes the first


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
    assert bench.jobs() == ["build", "load", "run 1", "run 2", "close"]
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
    assert known.args == [bench.caps]
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
    assert bench.jobs()[-1] == "close" and "run 2" not in bench.log
    assert not thread.is_busy()


def test_closing_twice_or_before_the_first_job_is_nothing(thread: RenderThread) -> None:
    thread.close()
    thread.close()


@pytest.fixture
def wide(qapp: object) -> Iterator[tuple[RenderThread, Bench]]:
    """An engine with three slots."""
    bench = Bench(slots=3)
    thread = RenderThread()
    thread.use_engine(bench.build)
    yield thread, bench
    thread.close()


def test_as_many_jobs_as_there_are_slots_go_on_in_turns(wide: tuple[RenderThread, Bench], qtbot: QtBot) -> None:
    thread, bench = wide
    for seed in (1, 2, 3, 4):
        thread.submit(job(seed))
    for _ in range(3):
        assert bench.begun.acquire(timeout=20)
    free(bench, 12)
    with qtbot.waitSignals([thread.done] * 4, timeout=20_000):
        pass
    steps = [word for word in bench.log if word.startswith("step")]
    assert sorted(steps[:3]) == ["step 1", "step 2", "step 3"], "whoever's turn it was began"
    assert steps[3:6] == steps[:3]
    before = [word for word in bench.log[: bench.log.index("run 4")] if word.startswith("step")]
    assert len(before) >= 7, "the fourth waits until somebody has made his three steps"
    assert len(bench.threads) == 1
    assert thread.slots == 3


def test_one_of_several_stops_and_the_others_go_on(wide: tuple[RenderThread, Bench], qtbot: QtBot) -> None:
    thread, bench = wide
    for seed in (1, 2, 3):
        thread.submit(job(seed))
    for _ in range(3):
        assert bench.begun.acquire(timeout=20)
    with qtbot.waitSignal(thread.cancelled, timeout=20_000) as cancelled:
        thread.stop(2)
    assert cancelled.args == [2]
    free(bench, 6)
    with qtbot.waitSignals([thread.done] * 2, timeout=20_000):
        pass


def test_one_that_fails_leaves_the_others_their_engine(wide: tuple[RenderThread, Bench], qtbot: QtBot) -> None:
    thread, bench = wide
    thread.submit(job(13))
    thread.submit(job(1))
    for _ in range(2):
        assert bench.begun.acquire(timeout=20)
    with qtbot.waitSignals([thread.failed, thread.done], timeout=20_000):
        free(bench, 6)
    assert bench.log.count("step 1") == 3 and "close" not in bench.log[: len(bench.log) - 1], "let go when nobody is left"


def test_another_engine_waits_for_what_is_in_hand(wide: tuple[RenderThread, Bench], qtbot: QtBot) -> None:
    thread, bench = wide
    other = Bench()
    thread.submit(job(1))
    thread.submit(job(2))
    thread.use_engine(other.build)
    thread.submit(job(3))
    free(bench, 6)
    free(other, 3)
    with qtbot.waitSignals([thread.done] * 3, timeout=20_000):
        pass
    assert bench.log[-1] == "close" and "run 3" not in bench.log
    assert "run 3" in other.log


def test_closing_tells_all_to_stop(wide: tuple[RenderThread, Bench]) -> None:
    thread, bench = wide
    for seed in (1, 2, 3):
        thread.submit(job(seed))
    for _ in range(3):
        assert bench.begun.acquire(timeout=20)
    thread.close()
    assert bench.log[-1] == "close"
    assert {"cancel 1", "cancel 2", "cancel 3"} <= set(bench.log)
    assert not thread.is_busy()


def test_an_engine_that_nobody_needs_gives_its_memory_back_and_comes_again(bench: Bench, qtbot: QtBot) -> None:
    thread = RenderThread(idle_ms=10)
    try:
        thread.use_engine(bench.build)
        free(bench, 6)
        with qtbot.waitSignal(thread.done, timeout=20_000):
            thread.submit(job(1))
        qtbot.waitUntil(lambda: bench.log[-1] == "close", timeout=20_000)
        with qtbot.waitSignal(thread.done, timeout=20_000):
            thread.submit(job(2))
        assert [word for word in bench.jobs() if word == "load"] == ["load"] * 2
    finally:
        thread.close()


def test_an_engine_in_use_is_not_idle_and_can_be_released_by_hand(bench: Bench, thread: RenderThread, qtbot: QtBot) -> None:
    thread.submit(job(1))
    assert bench.begun.acquire(timeout=20)
    thread.release_engine()
    free(bench, 3)
    with qtbot.waitSignal(thread.done, timeout=20_000):
        pass
    assert "close" not in bench.log
    thread.release_engine()
    qtbot.waitUntil(lambda: bench.log[-1] == "close", timeout=20_000)


def test_loading_says_how_far_it_is_and_when_it_is_over(bench: Bench, thread: RenderThread, qtbot: QtBot) -> None:
    told: list[Progress | None] = []
    thread.load_progress.connect(told.append)
    free(bench, 3)
    with qtbot.waitSignal(thread.done, timeout=20_000):
        thread.submit(job(1))
    assert told == [Progress("loading", 1, 2), None]


@pytest.mark.parametrize("by_closing", [False, True])
def test_a_job_is_stopped_while_its_engine_loads(by_closing: bool, qtbot: QtBot) -> None:
    bench = Bench()

    def load_for_hours(note: Callable[[str], None], report: Report) -> None:
        bench.note("load")
        while True:
            report(Progress("loading", 1, 1000))
            bench.step.acquire(timeout=0.01)

    bench.load = load_for_hours  # type: ignore[method-assign, assignment]
    thread = RenderThread()
    cancelled: list[int] = []
    thread.cancelled.connect(cancelled.append)
    try:
        thread.use_engine(bench.build)
        with qtbot.waitSignal(thread.load_progress):
            thread.submit(RenderJob(1, Request((), (), 1), lambda *_: pytest.fail("it began")))
        if not by_closing:
            thread.stop(1)
            qtbot.waitUntil(lambda: cancelled == [1])
            assert not thread.is_busy()
    finally:
        thread.close()
    assert bench.log[-1] == "close"
