"""The mark of a segment's state: a shape, a colour and a word, never colour alone. For the margin, the timeline and lists."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.i18n import N_, _
from studio.ui.theme import Theme

# state -> (token of its colour, its word)
STATES = {
    "empty": ("muted", N_("not rendered")),
    "queued": ("muted", N_("queued")),
    "rendering": ("rendering", N_("rendering")),
    "rendered": ("rendered", N_("rendered")),
    "stale": ("stale", N_("changed since it was rendered")),
    "failed": ("failed", N_("failed")),
    "kept": ("rendered", N_("take kept")),
}


def state_word(state: str) -> str:
    """The state in words, for tooltips and screen readers."""
    return _(STATES[state][1]) if state in STATES else state


def state_color(state: str, theme: Theme) -> QColor:
    return theme.color(STATES.get(state, STATES["empty"])[0])


def paint_mark(painter: QPainter, box: QRectF, state: str, color: QColor) -> None:
    """Draw the shape of a state into the middle of `box`, 10 points across."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center())
    pen = QPen(color, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if state == "queued":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for x in (-4.0, 0.0, 4.0):
            painter.drawEllipse(QPointF(x, 0), 1.2, 1.2)
    elif state == "failed":
        painter.drawLine(QPointF(0, -5), QPointF(0, 1))
        painter.setBrush(color)
        painter.drawEllipse(QPointF(0, 4.4), 0.6, 0.6)
    elif state == "kept":
        painter.drawRoundedRect(QRectF(-4, -0.5, 8, 6), 1.2, 1.2)
        painter.drawArc(QRectF(-2.4, -5, 4.8, 8), 0, 180 * 16)
    else:
        painter.drawPath(_outline(state))
    painter.restore()


def _outline(state: str) -> QPainterPath:
    path = QPainterPath()
    if state == "rendered":
        path.moveTo(-4, 0.5)
        path.lineTo(-1.2, 3.4)
        path.lineTo(4, -3)
    elif state == "stale":
        path.moveTo(-4.2, 1.2)
        path.cubicTo(-2.4, -3.6, -0.6, -1.4, 0, 0)
        path.cubicTo(0.6, 1.4, 2.4, 3.6, 4.2, -1.2)
    elif state == "rendering":
        path.moveTo(-1.8, -4)
        path.lineTo(2.2, 0)
        path.lineTo(-1.8, 4)
    else:
        path.addEllipse(QPointF(0, 0), 3.8, 3.8)
    return path
