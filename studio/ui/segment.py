"""The inspector's first tab: the segment under the cursor, who speaks in it, its takes, why it is stale, what was sent."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from studio.i18n import _
from studio.qt.inspecting import SegmentView
from studio.qt.models.cast import CharacterRow
from studio.ui.rows import small
from studio.ui.takes.row import PeaksOf
from studio.ui.takes.section import TakesSection
from studio.ui.theme import theme_of
from studio.ui.widgets.icons import icon
from studio.ui.widgets.labels import ElidedLabel, SectionHeader


class SegmentPanel(QWidget):
    """`take_asked(key)` chooses, `listen_asked(key)` plays a take, `preview_asked(character)` a character's voice."""

    take_asked = Signal(str)
    listen_asked = Signal(str)
    preview_asked = Signal(str)
    voice_asked = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], peaks: PeaksOf, parent: QWidget | None = None) -> None:
        """`actions` by command id: those of the menus of segments and takes."""
        super().__init__(parent)
        self.section = TakesSection(actions, peaks)
        self.takes = self.section.model
        self.section.take_asked.connect(self.take_asked)
        self.section.listen_asked.connect(self.listen_asked)
        self._view: SegmentView | None = None
        self._people = QFrame()
        self._people.setProperty("role", "card")
        self._people_column = QVBoxLayout(self._people)
        self._people_column.setContentsMargins(8, 8, 8, 8)
        self._people_column.setSpacing(4)
        self._note = _words("muted")
        self._sent = _words("muted")
        self._sent.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._sent_title = SectionHeader(_("What the engine is given"))
        self._empty = _words("muted")
        self._empty.setText(_("Put the cursor into a line that is spoken: its takes are listed here."))
        self._lay_out()
        self.first_focus: QWidget = self.section.list
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
        for widget in (self._people, self.section, self._sent, self._sent_title):
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
        self.section.show_takes(view.id, takes.format(number=view.number, place=place), view.takes)
        self._note.setText(view.sentence)
        self._sent.setText(view.sent)
        self._sent_title.setVisible(bool(view.sent))

    def peaks_ready(self) -> None:
        self.section.peaks_ready()

    def show_theme(self) -> None:
        if self._view is not None:
            self._show_people(self._view.characters)

    def _show_people(self, characters: tuple[CharacterRow, ...]) -> None:
        while (item := self._people_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()  # it goes a little later, and is not to be seen beneath the new one until then
                widget.deleteLater()
        for row in characters:
            person = PersonRow(row)
            person.listen.clicked.connect(lambda checked=False, name=row.name: self.preview_asked.emit(name))
            person.voice.clicked.connect(lambda checked=False, name=row.name: self.voice_asked.emit(name))
            self._people_column.addWidget(person)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        cards = QVBoxLayout()
        cards.setContentsMargins(12, 0, 12, 0)
        cards.addWidget(self._people)
        column.addLayout(cards)
        for widget in (self._empty, self.section, self._note, self._sent_title, self._sent):
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


def _voice_words(row: CharacterRow) -> str:
    words = row.voice_words if not row.is_missing else _("{voice} is missing").format(voice=row.voice)
    return f"{words} · " + _("seed {seed}").format(seed=row.seed) if row.seed is not None else words


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(16, 4, 16, 4)
    label.setFont(small(label.font()))
    return label
