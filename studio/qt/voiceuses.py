"""Lets the library know which of its voices the open project is cast with, so that a removal can say so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, QTimer

from studio.qt.change import Change, Kind
from studio.qt.pools import Lane
from studio.qt.session import Session
from studio.render.voices import note_uses, uses_of

QUIET_MS = 1500


class VoiceUses(QObject):
    """Lives on the GUI thread, as long as its session is open. What it notes is written on a pool."""

    def __init__(self, session: Session, lane: Lane) -> None:
        super().__init__(session)
        self._session = session
        self._lane = lane
        self._noted: tuple[str, Mapping[str, set[str]]] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.note)
        if session.is_writable:
            session.changed.connect(self._follow)
            self._timer.start()

    def note(self) -> None:
        """Note it now, if it differs from what was noted."""
        self._timer.stop()
        session = self._session
        now = (session.title, uses_of(session.script, session.cast))
        if now != self._noted:
            self._noted = now
            self._lane.run(partial(note_uses, session.folder, session.title, session.script, session.cast))

    def _follow(self, change: Change) -> None:
        if change.touches(Kind.CAST):
            self._timer.start()
