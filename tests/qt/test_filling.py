"""A queue that is filled a slice at a time."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import StorageFullError
from studio.core.render import Request
from studio.qt.filling import Filling
from studio.render.plan import Job, Reason


def jobs(names: str) -> list[Job]:
    return [Job(name, Request((), (), 0), name, Reason.NEW) for name in names]


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.qt.filling.SLICE", 2)


def test_the_first_slice_is_stored_at_once_and_the_rest_in_order(qtbot: QtBot) -> None:
    put: list[str] = []
    filling = Filling(lambda portion: put.append("".join(job.key for job in portion)))
    filling.add(jobs("abcde"))
    assert put == ["ab"]
    filling.add(jobs("defg"))  # two of them are on their way already
    qtbot.waitUntil(lambda: filling.is_done)
    assert "".join(put) == "abcdefg"
    assert max(map(len, put)) == 2


def test_a_disk_that_refuses_ends_the_filling_and_is_told_once(qtbot: QtBot) -> None:
    put: list[int] = []

    def full(portion: object) -> None:
        put.append(1)
        if len(put) > 1:
            raise StorageFullError("the disk is full")

    filling = Filling(full)
    told: list[object] = []
    filling.trouble.connect(told.append)
    filling.add(jobs("abcdefgh"))
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(30)
    assert (len(told), len(put), filling.is_done) == (1, 2, True)
