"""The durable queue of render jobs. What to do next is decided in `studio.render.queue`; here it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Literal, cast, get_args

from sqlalchemy import Connection, func, select

from studio.core.errors import ProjectError
from studio.store import models, rows
from studio.store.rows import Row

State = Literal["waiting", "running", "done", "failed", "cancelled"]

MAX_CRASHES = 2  # a job that took the program down so often is set aside


@dataclass(frozen=True, slots=True)
class JobRow:
    """One render job. `id` 0 means: not stored yet. Lower positions come first; `attempts` counts how often it was started,
    `crashes` how often the program ended while it ran."""

    segment: str
    key: str
    id: int = 0
    state: State = "waiting"
    attempts: int = 0
    crashes: int = 0
    error: str = ""
    position: float = 0.0
    reason: str = ""


_values = attrgetter(*JobRow.__slots__)


def load(connection: Connection) -> list[JobRow]:
    """The sound jobs, in their order."""
    good, _ = rows.read(connection, models.JOBS, order=models.JOBS.c.position)
    return [job for job in map(from_row, good) if job is not None]


def put(connection: Connection, jobs: Sequence[JobRow]) -> list[JobRow]:
    """Store jobs; new ones get an id and, where their position is 0, a place at the end."""
    next_id = (connection.scalar(select(func.max(models.JOBS.c.id))) or 0) + 1
    last = connection.scalar(select(func.max(models.JOBS.c.position))) or 0.0
    result = []
    for job in jobs:
        if job.id == 0:
            last += 1.0
            job = replace(job, id=next_id, position=job.position or last)
            next_id += 1
        result.append(job)
    new = [_row_of(job) for job, before in zip(result, jobs, strict=True) if before.id == 0]
    rows.add(connection, models.COUNTS, models.JOBS, new)
    rows.put(connection, models.COUNTS, models.JOBS, [_row_of(job) for job in jobs if job.id != 0])
    return result


def set_state(connection: Connection, job_id: int, state: State, error: str) -> JobRow:
    """Move one job on. Starting counts an attempt; ending well forgets the crashes. Raises ProjectError for an unknown job."""
    found = connection.execute(select(models.JOBS).where(models.JOBS.c.id == job_id)).mappings().first()
    job = from_row(found) if found is not None else None
    if job is None:
        raise ProjectError(f"there is no render job {job_id}", kept="the queue is unchanged")
    job = replace(
        job,
        state=state,
        error=error,
        attempts=job.attempts + (state == "running"),
        crashes=0 if state == "done" else job.crashes,
    )
    rows.put(connection, models.COUNTS, models.JOBS, [_row_of(job)])
    return job


def forget(connection: Connection, job_ids: Sequence[int]) -> None:
    rows.remove(connection, models.COUNTS, models.JOBS, [{"id": job_id} for job_id in job_ids])


def release(connection: Connection) -> None:
    """At an orderly end: what was running waits again, and no crash is counted."""
    _replace_running(connection, lambda job: replace(job, state="waiting"))


def recover(connection: Connection) -> list[JobRow]:
    """After a crash: what was running waits again, or is set aside when it has taken the program down too often. Returns those
    that were set aside."""
    return [job for job in _replace_running(connection, _after_crash) if job.state == "failed"]


def _row_of(job: JobRow) -> Row:
    return dict(zip(JobRow.__slots__, _values(job), strict=True))


def from_row(row: Row) -> JobRow | None:
    """None for values that no program of ours would write."""
    state = row["state"]
    try:
        if state not in get_args(State):
            return None
        return JobRow(
            segment=str(row["segment"]),
            key=str(row["key"]),
            id=int(row["id"]),
            state=cast(State, state),
            attempts=int(row["attempts"]),
            crashes=int(row["crashes"]),
            error=str(row["error"]),
            position=float(row["position"]),
            reason=str(row["reason"]),
        )
    except (TypeError, ValueError):
        return None


def _replace_running(connection: Connection, change: Callable[[JobRow], JobRow]) -> list[JobRow]:
    found = connection.execute(select(models.JOBS).where(models.JOBS.c.state == "running")).mappings().all()
    changed = [change(job) for job in map(from_row, found) if job is not None]
    rows.put(connection, models.COUNTS, models.JOBS, [_row_of(job) for job in changed])
    return changed


def _after_crash(job: JobRow) -> JobRow:
    crashes = job.crashes + 1
    if crashes < MAX_CRASHES:
        return replace(job, state="waiting", crashes=crashes)
    error = f"The program ended {crashes} times while this was rendered, so it was set aside."
    return replace(job, state="failed", crashes=crashes, error=error)
