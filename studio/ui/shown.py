"""An open session on the screen: connects it with the panels, and refreshes them no oftener than eyes can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from studio.core.errors import StudioError
from studio.i18n import _, ngettext
from studio.qt.change import EVERYTHING, Change, Kind
from studio.qt.following import Follower
from studio.qt.inspecting import opening_words, take_rows, view_of
from studio.qt.models.queue import JobRow
from studio.qt.models.review import DoubtRow
from studio.qt.outlining import Outline, WordCount, outline
from studio.qt.proofing import doubt_rows, pickup_rows
from studio.qt.rendering import JobRow as StoredJob
from studio.qt.reviewed import Doubts
from studio.qt.session import Session
from studio.qt.words import in_words
from studio.ui.actions import Situation, key_hint
from studio.ui.scriptlink import ScriptLink
from studio.ui.timelinelink import TimelineLink
from studio.ui.undoing import UndoOrder

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


class Rhythm:
    """Calls `fill` after something changed that it shows, no oftener than its interval. GUI thread."""

    def __init__(self, fill: Callable[[], None], interval_ms: int, kinds: tuple[Kind, ...], parent: QObject) -> None:
        self._fill = fill
        self._kinds = kinds
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(fill)

    def follow(self, change: Change) -> None:
        if change.touches(*self._kinds) and not self._timer.isActive():
            self._timer.start()

    def now(self) -> None:
        """Fill now, if anything is waiting to be shown."""
        if self._timer.isActive():
            self._timer.stop()
            self._fill()

    def stop(self) -> None:
        self._timer.stop()


class ShownSession(QObject):
    """Lives as long as its session is open. Widgets are the window's; everything here reads the session and fills them."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self.session = session
        self._window = window
        self._work = window.workspace
        self._follower = Follower(session)
        self._counter = WordCount()
        self._problems = self._doubts = 0
        self._doubted = Doubts(session)
        self._is_following = False  # the script scrolls along with what is played
        self.segment = ""
        self.outline = Outline((), (), {}, (), 0, 0.0)
        self._rhythms = self._make_rhythms()
        self._script = ScriptLink(session, window.editor, self)
        self.undoing = UndoOrder(window.editor, session.undo_stack, self._work.voice_edits, self)
        peaks = self._work.peaks
        assert peaks is not None
        self._timeline = TimelineLink(session, window.timeline, self._work.player, peaks, self)
        self._links = self._make_links()
        for signal, slot in self._links:
            signal.connect(slot)
        self._on_change(EVERYTHING)
        self.refresh()
        self._on_cursor(*window.editor.place())

    def close(self) -> None:
        for rhythm in self._rhythms:
            rhythm.stop()
        for signal, slot in self._links:
            signal.disconnect(slot)
        self.undoing.close()
        self._script.close()
        self._timeline.close()
        self.deleteLater()

    def situation(self) -> Situation:
        """What decides which commands can be used."""
        session = self.session
        rendering, edits = session.rendering, self._work.voice_edits
        return Situation(
            has_project=True,
            can_write=session.is_writable,
            changed=session.states.wanting,
            problems=self._problems,
            takes=len(session.takes.of(self.segment)),
            waiting=rendering.count("waiting", "running"),
            failed=rendering.count("failed"),
            finished=rendering.count("done", "cancelled"),
            has_segment=bool(self.segment),
            has_sound=session.timeline.length > 0,
            can_undo=session.undo_stack.canUndo() or self._window.editor.document().isUndoAvailable() or edits.can_undo,
            can_redo=session.undo_stack.canRedo() or self._window.editor.document().isRedoAvailable() or edits.can_redo,
            voices=self._window.voices.count_chosen(),
            is_comparing=self._work.comparing.now is not None,
            doubts=self._doubts,
            pickups=len(session.project.pickups),
        )

    @Slot()
    def refresh(self) -> None:
        """Fill at once everything that something changed for."""
        for rhythm in self._rhythms:
            rhythm.now()

    def _make_rhythms(self) -> tuple[Rhythm, ...]:
        """Each part has a rhythm of its own, so that no two of them keep a key waiting."""
        words = (Kind.TEXT, Kind.PLAN, Kind.STATES, Kind.CAST, Kind.TAKES, Kind.SETTINGS)
        return (
            Rhythm(self._show_title, 60, (Kind.SETTINGS, Kind.SAVED, Kind.TEXT), self),
            Rhythm(self._show_position, 60, (Kind.TIMELINE,), self),
            Rhythm(self._show_segment, 120, words, self),
            Rhythm(self._show_acts, 150, (Kind.STATES, Kind.QUEUE, Kind.TAKES, Kind.TEXT, Kind.TIMELINE), self),
            Rhythm(self._show_queue, 200, (Kind.QUEUE, Kind.STATES), self),
            Rhythm(self._show_problems, 300, (Kind.DIAGNOSTICS, Kind.CAST), self),
            Rhythm(self._show_review, 400, (*words, Kind.TIMELINE), self),
            Rhythm(self._show_outline, 500, words, self),
        )

    def _show_title(self) -> None:
        self._window.top.show_title(self.session.title, self._saved_words())

    def _show_position(self) -> None:
        timeline = self.session.timeline
        position = min(self._work.player.position, timeline.length)
        self._window.top.transport.show_position(position / timeline.rate, timeline.length / timeline.rate)

    def _show_acts(self) -> None:
        self._show_main_button()
        self._window.desk.update_actions()

    def _make_links(self) -> list[tuple]:  # type: ignore[type-arg]
        window, desk, player = self._window, self._window.desk, self._work.player
        casting = window.casting
        return [
            (self.session.changed, self._on_change),
            (self.session.outside.noticed, desk.offer_versions),
            (self.session.rendering.loading, window.status.say),
            (self.session.rendering.finished, self._on_finished),
            (window.editor.cursor_moved, self._on_cursor),
            (window.editor.clicked, self._on_click),
            (window.editor.scrolled_by_hand, self._on_hand),
            (window.editor.undoAvailable, self._on_undo),
            (self.session.undo_stack.indexChanged, self._on_undo),
            (player.moved, self._on_moved),
            (player.playing_changed, self._on_playing),
            (self._work.voices.changed, self._on_voices),
            (self._work.peaks.ready if self._work.peaks else player.trouble, self._on_peaks),
            (window.inspector.currentChanged, self._on_tab),
            (self._timeline.segment_asked, desk.go_to_segment),
            (self._timeline.trouble, self._work.trouble),
            (window.outline.line_asked, desk.go_to_line),
            (window.outline.voice_asked, casting.cast_voice),
            (window.outline.preview_asked, casting.hear_character),
            (window.outline.another_asked, casting.cast_another),
            (window.voices.give.another_asked, casting.cast_another),
            (window.voices.give.seed_asked, casting.cast_seed),
            (window.voices.voice_asked, casting.cast_voice),
            (window.voices.listen_asked, casting.hear_voice),
            (window.segment.take_asked, desk.choose_take_key),
            (window.segment.listen_asked, casting.hear_take),
            (window.segment.preview_asked, casting.hear_character),
            (window.segment.section.strip.heard_asked, window.taking.hear_side),
            (self._work.comparing.changed, self._show_comparison),
            (window.review.place_asked, window.proofing.go_to),
            (window.review.listen_asked, window.proofing.listen),
            (window.review.retake_asked, window.proofing.retake),
            (window.review.note_given, window.proofing.put_note),
            (window.review.judging.given, window.proofing.judge),
            (window.problems.place_asked, desk.go_to_place),
            (window.problems.fix_asked, desk.mend),
            (window.queue.segment_asked, desk.go_to_segment),
            (window.queue.cancel_asked, desk.cancel_job),
            (window.queue.retry_asked, desk.retry_job),
            (window.queue.moved, desk.move_job),
        ]

    @Slot(object)
    def _on_change(self, change: Change) -> None:
        for rhythm in self._rhythms:
            rhythm.follow(change)

    def _show_outline(self) -> None:
        window = self._window
        self.outline = outline(self.session, self._counter)
        voices = self._work.voices.on_offer()
        window.outline.show_outline(self.outline, voices)
        window.voices.show_voices(self.outline.characters, can_write=self.session.is_writable)
        window.editor.set_speakers(self.outline.speakers)
        window.status.show_words(self.outline.words, self.outline.seconds)
        self._timeline.set_speakers(self.outline.speakers)
        window.outline.show_chapter(window.editor.place()[0])

    def _show_segment(self) -> None:
        view = view_of(self.session, self.segment, self.outline.speakers) if self.segment else None
        self._window.segment.show_segment(view)

    def _show_problems(self) -> None:
        found = self.session.diagnostics()
        self._problems = len(found)
        if self._window.problems.isVisible():
            self._window.problems.show_problems(found, can_write=self.session.is_writable)
        errors = sum(one.severity == "error" for one in found)
        warnings = sum(one.severity == "warning" for one in found)
        self._window.status.show_problems(errors, warnings)
        tabs = self._window.inspector
        title = _("Problems {count}").format(count=len(found)) if found else _("Problems")
        tabs.setTabText(tabs.indexOf(self._window.problems), title)

    def _show_review(self) -> None:
        """Takes in doubt are counted wherever one looks; their list is filled while somebody sees it."""
        window, before = self._window, self._doubts
        doubts, pickups = self.doubt_rows(), pickup_rows(self.session)
        self._doubts = len(doubts)
        window.status.show_doubts(len(doubts))
        if window.review.isVisible():
            window.review.show_review(doubts, pickups, can_write=self.session.is_writable)
            window.review.judging.show_settings(self.session.settings, can_write=self.session.is_writable)
        waiting = len(doubts) + len(pickups)
        title = _("Review {count}").format(count=waiting) if waiting else _("Review")
        window.inspector.setTabText(window.tab_of(window.review), title)
        if len(doubts) > before:
            said = ngettext("{count} take is in doubt", "{count} takes are in doubt", len(doubts))
            window.editor.announcer.announce(said.format(count=len(doubts)))
        window.desk.update_actions()

    def doubt_rows(self) -> tuple[DoubtRow, ...]:
        """The takes in doubt as they stand now."""
        return doubt_rows(self.session, self._doubted)

    def _show_comparison(self) -> None:
        self._window.segment.section.show_comparison(self._window.taking.compared())
        self._window.desk.update_actions()

    def heard(self) -> tuple[str, float] | None:
        """The segment that plays, and how many seconds into its take; None while nothing plays there."""
        player = self._work.player
        clip = self._follower.clip_at(player.position) if player.is_playing() and not player.is_previewing() else None
        if clip is None:
            return None
        return clip.id, (player.position - clip.start) / self.session.timeline.rate

    def _show_queue(self) -> None:
        rendering = self.session.rendering
        rows = rendering.rows()
        if self._window.queue.isVisible():
            self._window.queue.show_jobs([self._job_row(row) for row in rows])
        done, total = rendering.done_and_total()
        left = rendering.seconds_left()
        waiting = rendering.count("waiting", "running")
        share = (done + sum(rendering.share_of(row.id) for row in rendering.running)) / total if total else 0.0
        self._window.status.show_queue(
            self._queue_words(done, total, left), share, is_active=waiting > 0, is_paused=rendering.is_paused
        )
        if rendering.running:
            self._script.show_some({row.segment for row in rendering.running})

    def _queue_words(self, done: int, total: int, left_s: float | None) -> str:
        rendering = self.session.rendering
        failed = rendering.count("failed")
        if not total:
            words = ngettext("{count} segment failed", "{count} segments failed", failed).format(count=failed)
            return words if failed else ""
        if rendering.is_paused:
            return (
                _("Pausing after this segment")
                if rendering.running
                else _("Paused · {done} of {total}").format(done=done, total=total)
            )
        loading = rendering.load_progress
        if loading is not None and loading.total > 0:
            return _("Loading the engine · {percent} %").format(percent=int(100 * loading.done / loading.total))
        words = _("Rendering {number} of {total}").format(number=min(done + 1, total), total=total)
        return f"{words} · " + _("{time} left").format(time=in_words(left_s)) if left_s is not None else words

    def _job_row(self, row: StoredJob) -> JobRow:
        index = self.session.index_of(row.segment)
        plan = self.session.plan
        return JobRow(
            row.id,
            row.segment,
            row.state,
            opening_words(plan.segments[index].turns) if index is not None else _("no longer in the script"),
            plan.lines[index] + 1 if index is not None else 0,
            row.reason,
            row.error,
            round(self.session.rendering.share_of(row.id), 2),
        )

    def _show_main_button(self) -> None:
        rendering = self.session.rendering
        waiting = ""
        if self._work.engine.caps is None:
            waiting = _("The engine is getting ready…")
        elif rendering.count("waiting", "running"):
            waiting = _("Paused") if rendering.is_paused else _("Rendering…")
        elif rendering.count("failed"):
            waiting = _("Some segments failed")
        self._window.top.show_changed(self.session.states.wanting, waiting, key_hint("render.changed"))

    def _saved_words(self) -> str:
        saving = self.session.saving
        if not self.session.is_writable:
            return _("read only")
        if self.session.outside.is_apart:
            return _("NOT SAVED: changed by another program")
        if saving.has_failed:
            return _("NOT SAVED: the disk refuses")
        return _("all changes kept") if saving.is_kept else _("keeping changes…")

    def _on_cursor(self, line: int, column: int) -> None:
        mark = self._window.editor.segment_here()
        self._window.outline.show_chapter(line)
        self._point_to(mark.id if mark is not None else "")

    def _on_click(self, line: int, column: int) -> None:
        """Who clicks into the text while it plays wants to hear that; else the hand only writes."""
        if self._work.player.is_playing():
            self._is_following = True
            self._window.desk.seek_here()

    def _on_hand(self) -> None:
        """Nothing scrolls against the hand, until something is played anew."""
        self._is_following = False

    def _on_playing(self, is_playing: bool) -> None:
        self._window.top.transport.show_playing(is_playing)
        self._is_following = is_playing

    def _point_to(self, segment: str) -> None:
        if segment != self.segment:
            self.segment = segment
            self._work.comparing.end()
            self.session.reviewing.look_over(segment)
            self._show_segment()
            self._window.timeline.view.select(segment)
            self._window.desk.update_actions()

    def _on_moved(self, frame: int) -> None:
        rate = self.session.timeline.rate
        window, playing = self._window, self._work.player.is_playing()
        window.top.transport.show_position(frame / rate, self.session.timeline.length / rate)
        window.timeline.view.show_position(frame / rate, playing)
        self._script.show_spoken(self._follower.at(frame) if playing else None, follow=self._is_following)

    def _on_finished(self, done: int, failed: int) -> None:
        words = ngettext("{count} segment rendered", "{count} segments rendered", done).format(count=done)
        if failed:
            words += ", " + ngettext("{count} failed", "{count} failed", failed).format(count=failed)
        self._window.editor.say(words)

    def _on_peaks(self, *_: object) -> None:
        self._window.segment.peaks_ready()

    def _on_tab(self, *_: object) -> None:
        """Lists that nobody sees are not kept up to date; now somebody looks."""
        self._on_change(Change.of(Kind.DIAGNOSTICS, Kind.QUEUE, Kind.TAKES))
        self.refresh()

    def _on_undo(self, *_: object) -> None:
        self._window.desk.update_actions()

    def _on_voices(self) -> None:
        self._on_change(Change.of(Kind.CAST))

    def takes_here(self) -> list[str]:
        """The keys of the takes of the segment under the cursor, in the order of their letters."""
        return [row.key for row in take_rows(self.session, self.segment)] if self.segment else []

    def tell(self, error: StudioError) -> None:
        self._work.trouble.emit(error)
