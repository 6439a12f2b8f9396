"""A recording drawn, with the part that is taken between two handles: moved by mouse and by arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.i18n import _
from studio.qt.peaks import Waveform
from studio.ui.theme import Theme, theme_of
from studio.ui.timeline.tiles import draw_wave

GRIP = 12  # points on both sides of a handle that take hold of it
SHORTEST_S = 0.2
STEP_S, STRIDE_S = 0.05, 0.5
SIDE = 6


class WaveView(QWidget):
    """`part_changed(start, end)` in seconds while a handle moves. Left and Right move the start, with Shift the end."""

    part_changed = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(72)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Waveform: Left and Right move the start, with Shift the end, with Ctrl further"))
        self.setToolTip(_("Drag an end. Left and Right move the start, with Shift the end, with Ctrl further."))
        self._wave: Waveform | None = None
        self._start_s = self._end_s = 0.0
        self._held = ""  # "start", "end"
        self._drawn: tuple[object, ...] = ()
        self._images: tuple[QImage, QImage] | None = None

    def show_wave(self, wave: Waveform | None, start_s: float, end_s: float) -> None:
        self._wave = wave
        self._start_s, self._end_s = start_s, end_s
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """What part is taken, said."""
        if self._wave is None:
            return _("no sound yet")
        return _("from {start:.2f} to {end:.2f} of {whole:.2f} seconds").format(
            start=self._start_s, end=self._end_s, whole=self._wave.seconds
        )

    def sizeHint(self) -> QSize:
        return QSize(420, 110)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if not step or self._wave is None:
            super().keyPressEvent(event)
            return
        far = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        by = step * (STRIDE_S if far else STEP_S)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move("end", self._end_s + by)
        else:
            self._move("start", self._start_s + by)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = self._near(event.position().x()) or ""
        if not self._held and self._wave is not None:
            at = self._seconds(event.position().x())
            self._held = "start" if abs(at - self._start_s) < abs(at - self._end_s) else "end"
            self._move(self._held, at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._move(self._held, self._seconds(event.position().x()))
        else:
            near = self._near(event.position().x())
            self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = theme_of(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent"), 2) if self.hasFocus() else QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("bg"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        if self._wave is not None and self._wave.seconds > 0:
            self._paint_wave(painter, self._wave, theme)
        painter.end()

    def _paint_wave(self, painter: QPainter, wave: Waveform, theme: Theme) -> None:
        quiet, loud = self._pictures(wave, theme)
        left, right = self._x(self._start_s), self._x(self._end_s)
        top, height = SIDE, self.height() - 2 * SIDE
        taken = QRectF(left, top, right - left, height)
        painter.fillRect(taken, theme.color("band"))
        painter.drawImage(QRectF(SIDE, top, self.width() - 2 * SIDE, height), quiet)
        painter.save()
        painter.setClipRect(taken)
        painter.drawImage(QRectF(SIDE, top, self.width() - 2 * SIDE, height), loud)
        painter.restore()
        painter.setBrush(theme.color("accent"))
        for x in (left, right):
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawLine(int(x), top, int(x), top + height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(QRectF(x - 4, top + height / 2 - 12, 8, 24), 4, 4)

    def _pictures(self, wave: Waveform, theme: Theme) -> tuple[QImage, QImage]:
        """The whole wave in a quiet and in a plain colour; drawn again only where size, sound or theme differ."""
        ratio = self.devicePixelRatioF()
        columns, height = int((self.width() - 2 * SIDE) * ratio), int((self.height() - 2 * SIDE) * ratio)
        key = (wave, columns, height, theme.name)
        if self._images is None or key != self._drawn:
            low, high = wave.columns(0.0, wave.seconds, max(1, columns))
            loudest = max(float(high.max()), float(-low.min()), 0.05)
            low, high = low / loudest * 0.5, high / loudest * 0.5
            colors = (theme.color("faint"), theme.speaker(0))
            quiet, loud = (draw_wave(low, high, max(4, height), color) for color in colors)
            self._images, self._drawn = (quiet, loud), key
        return self._images

    def _move(self, handle: str, at_s: float) -> None:
        if self._wave is None:
            return
        start, end = self._start_s, self._end_s
        if handle == "start":
            start = min(max(0.0, at_s), end - SHORTEST_S)
        else:
            end = max(min(self._wave.seconds, at_s), start + SHORTEST_S)
        start = max(0.0, start)
        if (start, end) != (self._start_s, self._end_s):
            self.show_wave(self._wave, start, end)
            self.part_changed.emit(start, end)

    def _near(self, x: float) -> str | None:
        """The handle under the pointer."""
        found = min(("start", self._start_s), ("end", self._end_s), key=lambda one: abs(self._x(one[1]) - x))
        return found[0] if self._wave is not None and abs(self._x(found[1]) - x) <= GRIP else None

    def _x(self, seconds: float) -> float:
        whole = self._wave.seconds if self._wave is not None else 0.0
        return SIDE + (self.width() - 2 * SIDE) * (seconds / whole if whole else 0.0)

    def _seconds(self, x: float) -> float:
        whole = self._wave.seconds if self._wave is not None else 0.0
        return (x - SIDE) / max(1, self.width() - 2 * SIDE) * whole
