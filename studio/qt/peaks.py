"""Waveforms for drawing: computed once off the GUI thread, kept in a cache folder that may be deleted at any time."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.core.errors import AudioError, StudioError
from studio.qt.pools import Lane
from studio.qt.sounds import Sounds, is_key

if TYPE_CHECKING:
    import numpy as np

    from studio.audio.peaks import Peaks


class Waveform:
    """One source's peaks by time."""

    def __init__(self, peaks: Peaks) -> None:
        self._peaks = peaks

    @property
    def seconds(self) -> float:
        return self._peaks.frames / self._peaks.rate

    def columns(self, start_s: float, end_s: float, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and the highest value (±1) in each of `count` equal parts of a stretch."""
        rate = self._peaks.rate
        both = self._peaks.slice(start_s * rate, end_s * rate, count)
        return both[:, 0], both[:, 1]


class PeakCache(QObject):
    """Lives on the GUI thread. `get` answers at once; what is not there yet arrives by `ready`."""

    ready = Signal(str)

    def __init__(self, sounds: Sounds, folder: Path, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds = sounds
        self._folder = folder
        self._lane = lane
        self._waveforms: dict[str, Waveform | None] = {}

    def get(self, source: str) -> Waveform | None:
        """The waveform, or None while it is being computed or where it cannot be."""
        if source and source not in self._waveforms:
            self._waveforms[source] = None
            self._lane.run(
                lambda: _peaks_of(source, self._sounds, self._folder),
                lambda peaks: self._arrived(source, peaks),
                lambda error: None,  # a take that cannot be read is reported where it is played or checked
            )
        return self._waveforms.get(source)

    def _arrived(self, source: str, peaks: Peaks) -> None:
        self._waveforms[source] = Waveform(peaks)
        self.ready.emit(source)


def _peaks_of(source: str, sounds: Sounds, folder: Path) -> Peaks:
    """From the cache, else computed and put there. Runs on a pool."""
    from studio.audio.files import Reader
    from studio.audio.peaks import Builder, Peaks

    path = sounds.path(source)
    cached = folder / _name(source, path)
    with suppress(OSError, AudioError):
        return Peaks.from_bytes(cached.read_bytes())
    with Reader(path) as reader:
        builder = Builder(reader.rate)
        for block in reader.blocks():
            builder.add(block)
    peaks = builder.result()
    with suppress(OSError, StudioError):  # a cache that cannot be written costs time, nothing else
        folder.mkdir(parents=True, exist_ok=True)
        cached.write_bytes(peaks.to_bytes())
    return peaks


def _name(source: str, path: Path) -> str:
    """Takes never change; other files are known by path, size and time."""
    if is_key(source):
        return f"{source}.peaks"
    stat = path.stat()
    return hashlib.sha256(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}".encode()).hexdigest()[:32] + ".peaks"
