"""The render lane: one QThread that owns the engine and does as many jobs at a time as it has slots. Each has a stop flag.

Values go in and values come out, by queued signal. Nothing here knows a model, a session or the database.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from studio.core.errors import Cancelled, RefusedError
from studio.core.render import Caps, Engine, Progress, Request
from studio.engines.turns import whose_turn
from studio.render.runner import EngineSeat

Report = Callable[[Progress], None]
BuildEngine = Callable[[], Engine]

IDLE_MS = 5 * 60_000  # until an engine that nobody needs gives its memory back
TOLD_S = 0.1  # between two words about one job's progress, where several are in hand


class Work(Protocol):
    """A job under way, as `studio.render.runner.Flight` is one."""

    def ready(self) -> bool: ...

    def step(self) -> object | None:
        """The result after the last step."""
        ...

    def cancel(self) -> None: ...

    def close(self) -> None: ...


BeginWork = Callable[[Request, Engine, Report, Callable[[], bool]], Work]


@dataclass(frozen=True, slots=True)
class RenderJob:
    """A frozen request, how work on it begins, and its own stop flag. `id` is the row of the durable queue; `begin` and the
    work are called on the render thread."""

    id: int
    request: Request
    begin: BeginWork
    stop: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(eq=False, slots=True)
class _Flying:
    job: RenderJob
    work: Work


class RenderWorker(QObject):
    """Lives on the render thread. Only this object touches the engine, and builds it at first use. Between any two steps of
    the engine the thread's event loop runs, so that jobs come in and are stopped at any time."""

    caps_known = Signal(object)
    started = Signal(int)  # the engine is at work on it; loading is over
    loading = Signal(str)  # what the engine says while it loads
    load_progress = Signal(object)  # how far loading is; None when it is over
    trouble = Signal(object)  # the engine cannot be built, and no job was there to fail
    progress = Signal(int, object)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    def __init__(self, idle_ms: int) -> None:
        super().__init__()
        self._seat: EngineSeat | None = None
        self._asked: deque[RenderJob | BuildEngine] = deque()
        self._flying: list[_Flying] = []
        self._loading_for: RenderJob | None = None
        self._turns = QTimer(self)  # as a child it moves to the render thread, too
        self._turns.setInterval(0)
        self._turns.timeout.connect(self._take_turns)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(idle_ms)
        self._idle.timeout.connect(self.release)

    @Slot(object)
    def use_engine(self, build: BuildEngine) -> None:
        """When what was asked for before is done, let go of the engine in hand, build the new one and say what it can do. It is
        loaded when the first job arrives."""
        self._asked.append(build)
        self._go_on()

    @Slot()
    def release(self) -> None:
        """Give the engine's memory back if nobody needs it; the next job builds it again."""
        if self._seat is not None and not self._flying:
            self._seat.close()

    @Slot(object)
    def run(self, job: RenderJob) -> None:
        self._asked.append(job)
        self._go_on()

    @Slot()
    def shut_down(self) -> None:
        """What is in hand is stopped: all are told before any is waited for."""
        self._turns.stop()
        self._idle.stop()
        for one in self._flying:
            one.work.cancel()
        for one in tuple(self._flying):
            self._let_go(one)
            self.cancelled.emit(one.job.id)
        self._let_engine_go()
        QThread.currentThread().quit()

    def _go_on(self) -> None:
        self._idle.stop()
        self._turns.start()

    @Slot()
    def _take_turns(self) -> None:
        """Begin what may begin, then one event of whoever is ready, or of one who drives the others on."""
        while self._asked and self._may_begin(self._asked[0]):
            asked = self._asked.popleft()
            if isinstance(asked, RenderJob):
                self._begin(asked)
            else:
                self._change_engine(asked)
        for one in self._flying:
            if one.job.stop.is_set():
                one.work.cancel()  # all are told before any is waited for
        for one in whose_turn(self._flying, lambda one: one.work.ready()):
            self._step(one)
        if not self._flying and self._seat is not None:
            self._seat.settle()
        if not self._flying and not self._asked:
            self._turns.stop()
            self._idle.start()

    def _may_begin(self, asked: RenderJob | BuildEngine) -> bool:
        if not self._flying:
            return True
        if not isinstance(asked, RenderJob):
            return False
        return asked.stop.is_set() or self._seat is None or len(self._flying) < self._seat.caps.slots

    def _begin(self, job: RenderJob) -> None:
        if job.stop.is_set():
            self.cancelled.emit(job.id)
            return
        try:
            if self._seat is None:
                raise RuntimeError("a job was submitted before an engine was chosen")
            work = job.begin(job.request, self._loaded(self._seat, job), self._reporter(job), job.stop.is_set)
        except Cancelled:
            self.cancelled.emit(job.id)
        except Exception as error:  # the thread's edge
            self._failed(job, error)
        else:
            self.started.emit(job.id)
            self._flying.append(_Flying(job, work))

    def _step(self, one: _Flying) -> None:
        try:
            result = one.work.step()
            if result is None:
                return
            self._let_go(one)
        except Cancelled:
            self._let_go(one)
            self.cancelled.emit(one.job.id)
        except Exception as error:  # the thread's edge; an engine that failed is not trusted with the next job
            self._let_go(one)
            self._failed(one.job, error)
        else:
            self.done.emit(one.job.id, result)

    def _let_go(self, one: _Flying) -> None:
        if one in self._flying:
            self._flying.remove(one)
        one.work.close()

    def _failed(self, job: RenderJob, error: Exception) -> None:
        if self._seat is not None and not isinstance(error, RefusedError):
            self._seat.failed()
            if not self._flying:
                self._seat.settle()
        self.failed.emit(job.id, error)

    def _change_engine(self, build: BuildEngine) -> None:
        self._let_engine_go()
        self._seat = EngineSeat(build, self.loading.emit, self._on_loading)
        try:
            self.caps_known.emit(self._seat.caps)
        except Exception as error:  # the thread's edge
            self._seat.close()
            self.trouble.emit(error)

    def _loaded(self, seat: EngineSeat, job: RenderJob) -> Engine:
        """Raises Cancelled when the job that it is loaded for is stopped meanwhile."""
        if seat.is_loaded:
            return seat.engine()
        self._loading_for = job
        try:
            return seat.engine()
        finally:
            self._loading_for = None
            self.load_progress.emit(None)

    def _on_loading(self, progress: Progress) -> None:
        if self._loading_for is not None and self._loading_for.stop.is_set():
            raise Cancelled
        self.load_progress.emit(progress)

    def _reporter(self, job: RenderJob) -> Report:
        told_at = 0.0

        def report(progress: Progress) -> None:
            nonlocal told_at
            now = monotonic()
            if len(self._flying) < 2 or now - told_at >= TOLD_S:
                told_at = now
                self.progress.emit(job.id, progress)

        return report

    def _let_engine_go(self) -> None:
        seat, self._seat = self._seat, None
        if seat is not None:
            seat.close()


class RenderThread(QObject):
    """Lives on the GUI thread; the handle by which the window gives jobs, stops them and closes the lane."""

    caps_known = Signal(object)
    started = Signal(int)
    loading = Signal(str)
    load_progress = Signal(object)
    trouble = Signal(object)
    progress = Signal(int, object)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    _submitted = Signal(object)
    _engine_chosen = Signal(object)
    _release_asked = Signal()
    _shut_down_asked = Signal()

    def __init__(self, parent: QObject | None = None, *, idle_ms: int = IDLE_MS) -> None:
        """`idle_ms`: how long an engine that nobody needs stays in memory."""
        super().__init__(parent)
        self.slots = 1  # of the engine in hand: how many jobs it does at a time
        self._jobs: dict[int, RenderJob] = {}
        self._thread = QThread()
        self._thread.setObjectName("render")
        self._worker = RenderWorker(idle_ms)
        self._worker.moveToThread(self._thread)
        self._submitted.connect(self._worker.run)
        self._engine_chosen.connect(self._worker.use_engine)
        self._release_asked.connect(self._worker.release)
        self._shut_down_asked.connect(self._worker.shut_down)
        self._worker.caps_known.connect(self._on_caps)
        self._worker.trouble.connect(self.trouble)
        self._worker.started.connect(self.started)
        self._worker.loading.connect(self.loading)
        self._worker.load_progress.connect(self.load_progress)
        self._worker.progress.connect(self.progress)
        self._worker.done.connect(self._on_done)
        self._worker.failed.connect(self._on_failed)
        self._worker.cancelled.connect(self._on_cancelled)

    def use_engine(self, build: BuildEngine) -> None:
        """`build` is called on the render thread; `caps_known` or `trouble` follows."""
        self._ensure_running()
        self._engine_chosen.emit(build)

    def release_engine(self) -> None:
        """Give the engine's memory back now, if no job is in hand; the next job builds it again."""
        self._release_asked.emit()

    def submit(self, job: RenderJob) -> None:
        self._ensure_running()
        self._jobs[job.id] = job
        self._submitted.emit(job)

    def stop(self, job_id: int) -> None:
        """Ask one job to stop. `cancelled` follows within one step of the engine."""
        if job := self._jobs.get(job_id):
            job.stop.set()

    def is_busy(self) -> bool:
        return bool(self._jobs)

    def close(self) -> None:
        """Set every flag, let the engine go, quit, wait: in that order."""
        for job in self._jobs.values():
            job.stop.set()
        if self._thread.isRunning():
            self._shut_down_asked.emit()
            self._thread.wait()
        self._jobs.clear()

    def _ensure_running(self) -> None:
        if not self._thread.isRunning():
            self._thread.start()

    @Slot(object)
    def _on_caps(self, caps: Caps) -> None:
        self.slots = caps.slots
        self.caps_known.emit(caps)

    @Slot(int, object)
    def _on_done(self, job_id: int, result: object) -> None:
        self._jobs.pop(job_id, None)
        self.done.emit(job_id, result)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: Exception) -> None:
        self._jobs.pop(job_id, None)
        self.failed.emit(job_id, error)

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        self._jobs.pop(job_id, None)
        self.cancelled.emit(job_id)
