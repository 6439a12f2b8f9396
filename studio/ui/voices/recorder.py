"""The microphone in the voice dialog: which one, how loud, record, listen, again, take it. A sentence where there is none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.core.errors import AudioError, StudioError
from studio.i18n import _
from studio.qt.recording import Heard, Recording
from studio.ui.errors import sentence
from studio.ui.theme import theme_of

QUIETEST_DB = -60.0
LOUD_DB = -3.0


class RecordStrip(QFrame):
    """`taken(Heard)` when a recording is to be used, `listen_asked(Heard)` to hear it first, `closed` where none is wanted."""

    taken = Signal(object)
    listen_asked = Signal(object)
    closed = Signal()

    def __init__(self, recording: Recording | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._recording = recording or Recording(parent=self)
        self._heard: Heard | None = None
        self.device = QComboBox()
        self.device.setAccessibleName(_("Microphone"))
        self.meter = LevelMeter()
        self.time = QLabel(_("Speak 5 to 10 seconds, as you would in the show."))
        self.time.setWordWrap(True)
        self.time.setProperty("role", "muted")
        self.button = QPushButton(_("Record"))
        self.listen = QPushButton(_("Listen"))
        self.use = QPushButton(_("Use it"))
        self.cancel = QPushButton(_("Close"))
        self.cancel.setAccessibleName(_("Close the microphone"))
        self._lay_out()
        self._connect()
        self._show()

    def open(self) -> None:
        """Ask the machine for its microphones, and say where there is none."""
        self.show()
        self.device.clear()
        try:
            for one in self._recording.devices():
                self.device.addItem(one.name, one.id)
        except AudioError as error:
            self._say(error)
        self._show()
        (self.button if self.button.isEnabled() else self.cancel).setFocus()

    def shut(self) -> None:
        """Let the microphone go."""
        self._recording.close()
        self._heard = None
        self.hide()

    def said(self) -> str:
        return self.time.text()

    def _toggle(self) -> None:
        if self._recording.is_recording:
            self._recording.stop()
        else:
            self._heard = None
            self._recording.start(bytes(self.device.currentData() or b""))
        self._show()

    def _on_started(self) -> None:
        self._show()
        self.time.setText(_("Recording…"))

    def _on_elapsed(self, seconds: float) -> None:
        self.time.setText(_("Recording… {seconds:.1f} s").format(seconds=seconds))

    def _on_ended(self, heard: Heard) -> None:
        self._heard = heard
        self.meter.show_level(QUIETEST_DB)
        self.time.setText(_("{seconds:.1f} s recorded. Listen, take it, or record again.").format(seconds=heard.seconds))
        self._show()
        self.use.setFocus()

    def _on_trouble(self, error: StudioError) -> None:
        self.meter.show_level(QUIETEST_DB)
        self._say(error)
        self._show()

    def _say(self, error: StudioError) -> None:
        self.time.setText(" ".join(sentence(part) for part in (error.what, error.kept, error.todo) if part))

    def _show(self) -> None:
        is_recording = self._recording.is_recording
        again = _("Record again") if self._heard is not None else _("Record")
        self.button.setText(_("Stop") if is_recording else again)
        self.button.setEnabled(is_recording or self.device.count() > 0)
        self.device.setEnabled(not is_recording and self.device.count() > 0)
        for button in (self.listen, self.use):
            button.setEnabled(self._heard is not None and not is_recording)

    def _connect(self) -> None:
        recording = self._recording
        recording.started.connect(self._on_started)
        recording.level.connect(self.meter.show_level)
        recording.elapsed.connect(self._on_elapsed)
        recording.ended.connect(self._on_ended)
        recording.trouble.connect(self._on_trouble)
        self.button.clicked.connect(self._toggle)
        self.listen.clicked.connect(lambda: self.listen_asked.emit(self._heard))
        self.use.clicked.connect(lambda: self.taken.emit(self._heard))
        self.cancel.clicked.connect(self.closed)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.device, 2)
        top.addWidget(self.meter, 3)
        row = QHBoxLayout()
        for button in (self.button, self.listen, self.use):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addLayout(top)
        column.addWidget(self.time)
        column.addLayout(row)


class LevelMeter(QWidget):
    """How loud it is now: a bar, its figure in dB beside it, and the word for what is too loud."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level = QUIETEST_DB
        self.setAccessibleName(_("Level of the microphone"))
        self.setMinimumSize(120, 24)

    def sizeHint(self) -> QSize:
        return QSize(220, 24)

    def show_level(self, level_db: float) -> None:
        self._level = max(QUIETEST_DB, level_db)
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        if self._level <= QUIETEST_DB:
            return _("silent")
        word = _("{level:.0f} dB").format(level=self._level).replace("-", "−")
        return f"{word}, {_('too loud')}" if self._level > LOUD_DB else word

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = theme_of(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = 96
        bar = QRectF(0, self.height() / 2 - 4, self.width() - words - 8, 8)
        painter.setPen(theme.color("edge"))
        painter.setBrush(theme.color("bg"))
        painter.drawRoundedRect(bar, 4, 4)
        share = (self._level - QUIETEST_DB) / -QUIETEST_DB
        tint = "failed" if self._level > LOUD_DB else "rendered"
        painter.setPen(theme.color(tint))
        painter.setBrush(theme.color(tint))
        if share > 0:
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * min(1.0, share), bar.height()), 4, 4)
        painter.setPen(theme.color(tint if self._level > LOUD_DB else "muted"))
        painter.drawText(self.rect().adjusted(int(bar.width()) + 8, 0, 0, 0), 0x0080, self.words())
        painter.end()
