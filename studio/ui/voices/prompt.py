"""The editor of one sample: its waveform and the part that is taken, its words with live checks, and what the doctor says."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import StudioError
from studio.core.prompts import Check, Diagnosis, Remedy, Trait, tagged, transcript_checks
from studio.i18n import _
from studio.qt.voicemaking import Cut, Draft, VoiceMaking
from studio.ui.voices.checks import CheckList
from studio.ui.voices.wave import SHORTEST_S, WaveView
from studio.ui.widgets.numbers import plain

WORDS = (Trait.TRANSCRIPT, Trait.TAGS, Trait.PACE, Trait.LANGUAGE)  # checked while one writes; the others on a pool
LISTEN_MS = 250  # after the last movement, until the doctor listens again


class PromptEditor(QWidget):
    """Edits the draft it is shown; `changed(Draft)` follows every edit, `hear_asked` asks for the part to be played."""

    changed = Signal(object)
    hear_asked = Signal()
    trouble = Signal(object)

    def __init__(self, making: VoiceMaking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._making = making
        self._draft = Draft()
        self._number = 0  # of the newest question to the doctor; older answers are dropped
        self.wave = WaveView()
        self.start, self.end = _seconds(_("From second")), _seconds(_("To second"))
        self.length = QLabel()
        self.length.setProperty("role", "muted")
        self.hear = QPushButton(_("Hear it"))
        self.best = QPushButton(_("Best stretch"))
        self.best.setToolTip(_("Take the best 5 to 10 s, cut in pauses"))
        self.trim = QPushButton(_("Remove silence"))
        self.trim.setToolTip(_("Take the silence off both ends"))
        self.level = QPushButton(_("Level"))
        self.level.setToolTip(_("Bring it to the usual level"))
        self.back = QPushButton(_("As it came"))
        self.back.setToolTip(_("The whole recording again, as it was"))
        self.words = QPlainTextEdit()
        self.words.setProperty("role", "field")
        self.words.setTabChangesFocus(True)
        self.words.setPlaceholderText(_("The words that are said, exactly: [S1] They found the boat on a Thursday."))
        self.words.setAccessibleName(_("Words that are said in the sample"))
        self.words.setMaximumHeight(76)
        self.style_name = QLineEdit()
        self.style_name.setPlaceholderText(_("calm, angry, … (empty: as it is)"))
        self.style_name.setAccessibleName(_("Style of this sample"))
        self.checks = CheckList()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LISTEN_MS)
        self._timer.timeout.connect(self.listen)
        self._lay_out()
        self._connect()

    @property
    def draft(self) -> Draft:
        return self._draft

    def show_draft(self, draft: Draft) -> None:
        """Another sample, or this one with its sound."""
        self._draft = draft
        self._number += 1
        for field, text in ((self.style_name, draft.style),):
            if field.text() != text:
                field.setText(text)
        if self.words.toPlainText() != draft.transcript:
            self.words.setPlainText(draft.transcript)
        self._show_part()
        self._show_checks()
        if draft.sound is not None and draft.diagnosis is None:
            self._timer.start()

    def mend(self, remedy: Remedy) -> None:
        """Do what would mend a fault."""
        if remedy is Remedy.ADD_TAG:
            self.words.setPlainText(tagged(self._draft.transcript))
            return
        number = self._number
        self._making.mend(self._draft, remedy, lambda cut: self._on_cut(number, cut), self.trouble.emit)

    def listen(self) -> None:
        """Let the doctor listen, now."""
        self._timer.stop()
        self._number += 1
        number = self._number
        self._making.examine(self._draft, lambda found: self._on_found(number, found), self._on_refused)

    def checks_now(self) -> list[Check]:
        """What is known now: of the sound as the doctor heard it last, of the words as they stand."""
        draft = self._draft
        if draft.sound is None and draft.kept is None:
            return []
        heard = [one for one in draft.diagnosis.checks if one.trait not in WORDS] if draft.diagnosis is not None else []
        spoken = next((one.value for one in heard if one.trait is Trait.LENGTH), draft.seconds)
        return [*heard, *transcript_checks(draft.transcript, spoken)]

    # what changes it

    def _edit(self, draft: Draft) -> None:
        self._draft = draft
        self._show_checks()
        self.changed.emit(draft)

    def _on_words(self) -> None:
        if self.words.toPlainText() != self._draft.transcript:
            self._edit(replace(self._draft, transcript=self.words.toPlainText()))

    def _on_style(self, text: str) -> None:
        if text.strip() != self._draft.style:
            self._edit(replace(self._draft, style=text.strip()))

    def _on_part(self, start_s: float, end_s: float) -> None:
        if (start_s, end_s) != (self._draft.start_s, self._draft.end_s):
            self._number += 1
            self._draft = replace(self._draft, start_s=start_s, end_s=end_s, is_cut=True)
            self._show_part()
            self._timer.start()
            self.changed.emit(self._draft)

    def _on_spun(self) -> None:
        whole = self._draft.sound.seconds if self._draft.sound is not None else 0.0
        end = min(self.end.value(), whole)
        start = max(0.0, min(self.start.value(), end - SHORTEST_S))
        if abs(start - self._draft.start_s) > 0.005 or abs(end - self._draft.end_s) > 0.005:
            self._on_part(start, end)

    def _on_back(self) -> None:
        sound = self._draft.original
        if sound is not None:
            self._draft = replace(
                self._draft, sound=sound, start_s=0.0, end_s=sound.seconds, is_cut=self._draft.kept is None, diagnosis=None
            )
            self.show_draft(self._draft)
            self.changed.emit(self._draft)

    def _on_cut(self, number: int, cut: Cut) -> None:
        if number != self._number:
            return
        self._draft = replace(self._draft, sound=cut.sound, start_s=cut.start_s, end_s=cut.end_s, is_cut=True, diagnosis=None)
        self._show_part()
        self.listen()
        self.changed.emit(self._draft)

    def _on_found(self, number: int, found: Diagnosis) -> None:
        if number == self._number:
            self._edit(replace(self._draft, diagnosis=found))

    def _on_refused(self, error: StudioError) -> None:
        self.trouble.emit(error)

    # how it looks

    def _show_part(self) -> None:
        draft = self._draft
        sound = draft.sound
        self.wave.show_wave(sound.wave if sound is not None else None, draft.start_s, draft.end_s)
        for field, value in ((self.start, draft.start_s), (self.end, draft.end_s)):
            field.blockSignals(True)
            field.setMaximum(sound.seconds if sound is not None else 0.0)
            field.setValue(value)
            field.blockSignals(False)
        whole = _("{part:.1f} s of {whole:.1f} s").format(part=draft.seconds, whole=sound.seconds) if sound is not None else ""
        self.length.setText(whole)
        for widget in (self.wave, self.start, self.end, self.hear, self.best, self.trim, self.level, self.back):
            widget.setEnabled(sound is not None)
        self.back.setEnabled(_is_changed(draft))

    def _show_checks(self) -> None:
        self.checks.show_checks(self.checks_now())

    def _connect(self) -> None:
        self.wave.part_changed.connect(self._on_part)
        self.start.valueChanged.connect(self._on_spun)
        self.end.valueChanged.connect(self._on_spun)
        self.words.textChanged.connect(self._on_words)
        self.style_name.textChanged.connect(self._on_style)
        self.hear.clicked.connect(self.hear_asked)
        self.best.clicked.connect(lambda: self.mend(Remedy.BEST_STRETCH))
        self.trim.clicked.connect(lambda: self.mend(Remedy.TRIM))
        self.level.clicked.connect(lambda: self.mend(Remedy.LEVEL))
        self.back.clicked.connect(self._on_back)
        self.checks.mend_asked.connect(self.mend)

    def _lay_out(self) -> None:
        part = QHBoxLayout()
        for words, field in ((_("From"), self.start), (_("to"), self.end)):
            label = QLabel(words)
            label.setBuddy(field)
            part.addWidget(label)
            part.addWidget(field)
        part.addWidget(self.length)
        part.addStretch(1)
        part.addWidget(self.hear)
        tools = QHBoxLayout()
        for button in (self.best, self.trim, self.level, self.back):
            tools.addWidget(button)
        tools.addStretch(1)
        grid = QGridLayout()
        rows: tuple[tuple[str, QWidget], ...] = ((_("Words"), self.words), (_("Style"), self.style_name))
        for number, (text, widget) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(widget)
            grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.wave, 2)
        column.addLayout(part)
        column.addLayout(tools)
        column.addLayout(grid)
        column.addWidget(self.checks, 3)


def _is_changed(draft: Draft) -> bool:
    """There is something to go back to."""
    sound = draft.sound
    if sound is None or draft.original is None:
        return False
    return sound is not draft.original or draft.start_s > 0.0 or draft.end_s < sound.seconds


def _seconds(name: str) -> QDoubleSpinBox:
    field = plain(QDoubleSpinBox())
    field.setDecimals(2)
    field.setSingleStep(0.05)
    field.setSuffix(" s")
    field.setMinimumWidth(84)
    field.setAccessibleName(name)
    return field
