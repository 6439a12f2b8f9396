"""What lives as long as the window: the render thread, pools, player, voices, and the project that is open, if one is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.core.errors import ProjectLockedError, StudioError
from studio.core.settings import text
from studio.qt import places
from studio.qt.change import Change, Kind
from studio.qt.comparing import Comparing
from studio.qt.engines import EngineChoice
from studio.qt.exporting import Exporting
from studio.qt.foresight import Foresight
from studio.qt.peaks import PeakCache
from studio.qt.player import Player
from studio.qt.pools import Pools
from studio.qt.previewing import Previewing
from studio.qt.remembered import Remembered
from studio.qt.render_thread import RenderThread
from studio.qt.session import Session
from studio.qt.sound import open_output
from studio.qt.voiceedits import VoiceEdits
from studio.qt.voices import Voices
from studio.qt.voicesharing import VoiceSharing
from studio.qt.voiceuses import VoiceUses
from studio.render.removal import sweep_leftovers
from studio.store.project import ProjectStore


class Workspace(QObject):
    """Lives on the GUI thread. `opened` and `closed` come in turns; `locked` offers to open to read only."""

    opened = Signal(object)  # Session
    closed = Signal()
    locked = Signal(object, object)  # the folder, the ProjectLockedError
    trouble = Signal(object)

    def __init__(
        self, remembered: Remembered, engine: str = "", pools: Pools | None = None, parent: QObject | None = None
    ) -> None:
        """`engine` overrules what projects ask for."""
        super().__init__(parent)
        self.remembered = remembered
        self._engine_wish = engine
        self.pools = pools or Pools.threaded(self)
        self.thread_ = RenderThread(self)
        self.engine = EngineChoice(self.thread_, self)
        self.voices = Voices(places.library_file(), self)
        self.voice_edits = VoiceEdits(self.voices, self.pools.interactive, self)
        self.sharing = VoiceSharing(self.voices, self.voice_edits, self.pools.background, self)
        self.foresight = Foresight(self.voices, self.pools.interactive, self)
        self._voice_uses: VoiceUses | None = None
        self.session: Session | None = None
        self.player = Player(lambda timeline, start: self._open().sounds.mix(timeline, start), open_output, self)
        self.previewing = Previewing(self.thread_, self.player, self.voices, places.previews_folder(), self)
        self.comparing = Comparing(self.player, self.pools.interactive, self)
        self.peaks: PeakCache | None = None
        self.exporting: Exporting | None = None
        for part in (self.engine, self.voices, self.voice_edits, self.sharing, self.player, self.previewing, self.comparing):
            part.trouble.connect(self.trouble)
        for lane in (self.pools.background, self.pools.interactive):
            lane.failed.connect(_raise)

    def open(self, folder: Path, *, write: bool = True) -> bool:
        """Open a project in place of the one that is open. What goes wrong is told, and then nothing has changed."""
        try:
            store = ProjectStore.open(folder, write)
        except ProjectLockedError as error:
            self.locked.emit(folder, error)
            return False
        except StudioError as error:
            self.trouble.emit(error)
            return False
        self.close_project()
        if not self.voices.is_open:
            self.voices.open()
            self.pools.background.run(partial(sweep_leftovers, places.library_file()))
        session = Session(store, self.voices, self.engine, self.thread_, self.pools, self)
        self.session = session
        self.peaks = PeakCache(session.sounds, places.peaks_folder(), self.pools.interactive, session)
        self.exporting = Exporting(session.sounds, self.pools.background, session)
        self._voice_uses = VoiceUses(session, self.pools.background)
        self.player.stop()
        self.player.set_timeline(session.timeline)
        session.changed.connect(self._follow)
        session.trouble.connect(self.trouble)
        self.remembered.note(folder)
        self.opened.emit(session)
        self.use_engine()
        return True

    def open_made(self, make: Callable[[], Path]) -> bool:
        """Make a project (of a script, of a demo, a new one) and open it."""
        try:
            folder = make()
        except StudioError as error:
            self.trouble.emit(error)
            return False
        return self.open(folder)

    def close_project(self) -> None:
        """Everything kept, everything stopped. An error of the disk is told, the project is closed all the same."""
        session, self.session = self.session, None
        if session is None:
            return
        self.comparing.end()
        self.player.stop()
        if self.exporting is not None:
            self.exporting.stop()
        session.changed.disconnect(self._follow)
        if self._voice_uses is not None and session.is_writable:
            self._voice_uses.note()
        try:
            session.close()
        except StudioError as error:
            self.trouble.emit(error)
        self.closed.emit()
        session.deleteLater()

    def use_engine(self, name: str = "") -> None:
        """Speak with an engine from now on; without a name, with the one that the project asks for."""
        wished = text(self.session.settings, "engine") if self.session is not None else "auto"
        self.engine.use(name or self._engine_wish or wished)

    def close(self) -> None:
        """The end: the project is kept, threads have stopped, the engine's process is gone."""
        self.player.close()
        self.close_project()
        self.thread_.close()
        self.pools.close()
        self.voices.close()
        self.remembered.sync()

    def _open(self) -> Session:
        if self.session is None:
            raise RuntimeError("no project is open")
        return self.session

    def _follow(self, change: Change) -> None:
        if change.touches(Kind.TIMELINE) and self.session is not None:
            self.player.set_timeline(self.session.timeline)


def _raise(error: Exception) -> None:
    raise error
