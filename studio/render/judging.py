"""Takes are looked over as they are finished, doubtful ones are spoken again, and the best is kept to be heard: the part that
touches the disk, for whoever renders on one thread. Looking over is done on a thread beside it, so that the engine need not
wait. What is decided is decided in `retakes`.

Every step is durable before the next: a contest is noted as open before its first take is rendered, and each review before
anything follows from it. Who goes on after a power cut finds the takes there are, looks over those that were not, and goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from studio.audio import files
from studio.core.errors import StudioError
from studio.core.quality import Review
from studio.core.render import Caps, Request, SpokenTurn, VoiceSpec, Word
from studio.core.segments import Segment
from studio.engines.pace import stretched
from studio.render.plan import Job, Reason, Status
from studio.render.requests import Casting
from studio.render.retakes import Contest, Policy, pool_of
from studio.store.project import ProjectStore
from studio.store.takes import Take, TakeStore

NoteSeed = Callable[[Segment, int, bool], None]  # a seed was tried for a segment's voice, and won or not


class Reviews(Protocol):
    """Who looks a take over. Belongs to one thread."""

    def review(
        self, key: str, samples: npt.NDArray[np.float32], rate: int, request: Request, caps: Caps, take: Take
    ) -> Review: ...


def looked_over(takes: TakeStore, reviews: Reviews, key: str, request: Request, caps: Caps) -> Review:
    """The review of a stored take. Raises ProjectError or AudioError where it cannot be read."""
    samples, rate = files.read(takes.path(key))
    return reviews.review(key, samples.mean(axis=1, dtype=np.float32), rate, request, caps, takes.info(key))


def stretched_take(takes: TakeStore, key: str, pace: float) -> Take:
    """A take made of another one, at `pace` times its speed and the same pitch. Durable, under a key of its own that follows
    from both: made again, it is the same. The other one stays as it is."""
    info = takes.info(key)
    recipe = _recipe(info.recipe, key, pace)
    samples, rate = files.read(takes.path(key))
    sound = stretched(samples.mean(axis=1, dtype=np.float32), rate, pace)
    words = [replace(word, start_s=word.start_s / pace, end_s=word.end_s / pace) for word in info.words]
    return takes.write(_key(recipe), sound, rate, _within(words, len(sound) / rate), recipe, info.unspoken, info.ended)


def request_of(recipe: str) -> Request | None:
    """The request that a take was made of, from its recipe; None where that is lost."""
    try:
        fields = json.loads(recipe)
        turns = tuple(SpokenTurn(int(one["speaker"]), str(one["text"]), float(one["pause_after_s"])) for one in fields["turns"])
        voices = tuple(
            VoiceSpec(
                int(one["seed"]),
                _pairs(one["settings"]),
                str(one["sample_digest"]),
                str(one["transcript"]),
                codes_digest=str(one.get("codes_digest", "")),
            )
            for one in fields["voices"]
        )
        params = _pairs(list(fields["params"].items()))
        return Request(turns, voices, int(fields["seed"]), float(fields["pace"]), params)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


@dataclass(slots=True)
class Judge:
    """Sees to the contests of one run. Belongs to the thread that renders; `reviews` is used on a thread of its own until the
    judge is closed."""

    store: ProjectStore
    reviews: Reviews
    policy: Policy
    casting: Casting
    caps: Caps
    note_seed: NoteSeed = lambda segment, seed, won: None
    retaken: list[str] = field(default_factory=list)  # the keys of further takes that were made
    stretched: list[str] = field(default_factory=list)  # and of those that were made of others
    _contests: dict[str, Contest] = field(default_factory=dict)  # by the key of any of their takes
    _segments: dict[str, Segment] = field(default_factory=dict)
    _binned: frozenset[tuple[str, str]] = frozenset()
    _beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "reviews"))

    def close(self) -> None:
        """What is being looked over is waited for; what waits to be is left to the next run."""
        self._beside.shutdown(cancel_futures=True)

    def open(self, segments: Sequence[Segment], jobs: Sequence[Job], standing: Iterable[Status]) -> list[Job]:
        """The jobs with all further takes that are wanted at once. A contest that was left open is gone on with."""
        if self.policy.is_idle:
            return list(jobs)
        self._segments, self._binned = {one.id: one for one in segments}, self.store.load().binned()
        picks, asked = self.store.picks(), {job.key: job for job in jobs}
        left = {one.key: one for one in standing if picks.get(one.key) == "" and one.reason is None}
        self.store.put_picks(dict.fromkeys(asked, ""))
        segment_of = {**{key: one.segment for key, one in left.items()}, **{job.key: job.segment for job in jobs}}
        return [job for key, segment in segment_of.items() for job in self._begun(segment, asked.get(key))]

    def look_over(self, job: Job) -> Future[Review | None] | None:
        """Begin to look over the take of a job that is done; None where nothing follows from it."""
        contest = self._contests.get(job.key)
        return self._looking(contest, job.key) if contest is not None else None

    def after(self, job: Job, review: Review | None) -> list[Job]:
        """The take of a job is there and was looked over: what is to be rendered because of it."""
        contest = self._contests[job.key]
        if job.key != contest.first.key:
            self.retaken.append(job.key)
        contest.take_in(job.key, self._kept(review))
        return self._go_on(contest)

    def given_up(self, job: Job) -> list[Job]:
        """A take could not be made: the others decide among themselves."""
        contest = self._contests.get(job.key)
        if contest is None:
            return []
        contest.give_up(job.key)
        return self._go_on(contest)

    def _begun(self, segment: str, job: Job | None) -> list[Job]:
        pool = pool_of(self._segments[segment], self.casting, self.caps, self._binned, self.policy)
        contest = Contest(segment, pool, self.policy)
        self._contests.update(dict.fromkeys(contest.keys(), contest))
        for key in contest.keys():  # noqa: SIM118 - no mapping
            if self.store.takes.contains(key) and not self.store.takes.fault(key):
                self._record(segment, key)
                contest.was_there(key, self._kept(self._looking(contest, key).result()))
        jobs = self._go_on(contest)
        return [job if job is not None and one.key == job.key else one for one in jobs]

    def _go_on(self, contest: Contest) -> list[Job]:
        jobs = [Job(contest.segment, one.request, one.key, Reason.RETAKE) for one in contest.wanted()]
        if not jobs and contest.is_settled:
            self._settle(contest)
        return jobs

    def _settle(self, contest: Contest) -> None:
        """The best is heard from now on, stretched a little where its pace asks for that."""
        key = contest.winner
        if not key:
            return
        request, review = contest.entrant(key).request, contest.reviews[key]
        pace = self.policy.stretch(review, request) if review is not None else 1.0
        heard = self._stretched(contest.segment, key, request, pace) if pace != 1.0 else key
        self.store.put_picks({contest.first.key: heard})
        if len(contest.reviews) > 1:
            for one in contest.reviews:
                self.note_seed(self._segments[contest.segment], contest.entrant(one).request.seed, one == key)

    def _stretched(self, segment: str, key: str, request: Request, pace: float) -> str:
        made = stretched_take(self.store.takes, key, pace).key
        self._record(segment, made)
        self._kept(self._beside.submit(self._looked_over, made, request).result())
        self.stretched.append(made)
        return made

    def _looking(self, contest: Contest, key: str) -> Future[Review | None]:
        return self._beside.submit(self._looked_over, key, contest.entrant(key).request)

    def _looked_over(self, key: str, request: Request) -> Review | None:
        """None for a take that cannot be read: nothing follows from it. Runs on the thread beside."""
        takes = TakeStore(self.store.takes.folder)  # one thread at a time may use a TakeStore
        try:
            return looked_over(takes, self.reviews, key, request, self.caps)
        except StudioError:
            return None

    def _kept(self, review: Review | None) -> Review | None:
        if review is not None:
            self.store.put_review(review)
        return review

    def _record(self, segment: str, key: str) -> None:
        if all(row.key != key for row in self.store.takes_of(segment)):
            self.store.add_take(segment, key, is_draft=self.caps.is_draft)


def _recipe(recipe: str, key: str, pace: float) -> str:
    """What decides the stretched sound: all that decided the other one, and how much faster it is."""
    fields = json.loads(recipe) if recipe else {"take": key}
    return json.dumps({**fields, "stretched": pace}, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _key(recipe: str) -> str:
    return hashlib.sha256(recipe.encode()).hexdigest()[:32]


def _pairs(values: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in values)


def _within(words: Sequence[Word], seconds: float) -> list[Word]:
    return [replace(word, start_s=min(word.start_s, seconds), end_s=min(word.end_s, seconds)) for word in words]
