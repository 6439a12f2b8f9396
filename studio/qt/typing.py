"""Collects what is typed until the hands rest: neighbouring changes become one. Values and one timer, on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Slot

QUIET_MS = 120
PATIENCE_MS = 400  # whoever types on sees the problems all the same


@dataclass(frozen=True, slots=True)
class LinesEdit:
    """Lines `first` to `first + removed` gave way to `lines`."""

    first: int
    removed: int
    lines: tuple[str, ...]

    def joined(self, later: LinesEdit) -> LinesEdit | None:
        """The one edit that does both, when the later one touches the lines that this one wrote; else None."""
        end = self.first + len(self.lines)
        later_end = later.first + later.removed
        if later.first > end or later_end < self.first:
            return None
        before = max(0, self.first - later.first)  # lines above ours that the later one takes too
        behind = max(0, later_end - end)
        head = self.lines[: max(0, later.first - self.first)]
        tail = self.lines[max(0, later_end - self.first) :]
        return LinesEdit(min(self.first, later.first), self.removed + before + behind, (*head, *later.lines, *tail))


class Typing(QObject):
    """`give(edit)` is called with each collected edit, in order."""

    def __init__(self, give: Callable[[LinesEdit], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._give = give
        self._pending: LinesEdit | None = None
        self._quiet = self._timer(QUIET_MS)
        self._patience = self._timer(PATIENCE_MS)

    def edit(self, first: int, removed: int, lines: Sequence[str]) -> None:
        edit = LinesEdit(first, removed, tuple(lines))
        if self._pending is not None:
            joined = self._pending.joined(edit)
            if joined is None:
                self.flush()
            edit = joined or edit
        self._pending = edit
        self._quiet.start()
        if not self._patience.isActive():
            self._patience.start()

    @Slot()
    def flush(self) -> None:
        """Hand over what is pending, now."""
        self._quiet.stop()
        self._patience.stop()
        edit, self._pending = self._pending, None
        if edit is not None:
            self._give(edit)

    def _timer(self, interval_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(self.flush)
        return timer
