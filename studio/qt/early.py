"""Segments heard before they are finished: their sound as it comes, kept in memory for as long as they are being rendered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from studio.core.render import Engine, Request
from studio.render.runner import Flight, Report, Stopped
from studio.store.takes import TakeStore

if TYPE_CHECKING:
    from studio.audio.sources import Source


class Recording:
    """One segment's sound as it grows. The render thread adds; any thread looks."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.is_over = False  # nothing is added any more
        self._pcm = bytearray()
        self._lock = threading.Lock()

    @property
    def frames(self) -> int:
        return len(self._pcm) // 4

    def add(self, pcm: bytes) -> None:
        """float32 mono."""
        with self._lock:
            self._pcm += pcm

    def source(self) -> Source:
        """What there is by now."""
        import numpy as np

        from studio.audio.sources import ArraySource

        with self._lock:
            return ArraySource(np.frombuffer(bytes(self._pcm), "<f4"), self.rate)


class Early:
    """The recordings of what is being rendered, by the keys of the takes they become. For any thread."""

    def __init__(self) -> None:
        self._recordings: dict[str, Recording] = {}
        self._lock = threading.Lock()

    def begin(self, key: str, rate: int) -> Recording:
        """One begun again takes the place of the one before."""
        with self._lock:
            self._recordings[key] = Recording(rate)
            return self._recordings[key]

    def of(self, key: str) -> Recording | None:
        with self._lock:
            return self._recordings.get(key)

    def end(self, key: str) -> None:
        """It is a take now, or will be none. Who listens to it hears it to its end."""
        with self._lock:
            recording = self._recordings.pop(key, None)
        if recording is not None:
            recording.is_over = True


def begin_into(takes: TakeStore, early: Early, request: Request, engine: Engine, report: Report, stopped: Stopped) -> Flight:
    """Begin a job that is heard while it is rendered. Runs on the render thread, with a take store that nobody else uses."""
    recording = early.begin(request.key(engine.caps), engine.caps.sample_rate)
    return Flight(request, engine, takes, report, stopped, recording.add)
