"""Keeps the script editor and the session in step: words go one way, problems, segments and the spoken word the other."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.segments import place_of
from studio.qt.change import EVERYTHING, Change, Kind
from studio.qt.following import Spoken
from studio.qt.inspecting import short_reason, signs_of
from studio.qt.outlining import seconds_of
from studio.qt.session import ScriptChange, Session
from studio.ui.editor.table import SegmentMark
from studio.ui.editor.view import ScriptEditor

FEW = 60  # segments that are shown at once
SLICE = 300  # segments shown between two looks at the event loop
SCREEN_LINES = 120
ELSEWHERE_MS = 250  # problems far from the cursor may come a little later than those under it


class ScriptLink(QObject):
    """Lives as long as its session is shown."""

    def __init__(self, session: Session, editor: ScriptEditor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._editor = editor
        self._all_problems = QTimer(self)
        self._all_problems.setSingleShot(True)
        self._all_problems.setInterval(ELSEWHERE_MS)
        self._all_problems.timeout.connect(self._show_all_problems)
        self._heard_line = -1
        self._swept = 0  # segments shown anew since many of them changed
        self._sweep = QTimer(self)
        self._sweep.setInterval(0)
        self._sweep.timeout.connect(self._sweep_on)
        kept = editor.set_text(session.text())
        editor.setReadOnly(not session.is_writable)
        if kept != session.text():
            session.edit_lines(0, len(session.text().split("\n")), kept.split("\n"))
            session.settle()
        editor.lines_changed.connect(session.edit_lines)
        session.script_changed.connect(self._on_script)
        session.changed.connect(self._on_change)
        self._on_change(EVERYTHING)

    def close(self) -> None:
        self._editor.lines_changed.disconnect(self._session.edit_lines)
        self._session.script_changed.disconnect(self._on_script)
        self._session.changed.disconnect(self._on_change)
        self._all_problems.stop()
        self._sweep.stop()

    def show_spoken(self, spoken: Spoken | None, *, follow: bool = False) -> None:
        """Mark the word that is heard, or none; `follow` scrolls it into view."""
        if spoken is None or spoken.segment >= len(self._session.plan.segments):
            self._editor.clear_spoken()
            return
        start = place_of(self._session.plan, spoken.segment, spoken.turn, spoken.start)
        end = place_of(self._session.plan, spoken.segment, spoken.turn, max(spoken.start, spoken.end - 1))
        if follow and start.line != self._heard_line:
            self._editor.reveal(start.line)
        self._heard_line = start.line
        self._editor.mark_spoken(start.line, start.column, end.column + 1 if end.line == start.line else start.column + 1)

    @Slot(object)
    def _on_script(self, change: ScriptChange) -> None:
        if change.elsewhere:
            self._all_problems.start()
        else:
            self._editor.show_diagnostics(change.diagnostics, change.first_line, change.new_end_line - 1)
        last = self._last_line_of(change.segments.new_end)
        self._show_marks(change.first_line, max(last, change.new_end_line - 1))

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change is EVERYTHING or change.touches(Kind.CAST):
            self._show_all_problems()
        if change.touches(Kind.STATES, Kind.TAKES):
            self._session.settle()  # lines are counted in what is on the screen
            if 0 < len(change.segments) <= FEW:
                self.show_some(change.segments)
            else:
                self._show_all()

    def _show_all_problems(self) -> None:
        self._session.settle()
        self._all_problems.stop()
        self._editor.show_diagnostics(self._session.diagnostics())

    def show_some(self, segments: Iterable[str]) -> None:
        """Show how these segments stand now."""
        plan = self._session.plan
        for segment in segments:
            index = self._session.index_of(segment)
            if index is not None:
                line = plan.lines[index]
                self._show_marks(line, line + plan.lies[index].lines)

    def _show_all(self) -> None:
        """What can be seen at once, the rest between other events."""
        first = self._editor.firstVisibleBlock().blockNumber()
        self._show_marks(first, min(first + SCREEN_LINES, self._editor.blockCount() - 1))
        self._swept = 0
        self._sweep.start()

    def _sweep_on(self) -> None:
        self._session.settle()
        plan = self._session.plan
        end = min(self._swept + SLICE, len(plan.segments))
        if self._swept < end:
            self._show_marks(plan.lines[self._swept] if self._swept else 0, self._last_line_of(end))
        self._swept = end
        if end >= len(plan.segments):
            self._sweep.stop()
            if self._swept == 0:
                self._show_marks(0, None)

    def _show_marks(self, first: int, last: int | None) -> None:
        """Show the segments of lines `first` to `last`, both of them included."""
        plan = self._session.plan
        end = len(plan.segments) if last is None else plan.at(last).stop
        self._editor.show_segments([self._mark(index) for index in range(plan.at(first).start, end)], first, last)

    def _last_line_of(self, end: int) -> int:
        """The last line of the segment before number `end`."""
        plan = self._session.plan
        return plan.lines[end - 1] + plan.lies[end - 1].lines if end else 0

    def _mark(self, index: int) -> SegmentMark:
        session = self._session
        segment = session.plan.segments[index]
        first = session.plan.lines[index]
        status = session.states.of(segment.id)
        seconds, is_estimate = seconds_of(session, segment.id)
        told = session.rendering.progress_of(segment.id)
        return SegmentMark(
            first,
            first + session.plan.lies[index].lines,
            str(status.state) if status is not None else "empty",
            seconds,
            is_estimate,
            None if told is None else 0.0 if told.phase == "loading" else told.done,
            segment.id,
            short_reason(session, segment.id),
            signs_of(session, segment.id),
        )
