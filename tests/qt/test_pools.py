"""Work leaves the GUI thread, results and errors come back to it, closing waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.qt.pools import Pool, Pools, SameThread


@pytest.fixture
def pool(qapp: object) -> Iterator[Pool]:
    pool = Pool("test", 2)
    yield pool
    pool.close()


def test_work_runs_elsewhere_and_its_result_arrives_here(pool: Pool, qtbot: QtBot) -> None:
    seen: list[tuple[str, str]] = []
    pool.run(lambda: threading.current_thread().name, lambda name: seen.append((name, threading.current_thread().name)))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0].startswith("test")
    assert seen[0][1] == threading.main_thread().name


def test_an_error_goes_to_whoever_asked(pool: Pool, qtbot: QtBot) -> None:
    errors: list[Exception] = []
    pool.run(lambda: 1 // 0, on_error=errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], ZeroDivisionError)


def test_an_error_nobody_asked_for_is_announced(pool: Pool, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pool.failed) as announced:
        pool.run(lambda: 1 // 0)
    assert isinstance(announced.args[0], ZeroDivisionError)


def test_closing_waits_for_work_in_hand_and_delivers_nothing_more(pool: Pool, qtbot: QtBot) -> None:
    begun, may_end = threading.Event(), threading.Event()
    finished: list[bool] = []
    delivered: list[object] = []

    def work() -> None:
        begun.set()
        may_end.wait(10)
        finished.append(True)

    pool.run(work, delivered.append)
    assert begun.wait(10)
    threading.Timer(0.05, may_end.set).start()
    pool.close()
    assert finished == [True]
    qtbot.wait(20)
    assert delivered == []


def test_a_closed_pool_takes_no_work(pool: Pool) -> None:
    pool.close()
    ran: list[bool] = []
    pool.run(lambda: ran.append(True))
    assert ran == []


def test_a_long_export_does_not_hold_up_what_the_user_looks_at(qtbot: QtBot) -> None:
    pools = Pools.threaded()
    may_end = threading.Event()
    seen: list[int] = []
    for _ in range(4):
        pools.background.run(lambda: may_end.wait(10))
    pools.interactive.run(lambda: 7, seen.append)
    qtbot.waitUntil(lambda: seen == [7])
    may_end.set()
    pools.close()


def test_the_same_thread_lane_delivers_before_it_returns() -> None:
    lane = SameThread()
    seen: list[object] = []
    lane.run(lambda: 2, seen.append)
    lane.run(lambda: 1 // 0, on_error=lambda error: seen.append(type(error)))
    lane.close()
    assert seen == [2, ZeroDivisionError]
