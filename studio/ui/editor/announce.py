"""Words for screen readers: at most one announcement a second, the last one wins. Thread: the GUI's."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

PERIOD_MS = 1000


class Announcer(QObject):
    """Speaks for one widget. The first sentence is spoken at once, later ones when a second has gone by."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.waiting = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PERIOD_MS)
        self._pause.timeout.connect(self._speak)

    def describe(self, sentence: str) -> None:
        """Announce where the cursor is, and keep it as the widget's description. What is described already is not repeated."""
        if sentence != self._widget.accessibleDescription():
            self._widget.setAccessibleDescription(sentence)
            self.announce(sentence)

    def announce(self, sentence: str) -> None:
        self.waiting = sentence
        if not self._pause.isActive():
            self._speak()

    def _speak(self) -> None:
        if self.waiting:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._widget, self.waiting))
            self.waiting = ""
            self._pause.start()
