"""What the window does when somebody listens for proof: takes in doubt one after the other, and pickups."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from studio.core.edits import SetSetting
from studio.core.errors import EditError
from studio.core.settings import SETTINGS, text
from studio.i18n import _, ngettext
from studio.qt import marking, proofing
from studio.qt.models.review import DoubtRow
from studio.ui.acts import Acts, told


class Proofing(Acts):
    """Lives on the GUI thread, belongs to one window."""

    def _say(self, sentence: str) -> None:
        """In the status line, and to screen readers."""
        self._window.editor.say(sentence)

    # takes in doubt

    def next_doubt(self) -> None:
        self._step(1)

    def previous_doubt(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        """On from the cursor, round and round."""
        session = self._session
        if session is None:
            return
        session.settle()
        rows = self._doubts()
        if not rows:
            self._say(_("No take is in doubt."))
            return
        here = session.index_of(self._segment)
        line = session.plan.lines[here] + 1 if here is not None else self._window.editor.place()[0] + 1
        places = [(row.line, session.index_of(row.segment) or 0) for row in rows]
        now = (line, here if here is not None else -1)
        if step > 0:
            number = next((number for number, place in enumerate(places) if place > now), 0)
        else:
            number = next((number for number in reversed(range(len(places))) if places[number] < now), len(places) - 1)
        self.go_to(rows[number].segment)
        self._say(_("{number} of {count}: {finding}").format(
            number=number + 1, count=len(rows), finding=", ".join(rows[number].findings)
        ))  # fmt: skip

    def go_to(self, segment: str) -> None:
        """The cursor goes to the segment, and the playhead with it."""
        self._window.desk.go_to_segment(segment)
        self._window.desk.seek_here()
        self._window.review.point_to(segment)

    @told
    def accept(self) -> None:
        """The take in doubt that the cursor is on, or that the list points at, is as it should be."""
        session, row = self._session, self._doubt()
        if session is None:
            return
        if row is None:
            raise EditError("no take in doubt is here", kept="nothing was changed", todo="go to one with F7")
        marking.accept(session, row.segment, row.key)
        self._say(_("Accepted as it is."))

    @told
    def retake(self) -> None:
        """Another take of the segment that the list of doubts points at."""
        row = self._window.review.current_doubt()
        if self._session is not None and row is not None:
            self._session.render_another_take(row.segment)

    def listen(self, segment: str) -> None:
        self.go_to(segment)
        self._window.desk.play_segment()

    @told
    def judge(self, name: str, value: str) -> None:
        """One of the project's settings of how takes are judged."""
        if self._session is not None and text(self._session.settings, name) != value:
            self._session.do(SetSetting(name, value), _(SETTINGS[name].title))

    def _doubts(self) -> tuple[DoubtRow, ...]:
        return self._window.shown.doubt_rows() if self._window.shown is not None else ()

    def _doubt(self) -> DoubtRow | None:
        rows = self._doubts()
        pointed = self._window.review.current_doubt() if self._window.review.isVisible() else None
        wanted = pointed.segment if pointed is not None and self._window.review.has_focus() else self._segment
        return next((row for row in rows if row.segment == wanted), None)

    # pickups

    @told
    def mark(self) -> None:
        """What is heard; while nothing plays, the segment under the cursor."""
        session, shown = self._session, self._window.shown
        if session is None or shown is None:
            return
        heard = shown.heard()
        segment, at_s = heard if heard is not None else (self._segment, 0.0)
        if not segment:
            raise EditError("nothing is heard, and the cursor is in no line that is spoken", kept="nothing was marked")
        proofing.mark(session, segment, at_s)
        index = session.index_of(segment)
        line = session.plan.lines[index] + 1 if index is not None else 0
        self._say(_("Line {line} is a pickup.").format(line=line))

    def note(self) -> None:
        """Write a note on the pickup that the list points at, or that the cursor is on."""
        segment = self._pickup()
        if segment:
            self._window.desk.go_to("review")
            self._window.review.edit_note(segment)

    @told
    def put_note(self, segment: str, words: str) -> None:
        if self._session is not None:
            proofing.note(self._session, segment, words)

    @told
    def unmark(self) -> None:
        session, segment = self._session, self._pickup()
        if session is not None and segment:
            proofing.unmark(session, segment)
            self._say(_("The mark is gone. Undo brings it back."))

    @told
    def run_up(self) -> None:
        """Play from three seconds before the pickup, or before the segment under the cursor."""
        session = self._session
        segment = self._pickup() or self._segment
        frame = proofing.run_up(session, segment) if session is not None else None
        if frame is None:
            raise EditError("this segment is not on the timeline yet", kept="nothing is played", todo="render it first")
        self._window.workspace.player.seek(frame)
        self._window.workspace.player.play()

    @told
    def render_pickups(self) -> None:
        """Another take of every segment that is marked."""
        session = self._session
        if session is None:
            return
        rows = proofing.pickup_rows(session)
        begun = sum(session.render_another_take(row.segment) for row in rows)
        self._say(ngettext("{count} take is being made.", "{count} takes are being made.", begun).format(count=begun))

    def _pickup(self) -> str:
        """The segment of the pickup that is meant: the list's while the focus is there, else the cursor's."""
        session, review = self._session, self._window.review
        row = review.current_pickup()
        if row is not None and review.has_focus():
            return row.segment
        return self._segment if session is not None and self._segment in session.project.pickups else ""

    def export_pickups(self) -> None:
        name, _filter = QFileDialog.getSaveFileName(self._window, _("Export pickups"), "pickups.csv", _KINDS)
        if name:
            self.write_pickups(Path(name))

    def import_pickups(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self._window, _("Import pickups"), "", _KINDS)
        if name:
            self.read_pickups(Path(name))

    @told
    def write_pickups(self, path: Path) -> None:
        session = self._session
        if session is not None:
            count = proofing.write(session, path)
            self._say(ngettext("{count} pickup is written.", "{count} pickups are written.", count).format(count=count))

    @told
    def read_pickups(self, path: Path) -> None:
        session = self._session
        if session is not None:
            count = proofing.read(session, path)
            self._say(ngettext("{count} pickup is marked.", "{count} pickups are marked.", count).format(count=count))


_KINDS = "CSV (*.csv)"
