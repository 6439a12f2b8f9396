"""The seeds of a voice: the one it lives by, and those that were tried, with how often they did well."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from studio.core import seeds
from studio.core.voices import Voice
from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.recasting import MAX_SEED
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, left_text, right_text
from studio.ui.theme import Theme
from studio.ui.widgets.numbers import plain

NO_SEED = -1


@dataclass(frozen=True, slots=True)
class SeedRow:
    """`wins` of `tries` takes with this seed were the best, or good enough."""

    seed: int
    wins: int
    tries: int
    is_own: bool

    @property
    def words(self) -> str:
        tried = _("{wins} of {tries} did well").format(wins=self.wins, tries=self.tries) if self.tries else _("not tried yet")
        return f"{_('the voice’s own')} · {tried}" if self.is_own else tried


class SeedModel(RowModel[SeedRow]):
    def key(self, row: SeedRow) -> Hashable:
        return row.seed

    def text(self, row: SeedRow) -> str:
        return _("seed {seed}").format(seed=row.seed)

    def spoken(self, row: SeedRow) -> str:
        return f"{self.text(row)}, {row.words}"


class SeedDelegate(RowDelegate):
    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, SeedRow)
        used = right_text(painter, box, row.words, theme.color("muted"))
        left_text(painter, box.adjusted(0, 0, -used, 0), str(row.seed), theme.color("text"))


class SeedBank(QWidget):
    """`changed` after every edit, `hear_asked(seed)` to hear the voice with a seed."""

    changed = Signal()
    hear_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._voice = Voice("")
        why = QLabel(
            _(
                "A seed decides how a voice without a sample sounds, the same every time. With a sample, seeds are only tried "
                "for further takes; what does well gains rank."
            )
        )
        why.setWordWrap(True)
        why.setProperty("role", "muted")
        self.own = plain(QSpinBox())
        self.own.setRange(NO_SEED, MAX_SEED)
        self.own.setSpecialValueText(_("none"))
        self.own.setAccessibleName(_("Seed of the voice"))
        self.model = SeedModel(self)
        self.list = RowList(_("Seeds that were tried"), self.model, SeedDelegate())
        self.hear, self.use, self.drop = QPushButton(_("Hear it")), QPushButton(_("Live by it")), QPushButton(_("Remove"))
        self.drop.setAccessibleName(_("Remove this seed"))
        label = QLabel(_("Seed"))
        label.setBuddy(self.own)
        top = QHBoxLayout()
        top.addWidget(label)
        top.addWidget(self.own, 1)
        row = QHBoxLayout()
        for button in (self.hear, self.use, self.drop):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(12)
        column.addWidget(why)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self.own.valueChanged.connect(self._on_own)
        self.list.acted.connect(lambda *_args: self._on_hear())
        self.list.selectionModel().currentChanged.connect(lambda *_args: self._update())
        self.hear.clicked.connect(self._on_hear)
        self.use.clicked.connect(self._on_use)
        self.drop.clicked.connect(self._on_drop)

    def show_voice(self, voice: Voice) -> None:
        self._voice = voice
        self.own.blockSignals(True)
        self.own.setValue(NO_SEED if voice.seed is None else voice.seed)
        self.own.blockSignals(False)
        self._show()

    def voice(self, voice: Voice) -> Voice:
        """That voice, with the seeds that stand here."""
        return replace(voice, seed=self._voice.seed, seeds=self._voice.seeds)

    def _show(self) -> None:
        ranks = {one.seed: one for one in self._voice.seeds}
        rows = []
        for seed in seeds.in_order(self._voice):
            rank = ranks.get(seed)
            rows.append(SeedRow(seed, rank.wins if rank else 0, rank.tries if rank else 0, is_own=seed == self._voice.seed))
        self.model.show(rows)
        self._update()

    def _row(self) -> SeedRow | None:
        index: QModelIndex = self.list.currentIndex()
        return self.model.row_at(index)

    def _update(self) -> None:
        row = self._row()
        for button in (self.hear, self.use, self.drop):
            button.setEnabled(row is not None)
        self.use.setEnabled(row is not None and not row.is_own)

    def _on_own(self, value: int) -> None:
        self._change(replace(self._voice, seed=None if value == NO_SEED else value))

    def _on_use(self) -> None:
        row = self._row()
        if row is not None:
            before = self._voice if self._voice.seed is None else seeds.kept(self._voice, self._voice.seed)
            self.show_voice(replace(before, seed=row.seed))
            self.changed.emit()

    def _on_drop(self) -> None:
        row = self._row()
        if row is not None:
            left = tuple(one for one in self._voice.seeds if one.seed != row.seed)
            self.show_voice(replace(self._voice, seed=None if row.is_own else self._voice.seed, seeds=left))
            self.changed.emit()

    def _on_hear(self) -> None:
        row = self._row()
        if row is not None:
            self.hear_asked.emit(row.seed)

    def _change(self, voice: Voice) -> None:
        self._voice = voice
        self._show()
        self.changed.emit()
