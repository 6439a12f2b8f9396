"""A project with jobs to work off, and a listener that writes everything down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from studio.core.errors import StudioError
from studio.core.render import Engine, Progress, Request, SpokenTurn, VoiceSpec
from studio.engines.fake import FakeEngine
from studio.render.eta import Spent
from studio.render.plan import Job, Reason
from studio.render.queue import Queue
from studio.render.runner import EngineSeat
from studio.render.work import Outcome, Workshop, work_off
from studio.store.project import ProjectStore
from studio.store.takes import Take

NAMES = ("one", "two", "three")


@dataclass
class Diary:
    """A listener that writes everything down."""

    told: list[str] = field(default_factory=list)

    def began(self, jobs: Sequence[Job]) -> None:
        self.told.append(f"began {' '.join(job.segment for job in jobs)}")

    def started(self, job: Job) -> None:
        self.told.append(f"started {job.segment}")

    def progress(self, job: Job, progress: Progress) -> None:
        """Not worth writing down."""

    def finished(self, job: Job, take: Take, spent: Spent) -> None:
        assert spent.wall_s + 1e-9 >= spent.share_s >= 0  # both are sums, rounded each in its own way
        self.told.append(f"finished {job.segment}")

    def added(self, jobs: Sequence[Job]) -> None:
        self.told.append(f"added {' '.join(job.segment for job in jobs)}")

    def failed(self, job: Job, error: StudioError, *, again: bool) -> None:
        self.told.append(f"failed {job.segment}{' again' if again else ''}")


@dataclass
class Shop:
    """A project with jobs, ready to be worked off."""

    store: ProjectStore
    names: Sequence[str] = NAMES
    diary: Diary = field(default_factory=Diary)

    def jobs(self) -> dict[str, Job]:
        caps = FakeEngine().caps
        requests = {name: Request((SpokenTurn(1, f"This is line {name} of it."),), (VoiceSpec(1),), 1) for name in self.names}
        return {request.key(caps): Job(name, request, request.key(caps), Reason.NEW) for name, request in requests.items()}

    def run(
        self,
        build: Callable[[], Engine] = FakeEngine,
        stopped: Callable[[], bool] = lambda: False,
        ready: Callable[[Request], Request] = lambda request: request,
    ) -> Outcome:
        jobs = self.jobs()
        queue = Queue(self.store)
        queue.resume()
        queue.fill(list(jobs.values()))
        seat = EngineSeat(build, lambda _: None)
        try:
            return work_off(Workshop(self.store, seat, queue, ready, self.diary, stopped), jobs)
        finally:
            seat.close()

    def states(self) -> dict[str, str]:
        return {row.segment: row.state for row in self.store.jobs()}
