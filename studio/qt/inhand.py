"""The jobs that the render thread is at work on: how far each is, what time it takes, and who may join them."""

from __future__ import annotations

from time import monotonic

from studio.core.render import Progress
from studio.render.company import Company
from studio.render.eta import Meter, Spent
from studio.store.jobs import JobRow

BEGINNING = Progress("loading", 0.0, 0.0)


class InHand:
    """Several jobs at once, by the ids of their rows. Lives on the GUI thread."""

    def __init__(self) -> None:
        self.company = Company()
        self._rows: dict[int, JobRow] = {}
        self._progress: dict[int, Progress] = {}
        self._meter = Meter()

    def rows(self) -> tuple[JobRow, ...]:
        """In the order in which they began."""
        return tuple(self._rows.values())

    def progress_of(self, segment: str) -> Progress | None:
        """How far a segment is; None where it is not in hand."""
        return next((self._progress[row.id] for row in self._rows.values() if row.segment == segment), None)

    def share(self, job_id: int) -> float:
        """Of a job, 0 to 1. Loading is no part of it."""
        told = self._progress.get(job_id, BEGINNING)
        return min(1.0, told.done / told.total) if told.phase != "loading" and told.total > 0 else 0.0

    def add(self, row: JobRow) -> None:
        self.company.started(row)
        self._rows[row.id] = row
        self._progress[row.id] = BEGINNING

    def began(self, job_id: int) -> None:
        """The engine is at work on it: its time counts from now."""
        if job_id in self._rows:
            self._meter.start(job_id, monotonic())

    def told(self, job_id: int, progress: Progress) -> None:
        if job_id not in self._rows:
            return
        before, self._progress[job_id] = self._progress[job_id], progress
        if before.phase == "loading" and progress.phase != "loading":
            self.began(job_id)  # loading is no part of the pace

    def end(self, job_id: int) -> tuple[JobRow, Spent] | None:
        """A job is over; None for one of a project that was closed since. What its end means, `company` is to be told."""
        row = self._rows.pop(job_id, None)
        if row is None:
            return None
        del self._progress[job_id]
        return row, self._meter.end(job_id, monotonic())
