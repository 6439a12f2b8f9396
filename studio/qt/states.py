"""How each segment stands, kept current by recomputing only what an event touched. Lives on the GUI thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.core.errors import VoiceError
from studio.core.render import Caps, Request
from studio.core.segments import Segment
from studio.render.plan import Job, Known, Reason, State, Status, needed, statuses
from studio.render.requests import Casting
from studio.render.retakes import request_now
from studio.store.jobs import JobRow

__all__ = ["Job", "Reason", "SegmentStates", "State", "Status"]

_NO_REQUEST = Request((), (), 0)
_BY_JOB = {"waiting": State.QUEUED, "running": State.RENDERING, "failed": State.FAILED}


@dataclass(frozen=True, slots=True)
class Basis:
    """What states are worked out from. `job_of` gives a segment's job that is under way or failed."""

    casting: Casting
    caps: Caps
    known: Known
    job_of: Callable[[str], JobRow | None]


class SegmentStates:
    """How segments stand, by id. Costs what an event touches, whatever the length of the script.

    A segment whose voice is missing has failed before it began: it stands as failed, and `problem` says why. A job counts for
    the words it was asked for: one of older words says nothing about a segment.
    """

    def __init__(self) -> None:
        self._by_id: dict[str, Status] = {}
        self._problems: dict[str, str] = {}
        self._wanting: dict[str, Status] = {}  # what a render would change

    def of(self, segment: str) -> Status | None:
        return self._by_id.get(segment)

    def problem(self, segment: str) -> str:
        """Why this segment cannot be rendered as it is cast, or why its job failed; ""."""
        return self._problems.get(segment, "")

    def counts(self) -> Mapping[State, int]:
        return Counter(status.state for status in self._by_id.values())

    @property
    def wanting(self) -> int:
        """How many segments a render would change."""
        return len(self._wanting)

    def in_order(self, segments: Sequence[Segment]) -> list[Status]:
        """The statuses of these segments; those that nothing is known of are left out."""
        return [self._by_id[one.id] for one in segments if one.id in self._by_id]

    def needed(self, segments: Sequence[Segment]) -> list[Job]:
        """What has to be rendered for the show to sound as it is written. Jobs under way are not asked for again."""
        return needed([self._wanting[one.id] for one in segments if one.id in self._wanting])

    def wanting_take(self, key: str) -> list[str]:
        """The segments that this take would do for: words that come twice in the same voices are rendered once."""
        return [segment for segment, status in self._wanting.items() if status.key == key]

    def clear(self) -> None:
        """Nothing is known of any segment."""
        self._by_id.clear()
        self._problems.clear()
        self._wanting.clear()

    def forget(self, segments: Iterable[str]) -> None:
        """These are no longer in the script."""
        for segment in segments:
            self._by_id.pop(segment, None)
            self._problems.pop(segment, None)
            self._wanting.pop(segment, None)

    def follow(self, segments: Iterable[Segment], basis: Basis) -> frozenset[str]:
        """Work out anew how these segments stand, and say which stand differently."""
        differ = set()
        for segment in segments:
            if self._put(segment.id, _standing(segment, basis, self._problems)):
                differ.add(segment.id)
        return frozenset(differ)

    def follow_jobs(self, segments: Iterable[str], job_of: Callable[[str], JobRow | None]) -> frozenset[str]:
        """The same when nothing but their jobs has moved on: what would be asked of the engine is what it was."""
        differ = set()
        for segment in segments:
            status = self._by_id.get(segment)
            if status is None or status.reason is None:
                continue
            job = job_of(segment)
            ours = job if job is not None and job.key == status.key else None
            self._problems.pop(segment, None)
            if ours is not None and ours.error:
                self._problems[segment] = ours.error
            at_rest = State.STALE if status.take else State.EMPTY
            if self._put(segment, replace(status, state=_BY_JOB.get(ours.state, at_rest) if ours is not None else at_rest)):
                differ.add(segment)
        return frozenset(differ)

    def _put(self, segment: str, status: Status) -> bool:
        """Note how a segment stands; whether that is news."""
        if status.reason is not None and status.state not in (State.QUEUED, State.RENDERING):
            self._wanting[segment] = status
        else:
            self._wanting.pop(segment, None)
        is_news = self._by_id.get(segment) != status
        self._by_id[segment] = status
        return is_news


def _standing(segment: Segment, basis: Basis, problems: dict[str, str]) -> Status:
    problems.pop(segment.id, None)
    known = basis.known
    try:
        request = request_now(segment, basis.casting, basis.caps, known.binned, known.keys)
    except VoiceError as error:
        problems[segment.id] = str(error)
        take = known.chosen.get(segment.id) or known.last.get(segment.id, "")
        return Status(segment.id, State.FAILED, "", take, _NO_REQUEST)
    job = basis.job_of(segment.id)
    if job is not None and job.key == request.key(basis.caps):
        known = replace(known, queue={segment.id: job.state})
        if job.error:
            problems[segment.id] = job.error
    return statuses([segment], lambda one: request, basis.caps, known)[0]
