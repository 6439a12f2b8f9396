"""Shipped SVG icons, tinted by the theme. Draws; holds nothing."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio import assets
from studio.ui.theme import Theme


def icon(name: str, theme: Theme, tint: str = "text", pixels: int = 18) -> QIcon:
    """The icon in the colour of the token `tint`, sharp at one to two pixels per point; grey while disabled."""
    result = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        result.addPixmap(pixmap(name, theme.color(tint), pixels, ratio), QIcon.Mode.Normal)
        result.addPixmap(pixmap(name, theme.color("faint"), pixels, ratio), QIcon.Mode.Disabled)
    return result


def pixmap(name: str, color: QColor, pixels: int = 18, ratio: float = 1.0) -> QPixmap:
    """One icon as a picture of `pixels` points at `ratio` device pixels each. Raises AssetMissing for an unknown name."""
    source = assets.path("icons", f"{name}.svg").read_text("utf-8").replace("currentColor", color.name())
    picture = QPixmap(round(pixels * ratio), round(pixels * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return picture
