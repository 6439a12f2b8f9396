"""What the commands do. Each act is a few lines over the workspace and the open session; errors go to the notice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

import studio
from studio import assets
from studio.core.diagnostics import Diagnostic
from studio.core.edits import SetClip
from studio.core.errors import StudioError
from studio.core.project import ClipDecision
from studio.core.timeline import Clip
from studio.i18n import _
from studio.qt import places
from studio.ui.actions import Situation
from studio.ui.acts import told
from studio.ui.commandlist import CommandList
from studio.ui.errors import open_folder
from studio.ui.export import ExportDialog
from studio.ui.voicedesk import VoiceDesk

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class Desk(VoiceDesk):
    """Lives on the GUI thread, belongs to one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._export: ExportDialog | None = None

    def update_actions(self) -> None:
        shown = self._window.shown
        self._window.actions_.update(shown.situation() if shown is not None else Situation())

    # file

    def new_project(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(
            self._window, _("New project"), str(places.projects_folder() / _("New show"))
        )
        if name:
            self._window.workspace.open_made(lambda: places.new_project(Path(name)))

    def new_episode(self) -> None:
        """The next project of this show: with its cast, voices and settings, and none of its words."""
        if self._session is None:
            return
        self._session.settle()
        last = self._session.folder
        name, _filter = QFileDialog.getSaveFileName(self._window, _("New episode"), str(last.with_name(_("Next episode"))))
        if name:
            self._window.workspace.open_made(lambda: places.next_episode(last, Path(name)))

    def open_project(self) -> None:
        name = QFileDialog.getExistingDirectory(self._window, _("Open project"), str(places.projects_folder()))
        if name:
            self.open_path(Path(name))

    def open_script(self) -> None:
        kinds = _("Scripts") + " (*.txt *.md);;" + _("All files") + " (*)"
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Open script"), str(Path.home()), kinds)
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """A project's folder, or a script, which becomes a project."""
        if path.is_dir():
            self.open_folder(path)
        else:
            self._window.workspace.open_made(lambda: places.project_of_script(path))

    def open_folder(self, folder: Path) -> None:
        self._window.workspace.open(folder)

    def open_demo(self) -> None:
        names = places.demos()
        if names:
            self.open_demo_named("the-lily-pod" if "the-lily-pod" in names else names[0])

    def open_demo_named(self, name: str) -> None:
        self._window.workspace.open_made(lambda: places.project_of_demo(name))

    def offer_read_only(self, folder: Path, error: StudioError) -> None:
        """A project that somebody else writes in can be looked at."""
        self._window.notice.say(
            str(error),
            button=_("Open to read only"),
            act=lambda: self._read_only(folder),
        )

    def _read_only(self, folder: Path) -> None:
        self._window.workspace.open(folder, write=False)

    @told
    def save_now(self) -> None:
        if self._session is not None and self._session.outside.is_apart:
            self.offer_versions()
        elif self._session is not None:
            self._session.flush()
            self._window.status.say(_("Saved."))

    def offer_versions(self) -> None:
        """The script lies changed on the disk, and not by us."""
        self._window.notice.offer(
            _("The script was changed by another program."),
            _("Whichever you choose, the other version can be had again: by undo, or from the project's folder “backups”."),
            (_("Load the changed script"), self._load_theirs),
            (_("Keep what is here"), self._keep_ours),
        )

    @told
    def _load_theirs(self) -> None:
        if self._session is not None:
            self._window.editor.put_text(self._session.outside.load())
            self._session.flush()

    @told
    def _keep_ours(self) -> None:
        if self._session is not None:
            self._session.outside.keep()

    def export(self) -> None:
        work = self._window.workspace
        if self._session is None or work.exporting is None:
            return
        self._session.settle()
        if self._export is not None:
            self._export.close()
        self._export = ExportDialog(self._session, work.exporting, self._window)
        self._export.show()

    @property
    def export_dialog(self) -> ExportDialog | None:
        return self._export

    def close_project(self) -> None:
        self._window.workspace.remembered.forget_last()
        self._window.workspace.close_project()

    def quit(self) -> None:
        self._window.close()

    # edit

    def undo(self) -> None:
        """Take back what was done last, be it in the script, a decision or to the voices, and say what that was."""
        if self._window.shown is not None:
            self._said_of_undo(self._window.shown.undoing.undo())

    def redo(self) -> None:
        if self._window.shown is not None:
            self._said_of_undo(self._window.shown.undoing.redo())

    def _said_of_undo(self, said: str | None) -> None:
        if said:
            self._window.editor.say(said)

    def in_editor(self, method: str) -> None:
        if self._session is not None:
            getattr(self._window.editor, method)()

    def mend_all(self) -> None:
        """Every fix that needs no guess, as one step of undo."""
        problems = self._window.editor.problems
        fixes = [(placed, placed[1].diagnostic.fix) for placed in problems.all()]
        problems.mend([placed for placed, fix in fixes if fix is not None and fix.safe])

    def mend(self, problem: Diagnostic) -> None:
        problems = self._window.editor.problems
        problems.mend([one for one in problems.all() if one[1].diagnostic == problem])

    # places

    def go_to(self, place: str) -> None:
        window = self._window
        if self._session is None:
            return
        if place in ("outline", "timeline", "script"):
            window.focus_pane(place)
            return
        self.show_panel(place)
        window.focus_pane("inspector")

    def show_panel(self, place: str) -> None:
        """Turn the inspector to one of its tabs, and leave the focus where it is."""
        window = self._window
        panels = {"voices": window.voices, "problems": window.problems, "review": window.review, "queue": window.queue}
        window.set_hidden("inspector", False)
        window.inspector.setCurrentIndex(window.tab_of(panels[place]) if place in panels else 0)

    def next_pane(self, step: int) -> None:
        """On to the next pane that can be seen, round and round."""
        window = self._window
        seen = [name for name in ("outline", "script", "inspector", "timeline") if not window.is_hidden(name)]
        here = QApplication.focusWidget()
        inside = [number for number, name in enumerate(seen) if here is not None and window.frame_of(name).isAncestorOf(here)]
        window.focus_pane(seen[((inside[0] if inside else 0) + step) % len(seen)])

    def back_to_script(self) -> None:
        self._window.editor.setFocus()

    def go_to_line(self, line: int) -> None:
        self.go_to_place(line, 0)

    def go_to_place(self, line: int, column: int) -> None:
        if self._session is not None:
            self._session.settle()
            self._window.editor.reveal(line, column)
            self._window.editor.setFocus()

    def go_to_segment(self, segment: str) -> None:
        index = self._session.index_of(segment) if self._session is not None else None
        if self._session is not None and index is not None and segment != self._segment:
            start = self._session.plan.starts[index]
            self._window.editor.reveal(start.line, start.column)

    def step_segment(self, step: int) -> None:
        """To the next or previous segment; the playhead goes with the cursor."""
        if self._session is None:
            return
        self._session.settle()
        here = self._session.index_of(self._segment)
        if here is None:
            found = self._session.plan.at(self._window.editor.place()[0])
            here = found.start - (step > 0)
        target = max(0, min(here + step, len(self._session.plan.segments) - 1))
        if self._session.plan.segments:
            self.go_to_segment(self._session.plan.segments[target].id)
            self.seek_here()

    def toggle_panel(self, panel: str) -> None:
        self._window.set_hidden(panel, not self._window.is_hidden(panel))

    def set_theme(self, name: str) -> None:
        self._window.themes.choose(name)

    def show_commands(self) -> None:
        window = self._window
        commands = CommandList(window.actions_.all(), window)
        commands.resize(commands.sizeHint())
        top = window.mapToGlobal(window.rect().topLeft())
        commands.move(top.x() + (window.width() - commands.width()) // 2, top.y() + 80)
        commands.show()

    # rendering

    @told
    def render_changed(self) -> None:
        if self._session is not None:
            self._session.render_needed()

    @told
    def render_segment(self) -> None:
        if self._session is not None and self._segment and not self._session.render_segment(self._segment):
            as_it_stands = _("This segment is rendered as it stands. Ctrl+T makes another take.")
            self._window.editor.say(self._session.states.problem(self._segment) or as_it_stands)

    @told
    def new_take(self) -> None:
        if self._session is not None and self._segment and not self._session.render_another_take(self._segment):
            self._window.editor.say(
                self._session.states.problem(self._segment) or _("No take can be made of this segment now.")
            )

    def choose_take(self, number: int) -> None:
        keys = self._window.shown.takes_here() if self._window.shown is not None else []
        if number <= len(keys):
            self.choose_take_key(keys[number - 1])

    @told
    def choose_take_key(self, key: str) -> None:
        if self._session is not None and self._segment:
            self._session.choose_take(self._segment, key)

    def of_takes(self, act: str) -> None:
        """One of the acts of `taking`."""
        if self._session is not None:
            getattr(self._window.taking, act)()

    def of_review(self, act: str) -> None:
        """One of the acts of `proofing`."""
        if self._session is not None:
            getattr(self._window.proofing, act)()

    def pause_rendering(self) -> None:
        if self._session is not None:
            rendering = self._session.rendering
            (rendering.resume if rendering.is_paused else rendering.pause)()

    def stop_rendering(self) -> None:
        if self._session is not None:
            self._session.rendering.stop()
            self._window.status.say(_("Stopping. Finished takes stay."))

    @told
    def retry_failed(self) -> None:
        if self._session is not None:
            self._session.rendering.retry()

    @told
    def retry_job(self, job: int) -> None:
        if self._session is not None:
            self._session.rendering.retry([job])

    @told
    def clear_finished(self) -> None:
        if self._session is not None:
            self._session.rendering.clear_finished()

    @told
    def cancel_job(self, job: int) -> None:
        if self._session is not None:
            self._session.rendering.cancel([job])

    @told
    def move_job(self, job: int, step: int) -> None:
        """One place up or down among those that wait."""
        if self._session is None:
            return
        waiting = [row.id for row in self._session.rendering.rows() if row.state == "waiting" and row.id != job]
        all_ids = [row.id for row in self._session.rendering.rows() if row.state == "waiting"]
        place = max(0, min(all_ids.index(job) + step, len(waiting)))
        self._session.rendering.move(job, waiting[place] if place < len(waiting) else None)

    def use_engine(self, name: str) -> None:
        self._window.workspace.use_engine(name)

    # playing

    def toggle_play(self) -> None:
        self._window.workspace.player.toggle()

    def play_segment(self) -> None:
        """From the start of the segment under the cursor; of one that is being rendered, what there is and what comes."""
        work = self._window.workspace
        if self._session is not None and work.previewing.hear_early(self._session, self._segment):
            return
        if self._clip_here() is not None:
            self.seek_here()
            self._window.workspace.player.play()

    @told
    def mute_segment(self) -> None:
        """Silence where the segment was, or its sound again; its place on the timeline stays."""
        if self._session is None or not self._segment:
            return
        before = self._session.project.clips.get(self._segment, ClipDecision())
        self._session.do(SetClip(self._segment, replace(before, is_muted=not before.is_muted)), _("Mute"))
        self._window.editor.say(_("This segment is heard again.") if before.is_muted else _("This segment is muted."))

    def seek_here(self) -> None:
        """The playhead goes to the segment under the cursor."""
        clip = self._clip_here()
        if clip is not None:
            self._window.workspace.player.seek(clip.start)

    def _clip_here(self) -> Clip | None:
        speech = self._session.timeline.track("speech") if self._session is not None else None
        return next((one for one in speech.clips if one.id == self._segment), None) if speech is not None else None

    def play_from_start(self) -> None:
        self._window.workspace.player.seek(0)
        self._window.workspace.player.play()

    # help

    def show_help(self) -> None:
        names = assets.names("help", ".md")
        if names:
            first = "index.md" if "index.md" in names else names[0]
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(assets.path("help", first))))

    def show_log(self) -> None:
        open_folder(places.log_folder())

    def show_about(self) -> None:
        box = QMessageBox(self._window)
        box.setWindowTitle(_("About Dia Studio"))
        box.setText(_("Dia Studio {version}. Free software under the Apache License 2.0.").format(version=studio.__version__))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
