"""The inspector's list of problems: go there, mend it, mend all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.core.diagnostics import Diagnostic
from studio.i18n import _, counted
from studio.qt.models.problems import ProblemModel, ProblemRow
from studio.ui.lists import RowList
from studio.ui.rows import ProblemDelegate


class ProblemsPanel(QWidget):
    """`place_asked(line, column)` goes to a problem (0-based); `fix_asked(Diagnostic)` mends it."""

    place_asked = Signal(int, int)
    fix_asked = Signal(object)

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        """`actions` by command id: edit.mend-all."""
        super().__init__(parent)
        self.model = ProblemModel(self)
        self._list = RowList(_("Problems"), self.model, ProblemDelegate())
        self._list.clicked.connect(self._go)
        self._list.acted.connect(self._go)
        self._list.selectionModel().currentChanged.connect(self._on_current)
        self._empty = QLabel(_("Nothing to mend. Problems of the script are listed here as you write."))
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "muted")
        self._empty.setContentsMargins(16, 12, 16, 12)
        self._fix = QPushButton(_("Mend this problem"))
        self._fix.clicked.connect(self._mend)
        self._all = QPushButton(_("Mend all"))
        self._all.clicked.connect(actions["edit.mend-all"].trigger)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self._fix)
        row.addWidget(self._all)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._empty)
        column.addWidget(self._list, 1)
        column.addLayout(row)
        column.addStretch(0)
        self.first_focus: QWidget = self._list
        self.show_problems((), can_write=False)

    def show_problems(self, problems: Sequence[Diagnostic], *, can_write: bool) -> None:
        self.model.show_problems(problems)
        self._empty.setVisible(not problems)
        self._list.setVisible(bool(problems))
        self._all.setVisible(bool(problems))
        self._all.setEnabled(can_write and any(one.fix is not None and one.fix.safe for one in problems))
        self._all.setToolTip(counted(len(problems), _("problem"), _("problems")))
        self._fix.setVisible(bool(problems))
        self._can_write = can_write
        self._on_current(self._list.currentIndex())

    def _current(self) -> Diagnostic | None:
        row = self.model.row_at(self._list.currentIndex())
        return row.problem if isinstance(row, ProblemRow) else None

    def _go(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if isinstance(row, ProblemRow):
            self.place_asked.emit(row.problem.line, row.problem.column)

    def _on_current(self, index: QModelIndex) -> None:
        problem = self._current()
        self._fix.setEnabled(self._can_write and problem is not None and problem.fix is not None)

    def _mend(self) -> None:
        problem = self._current()
        if problem is not None and problem.fix is not None:
            self.fix_asked.emit(problem)
