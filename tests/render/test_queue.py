"""The durable queue on a real project: order, crashes, retries, pause."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from studio.core.render import Request
from studio.render.plan import Job, Reason
from studio.render.queue import STEPS, Queue
from studio.store.project import ProjectStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProjectStore]:
    with ProjectStore.create(tmp_path / "show", "[S1] Hello.", sync=False) as opened:
        yield opened


def job(name: str) -> Job:
    return Job(name, Request((), (), 0), f"{name * 32}"[:32], Reason.NEW)


def order(queue: Queue) -> list[str]:
    """Run everything that waits and say in which order."""
    names = []
    while (row := queue.next()) is not None:
        names.append(row.segment)
        queue.done(row.id)
    return names


CRASH = """
import os, sys
from pathlib import Path
from studio.render.queue import Queue
from studio.store.project import ProjectStore
queue = Queue(ProjectStore.open(Path(sys.argv[1])))
queue.resume()
queue.next()
os._exit(1)
"""


def crashed(store: ProjectStore) -> ProjectStore:
    """The same project as the next start finds it when the program ended while it ran the first job."""
    store.close()
    subprocess.run([sys.executable, "-c", CRASH, str(store.folder)], check=False)
    return ProjectStore.open(store.folder)


def test_jobs_run_in_the_order_of_the_script(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("c"), job("a"), job("b")])
    assert order(queue) == ["c", "a", "b"]
    assert queue.count("done") == 3


def test_filling_again_forgets_what_is_no_longer_wanted_and_keeps_the_rest(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a"), job("b"), job("c")])
    kept = [row.id for row in queue.rows() if row.segment == "b"]
    queue.fill([job("d"), job("b")])
    assert [row.segment for row in queue.rows()] == ["d", "b"]
    assert [row.id for row in queue.rows() if row.segment == "b"] == kept
    assert [row.segment for row in Queue(store).rows()] == ["d", "b"], "the project says the same"


def test_what_was_running_when_the_program_ended_waits_again_and_the_queue_is_paused(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a"), job("b")])
    with crashed(store) as again:
        queue = Queue(again)
        assert queue.is_paused
        assert queue.next() is None
        queue.resume()
        assert order(queue) == ["a", "b"]


def test_what_ended_the_program_twice_is_tried_last(store: ProjectStore) -> None:
    jobs = [job("a"), job("b"), job("c")]
    for _ in range(2):
        Queue(store).fill(jobs)
        store = crashed(store)
    assert [row.segment for row in store.set_aside] == ["a"]
    queue = Queue(store)
    queue.resume()
    queue.fill(jobs)
    assert order(queue) == ["b", "c", "a"]
    store.close()


def test_a_job_that_was_stopped_keeps_its_place(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a"), job("b")])
    first = queue.next()
    assert first is not None
    queue.put_back(first.id)
    assert order(queue) == ["a", "b"]


def test_a_failure_is_kept_with_its_words_and_can_be_retried(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a")])
    first = queue.next()
    assert first is not None
    queue.failed(first.id, "the engine died.")
    assert [(row.state, row.error) for row in Queue(store).rows()] == [("failed", "the engine died.")]
    assert order(queue) == []
    queue.retry(first.id)
    assert order(queue) == ["a"]


def test_a_cancelled_job_is_passed_over_until_it_is_taken_up_again(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a"), job("b")])
    queue.cancel(queue.rows()[0].id)
    assert order(queue) == ["b"]


def test_a_paused_queue_gives_nothing(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a")])
    queue.pause()
    assert queue.next() is None
    queue.resume()
    assert order(queue) == ["a"]


def test_one_line_can_be_put_first(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a"), job("b"), job("c")])
    queue.add([job("x"), job("c")], first=True)
    queue.add([job("y")])
    assert order(queue) == ["x", "c", "a", "b", "y"]


@pytest.mark.parametrize(("before", "expected"), [(0, ["c", "a", "b"]), (1, ["a", "c", "b"]), (None, ["a", "b", "c"])])
def test_a_job_can_be_moved(store: ProjectStore, before: int | None, expected: list[str]) -> None:
    queue = Queue(store)
    queue.fill([job("a"), job("b"), job("c")])
    ids = [row.id for row in queue.rows()]
    queue.move(ids[2], None if before is None else ids[before])
    assert order(queue) == expected


def test_a_take_and_its_job_are_noted_in_one_go(store: ProjectStore) -> None:
    queue = Queue(store)
    wanted = job("a")
    queue.fill([wanted])
    row = queue.next()
    assert row is not None
    store.takes.write(wanted.key, b"\0\0\0\0" * 100, 22_050)
    store.add_take("a", wanted.key, job=row.id)
    assert queue.done(row.id, is_stored=True).state == "done"
    assert [one.state for one in Queue(store).rows()] == ["done"]


def test_no_step_is_taken_that_makes_no_sense(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.fill([job("a")])
    row = queue.next()
    assert row is not None
    queue.done(row.id)
    for state in STEPS:
        assert state not in STEPS["done"]
    with pytest.raises(ValueError, match="is done and cannot become waiting"):
        queue.retry(row.id)


def test_many_jobs_are_taken_out_and_asked_for_again_in_one_step_each(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.add([job("a"), job("b"), job("c")])
    running = queue.next()
    assert running is not None
    queue.cancel_all([row.id for row in queue.waiting()])
    assert (queue.count("running"), queue.count("waiting"), queue.count("cancelled")) == (1, 0, 2)
    assert [row.state for row in store.jobs()] == ["running", "cancelled", "cancelled"]
    with pytest.raises(ValueError, match="cannot become cancelled"):
        queue.cancel_all([row.id for row in queue.rows() if row.state == "cancelled"])
    queue.retry_all([row.id for row in queue.rows() if row.state == "cancelled"])
    assert [row.segment for row in queue.waiting()] == ["b", "c"]
    assert queue.count("waiting") == 2


def test_what_the_store_noted_with_the_take_before_is_started_without_another_step(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.add([job("a"), job("b")])
    first = queue.next()
    ready = queue.peek()
    assert first is not None
    assert ready is not None
    store.takes.write(first.key, np.zeros(10, np.float32), 44_100, (), "{}")
    store.add_take("a", first.key, job=first.id, then=ready.id)
    queue.done(first.id, is_stored=True)
    assert queue.started(ready.id) == store.jobs()[1]
    assert queue.peek() is None
    assert (queue.count("done"), queue.count("running"), queue.count("waiting")) == (1, 1, 0)


def test_a_job_put_before_a_first_one_stays_before_it(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.add([job("a")])
    queue.add([job("b")], first=True)
    queue.add([job("c")], first=True)
    assert order(queue) == ["c", "b", "a"]


def test_a_paused_queue_has_nothing_ready(store: ProjectStore) -> None:
    queue = Queue(store)
    queue.add([job("a")])
    queue.pause()
    assert queue.peek() is None
