"""Keeps the timeline panel and the session in step: clips and their looks one way, what hands do to them the other."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.edits import Edit, SetClip, SetTrack
from studio.core.errors import StudioError
from studio.core.project import ClipDecision, TrackDecision
from studio.core.segments import Segment
from studio.i18n import _
from studio.qt.change import EVERYTHING, Change, Kind
from studio.qt.inspecting import opening_words
from studio.qt.peaks import PeakCache
from studio.qt.player import Player
from studio.qt.session import ScriptChange, Session
from studio.qt.undo import Gesture
from studio.ui.theme import Theme
from studio.ui.timeline.look import ClipLook
from studio.ui.timeline.painter import Colors
from studio.ui.timeline.panel import TimelinePanel
from studio.ui.widgets.marks import STATES

REFRESH_MS = 500
QUIET_MS = 600


class TimelineLink(QObject):
    """Lives as long as its session is shown."""

    segment_asked = Signal(str)
    trouble = Signal(object)

    def __init__(
        self, session: Session, panel: TimelinePanel, player: Player, peaks: PeakCache, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._panel = panel
        self._player = player
        self._speakers: Mapping[str, int] = {}
        self._looks: dict[str, ClipLook] = {}
        self._changed: set[str] | None = None  # whose look has to be made again; None: everybody's
        self._drag: tuple[str, ClipDecision, Gesture] | None = None
        self._is_first = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.refresh)
        self._links = [
            (session.script_changed, self._on_script),
            (session.changed, self._on_change),
            (panel.view.seek_asked, self._seek),
            (panel.view.play_asked, self._play),
            (panel.view.clip_selected, self.segment_asked.emit),
            (panel.view.clip_shifted, self._shift),
            (panel.view.track_decided, self._decide),
            (peaks.ready, panel.view.peaks_ready),
        ]
        for signal, slot in self._links:
            signal.connect(slot)
        self._on_change(EVERYTHING)

    def close(self) -> None:
        self._timer.stop()
        for signal, slot in self._links:
            signal.disconnect(slot)

    def set_speakers(self, speakers: Mapping[str, int]) -> None:
        if speakers != self._speakers:
            self._speakers = speakers
            self._changed = None
            self._timer.start(REFRESH_MS)

    @Slot()
    def refresh(self) -> None:
        session = self._session
        if self._changed is None:
            self._looks = {one.id: self._look(number, one) for number, one in enumerate(session.plan.segments)}
        elif self._changed:
            self._looks = dict(self._looks)  # what was shown stays what it was: the view compares
        for name in self._changed or ():
            number = session.index_of(name)
            if number is not None:
                self._looks[name] = self._look(number, session.plan.segments[number])
        self._changed = set()
        self._panel.show_timeline(session.timeline, self._looks)
        if self._is_first and session.timeline.length:
            self._is_first = False
            self._panel.fit_chapter()

    @Slot(object)
    def _on_script(self, change: ScriptChange) -> None:
        """An edit that leaves the number of segments leaves the numbers of all others."""
        touched = change.segments
        if touched.old_end != touched.new_end:
            self._changed = None
        elif self._changed is not None:
            self._changed.update(one.id for one in self._session.plan.segments[touched.start : touched.new_end])

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        if change is EVERYTHING or (change.touches(Kind.STATES) and not change.segments):
            self._changed = None
        elif self._changed is not None:
            self._changed.update(change.segments)
        if change.touches(Kind.PLAN):
            self._timer.start(QUIET_MS)  # whoever types does not look here
        elif change.touches(Kind.TIMELINE, Kind.STATES) and not self._timer.isActive():
            self._timer.start(REFRESH_MS)

    def _look(self, number: int, segment: Segment) -> ClipLook:
        status = self._session.states.of(segment.id)
        state = status.state.value if status is not None else "empty"
        letters = sum(len(turn.text) for turn in segment.turns) or 1
        voices = tuple((self._speakers.get(turn.character, 0), len(turn.text) / letters) for turn in segment.turns)
        return ClipLook(number + 1, opening_words(segment.turns), state, voices)

    def _seek(self, seconds: float) -> None:
        self._player.seek(int(seconds * self._session.timeline.rate))

    def _play(self, seconds: float) -> None:
        self._seek(seconds)
        self._player.play()

    def _shift(self, segment: str, seconds: float, is_last: bool) -> None:
        if self._drag is None or self._drag[0] != segment:
            self._drag = (segment, self._session.project.clips.get(segment, ClipDecision()), Gesture())
        _segment, before, gesture = self._drag
        moved = ClipDecision(before.shift_s + seconds, before.gain_db, before.trim_head_s, before.trim_tail_s, before.is_muted)
        self._do(SetClip(segment, moved), _("Move"), gesture)
        if is_last:
            self._drag = None

    def _decide(self, track: str, decision: TrackDecision) -> None:
        self._do(SetTrack(track, decision), _("Track"))

    def _do(self, edit: Edit, title: str, gesture: Gesture | None = None) -> None:
        try:
            self._session.do(edit, title, gesture)
        except StudioError as error:
            self.trouble.emit(error)


def colors_of(theme: Theme) -> Colors:
    """The theme as the timeline wants it."""
    return Colors(
        background=theme.color("bg"),
        panel=theme.color("panel"),
        line=theme.color("line"),
        text=theme.color("text"),
        muted=theme.color("muted"),
        accent=theme.color("accent"),
        states={state: theme.color(token) for state, (token, _word) in STATES.items()},
        speakers=tuple(theme.speaker(number) for number in range(len(theme.speakers))),
        sound=theme.speaker(2),
    )
