"""The inspector's render queue: what waits, runs, failed and why; pause, stop, render again, clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.models.queue import JobRow, QueueModel
from studio.ui.lists import RowList
from studio.ui.rows import JobDelegate


class QueuePanel(QWidget):
    """`segment_asked(id)` goes to a job's segment; `cancel_asked(job)`, `retry_asked(job)` and `moved` are for one job."""

    segment_asked = Signal(str)
    cancel_asked = Signal(int)
    retry_asked = Signal(int)
    moved = Signal(int, int)  # a job, one place up (-1) or down (1)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """`actions` by command id: render.pause, render.stop, render.retry, render.clear."""
        super().__init__(parent)
        self.model = QueueModel(self)
        self._list = RowList(_("Render queue"), self.model, JobDelegate())
        self._list.acted.connect(self._go)
        self._list.clicked.connect(self._go)
        self._list.selectionModel().currentChanged.connect(self._on_current)
        self._empty = _label(_("Nothing is waiting. Ctrl+Shift+Enter renders what changed."))
        self._error = _label("")
        self._error.setProperty("role", "error")
        self._cancel = QPushButton(_("Take out"))
        self._cancel.clicked.connect(self._on_cancel)
        self._retry = QPushButton(_("Retry"))
        self._retry.setAccessibleName(_("Retry this segment"))
        self._retry.setToolTip(self._retry.accessibleName())
        self._retry.clicked.connect(self._on_retry)
        self._sooner = QPushButton(_("Sooner"))
        self._later = QPushButton(_("Later"))
        self._sooner.clicked.connect(lambda: self._move(-1))
        self._later.clicked.connect(lambda: self._move(1))
        buttons = [_act(actions[name]) for name in ("render.pause", "render.stop", "render.retry", "render.clear")]
        grid = QGridLayout()
        grid.setContentsMargins(12, 8, 12, 8)
        for number, button in enumerate((self._sooner, self._later, self._cancel, self._retry)):
            grid.addWidget(button, 0, number)
        for number, button in enumerate(buttons):
            grid.addWidget(button, 1 + number // 2, number % 2 * 2, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._empty)
        column.addWidget(self._list, 1)
        column.addWidget(self._error)
        column.addLayout(grid)
        self.first_focus: QWidget = self._list
        self.show_jobs(())

    def show_jobs(self, rows: Sequence[JobRow]) -> None:
        self.model.show(rows)
        self._empty.setVisible(not rows)
        self._list.setVisible(bool(rows))
        self._on_current(self._list.currentIndex())

    def _on_current(self, index: QModelIndex) -> None:
        row = self.model.row_at(self._list.currentIndex())
        state = row.state if row is not None else ""
        self._cancel.setEnabled(state in ("waiting", "running", "failed"))
        self._retry.setEnabled(state == "failed")
        self._sooner.setEnabled(state == "waiting")
        self._later.setEnabled(state == "waiting")
        self._error.setText(row.error if row is not None else "")
        self._error.setVisible(bool(row is not None and row.error))

    def _go(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if isinstance(row, JobRow):
            self.segment_asked.emit(row.segment)

    def _on_cancel(self) -> None:
        row = self.model.row_at(self._list.currentIndex())
        if row is not None:
            self.cancel_asked.emit(row.id)

    def _on_retry(self) -> None:
        row = self.model.row_at(self._list.currentIndex())
        if row is not None:
            self.retry_asked.emit(row.id)

    def _move(self, step: int) -> None:
        row = self.model.row_at(self._list.currentIndex())
        if row is not None:
            self.moved.emit(row.id, step)


def _act(action: QAction) -> QPushButton:
    button = QPushButton(action.text().replace("&", ""))
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    return button


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    label.setContentsMargins(16, 4, 16, 4)
    return label
