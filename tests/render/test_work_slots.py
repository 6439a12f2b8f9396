"""The queue worked off four at a time: what one segment suffers costs the others nothing, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core.errors import Cancelled, StorageFullError
from studio.core.render import Engine, Progress, Request
from studio.engines.fake import FakeEngine, FakeSession, Fault, Faults
from studio.engines.process import HostedEngine, Patience
from studio.render.plan import Job, in_order
from studio.store import durable
from studio.store.project import ProjectStore
from tests.render.shops import Diary, Shop

NAMES = [f"number {number}" + ", which is a long one," * (number % 4) for number in range(12)]
SHORT = Patience(event_s=1.5, cancel_s=0.5, close_s=0.5)


class Watched(FakeEngine):
    """Notes how many sessions were open at once."""

    def __init__(self, **options: object) -> None:
        super().__init__(slots=4, **options)  # type: ignore[arg-type]
        self.opened: list[FakeSession] = []
        self.most = 0

    def open(self, request: Request) -> FakeSession:
        session = super().open(request)
        self.opened.append(session)
        self.most = max(self.most, sum(not one._member.is_over for one in self.opened))
        return session


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ProjectStore.create(tmp_path / "show", "", sync=False) as store:
        yield Shop(store, NAMES)


def sounds(shop: Shop) -> dict[str, bytes]:
    return {row.segment: shop.store.takes.path(row.key).read_bytes() for row in shop.store.all_takes()}


def test_every_slot_is_used_and_the_sound_is_the_same_as_one_by_one(shop: Shop, tmp_path: Path) -> None:
    engine = Watched()
    outcome = shop.run(lambda: engine)
    assert sorted(outcome.rendered) == sorted(shop.jobs())
    assert engine.most == 4
    assert set(shop.states().values()) == {"done"}
    with ProjectStore.create(tmp_path / "alone", "", sync=False) as store:
        alone = Shop(store, NAMES)
        alone.run()
        assert sounds(alone) == sounds(shop)


def test_several_tell_how_far_they_are_in_turns(shop: Shop) -> None:
    class Listening(Diary):
        def progress(self, job: Job, progress: Progress) -> None:
            if progress.done:
                self.told.append(f"{job.segment} {progress.done:.2f} s")

    shop.diary = Listening()
    shop.run(lambda: FakeEngine(slots=4))
    first_end = next(index for index, line in enumerate(shop.diary.told) if line.startswith("finished"))
    begun = {line.rpartition(" ")[0].rpartition(" ")[0] for line in shop.diary.told[:first_end] if line.endswith(" s")}
    assert len(begun) >= 4


def test_a_segment_that_fails_is_tried_again_alone_and_marked_and_the_others_are_done_once(shop: Shop) -> None:
    outcome = shop.run(lambda: Watched(faults=Faults.of("bug", text="number 2,")))
    (failed,) = [name for name, state in shop.states().items() if state == "failed"]
    assert failed.startswith("number 2,")
    assert len(outcome.rendered) == len(NAMES) - 1
    about = [line for line in shop.diary.told if failed in line][1:]
    assert about == [f"started {failed}", f"failed {failed} again", f"failed {failed}"]
    assert shop.diary.told[-1] == about[-1], "tried again when the others are done"
    assert [line for line in shop.diary.told if line.startswith("failed") and failed not in line] == []


@pytest.mark.parametrize("kind", ["die", "engine", pytest.param("hang", marks=pytest.mark.slow)])
def test_a_segment_that_takes_the_engine_down_costs_no_other_segment(shop: Shop, kind: str) -> None:
    faults = Faults((Fault(kind, text="number 5,", step=3),))  # type: ignore[arg-type]
    outcome = shop.run(lambda: HostedEngine("fake", {"slots": 4, "faults": faults}, SHORT))
    assert {name[:9] for name, state in shop.states().items() if state == "failed"} == {"number 5,"}
    assert len(outcome.failed) == 1
    assert sorted(shop.states().values()) == ["done"] * (len(NAMES) - 1) + ["failed"]
    assert outcome.stopped_by is None


def test_an_engine_in_this_process_that_broke_is_built_anew(shop: Shop) -> None:
    built: list[Engine] = []

    def build() -> Engine:
        built.append(FakeEngine(slots=4, faults=Faults.of("engine", text="number 5,", step=3)))
        return built[-1]

    shop.run(build)
    assert sorted(shop.states().values()) == ["done"] * (len(NAMES) - 1) + ["failed"]
    assert len(built) > 1


def test_an_engine_that_fails_every_time_is_given_up(tmp_path: Path) -> None:
    with ProjectStore.create(tmp_path / "show", "", sync=False) as store:
        shop = Shop(store, [f"line {number}" for number in range(40)])
        outcome = shop.run(lambda: FakeEngine(slots=4, faults=Faults.of("engine")))
        assert outcome.stopped_by is not None
        assert outcome.rendered == []
        assert "running" not in shop.states().values() and "waiting" in shop.states().values()


@pytest.mark.parametrize("hosted", [False, True])
@pytest.mark.parametrize("events", [0, 3, 30, 90])
def test_stopping_puts_all_in_hand_back_keeps_the_finished(shop: Shop, events: int, hosted: bool) -> None:
    answers = iter([False] * events)
    build = (lambda: HostedEngine("fake", {"slots": 4})) if hosted else (lambda: FakeEngine(slots=4))
    with pytest.raises(Cancelled):
        shop.run(build, stopped=lambda: next(answers, True))
    assert set(shop.states().values()) <= {"done", "waiting"}
    done = {name for name, state in shop.states().items() if state == "done"}
    assert {row.segment for row in shop.store.all_takes()} == done
    shop.diary = Diary()
    shop.run(build)
    assert set(shop.states().values()) == {"done"}
    present = [row.key for row in shop.store.all_takes()]
    assert len(present) == len(set(present)) == len(NAMES)


def test_ctrl_c_puts_all_in_hand_back_and_leaves_the_engine_s_slots_free(shop: Shop) -> None:
    class Interrupted(Diary):
        def finished(self, *_: object) -> None:
            raise KeyboardInterrupt

    engine = Watched()
    shop.diary = Interrupted()
    with pytest.raises(Cancelled):
        shop.run(lambda: engine)
    assert sorted(set(shop.states().values())) == ["done", "waiting"]
    assert engine._batch._members == []
    shop.diary = Diary()
    shop.run(lambda: engine)
    assert set(shop.states().values()) == {"done"}


def test_a_full_disk_stops_all_at_once_and_they_wait(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes, **options: object) -> None:
        raise StorageFullError("no space is left on the disk")

    with monkeypatch.context() as patched:
        patched.setattr(durable, "write_bytes", full)
        with pytest.raises(StorageFullError):
            shop.run(lambda: FakeEngine(slots=4))
    assert set(shop.states().values()) == {"waiting"}


def test_the_longest_come_first_where_there_are_slots_and_never_where_there_are_not(shop: Shop) -> None:
    jobs = list(shop.jobs().values())
    lengths = {job.segment: float(len(job.segment)) for job in jobs}
    assert in_order(jobs, lengths.__getitem__, 1) == jobs
    ordered = [lengths[job.segment] for job in in_order(jobs, lengths.__getitem__, 4)]
    assert ordered == sorted(ordered, reverse=True)
