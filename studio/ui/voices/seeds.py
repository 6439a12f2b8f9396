"""The search for a seed: one line spoken by many, heard as they come, one kept. Stands beside the window."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from random import SystemRandom

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.voices import Voice
from studio.i18n import _
from studio.qt import places
from studio.qt.models.rows import RowModel
from studio.qt.recasting import MAX_SEED
from studio.qt.seedsearch import MOST, Candidate, SeedSearch
from studio.qt.workspace import Workspace
from studio.ui.errors import Notice
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, left_text, right_text
from studio.ui.theme import Theme
from studio.ui.widgets.numbers import plain

USUAL = 6


@dataclass(frozen=True, slots=True)
class CandidateRow:
    number: int
    seed: int
    seconds: float


class CandidateModel(RowModel[CandidateRow]):
    def key(self, row: CandidateRow) -> Hashable:
        return row.seed

    def text(self, row: CandidateRow) -> str:
        return _("Voice {number}, seed {seed}").format(number=row.number, seed=row.seed)

    def spoken(self, row: CandidateRow) -> str:
        return f"{self.text(row)}, " + _("{seconds:.1f} seconds").format(seconds=row.seconds)


class CandidateDelegate(RowDelegate):
    """The number of the candidate, its seed, its length."""

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, CandidateRow)
        used = right_text(painter, box, _("{seconds:.1f} s").format(seconds=row.seconds), theme.color("muted"))
        words = _("Voice {number} · seed {seed}").format(number=row.number, seed=row.seed)
        left_text(painter, box.adjusted(0, 0, -used, 0), words, theme.color("text"))


class SeedSearchDialog(QDialog):
    """`kept(Voice)`: a voice without a name that lives by the seed that was kept."""

    kept = Signal(object)

    def __init__(self, work: Workspace, base: Voice | None = None, parent: QWidget | None = None) -> None:
        """`base` lends its settings, such as the variant of the draft voice."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("New voice by seed"))
        self.resize(520, 500)
        self._work = work
        self._base = Voice("", settings=base.settings if base is not None else (), language=base.language if base else "en")
        self.search = SeedSearch(work.thread_, places.previews_folder(), self)
        self.model = CandidateModel(self)
        self._paths: dict[int, Candidate] = {}
        self.notice = Notice()
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("A line of yours; empty: one that fits everybody"))
        self.amount = _spin(1, MOST, USUAL)
        self.first = _spin(0, MAX_SEED, SystemRandom().randrange(1, 100_000))
        self.list = RowList(_("Candidates"), self.model, CandidateDelegate())
        self.empty = QLabel(
            _("Each seed is another voice. Choose a line and how many to try, listen as they come (Enter), and keep one.")
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress of the search"))
        self.start_button, self.hear, self.keep = QPushButton(_("Try them")), QPushButton(_("Hear it")), QPushButton()
        self.keep.setText(_("Keep this voice"))
        self.keep.setProperty("main", True)
        self.close_button = QPushButton(_("Close"))
        self._lay_out()
        self._connect()
        self._update()

    def start(self) -> None:
        """Begin, or stop the search that goes on."""
        if self.search.is_searching:
            self.search.stop()
            return
        self.notice.hide()
        self._paths = {}
        self.model.show([])
        self.search.start(self.amount.value(), self.first.value(), self.line.text(), self._base)

    def hear_current(self) -> None:
        candidate = self._current()
        if candidate is not None and self._work.session is not None:
            self._work.previewing.hear_file(candidate.path, candidate.seconds)

    def keep_current(self) -> None:
        candidate = self._current()
        if candidate is None:
            return
        try:
            seed = self.search.keep(candidate.seed)
        except StudioError as error:
            self.notice.show_error(error)
            return
        self.kept.emit(replace(self._base, seed=seed))
        self.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.search.stop()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        self.search.stop()
        super().done(result)

    def _current(self) -> Candidate | None:
        row = self.model.row_at(self.list.currentIndex())
        return self._paths.get(row.seed) if row is not None else None

    def _on_found(self, candidate: Candidate) -> None:
        self._paths[candidate.seed] = candidate
        found = self.search.candidates
        self.model.show([CandidateRow(number, one.seed, one.seconds) for number, one in enumerate(found, 1)])
        if not self.list.selectionModel().hasSelection():
            self.list.setCurrentIndex(self.model.index(0, 0))
        self._update()

    def _update(self, *_args: object) -> None:
        count, is_on = self.model.rowCount(), self.search.is_searching
        self.list.setVisible(count > 0)
        self.empty.setVisible(not count)
        self.start_button.setText(_("Stop") if is_on else _("Try them"))
        self.progress.setVisible(is_on)
        self.progress.setRange(0, max(1, self.search.wanted))
        self.progress.setValue(count)
        said = _("{count} of {wanted}").format(count=count, wanted=self.search.wanted) if is_on or count else ""
        self.state.setText(said)
        for button in (self.hear, self.keep):
            button.setEnabled(self._current() is not None)

    def _connect(self) -> None:
        self.search.found.connect(self._on_found)
        self.search.changed.connect(self._update)
        self.search.ended.connect(self._update)
        self.search.trouble.connect(self.notice.show_error)
        self.list.acted.connect(lambda *_args: self.hear_current())
        self.list.selectionModel().currentChanged.connect(self._update)
        self.start_button.clicked.connect(self.start)
        self.hear.clicked.connect(self.hear_current)
        self.keep.clicked.connect(self.keep_current)
        self.close_button.clicked.connect(self.reject)
        self.line.returnPressed.connect(self.start)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields: tuple[tuple[str, QWidget], ...] = (
            (_("Line"), self.line),
            (_("How many seeds"), self.amount),
            (_("First seed"), self.first),
        )
        for label, field in fields:
            field.setAccessibleName(label)
            form.addRow(label, field)
        going = QHBoxLayout()
        going.addWidget(self.start_button)
        going.addWidget(self.state)
        going.addWidget(self.progress, 1)
        going.addStretch(0)
        buttons = QHBoxLayout()
        buttons.addWidget(self.hear)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.notice)
        column.addLayout(form)
        column.addLayout(going)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        column.addLayout(buttons)
        for button in (self.start_button, self.hear, self.keep, self.close_button):
            button.setAutoDefault(False)


def _spin(low: int, high: int, value: int) -> QSpinBox:
    field = plain(QSpinBox())
    field.setRange(low, high)
    field.setValue(value)
    return field
