"""Who says this line: every character and voice by name, found by typing, chosen by Enter. Opens over the window."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from studio.core.overriding import Said
from studio.i18n import _
from studio.qt.models.rows import RowModel
from studio.qt.voices import Voices
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, left_text, right_text
from studio.ui.theme import Theme

MOST = 200  # rows that are shown; who wants another types


@dataclass(frozen=True, slots=True)
class LineVoice:
    """A choice: what is `written` into the direction ("" is what the cast says), and the library's voice it needs, if any."""

    written: str
    title: str
    kind: str
    voice: str = ""


class LineVoiceModel(RowModel[LineVoice]):
    def key(self, row: LineVoice) -> Hashable:
        return row.written, row.kind

    def text(self, row: LineVoice) -> str:
        return row.title

    def spoken(self, row: LineVoice) -> str:
        return f"{row.title}, {row.kind}"


class LineVoiceDelegate(RowDelegate):
    """The name, and what it is."""

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, LineVoice)
        used = right_text(painter, box, row.kind, theme.color("muted"))
        left_text(painter, box.adjusted(0, 0, -used, 0), row.title, theme.color("text"))


class VoiceChooser(QDialog):
    """`chosen(LineVoice)`; Esc closes it and nothing is changed."""

    chosen = Signal(object)

    def __init__(self, said: Said, cast: Sequence[str], voices: Voices, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = _("Say “{words}” with").format(words=_shortened(said.text))
        self.setAccessibleName(name)
        self._said = said
        self._cast = cast
        self._voices = voices
        self.model = LineVoiceModel(self)
        self.field = QLineEdit()
        self.field.setPlaceholderText(name)
        self.field.setAccessibleName(name)
        self.list = RowList(_("Voices"), self.model, LineVoiceDelegate())
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self._take)
        self.field.textChanged.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        self.resize(self.sizeHint())
        self.setFocusProxy(self.field)
        self._show("")

    def sizeHint(self) -> QSize:
        return QSize(460, 380)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, here = event.key(), self.list.currentIndex().row()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.list.currentIndex())
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}[Qt.Key(key)]
            row = max(0, min(here + step, self.model.rowCount() - 1))
            self.list.setCurrentIndex(self.model.index(row, 0))
        else:
            super().keyPressEvent(event)

    def _show(self, text: str) -> None:
        words = text.casefold().split()
        rows = [row for row in self._rows(text) if all(word in f"{row.title} {row.kind}".casefold() for word in words)]
        self.model.show(rows[:MOST])
        self.list.setCurrentIndex(self.model.index(0, 0))

    def _rows(self, text: str) -> list[LineVoice]:
        rows = [LineVoice("", _("as the cast says"), _("this line's own speaker"))] if self._said.voice else []
        rows += [LineVoice(name, name, _("character")) for name in self._cast if name and name != self._said.character]
        taken = set(self._cast)
        for voice in self._voices.on_offer():
            if voice.name in taken or "/" in voice.name:
                continue  # the script would mean the character, or a style
            rows.append(LineVoice(voice.name, voice.name, _("voice"), voice.name))
            rows += [
                LineVoice(f"{voice.name}/{one.style}", f"{voice.name} / {one.style}", _("style"), voice.name)
                for one in voice.samples
                if one.style
            ]
        return rows

    def _take(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if row is not None:
            self.accept()
            self.chosen.emit(row)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:38].rstrip()}…"
