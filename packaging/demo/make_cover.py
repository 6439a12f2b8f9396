"""Draws the cover of the demo podcast: `python packaging/demo/make_cover.py [FILE]`. Needs PySide6 and any sans-serif font."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QLinearGradient, QPainter, QPainterPath, QPen

SIDE = 1400
TARGET = Path(__file__).resolve().parents[2] / "resources" / "demo" / "the-lily-pod.jpg"
SKY, DUSK, SUN = "#ffe3c2", "#f7a58b", "#fff3d6"
WATER_TOP, WATER_DEEP, LEAF, LEAF_LIGHT, INK = "#2f7f83", "#123c4a", "#3f9b6b", "#67bd84", "#123c4a"
HORIZON = 760


def main() -> None:
    """Draw the cover and write it as JPEG."""
    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_sky(painter)
    draw_water(painter)
    for x, y, size, turn in ((250, 1030, 300, 20), (1130, 960, 210, 200), (760, 1190, 420, 330), (1260, 1260, 240, 140)):
        draw_pad(painter, x, y, size, turn)
    draw_lily(painter, 760, 1140, 1.0)
    draw_lily(painter, 245, 1005, 0.55)
    draw_words(painter)
    painter.end()
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    image.save(str(target), "JPG", 88)
    print(f"{target.name}: {target.stat().st_size // 1024} kB")
    application.quit()


def draw_sky(painter: QPainter) -> None:
    sky = QLinearGradient(0, 0, 0, HORIZON)
    sky.setColorAt(0, QColor(SKY))
    sky.setColorAt(1, QColor(DUSK))
    painter.fillRect(0, 0, SIDE, HORIZON, sky)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(SUN))
    painter.drawEllipse(QPointF(700, HORIZON), 300, 300)


def draw_water(painter: QPainter) -> None:
    water = QLinearGradient(0, HORIZON, 0, SIDE)
    water.setColorAt(0, QColor(WATER_TOP))
    water.setColorAt(1, QColor(WATER_DEEP))
    painter.fillRect(0, HORIZON, SIDE, SIDE - HORIZON, water)
    painter.setBrush(QColor(255, 243, 214, 60))
    for index in range(9):  # the sun on the water, in stripes that grow shorter
        width = 560 * math.cos(index / 9 * math.pi / 2)
        painter.drawRoundedRect(QRectF(700 - width / 2, HORIZON + 18 + index * 38, width, 12), 6, 6)


def draw_pad(painter: QPainter, x: float, y: float, size: float, turn: float) -> None:
    """A lily pad: a flat ellipse with a slice cut out, and a lighter one inside it."""
    for scale, colour in ((1.0, LEAF), (0.86, LEAF_LIGHT)):
        width, height = size * scale, size * scale * 0.42
        box = QRectF(x - width, y - height, 2 * width, 2 * height)
        path = QPainterPath(QPointF(x, y))
        path.arcTo(box, turn, 328)
        path.closeSubpath()
        painter.fillPath(path, QColor(colour))


def draw_lily(painter: QPainter, x: float, y: float, scale: float) -> None:
    """Two rows of petals around a yellow heart."""
    painter.setPen(Qt.PenStyle.NoPen)
    for count, length, colour in ((9, 190, "#f6b7c8"), (6, 150, "#fff1f4")):
        for index in range(count):
            angle = math.radians(-172 + index * 164 / (count - 1))
            draw_petal(painter, x, y, angle, length * scale, QColor(colour))
    painter.setBrush(QColor("#ffcf5c"))
    painter.drawEllipse(QPointF(x, y - 6 * scale), 44 * scale, 26 * scale)


def draw_petal(painter: QPainter, x: float, y: float, angle: float, length: float, colour: QColor) -> None:
    tip = QPointF(x + math.cos(angle) * length, y + math.sin(angle) * length * 0.9)
    side = QPointF(-math.sin(angle), math.cos(angle)) * length * 0.34
    middle = (QPointF(x, y) + tip) / 2
    path = QPainterPath(QPointF(x, y))
    path.quadTo(middle + side, tip)
    path.quadTo(middle - side, QPointF(x, y))
    painter.setBrush(colour)
    painter.drawPath(path)


def draw_words(painter: QPainter) -> None:
    painter.setPen(QPen(QColor(INK)))
    font = QFont("sans-serif")
    font.setPixelSize(178)
    font.setWeight(QFont.Weight.Black)
    painter.setFont(font)
    painter.drawText(QRectF(0, 90, SIDE, 220), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, "The Lily Pod")
    font.setPixelSize(58)
    font.setWeight(QFont.Weight.Medium)
    painter.setFont(font)
    painter.drawText(
        QRectF(0, 300, SIDE, 90), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, "small waters, close up"
    )


if __name__ == "__main__":
    main()
