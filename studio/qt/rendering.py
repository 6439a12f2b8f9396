"""Drives the durable queue with the render thread: what runs next, what became of it, how long the rest will take.

Lives on the GUI thread. Rows of takes and jobs are written here; sound is written by the worker, before its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

from studio.core.errors import EngineError, RefusedError, StorageFullError, StudioError, UnavailableError
from studio.core.render import Progress, Request
from studio.qt.desk import Desk
from studio.qt.early import Early, Recording, begin_into
from studio.qt.filling import Filling
from studio.qt.inhand import InHand
from studio.qt.render_thread import RenderJob, RenderThread
from studio.render.eta import Pace, Spent
from studio.render.plan import Job, Reason, in_order
from studio.render.queue import JobStore, Queue
from studio.store.jobs import JobRow, State
from studio.store.takes import Take, TakeStore

__all__ = ["Job", "JobRow", "Rendering"]

ACTIVE: tuple[State, ...] = ("waiting", "running")


class Rendering(QObject):
    """`takes` is for the render thread alone.
    `queue_changed` follows every step, `took` every take; `states_changed` names segments that stand differently."""

    queue_changed = Signal()
    states_changed = Signal(object)  # frozenset of segment ids
    took = Signal(object, bool)  # TakeRow; whether it was asked for as another take, and so is to be heard
    left = Signal(object)  # JobRows whose takes will not be made; None: no further takes are wanted at all
    loading = Signal(str)
    finished = Signal(int, int)  # nothing is left: segments rendered and failed since the queue was last empty
    trouble = Signal(object)  # StudioError

    def __init__(
        self, store: JobStore, takes: TakeStore, thread: RenderThread, desk: Desk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._queue = Queue(store)
        self._queue.is_paused |= self._queue.count("waiting") > 0  # left from another day: it goes on when it is told to
        self._thread = thread
        self._filling = Filling(self.put, self)
        self._filling.trouble.connect(self._halt)
        self._early = Early()
        self._begin = partial(begin_into, takes, self._early)
        self._desk = desk
        self._asked: dict[str, Job] = {}  # jobs by key, as they were asked for
        self._pace = Pace()
        self._job_ids: dict[str, int] = {}
        self._index()
        self._hand = InHand()
        self._load_progress: Progress | None = None
        self._run_done = self._run_failed = 0
        self._is_pumping = False
        self._stopping: set[int] = set()
        self._told = QTimer(self)  # the queue may move fifty times a second; views hear of it ten times
        self._told.setSingleShot(True)
        self._told.setInterval(100)
        self._told.timeout.connect(self.queue_changed)
        for signal, hear in self._heard():
            signal.connect(hear)

    def _heard(self) -> tuple[tuple[SignalInstance, Any], ...]:
        """What the thread tells, and who hears it."""
        thread = self._thread
        return (
            (thread.started, self._on_started),
            (thread.progress, self._on_progress),
            (thread.done, self._on_done),
            (thread.failed, self._on_failed),
            (thread.cancelled, self._on_cancelled),
            (thread.loading, self.loading),
            (thread.load_progress, self._on_load_progress),
        )

    # what there is

    @property
    def is_paused(self) -> bool:
        return self._queue.is_paused

    @property
    def running(self) -> tuple[JobRow, ...]:
        """What is being rendered, as many as the engine has slots."""
        return self._hand.rows()

    @property
    def load_progress(self) -> Progress | None:
        """How far the engine's loading is, while it loads."""
        return self._load_progress

    def share_of(self, job_id: int) -> float:
        """Of a running job, 0 to 1. Loading is no part of it."""
        return self._hand.share(job_id)

    def progress_of(self, segment: str) -> Progress | None:
        """How far a segment is that is being rendered, in seconds of speech; None for the others."""
        return self._hand.progress_of(segment)

    def heard_early(self, segment: str) -> Recording | None:
        """The sound so far of a segment that is being rendered; None for the others."""
        return next((self._early.of(row.key) for row in self.running if row.segment == segment), None)

    def rows(self) -> list[JobRow]:
        return self._queue.rows()

    def count(self, *states: State) -> int:
        return sum(self._queue.count(state) for state in states)

    def job_of(self, segment: str) -> JobRow | None:
        """The segment's job that is under way or failed."""
        job_id = self._job_ids.get(segment)
        row = self._queue.row(job_id) if job_id is not None else None
        return row if row is not None and row.state in (*ACTIVE, "failed") else None

    def _index(self) -> None:
        """After jobs came or went: which job is a segment's. Those that are over give way to those that are not."""
        rows = self._queue.rows()
        self._job_ids = {row.segment: row.id for row in rows}
        self._job_ids.update((row.segment, row.id) for row in rows if row.state in (*ACTIVE, "failed"))

    def has_job(self, key: str) -> bool:
        """Something that will make this take is waiting or running."""
        return any(row.key == key and row.state in ACTIVE for row in self._queue.rows())

    def done_and_total(self) -> tuple[int, int]:
        """Of the present run: jobs finished or failed, and all of them."""
        done = self._run_done + self._run_failed
        return done, done + self.count(*ACTIVE)

    def rate(self) -> float | None:
        """Wall-clock seconds that a second of speech takes; None before the first take."""
        return self._pace.rate()

    def seconds_left(self) -> float | None:
        """Wall-clock seconds until the queue is empty, from what was rendered so far; None before the first take."""
        waiting_s = self._desk.estimated_s(*(row.segment for row in self._queue.waiting()))
        running_s = [self._desk.estimated_s(row.segment) * (1 - self.share_of(row.id)) for row in self.running]
        return self._pace.seconds_left(waiting_s + sum(running_s), max(running_s, default=0.0))

    # what the user does

    def render(self, jobs: Sequence[Job], *, first: bool = False) -> None:
        """Queue jobs and go on. Asking for something is saying that rendering may go on."""
        if not jobs:
            return
        for job in jobs:
            self._asked[job.key] = job
        self._queue.resume()
        self._hand.company.forgive()
        if first:
            self.put(jobs, first=True)
        else:
            self._filling.add(in_order(jobs, self._desk.estimated_s, self._thread.slots))

    def pause(self) -> None:
        """What runs goes on to its end; nothing after it starts."""
        self._queue.pause()
        self.queue_changed.emit()

    def resume(self) -> None:
        self._queue.resume()
        self._hand.company.forgive()
        self._pump()

    def stop(self) -> None:
        """Stop what runs and take out what waits. Finished takes stay."""
        self._filling.drop()
        self.cancel([row.id for row in self._queue.rows() if row.state in ACTIVE])
        self.left.emit(None)

    def cancel(self, job_ids: Sequence[int]) -> None:
        rows = list(map(self._queue.row, job_ids))
        for row in rows:
            if row.state == "running":
                self._stopping.add(row.id)
                self._thread.stop(row.id)
        resting = [row for row in rows if row.state in ("waiting", "failed")]
        self._queue.cancel_all([row.id for row in resting])
        self.left.emit(resting)
        self.states_changed.emit(frozenset(row.segment for row in resting))
        self.queue_changed.emit()

    def retry(self, job_ids: Sequence[int] | None = None) -> None:
        """Let these failed jobs, or all of them, wait again."""
        rows = [row for row in self._queue.rows() if row.state == "failed" and (job_ids is None or row.id in job_ids)]
        self._queue.retry_all([row.id for row in rows])
        self._queue.resume()
        self._hand.company.forgive()
        self.states_changed.emit(frozenset(row.segment for row in rows))
        self._pump()

    def move(self, job_id: int, before: int | None) -> None:
        self._queue.move(job_id, before)
        self.queue_changed.emit()

    def clear_finished(self) -> None:
        """Forget jobs that are done or were taken out."""
        self._store.forget_jobs([row.id for row in self._queue.rows() if row.state in ("done", "cancelled")])
        was_paused, self._queue = self._queue.is_paused, Queue(self._store)
        self._queue.is_paused = was_paused
        self._index()
        self.queue_changed.emit()

    def close(self) -> None:
        """The thread is closed by whoever owns it; a job that runs now waits when the project is opened again."""
        with suppress(StudioError):  # what was asked for waits when the project is opened again, if the disk lets it
            self._queue.pause()
            self._filling.finish()
        self._told.stop()
        for signal, hear in self._heard():
            signal.disconnect(hear)
        for row in self.running:
            self._thread.stop(row.id)

    # how it goes

    def put(self, jobs: Sequence[Job], *, first: bool = False) -> None:
        """Queue jobs; where rendering was paused, it stays so."""
        self._queue.add(jobs, first=first)
        self._index()
        self.states_changed.emit(frozenset(job.segment for job in jobs))
        self._pump()

    def _pump(self) -> None:
        """Give the thread what it can do at once."""
        if not self._is_pumping:
            self._is_pumping = True
            try:
                self._start_next()
            except StudioError as error:
                self._halt(error)
            finally:
                self._is_pumping = False
        self._tell()

    def _start_next(self) -> None:
        self._hand.company.slots = self._thread.slots
        begun = set()
        while (first := self._queue.peek()) is not None and self._hand.company.admits(first):
            row = self._queue.next()
            assert row is not None
            job = self._job_for(row)
            if job is None or job.key != row.key:
                # The script has moved on since this was asked for: the segment is rendered as it reads now, or not at all.
                self._queue.cancel(row.id)
                if job is not None:
                    self._queue.add([job], first=True)
                    self._index()
                    self._asked[job.key] = job
                continue
            try:
                request = self._desk.complete(job.request)
            except StudioError as error:
                self._fail(row, error)
                continue
            self._run(row, request)
            begun.add(row.segment)
        if begun:
            self.states_changed.emit(frozenset(begun))
        elif self._filling.is_done and not self.count(*ACTIVE) and (self._run_done or self._run_failed):
            done, failed, self._run_done, self._run_failed = self._run_done, self._run_failed, 0, 0
            self.finished.emit(done, failed)

    def _run(self, row: JobRow, request: Request) -> None:
        self._hand.add(row)
        self._thread.submit(RenderJob(row.id, request, self._begin))

    def _ready(self) -> tuple[JobRow, Request] | None:
        """The next job, when nothing speaks against running it as it was asked for; else `_start_next` sees to it."""
        row = self._queue.peek()
        job = self._job_for(row) if row is not None else None
        if row is None or job is None or job.key != row.key or not self._hand.company.admits(row):
            return None
        try:
            return row, self._desk.complete(job.request)
        except StudioError:
            return None

    def _job_for(self, row: JobRow) -> Job | None:
        asked = self._asked.get(row.key)
        if asked is not None and asked.reason is Reason.AGAIN:
            return asked
        if row.reason in (Reason.RETAKE, Reason.AGAIN):
            return self._desk.further_take(row)
        return self._desk.request_of(row.segment)

    @Slot(int)
    def _on_started(self, job_id: int) -> None:
        self._hand.began(job_id)

    @Slot(object)
    def _on_load_progress(self, progress: Progress | None) -> None:
        self._load_progress = progress
        self._tell()

    @Slot(int, object)
    def _on_progress(self, job_id: int, progress: Progress) -> None:
        self._hand.told(job_id, progress)
        self._tell()

    @Slot(int, object)
    def _on_done(self, job_id: int, take: Take) -> None:
        ended = self._end(job_id)
        if ended is None:
            return
        row, spent = ended
        self._pace = self._pace.noted(take.seconds, spent)
        self._hand.company.worked(job_id)
        ready = self._ready()
        try:
            made = self._desk.record_take(row, take, ready[0] if ready is not None else None)
        except StudioError as error:
            self._halt(error)
            return
        self._queue.done(job_id, is_stored=True)
        if ready is not None:  # the engine goes on while the views hear of what is done
            self._run(self._queue.started(ready[0].id), ready[1])
        self._run_done += 1
        self._asked.pop(row.key, None)
        self.took.emit(made, row.reason == Reason.AGAIN)
        self.states_changed.emit(frozenset({row.segment, ready[0].segment} if ready is not None else {row.segment}))
        self._pump()

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: Exception) -> None:
        ended = self._end(job_id)
        if ended is None:
            return
        row, company = ended[0], self._hand.company
        if isinstance(error, StorageFullError | UnavailableError):  # it is no segment's fault, and no use to go on
            company.left(job_id)
            self._queue.put_back(job_id)
            self._halt(error)
            self.states_changed.emit(frozenset({row.segment}))
            return
        if isinstance(error, RefusedError):  # nothing is wrong with the engine
            company.left(job_id)
            self._fail(row, error)
        elif company.failed(job_id):  # others were there: it is tried alone when they are done
            self._queue.put_back(job_id)
            self._queue.move(job_id, None)
            self.states_changed.emit(frozenset({row.segment}))
        else:
            self._fail(row, error)
        if company.is_worn_out:  # it is the engine then, not the script
            self._halt(error if isinstance(error, StudioError) else EngineError(str(error)))
        self._pump()
        if not isinstance(error, StudioError):
            raise error  # the segment is marked, and the report is kept

    @Slot(int)
    def _on_cancelled(self, job_id: int) -> None:
        ended = self._end(job_id)
        if ended is None:
            return
        row = ended[0]
        self._hand.company.left(job_id)
        if job_id in self._stopping:
            self._queue.cancel(job_id)
            self.left.emit([row])
        else:
            self._queue.put_back(job_id)
        self._stopping.discard(job_id)
        self.states_changed.emit(frozenset({row.segment}))
        self._pump()

    def _end(self, job_id: int) -> tuple[JobRow, Spent] | None:
        ended = self._hand.end(job_id)
        if ended is not None:
            self._early.end(ended[0].key)
        return ended

    def _fail(self, row: JobRow, error: Exception) -> None:
        self._queue.failed(row.id, str(error) or type(error).__name__)
        self._run_failed += 1
        self.left.emit([row])
        self.states_changed.emit(frozenset({row.segment}))

    def _halt(self, error: StudioError) -> None:
        """Pause, and say why. Nothing is lost: what waits goes on waiting."""
        self._queue.pause()
        self.trouble.emit(error)
        self.queue_changed.emit()

    def _tell(self) -> None:
        if not self._told.isActive():
            self._told.start()
