"""The queue worked off on the caller's thread, as many jobs at a time as the engine takes: what fails is marked, the rest goes
on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from studio.core.errors import Cancelled, EngineError, RefusedError, StorageFullError, StudioError, UnavailableError
from studio.core.quality import Review
from studio.core.render import Progress, Request
from studio.engines.turns import whose_turn
from studio.render.company import Company
from studio.render.eta import Meter, Spent
from studio.render.judging import Judge
from studio.render.plan import Job
from studio.render.queue import Queue
from studio.render.runner import EngineSeat, Flight, Stopped, stop_all
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore
from studio.store.takes import Take

TRIES = 2  # of one job in one run: an engine that died may do it when it is started afresh


class Listener(Protocol):
    """Who hears how the work goes on, on the thread that works."""

    def began(self, jobs: Sequence[Job]) -> None:
        """These are going to be rendered, in this order."""
        ...

    def started(self, job: Job) -> None: ...

    def progress(self, job: Job, progress: Progress) -> None: ...

    def finished(self, job: Job, take: Take, spent: Spent) -> None: ...

    def failed(self, job: Job, error: StudioError, *, again: bool) -> None: ...

    def added(self, jobs: Sequence[Job]) -> None:
        """These are rendered as well: a take of theirs is doubtful."""
        ...


@dataclass(slots=True)
class Outcome:
    """What came of a run. `stopped_by` is set when jobs were left waiting because the engine is no good."""

    rendered: list[str] = field(default_factory=list)  # keys
    failed: dict[str, StudioError] = field(default_factory=dict)  # key -> why
    stopped_by: StudioError | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the work is done with. `ready` fills a request with the sound of its samples. `judge` looks takes over and asks for
    others; without one, what is rendered is heard."""

    store: ProjectStore
    seat: EngineSeat
    queue: Queue
    ready: Callable[[Request], Request]
    listener: Listener
    stopped: Stopped
    judge: Judge | None = None


def work_off(shop: Workshop, jobs: Mapping[str, Job]) -> Outcome:
    """Render every job of the queue, as many at a time as the engine has slots; `jobs` gives each by its key. Each take is
    durable, and its job noted as done, before the listener hears of it and before another takes its slot.

    Raises Cancelled (also for an interrupt from the keyboard) and StorageFullError at once; the jobs in hand wait again then,
    finished takes stay. An engine that cannot start here raises UnavailableError.
    """
    shop.listener.began([jobs[row.key] for row in shop.queue.rows() if row.state == "waiting"])
    shift = _Shift(shop, jobs)
    try:
        while shift.fill() or shift.flying or shift.looked_at:
            shift.take_turns()
            shift.hear_reviews()
            if shift.outcome.stopped_by is not None:
                break
    except KeyboardInterrupt:
        raise Cancelled from None
    finally:
        shift.put_back()
    return shift.outcome


@dataclass(eq=False, slots=True)
class _Flying:
    """A job that the engine is at work on."""

    row: JobRow
    job: Job
    flight: Flight


class _Shift:
    """One run through the queue."""

    def __init__(self, shop: Workshop, jobs: Mapping[str, Job]) -> None:
        self.outcome = Outcome()
        self.flying: list[_Flying] = []
        self.looked_at: deque[tuple[Job, Future[Review | None]]] = deque()  # finished takes that are being looked over
        self._shop = shop
        self._jobs = dict(jobs)
        self._company = Company(shop.seat.caps.slots if shop.queue.peek() is not None else 1)
        self._tries: dict[int, int] = {}
        self._meter = Meter()

    def fill(self) -> bool:
        """Start what may start now. False: the queue has nothing for us."""
        if not self.flying:
            self._shop.seat.settle()
        queue = self._shop.queue
        while self.outcome.stopped_by is None and (first := queue.peek()) is not None and self._company.admits(first):
            row = queue.next()
            assert row is not None
            self._start(row)
        return queue.peek() is not None

    def take_turns(self) -> None:
        """One event of whoever is ready, or of one who drives the others on."""
        for one in whose_turn(self.flying, lambda one: one.flight.ready()):
            self._step(one)

    def hear_reviews(self) -> None:
        """What follows from the takes that were looked over; waited for where there is nothing else to do."""
        judge = self._shop.judge
        while judge is not None and self.looked_at and (self.looked_at[0][1].done() or not self._has_work):
            job, review = self.looked_at.popleft()
            self._add(judge.after(job, review.result()))

    @property
    def _has_work(self) -> bool:
        return bool(self.flying) or self._shop.queue.peek() is not None

    def put_back(self) -> None:
        """What is in hand waits again."""
        stop_all(one.flight for one in self.flying)
        for one in self.flying:
            if self._shop.queue.row(one.row.id).state == "running":
                self._shop.queue.put_back(one.row.id)

    def _start(self, row: JobRow) -> None:
        shop, job = self._shop, self._jobs[row.key]
        self._company.started(row)
        self._tries[row.id] = self._tries.get(row.id, 0) + 1
        if self._tries[row.id] == 1:
            shop.listener.started(job)
        try:
            engine = shop.seat.engine()
            report = partial(shop.listener.progress, job)
            flight = Flight(shop.ready(job.request), engine, shop.store.takes, report, shop.stopped)
        except BaseException as error:
            if not isinstance(error, StudioError) or isinstance(error, StorageFullError | UnavailableError):
                shop.queue.put_back(row.id)
                raise
            self._failed(row, job, error)
            return
        self._meter.start(row.id, time.monotonic())
        self.flying.append(_Flying(row, job, flight))

    def _step(self, one: _Flying) -> None:
        shop = self._shop
        try:
            take = one.flight.step()
            if take is None:
                return
            shop.store.add_take(one.job.segment, take.key, is_draft=shop.seat.caps.is_draft, job=one.row.id)
            shop.queue.done(one.row.id, is_stored=True)
        except StorageFullError:
            raise
        except StudioError as error:
            self._let_go(one)
            self._failed(one.row, one.job, error)
            return
        spent = self._let_go(one)
        self._company.worked(one.row.id)
        self.outcome.rendered.append(take.key)
        shop.listener.finished(one.job, take, spent)
        looking = shop.judge.look_over(one.job) if shop.judge is not None else None
        if looking is not None:
            self.looked_at.append((one.job, looking))

    def _let_go(self, one: _Flying) -> Spent:
        one.flight.close()
        self.flying.remove(one)
        return self._meter.end(one.row.id, time.monotonic())

    def _add(self, jobs: Sequence[Job]) -> None:
        """Further takes come before all that waits: what was begun is finished."""
        if jobs:
            self._jobs.update((job.key, job) for job in jobs)
            self._shop.queue.add(jobs, first=True)
            self._shop.listener.added(jobs)

    def _failed(self, row: JobRow, job: Job, error: StudioError) -> None:
        shop, is_the_engine = self._shop, isinstance(error, EngineError) and not isinstance(error, RefusedError)
        if is_the_engine:
            self._company.failed(row.id)
            shop.seat.failed()
        else:
            self._company.left(row.id)
        again = is_the_engine and self._tries[row.id] < TRIES
        if again:
            shop.queue.put_back(row.id)
            if self._company.slots > 1:  # it will be tried alone, when nobody else has to wait for that
                shop.queue.move(row.id, None)
        else:
            shop.queue.failed(row.id, error.sentence())
            self.outcome.failed[job.key] = error
        shop.listener.failed(job, error, again=again)
        if shop.judge is not None and not again:
            self._add(shop.judge.given_up(job))
        if self._company.is_worn_out:
            self.outcome.stopped_by = error
