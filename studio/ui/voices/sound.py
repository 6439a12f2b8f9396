"""The voice dialog's first page: the samples, where they come from, and the editor of the one that is chosen."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.voices import Sample
from studio.i18n import _
from studio.qt.recording import Heard
from studio.qt.voicemaking import Draft, Sound, VoiceMaking
from studio.qt.workspace import Workspace
from studio.ui.lists import RowList
from studio.ui.voices.dropping import sound_filter
from studio.ui.voices.prompt import PromptEditor
from studio.ui.voices.recorder import RecordStrip
from studio.ui.voices.samples import SampleDelegate, SampleModel


class SoundPage(QWidget):
    """`changed` follows every edit of a sample; `trouble(StudioError)` what could not be done."""

    changed = Signal()
    trouble = Signal(object)

    def __init__(self, making: VoiceMaking, work: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._making = making
        self._work = work
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # what is written for listening
        self._heard = 0
        self.drafts: list[Draft] = []
        self._here = -1
        self.model = SampleModel(self)
        self.list = RowList(_("Samples"), self.model, SampleDelegate())
        self.editor = PromptEditor(making)
        self.strip = RecordStrip()
        self.strip.hide()
        self.add = QPushButton(_("Add a file…"))
        self.record_button = QPushButton(_("Record…"))
        self.remove = QPushButton(_("Remove"))
        self.remove.setAccessibleName(_("Remove this sample"))
        self.empty = QLabel(
            _(
                "A sample is what a voice is copied from: 5 to 10 seconds of one person, without music, with the words that "
                "are said. Add a file, drop one here, or record it. A voice without a sample lives by its seed."
            )
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "muted")
        self._lay_out()
        self._connect()
        self._show_list()

    def show_drafts(self, drafts: Sequence[Draft]) -> None:
        self.drafts = list(drafts)
        self._here = -1
        self._show_list()
        self._choose(0)

    def bring(self, path: Path) -> None:
        """A user's file becomes a sample."""
        self._making.read(path, self._on_sound, self.trouble.emit)

    def bring_draft(self, draft: Draft) -> None:
        """A sample that is there already, such as that of a take."""
        self.drafts.append(draft)
        self._show_list()
        self._choose(len(self.drafts) - 1)
        self.editor.words.setFocus()
        self.changed.emit()

    def record(self) -> None:
        self.strip.open()

    def close_sound(self) -> None:
        """Let the microphone go, and what was written for listening."""
        self.strip.shut()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    # what happens

    def _on_sound(self, sound: Sound) -> None:
        style = _("style {number}").format(number=len(self.drafts) + 1) if any(not one.style for one in self.drafts) else ""
        self.bring_draft(Draft("", style, sound, sound, 0.0, sound.seconds, is_cut=True))

    def _on_taken(self, heard: Heard) -> None:
        self.strip.shut()
        self._making.take(heard.samples, heard.rate, self._on_sound, self.trouble.emit)

    def _on_listen(self, heard: Heard) -> None:
        self._making.take(heard.samples, heard.rate, self.hear, self.trouble.emit)

    def _on_current(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.drafts) and index.row() != self._here:
            self._choose(index.row())

    def _choose(self, number: int) -> None:
        if not 0 <= number < len(self.drafts):
            self._here = -1
            return
        self._here = number
        self.list.setCurrentIndex(self.model.index(number, 0))
        draft = self.drafts[number]
        self.editor.show_draft(draft)
        if draft.sound is None and draft.kept is not None:
            kept = draft.kept
            self._making.read_sample(kept, lambda sound: self._on_read(kept, sound), self.trouble.emit)

    def _on_read(self, kept: Sample, sound: Sound) -> None:
        """A sample of the library was read; whoever chose another meanwhile finds it there later."""
        for number, draft in enumerate(self.drafts):
            if draft.kept is kept and draft.sound is None:
                self.drafts[number] = replace(draft, sound=sound, original=sound, start_s=0.0, end_s=sound.seconds)
                if number == self._here:
                    self.editor.show_draft(self.drafts[number])
                self._show_list()

    def _on_edited(self, draft: Draft) -> None:
        if 0 <= self._here < len(self.drafts):
            self.drafts[self._here] = draft
            self._show_list()
            self.changed.emit()

    def _on_remove(self) -> None:
        if 0 <= self._here < len(self.drafts):
            del self.drafts[self._here]
            here = min(self._here, len(self.drafts) - 1)
            self._here = -1
            self._show_list()
            self._choose(here)
            self.changed.emit()

    def _on_add(self) -> None:
        kinds = _("Recordings") + f" ({sound_filter()});;" + _("All files") + " (*)"
        name, _kind = QFileDialog.getOpenFileName(self, _("Add a sample"), str(Path.home()), kinds)
        if name:
            self.bring(Path(name))

    def hear(self, sound: Sound) -> None:
        """Play a whole sound."""
        self._hear(_whole(sound))

    def _hear(self, draft: Draft) -> None:
        if self._work.session is None:
            return  # the player belongs to the open project
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="dia-studio-voice-", ignore_cleanup_errors=True)
        self._heard += 1
        path = Path(self._folder.name) / f"{self._heard}.wav"
        self._making.write_part(draft, path, lambda seconds: self._play(path, seconds), self._on_refused)

    def _play(self, path: Path, seconds: float) -> None:
        if self._work.session is not None and path.exists():
            self._work.previewing.hear_file(path, seconds)

    def _on_refused(self, error: StudioError) -> None:
        self.trouble.emit(error)

    def _show_list(self) -> None:
        self.model.show_drafts(self.drafts)
        is_any = bool(self.drafts)
        self.list.setVisible(is_any)
        self.editor.setVisible(is_any)
        self.empty.setVisible(not is_any)
        self.remove.setEnabled(is_any)

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(lambda index, _before: self._on_current(index))
        self.list.acted.connect(lambda *_args: self._hear(self.editor.draft))
        self.editor.changed.connect(self._on_edited)
        self.editor.hear_asked.connect(lambda: self._hear(self.editor.draft))
        self.editor.trouble.connect(self.trouble)
        self.add.clicked.connect(self._on_add)
        self.record_button.clicked.connect(self.record)
        self.remove.clicked.connect(self._on_remove)
        self.strip.taken.connect(self._on_taken)
        self.strip.listen_asked.connect(self._on_listen)
        self.strip.closed.connect(self.strip.shut)

    def _lay_out(self) -> None:
        left = QWidget()
        left.setMinimumWidth(190)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        for button in (self.add, self.record_button, self.remove):
            column.addWidget(button)
        right = QWidget()
        rows = QVBoxLayout(right)
        rows.setContentsMargins(8, 0, 0, 0)
        rows.addWidget(self.strip)
        rows.addWidget(self.empty)
        rows.addWidget(self.editor, 1)
        rows.addStretch(0)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([210, 560])
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 12, 0, 0)
        whole.addWidget(split)


def _whole(sound: Sound) -> Draft:
    return Draft(sound=sound, end_s=sound.seconds)
