"""Small words on the window: a label that shortens itself, a section's header; and the shapes of a pill and a key."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.ui.theme import Theme


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the whole text is in the tooltip and read aloud."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(escape(text))
        self.setAccessibleName(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.TextFlag.TextSingleLine), shown)
        painter.end()


class SectionHeader(QLabel):
    """The title over a group: small, bold, quiet; a heading to screen readers by its name."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        font = QFont(self.font())
        font.setPixelSize(12)
        font.setWeight(QFont.Weight.DemiBold)
        self.setFont(font)
        self.setProperty("role", "muted")
        self.setContentsMargins(16, 12, 16, 4)
        self.setAccessibleName(text)


def paint_pill(painter: QPainter, box: QRectF, edge: QColor, fill: QColor | None = None) -> None:
    """A rounded outline around `box`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    radius = min(box.height() / 2, 9.0)
    painter.drawRoundedRect(box, radius, radius)


def key_html(sequence: str, theme: Theme) -> str:
    """A key as a small raised box for tooltips, in the platform's way of writing."""
    shown = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    return f'<span style="background-color:{theme.tokens["bg"]};">&nbsp;{escape(shown)}&nbsp;</span>'
