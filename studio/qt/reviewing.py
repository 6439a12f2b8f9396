"""Takes are looked over in the background as they are finished; doubtful ones are spoken again, and the best one is heard.

Lives on the GUI thread; the measuring, and the making of stretched takes, is done on a worker, one batch at a time. What is
decided is decided in `render.retakes`, from what is stored: nothing here has to survive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from studio.core.errors import StudioError
from studio.core.project import Project
from studio.core.quality import REVISION, Review
from studio.core.render import Caps
from studio.core.segments import Plan, Segment
from studio.qt.pools import Lane
from studio.qt.rendering import Rendering
from studio.qt.states import Job, Reason, SegmentStates
from studio.qt.takebook import TakeBook
from studio.render.ranking import Ranking
from studio.render.requests import Casting, request_for
from studio.render.retakes import Contest, Policy, policy_of, pool_of
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore
from studio.store.take_rows import TakeRow
from studio.store.takes import TakeStore

BATCH = 4  # takes that one worker looks over before anybody hears of them


class Room(Protocol):
    """What is asked of the open project."""

    project: Project
    takes: TakeBook
    states: SegmentStates
    rendering: Rendering

    @property
    def plan(self) -> Plan: ...

    @property
    def caps(self) -> Caps | None: ...

    @property
    def casting(self) -> Casting | None: ...

    @property
    def settings(self) -> Mapping[str, str]: ...

    @property
    def is_writable(self) -> bool: ...

    def index_of(self, segment: str) -> int | None: ...


@dataclass(frozen=True, slots=True)
class _Task:
    """A take to be looked over; with a `pace` first one made of it that goes so much faster."""

    segment: str
    key: str
    pace: float = 1.0


Open = Callable[[], AbstractContextManager[object]]


def open_reviewer() -> AbstractContextManager[object]:
    """With it come the measures: on the worker, when the first take is there."""
    from studio.render.reviewing import Reviewer

    return Reviewer()


class Reviewing(QObject):
    """`reviewed` tells whose takes are known better, `picked` of which segments another take is heard."""

    reviewed = Signal(object)  # frozenset of segment ids
    picked = Signal(object)  # the same
    added = Signal(object)  # TakeRow: a take that was made of another one
    trouble = Signal(object)  # StudioError

    def __init__(
        self, store: ProjectStore, room: Room, lane: Lane, opening: Open = open_reviewer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._room = room
        self._lane = lane
        self._open = opening
        self._takes = TakeStore(store.takes.folder)  # for the worker alone
        self._reviews = dict(store.reviews(REVISION))
        self._judged: dict[str, Review] = {}
        self.picks: dict[str, str] = dict(store.picks())
        self._contests: dict[str, Contest] = {}
        self._tasks: list[_Task] = []
        self._in_hand: list[_Task] = []
        self._is_closed = False

    # what there is

    def of(self, key: str) -> Review | None:
        """What is known of a take, the pace included; None where it was not looked over."""
        review = self._reviews.get(key)
        if review is None:
            return None
        if key not in self._judged:
            from studio.render.judging import request_of

            request, policy = request_of(self._room.takes.recipe(key)), self._policy()
            self._judged[key] = policy.judged(review, request) if request is not None and policy is not None else review
        return self._judged[key]

    def is_pending(self, key: str) -> bool:
        """The take is being looked over, or waits for it."""
        return any(task.key == key for task in (*self._tasks, *self._in_hand))

    def opened_by(self, job: JobRow) -> Mapping[str, str]:
        """What is to be kept with a job's take, so that looking it over is not forgotten in a power cut."""
        policy = self._policy()
        if policy is None or policy.is_idle or job.reason in (Reason.AGAIN, Reason.RETAKE) or self.picks.get(job.key):
            return {}
        self.picks[job.key] = ""
        return {job.key: ""}

    def another(self, segment: str) -> Job | None:
        """A take of a segment that there is not yet; None where it cannot be rendered."""
        caps, casting, found = self._room.caps, self._room.casting, self._segment(segment)
        status = self._room.states.of(segment)
        if caps is None or casting is None or found is None or status is None or not status.key:
            return None
        number = 0
        while True:
            request = request_for(found, casting, take=number)
            key = request.key(caps)
            if not self._room.takes.has(key) and not self._room.rendering.has_job(key):
                return Job(segment, request, key, Reason.AGAIN if number else status.reason or Reason.NEW)
            number += 1

    def further_take(self, row: JobRow) -> Job | None:
        """What a job for one more take asks for; None where the words have moved on, or nobody waits."""
        return self._retake(row.segment, row.key) if row.reason == Reason.RETAKE else self._asked_before(row)

    def _asked_before(self, row: JobRow) -> Job | None:
        """A take that was asked for before the project was opened: one of the numbers up to the first that nobody asked for."""
        caps, casting, found = self._room.caps, self._room.casting, self._segment(row.segment)
        if caps is None or casting is None or found is None:
            return None
        asked = sum(one.segment == row.segment for one in self._room.rendering.rows())
        for number in range(len(self._room.takes.of(row.segment)) + asked + 1):
            request = request_for(found, casting, take=number)
            if request.key(caps) == row.key:
                return Job(row.segment, request, row.key, Reason.AGAIN)
        return None

    def _retake(self, segment: str, key: str) -> Job | None:
        """A further take that is waited for; None where the words have moved on, or nobody waits."""
        contest, status = self._contests.get(key), self._room.states.of(segment)
        if contest is None or key not in contest.awaited:
            return None
        if status is None or status.key != contest.first.key:
            contest.give_up(key)
            self._go_on(contest)
            return None
        return Job(segment, contest.entrant(key).request, key, Reason.RETAKE)

    # how it goes

    def took(self, row: TakeRow) -> None:
        """A take is there."""
        caps = self._room.caps
        if not self._room.is_writable or caps is None:
            return
        if self.picks.get(row.key) == "" and row.key not in self._contests:
            self._begin(row.segment)
        if caps.is_speech or row.key in self._contests:
            self._look(row.segment, row.key)

    def left(self, rows: Sequence[JobRow] | None) -> None:
        """These takes will not be made: the others decide among themselves. None: so it is with all further ones."""
        if rows is None:
            for contest in {id(one): one for one in self._contests.values()}.values():
                contest.close()
                self._go_on(contest)
            return
        for row in rows:
            found = self._contests.get(row.key)
            if found is not None and row.key in found.awaited and row.reason == Reason.RETAKE:
                found.give_up(row.key)
                self._go_on(found)

    def resume(self) -> None:
        """Go on with what was left open when the project was closed, or the power went."""
        left = {key for key, take in self.picks.items() if not take and key not in self._contests}
        for status in self._room.states.in_order(self._room.plan.segments) if left else ():
            if status.key in left and status.take == status.key:
                left.discard(status.key)
                self._begin(status.segment)
                self._look(status.segment, status.key)

    def look_over(self, segment: str) -> None:
        """Look over the takes of a segment that were not, those of other engines left out."""
        caps = self._room.caps
        if caps is None or not caps.is_speech or not self._room.is_writable:
            return
        for row in self._room.takes.of(segment):
            if row.engine == caps.id and row.key not in self._reviews:
                self._look(segment, row.key)

    def close(self) -> None:
        """What is being measured is measured again another time."""
        self._is_closed = True
        self._tasks = []

    def _begin(self, segment: str) -> None:
        """Open the contest of a segment, with the takes of it that are there."""
        caps, casting, policy, found = self._room.caps, self._room.casting, self._policy(), self._segment(segment)
        if caps is None or casting is None or policy is None or found is None:
            return
        contest = Contest(segment, pool_of(found, casting, caps, self._room.project.binned(), policy), policy)
        self._contests.update(dict.fromkeys(contest.keys(), contest))
        for key in contest.keys():  # noqa: SIM118 - no mapping
            if self._room.takes.has(key) and key in self._reviews:
                contest.was_there(key, self._reviews[key])
            elif self._room.takes.has(key):
                contest.expect(key)
                self._look(segment, key)

    def _look(self, segment: str, key: str) -> None:
        if not self.is_pending(key):
            self._tasks.append(_Task(segment, key))
            self._start()

    def _start(self) -> None:
        caps = self._room.caps
        if self._in_hand or not self._tasks or self._is_closed or caps is None:
            return
        self._in_hand, self._tasks = self._tasks[:BATCH], self._tasks[BATCH:]
        work = partial(_looked_over, self._takes, self._open, tuple(self._in_hand), caps)
        self._lane.run(work, self._on_looked_over, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        """Nothing is known of these; rendering goes on without."""
        done, self._in_hand = self._in_hand, []
        self._take_in([(task, task.key, None) for task in done])
        if not isinstance(error, StudioError):
            raise error
        self.trouble.emit(error)

    def _on_looked_over(self, found: list[tuple[_Task, str, Review | None]]) -> None:
        self._in_hand = []
        self._take_in(found)

    def _take_in(self, found: list[tuple[_Task, str, Review | None]]) -> None:
        if self._is_closed:
            return
        new = {review.key: review for _task, _key, review in found if review is not None}
        try:
            self._store.put_reviews(new.values())
            self._reviews.update(new)
            for key in new:
                self._judged.pop(key, None)
            for task, key, review in found:
                contest = self._contests.get(task.key)
                if task.pace != 1.0:
                    self._hear_stretched(task, key)
                elif contest is not None and not self.picks.get(contest.first.key):
                    contest.take_in(key, review)
                    self._go_on(contest)
        except StudioError as error:
            self.trouble.emit(error)
        self.reviewed.emit(frozenset(task.segment for task, _key, _review in found))
        self._start()

    def _go_on(self, contest: Contest) -> None:
        wanted = contest.wanted()
        if wanted:
            jobs = [Job(contest.segment, one.request, one.key, Reason.RETAKE) for one in wanted]
            self._room.rendering.put(jobs, first=True)
        elif contest.is_settled and contest.winner:
            self._settle(contest)

    def _settle(self, contest: Contest) -> None:
        key, policy = contest.winner, self._policy()
        review = contest.reviews[key]
        request = contest.entrant(key).request
        pace = policy.stretch(review, request) if policy is not None and review is not None else 1.0
        if pace != 1.0:
            self._tasks.append(_Task(contest.segment, key, pace))
            self._start()
        else:
            self._pick(contest, key)
        self._rank(contest)

    def _hear_stretched(self, task: _Task, key: str) -> None:
        contest = self._contests[task.key]
        if key != task.key:
            self.added.emit(self._store.add_take(task.segment, key))
        self._pick(contest, key)

    def _pick(self, contest: Contest, key: str) -> None:
        first = contest.first.key
        self._store.put_picks({first: key})
        self.picks[first] = key
        self._contests = {one: other for one, other in self._contests.items() if other is not contest}
        statuses = self._room.states.in_order(self._room.plan.segments)
        self.picked.emit(frozenset(one.segment for one in statuses if one.key == first))

    def _rank(self, contest: Contest) -> None:
        casting, found = self._room.casting, self._segment(contest.segment)
        if casting is None or found is None or len(contest.reviews) < 2:
            return
        ranking = Ranking(casting)
        for key in contest.reviews:
            ranking.note(found, contest.entrant(key).request.seed, key == contest.winner)
        self._lane.run(ranking.keep)

    def _policy(self) -> Policy | None:
        caps = self._room.caps
        return policy_of(self._room.settings, caps) if caps is not None else None

    def _segment(self, segment: str) -> Segment | None:
        index = self._room.index_of(segment)
        return self._room.plan.segments[index] if index is not None else None


def _looked_over(
    takes: TakeStore, opening: Open, tasks: tuple[_Task, ...], caps: Caps
) -> list[tuple[_Task, str, Review | None]]:
    """Runs on a worker. Each task with the take it is about: its own, or the one that was made of it."""
    from studio.render.judging import looked_over, request_of, stretched_take

    found: list[tuple[_Task, str, Review | None]] = []
    with opening() as reviews:
        for task in tasks:
            key, review = task.key, None
            with suppress(StudioError):
                if task.pace != 1.0:
                    key = stretched_take(takes, key, task.pace).key
                request = request_of(takes.info(key).recipe)
                if request is not None:
                    review = looked_over(takes, reviews, key, request, caps)  # type: ignore[arg-type]
            found.append((task, key, review))
    return found
