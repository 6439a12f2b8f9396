"""The render queue as a state machine: waiting, running, done, failed, cancelled. Every step is durable before it is taken.

Belongs to one thread. What was running when the program ended waits again; what ended the program twice is set aside: it is
tried last, after everything else is done.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from studio.render.plan import Job
from studio.store.jobs import MAX_CRASHES, JobRow, State

# From which state a job may go to which.
STEPS: dict[State, frozenset[State]] = {
    "waiting": frozenset({"running", "cancelled"}),
    "running": frozenset({"done", "failed", "waiting", "cancelled"}),
    "failed": frozenset({"waiting", "cancelled"}),
    "cancelled": frozenset({"waiting"}),
    "done": frozenset(),
}


class JobStore(Protocol):
    """What keeps the rows: a ProjectStore, or the memory of a test."""

    def jobs(self) -> list[JobRow]: ...

    def put_jobs(self, new: Sequence[JobRow]) -> list[JobRow]: ...

    def set_job_state(self, job_id: int, state: State, error: str = "") -> JobRow: ...

    def forget_jobs(self, job_ids: Collection[int]) -> None: ...


class Queue:
    """The jobs of one project in their order. After a crash it is paused until somebody says to go on."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._rows = {row.id: row for row in store.jobs()}
        self._waiting: list[tuple[float, int]] = []
        self._counts: Counter[State] = Counter()
        self._survey()
        self.is_paused = any(row.crashes for row in self._rows.values() if row.state in ("waiting", "failed"))

    def rows(self) -> list[JobRow]:
        """Every job, in order."""
        return sorted(self._rows.values(), key=lambda row: row.position)

    def row(self, job_id: int) -> JobRow:
        return self._rows[job_id]

    def count(self, state: State) -> int:
        return self._counts[state]

    def waiting(self) -> list[JobRow]:
        """The jobs that wait, in order."""
        return [self._rows[job_id] for _, job_id in self._waiting]

    def fill(self, jobs: Sequence[Job]) -> None:
        """Make these the queue, in their order; jobs that are not among them are forgotten. One that ended the program before
        keeps that mark and comes last. A running job is left alone."""
        running = {row.key for row in self._rows.values() if row.state == "running"}
        old = {row.key: row for row in self._rows.values() if row.state != "running"}
        wanted = [job for job in jobs if job.key not in running]
        rows = [_row(job, old.get(job.key)) for job in wanted]
        rows = [replace(row, position=float(place)) for place, row in enumerate(sorted(rows, key=_was_set_aside), start=1)]
        keep = {row.id for row in rows}
        self._forget([row.id for row in old.values() if row.id not in keep])
        self._put(rows)

    def add(self, jobs: Sequence[Job], *, first: bool = False) -> None:
        """Put jobs at the end, or before all that wait; a job that waits already is moved there. One step, however many."""
        known = {row.key: row for row in self._rows.values() if row.state != "running"}
        if first and self._waiting:
            before = min(self._waiting[0][0], 0.0) - len(jobs)  # never 0: that is no place yet
        else:
            before = max((row.position for row in self._rows.values()), default=0.0) + 1.0
        self._put([_row(job, known.get(job.key), before + place) for place, job in enumerate(jobs)])

    def move(self, job_id: int, before: int | None) -> None:
        """Let a waiting job come before another one, or last with None."""
        others = [place for place in self._waiting if place[1] != job_id]
        at = next((index for index, (_, other) in enumerate(others) if other == before), len(others))
        low = others[at - 1][0] if at else (others[0][0] - 2.0 if others else 0.0)
        high = others[at][0] if at < len(others) else low + 2.0
        self._put([replace(self._rows[job_id], position=(low + high) / 2)])

    def next(self) -> JobRow | None:
        """Start the first job that waits, or None when none does or the queue is paused."""
        if self.is_paused or not self._waiting:
            return None
        return self._step(self._waiting[0][1], "running")

    def peek(self) -> JobRow | None:
        """What `next` would start."""
        return None if self.is_paused or not self._waiting else self._rows[self._waiting[0][1]]

    def done(self, job_id: int, *, is_stored: bool = False) -> JobRow:
        """The take is there. `is_stored`: the store has noted so together with the take, in one transaction."""
        if not is_stored:
            return self._step(job_id, "done")
        self._check(job_id, "done")
        self._take_in(replace(self._rows[job_id], state="done", error="", crashes=0))
        return self._rows[job_id]

    def started(self, job_id: int) -> JobRow:
        """This job runs; the store has noted so already."""
        self._check(job_id, "running")
        row = self._rows[job_id]
        self._take_in(replace(row, state="running", error="", attempts=row.attempts + 1))
        return self._rows[job_id]

    def failed(self, job_id: int, error: str) -> JobRow:
        return self._step(job_id, "failed", error)

    def put_back(self, job_id: int) -> JobRow:
        """A running job waits again, in its old place: it was stopped, or is to be tried once more."""
        return self._step(job_id, "waiting")

    def cancel(self, job_id: int) -> JobRow:
        """Take a job out; its row stays, so that it can be taken up again."""
        return self._step(job_id, "cancelled")

    def cancel_all(self, job_ids: Sequence[int]) -> None:
        """The same for many jobs, in one step."""
        for job_id in job_ids:
            self._check(job_id, "cancelled")
        self._put([replace(self._rows[job_id], state="cancelled", error="") for job_id in job_ids])

    def retry(self, job_id: int) -> JobRow:
        """Let a failed or cancelled job wait again."""
        return self.retry_all([job_id])[0]

    def retry_all(self, job_ids: Sequence[int]) -> list[JobRow]:
        """The same for many jobs, in one step."""
        for job_id in job_ids:
            self._check(job_id, "waiting")
        return self._put([replace(self._rows[job_id], state="waiting", error="", crashes=0) for job_id in job_ids])

    def pause(self) -> None:
        """`next` gives nothing until `resume`; a job that runs goes on."""
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False

    def _step(self, job_id: int, state: State, error: str = "") -> JobRow:
        self._check(job_id, state)
        row = self._store.set_job_state(job_id, state, error)
        self._take_in(row)
        return row

    def _check(self, job_id: int, state: State) -> None:
        now = self._rows[job_id].state
        if state not in STEPS[now]:
            raise ValueError(f"job {job_id} is {now} and cannot become {state}")

    def _put(self, rows: Sequence[JobRow]) -> list[JobRow]:
        stored = self._store.put_jobs(rows) if rows else []
        if len(stored) == 1:
            self._take_in(stored[0])
        elif stored:
            self._rows.update((row.id, row) for row in stored)
            self._survey()
        return stored

    def _forget(self, job_ids: Sequence[int]) -> None:
        if job_ids:
            self._store.forget_jobs(job_ids)
        gone = set(job_ids)
        self._rows = {name: row for name, row in self._rows.items() if name not in gone}
        self._survey()

    def _survey(self) -> None:
        """Which jobs wait, in order, and how many there are in each state."""
        self._waiting = sorted((row.position, row.id) for row in self._rows.values() if row.state == "waiting")
        self._counts = Counter(row.state for row in self._rows.values())

    def _take_in(self, row: JobRow) -> None:
        """Note one row that was stored: what it costs does not depend on how many there are."""
        old = self._rows.get(row.id)
        if old is not None:
            self._counts[old.state] -= 1
        if old is not None and old.state == "waiting":
            del self._waiting[bisect_left(self._waiting, (old.position, old.id))]
        self._rows[row.id] = row
        self._counts[row.state] += 1
        if row.state == "waiting":
            insort(self._waiting, (row.position, row.id))


def _row(job: Job, old: JobRow | None, position: float = 0.0) -> JobRow:
    if old is None:
        return JobRow(job.segment, job.key, reason=str(job.reason), position=position)
    return replace(old, segment=job.segment, state="waiting", error="", reason=str(job.reason), position=position)


def _was_set_aside(row: JobRow) -> bool:
    return row.crashes >= MAX_CRASHES
