"""Keeps the states of segments current: at once for what an edit or a job touches, in slices when anything may have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.segments import Segment
from studio.qt.states import Basis, SegmentStates
from studio.store.jobs import JobRow

SLICE = 250  # segments worked out between two looks at the event loop: about 15 ms


class Standing(QObject):
    """Lives on the GUI thread. `basis()` is None while the engine is not known: then no segment stands in any way."""

    changed = Signal(object)  # frozenset of segment ids; empty: any

    def __init__(
        self,
        basis: Callable[[], Basis | None],
        present: Callable[[Iterable[str]], Sequence[Segment]],
        parent: QObject | None = None,
    ) -> None:
        """`present` gives those of some segments that are in the script now."""
        super().__init__(parent)
        self.states = SegmentStates()
        self._basis = basis
        self._present = present
        self._left: list[str] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    def start_over(self, segments: Sequence[Segment]) -> None:
        """The cast, the settings or the engine differ: everything is worked out again, the first slice at once."""
        if self._basis() is None:
            self._left = []
            self.states.clear()
            self.changed.emit(frozenset())
            return
        self._left = [one.id for one in reversed(segments)]
        self._go_on()
        if self._left:
            self._timer.start()

    def follow(self, segments: Iterable[str]) -> None:
        """These segments, their takes or their choices differ."""
        basis = self._basis()
        if basis is not None:
            self._tell(self.states.follow(self._present(segments), basis))

    def follow_jobs(self, segments: Iterable[str], job_of: Callable[[str], JobRow | None]) -> None:
        """Only the jobs of these segments differ."""
        if self._basis() is not None:
            self._tell(self.states.follow_jobs(segments, job_of))

    def finish(self) -> None:
        """Work out what is left, now: before something depends on all of it."""
        while self._left:
            self._go_on()

    def close(self) -> None:
        self._timer.stop()
        self._left = []

    @Slot()
    def _go_on(self) -> None:
        portion, self._left = self._left[-SLICE:], self._left[:-SLICE]
        if not self._left:
            self._timer.stop()
        self.follow(reversed(portion))

    def _tell(self, differ: frozenset[str]) -> None:
        if differ:
            self.changed.emit(differ)
