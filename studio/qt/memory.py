"""Spares the open project the garbage collector: it is a million objects that live until it is closed."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

from studio.qt.workspace import Workspace

SETTLE_MS = 3000  # states and the timeline are worked out by then


class Frozen(QObject):
    """Lives on the GUI thread. A full collection goes through every object there is, with the interpreter held: 130 ms and more
    for a script of 10,000 lines, in the middle of a word. So what an open project is made of is set aside when it is opened,
    and once more when it has settled; a closed one is given back to the collector."""

    def __init__(self, workspace: Workspace, settle_ms: int = SETTLE_MS) -> None:
        super().__init__(workspace)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(settle_ms)
        self._timer.timeout.connect(self._freeze)
        workspace.opened.connect(self._on_opened)
        workspace.closed.connect(self._on_closed)

    @Slot(object)
    def _on_opened(self, _session: object) -> None:
        self._freeze()
        self._timer.start()

    @Slot()
    def _on_closed(self) -> None:
        self._timer.stop()
        gc.unfreeze()

    @Slot()
    def _freeze(self) -> None:
        gc.freeze()
