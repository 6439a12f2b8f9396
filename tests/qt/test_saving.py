"""The script is kept without being asked, never out of order, and a refusal of the disk is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.core.errors import StorageFullError
from studio.qt.pools import Pool, SameThread
from studio.qt.saving import Saving


class Disk:
    """Remembers what was written; can be made slow or full."""

    def __init__(self) -> None:
        self.text = ""
        self.written: list[str] = []
        self.threads: list[str] = []
        self.is_full = False
        self.gate = threading.Event()
        self.gate.set()

    def write(self, text: str) -> None:
        self.threads.append(threading.current_thread().name)
        self.gate.wait(10)
        if self.is_full:
            raise StorageFullError("no space is left")
        self.written.append(text)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def saving(disk: Disk, qapp: object) -> Iterator[Saving]:
    pool = Pool("disk", 2)
    yield Saving(lambda: disk.text, disk.write, pool)
    pool.close()


def test_nothing_to_keep_at_first(saving: Saving, disk: Disk) -> None:
    assert saving.is_kept
    saving.flush()
    assert disk.written == []


def test_typing_is_kept_within_a_second_and_off_the_gui_thread(saving: Saving, disk: Disk, qtbot: QtBot) -> None:
    for letter in "abc":
        disk.text += letter
        saving.text_changed()
    assert not saving.is_kept
    qtbot.waitUntil(lambda: saving.is_kept, timeout=3000)
    assert disk.written == ["abc"]
    assert threading.main_thread().name not in disk.threads


def test_whoever_types_without_pause_is_saved_all_the_same(saving: Saving, disk: Disk, qtbot: QtBot) -> None:
    def type_on() -> bool:
        disk.text += "x"
        saving.text_changed()
        return bool(disk.written)

    qtbot.waitUntil(type_on, timeout=3000)


def test_flush_writes_at_once_on_this_thread(saving: Saving, disk: Disk) -> None:
    disk.text = "now"
    saving.text_changed()
    saving.flush()
    assert disk.written == ["now"]
    assert disk.threads == [threading.main_thread().name]
    assert saving.is_kept


def test_a_slow_older_text_never_replaces_a_newer_one(saving: Saving, disk: Disk, qtbot: QtBot) -> None:
    disk.gate.clear()
    disk.text = "old"
    saving.text_changed()
    qtbot.waitUntil(lambda: bool(disk.threads), timeout=3000)
    disk.text = "new"
    saving.text_changed()
    threading.Timer(0.05, disk.gate.set).start()
    saving.flush()
    qtbot.wait(50)
    assert disk.written == ["old", "new"]
    assert saving.is_kept


def test_a_full_disk_is_told_and_the_next_try_succeeds(disk: Disk, qtbot: QtBot) -> None:
    saving = Saving(lambda: disk.text, disk.write, SameThread())
    disk.is_full = True
    disk.text = "precious"
    with qtbot.waitSignal(saving.trouble):
        saving.text_changed()
    assert saving.has_failed
    assert not saving.is_kept
    disk.is_full = False
    saving.flush()
    assert disk.written == ["precious"]
    assert not saving.has_failed


class HeldLane(SameThread):
    """Work waits here until the test lets it go."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[tuple[object, object, object]] = []

    def run(self, work: object, then: object = None, on_error: object = None) -> None:  # type: ignore[override]
        self.held.append((work, then, on_error))

    def let_go(self) -> None:
        for work, then, on_error in self.held:
            super().run(work, then, on_error)  # type: ignore[arg-type]


def test_a_write_that_comes_too_late_is_dropped(disk: Disk, qtbot: QtBot) -> None:
    lane = HeldLane()
    saving = Saving(lambda: disk.text, disk.write, lane)
    disk.text = "old"
    saving.text_changed()
    qtbot.waitUntil(lambda: bool(lane.held), timeout=3000)
    disk.text = "new"
    saving.text_changed()
    saving.flush()
    lane.let_go()
    assert disk.written == ["new"]
    assert saving.is_kept
