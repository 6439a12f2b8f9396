"""Which speech engine the project speaks with, and what it can do once that is known. Lives on the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from studio.core.errors import StudioError
from studio.core.render import Caps
from studio.engines import EngineInfo, available, build, choose
from studio.qt.render_thread import RenderThread

__all__ = ["EngineChoice", "EngineInfo"]


class EngineChoice(QObject):
    """`chosen` follows a choice at once, `ready` when the engine has said what it can do."""

    chosen = Signal()
    ready = Signal()
    trouble = Signal(object)

    def __init__(self, thread: RenderThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = thread
        self.info: EngineInfo | None = None
        self.caps: Caps | None = None
        thread.caps_known.connect(self._on_caps)
        thread.trouble.connect(self.trouble)

    def available(self) -> tuple[EngineInfo, ...]:
        return available()

    def use(self, name: str) -> None:
        """Speak with the engine of that name, or with the best there is ("auto"). What cannot run here is told."""
        try:
            info = choose(name or "auto")
        except StudioError as error:
            self.trouble.emit(error)
            if name == "auto":
                return
            info = choose("auto")
        if self.info is not None and info.id == self.info.id:
            self.info = info
            self.chosen.emit()
            return
        self.info, self.caps = info, None
        self.chosen.emit()
        engine_id = info.id
        self._thread.use_engine(lambda: build(engine_id))

    @Slot(object)
    def _on_caps(self, caps: Caps) -> None:
        self.caps = caps
        self.ready.emit()
