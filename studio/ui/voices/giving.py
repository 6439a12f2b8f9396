"""The card under the voices: gives one to a character, in a style, and says first what that makes stale; the seeds, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from studio.core.voices import Voice
from studio.i18n import _, counted
from studio.qt.models.cast import CharacterRow
from studio.qt.recasting import MAX_SEED
from studio.ui.widgets.labels import ElidedLabel
from studio.ui.widgets.numbers import plain

NO_SEED = -1
COUNT_MS = 150  # after the last choice: counting looks at every line of the character

Count = Callable[[str, str, str, Callable[[int | None], None]], None]


class GiveCard(QWidget):
    """`asked(character, style)`: give it the voice that is shown; `seed_asked(character, seed)`, `another_asked(character)`."""

    asked = Signal(str, str)
    seed_asked = Signal(str, object)  # a character, a seed or None
    another_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._voice: Voice | None = None
        self._characters: Sequence[CharacterRow] = ()
        self._can_write = False
        self._count: Count = lambda *_args: None  # answers later
        self._who = QComboBox()
        self._who.setAccessibleName(_("Character"))
        self._style = QComboBox()
        self._style.setAccessibleName(_("Style of the voice"))
        self._give = QPushButton(_("Give this voice"))
        self._effect = ElidedLabel()
        self._effect.setProperty("role", "muted")
        self._seed = plain(QSpinBox())
        self._seed.setRange(NO_SEED, MAX_SEED)
        self._seed.setSpecialValueText(_("none"))
        self._seed.setFixedWidth(96)
        self._seed.setAccessibleName(_("Seed of the character"))
        self._seed.setToolTip(_("The same seed sounds the same every time. Without one it follows from the name or the voice."))
        self._another = QPushButton(_("Another voice"))
        self._another.setToolTip(_("Another voice of its own: the next seed"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COUNT_MS)
        self._timer.timeout.connect(self.show_effect)
        self._lay_out()
        self._connect()

    def show_cast(self, characters: Sequence[CharacterRow], *, can_write: bool) -> None:
        self._can_write = can_write
        chosen = self._who.currentText()
        names = [one.name or _("Narrator") for one in characters]
        if names != [self._who.itemText(number) for number in range(self._who.count())]:
            self._who.clear()
            self._who.addItems(names)
            self._who.setCurrentText(chosen)
        self._characters = characters
        self._show_seed()
        self._update()

    def show_voice(self, voice: Voice | None) -> None:
        """The voice that would be given."""
        if voice is self._voice:
            return
        self._voice = voice
        styles = [one.style for one in voice.samples if one.style] if voice is not None else []
        self._style.clear()
        self._style.addItem(_("as it is"), "")
        for style in styles:
            self._style.addItem(style, style)
        self._style.setVisible(bool(styles))
        self._update()

    def point_to(self, character: str) -> None:
        self._who.setCurrentText(character or _("Narrator"))

    def count_stale(self, count: Count) -> None:
        self._count = count
        self._timer.start()

    @property
    def character(self) -> str | None:
        """The character that is chosen, None where there is nobody."""
        row = self._row()
        return row.name if row is not None else None

    @property
    def effect(self) -> str:
        """What giving the voice would do, in words."""
        return self._effect.accessibleName()

    def show_effect(self) -> None:
        """Say what giving the voice would do. Counting takes time with long scripts, so only while somebody looks."""
        self._timer.stop()
        if not self.isVisible():
            return
        row, voice, style = self._row(), self._voice, str(self._style.currentData() or "")
        if row is not None and voice is not None and self._can_write:
            who = row.name or _("The narrator")
            if (row.voice, row.style) == (voice.name, style):
                self._say(_("{who} speaks with {voice}.").format(who=who, voice=voice.name), _("has it"))
            else:
                self._count(row.name, voice.name, style, self._on_counted)
        else:
            self._say("", "")

    def _on_counted(self, count: int | None) -> None:
        self._say(effect_in_words(count), _("~ {count:,} stale").format(count=count) if count else "")

    def _say(self, said: str, short: str) -> None:
        self._effect.setText(short)
        self._effect.setProperty("role", "warning" if short.startswith("~") else "muted")
        self._effect.style().unpolish(self._effect)
        self._effect.style().polish(self._effect)
        self._effect.setToolTip(said)
        self._effect.setAccessibleName(said or short)
        self._give.setToolTip(said)
        self._give.setAccessibleDescription(said)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def _row(self) -> CharacterRow | None:
        number = self._who.currentIndex()
        return self._characters[number] if 0 <= number < len(self._characters) else None

    def _show_seed(self, *_args: object) -> None:
        if self._seed.lineEdit().isModified():
            return  # somebody is typing a number
        row = self._row()
        self._seed.setValue(row.seed if row is not None and row.seed is not None else NO_SEED)

    def _on_seed(self) -> None:
        self._seed.lineEdit().setModified(False)
        row = self._row()
        seed = None if self._seed.value() == NO_SEED else self._seed.value()
        if row is not None and row.seed != seed:
            self.seed_asked.emit(row.name, seed)

    def _on_give(self) -> None:
        row = self._row()
        if row is not None:
            self.asked.emit(row.name, str(self._style.currentData() or ""))

    def _on_another(self) -> None:
        row = self._row()
        if row is not None:
            self.another_asked.emit(row.name)

    def _update(self, *_args: object) -> None:
        can_cast = self._can_write and self._who.count() > 0
        self._give.setEnabled(self._voice is not None and can_cast)
        self._seed.setEnabled(can_cast)
        self._another.setEnabled(can_cast)
        self._timer.start()

    def _connect(self) -> None:
        self._who.currentIndexChanged.connect(self._show_seed)
        self._who.currentIndexChanged.connect(self._update)
        self._style.currentIndexChanged.connect(self._update)
        self._give.clicked.connect(self._on_give)
        self._seed.editingFinished.connect(self._on_seed)
        self._another.clicked.connect(self._on_another)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._who, 2)
        row.addWidget(self._style, 1)
        row.addWidget(self._give)
        row.setSpacing(8)
        seeds = QHBoxLayout()
        seeds.setSpacing(8)
        seeds.addWidget(self._effect, 1)
        label = QLabel(_("Seed"))
        label.setBuddy(self._seed)
        seeds.addWidget(label)
        seeds.addWidget(self._seed)
        seeds.addWidget(self._another)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 0, 12, 8)
        grid.setVerticalSpacing(6)
        grid.addLayout(row, 0, 0)
        grid.addLayout(seeds, 1, 0)
        self._style.hide()


def effect_in_words(count: int | None) -> str:
    """What a change of the cast would do, or did."""
    if count is None:
        return ""
    if not count:
        return _("This makes no segment stale.")
    return _("This makes {segments} stale.").format(segments=counted(count, _("segment"), _("segments")))
