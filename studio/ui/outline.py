"""The left panel: chapters with the share that is rendered, the cast with their voices, the sounds the script names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from studio.core.voices import Voice
from studio.i18n import _
from studio.qt.models.cast import CastModel, CharacterRow
from studio.qt.models.chapters import ChapterModel, ChapterRow
from studio.qt.outlining import Outline
from studio.ui.lists import RowList
from studio.ui.rows import CastDelegate, ChapterDelegate
from studio.ui.widgets.labels import ElidedLabel, SectionHeader

WIDTH = 208
EffectOf = Callable[[str, str, str, Callable[[str], None]], None]
MOST_VOICES = 24  # in the menu of a character


class OutlinePanel(QScrollArea):
    """`line_asked(line)` goes to a chapter (from 0), `preview_asked(name)` plays, `voice_asked(name, voice, style)` casts."""

    line_asked = Signal(int)
    voice_asked = Signal(str, str, str)  # a character, a voice, a style of it
    choose_asked = Signal(str)  # a character, whose voice is chosen among all
    preview_asked = Signal(str)
    another_asked = Signal(str)  # the next voice of its own for a character

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outline")
        self.setAccessibleName(_("Outline"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(150)
        self._voices: Sequence[Voice] = ()
        self.effect_of: EffectOf = lambda *_args: None  # says what a voice would do, in words
        self.chapters = ChapterModel(self)
        self.cast = CastModel(self)
        self._chapter_list = RowList(_("Chapters"), self.chapters, ChapterDelegate(), fits=True)
        self._cast_list = RowList(_("Cast"), self.cast, CastDelegate(), fits=True)
        self._chapter_list.clicked.connect(self._on_chapter)
        self._chapter_list.acted.connect(self._on_chapter)
        self._cast_list.clicked.connect(self._on_character)
        self._cast_list.acted.connect(self._on_character)
        self._empty = _hint(_("A line that begins with # starts a chapter."))
        self._nobody = _hint(_("A name in square brackets, such as [Maya], lets somebody speak."))
        self._sounds_header = SectionHeader(_("Sounds"))
        self._sounds = QVBoxLayout()
        self._sounds.setContentsMargins(16, 0, 16, 0)
        self._sounds.setSpacing(4)
        body = QWidget()
        body.setObjectName("outline-body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(0)
        column.addWidget(SectionHeader(_("Chapters")))
        column.addWidget(self._empty)
        column.addWidget(self._chapter_list)
        column.addWidget(SectionHeader(_("Cast")))
        column.addWidget(self._nobody)
        column.addWidget(self._cast_list)
        column.addWidget(self._sounds_header)
        column.addLayout(self._sounds)
        column.addStretch(1)
        self.setWidget(body)
        self.first_focus: QWidget = self._chapter_list

    def show_outline(self, outline: Outline, voices: Sequence[Voice]) -> None:
        self._voices = voices
        self.chapters.show(outline.chapters)
        self.cast.show(outline.characters)
        self._empty.setVisible(not outline.chapters)
        self._chapter_list.setVisible(bool(outline.chapters))
        self._nobody.setVisible(not outline.characters)
        self._cast_list.setVisible(bool(outline.characters))
        self._show_sounds(outline.sounds)

    def anything(self) -> QWidget:
        """What can take the focus here when there are no chapters."""
        return self._cast_list if self.cast.rowCount() else self.verticalScrollBar()

    def show_chapter(self, line: int) -> None:
        """Mark the chapter that a line of the script lies in."""
        before = [number for number, row in enumerate(self.chapters.rows) if row.line <= line]
        index = self.chapters.index(before[-1] if before else 0, 0)
        if index != self._chapter_list.currentIndex():
            self._chapter_list.setCurrentIndex(index)

    def voice_menu(self, row: CharacterRow) -> QMenu:
        """The voices a character can have; what is cast now is checked."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        listen = menu.addAction(_("Hear {name}").format(name=row.name or _("Narrator")))
        listen.triggered.connect(lambda: self.preview_asked.emit(row.name))
        menu.addSeparator()
        own = _add_voice(menu, _("A voice of its own"), not row.voice and row.seed is not None)
        own.triggered.connect(lambda: self.voice_asked.emit(row.name, "", ""))
        menu.addAction(_("Another voice of its own")).triggered.connect(lambda: self.another_asked.emit(row.name))
        menu.addSeparator()
        for voice in self._offered(row):
            self._add_voices(menu, row, voice)
        menu.addSeparator()
        menu.addAction(_("All voices…")).triggered.connect(lambda: self.choose_asked.emit(row.name))
        return menu

    def _offered(self, row: CharacterRow) -> list[Voice]:
        """The voices of a menu: few enough to look through, those of this cast first. All of them are in the voices' tab."""
        used = {one.voice for one in self.cast.rows}
        return sorted(self._voices, key=lambda voice: (voice.name != row.voice, voice.name not in used))[:MOST_VOICES]

    def _add_voices(self, menu: QMenu, row: CharacterRow, voice: Voice) -> None:
        """A voice, and each style that it has."""
        styles = ["", *(one.style for one in voice.samples if one.style)]
        for style in styles:
            action = _add_voice(
                menu, f"{voice.name} / {style}" if style else voice.name, (voice.name, style) == (row.voice, row.style)
            )
            action.triggered.connect(
                lambda checked=False, name=voice.name, style=style: self.voice_asked.emit(row.name, name, style)
            )
            action.hovered.connect(
                lambda action=action, name=voice.name, style=style: self._show_effect(action, row, name, style)
            )

    def _show_effect(self, action: QAction, row: CharacterRow, name: str, style: str) -> None:
        """What the voice would make stale, in the tooltip of the one that is looked at."""

        def show(words: str) -> None:
            if isValid(action):  # the menu may be gone by then
                action.setToolTip(words or action.text())

        self.effect_of(row.name, name, style, show)

    def _show_sounds(self, sounds: Sequence[tuple[str, float]]) -> None:
        while (item := self._sounds.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for name, level_db in sounds:
            words = f"♪ {name}" + (f"  {level_db:+.0f} dB".replace("-", "−") if level_db else "")
            self._sounds.addWidget(ElidedLabel(words))
        self._sounds_header.setVisible(bool(sounds))

    def _on_chapter(self, index: QModelIndex) -> None:
        row = self.chapters.row_at(index)
        if isinstance(row, ChapterRow):
            self.line_asked.emit(row.line)

    def _on_character(self, index: QModelIndex) -> None:
        row = self.cast.row_at(index)
        if isinstance(row, CharacterRow):
            box = self._cast_list.visualRect(index)
            self.voice_menu(row).popup(self._cast_list.viewport().mapToGlobal(QPoint(box.left() + 24, box.bottom())))


def _add_voice(menu: QMenu, name: str, is_current: bool) -> QAction:
    action = menu.addAction(name)
    action.setCheckable(True)
    action.setChecked(is_current)
    return action


def _hint(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(True)
    label.setContentsMargins(16, 0, 16, 8)
    return label
