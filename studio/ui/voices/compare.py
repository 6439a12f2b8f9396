"""Two voices side by side: what sets them apart, and both to hear."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.core.compare import differences
from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.workspace import Workspace
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, left_text, small
from studio.ui.theme import Theme


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One thing that is not the same; "" is nothing."""

    what: str
    one: str
    other: str


class DifferenceModel(RowModel[DifferenceRow]):
    def key(self, row: DifferenceRow) -> Hashable:
        return row.what

    def text(self, row: DifferenceRow) -> str:
        return row.what

    def spoken(self, row: DifferenceRow) -> str:
        return _("{what}: {one} against {other}").format(
            what=row.what, one=row.one or _("nothing"), other=row.other or _("nothing")
        )

    def hint(self, row: DifferenceRow) -> str:
        return f"{row.one or '–'}\n{row.other or '–'}"


class DifferenceDelegate(RowDelegate):
    """What differs, over the two sides."""

    height = 48

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, DifferenceRow)
        half = box.width() / 2
        painter.save()
        painter.setFont(small(painter.font()))
        left_text(painter, QRectF(box.left(), box.top() + 4, box.width(), 18), row.what, theme.color("muted"))
        painter.restore()
        lower = QRectF(box.left(), box.top() + 22, half - 12, 22)
        left_text(painter, lower, row.one or "–", theme.color("text"))
        left_text(painter, lower.translated(half, 0), row.other or "–", theme.color("text"))


class CompareDialog(QDialog):
    """Stands beside the window; each side is chosen from all voices."""

    def __init__(self, work: Workspace, one: str, other: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Compare voices"))
        self.resize(560, 420)
        self._work = work
        names = [voice.name for voice in work.voices.on_offer()]
        other = other or next((name for name in names if name != one), one)
        self.model = DifferenceModel(self)
        self.list = RowList(_("What sets them apart"), self.model, DifferenceDelegate())
        self._same = QLabel(_("These two are the same in everything."))
        self._same.setProperty("role", "muted")
        self._same.setContentsMargins(16, 8, 16, 8)
        sides = QHBoxLayout()
        self._sides: list[QComboBox] = []
        for name, words in ((one, _("One voice")), (other, _("The other voice"))):
            box = QComboBox()
            box.addItems(names)
            box.setCurrentText(name)
            box.setAccessibleName(words)
            box.currentTextChanged.connect(self._show)
            hear = QPushButton(_("Hear it"))
            hear.setAccessibleName(_("Hear: {name}").format(name=words))
            hear.clicked.connect(lambda _checked=False, box=box: self._hear(box.currentText()))
            self._sides.append(box)
            sides.addWidget(box, 1)
            sides.addWidget(hear)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(sides)
        column.addWidget(self._same)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        work.voices.changed.connect(self._show)
        self._show()

    def _show(self, *_args: object) -> None:
        one, other = (self._work.voices.find(box.currentText()) for box in self._sides)
        found = differences(one, other) if one is not None and other is not None else ()
        self.model.show([DifferenceRow(row.what, row.one, row.other) for row in found if row.what != "name"])
        is_same = not self.model.rowCount()
        self._same.setVisible(is_same)
        self.list.setVisible(not is_same)

    def _hear(self, name: str) -> None:
        voice, session = self._work.voices.find(name), self._work.session
        if voice is not None and session is not None:
            self._work.previewing.hear_voice(voice, session.casting)
