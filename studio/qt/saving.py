"""Keeps the script on disk without being asked: at most a second after a key. One write at a time, off the GUI thread.

The decisions are no business of this module: each edit saves itself, in a small transaction, when it is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.errors import StudioError
from studio.qt.pools import Lane

DELAY_MS = 600  # from the first key that is not saved yet; the write itself comes on top


class Saving(QObject):
    """Lives on the GUI thread. `write(text)` is durable when it returns; it runs on `lane`, and never twice at once."""

    state_changed = Signal()
    trouble = Signal(object)  # a StudioError

    def __init__(
        self, text: Callable[[], str], write: Callable[[str], None], lane: Lane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._write = write
        self._lane = lane
        self._mutex = threading.Lock()
        self._newest = 0  # number of the newest text that was written; guarded by the mutex
        self._number = 0  # number of the newest text there is
        self._kept = 0  # number of the newest text known to be on disk
        self._has_failed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._save_soon)

    @property
    def is_kept(self) -> bool:
        """All there is, is on disk."""
        return self._kept == self._number

    @property
    def has_failed(self) -> bool:
        """The last attempt to write did not succeed; the next key, or `flush`, tries again."""
        return self._has_failed

    def text_changed(self) -> None:
        """There is a newer text. It will be written within the delay."""
        was_kept = self.is_kept
        self._number += 1
        if not self._timer.isActive():
            self._timer.start()
        if was_kept:
            self.state_changed.emit()

    def flush(self) -> None:
        """Write now, on this thread, and return when all is on disk. Raises StudioError."""
        self._timer.stop()
        if not self.is_kept:
            number = self._number
            self._write_newest(self._text(), number)
            self._on_written(number)

    @Slot()
    def _save_soon(self) -> None:
        text, number = self._text(), self._number

        def work() -> int:
            self._write_newest(text, number)
            return number

        self._lane.run(work, self._on_written, self._on_error)

    def _write_newest(self, text: str, number: int) -> None:
        """Write unless something newer was written meanwhile. Any thread."""
        with self._mutex:
            if number > self._newest:
                self._write(text)
                self._newest = number

    def _on_written(self, number: int) -> None:
        self._kept = max(self._kept, number)
        self._has_failed = False
        self.state_changed.emit()

    def _on_error(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self._has_failed = True
        self.state_changed.emit()
        self.trouble.emit(error)
