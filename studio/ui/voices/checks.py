"""What the sample doctor found: a row for each check with its mark, its sentence, its word, and what would mend it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.core.prompts import TITLES, Check, Remedy, Verdict
from studio.i18n import N_, _
from studio.qt.models.rows import RowModel
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, right_text, small
from studio.ui.theme import Theme
from studio.ui.widgets.marks import paint_mark

# verdict -> (the shape of its mark, the token of its colour, its word)
LOOKS = {
    Verdict.GOOD: ("rendered", "rendered", N_("good")),
    Verdict.DOUBTFUL: ("stale", "stale", N_("doubtful")),
    Verdict.BAD: ("failed", "failed", N_("bad")),
}
_WEIGHT = {Verdict.BAD: 0, Verdict.DOUBTFUL: 1, Verdict.GOOD: 2}


@dataclass(frozen=True, slots=True)
class CheckRow:
    check: Check

    @property
    def word(self) -> str:
        return _(LOOKS[self.check.verdict][2])

    @property
    def remedy(self) -> str:
        """What would mend it, "" where nothing would or need."""
        remedy = self.check.remedy
        return _(TITLES[remedy]) if remedy is not None and self.check.verdict is not Verdict.GOOD else ""


class CheckModel(RowModel[CheckRow]):
    """What is wrong stands first."""

    def show_checks(self, checks: Sequence[Check]) -> None:
        self.show([CheckRow(check) for check in sorted(checks, key=lambda check: _WEIGHT[check.verdict])])

    def key(self, row: CheckRow) -> Hashable:
        return row.check.trait

    def text(self, row: CheckRow) -> str:
        return f"{row.word}: {row.check.sentence()}"

    def spoken(self, row: CheckRow) -> str:
        said = self.text(row)
        return _("{check} Enter mends it: {remedy}.").format(check=said, remedy=row.remedy) if row.remedy else said

    def hint(self, row: CheckRow) -> str:
        return self.spoken(row)


class CheckDelegate(RowDelegate):
    """Mark and sentence, in two lines where it needs them; its word at the right."""

    height = 38

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, CheckRow)
        mark, tint, _word = LOOKS[row.check.verdict]
        paint_mark(painter, QRectF(box.left() - 6, box.center().y() - 8, 16, 16), mark, theme.color(tint))
        used = right_text(painter, box, row.word, theme.color(tint))
        painter.setFont(small(painter.font()))
        painter.setPen(theme.color("text"))
        words = box.adjusted(18, 2, -used - 4, -2)
        painter.drawText(words, int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter), row.check.sentence())


class CheckList(QWidget):
    """`mend_asked(Remedy)` by Enter on a row, or by the button that names what would mend the current one."""

    mend_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = CheckModel(self)
        self.list = RowList(_("What the sample is like"), self.model, CheckDelegate())
        self.list.acted.connect(self._on_acted)
        self.list.selectionModel().currentChanged.connect(lambda *_args: self._show_remedy())
        self.mend = QPushButton()
        self.mend.clicked.connect(lambda: self._on_acted(self.list.currentIndex()))
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.mend)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self.show_checks(())

    def show_checks(self, checks: Sequence[Check]) -> None:
        before = self._row()
        self.model.show_checks(checks)
        here = self.model.index_of(before.check.trait) if before is not None and before.remedy else QModelIndex()
        if not here.isValid() or not self._has_remedy(here):
            first = next((number for number, row in enumerate(self.model.rows) if row.remedy), 0)
            here = self.model.index(first, 0)
        self.list.setCurrentIndex(here)
        self._show_remedy()

    def _has_remedy(self, index: QModelIndex) -> bool:
        row = self.model.row_at(index)
        return row is not None and bool(row.remedy)

    def _row(self) -> CheckRow | None:
        return self.model.row_at(self.list.currentIndex())

    def _show_remedy(self) -> None:
        row = self._row()
        self.mend.setText(row.remedy if row is not None and row.remedy else _("Nothing to mend here"))
        self.mend.setEnabled(row is not None and bool(row.remedy))

    def _on_acted(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None and row.remedy:
            remedy: Remedy | None = row.check.remedy
            self.mend_asked.emit(remedy)


def verdict_word(verdict: Verdict) -> str:
    return _(LOOKS[verdict][2])
