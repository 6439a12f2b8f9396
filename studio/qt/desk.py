"""What rendering asks of the open project."""

from __future__ import annotations

from typing import Protocol

from studio.core.render import Request
from studio.render.plan import Job
from studio.store.jobs import JobRow
from studio.store.take_rows import TakeRow
from studio.store.takes import Take

__all__ = ["Desk"]


class Desk(Protocol):
    """Answered by the session, on the GUI thread."""

    def request_of(self, segment: str) -> Job | None:
        """What would render the segment as it is written now; None where it is gone or cannot be rendered."""
        ...

    def further_take(self, row: JobRow) -> Job | None:
        """One more take of a segment, or a retake, as it was asked for; None where nobody waits for it any more."""
        ...

    def complete(self, request: Request) -> Request:
        """The request with the sound of its voices' samples. Raises StudioError where a sample cannot be read."""
        ...

    def record_take(self, job: JobRow, take: Take, then: JobRow | None = None) -> TakeRow:
        """Write the take's row, end the job and note that `then` runs, in one transaction."""
        ...

    def estimated_s(self, *segments: str) -> float: ...
