"""What the commands about the cast do: one line with another voice, the whole cast handed on and taken in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFileDialog

from studio.core.overriding import say_with, utterance_at
from studio.core.voices import Cast, Consent
from studio.i18n import _, counted
from studio.qt import recasting
from studio.qt.voiceedits import Outcome
from studio.qt.voicesharing import SUFFIX
from studio.ui.acts import Acts, told
from studio.ui.voices.chooser import LineVoice, VoiceChooser
from studio.ui.voices.consenting import ConsentDialog


class CastDesk(Acts):
    """Lives on the GUI thread, belongs to one window."""

    @told
    def say_line_with_voice(self) -> None:
        """Choose who says the line under the cursor; the script gets a direction for it, undone like typing."""
        session, window = self._session, self._window
        if session is None:
            return
        session.settle()
        said = utterance_at(session.script, *window.editor.place())
        if said is None:
            window.status.say(_("Put the cursor into a line that is spoken."))
            return
        chooser = VoiceChooser(said, list(session.cast), window.workspace.voices, window)
        chooser.chosen.connect(self.put_line_voice)
        top = window.mapToGlobal(window.rect().topLeft())
        chooser.move(top.x() + (window.width() - chooser.width()) // 2, top.y() + 80)
        chooser.show()

    def put_line_voice(self, choice: LineVoice) -> None:
        """Write the direction into the script at the cursor."""
        session, editor = self._session, self._window.editor
        if session is None or not editor.can_write():
            return
        if choice.voice:
            self._window.workspace.voices.ensure(choice.voice)
        session.settle()
        cursor = QTextCursor(editor.document())
        cursor.beginEditBlock()
        for edit in reversed(say_with(session.script, *editor.place(), choice.written)):
            cursor.setPosition(editor.position_of(edit.line, edit.column))
            cursor.setPosition(editor.position_of(edit.end_line, edit.end_column), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(edit.text)
        cursor.endEditBlock()
        said = _("This line is said with {voice}.") if choice.written else _("This line is said as the cast says.")
        editor.say(said.format(voice=choice.title))

    def export_cast(self) -> None:
        if self._session is None:
            return
        name = self._session.title or _("Cast")
        path, _filter = QFileDialog.getSaveFileName(
            self._window, _("Export the whole cast"), str(Path.home() / f"{name}{SUFFIX}"), _bundle_filter()
        )
        if path:
            self.export_cast_to(Path(path))

    @told
    def export_cast_to(self, path: Path) -> None:
        """Write everybody's voices and whom they speak for into one file; consent is asked for where there is none."""
        session, sharing = self._session, self._window.workspace.sharing
        if session is None:
            return
        session.flush()
        voices = [entry.voice for entry in session.cast.values() if entry.voice]
        path = path if path.suffix else path.with_suffix(SUFFIX)
        self.with_consent(voices, lambda consent: sharing.export_cast(session.folder, path, consent))

    def with_consent(self, voices: list[str], then: object) -> None:
        """Go on at once where everybody agreed, else when the dialog was filled in."""
        missing = self._window.workspace.sharing.without_consent(voices)
        if not missing:
            then(Consent())  # type: ignore[operator]
            return
        dialog = ConsentDialog(missing, self._window)
        dialog.agreed.connect(then)
        dialog.show()

    def import_cast(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self._window, _("Import a cast"), str(Path.home()), _bundle_filter())
        if path:
            self.import_cast_from(Path(path))

    def import_cast_from(self, path: Path) -> None:
        """Take a bundle's voices in and give them to the characters of this show whom they speak for."""
        self._window.workspace.sharing.take_in(path, self._give_cast)

    @told
    def _give_cast(self, outcome: Outcome) -> None:
        session = self._session
        if session is None:
            return
        here = set(session.cast) | {turn.character for one in session.plan.segments for turn in one.turns}
        cast = Cast(tuple((name, entry) for name, entry in outcome.cast.items() if name in here and name))
        if not cast:
            self._window.status.say(_("This bundle speaks for nobody of this show; its voices are in the library."))
            return
        before = session.states.wanting
        recasting.give_cast(session, self._window.workspace.voices, cast)
        stale = max(0, session.states.wanting - before)
        self._window.editor.say(
            _("{characters} have their voices; {segments} to render.").format(
                characters=counted(len(cast), _("character"), _("characters")),
                segments=counted(stale, _("segment"), _("segments")),
            )
        )


def _bundle_filter() -> str:
    return _("Voice bundles") + f" (*{SUFFIX})"
