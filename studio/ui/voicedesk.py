"""What the commands about voices do: making, changing, comparing, sharing and removing those of the library."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from studio.core.voices import Voice
from studio.i18n import _
from studio.qt.models.voices import names_in_words
from studio.qt.voiceedits import Uses, used_in_words
from studio.qt.voicesharing import SUFFIX
from studio.ui.castdesk import CastDesk
from studio.ui.voices.compare import CompareDialog
from studio.ui.voices.dialog import VoiceDialog
from studio.ui.voices.dropping import BUNDLE, sound_filter
from studio.ui.voices.seeds import SeedSearchDialog
from studio.ui.voices.sorting import SortDialog


class VoiceDesk(CastDesk):
    """Lives on the GUI thread, belongs to one window. Every dialog stands beside the window, and several may be open."""

    # making

    def new_voice(self) -> None:
        self._dialog().show()

    def new_voice_from_file(self) -> None:
        kinds = _("Recordings") + f" ({sound_filter()});;" + _("All files") + " (*)"
        name, _kind = QFileDialog.getOpenFileName(self._window, _("New voice from a file"), str(Path.home()), kinds)
        if name:
            self.new_voice_of(Path(name))

    def new_voice_of(self, path: Path) -> None:
        """A voice of a recording: the dialog with the file in it."""
        dialog = self._dialog()
        dialog.show()
        dialog.bring(path)

    def new_voice_from_microphone(self) -> None:
        dialog = self._dialog()
        dialog.show()
        dialog.record()

    def new_voice_by_seed(self) -> None:
        """Listen to seeds, and keep one."""
        work = self._window.workspace
        base = work.voices.find(self._window.voices.current())
        dialog = SeedSearchDialog(work, base, self._window)
        dialog.kept.connect(self._keep_seed)
        dialog.show()

    def _keep_seed(self, voice: Voice) -> None:
        dialog = self._dialog(voice)
        dialog.show()

    def save_take_as_voice(self) -> None:
        """The take that is heard of the segment under the cursor, with its words, as a new voice."""
        session = self._session
        status = session.states.of(self._segment) if session is not None else None
        if session is None or status is None or not status.take:
            self._window.status.say(_("Render this segment first: its take becomes the voice."))
            return
        dialog = self._dialog()
        dialog.show()
        dialog.bring_take(session, self._segment, status.take, self._window.editor.place())

    def dropped(self, paths: Sequence[Path]) -> None:
        """Files let go over the window: recordings become voices, bundles are taken in."""
        for path in paths:
            if path.suffix.lower() == BUNDLE:
                self._window.workspace.sharing.take_in(path)
            else:
                self.new_voice_of(path)

    def _dialog(self, voice: Voice | None = None, *, instead_of: str = "") -> VoiceDialog:
        dialog = VoiceDialog(self._window.workspace, voice, instead_of, self._window)
        dialog.saved.connect(self._window.voices.choose_later)
        return dialog

    # looking after them

    def hear_chosen_voice(self) -> None:
        self._window.casting.hear_voice(self._window.voices.current())

    def edit_voice(self) -> None:
        voice = self._window.workspace.voices.find(self._window.voices.current())
        if voice is not None:
            self._dialog(voice, instead_of=voice.name).show()

    def duplicate_voices(self) -> None:
        work = self._window.workspace
        names = [voice for name in self._window.voices.chosen() if (voice := work.voices.find(name)) is not None]
        for voice in names:
            self._window.voices.choose_later(work.voice_edits.duplicate(voice))

    def compare_voices(self) -> None:
        """Two voices side by side; with one selected, the other is chosen in the dialog."""
        names = self._window.voices.chosen()
        if names:
            other = names[1] if len(names) > 1 else ""
            CompareDialog(self._window.workspace, names[0], other, self._window).show()

    def sort_voices(self) -> None:
        work = self._window.workspace
        voices = [voice for name in self._window.voices.chosen() if (voice := work.voices.find(name)) is not None]
        if voices:
            SortDialog(work, voices, self._window).show()

    def remove_voices(self) -> None:
        """Say where they are used; what nobody uses goes at once, and comes back by undo."""
        work, names = self._window.workspace, self._window.voices.chosen()
        own = [name for name in names if name in work.voices.all()]
        if not own:
            self._window.status.say(_("Built-in voices stay: every computer has them."))
        else:
            work.voice_edits.where_used(own, partial(self._remove, own))

    def _remove(self, names: Sequence[str], uses: Uses) -> None:
        work = self._window.workspace
        if not uses:
            work.voice_edits.remove(names)
            return
        said = _("{voices} cannot be rendered with any more where it is used: {uses}.")
        self._window.notice.offer(
            said.format(voices=names_in_words(list(names)), uses=used_in_words(uses)),
            _("Its recordings would be wiped from this computer. Give the characters another voice first, or go on."),
            (_("Remove it all the same"), partial(work.voice_edits.remove, names)),
            (_("Keep it"), lambda: None),
        )

    # sharing

    def export_voices(self) -> None:
        names = self._window.voices.chosen()
        own = [name for name in names if name in self._window.workspace.voices.all()]
        if not own:
            self._window.status.say(_("Built-in voices need no bundle: every computer has them."))
            return
        suggested = str(Path.home() / f"{own[0] if len(own) == 1 else _('Voices')}{SUFFIX}")
        kinds = _("Voice bundles") + f" (*{SUFFIX})"
        path, _kind = QFileDialog.getSaveFileName(self._window, _("Export voices"), suggested, kinds)
        if path:
            self.export_voices_to(own, Path(path))

    def export_voices_to(self, names: Sequence[str], path: Path) -> None:
        sharing = self._window.workspace.sharing
        path = path if path.suffix else path.with_suffix(SUFFIX)
        self.with_consent(list(names), lambda consent: sharing.export(names, path, consent))

    def import_voices(self) -> None:
        kinds = _("Voice bundles") + f" (*{SUFFIX})"
        path, _kind = QFileDialog.getOpenFileName(self._window, _("Import voices"), str(Path.home()), kinds)
        if path:
            self._window.workspace.sharing.take_in(Path(path))

    # what is told of it

    def voice_done(self, said: str) -> None:
        """A change that can be taken back."""
        self._window.notice.say(said, button=_("Undo"), act=self._window.workspace.voice_edits.undo)
        self.update_voice_actions()

    def update_voice_actions(self) -> None:
        shown = self._window.shown
        if shown is not None:
            self._window.actions_.update(shown.situation())
