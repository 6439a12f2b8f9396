"""The inspector's first tab: the segment under the cursor, who speaks in it, its takes, why it is stale, what was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QModelIndex, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.inspecting import SegmentView
from studio.qt.models.cast import CharacterRow
from studio.qt.models.takes import TakeModel, TakeRow
from studio.qt.peaks import Waveform
from studio.ui.lists import RowList
from studio.ui.rows import RowDelegate, right_text, small
from studio.ui.theme import Theme, theme_of
from studio.ui.widgets.icons import icon
from studio.ui.widgets.labels import ElidedLabel, SectionHeader

PeaksOf = Callable[[str], Waveform | None]


class SegmentPanel(QWidget):
    """`take_asked(key)` chooses, `listen_asked(key)` plays a take, `preview_asked(character)` a character's voice."""

    take_asked = Signal(str)
    listen_asked = Signal(str)
    preview_asked = Signal(str)
    voice_asked = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], peaks: PeaksOf, parent: QWidget | None = None) -> None:
        """`actions` by command id: segment.new-take, segment.swap, segment.render."""
        super().__init__(parent)
        self.takes = TakeModel(self)
        self._view: SegmentView | None = None
        self._people = QFrame()
        self._people.setProperty("role", "card")
        self._people_column = QVBoxLayout(self._people)
        self._people_column.setContentsMargins(8, 8, 8, 8)
        self._people_column.setSpacing(4)
        self._title = SectionHeader("")
        self._list = RowList(_("Takes"), self.takes, TakeDelegate(peaks), fits=True)
        self._list.clicked.connect(self._on_take)
        self._list.acted.connect(self._on_listen)
        self._note = _words("muted")
        self._sent = _words("muted")
        self._sent.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._sent_title = SectionHeader(_("What the engine is given"))
        self._empty = _words("muted")
        self._empty.setText(_("Put the cursor into a line that is spoken: its takes are listed here."))
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(12, 8, 12, 4)
        for name in ("segment.new-take", "segment.swap"):
            row.addWidget(_button(actions[name]))
        row.addStretch(1)
        self._lay_out()
        self.first_focus: QWidget = self._list
        self.show_segment(None)

    @property
    def view(self) -> SegmentView | None:
        return self._view

    def show_segment(self, view: SegmentView | None) -> None:
        """Show a segment, or what belongs here when there is none."""
        if view is not None and self._view is not None and view == self._view:
            return
        people_differ = view is None or self._view is None or view.characters != self._view.characters
        self._view = view
        for widget in (self._people, self._title, self._list, self._buttons, self._sent, self._sent_title):
            widget.setVisible(view is not None)
        self._empty.setVisible(view is None)
        self._note.setVisible(view is not None and bool(view.sentence))
        if view is None:
            return
        if people_differ:
            self._show_people(view.characters)
        lines = _("line {first}") if view.first_line == view.last_line else _("lines {first} to {last}")
        place = lines.format(first=view.first_line, last=view.last_line)
        takes = _("Takes of segment {number} · {place}") if view.takes else _("Segment {number} · {place}")
        self._title.setText(takes.format(number=view.number, place=place))
        self._title.setAccessibleName(self._title.text())
        self.takes.show(view.takes)
        self._list.setVisible(bool(view.takes))
        heard = next((number for number, row in enumerate(view.takes) if row.is_heard), None)
        if heard is not None:
            self._list.setCurrentIndex(self.takes.index(heard, 0))
        self._note.setText(view.sentence)
        self._sent.setText(view.sent)
        self._sent_title.setVisible(bool(view.sent))

    def peaks_ready(self) -> None:
        self._list.viewport().update()

    def show_theme(self) -> None:
        if self._view is not None:
            self._show_people(self._view.characters)

    def _show_people(self, characters: tuple[CharacterRow, ...]) -> None:
        while (item := self._people_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row in characters:
            person = PersonRow(row)
            person.listen.clicked.connect(lambda checked=False, name=row.name: self.preview_asked.emit(name))
            person.voice.clicked.connect(lambda checked=False, name=row.name: self.voice_asked.emit(name))
            self._people_column.addWidget(person)

    def _on_take(self, index: QModelIndex) -> None:
        row = self.takes.row_at(index)
        if isinstance(row, TakeRow) and not row.is_kept:
            self.take_asked.emit(row.key)

    def _on_listen(self, index: QModelIndex) -> None:
        row = self.takes.row_at(index)
        if isinstance(row, TakeRow):
            self.listen_asked.emit(row.key)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        cards = QVBoxLayout()
        cards.setContentsMargins(12, 0, 12, 0)
        cards.addWidget(self._people)
        column.addLayout(cards)
        for widget in (self._empty, self._title, self._list, self._buttons, self._note, self._sent_title, self._sent):
            column.addWidget(widget)
        column.addStretch(1)


class PersonRow(QWidget):
    """A speaker of the segment: initial in the speaker's colour, name, voice, and a button to hear the voice."""

    def __init__(self, row: CharacterRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme = theme_of()
        name = ElidedLabel(row.name or _("Narrator"))
        name.setProperty("role", "title")
        self.voice = QPushButton(_voice_words(row))
        self.voice.setProperty("flat", True)
        self.voice.setProperty("tint", "stale" if row.needs_choice else "muted")
        self.voice.setProperty("kind", "line")
        self.voice.setToolTip(_("Choose another voice for {name}").format(name=name.text()))
        self.voice.setAccessibleName(f"{name.text()}: {self.voice.text()}")
        self.listen = QToolButton()
        self.listen.setProperty("flat", True)
        self.listen.setIcon(icon("play", theme))
        self.listen.setFixedSize(32, 32)
        self.listen.setAccessibleName(_("Hear {name}").format(name=name.text()))
        self.listen.setToolTip(self.listen.accessibleName())
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        words.addWidget(self.voice, 0, Qt.AlignmentFlag.AlignLeft)
        row_layout = QHBoxLayout(self)
        row_layout.setContentsMargins(4, 2, 4, 2)
        row_layout.setSpacing(12)
        row_layout.addWidget(Portrait(name.text(), row.speaker))
        row_layout.addLayout(words, 1)
        row_layout.addWidget(self.listen)


class Portrait(QWidget):
    """A character's initial on a disc of the speaker's colour."""

    def __init__(self, name: str, speaker: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._initial = name[:1].upper()
        self._speaker = speaker
        self.setFixedSize(32, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.speaker_ground(self._speaker))
        painter.drawEllipse(self.rect())
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(theme.speaker(self._speaker))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._initial)
        painter.end()


class TakeDelegate(RowDelegate):
    """Letter, small waveform, length, the one word that matters."""

    height = 40

    def __init__(self, peaks: PeaksOf) -> None:
        super().__init__()
        self._peaks = peaks

    def paint_row(self, painter: QPainter, box: QRectF, row: object, theme: Theme) -> None:
        assert isinstance(row, TakeRow)
        painter.save()
        bold = QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), row.letter)
        painter.restore()
        tint = "stale" if not row.is_current else "muted"
        right_text(painter, box, row.finding, theme.color(tint))
        seconds = box.adjusted(0, 0, -52, 0)
        right_text(painter, seconds, _("{seconds:.1f} s").format(seconds=row.seconds), theme.color("muted"))
        wave = QRectF(box.left() + 28, box.top() + 8, box.width() - 28 - 52 - 56, box.height() - 16)
        self._paint_wave(painter, wave, row, theme)

    def _paint_wave(self, painter: QPainter, box: QRectF, row: TakeRow, theme: Theme) -> None:
        waveform = self._peaks(row.key)
        columns = max(1, int(box.width() / 2))
        painter.setPen(theme.speaker(0) if row.is_current else theme.color("muted"))
        middle, half = box.center().y(), box.height() / 2
        if waveform is None:
            painter.drawLine(QPointF(box.left(), middle), QPointF(box.right(), middle))
            return
        lows, highs = waveform.columns(0.0, waveform.seconds, columns)
        loudest = max(float(highs.max()), float(-lows.min()), 0.05)
        for number in range(columns):
            x = box.left() + number * 2
            top, bottom = float(highs[number]) / loudest, float(lows[number]) / loudest
            painter.drawLine(QPointF(x, middle - max(top, 0.02) * half), QPointF(x, middle - min(bottom, -0.02) * half))


def _voice_words(row: CharacterRow) -> str:
    words = row.voice_words if not row.is_missing else _("{voice} is missing").format(voice=row.voice)
    return f"{words} · " + _("seed {seed}").format(seed=row.seed) if row.seed is not None else words


def _button(action: QAction) -> QPushButton:
    """A button that is an action's, with its key beside the words."""
    key = action.shortcut().toString(action.shortcut().SequenceFormat.NativeText)
    button = QPushButton(f"{action.text().replace('&', '')}  {key}")
    button.setAccessibleName(action.text().replace("&", ""))
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    button.clicked.connect(action.trigger)
    return button


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(16, 4, 16, 4)
    label.setFont(small(label.font()))
    return label
