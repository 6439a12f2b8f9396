"""Draws the visible part of a timeline. Reads values, keeps nothing but the tiles it is given."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from studio.core.timeline import Clip, Timeline
from studio.ui.timeline.lanes import HEADER_PX, LANE_PX, RULER_PX, Lane
from studio.ui.timeline.look import ClipLook
from studio.ui.timeline.scale import Scale, clock, tick_step, ticks
from studio.ui.timeline.tiles import TILE_PX, Looped, Peaks, TileCache

_MIN_WAVE_PX = 2.0  # a narrower clip is only its colour
_LABEL_PX = 17  # the strip at the top of a clip that its title takes
_LABEL_MIN_PX = 24  # a narrower clip has no title
_RADIUS_PX = 5
_ROUND_MIN_PX = 14  # a narrower clip has no round corners
_ELIDED = 2000  # titles cut to length that are remembered


@dataclass(frozen=True, slots=True)
class Colors:
    """The theme's colours as the timeline needs them."""

    background: QColor
    panel: QColor
    line: QColor
    text: QColor
    muted: QColor
    accent: QColor
    states: Mapping[str, QColor]
    speakers: tuple[QColor, ...]
    sound: QColor

    def speaker(self, number: int) -> QColor:
        return self.speakers[number % len(self.speakers)]


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame's worth of values."""

    timeline: Timeline
    lanes: tuple[Lane, ...]
    looks: Mapping[str, ClipLook]
    scale: Scale
    selected: str
    position_s: float
    peaks: Callable[[str], Peaks | None]


class TimelinePainter:
    """Draws scenes in one theme and one font. What every clip needs is made once, for there may be hundreds in view."""

    def __init__(self, colors: Colors, font: QFont, pixel_ratio: float) -> None:
        self._colors = colors
        self._font = QFont(font)
        self._font.setPixelSize(11)
        self._metrics = QFontMetricsF(self._font)
        self._elided: dict[tuple[str, int], str] = {}
        self._tints = {share: [_tint(color, share) for color in (*colors.speakers, colors.sound)] for share in (0.10, 0.20)}
        self._corners = _corners(colors.panel, pixel_ratio)
        self._dashes = QPen(colors.muted, 1, Qt.PenStyle.DashLine)
        self._around = QPen(colors.accent, 2)

    def paint(self, painter: QPainter, scene: Scene, tiles: TileCache, area: QRectF, width: float) -> None:
        """Draw everything that touches `area`; `width` is the whole view's, headers included."""
        colors = self._colors
        painter.fillRect(area, colors.panel)
        painter.setFont(self._font)
        painter.save()
        painter.setClipRect(QRectF(HEADER_PX, 0, width - HEADER_PX, area.bottom() + 1) & area)
        painter.translate(HEADER_PX, 0)
        self._ruler(painter, scene, width - HEADER_PX)
        rate = scene.timeline.rate
        first = int(scene.scale.seconds(max(area.left() - HEADER_PX, 0.0)) * rate)
        last = int(scene.scale.seconds(area.right() - HEADER_PX) * rate) + 1
        for lane in scene.lanes:
            painter.fillRect(QRectF(0, lane.top - 3, width, 1), colors.line)
            for clip in lane.between(first, last):
                self._clip(painter, scene, tiles, lane, clip, width - HEADER_PX)
        playhead = scene.scale.x(scene.position_s)
        painter.fillRect(QRectF(playhead - 1, 0, 2, area.bottom() + 1), colors.accent)
        painter.restore()

    def _ruler(self, painter: QPainter, scene: Scene, width: float) -> None:
        colors, decimals = self._colors, 1 if tick_step(scene.scale.px_per_s) < 1 else 0
        painter.setPen(colors.muted)
        for second in ticks(scene.scale, width):
            x = scene.scale.x(second)
            painter.drawText(QPointF(x + 4, 14), clock(second, decimals))
            painter.drawLine(QPointF(x, RULER_PX - 8), QPointF(x, RULER_PX - 4))
        for marker in scene.timeline.markers:
            x = scene.scale.x(marker.start / scene.timeline.rate)
            if not -400 < x < width:
                continue
            title = self._fitting(marker.title, 150)
            flag = QRectF(x, 1, self._metrics.horizontalAdvance(title) + 12, 17)
            painter.fillRect(flag, colors.background)
            painter.fillRect(QRectF(x, 1, 2, RULER_PX - 4), colors.accent)
            painter.setPen(colors.text)
            painter.drawText(QPointF(x + 7, 14), title)
            painter.setPen(colors.muted)

    def _clip(self, painter: QPainter, scene: Scene, tiles: TileCache, lane: Lane, clip: Clip, width: float) -> None:
        """Whole pixels and no smoothing: a box at a fraction of a pixel costs ten times as much, and looks blurred."""
        rate, scale = scene.timeline.rate, scene.scale
        left = round(scale.x(clip.start / rate))
        wide, high = max(round(scale.x(clip.end / rate)) - left, 2), LANE_PX - 4
        look = scene.looks.get(clip.id) or ClipLook(0, clip.title)
        peaks = scene.peaks(clip.source) if clip.source else None
        if peaks is not None and clip.loops:
            peaks = Looped(peaks)
        tints, speakers = self._tints[0.20 if clip.source else 0.10], len(self._colors.speakers)
        at, spoken = left, 0.0
        for number, share in look.voices or ((-1, 1.0),):
            spoken += share
            end = left + min(round(wide * spoken), wide)
            painter.fillRect(at, lane.top, end - at, high, tints[number % speakers if number >= 0 else -1])
            if peaks is not None:
                color = self._colors.speaker(number) if number >= 0 else self._colors.sound
                _wave(painter, scale, tiles, clip, rate, peaks, color, QRectF(at, lane.top, end - at, high), width)
            at = end
        self._outline(painter, clip, left, lane.top, wide, high, clip.id == scene.selected)
        if wide + min(left, 0) >= _LABEL_MIN_PX:
            self._label(painter, look, left, lane.top, wide)

    def _outline(self, painter: QPainter, clip: Clip, left: int, top: int, wide: int, high: int, is_selected: bool) -> None:
        """Round corners are the panel's colour laid over square ones; what is too narrow for them stays square."""
        is_round = wide >= _ROUND_MIN_PX
        if is_round:
            right, bottom = left + wide - _RADIUS_PX, top + high - _RADIUS_PX
            for (x, y), corner in zip(((left, top), (right, top), (left, bottom), (right, bottom)), self._corners, strict=True):
                painter.drawPixmap(x, y, corner)
        if is_selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._around)
            painter.drawRoundedRect(left, top, wide, high, _RADIUS_PX, _RADIUS_PX)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        elif not clip.source:
            painter.setPen(self._dashes)
            if is_round:
                painter.drawRoundedRect(left, top, wide - 1, high - 1, _RADIUS_PX, _RADIUS_PX)
            else:
                painter.drawRect(left, top, wide - 1, high - 1)

    def _label(self, painter: QPainter, look: ClipLook, left: int, top: int, wide: int) -> None:
        colors = self._colors
        painter.setPen(colors.states.get(look.state, colors.text) if look.state in ("failed", "stale") else colors.text)
        painter.drawText(max(left, 0) + 6, top + 13, self._fitting(look.label(), wide - 10 + min(left, 0)))

    def _fitting(self, text: str, width: int) -> str:
        """The text, cut off with an ellipsis where it is wider than that. Found again while nothing moves."""
        found = self._elided.get((text, width))
        if found is None:
            if len(self._elided) > _ELIDED:
                self._elided.clear()
            found = self._elided[text, width] = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return found


def _tint(color: QColor, share: float) -> QColor:
    tint = QColor(color)
    tint.setAlphaF(share)
    return tint


def _corners(color: QColor, pixel_ratio: float) -> tuple[QPixmap, ...]:
    """What lies outside the round corners: top left, top right, bottom left, bottom right."""
    size, pictures = _RADIUS_PX, []
    for x, y in ((0, 0), (-size, 0), (0, -size), (-size, -size)):
        picture = QPixmap(round(size * pixel_ratio), round(size * pixel_ratio))
        picture.setDevicePixelRatio(pixel_ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.fillRect(0, 0, size, size, color)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.black)
        painter.drawEllipse(x, y, size * 2, size * 2)
        painter.end()
        pictures.append(picture)
    return tuple(pictures)


def _wave(
    painter: QPainter,
    scale: Scale,
    tiles: TileCache,
    clip: Clip,
    rate: int,
    peaks: Peaks,
    color: QColor,
    part: QRectF,
    width: float,
) -> None:
    """The waveform within `part`, from tiles that count from the start of the source."""
    origin = scale.x((clip.start - clip.offset) / rate)  # where sample 0 of the source would lie
    from_x, to_x = max(part.left(), 0.0), min(part.right(), width)
    if to_x - from_x < _MIN_WAVE_PX:
        return
    columns = math.ceil((clip.offset + clip.length) / rate * scale.px_per_s)
    top, height = part.top() + _LABEL_PX, int(part.height() - _LABEL_PX - 3)
    for number in range(int((from_x - origin) // TILE_PX), int((to_x - origin) // TILE_PX) + 1):
        count = min(TILE_PX, columns - number * TILE_PX)
        if number >= 0 and count > 0:
            image = tiles.tile(clip.source, peaks, number, scale.px_per_s, height, color, count)
            tile_x = round(origin) + number * TILE_PX
            first, end = max(round(from_x) - tile_x, 0), min(round(to_x) - tile_x, count)
            if end > first:
                painter.drawImage(tile_x + first, int(top), image, first, 0, end - first, height)
