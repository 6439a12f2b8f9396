"""The inspector's voices: those of the library and those every machine has, who speaks with them, casting and listening."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from studio.core.voices import Voice
from studio.i18n import _
from studio.qt.models.cast import CharacterRow
from studio.qt.models.voices import VoiceModel, VoiceRow
from studio.qt.recasting import MAX_SEED
from studio.ui.lists import RowList
from studio.ui.rows import VoiceDelegate

NO_SEED = -1


class VoicesPanel(QWidget):
    """`voice_asked(character, voice)` casts; `listen_asked(voice)` plays a line in a voice; `seed_asked(character, seed)` lets
    one speak by a seed, `another_asked(character)` gives it the next voice of its own."""

    voice_asked = Signal(str, str)
    listen_asked = Signal(str)
    seed_asked = Signal(str, object)  # a character, a seed or None
    another_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = VoiceModel(self)
        self._can_write = False
        self._list = RowList(_("Voices"), self.model, VoiceDelegate())
        self._list.acted.connect(self._on_acted)
        self._list.selectionModel().currentChanged.connect(lambda: self._update())
        self._who = QComboBox()
        self._who.setAccessibleName(_("Character"))
        self._give = QPushButton(_("Give this voice"))
        self._give.clicked.connect(self._cast)
        self._hear = QPushButton(_("Hear it"))
        self._hear.clicked.connect(lambda: self._on_acted(self._list.currentIndex()))
        self._hint = QLabel(_("Voices of your own are added with “dia-studio voices add”; built-in ones need nothing."))
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "muted")
        self._hint.setContentsMargins(16, 0, 16, 4)
        self._characters: Sequence[CharacterRow] = ()
        self._who.currentTextChanged.connect(self._show_seed)
        self._seed = QSpinBox()
        self._seed.setRange(NO_SEED, MAX_SEED)
        self._seed.setSpecialValueText(_("by the name or voice"))
        self._seed.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self._seed.setMinimumHeight(28)
        self._seed.setAccessibleName(_("Seed of the character"))
        self._seed.setToolTip(_("The same seed sounds the same every time. Lower than 0 is none."))
        self._seed.editingFinished.connect(self._on_seed)
        self._another = QPushButton(_("Another voice"))
        self._another.setToolTip(_("Another voice of its own: the next seed"))
        self._another.clicked.connect(lambda: self.another_asked.emit(self._who.currentText()))
        seeds = QHBoxLayout()
        seeds.setContentsMargins(12, 0, 12, 8)
        seed_label = QLabel(_("Seed"))
        seed_label.setBuddy(self._seed)
        seeds.addWidget(seed_label)
        seeds.addWidget(self._seed, 1)
        seeds.addWidget(self._another)
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(self._who, 1)
        row.addWidget(self._give)
        row.addWidget(self._hear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self._list, 1)
        column.addWidget(self._hint)
        column.addLayout(row)
        column.addLayout(seeds)
        self.first_focus: QWidget = self._list

    def show_voices(self, voices: Sequence[Voice], characters: Sequence[CharacterRow], *, can_write: bool) -> None:
        self._can_write = can_write
        users = {voice.name: tuple(one.name for one in characters if one.voice == voice.name) for voice in voices}
        self.model.show([_row(voice, users[voice.name]) for voice in voices])
        chosen = self._who.currentText()
        names = [one.name for one in characters]
        if names != [self._who.itemText(number) for number in range(self._who.count())]:
            self._who.clear()
            self._who.addItems(names)
            self._who.setCurrentText(chosen)
        self._characters = characters
        self._show_seed()
        self._update()

    def point_to(self, character: str) -> None:
        """Let the next choice be for this character."""
        self._who.setCurrentText(character)

    def _show_seed(self, *_: object) -> None:
        if self._seed.lineEdit().isModified():
            return  # somebody is typing a number
        row = next((one for one in self._characters if one.name == self._who.currentText()), None)
        self._seed.setValue(row.seed if row is not None and row.seed is not None else NO_SEED)

    def _on_seed(self) -> None:
        self._seed.lineEdit().setModified(False)
        row = next((one for one in self._characters if one.name == self._who.currentText()), None)
        seed = None if self._seed.value() == NO_SEED else self._seed.value()
        if row is not None and row.seed != seed:
            self.seed_asked.emit(row.name, seed)

    def _voice(self) -> str:
        row = self.model.row_at(self._list.currentIndex())
        return row.name if isinstance(row, VoiceRow) else ""

    def _cast(self) -> None:
        if self._voice() and self._who.currentText():
            self.voice_asked.emit(self._who.currentText(), self._voice())

    def _on_acted(self, index: QModelIndex) -> None:
        row = self.model.row_at(index)
        if isinstance(row, VoiceRow):
            self.listen_asked.emit(row.name)

    def _update(self) -> None:
        has_voice = bool(self._voice())
        self._hear.setEnabled(has_voice)
        can_cast = self._can_write and self._who.count() > 0
        self._give.setEnabled(has_voice and can_cast)
        self._seed.setEnabled(can_cast)
        self._another.setEnabled(can_cast)


def _row(voice: Voice, used_by: tuple[str, ...]) -> VoiceRow:
    sample = voice.sample()
    tags = tuple(_("built-in") if tag == "built-in" else tag for tag in voice.tags)
    return VoiceRow(voice.name, sample.seconds if sample else 0.0, voice.seed, (*tags, *used_by), used_by)
