"""The open project on the GUI thread: the script that is edited, the decisions, one undo stack, one signal for every change.

It holds and it tells. Saving, rendering, arranging and the states of segments are neighbours with modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from studio.core.diagnostics import Diagnostic, Surroundings
from studio.core.edits import ChooseTake, Edit
from studio.core.errors import EditError, StudioError
from studio.core.live import Change as ScriptChange
from studio.core.live import LiveScript
from studio.core.project import Project
from studio.core.render import Caps, Limits, Request
from studio.core.script import Script
from studio.core.segments import Plan, Segment
from studio.core.settings import layered
from studio.core.sounds import SOUND_SET
from studio.core.timeline import Timeline
from studio.core.voices import Cast
from studio.qt.arranging import Arranging
from studio.qt.change import EVERYTHING, Change, Kind
from studio.qt.engines import EngineChoice
from studio.qt.materials import MaterialStore
from studio.qt.outside import Outside
from studio.qt.planning import Cutter
from studio.qt.pools import Pools
from studio.qt.render_thread import RenderThread
from studio.qt.rendering import Job, JobRow, Rendering
from studio.qt.reviewing import Reviewing
from studio.qt.saving import Saving
from studio.qt.sounds import Sounds
from studio.qt.standing import Standing
from studio.qt.states import Basis, Reason, Status
from studio.qt.takebook import TakeBook, TakeRow, said_differently
from studio.qt.typing import LinesEdit, Typing
from studio.qt.undo import EditCommand, Gesture
from studio.qt.voices import Voices
from studio.render.projects import previous_of
from studio.render.requests import Casting, casting, overheads
from studio.store.project import ProjectStore
from studio.store.takes import Take, TakeStore

PLAN_QUIET_MS = 2000  # the plan is kept when the hands rest: it can be made again from the text and the last one


class Session(QObject):
    """One open project. Everything that changes it goes through `do`, `edit_lines` or `rendering`; views hear `changed`."""

    changed = Signal(object)  # Change
    script_changed = Signal(object)  # core.live.Change: which lines and findings differ
    trouble = Signal(object)  # StudioError

    def __init__(
        self,
        store: ProjectStore,
        voices: Voices,
        engine: EngineChoice,
        thread: RenderThread,
        pools: Pools,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._voices = voices
        self._engine = engine
        self.project: Project = store.load()
        self.undo_stack = QUndoStack(self)
        self.takes = TakeBook(store.takes, store.all_takes())
        self._standing = Standing(self.basis, self._present, self)
        self.states = self._standing.states
        self.sounds = Sounds(TakeStore(store.takes.folder))
        self._kept = previous_of(store)
        self._cutter = Cutter(self._limits(), self._kept)
        self._cutter.follow(engine.caps, store)
        self._live = LiveScript(store.text, self._surroundings(), self._cutter)
        self._casting: Casting | None = None
        self._index: dict[str, int] = {}
        self._index_of: Plan | None = None
        self._typing = Typing(self._take_in, self)
        self.saving = Saving(self.text, store.save_text, pools.background, self)
        self.outside = Outside(store, self.saving, self.text, self)
        self.rendering = Rendering(store, TakeStore(store.takes.folder), thread, self, self)
        self.reviewing = Reviewing(store, self, pools.background, parent=self)
        self._materials = MaterialStore(self.sounds, store.folder)
        self.arranging = Arranging(self._snapshot, pools.interactive, self)
        self._plan_timer = QTimer(self)
        self._plan_timer.setSingleShot(True)
        self._plan_timer.setInterval(PLAN_QUIET_MS)
        self._plan_timer.timeout.connect(self._save_plan)
        self._connect()
        self._recast()
        self.arranging.invalidate()
        self._plan_timer.start()

    # what there is

    @property
    def folder(self) -> Path:
        return self._store.folder

    @property
    def is_writable(self) -> bool:
        return self._store.is_writable

    @property
    def script(self) -> Script:
        return self._live.script

    @property
    def plan(self) -> Plan:
        return self._live.plan

    @property
    def timeline(self) -> Timeline:
        return self.arranging.timeline

    @property
    def cast(self) -> Cast:
        """Who has which voice: what the script says, overlaid by what was decided here."""
        return self.script.front.cast.overridden_by(self.project.cast)

    @property
    def settings(self) -> Mapping[str, str]:
        return layered(self.script.front, self.project.settings)

    @property
    def title(self) -> str:
        return self.settings.get("title") or self.folder.name

    @property
    def casting(self) -> Casting | None:
        """How requests are made now; None until the engine is known."""
        return self._casting

    @property
    def caps(self) -> Caps | None:
        """What the engine can do; None until it has said so."""
        return self._engine.caps

    def has_voice(self, name: str) -> bool:
        return name in self._voices.all()

    def diagnostics(self) -> list[Diagnostic]:
        return self._live.diagnostics()

    def text(self) -> str:
        """The script with everything typed so far."""
        self._typing.flush()
        return self._live.text()

    def request_of(self, segment: str) -> Job | None:
        """What would render the segment as it reads now, whether it is needed or not; None where it cannot be rendered."""
        status = self.states.of(segment)
        if status is None or not status.key:
            return None
        return Job(segment, status.request, status.key, status.reason or Reason.AGAIN)

    # what the user does

    def do(self, edit: Edit, title: str, gesture: Gesture | None = None) -> None:
        """Make one decision, undoable and kept at once. Raises EditError, and then nothing has changed."""
        if not self.is_writable:
            raise EditError("this project is open to read only", where=self.folder, kept="nothing was changed")
        edit.apply(self.project)
        self.undo_stack.push(EditCommand(edit, self._apply, title, gesture))

    def edit_lines(self, first: int, removed: int, lines: Sequence[str]) -> None:
        """What the editor says of its document; taken in when the hands rest."""
        self._typing.edit(first, removed, lines)
        self.saving.text_changed()

    def settle(self) -> None:
        """Take in what was typed, now: before anything that depends on the words."""
        self._typing.flush()

    def render_needed(self) -> int:
        """Queue what has to be rendered; how many segments that is."""
        self.settle()
        self._standing.finish()
        jobs = self.states.needed(self.plan.segments)
        self._save_plan()
        self.reviewing.resume()
        self.rendering.render(jobs)
        return len(jobs)

    def render_segment(self, segment: str) -> bool:
        """Render one segment before all that waits, if it is needed."""
        self.settle()
        status = self.states.of(segment)
        job = self.request_of(segment)
        if job is None or status is None or status.reason is None:
            return False
        self._save_plan()
        self.rendering.render([job], first=True)
        return True

    def render_another_take(self, segment: str) -> bool:
        """Another performance of the same words; it will be heard when it is there."""
        self.settle()
        job = self.reviewing.another(segment)
        if job is None:
            return False
        self._save_plan()
        self.rendering.render([job], first=True)
        return True

    def choose_take(self, segment: str, key: str) -> None:
        """Let a take stand for its segment. Raises EditError."""
        self.do(ChooseTake(segment, key), "Choose take")

    def flush(self) -> None:
        """Everything on disk when it returns. Raises StudioError."""
        self.settle()
        if self.is_writable:
            self.saving.flush()
            self._save_plan()

    def close(self) -> None:
        """Keep everything and let the project go, also where keeping fails: then the error is raised after all is closed."""
        try:
            self.flush()
        except StudioError as error:
            raise self.outside.parted(error) from error
        finally:
            for part in (self.rendering, self.reviewing, self.arranging):
                part.close()
            self._plan_timer.stop()
            self._standing.close()
            self._store.close()

    # what rendering asks

    def complete(self, request: Request) -> Request:
        return self._voices.complete(request)

    def record_take(self, job: JobRow, take: Take, then: JobRow | None = None) -> TakeRow:
        caps = self._engine.caps
        is_draft, next_id = caps is not None and caps.is_draft, then.id if then is not None else None
        picks = self.reviewing.opened_by(job)
        return self._store.add_take(job.segment, take.key, is_draft=is_draft, job=job.id, then=next_id, picks=picks)

    def further_take(self, row: JobRow) -> Job | None:
        return self.reviewing.further_take(row)

    def estimated_s(self, *segments: str) -> float:
        """The estimated seconds of those of these segments that are in the script."""
        index, planned = self._segments(), self.plan.segments
        return sum(planned[index[one]].estimated_s for one in segments if one in index)

    def index_of(self, segment: str) -> int | None:
        """The segment's place in the plan."""
        return self._segments().get(segment)

    # how it follows

    def _connect(self) -> None:
        self.rendering.took.connect(self._on_take)
        self.rendering.left.connect(self.reviewing.left)
        self.reviewing.added.connect(self.takes.add)
        self.reviewing.picked.connect(self._standing.follow)
        self.reviewing.reviewed.connect(lambda known: self.changed.emit(Change.of(Kind.TAKES, segments=known)))
        self.reviewing.trouble.connect(self.trouble)
        self.rendering.states_changed.connect(partial(self._standing.follow_jobs, job_of=self.rendering.job_of))
        self._standing.changed.connect(self._on_states)
        self.rendering.queue_changed.connect(partial(self._tell, Kind.QUEUE))
        self.rendering.trouble.connect(self.trouble)
        self.outside.trouble.connect(self.trouble)
        self.saving.state_changed.connect(partial(self._tell, Kind.SAVED))
        self.arranging.arranged.connect(partial(self._tell, Kind.TIMELINE))
        self._engine.ready.connect(self._on_engine)
        self._engine.chosen.connect(self._recast)
        self._voices.changed.connect(self._on_voices)

    def _apply(self, edit: Edit) -> Edit:
        old = self.project
        new, inverse = edit.apply(old)
        self._store.save(old, new)
        self.project = new
        kinds = {Kind.SETTINGS} if old.settings != new.settings else set()
        if old.cast != new.cast or old.settings != new.settings:
            self._recast()
            kinds.add(Kind.CAST)
        differ = said_differently(old, new)
        if differ:
            self._standing.follow(differ)
            kinds.add(Kind.TAKES)
        self.arranging.invalidate()
        self.changed.emit(Change(frozenset(kinds), frozenset(differ) if kinds == {Kind.TAKES} else frozenset()))
        return inverse

    def _take_in(self, edit: LinesEdit) -> None:
        front = self.script.front
        before = self.plan.segments
        change = self._live.edit(edit.first, edit.removed, edit.lines)
        self._plan_timer.start()
        touched = self.plan.segments[change.segments.start : change.segments.new_end]
        gone = {one.id for one in before[change.segments.start : change.segments.old_end]} - {one.id for one in touched}
        self.states.forget(gone)
        if self.script.front != front:
            self._recast()
        else:
            self._standing.follow([one.id for one in touched])
        self.arranging.invalidate(when_quiet=True)
        self.script_changed.emit(change)
        self.changed.emit(Change.of(Kind.TEXT, Kind.PLAN, Kind.DIAGNOSTICS))

    def _recast(self) -> None:
        """The cast, the settings or the engine differ: any segment may stand differently."""
        caps = self._engine.caps
        self._casting = casting(self.cast, self._voices.all(), self.settings, caps) if caps is not None else None
        self._standing.start_over(self.plan.segments)

    def basis(self) -> Basis | None:
        caps = self._engine.caps
        if self._casting is None or caps is None:
            return None
        return Basis(self._casting, caps, self.takes.known(self.project, self.reviewing.picks), self.rendering.job_of)

    def _on_states(self, differ: frozenset[str]) -> None:
        self.arranging.invalidate()
        self.changed.emit(Change.of(Kind.STATES, segments=differ))

    def _on_engine(self) -> None:
        cutter, was_unknown = self._cutter, self._casting is None
        self._recast()
        if self._casting is not None:
            cutter.overhead = overheads(self._casting)
        if cutter.follow(self._engine.caps, self._store):
            # A plan made before the engine was known binds nobody: the terminal would cut what the project keeps.
            cutter.previous = self._kept if was_unknown and self._live.text() == self._store.text else self.plan
            self._live = LiveScript(self._live.text(), self._surroundings(), cutter)
            self._standing.start_over(self.plan.segments)
            self.changed.emit(EVERYTHING)

    def _on_voices(self) -> None:
        self._live.set_surroundings(self._surroundings())
        self._recast()
        self.changed.emit(Change.of(Kind.CAST, Kind.DIAGNOSTICS))

    def _on_take(self, row: TakeRow, is_to_be_heard: bool) -> None:
        self.takes.add(row)
        self._standing.follow({row.segment, *self.states.wanting_take(row.key)})
        if is_to_be_heard and self.is_writable and row.segment not in self.project.locked():
            try:
                self.choose_take(row.segment, row.key)
            except StudioError as error:
                self.trouble.emit(error)
        self.changed.emit(Change.of(Kind.TAKES, segments=frozenset({row.segment})))
        self.reviewing.took(row)

    def _snapshot(self) -> Callable[[], Timeline]:
        takes = {status.segment: status.take for status in self.states.in_order(self.plan.segments) if status.take}
        if not takes and self._casting is None:  # the engine is not known yet: what was heard last is heard on
            takes = {one.id: key for one in self.plan.segments if (key := self._last_heard(one.id))}
        return partial(self._materials.timeline, self.script, self.plan, self.project, takes)

    def _last_heard(self, segment: str) -> str:
        rows = self.takes.of(segment)
        return self.project.chosen.get(segment) or (rows[-1].key if rows else "")

    def _save_plan(self) -> None:
        if not self.is_writable:
            return
        try:
            self._store.save_plan(self.plan, self._live.text())
        except StudioError as error:
            self.trouble.emit(error)

    def _present(self, segments: Iterable[str]) -> list[Segment]:
        """Those of these segments that are in the script."""
        index = self._segments()
        return [self.plan.segments[index[one]] for one in segments if one in index]

    def _segments(self) -> Mapping[str, int]:
        if self._index_of is not self.plan:
            self._index = {one.id: number for number, one in enumerate(self.plan.segments)}
            self._index_of = self.plan
        return self._index

    def _limits(self) -> Limits:
        return self._engine.caps.limits if self._engine.caps is not None else Limits()

    def _surroundings(self) -> Surroundings:
        folder = self._store.folder
        return Surroundings(self._limits(), SOUND_SET, self._voices.all() or None, lambda name: (folder / name).is_file())

    def _tell(self, kind: Kind, *_: object) -> None:
        self.changed.emit(Change.of(kind))


__all__ = ["EVERYTHING", "ScriptChange", "Session", "Status"]
