"""The queue survives everything, and a job that keeps killing the program is set aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.core.errors import ProjectError
from studio.store.jobs import JobRow
from studio.store.project import ProjectStore
from tests.store.conftest import TEXT, key


def _crash(store: ProjectStore) -> None:
    """End as a killed process does: nothing is tidied up, and the system frees the lock."""
    assert store._lock is not None
    os.close(store._lock._descriptor)
    store._lock._descriptor = -1
    store._database.close()


def test_jobs_come_back_in_their_order(store: ProjectStore) -> None:
    first, second = store.put_jobs([JobRow("s1", key(1)), JobRow("s2", key(2), reason="new text")])
    assert (first.id, second.id) != (0, 0)
    urgent = store.put_jobs([JobRow("s3", key(3), position=0.5)])[0]
    store.close()
    with ProjectStore.open(store.folder) as again:
        assert again.jobs() == [urgent, first, second]


def test_replacing_a_job_keeps_its_id(store: ProjectStore) -> None:
    job = store.put_jobs([JobRow("s1", key(1))])[0]
    moved = JobRow("s1", key(1), id=job.id, position=9.0)
    assert store.put_jobs([moved]) == [moved]
    assert store.jobs() == [moved]


def test_starting_counts_an_attempt_and_failing_keeps_the_reason(store: ProjectStore) -> None:
    job = store.put_jobs([JobRow("s1", key(1))])[0]
    store.set_job_state(job.id, "running")
    failed = store.set_job_state(job.id, "failed", "no such voice")
    assert (failed.state, failed.attempts, failed.error) == ("failed", 1, "no such voice")
    assert store.jobs() == [failed]


def test_an_unknown_job_changes_nothing(store: ProjectStore) -> None:
    with pytest.raises(ProjectError, match="no render job 7"):
        store.set_job_state(7, "done")


def test_forgotten_jobs_are_gone(store: ProjectStore) -> None:
    first, second = store.put_jobs([JobRow("s1", key(1)), JobRow("s2", key(2))])
    store.forget_jobs([first.id, 999])
    assert store.jobs() == [second]
    assert store.check() == []


def test_after_a_crash_the_running_job_waits_again(folder: Path) -> None:
    store = ProjectStore.create(folder, TEXT)
    job = store.put_jobs([JobRow("s1", key(1)), JobRow("s2", key(2))])[0]
    store.set_job_state(job.id, "running")
    _crash(store)
    with ProjectStore.open(folder) as again:
        assert [(one.state, one.crashes) for one in again.jobs()] == [("waiting", 1), ("waiting", 0)]


def test_the_second_crash_sets_a_job_aside_with_a_reason(folder: Path) -> None:
    store = ProjectStore.create(folder, TEXT)
    job = store.put_jobs([JobRow("s1", key(1))])[0]
    for _ in range(2):
        store.set_job_state(job.id, "running")
        _crash(store)
        store = ProjectStore.open(folder)
    [aside] = store.jobs()
    assert (aside.state, aside.crashes) == ("failed", 2)
    assert "set aside" in aside.error
    assert store.set_aside == [aside]
    store.close()


def test_an_orderly_end_is_no_crash(folder: Path) -> None:
    with ProjectStore.create(folder, TEXT) as store:
        job = store.put_jobs([JobRow("s1", key(1))])[0]
        store.set_job_state(job.id, "running")
    with ProjectStore.open(folder) as again:
        assert [(one.state, one.crashes) for one in again.jobs()] == [("waiting", 0)]


def test_finishing_well_forgets_the_crashes(folder: Path) -> None:
    store = ProjectStore.create(folder, TEXT)
    job = store.put_jobs([JobRow("s1", key(1))])[0]
    store.set_job_state(job.id, "running")
    _crash(store)
    with ProjectStore.open(folder) as again:
        again.set_job_state(job.id, "running")
        assert again.set_job_state(job.id, "done").crashes == 0
