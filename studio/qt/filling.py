"""Puts many jobs into the durable queue in slices, so that asking for a whole book does not hold the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.errors import StudioError
from studio.render.plan import Job

SLICE = 400  # jobs stored in one transaction: about 10 ms


class Filling(QObject):
    """Lives on the GUI thread. `put` stores jobs durably at the end of the queue and raises StudioError. The first slice is
    stored at once, the others between other events, in their order."""

    trouble = Signal(object)  # StudioError of a later slice; what was not stored by then is dropped

    def __init__(self, put: Callable[[Sequence[Job]], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._put = put
        self._left: list[Job] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_done(self) -> bool:
        """Everything that was asked for is stored."""
        return not self._left

    def add(self, jobs: Sequence[Job]) -> None:
        """Jobs that are on their way already are not asked for twice. Raises StudioError when no slice can be stored."""
        coming = {job.key for job in self._left}
        self._left += [job for job in jobs if job.key not in coming]
        self._store_slice()

    def finish(self) -> None:
        """Store what is left, now: before something depends on all of it. Raises StudioError."""
        while self._left:
            self._store_slice()

    def drop(self) -> None:
        """What is not stored yet is no longer asked for."""
        self._left = []
        self._timer.stop()

    @Slot()
    def _go_on(self) -> None:
        try:
            self._store_slice()
        except StudioError as error:
            self.trouble.emit(error)

    def _store_slice(self) -> None:
        portion, left = self._left[:SLICE], self._left[SLICE:]
        self.drop()  # also where storing fails
        self._put(portion)
        self._left = left
        if left:
            self._timer.start()
