"""Who may be rendered beside whom, and who is to blame when an engine fails. Pure bookkeeping; both doors use it.

With several segments in an engine, the fall of one can take the others along. So whatever fails in company is tried again
alone, at the end, where it is plain whose fault it is; and after a failure nobody enters until somebody has come out well, or
until nobody is left and the engine starts afresh.
"""

from __future__ import annotations

from studio.store.jobs import MAX_CRASHES, JobRow

MAX_FAILURES = 10  # engines that failed one after another, without a segment that went well; then it is not the script


class Company:
    """The jobs that an engine with `slots` slots is at work on, by their ids."""

    def __init__(self, slots: int = 1) -> None:
        self.slots = slots
        self._flying: set[int] = set()
        self._accompanied: set[int] = set()  # those beside whom somebody was at any time of their flight
        self._suspects: set[int] = set()
        self._is_closed = False  # one who has to be alone is there
        self._is_doubted = False
        self._failures = 0

    @property
    def is_worn_out(self) -> bool:
        """The engine has failed so often that it is no use to go on."""
        return self._failures >= MAX_FAILURES

    def forgive(self) -> None:
        """Somebody says that it may go on: failures are counted anew."""
        self._failures = 0

    def admits(self, row: JobRow) -> bool:
        """Whether this job may start now."""
        if not self._flying:
            return True
        is_full = len(self._flying) >= self.slots
        return not (is_full or self._is_doubted or self._is_closed or self._has_to_be_alone(row))

    def started(self, row: JobRow) -> None:
        if not self._flying:
            self._is_doubted = False  # an engine that failed has been let go by now
            self._is_closed = self._has_to_be_alone(row)
        self._flying.add(row.id)
        self._accompanied.discard(row.id)
        if len(self._flying) > 1:
            self._accompanied |= self._flying

    def worked(self, job_id: int) -> None:
        """It came out well: so the engine seems to be well, and others may enter."""
        self.left(job_id)
        self._suspects.discard(job_id)
        self._is_doubted = False
        self._failures = 0

    def failed(self, job_id: int) -> bool:
        """The engine failed at it. Whether others were there meanwhile, so that it is to be tried again, alone."""
        in_company = job_id in self._accompanied
        self.left(job_id)
        if not self._is_doubted:  # those who fall together are one failure
            self._failures += 1
        self._is_doubted = True
        if in_company:
            self._suspects.add(job_id)
        return in_company

    def left(self, job_id: int) -> None:
        """It was stopped, or ended for a reason that is not the engine's."""
        self._flying.discard(job_id)

    def _has_to_be_alone(self, row: JobRow) -> bool:
        return row.id in self._suspects or row.crashes >= MAX_CRASHES
