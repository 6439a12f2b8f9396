"""The queue worked off: what fails is marked and the rest goes on; stopping and a full disk end it at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.core.errors import Cancelled, EngineError, StorageFullError, VoiceError
from studio.core.render import Request
from studio.engines.fake import FakeEngine, Fault, Faults
from studio.engines.process import HostedEngine, Patience
from studio.render.company import MAX_FAILURES
from studio.render.eta import Spent
from studio.render.plan import Job
from studio.render.work import TRIES
from studio.store import durable
from studio.store.project import ProjectStore
from studio.store.takes import Take
from tests.render.shops import NAMES, Diary, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with ProjectStore.create(tmp_path / "show", "", sync=False) as store:
        yield Shop(store)


def test_every_job_is_done_noted_and_told(shop: Shop) -> None:
    outcome = shop.run()
    assert sorted(outcome.rendered) == sorted(shop.jobs())
    assert shop.states() == dict.fromkeys(NAMES, "done")
    assert {row.segment for row in shop.store.all_takes()} == set(NAMES)
    told = [line for name in NAMES for line in (f"started {name}", f"finished {name}")]
    assert shop.diary.told == ["began one two three", *told]


def test_a_take_is_durable_and_noted_before_it_is_told(shop: Shop) -> None:
    class Looking(Diary):
        def finished(self, job: Job, take: Take, spent: Spent) -> None:
            assert not shop.store.takes.fault(take.key)
            assert [row.key for row in shop.store.takes_of(job.segment)] == [take.key]
            super().finished(job, take, spent)

    shop.diary = Looking()
    shop.run()
    assert len(shop.diary.told) == 7


def test_a_line_that_always_fails_is_tried_again_once_marked_and_passed_over(shop: Shop) -> None:
    outcome = shop.run(lambda: FakeEngine(faults=Faults.of("bug", text="line two")))
    assert len(outcome.rendered) == 2
    assert [type(error) for error in outcome.failed.values()] == [EngineError]
    assert shop.states() == {"one": "done", "two": "failed", "three": "done"}
    assert [line for line in shop.diary.told if "two" in line][1:] == ["started two", "failed two again", "failed two"]
    assert "bug" in next(row.error for row in shop.store.jobs() if row.state == "failed")


def test_an_engine_that_dies_hangs_or_breaks_in_its_own_process_costs_one_line(shop: Shop) -> None:
    faults = Faults((Fault("hang", text="line one"), Fault("die", text="line three")))
    patience = Patience(event_s=1.0, cancel_s=0.5, close_s=0.5)
    outcome = shop.run(lambda: HostedEngine("fake", {"faults": faults}, patience))
    assert shop.states() == {"one": "failed", "two": "done", "three": "failed"}
    said = sorted(error.what for error in outcome.failed.values())
    assert "did not answer" in said[0]
    assert "process" in said[1]


def test_a_sample_that_is_gone_is_not_tried_again_and_is_not_the_engine_s_fault(tmp_path: Path) -> None:
    def ready(request: Request) -> Request:
        raise VoiceError("the sample of this voice is missing")

    with ProjectStore.create(tmp_path / "show", "", sync=False) as store:
        shop = Shop(store, [f"number {number}" for number in range(MAX_FAILURES + 5)])
        outcome = shop.run(ready=ready)
        assert len(outcome.failed) == MAX_FAILURES + 5
        assert outcome.stopped_by is None
        assert "again" not in " ".join(shop.diary.told)


def test_an_engine_that_fails_at_every_line_is_given_up(tmp_path: Path) -> None:
    with ProjectStore.create(tmp_path / "show", "", sync=False) as store:
        shop = Shop(store, [f"number {number}" for number in range(MAX_FAILURES + 5)])
        outcome = shop.run(lambda: FakeEngine(faults=Faults.of("error")))
        assert outcome.stopped_by is not None
        assert len(outcome.failed) == MAX_FAILURES // TRIES
        assert sum(state == "waiting" for state in shop.states().values()) == MAX_FAILURES + 5 - len(outcome.failed)


@pytest.mark.parametrize("events", [0, 2, 5])
def test_stopping_puts_the_job_in_hand_back_and_keeps_the_finished(shop: Shop, events: int) -> None:
    answers = iter([False] * events)
    with pytest.raises(Cancelled):
        shop.run(stopped=lambda: next(answers, True))
    assert "running" not in shop.states().values()
    assert "failed" not in shop.states().values()
    done = [name for name, state in shop.states().items() if state == "done"]
    assert {row.segment for row in shop.store.all_takes()} == set(done)
    shop.run()
    assert set(shop.states().values()) == {"done"}


def test_a_full_disk_stops_at_once_and_the_job_waits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes, **options: object) -> None:
        raise StorageFullError("no space is left on the disk")

    with monkeypatch.context() as patched:
        patched.setattr(durable, "write_bytes", full)
        with pytest.raises(StorageFullError):
            shop.run()
    assert set(shop.states().values()) == {"waiting"}
    assert shop.diary.told == ["began one two three", "started one"]
