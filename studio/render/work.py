"""The queue worked off, one job after another, on the caller's thread: what fails is marked, the rest goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from studio.core.errors import Cancelled, EngineError, StorageFullError, StudioError
from studio.core.render import Progress, Request
from studio.render.plan import Job
from studio.render.queue import Queue
from studio.render.runner import EngineSeat, Stopped, run_job
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

    def finished(self, job: Job, take: Take, wall_s: float) -> None: ...

    def failed(self, job: Job, error: StudioError, *, again: bool) -> None: ...


@dataclass(slots=True)
class Outcome:
    """What came of a run. `stopped_by` is set when jobs were left waiting because the engine is no good."""

    rendered: list[str] = field(default_factory=list)  # keys
    failed: dict[str, StudioError] = field(default_factory=dict)  # key -> why
    stopped_by: StudioError | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the work is done with. `ready` fills a request with the sound of its samples."""

    store: ProjectStore
    seat: EngineSeat
    queue: Queue
    ready: Callable[[Request], Request]
    listener: Listener
    stopped: Stopped


def work_off(shop: Workshop, jobs: Mapping[str, Job]) -> Outcome:
    """Render every job of the queue; `jobs` gives each by its key. Each take is durable, and its job noted as done, before the
    next begins.

    Raises Cancelled (also for an interrupt from the keyboard) and StorageFullError at once; the job in hand waits again then,
    finished takes stay. An engine that cannot start at all raises EngineError.
    """
    outcome = Outcome()
    shop.listener.began([jobs[row.key] for row in shop.queue.rows() if row.state == "waiting"])
    tries: dict[str, int] = {}
    while (row := shop.queue.next()) is not None:
        job = jobs[row.key]
        tries[row.key] = tries.get(row.key, 0) + 1
        if tries[row.key] == 1:
            shop.listener.started(job)
        try:
            outcome.rendered.append(_render(shop, row, job))
        except (Cancelled, KeyboardInterrupt):
            shop.queue.put_back(row.id)
            raise Cancelled from None
        except StorageFullError:
            shop.queue.put_back(row.id)
            raise
        except StudioError as error:
            _give_up_or_try_again(shop, row, job, error, tries[row.key], outcome)
        if outcome.stopped_by is not None:
            break
    return outcome


def _render(shop: Workshop, row: JobRow, job: Job) -> str:
    engine = shop.seat.engine()
    began = time.monotonic()
    request = shop.ready(job.request)
    take = run_job(request, engine, shop.store.takes, lambda told: shop.listener.progress(job, told), shop.stopped)
    shop.store.add_take(job.segment, take.key, is_draft=engine.caps.is_draft, job=row.id)
    shop.queue.done(row.id, is_stored=True)
    shop.seat.worked()
    shop.listener.finished(job, take, time.monotonic() - began)
    return take.key


def _give_up_or_try_again(shop: Workshop, row: JobRow, job: Job, error: StudioError, tries: int, outcome: Outcome) -> None:
    again = isinstance(error, EngineError) and tries < TRIES
    if again:
        shop.queue.put_back(row.id)
    else:
        shop.queue.failed(row.id, error.sentence())
        outcome.failed[job.key] = error
    if isinstance(error, EngineError):
        shop.seat.failed()
    shop.listener.failed(job, error, again=again)
    if shop.seat.is_worn_out:
        outcome.stopped_by = error
