"""The strip along the bottom: problems, words and length, the queue with its time left. Everything in it leads somewhere."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from studio.i18n import _, counted
from studio.qt.words import in_words
from studio.ui.theme import tabular

HEIGHT = 30


class StatusStrip(QFrame):
    """`asked(place)` names a panel: problems, review, script, queue. `pause_asked` and `stop_asked` are for the queue."""

    asked = Signal(str)
    pause_asked = Signal()
    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setFixedHeight(HEIGHT)
        self._errors = self._button("problems", "failed")
        self._warnings = self._button("problems", "stale")
        self._doubts = self._button("review", "stale")
        self._words = self._button("script", "muted")
        self._said = self._button("script", "muted")
        self._queue = self._button("queue", "text")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedSize(QSize(120, 6))
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(_("Progress of rendering"))
        self._pause = self._button("", "text")
        self._pause.clicked.connect(self.pause_asked)
        self._stop = self._button("", "text")
        self._stop.setText(_("Stop"))
        self._stop.clicked.connect(self.stop_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        for widget in (self._errors, self._warnings, self._doubts, self._words, self._said):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._queue)
        row.addWidget(self._bar)
        row.addWidget(self._pause)
        row.addWidget(self._stop)
        self.say("")
        self.show_problems(0, 0)
        self.show_doubts(0)
        self.show_queue("", 0.0, is_active=False, is_paused=False)

    def show_problems(self, errors: int, warnings: int) -> None:
        self._errors.setText("! " + counted(errors, _("error"), _("errors")))
        self._warnings.setText("~ " + counted(warnings, _("warning"), _("warnings")))
        self._errors.setVisible(errors > 0)
        self._warnings.setVisible(warnings > 0)

    def show_doubts(self, count: int) -> None:
        self._doubts.setText("? " + _("{count} doubtful").format(count=count))
        self._doubts.setVisible(count > 0)

    def show_words(self, words: int, seconds: float) -> None:
        length = _("about {length}").format(length=in_words(seconds))
        self._words.setText(f"{counted(words, _('word'), _('words'))} · {length}")

    def say(self, sentence: str) -> None:
        """A quiet remark; the next one takes its place."""
        self._said.setText(sentence)
        self._said.setVisible(bool(sentence))

    def show_queue(self, words: str, share: float, *, is_active: bool, is_paused: bool) -> None:
        self._queue.setText(words)
        self._queue.setVisible(bool(words))
        self._bar.setValue(int(share * 1000))
        self._bar.setVisible(is_active)
        self._pause.setText(_("Resume") if is_paused else _("Pause"))
        self._pause.setVisible(is_active)
        self._stop.setVisible(is_active)

    def text(self) -> str:
        """All that is shown, for tests and for reading aloud."""
        parts = (self._errors, self._warnings, self._doubts, self._words, self._said, self._queue)
        return "  ".join(part.text() for part in parts if not part.isHidden())

    def _button(self, place: str, tint: str) -> QPushButton:
        button = QPushButton()
        button.setProperty("flat", True)
        button.setProperty("tint", tint)
        button.setFont(tabular(self.font()))
        button.setMinimumHeight(24)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if place:
            button.clicked.connect(lambda: self.asked.emit(place))
        return button
