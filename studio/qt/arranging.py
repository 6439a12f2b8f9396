"""Keeps the timeline current: made anew off the GUI thread when something changed, at most five times a second."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.timeline import Timeline
from studio.qt.pools import Lane

INTERVAL_MS = 200
QUIET_MS = 500
RESTS = 8  # a long show takes longer to arrange: this many times as long, nothing is arranged


class Arranging(QObject):
    """Lives on the GUI thread. `snapshot()` is called here and gives a function of values alone, which runs on the lane."""

    arranged = Signal(object)  # Timeline

    def __init__(self, snapshot: Callable[[], Callable[[], Timeline]], lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._snapshot = snapshot
        self._lane = lane
        self._is_dirty = False
        self._is_working = False
        self._began = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)
        self.timeline = Timeline()

    def invalidate(self, *, when_quiet: bool = False) -> None:
        """Something that the timeline is made of has changed. `when_quiet`: somebody is typing, and does not look there."""
        self._is_dirty = True
        if when_quiet and not self._is_working:
            self._timer.start(QUIET_MS)
        elif not self._timer.isActive() and not self._is_working:
            self._timer.start(0)

    def now(self) -> Timeline:
        """The timeline of this moment, made at once when it is not at hand: for exports."""
        if self._is_dirty or self._is_working:
            self._is_dirty = False
            self._take(self._snapshot()())
        return self.timeline

    def close(self) -> None:
        self._timer.stop()
        self._is_dirty = False

    @Slot()
    def _begin(self) -> None:
        if self._is_dirty and not self._is_working:
            self._is_dirty, self._is_working = False, True
            self._began = monotonic()
            self._lane.run(self._snapshot(), self._on_done, self._on_error)

    def _on_done(self, timeline: Timeline) -> None:
        self._is_working = False
        self._take(timeline)
        took_ms = (monotonic() - self._began) * 1000
        self._timer.start(max(INTERVAL_MS, int(took_ms * RESTS)))  # what changed meanwhile waits for it

    def _on_error(self, error: Exception) -> None:
        self._is_working = False
        raise error

    def _take(self, timeline: Timeline) -> None:
        if timeline != self.timeline:
            self.timeline = timeline
            self.arranged.emit(timeline)
