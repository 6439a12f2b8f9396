"""The mark of a segment's state: a shape, a colour and a word, never colour alone. For the margin, the timeline and lists."""

from __future__ import annotations

import math
from collections.abc import Mapping

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
    "locked": ("rendered", N_("take locked")),
}
# what is said of a take or a segment beside its state
SIGNS = {
    "doubtful": ("stale", N_("doubtful")),
    "favourite": ("accent", N_("favourite")),
    "pickup": ("accent", N_("pickup")),
}


def state_word(state: str) -> str:
    """The state, or the sign, in words, for tooltips and screen readers."""
    found = STATES.get(state) or SIGNS.get(state)
    return _(found[1]) if found is not None else state


def state_color(state: str, theme: Theme) -> QColor:
    return theme.color((STATES.get(state) or SIGNS.get(state) or STATES["empty"])[0])


def paint_mark(painter: QPainter, box: QRectF, state: str, color: QColor) -> None:
    """Draw the shape of a state or a sign into the middle of `box`, 10 points across."""
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
    elif state == "locked":
        painter.drawArc(QRectF(-2.4, -5, 4.8, 8), 0, 180 * 16)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(-4, -0.5, 8, 6), 1.2, 1.2)
    else:
        painter.setBrush(color if state in _FILLED else Qt.BrushStyle.NoBrush)
        painter.drawPath(_outline(state))
        if state in _DOTTED:
            painter.setBrush(color)
            painter.drawEllipse(QPointF(0, 4.4), 0.6, 0.6)
    painter.restore()


_FILLED = ("favourite", "pickup")
_DOTTED = ("failed", "doubtful")


def _outline(state: str) -> QPainterPath:
    path = QPainterPath()
    lines = _LINES.get(state)
    if lines is not None:
        path.moveTo(*lines[0])
        for point in lines[1:]:
            path.lineTo(*point)
    elif state == "stale":
        path.moveTo(-4.2, 1.2)
        path.cubicTo(-2.4, -3.6, -0.6, -1.4, 0, 0)
        path.cubicTo(0.6, 1.4, 2.4, 3.6, 4.2, -1.2)
    elif state == "doubtful":
        path.moveTo(-2.8, -2.4)
        path.cubicTo(-2.8, -6.2, 2.8, -6.2, 2.8, -2.6)
        path.cubicTo(2.8, -0.4, 0, -0.6, 0, 1.6)
    else:
        path.addEllipse(QPointF(0, 0), 3.8, 3.8)
    return path


def _star() -> tuple[tuple[float, float], ...]:
    """Five points, the first on top."""
    radii = ((5.0 if number % 2 == 0 else 2.1, number * math.pi / 5) for number in range(11))
    return tuple((radius * math.sin(angle), 0.4 - radius * math.cos(angle)) for radius, angle in radii)


_LINES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "failed": ((0, -5), (0, 1)),
    "rendered": ((-4, 0.5), (-1.2, 3.4), (4, -3)),
    "rendering": ((-1.8, -4), (2.2, 0), (-1.8, 4)),
    "kept": ((-3, -5), (3, -5), (3, 5), (0, 2.2), (-3, 5), (-3, -5)),  # a bookmark
    "pickup": ((-3, 5), (-3, -5), (4, -2.4), (-3, 0.2)),  # a flag
    "favourite": _star(),
}
