"""A question inside a panel: a sentence, a field, Enter does it, Esc leaves it. Nothing opens in front of the script."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSpinBox, QWidget

from studio.i18n import _


class Asking(QFrame):
    """Hidden until something is asked: `begun`. `left` when it was answered or not."""

    begun = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[str], None] = lambda answer: None
        self._words = QLabel()
        self.line = QLineEdit()
        self.number = QSpinBox()
        self.number.setRange(2, 20)
        self.number.setValue(3)
        self.number.setMinimumHeight(28)
        self._do = QPushButton()
        self._do.clicked.connect(self._answer)
        self._words.setBuddy(self.line)
        for field in (self.line, self.number):
            field.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 12, 4)
        for widget in (self._words, self.line, self.number):
            row.addWidget(widget, 1 if widget is self.line else 0)
        row.addWidget(self._do)
        self.hide()

    def ask_line(self, question: str, before: str, act: Callable[[str], None]) -> None:
        """Ask for a line of text; `act` is given it."""
        self.line.setText(before)
        self.line.selectAll()
        self._begin(question, self.line, _("Keep note"), act)

    def ask_number(self, question: str, act: Callable[[str], None]) -> None:
        """Ask for a number from 2 to 20."""
        self.number.selectAll()
        self._begin(question, self.number, _("Render"), act)

    def dismiss(self) -> None:
        """Nothing is asked any more."""
        if not self.isHidden():
            self.hide()
            self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc goes on to the window, which leads back to the script; what was asked is left unanswered."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.hide()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._answer()
        else:
            super().keyPressEvent(event)

    def _begin(self, question: str, field: QWidget, do: str, act: Callable[[str], None]) -> None:
        self._act = act
        self._words.setText(question)
        self._do.setText(do)
        for one in (self.line, self.number):
            one.setVisible(one is field)
        field.setAccessibleName(question)
        self.show()
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.begun.emit()

    def _answer(self) -> None:
        answer = str(self.number.value()) if self.line.isHidden() else self.line.text()
        self.hide()
        self._act(answer)
        self.left.emit()
