"""The render lane: one QThread that owns the engine and does one job at a time, each with a stop flag of its own.

Values go in and values come out, by queued signal. Nothing here knows a model, a session or the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QThread, Signal, Slot

from studio.core.errors import Cancelled
from studio.core.render import Engine, Progress, Request

Report = Callable[[Progress], None]
RunJob = Callable[[Request, Engine, Report, Callable[[], bool]], object]
BuildEngine = Callable[[], Engine]


@dataclass(frozen=True, slots=True)
class RenderJob:
    """A frozen request, what to do with it, and its own stop flag. `id` is the row of the durable queue; `work` runs on the
    render thread."""

    id: int
    request: Request
    work: RunJob
    stop: threading.Event = field(default_factory=threading.Event, compare=False)


class RenderWorker(QObject):
    """Lives on the render thread. Only this object touches the engine, and builds it at first use."""

    caps_known = Signal(object)
    started = Signal(int)
    loading = Signal(str)  # what the engine says while it loads
    trouble = Signal(object)  # the engine cannot be built, and no job was there to fail
    progress = Signal(int, object)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._build: BuildEngine | None = None
        self._engine: Engine | None = None
        self._is_loaded = False

    @Slot(object)
    def use_engine(self, build: BuildEngine) -> None:
        """Let go of the engine in hand, build the new one and say what it can do. It is loaded when the first job arrives."""
        self._let_go()
        self._build = build
        try:
            self.caps_known.emit(self._built_engine().caps)
        except Exception as error:  # the thread's edge
            self._let_go()
            self.trouble.emit(error)

    @Slot()
    def release(self) -> None:
        """Give the engine's memory back; the next job builds it again."""
        self._let_go()

    @Slot(object)
    def run(self, job: RenderJob) -> None:
        if job.stop.is_set():
            self.cancelled.emit(job.id)
            return
        self.started.emit(job.id)
        try:
            result = job.work(job.request, self._ready_engine(), self._reporter(job), job.stop.is_set)
        except Cancelled:
            self.cancelled.emit(job.id)
        except Exception as error:  # the thread's edge; an engine that failed is not trusted with the next job
            self._let_go()
            self.failed.emit(job.id, error)
        else:
            self.done.emit(job.id, result)

    @Slot()
    def shut_down(self) -> None:
        self._let_go()
        QThread.currentThread().quit()

    def _ready_engine(self) -> Engine:
        engine = self._built_engine()
        if not self._is_loaded:
            engine.load(self.loading.emit)
            self._is_loaded = True
        return engine

    def _built_engine(self) -> Engine:
        if self._engine is None:
            if self._build is None:
                raise RuntimeError("a job was submitted before an engine was chosen")
            self._engine = self._build()
        return self._engine

    def _reporter(self, job: RenderJob) -> Report:
        def report(progress: Progress) -> None:
            self.progress.emit(job.id, progress)

        return report

    def _let_go(self) -> None:
        engine, self._engine, self._is_loaded = self._engine, None, False
        if engine is not None:
            engine.close()


class RenderThread(QObject):
    """Lives on the GUI thread; the handle by which the window gives jobs, stops them and closes the lane."""

    caps_known = Signal(object)
    started = Signal(int)
    loading = Signal(str)
    trouble = Signal(object)
    progress = Signal(int, object)
    done = Signal(int, object)
    failed = Signal(int, object)
    cancelled = Signal(int)

    _submitted = Signal(object)
    _engine_chosen = Signal(object)
    _release_asked = Signal()
    _shut_down_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[int, RenderJob] = {}
        self._thread = QThread()
        self._thread.setObjectName("render")
        self._worker = RenderWorker()
        self._worker.moveToThread(self._thread)
        self._submitted.connect(self._worker.run)
        self._engine_chosen.connect(self._worker.use_engine)
        self._release_asked.connect(self._worker.release)
        self._shut_down_asked.connect(self._worker.shut_down)
        self._worker.caps_known.connect(self.caps_known)
        self._worker.trouble.connect(self.trouble)
        self._worker.started.connect(self.started)
        self._worker.loading.connect(self.loading)
        self._worker.progress.connect(self.progress)
        self._worker.done.connect(self._on_done)
        self._worker.failed.connect(self._on_failed)
        self._worker.cancelled.connect(self._on_cancelled)

    def use_engine(self, build: BuildEngine) -> None:
        """`build` is called on the render thread; `caps_known` or `trouble` follows."""
        self._ensure_running()
        self._engine_chosen.emit(build)

    def release_engine(self) -> None:
        """Give the engine's memory back once the job in hand is over."""
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
