"""Waveform tiles: drawn once from peaks, kept for as long as the zoom stays, found again while scrolling."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

import numpy as np
from PySide6.QtGui import QColor, QImage

TILE_PX = 256
_DRAWN_GAIN = 1.8  # speech at its usual level fills the lane; what is louder is cut off in the drawing only


class Peaks(Protocol):
    """Extremes of a sound, however they are kept."""

    @property
    def seconds(self) -> float: ...

    def columns(self, start_s: float, end_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The least and the greatest sample of each of `count` equal stretches between two times; silence outside."""
        ...


class Looped:
    """A sound that starts over and over, as music does under speech."""

    def __init__(self, once: Peaks) -> None:
        self._once = once

    @property
    def seconds(self) -> float:
        return float("inf")

    def columns(self, start_s: float, end_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        """As Peaks.columns; a stretch that runs over the end goes on at the beginning."""
        each_s = (end_s - start_s) / count
        least, greatest = np.zeros(count), np.zeros(count)
        column = 0
        while column < count and self._once.seconds > 0:
            inside_s = (start_s + column * each_s) % self._once.seconds
            fitting = min(count - column, max(1, int((self._once.seconds - inside_s) / each_s)))
            part = slice(column, column + fitting)
            least[part], greatest[part] = self._once.columns(inside_s, inside_s + fitting * each_s, fitting)
            column += fitting
        return least, greatest


def draw_wave(least: np.ndarray, greatest: np.ndarray, height: int, color: QColor) -> QImage:
    """A picture [height, len(least)] of that waveform on nothing; every column shows at least its middle pixel."""
    middle = (height - 1) / 2.0
    top = np.floor(middle - np.clip(greatest * _DRAWN_GAIN, 0.0, 1.0) * middle).astype(np.int32)
    bottom = np.ceil(middle - np.clip(least * _DRAWN_GAIN, -1.0, 0.0) * middle).astype(np.int32)
    rows = np.arange(height, dtype=np.int32)[:, None]
    inside = (rows >= top) & (rows <= np.maximum(bottom, top))
    pixels = np.where(inside, np.uint32(color.rgba()), np.uint32(0))
    pixels = np.ascontiguousarray(pixels, dtype=np.uint32)
    image = QImage(pixels.data, pixels.shape[1], height, pixels.shape[1] * 4, QImage.Format.Format_ARGB32)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)  # a copy that owns its pixels


class TileCache:
    """The last few hundred tiles. Lives on the GUI thread."""

    def __init__(self, capacity: int = 600) -> None:
        self._tiles: OrderedDict[tuple[object, ...], QImage] = OrderedDict()
        self._capacity = capacity
        self.drawn = 0  # how many were ever drawn: what a benchmark counts

    def tile(
        self, source: str, peaks: Peaks, number: int, px_per_s: float, height: int, color: QColor, columns: int = TILE_PX
    ) -> QImage:
        """Tile `number` of a source at a zoom; a source's last tile may have fewer `columns` than the others."""
        key = (source, number, columns, px_per_s, height, color.rgba())
        found = self._tiles.get(key)
        if found is not None:
            self._tiles.move_to_end(key)
            return found
        first = number * TILE_PX
        least, greatest = peaks.columns(first / px_per_s, (first + columns) / px_per_s, columns)
        image = draw_wave(least, greatest, height, color)
        self.drawn += 1
        self._tiles[key] = image
        while len(self._tiles) > self._capacity:
            self._tiles.popitem(last=False)
        return image

    def forget(self, source: str) -> None:
        """Drop the tiles of a source whose peaks have changed."""
        for key in [key for key in self._tiles if key[0] == source]:
            del self._tiles[key]
