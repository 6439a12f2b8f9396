"""Lets a voice be heard: one line rendered outside the project, kept in the cache, played once. Lives on the GUI thread."""

from __future__ import annotations

from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from studio.core.errors import StudioError
from studio.core.render import Engine, Request
from studio.core.timeline import Clip, Timeline, Track
from studio.core.voices import Voice
from studio.qt.early import Recording
from studio.qt.player import Player
from studio.qt.render_thread import BeginWork, RenderJob, RenderThread, Report
from studio.qt.session import Session
from studio.qt.voices import Voices
from studio.render.arrange import samples_of
from studio.render.previews import request_of_character, request_of_voice
from studio.render.requests import Casting
from studio.render.runner import Flight, Stopped
from studio.store.takes import Take, TakeStore

SEARCH_JOBS = 1 << 24  # jobs of previews have negative ids, those from minus this on belong to searches for a seed
GROWN_MS = 100  # between two looks whether more has come of what is heard early


class Previewing(QObject):
    """`hear_character` speaks one of its own lines as it is cast, `hear_voice` a line that fits everybody."""

    trouble = Signal(object)

    def __init__(
        self, thread: RenderThread, player: Player, voices: Voices, folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._thread = thread
        self._player = player
        self._voices = voices
        self._folder = folder
        self._numbers = count(1)
        self._wanted = 0  # only the newest is played
        self._early: tuple[str, Recording] | None = None  # a segment that is heard while it is being rendered
        self._early_frames = 0
        self._growing = QTimer(self)
        self._growing.setInterval(GROWN_MS)
        self._growing.timeout.connect(self._grow)
        thread.done.connect(self._on_done)
        thread.failed.connect(self._on_failed)

    def hear_character(self, session: Session, name: str) -> None:
        """Play the character's first line in the voice it has now."""
        if session.casting is None:
            return
        try:
            request = request_of_character(session.plan.segments, session.casting, name)
        except StudioError as error:
            self.trouble.emit(error)
            return
        if request is not None:
            self._hear(request)

    def hear_voice(self, voice: Voice, casting: Casting | None) -> None:
        """Play a sample line in a voice of the library, or in a built-in one."""
        clones, codec = (casting.clones, casting.codec) if casting is not None else (False, "")
        self._hear(request_of_voice(voice, clones=clones, codec=codec))

    def hear_early(self, session: Session, segment: str) -> bool:
        """Play what there is of a segment that is being rendered, and what comes while it plays. False: there is nothing."""
        recording = session.rendering.heard_early(segment)
        if recording is None or not recording.frames:
            return False
        self._early = (session.sounds.lend(recording), recording)
        self._player.preview(self._grown())
        self._growing.start()
        return True

    def _grown(self) -> Timeline:
        assert self._early is not None
        name, recording = self._early
        self._early_frames = recording.frames
        length = samples_of(self._early_frames, recording.rate)
        return Timeline((Track("speech", (Clip("preview", name, 0, length),)),), length=length)

    @Slot()
    def _grow(self) -> None:
        if self._early is None or not self._player.is_playing():
            self._growing.stop()
            self._early = None
            return
        recording = self._early[1]
        if recording.frames > self._early_frames:
            self._player.extend_preview(self._grown())
        elif recording.is_over:
            self._growing.stop()

    def hear_file(self, path: Path, seconds: float) -> None:
        """Play a sound file once: a take."""
        self._early = None
        length = samples_of(int(seconds * 1000), 1000)
        clip = Clip("preview", str(path), 0, length)
        self._player.preview(Timeline((Track("speech", (clip,)),), length=length))

    def _hear(self, request: Request) -> None:
        try:
            complete = self._voices.complete(request)
        except StudioError as error:
            self.trouble.emit(error)
            return
        self._wanted = -next(self._numbers)
        self._thread.submit(RenderJob(self._wanted, complete, begin_in(self._folder)))

    @Slot(int, object)
    def _on_done(self, job_id: int, result: object) -> None:
        if job_id != self._wanted or not isinstance(result, Take):
            return
        try:
            self.hear_file(TakeStore(self._folder).path(result.key), result.seconds)
        except StudioError as error:
            self.trouble.emit(error)

    @Slot(int, object)
    def _on_failed(self, job_id: int, error: Exception) -> None:
        if -SEARCH_JOBS < job_id < 0 and isinstance(error, StudioError):
            self.trouble.emit(error)


def begin_in(folder: Path) -> BeginWork:
    """How a line is rendered outside every project: its take goes into `folder`."""
    return partial(_begin, folder)


def _begin(folder: Path, request: Request, engine: Engine, report: Report, stopped: Stopped) -> Flight:
    """Runs on the render thread."""
    return Flight(request, engine, TakeStore(folder), report, stopped)
