"""What is known of takes by measuring them, as views ask for it: reviews, doubts, what waits for one. Pure reading."""

from __future__ import annotations

from dataclasses import dataclass

from studio.core.project import TakeMark
from studio.core.quality import Finding, Review
from studio.qt.models.takes import worst
from studio.qt.session import Session

_UNMARKED = TakeMark()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A take that is heard and worth another listen. `index` is its segment's place in the plan."""

    segment: str
    index: int
    key: str
    review: Review

    @property
    def finding(self) -> Finding | None:
        """The weightiest."""
        return worst(self.review)


def review_of(session: Session, key: str) -> Review | None:
    """None where a take was not looked over yet."""
    return session.reviewing.of(key)


def is_pending(session: Session, key: str) -> bool:
    """The take is being looked over, or waits for it."""
    return session.reviewing.is_pending(key)


def doubt_of(session: Session, segment: str) -> Review | None:
    """The review of the take that a segment is heard with, where it is worth another listen; None for the others."""
    status = session.states.of(segment)
    review = review_of(session, status.take) if status is not None and status.take else None
    if status is None or review is None or not review.is_doubtful:
        return None
    mark = session.project.marks.get((segment, status.take), _UNMARKED)
    return None if mark.is_accepted or mark.is_locked else review


class Doubts:
    """All that is doubtful, in speaking order. Remembers what it made of each review: asking again costs a few milliseconds for
    a book. Lives on the GUI thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._made: dict[str, tuple[Review, bool]] = {}

    def all(self) -> tuple[Doubt, ...]:
        session, found = self._session, []
        status_of, review_of, marks = session.states.of, session.reviewing.of, session.project.marks
        for index, segment in enumerate(session.plan.segments):
            status = status_of(segment.id)
            review = review_of(status.take) if status is not None and status.take else None
            if status is None or review is None or not review.findings or not self._is_doubtful(review):
                continue
            mark = marks.get((segment.id, status.take), _UNMARKED)
            if not mark.is_accepted and not mark.is_locked:
                found.append(Doubt(segment.id, index, status.take, review))
        return tuple(found)

    def _is_doubtful(self, review: Review) -> bool:
        made = self._made.get(review.key)
        if made is None or made[0] is not review:
            made = self._made[review.key] = review, review.is_doubtful
        return made[1]
