"""The timeline follows what it is made of, a few times a second at most, and at once when asked."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from studio.core.timeline import Timeline
from studio.qt.arranging import Arranging
from studio.qt.pools import SameThread


class Maker:
    """Each timeline is a sample longer than the one before, unless `is_still`."""

    def __init__(self) -> None:
        self.made = 0
        self.is_still = False

    def snapshot(self) -> Callable[[], Timeline]:
        self.made += not self.is_still
        length = self.made
        return lambda: Timeline(length=length)


def test_many_changes_are_few_arrangements(qtbot: QtBot) -> None:
    maker = Maker()
    arranging = Arranging(maker.snapshot, SameThread())
    with qtbot.waitSignal(arranging.arranged):
        for _ in range(50):
            arranging.invalidate()
    for _ in range(50):
        arranging.invalidate()
    qtbot.wait(30)
    assert maker.made == 1
    qtbot.waitUntil(lambda: maker.made == 2)
    assert arranging.timeline.length == 2


def test_an_equal_timeline_is_no_news(qtbot: QtBot) -> None:
    maker = Maker()
    arranging = Arranging(maker.snapshot, SameThread())
    with qtbot.waitSignal(arranging.arranged):
        arranging.invalidate()
    maker.is_still = True
    told: list[Timeline] = []
    arranging.arranged.connect(told.append)
    arranging.invalidate()
    arranging.now()
    assert told == []


def test_whoever_exports_gets_this_moments_timeline(qapp: object) -> None:
    maker = Maker()
    arranging = Arranging(maker.snapshot, SameThread())
    arranging.invalidate(when_quiet=True)
    assert arranging.now().length == 1
    arranging.close()
