"""The dialog in which a voice is made or changed: its name, samples, details, consent, seeds. Stands beside the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from studio.core.errors import StudioError
from studio.core.overriding import utterance_at
from studio.core.voices import Sample, Voice
from studio.i18n import _
from studio.qt.session import Session
from studio.qt.voiceedits import Outcome, Uses, used_in_words
from studio.qt.voicemaking import VoiceMaking, drafts_of
from studio.qt.workspace import Workspace
from studio.ui.errors import Notice
from studio.ui.voices.bank import SeedBank
from studio.ui.voices.consenting import ConsentForm
from studio.ui.voices.details import DetailsForm
from studio.ui.voices.dropping import BUNDLE, dropped_files, sound_filter
from studio.ui.voices.sound import SoundPage

SIZE = (820, 660)
MAX_NAME = 200


class VoiceDialog(QDialog):
    """`saved(name)` when the library has it. What is wrong is said in the dialog, which then stays as it is."""

    saved = Signal(str)

    def __init__(self, work: Workspace, voice: Voice | None, instead_of: str = "", parent: QWidget | None = None) -> None:
        """A new voice, with what `voice` has; or the one called `instead_of`, to be changed."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Edit “{name}”").format(name=instead_of) if instead_of else _("New voice"))
        self.setAcceptDrops(True)
        self.resize(*SIZE)
        self._work = work
        self._voice = voice or Voice("")
        self._instead_of = instead_of
        self._is_changed = False
        self.making = VoiceMaking(work.voices.path, work.pools.interactive, self)
        self.notice = Notice()
        self.name = QLineEdit()
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText(_("How this voice is called"))
        self.name.setAccessibleName(_("Name of the voice"))
        self.sound = SoundPage(self.making, work)
        self.details = DetailsForm(work.voices.folders())
        self.consent = ConsentForm()
        self.consent.offer_recordings()
        self._consents: dict[str, bytes] = {}  # recordings of consents that the library does not have yet
        self.bank = SeedBank()
        self.save_button = QPushButton(_("Save voice"))
        self.save_button.setProperty("main", True)
        self.save_button.setShortcut("Ctrl+Return")
        self.save_button.setToolTip(_("Ctrl+Enter saves it from anywhere in this dialog"))
        self.cancel_button = QPushButton(_("Cancel"))
        self.tabs = QTabWidget()
        self._lay_out()
        self._show_voice()
        self._connect()

    def bring(self, path: Path) -> None:
        """A user's file as a sample; its name is the voice's where it has none."""
        if not self.name.text().strip():
            self.name.setText(self._work.voice_edits.free_name(path.stem.replace("_", " ").strip()[:MAX_NAME] or _("Voice")))
            self.name.selectAll()
        self.sound.bring(path)

    def record(self) -> None:
        self.sound.record()

    def bring_take(self, session: Session, segment: str, key: str, place: tuple[int, int]) -> None:
        """What one speaker says in a take: the one at that line and column of the script, else who says most."""
        index = session.index_of(segment)
        said = utterance_at(session.script, *place)
        turns = session.plan.segments[index].turns if index is not None else ()
        speaker = next((turn.speaker for turn in turns if said is not None and turn.character == said.character), None)
        if not self.name.text().strip() and said is not None:
            self.name.setText(self._work.voice_edits.free_name(said.character or _("Narrator")))
        self.making.read_take(session.folder, key, speaker, self.sound.bring_draft, self._on_trouble)

    def save(self) -> None:
        """Make the samples, then put the voice into the library; the dialog closes when it is there."""
        fault = self.fault()
        if fault:
            self.notice.say(fault)
            return
        self.notice.hide()
        self._set_busy(True)
        self.making.finish(self.sound.drafts, self._on_finished, self._on_trouble)

    def fault(self) -> str:
        """What keeps the voice from being saved, "" when nothing does."""
        name = self.name.text().strip()
        if not name:
            self.name.setFocus()
            return _("The voice needs a name.")
        styles = [one.style.casefold() for one in self.sound.drafts]
        if len(set(styles)) < len(styles):
            return _("Two samples have the same style: give one of them another, such as calm.")
        return self.consent.fault()

    def reject(self) -> None:
        """Close, but not over what was made and is not saved: that is said once, with both ways out."""
        if not self._is_changed:
            super().reject()
            return
        self._is_changed = False
        self.notice.offer(
            _("This voice is not saved yet."),
            _("Closing once more lets go of it, too."),
            (_("Save voice"), self.save),
            (_("Let go of it"), self.reject),
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_changed:
            event.ignore()
            self.reject()
            return
        self.sound.close_sound()
        super().closeEvent(event)

    def _on_changed(self) -> None:
        self._is_changed = True

    def done(self, result: int) -> None:
        self.sound.close_sound()
        super().done(result)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        for path in dropped_files(event.mimeData()):
            if path.suffix.lower() != BUNDLE:
                self.bring(path)

    # what happens

    def _on_finished(self, made: tuple[Sequence[Sample], dict[str, bytes]]) -> None:
        samples, files = made
        voice = self.bank.voice(self.details.voice(replace(self._voice, name=self.name.text().strip(), samples=tuple(samples))))
        voice = replace(voice, consent=self.consent.consent())
        files |= {digest: data for digest, data in self._consents.items() if digest == voice.consent.recording}
        edits = self._work.voice_edits
        if self._instead_of:
            edits.replace(self._instead_of, voice, files, self._on_saved, self._on_trouble)
        else:
            edits.add(voice, files, self._on_saved, self._on_trouble)

    def _on_saved(self, outcome: Outcome) -> None:
        self._is_changed = False
        for voice in outcome.put:
            self.saved.emit(voice.name)
        self.accept()

    def _on_trouble(self, error: StudioError) -> None:
        self._set_busy(False)
        self.notice.show_error(error)

    def _choose_consent(self) -> None:
        kinds = _("Recordings") + f" ({sound_filter()});;" + _("All files") + " (*)"
        name, _kind = QFileDialog.getOpenFileName(self, _("A recording of the consent"), str(Path.home()), kinds)
        if name:
            self.bring_consent(Path(name))

    def bring_consent(self, path: Path) -> None:
        """A user's file as the recording of the consent."""
        self.making.read_consent(path, self.consent.statement.text(), self._on_consent, self._on_trouble)

    def _on_consent(self, made: tuple[str, bytes]) -> None:
        digest, data = made
        self._consents[digest] = data
        self.consent.put_recording(digest)

    def _hear_consent(self, digest: str) -> None:
        self.making.sound_of(digest, self._consents.get(digest, b""), self.sound.hear, self._on_trouble)

    def _hear_seed(self, seed: int) -> None:
        session = self._work.session
        if session is not None:
            self._work.previewing.hear_voice(replace(self._voice, seed=seed, samples=()), session.casting)

    def _set_busy(self, is_busy: bool) -> None:
        self.save_button.setEnabled(not is_busy)
        self.save_button.setText(_("Saving…") if is_busy else _("Save voice"))

    def _show_voice(self) -> None:
        voice = self._voice
        self.name.setText(voice.name)
        self.sound.show_drafts(drafts_of(voice))
        self.details.show_voice(voice)
        self.consent.show_consent(voice.consent)
        self.bank.show_voice(voice)
        if self._instead_of:
            self._work.voice_edits.where_used([self._instead_of], self._show_uses)
        QTimer.singleShot(0, self.name, self.name.setFocus)

    def _show_uses(self, uses: Uses) -> None:
        words = _("Used in {projects}.").format(projects=used_in_words(uses)) if uses else _("No project uses it yet.")
        if isValid(self):
            self.details.show_uses(words)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.reject)
        self.sound.trouble.connect(self._on_trouble)
        self.bank.hear_asked.connect(self._hear_seed)
        self.consent.recording_asked.connect(self._choose_consent)
        self.consent.hear_asked.connect(self._hear_consent)
        for part in (self.sound, self.details, self.consent, self.bank):
            part.changed.connect(self._on_changed)
        self.name.textEdited.connect(self._on_changed)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        label = QLabel(_("Name"))
        label.setBuddy(self.name)
        top.addWidget(label)
        top.addWidget(self.name, 1)
        self.tabs.setAccessibleName(_("Parts of the voice"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for page, title in (
            (self.sound, _("Sound")),
            (_scrolled(self.details), _("Details")),
            (_scrolled(self.consent), _("Consent")),
            (self.bank, _("Seeds")),
        ):
            self.tabs.addTab(page, title)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.notice)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)
        column.addLayout(buttons)
        for button in (self.cancel_button, self.save_button):
            button.setAutoDefault(False)


def _scrolled(page: QWidget) -> QScrollArea:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 12, 0, 0)
    column.addWidget(page)
    column.addStretch(1)
    area = QScrollArea()
    area.setObjectName("inspector-page")
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
